"""Starting, touching and ending signed-in sessions."""

from datetime import datetime

from sqlalchemy import Connection, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from db.columns import table
from db.tables import Session


def insert_session(
    connection: Connection, *, token_hash: str, person_id: int, now: datetime, ends_at: datetime
) -> None:
    """Start a session."""
    connection.execute(
        insert(Session).values(
            token_hash=token_hash,
            person_id=person_id,
            started_at=now,
            seen_at=now,
            ends_at=ends_at,
        )
    )


def insert_session_once(
    connection: Connection,
    *,
    token_hash: str,
    person_id: int,
    now: datetime,
    ends_at: datetime,
    id_token: str | None = None,
) -> bool:
    """Start a session; return False, and change nothing, when its token was ever used."""
    rows = postgresql if connection.dialect.name == "postgresql" else sqlite
    done = connection.execute(
        rows.insert(Session)
        .values(
            token_hash=token_hash,
            person_id=person_id,
            started_at=now,
            seen_at=now,
            ends_at=ends_at,
            id_token=id_token,
        )
        .on_conflict_do_nothing(index_elements=["token_hash"])
        .returning(table(Session).c.token_hash)
    )
    return done.first() is not None


def touch_session(connection: Connection, *, token_hash: str, now: datetime) -> None:
    """Note that the session is in use."""
    sessions = table(Session)
    connection.execute(
        update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now)
    )


def end_session(connection: Connection, *, token_hash: str, by: str, now: datetime) -> int:
    """End one session; return 1, or 0 when it had ended before.

    What the provider gave with it waits for `forget_id_token`.
    """
    sessions = table(Session)
    done = connection.execute(
        update(sessions)
        .where(sessions.c.token_hash == token_hash, sessions.c.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
    )
    return done.rowcount


def forget_id_token(connection: Connection, *, token_hash: str) -> None:
    """Empty what the provider gave with a session."""
    sessions = table(Session)
    connection.execute(
        update(sessions).where(sessions.c.token_hash == token_hash).values(id_token=None)
    )


def end_sessions_of(connection: Connection, *, person_id: int, by: str, now: datetime) -> int:
    """End every session of a person; return how many."""
    sessions = table(Session)
    done = connection.execute(
        update(sessions)
        .where(sessions.c.person_id == person_id, sessions.c.ended_at.is_(None))
        .values(ended_at=now, ended_by=by, id_token=None)
    )
    return done.rowcount
