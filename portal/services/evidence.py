"""What every number and deed can be traced back to: names in the audit trail, the code version."""

from collections.abc import Mapping
from datetime import datetime

from db import Connection
from db.commands.audit import append_audit
from portal.access import Viewer

# The stream of every deed that is not an answer; answers have a stream per attempt.
ORGANISATION = "organisation"

# Raised whenever a change of code could change a score; every result keeps the one it was made by.
CODE_VERSION = "4"
# Code of these versions gave the highest level for the estimate alone.
BEFORE_GRADED_WORK = frozenset({"1", "2", "3"})


def actor(viewer: Viewer | None) -> str:
    """Name who did something in the audit trail; the command line acts for the server's owner."""
    return "command line" if viewer is None else f"person:{viewer.person_id}"


def record_deed(
    connection: Connection,
    *,
    viewer: Viewer | None,
    deed: str,
    object_: str,
    now: datetime,
    stream: str = ORGANISATION,
    payload: Mapping[str, object] | None = None,
) -> None:
    """Add what the viewer did to a chain of the audit trail, in the caller's transaction."""
    append_audit(
        connection,
        stream=stream,
        actor=actor(viewer),
        deed=deed,
        object_=object_,
        payload=dict(payload or {}),
        now=now,
    )
