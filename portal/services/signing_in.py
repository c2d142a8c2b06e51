"""From what an OpenID provider said about a browser to a session here: fresh, once, and known."""

import hashlib
import hmac
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from db import Connection
from db.commands.audit import append_audit
from db.commands.limits import Limit, spend
from db.commands.sessions import insert_session_once
from db.queries.people import find_person, find_person_by_subject
from db.store import Store
from portal.services.evidence import ORGANISATION
from portal.services.limits import SIGN_INS
from portal.services.provider_roles import GroupsFault, renew_roles
from portal.services.role_map import RoleMap
from portal.services.sessions import hash_token

# Why somebody whom the provider vouches for does not come in.
Why = Literal["unknown", "inactive", "stale", "used", "unreadable", "often"]

# Between the provider's answer and the exchange lie two redirects; more is somebody's old cookie.
FRESH = timedelta(minutes=5)
# How far the provider's clock may be ahead of ours.
AHEAD = timedelta(minutes=1)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in at a provider: who, when (UTC), and the nonce it was asked for with.

    `groups` are those the provider said, or `groups_fault` what was wrong with them; `id_token`
    is kept with the session, only to sign out at the provider too.
    """

    issuer: str
    subject: str
    nonce: str
    issued_at: datetime
    groups: tuple[str, ...] = ()
    groups_fault: GroupsFault | None = None
    id_token: str = ""


@dataclass(frozen=True, slots=True)
class Admission:
    """The token of a new session, or why there is none."""

    token: str = ""
    refused: Why | None = None


def admit(
    store: Store,
    *,
    sign_in: SignIn,
    secret: str,
    now: datetime,
    hours: int,
    limit: Limit = SIGN_INS,
    role_map: RoleMap | None = None,
) -> Admission:
    """Start a session for an active person whose sign-in is fresh and was not used before.

    The token is computed from the sign-in, so that using it twice meets the row of the first
    time, even when that session has ended. Who is refused leaves an audit row all the same; who
    comes again and again, person or stranger, is only told to wait. With a role map the roles of
    who comes in follow the groups of the provider.
    """
    token = derive_token(sign_in, secret=secret)

    def exchange(connection: Connection) -> Admission:
        person_id = find_person_by_subject(
            connection, issuer=sign_in.issuer, subject=sign_in.subject
        )
        who = _name(sign_in, person_id=person_id, secret=secret)
        if spend(connection, limit, who=who, now=now) is not None:
            return Admission(refused="often")
        ends_at = now + timedelta(hours=hours)
        why = _begin_session(
            connection, sign_in, token=token, person_id=person_id, now=now, ends_at=ends_at
        )
        _write_down(connection, who=who, person_id=person_id, why=why, now=now)
        if why is not None or person_id is None:
            return Admission(refused=why)
        if role_map is not None:
            renew_roles(
                connection,
                person_id=person_id,
                groups=sign_in.groups,
                fault=sign_in.groups_fault,
                role_map=role_map,
                now=now,
            )
        return Admission(token=token)

    admission = store.write(exchange)
    _tell_log(admission, sign_in=sign_in)
    return admission


def _begin_session(
    connection: Connection,
    sign_in: SignIn,
    *,
    token: str,
    person_id: int | None,
    now: datetime,
    ends_at: datetime,
) -> Why | None:
    """Insert the one session of a sign-in, or return why there is none."""
    why = _objection(connection, sign_in=sign_in, person_id=person_id, now=now)
    if why is not None or person_id is None:
        return why
    inserted = insert_session_once(
        connection,
        token_hash=hash_token(token),
        person_id=person_id,
        now=now,
        ends_at=ends_at,
        id_token=sign_in.id_token or None,
    )
    return None if inserted else "used"


def _write_down(
    connection: Connection, *, who: str, person_id: int | None, why: Why | None, now: datetime
) -> None:
    append_audit(
        connection,
        stream=ORGANISATION,
        actor="stranger" if person_id is None else who,
        deed="signed in" if why is None else "sign-in refused",
        object_=who,
        payload={} if why is None else {"why": why},
        now=now,
    )


def _tell_log(admission: Admission, *, sign_in: SignIn) -> None:
    if admission.refused == "often":
        _LOG.warning("A sign-in was refused: too many within an hour for one subject.")
    if admission.refused == "unknown":
        # The log, which is not kept for ever, tells the administrator whom to add.
        _LOG.warning(
            "Not on the roster: issuer %.200r, subject %.200r", sign_in.issuer, sign_in.subject
        )


def derive_token(sign_in: SignIn, *, secret: str) -> str:
    """Return the one session token that this sign-in can ever be worth."""
    return _keyed("session", [sign_in.nonce, sign_in.issuer, sign_in.subject], secret=secret)


def _objection(
    connection: Connection, *, sign_in: SignIn, person_id: int | None, now: datetime
) -> Why | None:
    if not now - FRESH <= sign_in.issued_at <= now + AHEAD:
        return "stale"
    if person_id is None:
        return "unknown"
    person = find_person(connection, person_id)
    here = person is not None and person.is_here(now.date())
    return None if here else "inactive"


def _name(sign_in: SignIn, *, person_id: int | None, secret: str) -> str:
    if person_id is not None:
        return f"person:{person_id}"
    # Audit rows stay for ever, so they hold nothing that leads back to a stranger.
    return f"subject:{_keyed('stranger', [sign_in.issuer, sign_in.subject], secret=secret)[:16]}"


def _keyed(purpose: str, parts: list[str], *, secret: str) -> str:
    message = json.dumps([purpose, *parts]).encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
