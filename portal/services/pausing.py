"""Breaks that stop the clock of a check: begun, ended, limited; rows that outlast a restart."""

from datetime import datetime, timedelta

from db import Connection
from db.chain import breaks_stream
from db.commands.accommodations import stop_clock
from db.commands.learning import hold_learner
from db.queries.learning import AttemptRow
from db.store import Store
from portal import access
from portal.access import Refused, Unrecorded, Viewer
from portal.services.check_time import break_left, close_break
from portal.services.evidence import record_deed
from portal.services.results import find_own_check

# What is left over of a break is no break.
SHORTEST = timedelta(seconds=10)


def begin_break(store: Store, *, viewer: Viewer, attempt_id: int, now: datetime) -> None:
    """Stop the clock of an own check; while a break is on, this changes nothing.

    The end of the check moves by all that is left of the breaks allowed, and moves back when the
    break ends sooner: whoever never comes back has an end all the same.

    Raises
    ------
    Refused
        When the check is over or another person's, or no break is allowed or left.
    """
    access.require(viewer, "learn")

    def begin(connection: Connection) -> None:
        hold_learner(connection, learner_id=viewer.person_id)
        attempt = _find_running(connection, viewer, attempt_id, now=now)
        if attempt.paused_until is not None:
            return
        left = break_left(connection, attempt, on=now.date())
        if left < SHORTEST or attempt.due_at is None:
            raise Unrecorded("There is no break left in this check. Your answers are saved.")
        stop_clock(
            connection,
            attempt_id=attempt_id,
            ends_by=now + left,
            due_at=attempt.due_at + left,
            now=now,
        )
        _record(connection, viewer, "break begun", attempt_id, now=now)

    store.write(begin)


def end_break(store: Store, *, viewer: Viewer, attempt_id: int, now: datetime) -> None:
    """Let the clock of an own check run on; where no break is on, this changes nothing."""
    access.require(viewer, "learn")

    def end(connection: Connection) -> None:
        hold_learner(connection, learner_id=viewer.person_id)
        attempt = find_own_check(connection, viewer, attempt_id)
        if close_break(connection, attempt, now=now):
            _record(connection, viewer, "break ended", attempt_id, now=now)

    store.write(end)


def _find_running(
    connection: Connection, viewer: Viewer, attempt_id: int, *, now: datetime
) -> AttemptRow:
    """Return an own check whose clock has not run out; a break that was over is ended."""
    attempt = find_own_check(connection, viewer, attempt_id)
    over = attempt.due_at is not None and now >= attempt.due_at
    if attempt.submitted_at is not None or over:
        raise Refused("The time of this check is over. What was saved counts.")
    if attempt.paused_until is not None and attempt.paused_until <= now:
        close_break(connection, attempt, now=now)
        return find_own_check(connection, viewer, attempt_id)
    return attempt


def _record(
    connection: Connection, viewer: Viewer, deed: str, attempt_id: int, *, now: datetime
) -> None:
    # A stream of its own: whoever reads the trail of checks does not learn who has breaks.
    record_deed(
        connection,
        viewer=viewer,
        deed=deed,
        object_=f"attempt:{attempt_id}",
        stream=breaks_stream(attempt_id),
        now=now,
    )
