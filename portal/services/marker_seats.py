"""Who grades which submission: the seats of its markers, and who may take one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from assessments.grading import THIRD_SEAT, seats_needed
from db import Connection
from db.queries.graded import (
    ContentRow,
    GradingRow,
    SeatRow,
    SubmissionRow,
    find_content,
    find_submission,
    select_seats,
)
from portal.access import Refused, Viewer

# Whoever took work and did not grade it by then leaves the seat to others.
SEAT_LASTS = timedelta(days=14)

Turn = Literal["first", "second", "third"]
TURNS: Mapping[int, Turn] = {1: "first", 2: "second", THIRD_SEAT: "third"}
GONE = "This work waits for no grade of yours. Choose another one from the list."


def seat_for(
    viewer: Viewer,
    row: SubmissionRow,
    gradings: Sequence[GradingRow],
    seats: Sequence[SeatRow],
    *,
    now: datetime,
) -> int | None:
    """Return the seat that the viewer holds or may take, or None."""
    graded = {one.marker_id for one in gradings}
    if row.decided_at is not None or not row.has_content or viewer.person_id in graded:
        return None
    if viewer.person_id == row.learner_id:
        return None
    own = next((one.seat for one in seats if one.marker_id == viewer.person_id), None)
    if own is not None:
        return own
    taken = {one.seat for one in gradings}
    taken |= {one.seat for one in seats if one.taken_at + SEAT_LASTS > now}
    needed = seats_needed([one.marks for one in gradings], markers=row.markers)
    return next((seat for seat in needed if seat not in taken), None)


def require_seat(
    connection: Connection, viewer: Viewer, submission_id: int
) -> tuple[SubmissionRow, SeatRow, ContentRow]:
    """Return work that the viewer took, with their seat and what was handed in.

    Raises
    ------
    Refused
        When they did not take it, or graded it already.
    """
    row = find_submission(connection, submission_id)
    content = find_content(connection, submission_id)
    seat = next(
        (
            one
            for one in select_seats(connection, [submission_id])
            if one.marker_id == viewer.person_id
        ),
        None,
    )
    if row is None or content is None or seat is None or row.learner_id == viewer.person_id:
        raise Refused(GONE)
    return row, seat, content
