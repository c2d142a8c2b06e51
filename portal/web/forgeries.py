"""What a door writes down when somebody brings what only a forger brings."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool

from db.errors import DatabaseError
from db.store import Store
from portal.services.refusals import note_forgery

# Anybody can send a forgery, and rows stay: one of a kind, then none for a while.
PAUSE = timedelta(minutes=1)

_LOG = logging.getLogger(__name__)


class Forgeries:
    """Writes forgeries down, one of a kind in a minute; the database bounds all of an hour."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._noted: dict[str, datetime] = {}

    async def note(self, what: str) -> None:
        """Write a forgery down while requests of others go on; `what` is one of a few kinds."""
        await run_in_threadpool(self.note_here, what)

    def note_here(self, what: str) -> None:
        """Write a forgery down in the thread of the caller."""
        now = self._clock()
        noted = self._noted.get(what)
        if noted is not None and now < noted + PAUSE:
            return
        self._noted[what] = now
        try:
            note_forgery(self._store, what=what, now=now)
        except DatabaseError as error:
            _LOG.error("A forgery could not be written down: %s", error)
