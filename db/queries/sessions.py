"""Signed-in sessions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from db.columns import table
from db.hot import Statement, day_of, moment_of
from db.queries.people import PersonRow
from db.tables import Session

# Asked at every click: one way to the database, and nothing compiled.
FIND_HOLDER = Statement(
    "SELECT s.seen_at, s.ends_at, p.id, p.name, p.email, p.role_profile, p.language, p.active,"
    " p.last_day, g.role FROM session s JOIN person p ON p.id = s.person_id"
    " LEFT JOIN role_grant g ON g.person_id = p.id AND g.revoked_at IS NULL"
    " WHERE s.token_hash = :token_hash AND s.ended_at IS NULL"
)
KNOWS_SESSION = Statement("SELECT 1 FROM session WHERE token_hash = :token_hash")
FIND_SEEN = Statement(
    "SELECT seen_at FROM session WHERE token_hash = :token_hash AND ended_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that has not been ended."""

    person_id: int
    started_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class HolderRow:
    """Whose session it is, with the roles in force, and how long it holds."""

    person: PersonRow
    seen_at: datetime
    ends_at: datetime


def find_holder(connection: Connection, token_hash: str) -> HolderRow | None:
    """Return who holds a session that was not ended, or None; one statement."""
    rows = FIND_HOLDER.run(connection, token_hash=token_hash).all()
    if not rows:
        return None
    seen_at, ends_at, person_id, name, email, role_profile, language, active, last_day, _ = rows[0]
    person = PersonRow(
        id=person_id,
        name=name,
        email=email,
        role_profile=role_profile,
        language=language,
        active=bool(active),
        roles=frozenset(row[-1] for row in rows if row[-1]),
        last_day=day_of(last_day),
    )
    return HolderRow(person=person, seen_at=moment_of(seen_at), ends_at=moment_of(ends_at))


def find_seen_at(connection: Connection, token_hash: str) -> datetime | None:
    """Return when a session that was not ended was last in use, or None; one statement."""
    found = FIND_SEEN.run(connection, token_hash=token_hash).scalar()
    return None if found is None else moment_of(found)


def knows_session(connection: Connection, token_hash: str) -> bool:
    """Say whether there ever was such a session, ended or not; one statement."""
    return KNOWS_SESSION.run(connection, token_hash=token_hash).first() is not None


def find_session(connection: Connection, token_hash: str) -> SessionRow | None:
    """Return the session, or None when there is none or it was ended."""
    sessions = table(Session)
    row = connection.execute(
        select(
            sessions.c.person_id, sessions.c.started_at, sessions.c.seen_at, sessions.c.ends_at
        ).where(sessions.c.token_hash == token_hash, sessions.c.ended_at.is_(None))
    ).first()
    return None if row is None else SessionRow(*row)


def find_ended_id_token(connection: Connection, token_hash: str) -> str:
    """Return what the provider gave with a session that ended; empty without one."""
    sessions = table(Session)
    found = connection.execute(
        select(sessions.c.id_token).where(
            sessions.c.token_hash == token_hash, sessions.c.ended_at.is_not(None)
        )
    ).scalar()
    return found or ""
