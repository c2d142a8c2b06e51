"""Limits on how often somebody does something, shared by every process through one row each.

The row holds the moment at which nothing of the limit is used any more. Each deed moves it on by
its share of the period; when it would lie further ahead than one period, the deed has to wait.
This is the generic cell rate algorithm (ITU-T I.371, virtual scheduling).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.columns import table
from db.tables_guard import Allowance


@dataclass(frozen=True, slots=True)
class Limit:
    """So many deeds of a kind within a period, for each person."""

    deed: str
    allowed: int
    period: timedelta = timedelta(hours=1)


def spend(connection: Connection, limit: Limit, *, who: str, now: datetime) -> datetime | None:
    """Count one deed and return None; or return from when on it is allowed, and count nothing."""
    rows = table(Allowance)
    words = postgresql if connection.dialect.name == "postgresql" else sqlite
    # So that there is a row to hold: two processes that count at once wait for each other.
    connection.execute(
        words.insert(rows).values(who=who, deed=limit.deed, clear_at=now).on_conflict_do_nothing()
    )
    mine = (rows.c.who == who) & (rows.c.deed == limit.deed)
    clear_at: datetime = connection.execute(
        select(rows.c.clear_at).where(mine).with_for_update()
    ).scalar_one()
    if clear_at > now + limit.period:
        # It cannot lie there unless the clock was set back; nobody waits for that.
        clear_at = now
    next_clear = max(clear_at, now) + limit.period / limit.allowed
    if next_clear > now + limit.period:
        return next_clear - limit.period
    connection.execute(update(rows).where(mine).values(clear_at=next_clear))
    return None


def delete_clear_limits(connection: Connection, *, now: datetime) -> int:
    """Forget who has used up nothing of any limit by now."""
    rows = table(Allowance)
    return connection.execute(delete(rows).where(rows.c.clear_at < now)).rowcount
