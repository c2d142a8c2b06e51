"""Keeping how sure somebody says they feel in a skill, and taking it back."""

from datetime import datetime

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from db.columns import table
from db.tables_confidence import Confidence


def upsert_confidence(
    connection: Connection, *, learner_id: int, skill: str, rating: int, now: datetime
) -> bool:
    """Keep a rating in place of the one before; False when it says the same."""
    rows = table(Confidence)
    words = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = words.insert(rows).values(
        learner_id=learner_id, skill=skill, rating=rating, rated_at=now
    )
    done = connection.execute(
        made.on_conflict_do_update(
            index_elements=[rows.c.learner_id, rows.c.skill],
            set_={"rating": made.excluded.rating, "rated_at": made.excluded.rated_at},
            where=rows.c.rating != made.excluded.rating,
        ).returning(rows.c.rating)
    )
    return done.first() is not None


def delete_confidence(connection: Connection, *, learner_id: int, skill: str) -> bool:
    """Take a rating back; False when there is none."""
    rows = table(Confidence)
    done = connection.execute(
        delete(rows).where(rows.c.learner_id == learner_id, rows.c.skill == skill)
    )
    return done.rowcount == 1
