"""How sure people say they feel in a skill; read for themselves alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from db.columns import table
from db.tables_confidence import Confidence


@dataclass(frozen=True, slots=True)
class ConfidenceRow:
    """What a learner said of a skill: 1 (not sure) to 4 (very sure), and when."""

    skill: str
    rating: int
    rated_at: datetime


def select_confidence(connection: Connection, learner_id: int) -> dict[str, ConfidenceRow]:
    """Return what a learner said, by skill."""
    rows = table(Confidence)
    found = connection.execute(
        select(rows.c.skill, rows.c.rating, rows.c.rated_at).where(rows.c.learner_id == learner_id)
    )
    return {row.skill: ConfidenceRow(*row) for row in found}
