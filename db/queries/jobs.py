"""Background work as people see it: what waits, runs, was done or failed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from db.columns import table
from db.tables_jobs import Job


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it stands; `message` is the last word of progress, or why it failed."""

    id: int
    kind: str
    about: str
    state: str
    tries: int
    progress: float
    message: str
    asked_at: datetime
    run_after: datetime
    started_at: datetime | None
    ended_at: datetime | None


def select_jobs(connection: Connection, *, limit: int) -> tuple[JobRow, ...]:
    """Return the newest jobs: those that run or wait first, then those that ended."""
    rows = table(Job)
    open_first = rows.c.state.in_(("done", "failed"))
    newest = func.coalesce(rows.c.ended_at, rows.c.asked_at).desc()
    found = connection.execute(_jobs().order_by(open_first, newest, rows.c.id.desc()).limit(limit))
    return tuple(JobRow(*row) for row in found)


def find_job(connection: Connection, *, kind: str, about: str) -> JobRow | None:
    """Return the newest job about something, or None."""
    rows = table(Job)
    found = connection.execute(
        _jobs()
        .where(rows.c.kind == kind, rows.c.about == about)
        .order_by(rows.c.id.desc())
        .limit(1)
    ).first()
    return JobRow(*found) if found is not None else None


def count_jobs(connection: Connection) -> dict[str, int]:
    """Return how many jobs are in each state."""
    rows = table(Job)
    found = connection.execute(select(rows.c.state, func.count()).group_by(rows.c.state))
    return {str(row[0]): int(row[1]) for row in found}


def has_work(connection: Connection, *, kinds: Collection[str], now: datetime) -> bool:
    """Say whether a job waits for its turn, or its worker was lost."""
    rows = table(Job)
    due = (rows.c.state == "waiting") & (rows.c.run_after <= now) & rows.c.kind.in_(sorted(kinds))
    lost = (rows.c.state == "running") & (rows.c.leased_until < now)
    return connection.execute(select(rows.c.id).where(due | lost).limit(1)).first() is not None


def find_last_asked(connection: Connection, *, kind: str) -> datetime | None:
    """Return when work of a kind was last asked for, or None."""
    rows = table(Job)
    return connection.execute(
        select(rows.c.asked_at).where(rows.c.kind == kind).order_by(rows.c.asked_at.desc()).limit(1)
    ).scalar()


def _jobs() -> Select[Any]:
    rows = table(Job)
    return select(*(rows.c[name] for name in JobRow.__slots__))
