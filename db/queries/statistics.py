"""Answers as statistics count them, and the statistics that were stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from db.columns import table
from db.tables import Answer, Attempt, AttemptItem, Head, Revision
from db.tables_results import Result
from db.tables_statistics import FormStatistic, ItemStatistic, MisconceptionStatistic


@dataclass(frozen=True, slots=True)
class TakerRow:
    """A check that was handed in: whose, on which form, in which language and role."""

    attempt_id: int
    learner_id: int
    form: str
    language: str
    role_profile: str


@dataclass(frozen=True, slots=True)
class TriedRow:
    """The first answer of a learner to a question inside a lesson (JSON text)."""

    learner_id: int
    revision_id: int
    response: str


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The stored statistics of an item; see the table for what the lists hold."""

    item_id: str
    owner_id: str
    kind: str
    n: int
    share_correct: float | None
    item_rest: float | None
    flags: Sequence[Mapping[str, Any]]
    options: Sequence[Mapping[str, Any]]
    dif: Sequence[Mapping[str, Any]]
    made_at: datetime
    code_version: str
    timed: int
    rapid: int
    mean_seconds: float | None


@dataclass(frozen=True, slots=True)
class FormFigures:
    """The stored statistics of a form: KR-20 and the standard error of measurement in items."""

    owner_id: str
    form: str
    n: int
    items: int
    mean: float | None
    sd: float | None
    kr20: float | None
    sem: float | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class HeldMisconception:
    """How many people chose what stands for a misconception, among how many."""

    owner_id: str
    code: str
    holders: int
    times: int
    learners: int
    made_at: datetime


def select_owners(connection: Connection) -> dict[str, str]:
    """Return the bank or module of every live item, by the item's id."""
    heads = table(Head)
    rows = connection.execute(
        select(heads.c.content_id, heads.c.owner_id).where(heads.c.kind == "item")
    )
    return {row[0]: row[1] for row in rows}


def select_takers(
    connection: Connection, *, skill: str, after: int, limit: int
) -> tuple[TakerRow, ...]:
    """Return checks of a skill with a result, by the attempt's id, those behind `after` first."""
    attempts, results = table(Attempt), table(Result)
    rows = connection.execute(
        select(
            attempts.c.id,
            attempts.c.learner_id,
            attempts.c.form,
            attempts.c.language,
            results.c.role_profile,
        )
        .join(results, (results.c.attempt_id == attempts.c.id) & results.c.in_force)
        .where(attempts.c.skill == skill, attempts.c.kind == "check", attempts.c.id > after)
        .order_by(attempts.c.id)
        .limit(limit)
    )
    return tuple(TakerRow(*tuple[Any, ...](row)) for row in rows)


def select_first_tries(connection: Connection, item_ids: Sequence[str]) -> tuple[TriedRow, ...]:
    """Return every learner's first answer to each of these questions of a module's lessons."""
    attempts, items, answers = table(Attempt), table(AttemptItem), table(Answer)
    revisions = table(Revision)
    first = (
        select(
            attempts.c.learner_id, revisions.c.content_id, func.min(answers.c.id).label("answer_id")
        )
        .join(items, items.c.attempt_id == attempts.c.id)
        .join(revisions, revisions.c.id == items.c.revision_id)
        .join(
            answers,
            (answers.c.attempt_id == items.c.attempt_id) & (answers.c.position == items.c.position),
        )
        .where(attempts.c.kind == "practice", revisions.c.content_id.in_(item_ids))
        .group_by(attempts.c.learner_id, revisions.c.content_id)
        .subquery()
    )
    rows = connection.execute(
        select(first.c.learner_id, items.c.revision_id, answers.c.response)
        .join(answers, answers.c.id == first.c.answer_id)
        .join(
            items,
            (items.c.attempt_id == answers.c.attempt_id) & (items.c.position == answers.c.position),
        )
        .order_by(first.c.learner_id, items.c.revision_id)
    )
    return tuple(TriedRow(*tuple[Any, ...](row)) for row in rows)


def select_item_figures(
    connection: Connection, *, owner_id: str | None = None, item_ids: Sequence[str] = ()
) -> tuple[ItemFigures, ...]:
    """Return the stored statistics of a bank's or module's items, or of some items."""
    rows = table(ItemStatistic)
    query = select(*[rows.c[field.name] for field in fields(ItemFigures)]).order_by(rows.c.item_id)
    chosen = rows.c.owner_id == owner_id if owner_id else rows.c.item_id.in_(item_ids)
    return tuple(
        ItemFigures(*tuple[Any, ...](row)) for row in connection.execute(query.where(chosen))
    )


def select_form_figures(connection: Connection, *, owner_id: str) -> tuple[FormFigures, ...]:
    """Return the stored statistics of a bank's forms."""
    rows = table(FormStatistic)
    found = connection.execute(
        select(*[rows.c[field.name] for field in fields(FormFigures)])
        .where(rows.c.owner_id == owner_id)
        .order_by(rows.c.form)
    )
    return tuple(FormFigures(*tuple[Any, ...](row)) for row in found)


def select_held(connection: Connection, *, owner_id: str) -> tuple[HeldMisconception, ...]:
    """Return the stored misconceptions of a bank or module, the commonest first."""
    rows = table(MisconceptionStatistic)
    found = connection.execute(
        select(*[rows.c[field.name] for field in fields(HeldMisconception)])
        .where(rows.c.owner_id == owner_id)
        .order_by(rows.c.holders.desc(), rows.c.code)
    )
    return tuple(HeldMisconception(*tuple[Any, ...](row)) for row in found)


def select_counted_owners(connection: Connection) -> frozenset[str]:
    """Return the banks and modules whose answers were counted at least once."""
    rows = table(ItemStatistic)
    return frozenset(connection.execute(select(rows.c.owner_id).distinct()).scalars())


def find_counted_at(connection: Connection, *, owner_id: str) -> datetime | None:
    """Return when a bank's or module's answers were last counted, or None."""
    rows = table(ItemStatistic)
    return connection.execute(
        select(func.max(rows.c.made_at)).where(rows.c.owner_id == owner_id)
    ).scalar()


def find_newest_result(connection: Connection, *, skill: str) -> datetime | None:
    """Return when a check of a skill was last scored, or None."""
    rows = table(Result)
    return connection.execute(
        select(func.max(rows.c.scored_at)).where(rows.c.skill == skill)
    ).scalar()


def find_newest_try(connection: Connection, item_ids: Sequence[str]) -> datetime | None:
    """Return when one of these questions of lessons was last answered, or None."""
    attempts, items, answers = table(Attempt), table(AttemptItem), table(Answer)
    revisions = table(Revision)
    return connection.execute(
        select(func.max(answers.c.answered_at))
        .join(items, (items.c.attempt_id == answers.c.attempt_id))
        .join(attempts, attempts.c.id == items.c.attempt_id)
        .join(revisions, revisions.c.id == items.c.revision_id)
        .where(
            attempts.c.kind == "practice",
            items.c.position == answers.c.position,
            revisions.c.content_id.in_(item_ids),
        )
    ).scalar()
