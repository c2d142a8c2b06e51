"""Kill the portal, or the whole PostgreSQL server, in the middle of saving, and count what is lost.

    python -m bench.kill_nine --rounds 200 --saves 20000

A child process saves answers from several threads and says each one it was told is saved. It is
killed with -9 (on PostgreSQL its server with all its processes too), everything is started again,
and every answer that was acknowledged is looked up. The next child first sends again what the one
before sent last, as a browser does that heard nothing. Lost and duplicated have to be 0, and the
audit chains whole. An answer that nobody acknowledged may be there or not.
"""

import argparse
import itertools
import os
import random
import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import psutil
from sqlalchemy import text

from bench.databases import ENGINES, make_database
from db.commands.answers import save_answer
from db.queries.audit import verify_answers, verify_chain
from db.store import open_store
from db.upgrading import upgrade_schema
from tests.factories import NOW, make_attempt, make_item
from tests.postgres import name_server_folder, remove_server_folder, start_postgres

THREADS = 8
PATIENCE_SECONDS = 120


def serve(url: str, number: int, attempts: list[tuple[int, int, int]], pipe: int) -> None:
    """Be the portal that is killed: save from a thread per attempt and acknowledge each save."""
    store = open_store(url)

    def save(attempt: int, learner: int, operation: str) -> None:
        store.write(
            lambda c: save_answer(
                c,
                attempt_id=attempt,
                learner_id=learner,
                position=0,
                operation_id=operation,
                response=operation,
                seconds=1.0,
                now=NOW,
            )
        )
        # Shorter than a pipe's unit, so that lines of several threads never mix.
        os.write(pipe, f"{operation}\n".encode())

    def save_on(attempt: int, learner: int, last: int) -> None:
        for count in range(max(last - 1, 0), last + 2):
            save(attempt, learner, f"{attempt}-{number - 1}-{count}")
        for count in itertools.count():
            save(attempt, learner, f"{attempt}-{number}-{count}")

    threads = [threading.Thread(target=save_on, args=each) for each in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@dataclass
class Outcome:
    """What was acknowledged over all rounds, and what was found of it."""

    acknowledged: set[str] = field(default_factory=set)
    rounds: int = 0
    lost: int = 0
    duplicated: int = 0
    broken: int = 0

    @property
    def is_clean(self) -> bool:
        """Say whether nothing was lost, duplicated or broken."""
        return not (self.lost or self.duplicated or self.broken)

    def describe(self, engine: str) -> str:
        """Return the line that is printed."""
        return (
            f"{engine}: {self.rounds} rounds of kill -9, {len(self.acknowledged)} acknowledged"
            f" saves: lost {self.lost}, duplicated {self.duplicated},"
            f" broken audit streams {self.broken}"
        )


class SqliteFile:
    """A SQLite file; killing the child is all that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'portal.db'}"

    def kill(self) -> None:
        """Do nothing: the database lives in the child."""

    def start(self) -> None:
        """Do nothing: the next child opens the file."""


class PostgresServer:
    """A PostgreSQL server of our own, which can be killed whole and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = start_postgres(folder)
        self.url = make_database(self._server.get_uri())

    def kill(self) -> None:
        """Kill the postmaster first, so that it cannot tidy up, then all its processes."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(family, timeout=30)

    def start(self) -> None:
        """Start the server on what the killed one left behind."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server for good."""
        self._server.cleanup()


@contextmanager
def killable(engine: str) -> Iterator[SqliteFile | PostgresServer]:
    """Give a database that can be killed; nothing of it is left afterwards."""
    if engine == "sqlite":
        with TemporaryDirectory(prefix="bench-") as folder:
            yield SqliteFile(Path(folder))
        return
    folder = name_server_folder(Path(tempfile.gettempdir()))
    server = PostgresServer(folder)
    try:
        yield server
    finally:
        server.stop()
        remove_server_folder(folder)


def run_rounds(engine: str, *, rounds: int, saves: int, seed: int = 1) -> Outcome:
    """Kill so many times, and on until so many saves were acknowledged."""
    outcome, draw = Outcome(), random.Random(seed)
    share = max(saves // rounds, 1)
    with killable(engine) as database:
        upgrade_schema(database.url)
        store = open_store(database.url)
        item = make_item(store)
        made = [make_attempt(store, items=[item]) for _ in range(THREADS)]
        store.close()
        while outcome.rounds < rounds or len(outcome.acknowledged) < saves:
            # Any moment will do, also while the last batch is being synced.
            wanted = int(share * draw.uniform(0.9, 1.4)) + 1
            learners = {attempt.id: attempt.learner_id for attempt in made}
            attempts = find_last(learners, outcome)
            number = outcome.rounds + 1
            outcome.acknowledged |= one_round(database, number, attempts, wanted, draw)
            outcome.rounds += 1
            check(database.url, outcome)
    return outcome


def find_last(learners: dict[int, int], outcome: Outcome) -> list[tuple[int, int, int]]:
    """Return each attempt, its learner, and the last save the child before acknowledged on it."""
    last = dict.fromkeys(learners, 0)
    for operation in outcome.acknowledged:
        attempt, number, count = map(int, operation.split("-"))
        if number == outcome.rounds:
            last[attempt] = max(last[attempt], count)
    return [(attempt, learner, last[attempt]) for attempt, learner in learners.items()]


def start_child(
    url: str, number: int, attempts: list[tuple[int, int, int]], log: IO[bytes]
) -> tuple[int, int]:
    """Fork a child that saves and complains into `log`; return its id and where it acknowledges.

    Forked, because importing everything anew takes longer than a round; no thread and no
    connection of ours is open at that moment.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.dup2(log.fileno(), 2)  # it complains when its server is killed first, and may
            serve(url, number, attempts, writing)
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading


def one_round(
    database: SqliteFile | PostgresServer,
    number: int,
    attempts: list[tuple[int, int, int]],
    wanted: int,
    draw: random.Random,
) -> set[str]:
    """Let a child save, kill it after about so many saves, and return what it acknowledged."""
    with TemporaryFile() as log:
        child, pipe = start_child(database.url, number, attempts, log)
        server_first = draw.random() < 0.5
        try:
            heard = listen(pipe, wanted=wanted)
            time.sleep(draw.uniform(0, 0.004))
            if server_first:
                database.kill()
        except TimeoutError:
            log.seek(0)
            sys.stderr.write(log.read().decode()[-3000:])
            raise
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if not server_first:
        database.kill()
    while chunk := os.read(pipe, 1 << 16):
        heard += chunk
    os.close(pipe)
    database.start()
    # The last line may be cut off in the middle; it was not acknowledged then.
    return {line.decode() for line in heard.split(b"\n")[:-1]}


def listen(pipe: int, *, wanted: int) -> bytes:
    """Read until so many saves were acknowledged."""
    heard = b""
    while heard.count(b"\n") < wanted:
        ready, _, _ = select.select([pipe], [], [], PATIENCE_SECONDS)
        if not ready:
            raise TimeoutError(f"nothing was saved for {PATIENCE_SECONDS} seconds")
        chunk = os.read(pipe, 1 << 16)
        if not chunk:
            raise TimeoutError("the child that saves has ended by itself")
        heard += chunk
    return heard


def check(url: str, outcome: Outcome) -> None:
    """Look every acknowledged answer up and prove the chains; add what is wrong."""
    store = open_store(url)
    # Each answer says which operation it came from, so a second copy under any number shows.
    query = text("SELECT response FROM answer")
    found = store.read(lambda c: c.execute(query).scalars().all())
    broken = store.read(verify_chain) + store.read(verify_answers)
    store.close()
    outcome.lost = len(outcome.acknowledged - set(found))
    outcome.duplicated = len(found) - len(set(found))
    outcome.broken = len(broken)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--saves", type=int, default=20_000)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    chosen = parser.parse_args()
    clean = True
    for engine in chosen.engine or ENGINES:
        start = time.perf_counter()
        outcome = run_rounds(engine, rounds=chosen.rounds, saves=chosen.saves)
        print(f"{outcome.describe(engine)} ({time.perf_counter() - start:.0f} s)", flush=True)
        clean = clean and outcome.is_clean
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
