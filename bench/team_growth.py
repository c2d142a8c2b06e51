"""How long a manager's growth data takes with ten million results behind it.

    python -m bench.team_growth --results 10000000

Results are loaded in bulk for an organisation of 10,000 people in 400 teams on four levels over
24 months, the stored cells are counted anew by one statement, and what three pages need is then
read many times: a team, a line of teams, the whole organisation. Beside each figure stands the
same question asked of the results themselves. Everything is deleted at the end.
"""

import argparse
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from tempfile import gettempdir
from typing import Any

from sqlalchemy import Connection, insert, text

from bench.databases import ENGINES, fresh_store
from db.columns import table
from db.commands.growth import rebuild_growth
from db.queries.growth import compare_growth, select_growth, select_line
from db.store import Store
from db.tables import Person, Result, Team, TeamPlace
from db.upgrading import make_upgrade_engine
from tests.factories import make_calibration

PEOPLE = 10_000
MONTHS = 24
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
CHUNK = 1_000_000
LIMIT_MS = 50.0
BYTES_A_RESULT = 700  # with its indexes; to refuse a run the disk cannot hold
# One row of a result from its number `i`: remainders of large primes stand in for chance.
RESULT_SQL = """
    INSERT INTO result (attempt_id, calibration_id, learner_id, skill, theta, se, eap, eap_sd,
        items, correct, level, at_target, cells, arm, team_at_taking_id, role_profile, taken_at,
        scored_at, code_version, counts_for, counted, number, in_force, reason, keys)
    SELECT i, {calibration}, 1 + i * 7919 % 10007 % {people},
        CASE i * 104729 % 1000003 % 6 WHEN 0 THEN 'ai-sense' WHEN 1 THEN 'agent-operations'
            WHEN 2 THEN 'retrieval-and-evidence' WHEN 3 THEN 'governance'
            WHEN 4 THEN 'workflow-redesign' ELSE 'ai-strategy' END,
        (i * 1299709 % 6001 - 3000) / 1000.0, 0.45, 0.3, 0.4, 12, 6, 1 + i * 15487469 % 999979 % 4,
        i * 15487469 % 999979 % 4 >= 2, '{{}}',
        CASE i * 32452843 % 999983 % 3 WHEN 0 THEN 'structured' WHEN 1 THEN 'self_directed' END,
        {first_team} + i * 7919 % 10007 % {people} % {teams}, 'all-staff', {moment}, {moment},
        'bench', 'bench:' || i, {yes}, 1, {yes}, 'submitted', '{{}}'
    FROM {numbers}
"""
MINUTES = f"i * 49979687 % {MONTHS * 30 * 24 * 60 - 1}"
DIALECTS = {
    "sqlite": {
        "moment": f"strftime('%Y-%m-%d %H:%M:%S.000000', '2024-01-01', ({MINUTES}) || ' minutes')",
        "numbers": "(WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL"
        " SELECT i + 1 FROM n WHERE i < {last}) SELECT i FROM n) numbers",
        "yes": "1",
        "remainder": "%",
        "unchecked": "PRAGMA foreign_keys = OFF",
    },
    "postgresql": {
        "moment": f"timestamptz '2024-01-01 00:00Z' + ({MINUTES}) * interval '1 minute'",
        "numbers": "generate_series({first}::bigint, {last}) numbers(i)",
        "yes": "true",
        "remainder": "%%",  # psycopg looks for placeholders
        "unchecked": "SET session_replication_role = replica",
    },
}


def load_organisation(store: Store) -> list[int]:
    """Add 400 teams on four levels and 10,000 people; return the teams people work in."""
    parents: list[int | None] = [None]
    level: list[int] = []
    for width in (1, 7, 56, 336):
        level = store.write(lambda c, w=width, p=tuple(parents): list(add_teams(c, w, p)))
        parents = [*level]
    people = [
        {
            "id": number,
            "issuer": "bench",
            "subject": str(number),
            "name": f"Person {number}",
            "email": f"{number}@norhaven.example",
            "role_profile": "all-staff",
            "created_at": FIRST,
        }
        for number in range(1, PEOPLE + 1)
    ]
    store.write(lambda c: c.execute(insert(table(Person)), people))
    return level


def add_teams(connection: Connection, width: int, parents: tuple[int | None, ...]) -> Iterator[int]:
    """Add teams under their parents in turn, and give their ids."""
    teams, places = table(Team), table(TeamPlace)
    for number in range(width):
        values = {"code": f"{width}-{number}", "name": f"Team {width}-{number}"}
        team = connection.execute(insert(teams).values(**values).returning(teams.c.id)).scalar_one()
        parent = parents[number % len(parents)]
        place = {"team_id": team, "parent_id": parent, "starts_on": date(2020, 1, 1)}
        connection.execute(insert(places).values(**place))
        yield team


def load_results(store: Store, *, results: int, leaves: list[int]) -> None:
    """Load so many results in bulk, as one restores a table: indexes last, keys unchecked.

    No attempts stand behind them; nothing that is timed here reads attempts.
    """
    words = DIALECTS[store.dialect]
    calibration = make_calibration(store)
    engine = make_upgrade_engine(store.url)
    indexes = sorted(table(Result).indexes, key=lambda index: str(index.name))
    with engine.connect() as connection:
        if store.dialect == "postgresql":
            connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(words["unchecked"]))
        for index in indexes:
            index.drop(connection)
        for first in range(1, results + 1, CHUNK):
            last = min(first + CHUNK - 1, results)
            sql = RESULT_SQL.format(
                calibration=calibration,
                people=PEOPLE,
                first_team=leaves[0],
                teams=len(leaves),
                moment=words["moment"],
                numbers=words["numbers"].format(first=first, last=last),
                yes=words["yes"],
            )
            connection.exec_driver_sql(sql.replace("%", words["remainder"]))
            connection.commit()
        for index in indexes:
            index.create(connection)
        connection.commit()
        connection.execute(text("ANALYZE result"))
        connection.commit()
    engine.dispose()


def time_ms(ask: Callable[[], object], *, times: int) -> tuple[float, float]:
    """Return the median and the worst of so many answers, in milliseconds."""
    waits = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        waits.append(1000 * (time.perf_counter() - start))
    return statistics.median(waits), max(waits)


def from_results(connection: Connection, teams: list[int]) -> list[Any]:
    """Ask the results themselves what a team's growth is: the way without stored cells."""
    month = (
        "substr(taken_at, 1, 7)"
        if connection.dialect.name == "sqlite"
        else "date_trunc('month', taken_at)"
    )
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    query = text(
        f"SELECT team_at_taking_id, skill, arm, {month}, count(*), sum(theta), sum(theta * theta)"
        f" FROM result WHERE counted AND team_at_taking_id IN ({', '.join(map(str, teams))})"
        " GROUP BY 1, 2, 3, 4"
    )
    return list(connection.execute(query).all())


def run(engine: str, *, results: int) -> bool:
    """Load, rebuild, compare and read; print a line each; say whether the limit was kept."""
    with fresh_store(engine) as store:
        start = time.perf_counter()
        leaves = load_organisation(store)
        load_results(store, results=results, leaves=leaves)
        print(f"{engine}: {results} results loaded in {time.perf_counter() - start:.0f} s")
        start = time.perf_counter()
        cells = store.write(rebuild_growth)
        print(f"{engine}: {cells} cells rebuilt in {time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        differing = len(store.read(compare_growth))
        print(
            f"{engine}: {differing} cells differ from a recount"
            f" ({time.perf_counter() - start:.1f} s)"
        )
        return report_reads(store, engine, leaves) and differing == 0


def report_reads(store: Store, engine: str, leaves: list[int]) -> bool:
    """Time the growth data of three pages, each beside the same question to the results."""
    top, second = 1, 2
    line = store.read(lambda c: select_line(c, team_id=second, on=date(2025, 6, 1)))
    pages: list[tuple[str, dict[str, Any], list[int]]] = [
        ("a team, all skills", {"team_ids": leaves[:1], "scope": "team"}, leaves[:1]),
        (
            f"a line unit by unit, {len(line)} units, one skill",
            {"team_ids": line, "scope": "team", "skill": "governance"},
            line,
        ),
        ("the organisation, all skills", {"team_ids": [top], "scope": "line"}, leaves),
    ]
    kept = True
    for name, asked, units in pages:

        def ask(asked: dict[str, Any] = asked) -> int:
            return len(store.read(lambda c: select_growth(c, **asked, since=date(2025, 1, 1))))

        cpu = time.process_time()
        median, worst = time_ms(ask, times=50)
        cpu = 1000 * (time.process_time() - cpu) / 50
        bare, _ = time_ms(lambda u=units: store.read(lambda c: from_results(c, u)), times=1)
        kept = kept and median <= LIMIT_MS
        print(
            f"{engine}: {name}, twelve months, {ask()} rows: median {median:.1f} ms,"
            f" worst {worst:.1f} ms, own CPU {cpu:.1f} ms"
            f" (limit {LIMIT_MS:.0f} ms: {'met' if median <= LIMIT_MS else 'MISSED'})"
            f" | from the results themselves: {bare:.0f} ms",
            flush=True,
        )
    return kept


def require_room(results: int) -> None:
    """Stop before the disk is full: the run needs room for the rows and for sorting them."""
    free = shutil.disk_usage(gettempdir()).free
    if free < 3 * results * BYTES_A_RESULT:
        sys.exit(f"{3 * results * BYTES_A_RESULT >> 30} GiB of disk needed, {free >> 30} GiB free")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=10_000_000)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    chosen = parser.parse_args()
    require_room(chosen.results)
    kept = [run(engine, results=chosen.results) for engine in chosen.engine or ENGINES]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
