"""Signed-in sessions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from db.columns import table
from db.tables import Session


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that has not been ended."""

    person_id: int
    started_at: datetime
    seen_at: datetime
    ends_at: datetime


def find_session(connection: Connection, token_hash: str) -> SessionRow | None:
    """Return the session, or None when there is none or it was ended."""
    sessions = table(Session)
    row = connection.execute(
        select(
            sessions.c.person_id, sessions.c.started_at, sessions.c.seen_at, sessions.c.ends_at
        ).where(sessions.c.token_hash == token_hash, sessions.c.ended_at.is_(None))
    ).first()
    return None if row is None else SessionRow(*row)


def find_id_token(connection: Connection, token_hash: str) -> str:
    """Return what the provider gave with the sign-in of an open session; empty without one."""
    sessions = table(Session)
    found = connection.execute(
        select(sessions.c.id_token).where(
            sessions.c.token_hash == token_hash, sessions.c.ended_at.is_(None)
        )
    ).scalar()
    return found or ""
