"""Kill the portal, or the whole PostgreSQL server, in the middle of saving, and count what is lost.

    python -m bench.kill_nine --rounds 200 --saves 20000

A child process saves answers from several threads and says each one it was told is saved. It is
killed with -9 (on PostgreSQL its server with all its processes too), everything is started again,
and every answer that was acknowledged is looked up. The next child first sends again what the one
before sent last, as a browser does that heard nothing. Lost and duplicated have to be 0, and the
audit chains whole. An answer that nobody acknowledged may be there or not.
"""

import argparse
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from sqlalchemy import text

from bench.databases import ENGINES, make_database
from db.queries.audit import verify_answers, verify_chain
from db.store import open_store
from tests.factories import make_attempt, make_item
from tests.postgres import name_server_folder, remove_server_folder, start_postgres

THREADS = 8

CHILD = """
import itertools, sys, threading
from db.commands.answers import save_answer
from db.store import open_store
from tests.factories import NOW

url, number, *attempts = sys.argv[1:]
store = open_store(url)
say = threading.Lock()

def save(attempt, learner, operation):
    store.write(lambda c: save_answer(c, attempt_id=attempt, learner_id=learner, position=0,
        operation_id=operation, response=operation, seconds=1.0, now=NOW))
    with say:
        print(operation, flush=True)

def save_on(attempt, learner, last):
    for count in range(max(last - 1, 0), last + 2):
        save(attempt, learner, f"{attempt}-{int(number) - 1}-{count}")
    for count in itertools.count():
        save(attempt, learner, f"{attempt}-{number}-{count}")

for each in attempts:
    threading.Thread(target=save_on, args=map(int, each.split(":"))).start()
"""


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
    folder = name_server_folder()
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
        store = open_store(database.url, create=True)
        item = make_item(store)
        made = [make_attempt(store, items=[item]) for _ in range(THREADS)]
        store.close()
        while outcome.rounds < rounds or len(outcome.acknowledged) < saves:
            # Any moment will do, also while the last batch is being synced.
            wanted = int(share * draw.uniform(0.9, 1.4)) + 1
            learners = {attempt.id: attempt.learner_id for attempt in made}
            command = child_command(database.url, learners, outcome)
            outcome.acknowledged |= one_round(database, command, wanted, draw)
            outcome.rounds += 1
            check(database.url, outcome)
    return outcome


def child_command(url: str, learners: dict[int, int], outcome: Outcome) -> list[str]:
    """Return the command of the next child: it begins where the one before was cut off."""
    last = dict.fromkeys(learners, 0)
    for operation in outcome.acknowledged:
        attempt, number, count = map(int, operation.split("-"))
        if number == outcome.rounds:
            last[attempt] = max(last[attempt], count)
    attempts = [f"{attempt}:{learner}:{last[attempt]}" for attempt, learner in learners.items()]
    return [sys.executable, "-c", CHILD, url, str(outcome.rounds + 1), *attempts]


def one_round(
    database: SqliteFile | PostgresServer,
    command: list[str],
    wanted: int,
    draw: random.Random,
) -> set[str]:
    """Let a child save, kill it after about so many saves, and return what it acknowledged."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None
    heard = b""
    while heard.count(b"\n") < wanted:
        ready, _, _ = select.select([child.stdout], [], [], 60)
        chunk = os.read(child.stdout.fileno(), 1 << 16) if ready else b""
        if not chunk:
            child.kill()
            raise RuntimeError("the child that saves has ended by itself or hangs")
        heard += chunk
    time.sleep(draw.uniform(0, 0.004))
    if draw.random() < 0.5:  # now the server first, now the portal
        database.kill()
        child.send_signal(signal.SIGKILL)
    else:
        child.send_signal(signal.SIGKILL)
        database.kill()
    heard += child.stdout.read()
    child.stdout.close()
    child.wait()
    database.start()
    # The last line may be cut off in the middle; it was not acknowledged then.
    return {line.decode() for line in heard.split(b"\n")[:-1]}


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
