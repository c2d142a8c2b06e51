"""A learner's tracks, progress, attempts, answers and results."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, func, select

from db.columns import table
from db.hot import Statement
from db.tables import Answer, Assignment, Attempt, AttemptItem, Progress, Revision, StartChoice
from db.tables_results import Calibration, Result


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A track a learner takes; `assigned_by` is None when it was the learner's own choice."""

    track_id: str
    assigned_by: int | None
    assigned_at: datetime
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """How far a learner is in a lesson."""

    lesson_id: str
    module_id: str
    revision_id: int
    opened_at: datetime
    seen_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt as it stands."""

    id: int
    learner_id: int
    kind: str
    content_id: str
    revision_id: int
    skill: str | None
    form: str | None
    seed: int
    enrolment_id: int | None
    occasion_id: int | None
    team_at_taking_id: int | None
    started_at: datetime
    due_at: datetime | None
    submitted_at: datetime | None
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptItemRow:
    """One question of an attempt with the newest answer to it, if any (JSON text)."""

    position: int
    revision_id: int
    flagged: bool
    response: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A skill estimate with its standard error, and what it was made with."""

    id: int
    attempt_id: int
    skill: str
    theta: float
    se: float
    eap: float
    eap_sd: float
    items: int
    correct: int
    cells: dict[str, list[int]]
    occasion: str | None
    level: int
    taken_at: datetime
    model: str
    version: int


# --- built once: putting a query together takes longer than running it ---------------------------


def _attempts_where(*conditions: ColumnElement[bool]) -> Select[Any]:
    names = [field.name for field in fields(AttemptRow)]
    return select(*[table(Attempt).c[name] for name in names]).where(*conditions)


def _items_with_newest_answer() -> Select[Any]:
    attempt_id: BindParameter[int] = bindparam("attempt_id")
    items, answers = table(AttemptItem), table(Answer)
    newest = (
        select(answers.c.position, func.max(answers.c.seq).label("seq"))
        .where(answers.c.attempt_id == attempt_id)
        .group_by(answers.c.position)
        .subquery()
    )
    columns = (*(items.c[name] for name in ("position", "revision_id", "flagged")),)
    return (
        select(*columns, answers.c.response, answers.c.answered_at)
        .outerjoin(newest, newest.c.position == items.c.position)
        .outerjoin(answers, (answers.c.attempt_id == attempt_id) & (answers.c.seq == newest.c.seq))
        .where(items.c.attempt_id == attempt_id)
        .order_by(items.c.position)
    )


_OWN = table(Attempt).c.learner_id == bindparam("learner_id")
_ATTEMPT = _attempts_where(table(Attempt).c.id == bindparam("attempt_id"))
_OPEN_ATTEMPT = _attempts_where(
    _OWN,
    table(Attempt).c.content_id == bindparam("content_id"),
    table(Attempt).c.submitted_at.is_(None),
)
_CHECKS = _attempts_where(_OWN, table(Attempt).c.kind == "check").order_by(
    table(Attempt).c.started_at, table(Attempt).c.id
)
_ATTEMPT_ITEMS = _items_with_newest_answer()


def select_assignments(connection: Connection, learner_id: int) -> tuple[AssignmentRow, ...]:
    """Return the tracks a learner takes, those with the nearest due date first."""
    rows = table(Assignment)
    found = connection.execute(
        select(rows.c.track_id, rows.c.assigned_by, rows.c.assigned_at, rows.c.due_on)
        .where(rows.c.learner_id == learner_id)
        .order_by(rows.c.due_on.is_(None), rows.c.due_on, rows.c.id)
    )
    return tuple(AssignmentRow(*row) for row in found)


def select_progress(connection: Connection, learner_id: int) -> dict[str, ProgressRow]:
    """Return how far a learner is, by lesson."""
    rows = table(Progress)
    found = connection.execute(
        select(
            rows.c.lesson_id,
            rows.c.module_id,
            rows.c.revision_id,
            rows.c.opened_at,
            rows.c.seen_at,
            rows.c.done_at,
        ).where(rows.c.learner_id == learner_id)
    )
    return {row.lesson_id: ProgressRow(*row) for row in found}


def find_start_choice(connection: Connection, *, learner_id: int, track_id: str) -> str | None:
    """Return `taken` or `skipped`, or None when the learner was not asked yet."""
    rows = table(StartChoice)
    found = connection.execute(
        select(rows.c.choice).where(rows.c.learner_id == learner_id, rows.c.track_id == track_id)
    ).scalar()
    return None if found is None else str(found)


def find_attempt(connection: Connection, attempt_id: int) -> AttemptRow | None:
    """Return an attempt, or None."""
    row = connection.execute(_ATTEMPT, {"attempt_id": attempt_id}).first()
    return None if row is None else AttemptRow(*row)


def find_open_attempt(
    connection: Connection, *, learner_id: int, content_id: str
) -> AttemptRow | None:
    """Return the learner's attempt at this content that is not submitted yet, or None."""
    where = {"learner_id": learner_id, "content_id": content_id}
    row = connection.execute(_OPEN_ATTEMPT, where).first()
    return None if row is None else AttemptRow(*row)


def select_checks(connection: Connection, learner_id: int) -> tuple[AttemptRow, ...]:
    """Return every secure check a learner started, oldest first."""
    rows = connection.execute(_CHECKS, {"learner_id": learner_id})
    return tuple(AttemptRow(*row) for row in rows)


def select_overdue_checks(
    connection: Connection, *, before: datetime, limit: int
) -> tuple[int, ...]:
    """Return checks that were not handed in and whose time was over before a moment."""
    rows = table(Attempt)
    found = connection.execute(
        select(rows.c.id)
        .where(rows.c.kind == "check", rows.c.submitted_at.is_(None), rows.c.due_at < before)
        .order_by(rows.c.id)
        .limit(limit)
    )
    return tuple(found.scalars())


def select_attempt_items(connection: Connection, attempt_id: int) -> tuple[AttemptItemRow, ...]:
    """Return the questions of an attempt in order, each with its newest answer."""
    rows = connection.execute(_ATTEMPT_ITEMS, {"attempt_id": attempt_id})
    return tuple(AttemptItemRow(*row) for row in rows)


def select_seen_items(
    connection: Connection, *, learner_id: int, since: datetime
) -> frozenset[str]:
    """Return the ids of the items a learner met in secure checks since a moment."""
    items, attempts, revisions = table(AttemptItem), table(Attempt), table(Revision)
    return frozenset(
        connection.execute(
            select(revisions.c.content_id)
            .join(items, items.c.revision_id == revisions.c.id)
            .join(attempts, attempts.c.id == items.c.attempt_id)
            .where(
                attempts.c.learner_id == learner_id,
                attempts.c.kind == "check",
                attempts.c.started_at >= since,
            )
        ).scalars()
    )


def select_results(
    connection: Connection, learner_id: int, *, attempt_ids: Sequence[int] | None = None
) -> tuple[ResultRow, ...]:
    """Return a learner's estimates in force, oldest first; of some attempts when these are named.

    Of an attempt that was scored more than once only the estimate in force is among them.
    """
    results, calibrations = table(Result), table(Calibration)
    names = [field.name for field in fields(ResultRow) if field.name not in {"model", "version"}]
    query: Select[Any] = (
        select(*[results.c[name] for name in names], calibrations.c.model, calibrations.c.version)
        .join(calibrations, calibrations.c.id == results.c.calibration_id)
        .where(results.c.learner_id == learner_id, results.c.in_force)
        .order_by(results.c.taken_at, results.c.id)
    )
    if attempt_ids is not None:
        query = query.where(results.c.attempt_id.in_(attempt_ids))
    return tuple(ResultRow(*row) for row in connection.execute(query))


FIND_ATTEMPT_ITEM = Statement(
    "SELECT revision_id FROM attempt_item WHERE attempt_id = :attempt_id AND position = :position"
)
FIND_OWN_ATTEMPT_ITEM = Statement(
    "SELECT i.revision_id FROM attempt_item i JOIN attempt a ON a.id = i.attempt_id "
    "WHERE i.attempt_id = :attempt_id AND i.position = :position AND a.learner_id = :learner_id"
)


def find_attempt_item(connection: Connection, *, attempt_id: int, position: int) -> int | None:
    """Return the item revision at a position of an attempt, or None."""
    row = FIND_ATTEMPT_ITEM.run(connection, attempt_id=attempt_id, position=position).first()
    return None if row is None else int(row[0])


def find_own_attempt_item(
    connection: Connection, *, attempt_id: int, position: int, learner_id: int
) -> int | None:
    """Return the item revision at a position of a learner's attempt; on the way of every save.

    None to somebody else, too: the kind of a question tells of a check.
    """
    row = FIND_OWN_ATTEMPT_ITEM.run(
        connection, attempt_id=attempt_id, position=position, learner_id=learner_id
    ).first()
    return None if row is None else int(row[0])
