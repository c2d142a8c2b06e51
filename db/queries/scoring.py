"""What scoring reads: checks handed in with their answers, keys corrected, estimates in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from db.columns import table
from db.tables import Answer, Attempt, AttemptItem, Revision
from db.tables_results import Regrade, Result


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A correction that was approved: the item, and the revision it scores by or drops up to."""

    id: int
    item_id: str
    kind: str
    revision_id: int


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A question of a check with the newest answer to it (JSON text), and how long it took."""

    position: int
    revision_id: int
    response: str | None
    seconds: float | None = None
    rapid: bool | None = None


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A kept estimate with all it was made from."""

    id: int
    attempt_id: int
    number: int
    calibration_id: int
    learner_id: int
    skill: str
    theta: float
    se: float
    eap: float
    eap_sd: float
    items: int
    correct: int
    level: int
    at_target: bool
    cells: Mapping[str, Any]
    arm: str | None
    occasion: str | None
    team_at_taking_id: int | None
    enrolment_id: int | None
    role_profile: str
    taken_at: datetime
    scored_at: datetime
    code_version: str
    counted: bool
    in_force: bool
    reason: str
    regrade_id: int | None
    keys: Mapping[str, int | None]


def select_rules(connection: Connection, *, skill: str) -> tuple[RuleRow, ...]:
    """Return the approved corrections of a skill's items, in the order they were decided."""
    rows = table(Regrade)
    found = connection.execute(
        select(rows.c.id, rows.c.item_id, rows.c.kind, rows.c.revision_id)
        .where(rows.c.skill == skill, rows.c.state == "approved")
        .order_by(rows.c.decided_at, rows.c.id)
    )
    return tuple(RuleRow(*tuple[Any, ...](row)) for row in found)


def select_standing(
    connection: Connection, *, skill: str, after: int, limit: int, item_id: str | None = None
) -> tuple[StandingRow, ...]:
    """Return a skill's estimates in force, by the attempt's id, those behind `after` first.

    With an item only those of checks that hold it, in whatever revision.
    """
    rows = table(Result)
    query = select(*_columns()).where(
        rows.c.skill == skill, rows.c.in_force, rows.c.attempt_id > after
    )
    if item_id is not None:
        query = query.where(rows.c.attempt_id.in_(_holding(item_id)))
    found = connection.execute(query.order_by(rows.c.attempt_id).limit(limit))
    return tuple(StandingRow(*tuple[Any, ...](row)) for row in found)


def find_standing(connection: Connection, *, attempt_id: int) -> StandingRow | None:
    """Return the estimate of an attempt that is in force, or None."""
    rows = table(Result)
    row = connection.execute(
        select(*_columns()).where(rows.c.attempt_id == attempt_id, rows.c.in_force)
    ).first()
    return None if row is None else StandingRow(*tuple[Any, ...](row))


def find_result(connection: Connection, result_id: int) -> StandingRow | None:
    """Return a kept estimate, in force or not, or None."""
    rows = table(Result)
    row = connection.execute(select(*_columns()).where(rows.c.id == result_id)).first()
    return None if row is None else StandingRow(*tuple[Any, ...](row))


def select_result_ids(connection: Connection, *, attempt_id: int) -> tuple[int, ...]:
    """Return every estimate kept of an attempt, the oldest first."""
    rows = table(Result)
    found = connection.execute(
        select(rows.c.id).where(rows.c.attempt_id == attempt_id).order_by(rows.c.number)
    )
    return tuple(found.scalars())


def count_standing(connection: Connection, *, skill: str, item_id: str | None = None) -> int:
    """Count the estimates of a skill that are in force; with an item those of checks with it."""
    rows = table(Result)
    query = select(func.count()).select_from(rows).where(rows.c.skill == skill, rows.c.in_force)
    if item_id is not None:
        query = query.where(rows.c.attempt_id.in_(_holding(item_id)))
    return int(connection.execute(query).scalar_one())


def select_given(
    connection: Connection, attempt_ids: Sequence[int]
) -> dict[int, tuple[GivenRow, ...]]:
    """Return the questions of attempts, each with its newest answer, by attempt and position.

    Two plain reads: joined in the database, a planner that takes the tables for small compares
    every question of a thousand checks with every answer.
    """
    items, answers = table(AttemptItem), table(Answer)
    newest = {
        (attempt_id, position): response
        for attempt_id, position, response in connection.execute(
            select(answers.c.attempt_id, answers.c.position, answers.c.response)
            .where(answers.c.attempt_id.in_(attempt_ids))
            .order_by(answers.c.attempt_id, answers.c.seq)
        )
    }
    given: dict[int, list[GivenRow]] = {attempt_id: [] for attempt_id in attempt_ids}
    for attempt_id, position, revision_id, seconds, rapid in connection.execute(
        select(
            items.c.attempt_id,
            items.c.position,
            items.c.revision_id,
            items.c.seconds,
            items.c.rapid,
        )
        .where(items.c.attempt_id.in_(attempt_ids))
        .order_by(items.c.attempt_id, items.c.position)
    ):
        response = newest.get((attempt_id, position))
        given[attempt_id].append(GivenRow(position, revision_id, response, seconds, rapid))
    return {attempt_id: tuple(found) for attempt_id, found in given.items()}


def select_attempt_ids(
    connection: Connection, *, skill: str, after: int, limit: int
) -> tuple[tuple[int, int, str], ...]:
    """Return id, learner and form of handed-in checks of a skill, by id, behind `after`."""
    rows = table(Attempt)
    found = connection.execute(
        select(rows.c.id, rows.c.learner_id, rows.c.form)
        .where(
            rows.c.skill == skill,
            rows.c.kind == "check",
            rows.c.submitted_at.is_not(None),
            rows.c.id > after,
        )
        .order_by(rows.c.id)
        .limit(limit)
    )
    return tuple((row[0], row[1], row[2]) for row in found)


def _holding(item_id: str) -> Select[tuple[int]]:
    items, revisions = table(AttemptItem), table(Revision)
    return (
        select(items.c.attempt_id)
        .join(revisions, revisions.c.id == items.c.revision_id)
        .where(revisions.c.content_id == item_id)
    )


def _columns() -> list[Any]:
    return [table(Result).c[field.name] for field in fields(StandingRow)]
