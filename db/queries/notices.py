"""What people are told on their Home."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from db.columns import table
from db.tables_notices import Notice


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something a person is told; `details` fill its words."""

    id: int
    kind: str
    about: str
    details: Mapping[str, Any]
    made_at: datetime


def select_unread(connection: Connection, person_id: int) -> tuple[NoticeRow, ...]:
    """Return what a person has not read yet, the newest first."""
    rows = table(Notice)
    found = connection.execute(
        select(rows.c.id, rows.c.kind, rows.c.about, rows.c.details, rows.c.made_at)
        .where(rows.c.person_id == person_id, rows.c.read_at.is_(None))
        .order_by(rows.c.made_at.desc(), rows.c.id.desc())
    )
    return tuple(NoticeRow(*tuple[Any, ...](row)) for row in found)
