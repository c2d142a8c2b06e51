"""Graded work: what was handed in, who grades it, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from db.columns import table
from db.tables_graded import GradedResult


@dataclass(frozen=True, slots=True)
class PassedWork:
    """Graded work of a skill that somebody passed, and since when."""

    learner_id: int
    skill: str
    decided_at: datetime


def select_passed(connection: Connection, learner_ids: Sequence[int]) -> tuple[PassedWork, ...]:
    """Return the graded work that these people passed, the first decided first."""
    rows = table(GradedResult)
    found = connection.execute(
        select(rows.c.learner_id, rows.c.skill, rows.c.decided_at)
        .where(rows.c.learner_id.in_(learner_ids), rows.c.passed)
        .order_by(rows.c.decided_at, rows.c.submission_id)
    )
    return tuple(PassedWork(*row) for row in found)
