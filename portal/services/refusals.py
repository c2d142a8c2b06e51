"""What was tried in vain: written down for auditors, so often and no more."""

from datetime import datetime

from db import Connection
from db.commands.audit import append_audit
from db.commands.limits import Limit, spend
from db.queries.sessions import knows_session
from db.store import Store
from portal.access import Viewer
from portal.services.evidence import ORGANISATION, record_deed
from portal.services.sessions import hash_token

# Rows stay for ever and anybody can be refused at will: for each person, and for all strangers.
REFUSALS = Limit("be refused", 30)
FORGERIES = Limit("forge", 60)


def note_refusal(store: Store, *, viewer: Viewer, sentence: str, now: datetime) -> None:
    """Write down that the viewer was refused, with the sentence and nothing that fills it."""

    def note(connection: Connection) -> None:
        if spend(connection, REFUSALS, who=f"person:{viewer.person_id}", now=now) is None:
            record_deed(
                connection,
                viewer=viewer,
                deed="refused",
                object_=f"person:{viewer.person_id}",
                payload={"why": sentence},
                now=now,
            )

    store.write(note)


def note_forgery(store: Store, *, what: str, now: datetime) -> None:
    """Write down that a request brought what only a forger sends; nobody came in by it."""

    def note(connection: Connection) -> None:
        if spend(connection, FORGERIES, who="stranger", now=now) is None:
            append_audit(
                connection,
                stream=ORGANISATION,
                actor="stranger",
                deed="forgery refused",
                object_="sign-in",
                payload={"what": what},
                now=now,
            )

    store.write(note)


def is_made_up(store: Store, *, token: str) -> bool:
    """Say whether a session never was; one that ended is nobody's fault."""
    token_hash = hash_token(token)
    return not store.ask(lambda connection: knows_session(connection, token_hash))


def note_unknown_session(store: Store, *, token: str, now: datetime) -> None:
    """Write down who brings a session that never was."""
    if is_made_up(store, token=token):
        note_forgery(store, what="session cookie", now=now)
