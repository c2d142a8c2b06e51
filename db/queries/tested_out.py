"""Modules that learners need not take, because a check showed it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from db.columns import table
from db.tables_checks import TestedOut


@dataclass(frozen=True, slots=True)
class TestedOutRow:
    """A module tested out: by which check, and when."""

    module_id: str
    attempt_id: int
    given_at: datetime


def select_tested_out(
    connection: Connection, learner_id: int, *, attempt_id: int | None = None
) -> dict[str, TestedOutRow]:
    """Return the modules a learner tested out of, by id; those of one check where it is named."""
    rows = table(TestedOut)
    query = select(rows.c.module_id, rows.c.attempt_id, rows.c.given_at).where(
        rows.c.learner_id == learner_id, rows.c.withdrawn_at.is_(None)
    )
    if attempt_id is not None:
        query = query.where(rows.c.attempt_id == attempt_id)
    found = connection.execute(query.order_by(rows.c.module_id))
    return {row.module_id: TestedOutRow(*row) for row in found}
