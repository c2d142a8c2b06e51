"""How often one person may start checks, sign in and take files away; the rest has to wait."""

from dataclasses import replace
from datetime import datetime

from db import Connection
from db.commands.limits import Limit, delete_clear_limits, spend
from db.store import Store
from portal.access import Refused, Viewer
from portal.text import time_text

# What holds without settings, for one person within an hour; see the table of settings.
ATTEMPTS = Limit("start a check", 20)
SIGN_INS = Limit("sign in", 30)
EXPORTS = Limit("take a file", 120)
# The framework keeps what was sent in memory until the tab closes.
UPLOADS = Limit("send a file", 60)


def at_most(limit: Limit, allowed: int) -> Limit:
    """Return a limit with the number that a setting gives."""
    return replace(limit, allowed=allowed)


def require_within(connection: Connection, limit: Limit, *, viewer: Viewer, now: datetime) -> None:
    """Count one deed of the viewer in the caller's transaction.

    Raises
    ------
    Refused
        When it was done too often within the last hour; it says from when on it is allowed.
    """
    again_at = spend(connection, limit, who=f"person:{viewer.person_id}", now=now)
    if again_at is not None:
        raise Refused(
            "You did this {n} times within an hour. Try again at {time}.",
            n=limit.allowed,
            time=time_text(again_at),
        )


def count_upload(store: Store, *, viewer: Viewer, now: datetime, limit: Limit = UPLOADS) -> None:
    """Count a file that the viewer sends.

    Raises
    ------
    Refused
        When the viewer sent too many within the last hour.
    """
    store.write(lambda connection: require_within(connection, limit, viewer=viewer, now=now))


def forget_old_limits(store: Store, *, now: datetime) -> int:
    """Forget who has used up nothing; return how many rows. Work that comes round."""
    return store.write(lambda connection: delete_clear_limits(connection, now=now))
