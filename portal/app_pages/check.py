"""A skill check: one question at a time, every click saved, nothing told about right or wrong."""

from collections.abc import Mapping

import streamlit as st

from portal import clock, loaders
from portal.access import Refused
from portal.components.buttons import main_button
from portal.components.check_clock import draw_clock, draw_paused
from portal.components.notices import guarded, show_notice, told
from portal.components.pace import note_hidden, note_shown, seconds_on
from portal.components.question import draw_question, read_response
from portal.components.states import draw_empty
from portal.components.waiting import is_waiting, send_waiting, wait_for
from portal.components.ways import go_to, number_in_address
from portal.services.checks import (
    OpenCheck,
    OpenQuestion,
    flag_question,
    read_check,
    submit_check,
    submit_if_over,
)
from portal.services.pausing import SHORTEST, begin_break, end_break
from portal.text import _, plural, time_text

HANDED_IN = "check_handed_in"

st.set_page_config(layout="centered")


@guarded
def _save(attempt_id: int, shown: OpenQuestion) -> None:
    response = read_response(shown.question, key=_key(attempt_id, shown.position))
    if response is not None:
        _wait(attempt_id, shown, response)
    elif shown.response is not None:
        raise Refused("An answer can be changed but not taken back: the one saved last counts.")
    send_waiting()


def _wait(attempt_id: int, shown: OpenQuestion, response: Mapping[str, object]) -> None:
    seconds = seconds_on(attempt_id, shown.position, now=clock.now())
    wait_for(attempt_id, position=shown.position, response=response, seconds=seconds)


@guarded
def _ask_which(attempt_id: int, shown: OpenQuestion, held: Mapping[str, object]) -> None:
    _wait(attempt_id, shown, held)
    raise Refused("This page holds another answer than the one saved last. Save it to keep it.")


def _catch_up(attempt_id: int, shown: OpenQuestion) -> None:
    """Keep a choice that the browser brought back after the server was started anew.

    The first run of a new session calls no callback. Where an answer is saved already, it may be
    newer than this page, so the learner decides between the two.
    """
    met = f"check_met_{attempt_id}_{shown.position}"
    held = read_response(shown.question, key=_key(attempt_id, shown.position))
    is_first, st.session_state[met] = met not in st.session_state, True
    if not is_first or held is None or held == shown.response:
        return
    if shown.response is None:
        _save(attempt_id, shown)
    else:
        _ask_which(attempt_id, shown, held)
    st.rerun()


@guarded
def _try_again() -> None:
    send_waiting()


@guarded
def _flag(attempt_id: int, position: int) -> None:
    flag_question(
        loaders.store(),
        viewer=loaders.current_viewer(),
        attempt_id=attempt_id,
        position=position,
        flagged=bool(st.session_state[f"check_flag_{attempt_id}_{position}"]),
        now=clock.now(),
    )


@guarded
def _submit(attempt_id: int) -> None:
    send_waiting()
    submit_check(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        read_item=loaders.item,
        attempt_id=attempt_id,
        now=clock.now(),
    )
    st.session_state[HANDED_IN] = attempt_id


@guarded
def _begin_break(attempt_id: int) -> None:
    send_waiting()
    now = clock.now()
    begin_break(loaders.store(), viewer=loaders.current_viewer(), attempt_id=attempt_id, now=now)
    note_hidden(attempt_id, now=now)


@guarded
def _end_break(attempt_id: int) -> None:
    end_break(
        loaders.store(),
        viewer=loaders.current_viewer(),
        attempt_id=attempt_id,
        now=clock.now(),
    )


def _key(attempt_id: int, position: int) -> str:
    return f"check_answer_{attempt_id}_{position}"


def _place_key(attempt_id: int) -> str:
    return f"check_place_{attempt_id}"


def _go(attempt_id: int, place: int) -> None:
    st.session_state[_place_key(attempt_id)] = place


def _draw_head(check: OpenCheck) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.markdown(f"**{_('Skill check')}: {check.skill.name}**")
        if check.due_at is not None:
            draw_clock(check.attempt_id)
    if check.break_left >= SHORTEST:
        _draw_break(check)


def _draw_break(check: OpenCheck) -> None:
    """Offer a break to those who may stop the clock."""
    minutes = int(check.break_left.total_seconds() + 59) // 60
    left = plural("{n} minute of break left", "{n} minutes of break left", minutes)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Take a break"),
            key="check_break",
            icon=":material/pause_circle:",
            on_click=_begin_break,
            args=(check.attempt_id,),
            help=_("The clock stands still and the questions are hidden until you go on."),
        )
        st.markdown(f":small[{left}]")


# Streamlit draws the faults of a fragment itself, before any page hears of them.
@st.fragment
@told()
def _draw_place(attempt_id: int, place: int) -> None:
    """Draw a question with all that changes when it is answered: the map and the way out."""
    if st.session_state[_place_key(attempt_id)] != place or HANDED_IN in st.session_state:
        st.rerun()
    check = _read(attempt_id)
    if check.paused_until is not None:
        # Another tab went on a break: nothing of the questions is shown here either.
        st.rerun()
    _draw_question(check, place)
    _draw_steps(check, place)
    st.divider()
    _draw_map(check, place)
    if place + 1 == len(check.questions) or _count_open(check) == 0:
        _draw_end(check)


def _draw_question(check: OpenCheck, place: int) -> None:
    attempt_id, shown = check.attempt_id, check.questions[place]
    note_shown(attempt_id, shown.position, started_at=check.started_at, now=clock.now())
    show_notice()
    if is_waiting():
        st.button(_("Save again"), key="check_again", icon=":material/sync:", on_click=_try_again)
    draw_question(
        shown.question,
        key=_key(attempt_id, shown.position),
        response=shown.response,
        on_change=lambda: _save(attempt_id, shown),
    )
    _catch_up(attempt_id, shown)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.toggle(
            _("Flag to look at again"),
            value=shown.flagged,
            key=f"check_flag_{attempt_id}_{shown.position}",
            on_change=_flag,
            args=(attempt_id, shown.position),
        )
        if shown.answered_at is not None:
            saved = _("Saved {time}").format(time=time_text(shown.answered_at))
            st.markdown(f":small[:material/cloud_done: {saved}]")


def _draw_steps(check: OpenCheck, place: int) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            _("Back"),
            key="check_back",
            icon=":material/arrow_back:",
            on_click=_go,
            args=(check.attempt_id, place - 1),
            disabled=place == 0,
        )
        if place + 1 < len(check.questions):
            main_button(
                _("Next question"),
                key="check_next",
                icon="arrow_forward",
                on_click=_go,
                args=(check.attempt_id, place + 1),
            )


def _count_open(check: OpenCheck) -> int:
    return sum(one.response is None for one in check.questions)


def _draw_map(check: OpenCheck, place: int) -> None:
    marks = {
        index: f"{index + 1}{' ⚑' if one.flagged else ''}{'' if one.response else ' ○'}"
        for index, one in enumerate(check.questions)
    }
    chosen = st.pills(
        _("All questions"),
        list(marks),
        format_func=marks.__getitem__,
        default=place,
        key=f"check_map_{check.attempt_id}_{place}",
    )
    flagged = sum(one.flagged for one in check.questions)
    open_ = _count_open(check)
    st.markdown(f":small[⚑ {_('flagged')} ({flagged}) · ○ {_('not answered yet')} ({open_})]")
    if chosen is not None and chosen != place:
        _go(check.attempt_id, chosen)
        st.rerun()


def _draw_end(check: OpenCheck) -> None:
    open_ = _count_open(check)
    with st.container(border=True):
        st.markdown(
            plural(
                "{n} question is not answered yet. An unanswered question counts as not right.",
                "{n} questions are not answered yet. Unanswered questions count as not right.",
                open_,
            )
            if open_
            else _("Every question is answered. You can still change answers before handing in.")
        )
        main_button(
            _("Hand in"),
            key="check_submit",
            icon="task_alt",
            on_click=_submit,
            args=(check.attempt_id,),
        )


def _read(attempt_id: int) -> OpenCheck:
    return read_check(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        read_item=loaders.item,
        attempt_id=attempt_id,
        now=clock.now(),
    )


def _draw_open(check: OpenCheck) -> None:
    size = len(check.questions)
    first_open = next(
        (i for i, one in enumerate(check.questions) if one.response is None), size - 1
    )
    place_key = _place_key(check.attempt_id)
    place = min(max(int(st.session_state.get(place_key, first_open)), 0), size - 1)
    st.session_state[place_key] = place
    _draw_head(check)
    st.progress((place + 1) / size, text=_("Question {n} of {all}").format(n=place + 1, all=size))
    st.title(check.questions[place].question.title, anchor=False)
    _draw_place(check.attempt_id, place)
    with st.expander(_("If the connection drops"), type="compact"):
        st.markdown(
            _(
                "Every answer is saved when you choose it. Come back on any device: the check goes "
                "on at the same place. The clock keeps running. When the time is over, the check "
                "is handed in as it stands."
            )
        )


def _draw_closed(check: OpenCheck) -> None:
    """Lead to the result by a button: a page that forwards by itself would hold Back up."""
    st.title(f"{_('Skill check')}: {check.skill.name}", anchor=False)
    draw_empty(
        _("This check is handed in"),
        _("Its answers cannot be changed any more."),
        icon="task_alt",
        button=_("See the result"),
        key="check_result",
        go=lambda: go_to("result", attempt=str(check.attempt_id)),
    )


check = _read(number_in_address("attempt"))
over = submit_if_over(
    loaders.store(),
    viewer=loaders.current_viewer(),
    catalogue=loaders.catalogue(),
    read_item=loaders.item,
    check=check,
    now=clock.now(),
)
if st.session_state.pop(HANDED_IN, None) == check.attempt_id or over:
    go_to("result", attempt=str(check.attempt_id))
elif check.submitted_at is not None:
    _draw_closed(check)
elif check.paused_until is not None:
    draw_paused(check.attempt_id, name=check.skill.name, go_on=_end_break)
else:
    _draw_open(check)
