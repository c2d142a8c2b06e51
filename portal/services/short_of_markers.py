"""Work that waits for one more person to grade it, where there is nobody left who may."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assessments.grading import seats_needed
from db import Connection
from db.queries.graded import (
    GradingRow,
    SubmissionRow,
    select_gradings,
    select_open_submissions,
)
from db.queries.people import select_people_with_role
from db.store import Store
from portal import access
from portal.access import MATRIX, Viewer
from portal.services.learning import ReadItem
from portal.services.marker_seats import TURNS, Turn


@dataclass(frozen=True, slots=True)
class ShortWork:
    """Work that nobody may grade as things are; `turn` is the grade that it waits for."""

    number: int
    title: str
    turn: Turn


def read_short_of_markers(
    store: Store, *, viewer: Viewer, read_item: ReadItem
) -> tuple[ShortWork, ...]:
    """Return the work that waits in vain, for who may grade and who gives roles; never one's own.

    Without this it would wait for ever, and nobody would learn of it.
    """
    if not access.may(viewer, "grade work"):
        access.require(viewer, "manage people")

    def read(connection: Connection) -> tuple[tuple[SubmissionRow, Turn], ...]:
        rows = [
            row for row in select_open_submissions(connection) if row.learner_id != viewer.person_id
        ]
        return short_among(connection, rows)

    return tuple(
        ShortWork(row.id, read_item(row.revision_id).title, turn) for row, turn in store.read(read)
    )


def short_among(
    connection: Connection, rows: Sequence[SubmissionRow]
) -> tuple[tuple[SubmissionRow, Turn], ...]:
    """Return those of these works that lack a marker, with the grade that each waits for."""
    waiting = [row for row in rows if row.decided_at is None and row.has_content]
    if not waiting:
        return ()
    graders = {
        person_id
        for role in MATRIX["grade work"]
        for person_id in select_people_with_role(connection, role)
    }
    gradings = _by_submission(select_gradings(connection, [row.id for row in waiting]))
    found = []
    for row in waiting:
        given = gradings.get(row.id, [])
        done = {one.seat for one in given}
        needed = seats_needed([one.marks for one in given], markers=row.markers)
        free = [seat for seat in needed if seat not in done]
        left = graders - {one.marker_id for one in given} - {row.learner_id}
        if len(free) > len(left):
            found.append((row, TURNS[free[len(left)]]))
    return tuple(found)


def _by_submission(rows: Iterable[GradingRow]) -> Mapping[int, list[GradingRow]]:
    found: dict[int, list[GradingRow]] = {}
    for row in rows:
        found.setdefault(row.submission_id, []).append(row)
    return found
