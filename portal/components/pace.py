"""How long a question of a check has been before its learner, by the clock of the server.

Only this session knows it. What it cannot know, as after the server was started anew, stays
unknown: a question is then never called guessed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import streamlit as st

# A check that has run for longer was open before this session.
FRESH = timedelta(seconds=30)


@dataclass
class _Pace:
    """Seconds by position; `shown` is before the learner since `since`."""

    spent: dict[int, float] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    shown: int | None = None
    since: datetime | None = None


def note_shown(attempt_id: int, position: int, *, started_at: datetime, now: datetime) -> None:
    """Let the time of a question run, and that of the one before it stop."""
    key = _key(attempt_id)
    if key not in st.session_state:
        seen_before = {position} if now - started_at > FRESH else set()
        st.session_state[key] = _Pace(unknown=seen_before)
    pace: _Pace = st.session_state[key]
    if pace.shown != position:
        _stop(pace, now)
        pace.shown, pace.since = position, now


def note_hidden(attempt_id: int, *, now: datetime) -> None:
    """Let no time run: a break begins."""
    pace: _Pace | None = st.session_state.get(_key(attempt_id))
    if pace is not None:
        _stop(pace, now)


def seconds_on(attempt_id: int, position: int, *, now: datetime) -> float | None:
    """Return how long a question has been before the learner, or None where that is unknown."""
    pace: _Pace | None = st.session_state.get(_key(attempt_id))
    if pace is None or position in pace.unknown:
        return None
    running = pace.since if pace.shown == position else None
    return pace.spent.get(position, 0.0) + ((now - running).total_seconds() if running else 0.0)


def _stop(pace: _Pace, now: datetime) -> None:
    if pace.shown is not None and pace.since is not None:
        passed = (now - pace.since).total_seconds()
        pace.spent[pace.shown] = pace.spent.get(pace.shown, 0.0) + passed
    pace.shown = pace.since = None


def _key(attempt_id: int) -> str:
    return f"check_pace_{attempt_id}"
