"""Background work: asking for it, and the worker that does it, one job at a time.

A job is a row. A worker holds it by a lease and renews that while it works; a worker that was
killed renews nothing, so its job is taken up again by the next one, up to a limit. Whatever a job
writes goes through `Work.write`, which writes nothing once the lease is lost: a worker that was
only asleep cannot finish what another one does by now.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from curriculum.phrases import Phrase
from db import Connection
from db.commands.jobs import (
    Held,
    claim_job,
    delete_done_jobs,
    fail_job,
    finish_job,
    insert_job,
    lock_job,
    retry_job,
    select_lost_jobs,
    touch_job,
    update_job_progress,
)
from db.errors import DatabaseError
from db.queries.jobs import (
    JobRow,
    count_jobs,
    find_job,
    find_last_asked,
    has_work,
    select_jobs,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import record_deed
from portal.services.stored import said_from_text, said_to_text

T = TypeVar("T")
Clock = Callable[[], datetime]

# What a page needs to know of a job.
Job = JobRow

LOG = logging.getLogger("portal.jobs")
LEASE = timedelta(seconds=60)
MAX_TRIES = 3
# How long a job waits before its second and its third try.
PAUSES = (timedelta(seconds=30), timedelta(minutes=5))
SHOWN_JOBS = 100
# Done work that comes round by itself is kept this long for whoever looks at the page.
KEPT = timedelta(days=1)
TALK_SECONDS = 0.5
LOOK_EVERY = timedelta(seconds=30)


class LeaseLost(Exception):
    """Somebody else holds this job by now; what was not written stays unwritten."""


class JobFailed(Exception):
    """The work cannot be done; `said` says why and is shown. It is not tried again."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said

    @classmethod
    def of(cls, refused: Refused) -> "JobFailed":
        """Fail for the reason that a service gave."""
        values = {name: str(value) for name, value in refused.values.items()}
        return cls(Phrase.again(refused.sentence, values))


class Work:
    """A job in the hands of a worker: what it is about, and its ways to write and to be seen."""

    def __init__(self, store: Store, *, held: Held, clock: Clock) -> None:
        self.store = store
        self.payload: Mapping[str, Any] = held.payload
        self.clock = clock
        self._held = held
        self._lost = threading.Event()
        self._told_at: datetime | None = None

    def tell(self, progress: float, word: str) -> None:
        """Say how far the work is, 0 to 1; may be called often, for little of it is written.

        A phrase is kept as one, and read in the language of whoever looks.

        Raises
        ------
        LeaseLost
            When another worker holds the job: stop at once.
        """
        self._require_lease()
        now = self.clock()
        if self._told_at is not None and (now - self._told_at).total_seconds() < TALK_SECONDS:
            return
        self._told_at = now
        share = min(max(progress, 0.0), 1.0)
        if not self.store.write(
            lambda c: update_job_progress(
                c, held=self._held, progress=share, message=said_to_text(word)
            )
        ):
            self._lost.set()
            self._require_lease()

    def write(self, fn: Callable[[Connection], T]) -> T:
        """Return `fn(connection)` when it is on disk; write nothing when the lease is lost."""

        def write(connection: Connection) -> T:
            if not lock_job(connection, held=self._held):
                raise LeaseLost(f"job {self._held.id} is held by another worker")
            return fn(connection)

        return self.store.write(write)

    def beat(self) -> bool:
        """Renew the lease; False once it is lost."""
        now = self.clock()
        if not self.store.write(
            lambda c: touch_job(c, held=self._held, now=now, leased_until=now + LEASE)
        ):
            self._lost.set()
        return not self._lost.is_set()

    def _require_lease(self) -> None:
        if self._lost.is_set():
            raise LeaseLost(f"job {self._held.id} is held by another worker")


JobFunction = Callable[[Work], None]


@dataclass(frozen=True, slots=True)
class Round:
    """Work that comes round by itself."""

    kind: str
    every: timedelta


@dataclass(frozen=True, slots=True)
class Jobs:
    """The newest jobs and how many there are in each state."""

    jobs: tuple[JobRow, ...]
    counts: Mapping[str, int]


def ask_for(
    connection: Connection,
    *,
    kind: str,
    about: str,
    payload: Mapping[str, object],
    now: datetime,
    run_after: datetime | None = None,
    asked_by: int | None = None,
) -> int | None:
    """Ask for work in the caller's transaction; None when the same is waiting already.

    `about` names what the work is for; with an empty one every request is a job of its own.
    """
    return insert_job(
        connection,
        kind=kind,
        about=about,
        payload=payload,
        now=now,
        run_after=run_after or now,
        asked_by=asked_by,
    )


def find_work(connection: Connection, *, kind: str, about: str) -> JobRow | None:
    """Return the newest job about something, or None."""
    found = find_job(connection, kind=kind, about=about)
    return None if found is None else _as_said(found)


def _as_said(job: JobRow) -> JobRow:
    return replace(job, message=said_from_text(job.message))


def read_jobs(store: Store, *, viewer: Viewer) -> Jobs:
    """Return what waits, runs, was done and failed."""
    access.require(viewer, "see jobs")

    def read(connection: Connection) -> Jobs:
        shown = select_jobs(connection, limit=SHOWN_JOBS)
        return Jobs(tuple(map(_as_said, shown)), count_jobs(connection))

    return store.read(read)


def try_again(store: Store, *, viewer: Viewer, job_id: int, now: datetime) -> None:
    """Let a failed job wait for its turn again.

    Raises
    ------
    Refused
        When it did not fail, or the same was asked for anew.
    """
    access.require(viewer, "see jobs")

    def again(connection: Connection) -> bool:
        if not retry_job(connection, job_id=job_id, now=now):
            return False
        record_deed(connection, viewer=viewer, deed="retry job", object_=f"job:{job_id}", now=now)
        return True

    if not store.write(again):
        raise Refused("This job did not fail, or the same work waits already. Look at the list.")


# --- the worker -----------------------------------------------------------------------------------


class Worker:
    """Does jobs one after the other: `run` until told to stop, `run_once` for one of them."""

    def __init__(
        self,
        store: Store,
        *,
        kinds: Mapping[str, JobFunction],
        rounds: tuple[Round, ...] = (),
        clock: Clock,
        name: str = "",
    ) -> None:
        self._store = store
        self._kinds = kinds
        self._rounds = rounds
        self._clock = clock
        self._looked_at: datetime | None = None
        self.name = name or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"

    def run(self, stop: threading.Event, *, idle_seconds: float = 2.0) -> None:
        """Work until `stop` is set; what runs then is finished, or taken up by the next worker."""
        while not stop.is_set():
            try:
                busy = self.run_once()
            except DatabaseError as error:
                LOG.warning("%s: no work for a while: %s", self.name, error)
                busy = False
            if not busy:
                stop.wait(idle_seconds)

    def run_once(self) -> bool:
        """Do the job that has waited longest; False when there was none."""
        now = self._clock()
        if self._rounds_due(now) or self._store.read(
            lambda c: has_work(c, kinds=self._kinds, now=now)
        ):
            self._store.write(lambda c: self._look_round(c, now))
        else:
            return False
        held = self._store.write(
            lambda c: claim_job(
                c, kinds=self._kinds, worker=self.name, now=now, leased_until=now + LEASE
            )
        )
        if held is None:
            return False
        self._do(held)
        return True

    def _rounds_due(self, now: datetime) -> bool:
        """Say whether it is time to look for what comes round; seldom, for it takes a write."""
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return False
        self._looked_at = now
        return bool(self._rounds)

    def _look_round(self, connection: Connection, now: datetime) -> None:
        """Take back what dead workers held, and ask for what comes round by itself."""
        for held in select_lost_jobs(connection, now=now):
            reason = Phrase("The worker stopped without a word.")
            _give_back(connection, held, reason=reason, now=now)
        for round_ in self._rounds:
            last = find_last_asked(connection, kind=round_.kind)
            if last is None or last <= now - round_.every:
                delete_done_jobs(connection, kind=round_.kind, before=now - KEPT)
                ask_for(connection, kind=round_.kind, about="by itself", payload={}, now=now)

    def _do(self, held: Held) -> None:
        work = Work(self._store, held=held, clock=self._clock)
        done = threading.Event()
        heart = threading.Thread(
            target=_keep_alive, args=(work, done), name=f"job-{held.id}", daemon=True
        )
        heart.start()
        try:
            self._kinds[held.kind](work)
            self._end(held)
        except LeaseLost as lost:
            LOG.warning("%s: %s", self.name, lost)
        except JobFailed as failure:
            self._fail(held, reason=failure.said, final=True)
        except Exception as error:
            number = secrets.token_hex(3).upper()
            LOG.exception("incident %s: job %s, %s", number, held.id, held.kind)
            reason = Phrase(
                "{error}; the log has it under the number {number}.",
                error=type(error).__name__,
                number=number,
            )
            self._fail(held, reason=reason, final=False)
        finally:
            done.set()
            heart.join()

    def _end(self, held: Held) -> None:
        now = self._clock()
        if not self._store.write(lambda c: finish_job(c, held=held, now=now)):
            LOG.warning("%s: job %s was taken up by another worker", self.name, held.id)

    def _fail(self, held: Held, *, reason: str, final: bool) -> None:
        now = self._clock()

        def fail(connection: Connection) -> None:
            if final:
                told = said_to_text(reason)
                fail_job(connection, held=held, reason=told, now=now, again_at=None)
            else:
                _give_back(connection, held, reason=reason, now=now)

        self._store.write(fail)


def _give_back(connection: Connection, held: Held, *, reason: str, now: datetime) -> None:
    """Let a job that failed wait for its next try, or end it when there were enough."""
    more = held.tries < MAX_TRIES
    again_at = now + PAUSES[min(held.tries, len(PAUSES)) - 1] if more else None
    told = said_to_text(reason)
    fail_job(connection, held=held, reason=told, now=now, again_at=again_at)


def _keep_alive(work: Work, done: threading.Event) -> None:
    """Renew the lease in time until the work is done or lost."""
    while not done.wait(LEASE.total_seconds() / 4):
        try:
            if not work.beat():
                return
        except DatabaseError as error:
            LOG.warning("a lease was not renewed: %s", error)
