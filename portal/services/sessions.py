"""Signing in and out: a row in the database behind every open browser."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import cast, get_args

from db import Connection
from db.commands.audit import append_audit
from db.commands.sessions import (
    end_session,
    end_sessions_of,
    forget_id_token,
    insert_session,
    touch_session,
)
from db.queries.people import find_person
from db.queries.sessions import find_ended_id_token, find_holder, find_seen_at, find_session
from db.store import Store
from portal.access import Refused, Role, Viewer
from portal.services.evidence import ORGANISATION

COOKIE = "portal_session"
TOUCH_AFTER = timedelta(minutes=1)
_ROLES = frozenset(get_args(Role))


def start_session(store: Store, *, person_id: int, now: datetime, hours: int) -> str:
    """Start a session for an active person and return its token, which is kept nowhere else.

    Raises
    ------
    Refused
        When there is no such active person.
    """
    token = secrets.token_urlsafe(32)

    def start(connection: Connection) -> None:
        person = find_person(connection, person_id)
        if person is None or not person.is_here(now.date()):
            raise Refused("This account is not active. Ask the people desk.")
        insert_session(
            connection,
            token_hash=hash_token(token),
            person_id=person_id,
            now=now,
            ends_at=now + timedelta(hours=hours),
        )
        append_audit(
            connection,
            stream=ORGANISATION,
            actor=f"person:{person_id}",
            deed="signed in",
            object_=f"person:{person_id}",
            payload={},
            now=now,
        )

    store.write(start)
    return token


def find_viewer(store: Store, *, token: str, now: datetime, idle_minutes: int) -> Viewer | None:
    """Return who holds this token, with the roles of this moment; None when it is worth nothing."""
    holder = store.ask(lambda connection: find_holder(connection, hash_token(token)))
    if holder is None or holder.ends_at <= now:
        return None
    person = holder.person
    if holder.seen_at + timedelta(minutes=idle_minutes) <= now or not person.is_here(now.date()):
        return None
    return Viewer(
        person_id=person.id,
        name=person.name,
        roles=frozenset(cast("Role", role) for role in person.roles if role in _ROLES),
        role_profile=person.role_profile,
        language=person.language,
    )


def keep_session(store: Store, *, token: str, now: datetime) -> None:
    """Note that the person did something; at most one write a minute."""
    seen_at = store.ask(lambda connection: find_seen_at(connection, hash_token(token)))
    if seen_at is not None and seen_at + TOUCH_AFTER <= now:
        store.write(
            lambda connection: touch_session(connection, token_hash=hash_token(token), now=now)
        )


def sign_out(store: Store, *, token: str, now: datetime) -> None:
    """End this session; every tab that uses it is signed out at its next step."""

    def end(connection: Connection) -> None:
        session = find_session(connection, hash_token(token))
        if session is not None:
            end_session(connection, token_hash=hash_token(token), by="logout", now=now)
            _audit_end(connection, person_id=session.person_id, how="signed out", now=now)

    store.write(end)


def is_open(store: Store, *, token: str) -> bool:
    """Say whether nobody has ended this session yet, idle or not."""
    return store.ask(lambda connection: find_seen_at(connection, hash_token(token))) is not None


def take_id_token(store: Store, *, token: str) -> str:
    """Return, once, what the provider gave with a session that ended, to sign out there too.

    Empty for an open session, which only a click of its own person ends.
    """
    token_hash = hash_token(token)
    if not store.read(lambda connection: find_ended_id_token(connection, token_hash)):
        return ""

    def take(connection: Connection) -> str:
        id_token = find_ended_id_token(connection, token_hash)
        forget_id_token(connection, token_hash=token_hash)
        return id_token

    return store.write(take)


def sign_out_everywhere(store: Store, *, viewer: Viewer, now: datetime) -> int:
    """End every session of the viewer and return how many there were."""

    def end(connection: Connection) -> int:
        ended = end_sessions_of(connection, person_id=viewer.person_id, by="everywhere", now=now)
        _audit_end(connection, person_id=viewer.person_id, how="signed out everywhere", now=now)
        return ended

    return store.write(end)


def _audit_end(connection: Connection, *, person_id: int, how: str, now: datetime) -> None:
    append_audit(
        connection,
        stream=ORGANISATION,
        actor=f"person:{person_id}",
        deed=how,
        object_=f"person:{person_id}",
        payload={},
        now=now,
    )


def hash_token(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
