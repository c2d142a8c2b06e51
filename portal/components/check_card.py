"""A check inside a lesson: the question, then, once answered, the reason for every option."""

import json
import uuid

import streamlit as st

from assessments.scoring import Feedback
from portal import clock, loaders
from portal.components.notices import guarded, show_notice, told
from portal.components.question import draw_question, read_response
from portal.services.learning import OpenLesson, answer_check, explain_answer
from portal.services.questions import Question, question
from portal.text import _, time_text


def draw_check_card(opened: OpenLesson, item_id: str) -> None:
    """Draw one check of an open lesson; answering it reruns only this card.

    A link may name an item of another lesson: its answers belong there.
    """
    if item_id in opened.answers:
        _card(opened, item_id)
    else:
        st.info(_("This check stands in another lesson."), icon=":material/quiz:")


# Streamlit draws the faults of a fragment itself, before any page hears of them.
@st.fragment
@told()
def _card(opened: OpenLesson, item_id: str) -> None:
    row = opened.answers[item_id]
    asked = question(loaders.item(row.revision_id), seed=opened.seed)
    key = f"lesson_check_{opened.attempt_id}_{row.position}"
    again = f"{key}_again"
    if again not in st.session_state:
        st.session_state[again] = 0
    with st.container(border=True):
        st.markdown(f"**{asked.title}**")
        show_notice()
        explained = explain_answer(
            loaders.store(),
            viewer=loaders.current_viewer(),
            read_item=loaders.item,
            attempt_id=opened.attempt_id,
            position=row.position,
        )
        if explained.answered_at is not None and not st.session_state.get(f"{key}_open"):
            draw_explained(asked, explained.lines, explained.response, explained.explanation)
            with st.container(horizontal=True, horizontal_alignment="distribute"):
                st.button(
                    _("Try again"),
                    key=f"{key}_retry",
                    on_click=_reopen,
                    args=(key,),
                    type="tertiary",
                )
                st.markdown(
                    f":small[:material/cloud_done: "
                    f"{_('Saved {time}').format(time=time_text(explained.answered_at))}]"
                )
            return
        round_ = f"{key}_{st.session_state[again]}"
        draw_question(asked, key=round_, response=None)
        st.button(
            _("Check"),
            key=f"{key}_answer",
            on_click=_answer,
            args=(opened.attempt_id, row.position, asked, key, round_),
        )


def _reopen(key: str) -> None:
    st.session_state[f"{key}_open"] = True
    st.session_state[f"{key}_again"] += 1


@guarded
def _answer(attempt_id: int, position: int, asked: Question, key: str, round_: str) -> None:
    response = read_response(asked, key=round_)
    if response is None:
        st.session_state["notice"] = ("refused", _("Choose an answer first."))
        return
    # The id is made when the answer changes and kept: a repeated run saves nothing twice.
    operation = st.session_state.setdefault(
        f"{round_}_{json.dumps(response, sort_keys=True)}", uuid.uuid4().hex
    )
    answer_check(
        loaders.store(),
        viewer=loaders.current_viewer(),
        read_item=loaders.item,
        attempt_id=attempt_id,
        position=position,
        response=response,
        operation_id=operation,
        now=clock.now(),
    )
    st.session_state[f"{key}_open"] = False


def draw_explained(
    asked: Question, lines: tuple[Feedback, ...], response: object, explanation: str
) -> None:
    """Draw the stem again, the answer given, the better one, and why not the others."""
    st.markdown(asked.stem)
    chosen = [line for line in lines if line.chosen]
    better = [line for line in lines if line.right and not line.chosen]
    others = [line for line in lines if not line.right and not line.chosen]
    if not lines:
        st.info(_("Your answer is saved: {answer}").format(answer=_plain(response)))
    for line in chosen:
        box, icon = (st.success, "check_circle") if line.right else (st.warning, "pending")
        box(_box(_("Your answer"), line), icon=f":material/{icon}:")
    for line in better:
        st.success(_box(_("Better"), line), icon=":material/check_circle:")
    if others:
        with st.expander(_("Why not the others"), type="compact"):
            for line in others:
                st.markdown(_box("", line))
    if explanation:
        st.markdown(explanation)


def _box(lead: str, line: Feedback) -> str:
    head = f"**{lead}: {line.text}**" if lead else f"**{line.text}**"
    return f"{head}\n\n{line.message}" if line.message else head


def _plain(response: object) -> str:
    return str(response.get("text", "")) if isinstance(response, dict) else ""
