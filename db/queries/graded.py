"""Graded work: what was handed in, who grades it, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from db.columns import table
from db.tables_graded import (
    GradedResult,
    Grading,
    GradingComment,
    GradingMark,
    GradingSeat,
    Submission,
    SubmissionContent,
    WorkDraft,
)


@dataclass(frozen=True, slots=True)
class WorkDraftRow:
    """What a learner wrote and did not hand in yet."""

    text: str
    saves: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """Work that was handed in; `marks` and the rest are None until it is decided.

    `has_content` is False once its text or file was deleted.
    """

    id: int
    work_id: str
    revision_id: int
    learner_id: int
    skill: str
    number: int
    kind: str
    markers: int
    size: int
    sha256: str
    handed_in_at: datetime
    has_content: bool
    marks: tuple[float, ...] | None
    share: float | None
    passed: bool | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContentRow:
    """The text or link that was handed in, or the name, type and bytes of the file."""

    text: str
    file_name: str
    media_type: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A marker who is grading a submission; `draft` is JSON, empty at first."""

    submission_id: int
    seat: int
    marker_id: int
    taken_at: datetime
    draft: str


@dataclass(frozen=True, slots=True)
class GradingRow:
    """A grading with its marks by row of the rubric, and its comments (-1: the whole work)."""

    id: int
    submission_id: int
    seat: int
    marker_id: int
    marks: tuple[int, ...]
    comments: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class PassedWork:
    """Graded work of a skill that somebody passed, and since when."""

    learner_id: int
    skill: str
    decided_at: datetime


def select_passed(connection: Connection, learner_ids: Sequence[int]) -> tuple[PassedWork, ...]:
    """Return the graded work that these people passed, the first decided first."""
    rows = table(GradedResult)
    found = connection.execute(
        select(rows.c.learner_id, rows.c.skill, rows.c.decided_at)
        .where(rows.c.learner_id.in_(learner_ids), rows.c.passed)
        .order_by(rows.c.decided_at, rows.c.submission_id)
    )
    return tuple(PassedWork(*row) for row in found)


def find_work_draft(
    connection: Connection, *, learner_id: int, work_id: str
) -> WorkDraftRow | None:
    """Return what a learner wrote for a piece of work, or None."""
    rows = table(WorkDraft)
    row = connection.execute(
        select(*(rows.c[one.name] for one in fields(WorkDraftRow))).where(
            rows.c.learner_id == learner_id, rows.c.work_id == work_id
        )
    ).first()
    return None if row is None else WorkDraftRow(*row)


def select_submissions(connection: Connection, learner_id: int) -> tuple[SubmissionRow, ...]:
    """Return everything a learner handed in, oldest first."""
    return _submissions(connection, table(Submission).c.learner_id == learner_id)


def select_open_submissions(connection: Connection) -> tuple[SubmissionRow, ...]:
    """Return what waits for markers, oldest first; what lost its content waits no longer."""
    undecided = table(GradedResult).c.submission_id.is_(None)
    held = table(SubmissionContent).c.submission_id.is_not(None)
    return _submissions(connection, undecided & held)


def find_submission(connection: Connection, submission_id: int) -> SubmissionRow | None:
    """Return a submission, or None."""
    found = _submissions(connection, table(Submission).c.id == submission_id)
    return found[0] if found else None


def _submissions(
    connection: Connection, condition: ColumnElement[bool]
) -> tuple[SubmissionRow, ...]:
    rows, contents, results = table(Submission), table(SubmissionContent), table(GradedResult)
    results_of = ("marks", "share", "passed", "decided_at")
    own = [
        one.name for one in fields(SubmissionRow) if one.name not in {*results_of, "has_content"}
    ]
    found = connection.execute(
        select(
            *(rows.c[name] for name in own),
            contents.c.submission_id.is_not(None).label("has_content"),
            *(results.c[name] for name in results_of),
        )
        .outerjoin(contents, contents.c.submission_id == rows.c.id)
        .outerjoin(results, results.c.submission_id == rows.c.id)
        .where(condition)
        .order_by(rows.c.handed_in_at, rows.c.id)
    )
    return tuple(_submission(row._asdict()) for row in found)


def _submission(row: Mapping[str, Any]) -> SubmissionRow:
    marks = row["marks"]
    values = dict(row) | {
        "has_content": bool(row["has_content"]),
        "marks": None if marks is None else tuple(map(float, marks)),
    }
    return SubmissionRow(**values)


def find_content(connection: Connection, submission_id: int) -> ContentRow | None:
    """Return what was handed in, or None once it was deleted."""
    rows = table(SubmissionContent)
    row = connection.execute(
        select(*(rows.c[one.name] for one in fields(ContentRow))).where(
            rows.c.submission_id == submission_id
        )
    ).first()
    return None if row is None else ContentRow(*row)


def select_seats(connection: Connection, submission_ids: Sequence[int]) -> tuple[SeatRow, ...]:
    """Return who is grading these submissions."""
    rows = table(GradingSeat)
    found = connection.execute(
        select(*(rows.c[one.name] for one in fields(SeatRow)))
        .where(rows.c.submission_id.in_(submission_ids))
        .order_by(rows.c.submission_id, rows.c.seat)
    )
    return tuple(SeatRow(*row) for row in found)


def select_gradings(
    connection: Connection, submission_ids: Sequence[int]
) -> tuple[GradingRow, ...]:
    """Return the gradings of these submissions, by submission and seat."""
    rows, marks, comments = table(Grading), table(GradingMark), table(GradingComment)
    mine = rows.c.submission_id.in_(submission_ids)
    given: dict[int, list[int]] = {}
    for grading_id, mark in connection.execute(
        select(marks.c.grading_id, marks.c.mark)
        .join(rows, rows.c.id == marks.c.grading_id)
        .where(mine)
        .order_by(marks.c.grading_id, marks.c.place)
    ):
        given.setdefault(grading_id, []).append(mark)
    written: dict[int, dict[int, str]] = {}
    for grading_id, place, text in connection.execute(
        select(comments.c.grading_id, comments.c.place, comments.c.text).where(
            comments.c.submission_id.in_(submission_ids)
        )
    ):
        written.setdefault(grading_id, {})[place] = text
    found = connection.execute(
        select(rows.c.id, rows.c.submission_id, rows.c.seat, rows.c.marker_id)
        .where(mine)
        .order_by(rows.c.submission_id, rows.c.seat)
    )
    return tuple(
        GradingRow(*row, tuple(given.get(row.id, ())), written.get(row.id, {})) for row in found
    )


def select_twice_graded(connection: Connection) -> tuple[SubmissionRow, ...]:
    """Return the submissions that two people graded by themselves, oldest first."""
    gradings = table(Grading)
    second = select(gradings.c.submission_id).where(gradings.c.seat == 2)
    first = select(gradings.c.submission_id).where(gradings.c.seat == 1)
    ids = table(Submission).c.id
    return _submissions(connection, ids.in_(first) & ids.in_(second))
