"""Use it tomorrow: a learner writes what to do at their desk, and later says what came of it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from curriculum.model import Transfer
from portal import clock, loaders
from portal.components.notices import guarded, show_notice, told
from portal.services.practice import (
    MAX_PLAN,
    DueAction,
    answer_action,
    plan_action,
    read_actions,
)
from portal.text import _, date_text, plain, plural, time_text


def outcome_words() -> Mapping[str, str]:
    """Return what can come of an action, in the reader's language."""
    return {
        "done": _("I tried it"),
        "not yet": _("Not yet, ask me again in a week"),
        "dropped": _("It does not fit my work"),
    }


def draw_loose_transfer(transfer: Transfer) -> None:
    """Draw a prompt that keeps nothing, for those who write it."""
    with st.container(border=True):
        _draw_prompt(transfer)
        st.text_input(_("What will you do?"), key=f"loose_transfer_{transfer.id}")


def draw_transfer_card(transfer: Transfer, *, lesson_id: str) -> None:
    """Draw the prompt of a published lesson; what is typed is kept without a button."""
    _card(transfer, lesson_id)


# Streamlit draws the faults of a fragment itself, before any page hears of them.
@st.fragment
@told()
def _card(transfer: Transfer, lesson_id: str) -> None:
    actions = read_actions(loaders.store(), viewer=loaders.current_viewer())
    action = next((row for row in actions if row.transfer_id == transfer.id), None)
    key = f"transfer_{transfer.id}"
    with st.container(border=True):
        show_notice()
        _draw_prompt(transfer)
        given: dict[str, Any] = {}
        if key not in st.session_state:
            given["value"] = action.plan if action else ""
        st.text_input(
            _("What will you do?"),
            key=key,
            max_chars=MAX_PLAN,
            live=True,
            on_change=_plan,
            args=(transfer, lesson_id, key),
            **given,
        )
        if action is None:
            asked = plural("{n} day", "{n} days", transfer.follow_up_days)
            st.markdown(f":small[{_('The portal asks again after {days}.').format(days=asked)}]")
            return
        if action.answered_at is not None:
            said = outcome_words()[action.outcome]
            st.markdown(f":small[{date_text(action.answered_at)}: {said}]")
        else:
            day = date_text(action.follow_up_at)
            st.markdown(f":small[{_('The portal asks again on {day}.').format(day=day)}]")
        saved = _("Saved {time}").format(time=time_text(action.saved_at))
        st.markdown(f":small[:material/cloud_done: {saved}]")


def _draw_prompt(transfer: Transfer) -> None:
    st.markdown(f"**{_('Use it tomorrow')}**\n\n{transfer.prompt}")


@guarded
def _plan(transfer: Transfer, lesson_id: str, key: str) -> None:
    plan_action(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        read_lesson=loaders.lesson,
        lesson_id=lesson_id,
        transfer_id=transfer.id,
        plan=st.session_state[key] or "",
        now=clock.now(),
    )


def draw_due_action(action: DueAction) -> None:
    """Ask what came of an action whose day has come."""
    key = f"due_action_{action.transfer_id}"
    with st.container(border=True):
        day = date_text(action.planned_at)
        lesson = plain(action.lesson_title)
        st.markdown(f":small[{_('Planned on {day} · {lesson}').format(day=day, lesson=lesson)}]")
        st.markdown(f"**{_('Did you try it?')}**\n\n{plain(action.plan)}")
        words = outcome_words()
        st.radio(
            _("What came of it"),
            list(words),
            index=None,
            format_func=words.__getitem__,
            key=f"{key}_outcome",
        )
        st.text_input(_("What happened? (if you like)"), key=f"{key}_note", max_chars=MAX_PLAN)
        st.button(_("Save"), key=f"{key}_save", on_click=_answer, args=(action.transfer_id, key))


@guarded
def _answer(transfer_id: str, key: str) -> None:
    answer_action(
        loaders.store(),
        viewer=loaders.current_viewer(),
        transfer_id=transfer_id,
        outcome=st.session_state.get(f"{key}_outcome") or "planned",
        note=st.session_state.get(f"{key}_note") or "",
        now=clock.now(),
    )
