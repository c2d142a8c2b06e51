"""Graded work: drafts, handing in, the seats of markers, gradings and what comes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

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
class NewSubmission:
    """Work about to be handed in; `body` is the bytes of a file, None for a text or link."""

    work_id: str
    revision_id: int
    learner_id: int
    skill: str
    number: int
    kind: str
    markers: int
    size: int
    sha256: str
    text: str = ""
    file_name: str = ""
    media_type: str = ""
    body: bytes | None = None


_CONTENT = ("text", "file_name", "media_type", "body")
_SUBMISSION = tuple(one.name for one in fields(NewSubmission) if one.name not in _CONTENT)


def upsert_work_draft(
    connection: Connection, *, learner_id: int, work_id: str, text: str, now: datetime
) -> None:
    """Keep what a learner wrote so far."""
    rows = table(WorkDraft)
    changed = connection.execute(
        update(rows)
        .where(rows.c.learner_id == learner_id, rows.c.work_id == work_id)
        .values(text=text, saves=rows.c.saves + 1, saved_at=now)
    )
    if changed.rowcount == 0:
        connection.execute(
            insert(rows).values(
                learner_id=learner_id, work_id=work_id, text=text, saves=1, saved_at=now
            )
        )


def delete_work_draft(connection: Connection, *, learner_id: int, work_id: str) -> None:
    """Forget what a learner wrote, once it was handed in or emptied."""
    rows = table(WorkDraft)
    connection.execute(
        delete(rows).where(rows.c.learner_id == learner_id, rows.c.work_id == work_id)
    )


def insert_submission(connection: Connection, *, new: NewSubmission, now: datetime) -> int:
    """Keep work that was handed in, with its content; return its id."""
    rows = table(Submission)
    values = {name: getattr(new, name) for name in _SUBMISSION}
    submission_id: int = connection.execute(
        insert(rows).values(**values, handed_in_at=now).returning(rows.c.id)
    ).scalar_one()
    connection.execute(
        insert(table(SubmissionContent)).values(
            submission_id=submission_id,
            learner_id=new.learner_id,
            handed_in_at=now,
            **{name: getattr(new, name) for name in _CONTENT},
        )
    )
    return submission_id


def hold_submission(connection: Connection, submission_id: int) -> None:
    """Let one transaction at a time decide over the markers of a submission."""
    rows = table(Submission)
    connection.execute(
        select(rows.c.id).where(rows.c.id == submission_id).with_for_update(key_share=True)
    )


def insert_seat(
    connection: Connection, *, submission_id: int, seat: int, marker_id: int, now: datetime
) -> None:
    """Seat a marker."""
    connection.execute(
        insert(table(GradingSeat)).values(
            submission_id=submission_id, seat=seat, marker_id=marker_id, taken_at=now, draft=""
        )
    )


def update_seat_draft(
    connection: Connection, *, submission_id: int, marker_id: int, draft: str
) -> bool:
    """Keep what a marker has written so far; False when they hold no seat."""
    rows = table(GradingSeat)
    done = connection.execute(
        update(rows)
        .where(rows.c.submission_id == submission_id, rows.c.marker_id == marker_id)
        .values(draft=draft)
    )
    return done.rowcount == 1


def delete_seat(connection: Connection, *, submission_id: int, marker_id: int) -> bool:
    """Free the seat of a marker; False when they hold none."""
    rows = table(GradingSeat)
    done = connection.execute(
        delete(rows).where(rows.c.submission_id == submission_id, rows.c.marker_id == marker_id)
    )
    return done.rowcount == 1


def insert_grading(
    connection: Connection,
    *,
    submission_id: int,
    seat: int,
    marker_id: int,
    learner_id: int,
    marks: Sequence[int],
    comments: Mapping[int, str],
    now: datetime,
) -> int:
    """Keep a grading with its marks and comments; return its id."""
    rows = table(Grading)
    grading_id: int = connection.execute(
        insert(rows)
        .values(
            submission_id=submission_id,
            seat=seat,
            marker_id=marker_id,
            learner_id=learner_id,
            graded_at=now,
        )
        .returning(rows.c.id)
    ).scalar_one()
    connection.execute(
        insert(table(GradingMark)),
        [
            {"grading_id": grading_id, "place": place, "mark": mark}
            for place, mark in enumerate(marks)
        ],
    )
    written = [
        {
            "grading_id": grading_id,
            "place": place,
            "submission_id": submission_id,
            "learner_id": learner_id,
            "marker_id": marker_id,
            "graded_at": now,
            "text": text,
        }
        for place, text in comments.items()
        if text
    ]
    if written:
        connection.execute(insert(table(GradingComment)), written)
    return grading_id


def insert_graded_result(
    connection: Connection,
    *,
    submission_id: int,
    learner_id: int,
    skill: str,
    marks: Sequence[float],
    share: float,
    passed: bool,
    now: datetime,
) -> None:
    """Keep what came of a submission."""
    connection.execute(
        insert(table(GradedResult)).values(
            submission_id=submission_id,
            learner_id=learner_id,
            skill=skill,
            marks=list(marks),
            share=share,
            passed=passed,
            decided_at=now,
        )
    )
