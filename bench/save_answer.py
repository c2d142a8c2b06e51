"""How fast an answer is kept, beside the bare driver doing the same inserts and one commit.

    python -m bench.save_answer --seconds 3

Both sides write to the same kind of database on the same disk, in turns, so that a noisy machine
is as noisy for one as for the other. A line a figure: saves a second, the mean and the worst wait,
and how often our mean holds the driver's.
"""

import argparse
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import psycopg
from sqlalchemy import make_url

from bench.databases import ENGINES, fresh_store
from db.chain import Deed, answer_payload, attempt_stream, canonical_json, hash_of
from db.commands.answers import save_answer
from db.engines import sqlite_module
from db.store import Store
from tests.factories import NOW, MadeAttempt, make_attempt, make_item

WRITERS = (1, 8, 32)
ROUNDS = 3
RESPONSE = '{"choice":"b"}'
LIMITS = {"sqlite": {1: 5.0}, "postgresql": {1: 2.5, 8: 2.5, 32: 2.5}}

ANSWER_SQL = (
    "INSERT INTO answer (attempt_id, seq, position, operation_id, response, seconds, answered_at)"
    " VALUES ({}, {}, {}, {}, {}, {}, {})"
)
AUDIT_SQL = (
    "INSERT INTO audit (stream, seq, at, actor, deed, object, payload, prev_hash, hash)"
    " VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})"
)

numbers = count(1)
Save = Callable[[int], None]


@dataclass
class Timed:
    """How long each save of a run took, in seconds, and how long the run was."""

    waits: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Saves a second."""
        return len(self.waits) / self.seconds

    @property
    def mean_ms(self) -> float:
        """What a save takes on average."""
        return 1000 * statistics.fmean(self.waits)

    @property
    def worst_ms(self) -> float:
        """What the unluckiest save took."""
        return 1000 * max(self.waits)


def run_writers(save: Save, *, writers: int, seconds: float) -> Timed:
    """Let so many threads save as fast as they can for a while."""
    barrier = threading.Barrier(writers)

    def write(worker: int) -> list[float]:
        waits = []
        barrier.wait()
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            save(worker)
            waits.append(time.perf_counter() - start)
        return waits

    start = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        waits = [wait for waits in pool.map(write, range(writers)) for wait in waits]
    return Timed(waits, time.perf_counter() - start)


def portal_saver(store: Store, attempts: list[MadeAttempt]) -> Save:
    """Save through the store and the command, as the service does."""

    def save(worker: int) -> None:
        attempt, operation = attempts[worker], f"portal-{next(numbers)}"
        store.write(
            lambda c: save_answer(
                c,
                attempt_id=attempt.id,
                learner_id=attempt.learner_id,
                position=0,
                operation_id=operation,
                response=RESPONSE,
                seconds=4.5,
                now=NOW,
            )
        )

    return save


@contextmanager
def driver_saver(store: Store, attempts: list[MadeAttempt]) -> Iterator[Save]:
    """Insert the same two rows with the driver alone: no checks, no chain read, one commit."""
    sqlite = store.dialect == "sqlite"
    marks = ["?" if sqlite else "%s"] * 9
    answer, audit = ANSWER_SQL.format(*marks[:7]), AUDIT_SQL.format(*marks)
    begin = "BEGIN IMMEDIATE" if sqlite else "BEGIN"
    moment = NOW.strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else NOW
    links: dict[int, str] = {}
    connections = [_connect(store) for _ in attempts]

    def save(worker: int) -> None:
        attempt, number = attempts[worker], next(numbers)
        operation, stream = f"driver-{number}", attempt_stream(attempt.id)
        payload = canonical_json(
            answer_payload(position=0, operation_id=operation, response=RESPONSE)
        )
        before = links.get(worker, "0" * 64)
        name = f"answer:{number}"
        row = Deed(stream, number, NOW, "person:1", "answer saved", name, payload, before)
        links[worker] = hash_of(row)
        cursor = connections[worker].cursor()
        cursor.execute(begin)
        cursor.execute(answer, (attempt.id, number, 0, operation, RESPONSE, 4.5, moment))
        deed = (row.actor, row.deed, row.object, payload, before, links[worker])
        cursor.execute(audit, (stream, number, moment, *deed))
        cursor.execute("COMMIT")

    yield save
    for connection in connections:
        connection.close()


def _connect(store: Store):
    if store.dialect == "postgresql":
        url = make_url(store.url).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
    connection = sqlite_module().connect(
        store.url.database, isolation_level=None, check_same_thread=False
    )
    for pragma in ("busy_timeout = 60000", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def compare(store: Store, *, writers: int, seconds: float) -> tuple[Timed, Timed]:
    """Run portal and driver in turns and join their rounds."""
    item = make_item(store)
    made = [make_attempt(store, items=[item]) for _ in range(2 * writers)]
    portal, driver = Timed([], 0), Timed([], 0)
    with driver_saver(store, made[writers:]) as bare:
        sides = ((driver, bare), (portal, portal_saver(store, made[:writers])))
        for total, save in sides * ROUNDS:
            timed = run_writers(save, writers=writers, seconds=seconds / ROUNDS)
            total.waits += timed.waits
            total.seconds += timed.seconds
    return portal, driver


def describe(name: str, timed: Timed) -> str:
    return (
        f"{name} {timed.rate:6.0f}/s  mean {timed.mean_ms:6.2f} ms  worst {timed.worst_ms:7.1f} ms"
    )


def report(engine: str, writers: int, portal: Timed, driver: Timed) -> None:
    ratio = portal.mean_ms / driver.mean_ms
    limit = LIMITS[engine].get(writers)
    verdict = "" if limit is None else f"  limit {limit}: {'met' if ratio <= limit else 'MISSED'}"
    print(
        f"{engine:10} {writers:2} writers  {describe('portal', portal)}"
        f"  |  {describe('driver', driver)}  |  {ratio:4.2f} times{verdict}"
    )
    if engine == "sqlite" and writers == max(WRITERS):
        enough = "met" if portal.rate >= 1000 and portal.worst_ms <= 250 else "MISSED"
        print(f"{engine:10} {writers:2} writers  at least 1000/s, worst wait 250 ms: {enough}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="per side and number of writers")
    parser.add_argument("--engine", choices=ENGINES, action="append")
    chosen = parser.parse_args()
    for engine in chosen.engine or ENGINES:
        for writers in WRITERS:
            with fresh_store(engine) as store:
                report(engine, writers, *compare(store, writers=writers, seconds=chosen.seconds))


if __name__ == "__main__":
    main()
