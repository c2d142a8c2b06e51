"""Deeds of the audit as auditors search them: newest first, a page at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, select

from db.chain import ORGANISATION
from db.columns import table
from db.hot import moment_of
from db.tables_guard import Audit

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class DeedRow:
    """One deed: who did what to what, when (UTC), and its place in the chain."""

    stream: str
    seq: int
    at: datetime
    actor: str
    deed: str
    object: str
    payload: str
    hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deeds are looked for; what is empty does not narrow. Both days belong to it."""

    stream: str = ORGANISATION
    deed: str = ""
    actor: str = ""
    object: str = ""
    first_day: date | None = None
    last_day: date | None = None


def count_deeds(connection: Connection, wanted: Wanted) -> int:
    """Return how many deeds fit."""
    return connection.execute(
        select(func.count()).select_from(table(Audit)).where(_fits(wanted))
    ).scalar_one()


def select_deeds(
    connection: Connection, wanted: Wanted, *, limit: int, offset: int
) -> tuple[DeedRow, ...]:
    """Return a page of the deeds that fit, the newest first."""
    rows = table(Audit)
    found = connection.execute(
        select(*(rows.c[name] for name in DeedRow.__slots__))
        .where(_fits(wanted))
        .order_by(rows.c.seq.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(_deed(row) for row in found)


def iterate_deeds(connection: Connection, wanted: Wanted) -> Iterator[DeedRow]:
    """Give every deed that fits in the order of the chain, without holding all of them."""
    rows = table(Audit)
    # On the statement: on the connection it would hold for what is written afterwards, too.
    found = connection.execute(
        select(*(rows.c[name] for name in DeedRow.__slots__))
        .where(_fits(wanted))
        .order_by(rows.c.stream, rows.c.seq)
        .execution_options(yield_per=CHUNK)
    )
    for row in found:
        yield _deed(row)


def select_deed_names(connection: Connection) -> tuple[str, ...]:
    """Return every name of a deed of the organisation, in alphabetical order."""
    rows = table(Audit)
    found = connection.execute(
        select(rows.c.deed).where(rows.c.stream == ORGANISATION).distinct().order_by(rows.c.deed)
    )
    return tuple(found.scalars())


def _deed(row: object) -> DeedRow:
    values = {name: getattr(row, name) for name in DeedRow.__slots__}
    return DeedRow(**values | {"at": moment_of(values["at"])})


def _fits(wanted: Wanted) -> ColumnElement[bool]:
    rows = table(Audit)
    named = {"deed": wanted.deed, "actor": wanted.actor, "object": wanted.object}
    parts = [rows.c[name] == value for name, value in named.items() if value]
    if wanted.stream:
        parts.append(rows.c.stream == wanted.stream)
    if wanted.first_day is not None:
        parts.append(rows.c.at >= _midnight(wanted.first_day))
    if wanted.last_day is not None:
        parts.append(rows.c.at < _midnight(wanted.last_day + timedelta(days=1)))
    return and_(*parts) if parts else rows.c.seq > 0


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
