"""Whether the database that was opened is still the one at its address, and still our version."""

import os
import time
from collections.abc import Callable

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from db.engines import sqlite_path
from db.errors import DatabaseMissing
from db.faults import address_of
from db.schema import REVISION, read_schema_state, require_current

LOOK_EVERY_SECONDS = 10.0

Read = Callable[[Callable[[Connection], None]], None]


class FileWatch:
    """The SQLite file as it was when it was opened.

    A process keeps a file that somebody removed until it closes it: what it writes there is gone
    with the process. A look costs microseconds, so there is one at every read and commit.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._path = str(sqlite_path(url))
        self._identity = self._look()

    def require(self) -> None:
        """Raise DatabaseMissing when another file, or none, lies where the one we opened lay."""
        if self._look() != self._identity:
            raise DatabaseMissing(
                f"{address_of(self._url)} was removed or replaced while the portal ran; put the "
                "file back, or stop the portal, restore the newest backup and start again"
            )

    def _look(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - quicker than a Path
        except OSError:
            return None
        return found.st_dev, found.st_ino


class VersionWatch:
    """The version of the tables, looked at again every few seconds."""

    def __init__(self, url: URL, *, needed: str) -> None:
        self._url = url
        self._needed = needed
        self._look_at = time.monotonic() + LOOK_EVERY_SECONDS

    def require(self, read: Read) -> None:
        """Raise what `require_current` raises; as long as it does, every call looks again."""
        if time.monotonic() < self._look_at:
            return
        read(self._compare)
        self._look_at = time.monotonic() + LOOK_EVERY_SECONDS

    def _compare(self, connection: Connection) -> None:
        try:
            found = connection.execute(REVISION).scalars().all()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            # Without that table the database is not ours any more, which the next lines name.
            connection.rollback()
            found = []
        if list(found) != [self._needed]:
            require_current(read_schema_state(connection), url=self._url)
