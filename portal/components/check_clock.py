"""The clock of a check: the time left by the server, and the page of a break."""

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.notices import show_notice, told
from portal.services.checks import Clock, read_clock
from portal.text import _, plural

EVERY = "30s"


# It runs by itself, so that a page nobody touches tells the time, and ends when the time does.
@st.fragment(run_every=EVERY)
@told()
def draw_clock(attempt_id: int) -> None:
    """Draw the minutes left; draw the whole page anew once it shows another state than this."""
    now = _read(attempt_id)
    if now.is_over or now.break_left is not None:
        st.rerun(scope="app")
    if now.left is not None:
        st.markdown(f":material/timer: {_minutes_left(now.left)}")


def draw_paused(attempt_id: int, *, name: str, go_on: Callable[[int], None]) -> None:
    """Draw a break: no question, the clock that stands still, and the way on."""
    st.title(_("You are on a break"), anchor=False)
    st.markdown(
        _(
            "The clock of your check of {skill} stands still. Your answers are saved, and the "
            "questions are hidden until you go on. You may close this page."
        ).format(skill=name)
    )
    show_notice()
    _draw_break_left(attempt_id)
    main_button(
        _("Go on with the check"),
        key="check_go_on",
        icon="play_arrow",
        on_click=go_on,
        args=(attempt_id,),
    )


@st.fragment(run_every=EVERY)
@told()
def _draw_break_left(attempt_id: int) -> None:
    now = _read(attempt_id)
    if now.is_over or now.break_left is None:
        st.rerun(scope="app")
        return
    minutes = _whole_minutes(now.break_left)
    left = plural(
        "Your break ends by itself in {n} minute; then the clock runs.",
        "Your break ends by itself in {n} minutes; then the clock runs.",
        minutes,
    )
    st.markdown(f":material/pause_circle: {left}")
    if now.left is not None:
        st.markdown(f":material/timer: {_minutes_left(now.left)}")


def _read(attempt_id: int) -> Clock:
    return read_clock(
        loaders.store(),
        viewer=loaders.current_viewer(),
        attempt_id=attempt_id,
        now=clock.now(),
    )


def _minutes_left(left: timedelta) -> str:
    return plural("{n} minute left", "{n} minutes left", _whole_minutes(left))


def _whole_minutes(time: timedelta) -> int:
    return max(0, int(time.total_seconds() + 59) // 60)
