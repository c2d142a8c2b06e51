"""Files that leave the portal: each is counted, written down, and may be refused."""

from datetime import datetime

from db import Connection
from db.commands.limits import Limit
from db.store import Store
from portal.access import Viewer
from portal.services.evidence import record_deed
from portal.services.limits import EXPORTS, require_within


def record_export(
    store: Store,
    *,
    viewer: Viewer,
    name: str,
    now: datetime,
    limit: Limit = EXPORTS,
) -> None:
    """Write down that the viewer takes a file away; what is in it was authorised when it was read.

    Raises
    ------
    Refused
        When the viewer took too many files within the last hour.
    """

    def record(connection: Connection) -> None:
        require_within(connection, limit, viewer=viewer, now=now)
        record_deed(connection, viewer=viewer, deed="exported", object_=f"file:{name}", now=now)

    store.write(record)
