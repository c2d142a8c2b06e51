"""Corrections of results: those that could be made, are proposed, or were decided."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from db.columns import table
from db.commands.regrades import Change
from db.tables import Attempt, AttemptItem, Person, Revision
from db.tables_authoring import RevisionNote
from db.tables_results import Regrade, RegradeChange, Result


@dataclass(frozen=True, slots=True)
class RegradeRow:
    """A correction as it stands, with the names of those who proposed and decided it."""

    id: int
    item_id: str
    kind: str
    revision_id: int
    revision_number: int
    skill: str
    why: str
    state: str
    proposed_by: int | None
    proposer: str | None
    proposed_at: datetime
    decided_by: int | None
    decider: str | None
    decided_at: datetime | None
    waived: bool
    comment: str


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A key that was published as a correction of answers given before; nobody proposed it yet."""

    item_id: str
    revision_id: int
    number: int
    why: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class MetRow:
    """A revision of an item in handed-in checks: its number, key, and in how many checks."""

    revision_id: int
    number: int
    key_hash: str
    checks: int


def select_regrades(connection: Connection, *, limit: int) -> tuple[RegradeRow, ...]:
    """Return the newest corrections, proposed ones first."""
    rows = table(Regrade)
    decided = rows.c.decided_at.is_not(None)
    query = _regrades().order_by(decided, rows.c.proposed_at.desc(), rows.c.id.desc())
    return tuple(
        RegradeRow(*tuple[Any, ...](row)) for row in connection.execute(query.limit(limit))
    )


def find_regrade(connection: Connection, regrade_id: int) -> RegradeRow | None:
    """Return a correction, or None."""
    row = connection.execute(_regrades().where(table(Regrade).c.id == regrade_id)).first()
    return None if row is None else RegradeRow(*tuple[Any, ...](row))


def find_proposed(connection: Connection, *, item_id: str) -> RegradeRow | None:
    """Return the correction of an item that waits for a decision, or None."""
    rows = table(Regrade)
    row = connection.execute(
        _regrades().where(rows.c.item_id == item_id, rows.c.state == "proposed")
    ).first()
    return None if row is None else RegradeRow(*tuple[Any, ...](row))


def select_corrections(connection: Connection) -> tuple[CorrectionRow, ...]:
    """Return keys published as corrections that no regrade took up, the newest first.

    Only of items that stand in some handed-in check in an older revision.
    """
    notes, revisions, regrades = table(RevisionNote), table(Revision), table(Regrade)
    items, attempts = table(AttemptItem), table(Attempt)
    older = table(Revision).alias("older")
    taken_up = (
        select(regrades.c.id)
        .where(
            regrades.c.item_id == revisions.c.content_id,
            regrades.c.revision_id >= revisions.c.id,
        )
        .exists()
    )
    answered = (
        select(items.c.attempt_id)
        .join(older, older.c.id == items.c.revision_id)
        .join(attempts, attempts.c.id == items.c.attempt_id)
        .where(
            older.c.content_id == revisions.c.content_id,
            older.c.id < revisions.c.id,
            attempts.c.kind == "check",
            attempts.c.submitted_at.is_not(None),
        )
        .exists()
    )
    rows = connection.execute(
        select(
            revisions.c.content_id,
            revisions.c.id,
            revisions.c.number,
            notes.c.why,
            revisions.c.published_at,
        )
        .join(revisions, revisions.c.id == notes.c.revision_id)
        .where(notes.c.key_choice == "correction", ~taken_up, answered)
        .order_by(revisions.c.id.desc())
    )
    return tuple(CorrectionRow(*tuple[Any, ...](row)) for row in rows)


def select_met_revisions(connection: Connection, *, item_id: str) -> tuple[MetRow, ...]:
    """Return the revisions of an item with the number of handed-in checks that hold each."""
    revisions, items, attempts = table(Revision), table(AttemptItem), table(Attempt)
    checks = (
        select(items.c.revision_id, func.count().label("checks"))
        .join(attempts, attempts.c.id == items.c.attempt_id)
        .where(attempts.c.kind == "check", attempts.c.submitted_at.is_not(None))
        .group_by(items.c.revision_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            revisions.c.id,
            revisions.c.number,
            revisions.c.key_hash,
            func.coalesce(checks.c.checks, 0),
        )
        .outerjoin(checks, checks.c.revision_id == revisions.c.id)
        .where(revisions.c.content_id == item_id)
        .order_by(revisions.c.number)
    )
    return tuple(MetRow(*tuple[Any, ...](row)) for row in rows)


def select_changes(connection: Connection, regrade_id: int) -> tuple[Change, ...]:
    """Return what a correction changes, check by check."""
    rows = table(RegradeChange)
    found = connection.execute(
        select(*[rows.c[field.name] for field in fields(Change)])
        .where(rows.c.regrade_id == regrade_id)
        .order_by(rows.c.attempt_id)
    )
    return tuple(Change(*tuple[Any, ...](row)) for row in found)


def count_affected(connection: Connection, revision_ids: Sequence[int]) -> int:
    """Count the checks with a result in force that hold one of these item revisions."""
    items, results = table(AttemptItem), table(Result)
    return int(
        connection.execute(
            select(func.count(func.distinct(items.c.attempt_id)))
            .join(results, results.c.attempt_id == items.c.attempt_id)
            .where(items.c.revision_id.in_(revision_ids), results.c.in_force)
        ).scalar_one()
    )


def _regrades() -> Select[Any]:
    rows, revisions = table(Regrade), table(Revision)
    proposer, decider = table(Person).alias("proposer"), table(Person).alias("decider")
    named = {
        "revision_number": revisions.c.number,
        "proposer": proposer.c.name,
        "decider": decider.c.name,
    }
    columns = [
        named[field.name] if field.name in named else rows.c[field.name]
        for field in fields(RegradeRow)
    ]
    return (
        select(*columns)
        .join(revisions, revisions.c.id == rows.c.revision_id)
        .outerjoin(proposer, proposer.c.id == rows.c.proposed_by)
        .outerjoin(decider, decider.c.id == rows.c.decided_by)
    )
