"""Letting a learner off modules that a check showed they know, and taking that back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, update

from db.columns import table
from db.tables_checks import TestedOut


def insert_tested_out(
    connection: Connection,
    *,
    learner_id: int,
    attempt_id: int,
    module_ids: Sequence[str],
    now: datetime,
) -> None:
    """Let a learner off modules that none of their checks let them off before."""
    rows = [
        {"learner_id": learner_id, "attempt_id": attempt_id, "module_id": one, "given_at": now}
        for one in module_ids
    ]
    connection.execute(insert(table(TestedOut)), rows)


def withdraw_tested_out(connection: Connection, *, attempt_id: int, now: datetime) -> int:
    """Take back what a check let its learner off; return how many modules."""
    rows = table(TestedOut)
    done = connection.execute(
        update(rows)
        .where(rows.c.attempt_id == attempt_id, rows.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    return done.rowcount
