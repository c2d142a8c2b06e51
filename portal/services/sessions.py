"""Signing in and out: a row in the database behind every open browser."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import cast, get_args

from db import Connection
from db.commands.audit import append_audit
from db.commands.sessions import end_session, end_sessions_of, insert_session, touch_session
from db.queries.people import find_person
from db.queries.sessions import find_id_token, find_session
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

    def find(connection: Connection) -> Viewer | None:
        session = find_session(connection, hash_token(token))
        if session is None or session.ends_at <= now:
            return None
        if session.seen_at + timedelta(minutes=idle_minutes) <= now:
            return None
        person = find_person(connection, session.person_id)
        if person is None or not person.is_here(now.date()):
            return None
        return Viewer(
            person_id=person.id,
            name=person.name,
            roles=frozenset(cast("Role", role) for role in person.roles if role in _ROLES),
            role_profile=person.role_profile,
            language=person.language,
        )

    return store.read(find)


def keep_session(store: Store, *, token: str, now: datetime) -> None:
    """Note that the person did something; at most one write a minute."""
    session = store.read(lambda connection: find_session(connection, hash_token(token)))
    if session is not None and session.seen_at + TOUCH_AFTER <= now:
        store.write(
            lambda connection: touch_session(connection, token_hash=hash_token(token), now=now)
        )


def sign_out(store: Store, *, token: str, now: datetime) -> str:
    """End this session; every tab that uses it is signed out at its next step.

    Returns
    -------
    str
        What the provider gave with the sign-in, to sign out there too; empty without one.
    """

    def end(connection: Connection) -> str:
        session = find_session(connection, hash_token(token))
        if session is None:
            return ""
        id_token = find_id_token(connection, hash_token(token))
        end_session(connection, token_hash=hash_token(token), by="logout", now=now)
        _audit_end(connection, person_id=session.person_id, how="signed out", now=now)
        return id_token

    return store.write(end)


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
