"""How writes reach the disk: one thread with group commit, or a retried transaction each."""

import contextlib
import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from db.errors import StoreClosed
from db.faults import find_fault, is_worth_retrying

MAX_BATCH = 64  # a later caller waits for at most this many before its own commit
MAX_TRIES = 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A function waiting for its turn, and where its caller waits for the answer."""

    fn: Callable[[Connection], Any]
    answer: "Future[Any]" = field(default_factory=Future)


class GroupWriter:
    """One thread that runs many callers' functions in one transaction and answers after COMMIT.

    SQLite lets one writer in at a time and its lock is not fair: with eight writers competing, the
    unlucky one waits for seconds. A queue is fair, and one fsync serves everybody who waits.
    """

    def __init__(self, engine: Engine, *, require_file: Callable[[], None]) -> None:
        self._engine = engine
        self._require_file = require_file
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="db-writer", daemon=True)
        self._thread.start()

    def write(self, fn: Callable[[Connection], Any]) -> Any:  # noqa: ANN401
        """Run `fn` in its own savepoint and return its value once it is on disk."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write inside a write would wait for itself; use its connection")
        job = Job(fn)
        with self._gate:
            if self._closed:
                raise StoreClosed("the store was closed; nothing was saved")
            self._jobs.put(job)
        return job.answer.result()

    def close(self) -> None:
        """Finish what waits, then stop the thread and let go of the file."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()
        self._engine.dispose()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            try:
                outcomes = self._commit(batch)
            except BaseException as error:  # noqa: BLE001 - its callers would wait for ever
                self._drop_connection()
                self._fail(batch, error)
            else:
                self._answer(batch, outcomes)
        self._drop_connection()

    def _commit(self, batch: list[Job]) -> list[tuple[Any, Exception | None]]:
        """Run the batch that `batch[0]` opens and whatever waits behind it, then commit once."""
        self._require_file()
        if self._connection is None:
            self._connection = self._engine.connect()
        connection = self._connection
        with connection.begin():
            outcomes = [_run(connection, batch[0])]
            while len(batch) < MAX_BATCH:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    self._jobs.put(None)  # the last thing in the queue; the thread stops on it
                    break
                batch.append(job)
                outcomes.append(_run(connection, job))
        # After COMMIT: what went into a file that lies nowhere must not be called saved.
        self._require_file()
        return outcomes

    def _drop_connection(self) -> None:
        """Let go of the one connection; after a fault the next batch starts with a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(DBAPIError):
                connection.close()

    def _answer(self, batch: list[Job], outcomes: list[tuple[Any, Exception | None]]) -> None:
        for job, (value, error) in zip(batch, outcomes, strict=True):
            if error is None:
                job.answer.set_result(value)
            else:
                job.answer.set_exception(self._named(error))

    def _fail(self, batch: list[Job], error: BaseException) -> None:
        """Nothing of this batch is on disk: say so to everybody in it."""
        _log.warning("a batch of %d writes was rolled back: %s", len(batch), type(error).__name__)
        named = self._named(error)
        for job in batch:
            if not job.answer.done():
                job.answer.set_exception(named)

    def _named(self, error: BaseException) -> BaseException:
        fault = find_fault(error, url=self._engine.url)
        if fault is None:
            return error
        fault.__cause__ = error
        return fault


def _run(connection: Connection, job: Job) -> tuple[Any, Exception | None]:
    """Run one job inside its own savepoint.

    Raises
    ------
    Exception
        What the job raised, where SQLite gave up the whole transaction with it (disk full, for
        one): then the savepoint is gone and so is what its neighbours wrote.
    """
    # Three statements a job that need no result: the driver itself is ten times as quick.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("SAVEPOINT job")
    try:
        value = job.fn(connection)
        driver.execute("RELEASE job")
    except Exception as error:
        if not driver.in_transaction:
            raise
        driver.execute("ROLLBACK TO job")
        driver.execute("RELEASE job")
        return None, error
    return value, None


class DirectWriter:
    """A transaction at once for each caller, tried again where the server asked for that."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closed = False

    def write(self, fn: Callable[[Connection], Any]) -> Any:  # noqa: ANN401
        """Run `fn` in a transaction of its own and return its value once it is on disk."""
        if self._closed:
            raise StoreClosed("the store was closed; nothing was saved")
        for attempt in range(1, MAX_TRIES + 1):
            finished = False
            try:
                with self._engine.begin() as connection:
                    value = fn(connection)
                    finished = True
            except DBAPIError as error:
                # A link that broke during COMMIT leaves open whether the rows are kept.
                broke_early = error.connection_invalidated and not finished and attempt == 1
                if attempt == MAX_TRIES or not (broke_early or is_worth_retrying(error)):
                    raise self._named(error) from error
            else:
                return value
            # Two that met once would meet again if they waited equally long.
            time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Refuse further writes and let go of the connections."""
        self._closed = True
        self._engine.dispose()

    def _named(self, error: BaseException) -> BaseException:
        return find_fault(error, url=self._engine.url) or error
