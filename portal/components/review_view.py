"""One review: who, when, why, what changes; approve it, send it back, waive the second reader."""

from collections.abc import Mapping, Sequence

import streamlit as st

from curriculum.item_differences import ItemChange
from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.difference_view import draw_differences
from portal.components.key_choice import draw_key_choices, key_choices_given
from portal.components.notices import guarded
from portal.components.problem_list import draw_problems
from portal.services.approving import approve, return_to_author, waive_second_reader
from portal.services.reviewing import OpenReview, ReviewFile
from portal.text import _, date_text, plural, sentence_text, time_text


@guarded
def _approve(review_id: int, seen: Mapping[str, str], changes: Sequence[ItemChange]) -> None:
    tools = loaders.tools()
    outcomes = approve(
        loaders.store(),
        viewer=loaders.current_viewer(),
        review_id=review_id,
        seen=seen,
        key_choices=key_choices_given(changes, key="review_choice"),
        newest=tools.newest,
        read_texts=tools.read_texts,
        parse=tools.parse,
        read_image=tools.read_image,
        now=clock.now(),
    )
    changed = sum(outcome.changed for outcome in outcomes)
    words = plural("{n} new revision is live.", "{n} new revisions are live.", changed)
    _leave(_("Approved.") + " " + words)


@guarded
def _return(review_id: int) -> None:
    return_to_author(
        loaders.store(),
        viewer=loaders.current_viewer(),
        review_id=review_id,
        comment=str(st.session_state.get("review_comment", "")),
        now=clock.now(),
    )
    _leave(_("Sent back. Its author sees your comment in the editor."))


@guarded
def _waive(review_id: int) -> None:
    waive_second_reader(
        loaders.store(),
        viewer=loaders.current_viewer(),
        review_id=review_id,
        reason=str(st.session_state.get(f"review_waiver_{review_id}", "")),
        now=clock.now(),
    )
    _leave(_("Waived. Its author may approve it now; the reason stays on record."))


def _leave(words: str) -> None:
    st.session_state["reviews_done"] = words
    st.query_params.clear()


def draw_waiver(review_id: int) -> None:
    """Draw the form with which an administrator lets an author approve the own text."""
    st.info(
        _(
            "Nobody but its author could approve this. Give somebody the role, or waive the "
            "second reader this once."
        ),
        icon=":material/group_off:",
    )
    st.text_input(_("Why can nobody else read it?"), key=f"review_waiver_{review_id}")
    st.button(
        _("Waive the second reader"),
        key=f"review_waive_{review_id}",
        icon=":material/gavel:",
        on_click=_waive,
        args=(review_id,),
    )


def draw_review(opened: OpenReview) -> None:
    """Draw a review from its reason to the decision."""
    row = opened.row
    st.header(row.why, anchor=False)
    st.markdown(
        _("{author}, {day} {time}").format(
            author=row.author, day=date_text(row.sent_at), time=time_text(row.sent_at)
        )
    )
    if row.waiver:
        st.info(
            _("An administrator waived the second reader: {reason}").format(reason=row.waiver),
            icon=":material/gavel:",
        )
    for file in opened.files:
        _draw_file(file)
    if opened.problems:
        st.header(_("What keeps it from being published"), anchor=False)
        draw_problems(opened.problems)
    _draw_decision(opened)


def _draw_file(file: ReviewFile) -> None:
    title = file.value.front.title if file.value and file.value.front.title else file.path
    st.header(title, anchor=False)
    st.markdown(f"`{file.path}`")
    if file.conflict:
        st.error(
            _(
                "Somebody published a newer text in the same lines. Send this one back: its "
                "author puts both together first."
            ),
            icon=":material/merge:",
        )
    elif file.merged:
        st.info(
            _("Somebody published since; what you read here has both changes."),
            icon=":material/merge:",
        )
    if not file.number:
        st.badge(_("New text"), icon=":material/fiber_new:", color="blue")
    draw_differences(file.differences, before=file.value_before, after=file.value)


def _draw_decision(opened: OpenReview) -> None:
    st.header(_("Decide"), anchor=False)
    choices: dict[str, str] = {}
    if opened.barrier is not None:
        st.info(sentence_text(opened.barrier), icon=":material/lock:")
    else:
        choices = draw_key_choices(
            opened.key_changes, key="review_choice", chosen=opened.row.key_choices
        )
    missing = len(choices) < len(opened.key_changes)
    stuck = any(file.conflict for file in opened.files) or bool(opened.problems)
    seen = {file.path: file.sha for file in opened.files}
    with st.container(horizontal=True):
        if opened.barrier is None:
            main_button(
                _("Approve and publish"),
                key="review_approve",
                icon="check",
                on_click=_approve,
                args=(opened.row.id, seen, opened.key_changes),
                disabled=missing or stuck,
                help=_("Choose first what becomes of the results.") if missing else None,
            )
        if st.button(_("Back to the list"), key="review_back", icon=":material/arrow_back:"):
            st.switch_page("app_pages/reviews.py")
    if not opened.own:
        st.text_area(_("What should be different?"), key="review_comment", max_chars=2000)
        st.button(
            _("Send it back"),
            key="review_return",
            icon=":material/undo:",
            on_click=_return,
            args=(opened.row.id,),
        )
