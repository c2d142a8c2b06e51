"""How long a roster of 100,000 people takes, and what rests on it at every click.

    python -m bench.roster --people 100000

A file with so many people in teams of ten on four levels is loaded into an empty database, loaded
again, and loaded with one in a hundred moved. Then a manager's line of 10,000 people, the check of
a session and the check of a permission are timed many times. Everything is deleted at the end.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bench.databases import ENGINES, fresh_store
from db.queries.people import (
    count_members,
    find_person_by_subject,
    select_led_teams,
    select_subtree,
)
from db.store import Store
from portal import access
from portal.services.roster import load_roster
from portal.services.sessions import find_viewer, start_session

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://id.norhaven.example"
TEAM, LINE = 10, 10_000
HEADER = "issuer,subject,name,email,team,leads,team_name,parent_team,parent_since"
LIMITS = {"load": 60.0, "line": 50.0, "session": 3.0, "permission": 1.0}


def roster(people: int, *, moved: int = 0) -> Iterator[str]:
    """Give the lines: a bank, divisions of 10,000, departments of 500, teams of ten."""
    yield HEADER
    yield ",,,,BANK,,Bank,,2020-01-01"
    for number in range(0, people, LINE):
        yield f",,,,V{number},,Division {number},BANK,2020-01-01"
    for number in range(0, people, 500):
        yield f",,,,D{number},,Department {number},V{number // LINE * LINE},2020-01-01"
    for number in range(0, people, TEAM):
        yield f",,,,T{number},,Team {number},D{number // 500 * 500},2020-01-01"
    for number in range(people):
        team = (number // TEAM * TEAM + (TEAM if number < moved else 0)) % people
        leads = f"V{number}" if number % LINE == 0 else f"T{team}" if number % TEAM == 0 else ""
        mail = f"p{number}@norhaven.example"
        yield f"{ISSUER},s{number},Person {number},{mail},T{team},{leads},,,"


def load(store: Store, people: int, *, moved: int = 0, days: int = 0) -> tuple[float, str]:
    """Load a roster; return the seconds it took and what it changed."""
    data = "\n".join(roster(people, moved=moved)).encode()
    start = time.perf_counter()
    report = load_roster(
        store, viewer=None, data=data, profiles=("all-staff",), now=NOW + timedelta(days=days)
    )
    if report.faults:
        raise SystemExit(f"refused: {report.faults[0]}")
    return time.perf_counter() - start, str(dict(report.counts))


def time_ms(ask: Callable[[], object], *, times: int) -> tuple[float, float, float]:
    """Return the median, the 95th percentile and the best of so many answers, in milliseconds."""
    waits = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        waits.append((time.perf_counter() - start) * 1000)
    return statistics.median(waits), sorted(waits)[int(times * 0.95)], min(waits)


def said(times: tuple[float, float, float]) -> str:
    """Write times as the figures name them."""
    median, late, best = times
    return f"median {median:.2f} ms, 95 % {late:.2f}, best {best:.2f}"


def resolve_line(store: Store, person_id: int) -> int:
    """Return how many people stand in somebody's line."""

    def read(connection: Connection) -> int:
        led = select_led_teams(connection, person_id, on=NOW.date())
        teams = select_subtree(connection, led, on=NOW.date())
        return sum(count_members(connection, [one.id for one in teams], on=NOW.date()).values())

    return store.read(read)


def run(engine: str, *, people: int) -> bool:
    """Print every figure of an engine; return whether all of them hold."""
    with fresh_store(engine) as store:
        seconds, counts = load(store, people)
        print(f"{engine}: first load {seconds:.1f} s (limit {LIMITS['load']:.0f}), {counts}")
        again, counts = load(store, people)
        print(f"{engine}: the same again {again:.1f} s, {counts}")
        moved, counts = load(store, people, moved=people // 100, days=1)
        print(f"{engine}: one in a hundred moved {moved:.1f} s, {counts}")
        head = store.read(lambda c: find_person_by_subject(c, issuer=ISSUER, subject="s0"))
        if head is None:
            raise SystemExit("the head of the line is missing")
        size = resolve_line(store, head)
        line = time_ms(lambda: resolve_line(store, head), times=40)
        token = start_session(store, person_id=head, now=NOW, hours=8)
        viewer = find_viewer(store, token=token, now=NOW, idle_minutes=30)
        if viewer is None:
            raise SystemExit("the session is missing")
        session = time_ms(
            lambda: find_viewer(store, token=token, now=NOW, idle_minutes=30), times=400
        )
        permission = time_ms(lambda: access.may(viewer, "see team figures"), times=2000)
    print(f"{engine}: line of {size}: {said(line)} (limit 50)")
    print(f"{engine}: session: {said(session)} (limit 3)")
    print(f"{engine}: permission: median {permission[0]:.4f} ms (limit 1)")
    print(f"{engine}: processes that wanted a core at the end: {os.getloadavg()[0]:.0f}")
    held = (seconds, line[0], session[0], permission[0])
    return all(figure <= limit for figure, limit in zip(held, LIMITS.values(), strict=True))


def main() -> int:
    """Run on each engine that was asked for; return 1 when a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    chosen = parser.parse_args()
    held = [run(engine, people=chosen.people) for engine in chosen.engine or ENGINES]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
