"""Deleting what is kept no longer: one rule for each kind, the same for counting and deleting."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, or_, select

from db.columns import table
from db.tables import Answer, Attempt, Person, Session
from db.tables_authoring import Draft
from db.tables_checks import Accommodation, AttemptBreak
from db.tables_confidence import Confidence
from db.tables_graded import GradingComment, GradingSeat, SubmissionContent, WorkDraft
from db.tables_guard import Allowance
from db.tables_jobs import Job
from db.tables_notices import Notice
from db.tables_practice import ActivityWork, DeskAction
from db.tables_privacy import Consent

Condition = Callable[[Table, datetime], ColumnElement[bool]]


def _sessions(rows: Table, before: datetime) -> ColumnElement[bool]:
    return func.coalesce(rows.c.ended_at, rows.c.ends_at) < before


def _jobs(rows: Table, before: datetime) -> ColumnElement[bool]:
    return and_(rows.c.state.in_(("done", "failed")), rows.c.ended_at < before)


def _drafts(rows: Table, before: datetime) -> ColumnElement[bool]:
    return and_(rows.c.state == "draft", rows.c.saved_at < before)


def _accommodations(rows: Table, before: datetime) -> ColumnElement[bool]:
    return or_(rows.c.withdrawn_at < before, rows.c.ends_on < before.date())


def _old(column: str) -> Condition:
    return lambda rows, before: rows.c[column] < before


# Which rows of a table are older than a moment; a value that is missing is never old.
OLD: dict[str, tuple[type, Condition]] = {
    "sessions": (Session, _sessions),
    "limits": (Allowance, _old("clear_at")),
    "background work": (Job, _jobs),
    "notices": (Notice, _old("read_at")),
    "consents": (Consent, _old("withdrawn_at")),
    "accommodations": (Accommodation, _accommodations),
    "breaks": (AttemptBreak, _old("ended_at")),
    "activities": (ActivityWork, _old("saved_at")),
    "desk actions": (DeskAction, _old("saved_at")),
    "confidence": (Confidence, _old("rated_at")),
    "drafts": (Draft, _drafts),
    "unfinished work": (WorkDraft, _old("saved_at")),
    "handed-in work": (SubmissionContent, _old("handed_in_at")),
    "comments on work": (GradingComment, _old("graded_at")),
    "unfinished gradings": (GradingSeat, _old("taken_at")),
}


def count_old(connection: Connection, kind: str, *, before: datetime) -> int:
    """Return how many rows of a kind are older than a moment."""
    rows, condition = _rule(kind, before)
    return connection.execute(select(func.count()).select_from(rows).where(condition)).scalar_one()


def delete_old(connection: Connection, kind: str, *, before: datetime) -> int:
    """Delete the rows of a kind that are older than a moment; return how many."""
    rows, condition = _rule(kind, before)
    return connection.execute(delete(rows).where(condition)).rowcount


def _rule(kind: str, before: datetime) -> tuple[Table, ColumnElement[bool]]:
    model, condition = OLD[kind]
    rows = table(model)
    return rows, condition(rows, before)


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """An answer that holds a text: its row, its question, and whether a skill was checked."""

    id: int
    attempt_id: int
    seq: int
    position: int
    operation_id: str
    response: str
    kind: str


def select_written_answers(
    connection: Connection, *, learner_id: int | None = None, before: datetime | None = None
) -> Iterator[WrittenAnswer]:
    """Yield the answers that hold a text: of one person, or of practice before a moment."""
    answers, attempts = table(Answer), table(Attempt)
    query = (
        select(
            answers.c.id,
            answers.c.attempt_id,
            answers.c.seq,
            answers.c.position,
            answers.c.operation_id,
            answers.c.response,
            attempts.c.kind,
        )
        .join(attempts, attempts.c.id == answers.c.attempt_id)
        .where(answers.c.response.like('%"text"%'))
        .order_by(answers.c.attempt_id, answers.c.seq)
    )
    if learner_id is not None:
        query = query.where(attempts.c.learner_id == learner_id)
    if before is not None:
        query = query.where(attempts.c.kind == "practice", answers.c.answered_at < before)
    for row in connection.execute(query):
        yield WrittenAnswer(*row)


def select_long_gone(connection: Connection, *, before: datetime) -> tuple[int, ...]:
    """Return who left before a moment and was not erased yet."""
    people = table(Person)
    return tuple(
        connection.execute(
            select(people.c.id)
            .where(
                people.c.active.is_(False),
                people.c.erased_at.is_(None),
                people.c.last_day < before.date(),
            )
            .order_by(people.c.id)
        ).scalars()
    )
