"""Giving a consent and withdrawing it; each leaves its dates."""

from datetime import datetime

from sqlalchemy import Connection, update
from sqlalchemy.dialects import postgresql, sqlite

from db.columns import table
from db.tables_privacy import Consent


def insert_consent(connection: Connection, *, person_id: int, kind: str, now: datetime) -> bool:
    """Give a consent; False when it stands already."""
    rows = table(Consent)
    words = postgresql if connection.dialect.name == "postgresql" else sqlite
    done = connection.execute(
        words.insert(rows)
        .values(person_id=person_id, kind=kind, given_at=now)
        .on_conflict_do_nothing()
        .returning(rows.c.id)
    )
    return done.first() is not None


def withdraw_consent(connection: Connection, *, person_id: int, kind: str, now: datetime) -> bool:
    """Withdraw the consent that stands; False when none does."""
    rows = table(Consent)
    done = connection.execute(
        update(rows)
        .where(rows.c.person_id == person_id, rows.c.kind == kind, rows.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    return done.rowcount == 1
