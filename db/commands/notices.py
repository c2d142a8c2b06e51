"""Telling people something on their Home until they have read it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from db.columns import table
from db.tables_notices import Notice

Kind = Literal["level changed", "work graded"]


def insert_notice(
    connection: Connection,
    *,
    person_id: int,
    kind: Kind,
    about: str,
    details: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Tell a person something, once; False when they were told the same before."""
    rows = table(Notice)
    mine = (rows.c.person_id == person_id, rows.c.kind == kind, rows.c.about == about)
    if connection.execute(select(rows.c.id).where(*mine)).first() is not None:
        return False
    connection.execute(
        insert(rows).values(
            person_id=person_id, kind=kind, about=about, details=dict(details), made_at=now
        )
    )
    return True


def mark_read(connection: Connection, *, notice_id: int, person_id: int, now: datetime) -> bool:
    """Note that a person has read a notice of theirs; False when there is none unread."""
    rows = table(Notice)
    done = connection.execute(
        update(rows)
        .where(rows.c.id == notice_id, rows.c.person_id == person_id, rows.c.read_at.is_(None))
        .values(read_at=now)
    )
    return done.rowcount == 1
