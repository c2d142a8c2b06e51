"""Growth by team for managers: what may be shown of it, and nothing else leaves this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from db import Connection
from db.queries.growth import select_growth, select_managed
from db.queries.people import TeamRow, count_members, select_path, select_roots, select_subtree
from db.queries.reporting import select_completion
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.disclosure import ALL, Cell, Floor, hidden_cells

ROUTES = ("structured", "self_directed", "none")
OCCASIONS = ("baseline", "end", "plus3", "plus6")
# The share of a standard normal within ±1.96.
Z95 = 1.959964
GROWTH_COLUMNS = ("unit_id", "name", "route", "occasion", "n", "score", "low", "high", "hidden")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit the viewer may choose."""

    id: int
    name: str
    depth: int
    people: int


@dataclass(frozen=True, slots=True)
class Learning:
    """How much of the assigned learning a unit has done: people times tracks."""

    assigned: int
    done: int


@dataclass(frozen=True, slots=True)
class TeamGrowth:
    """Growth of one unit and of the units right below it.

    `routes` and `units` have the columns `GROWTH_COLUMNS`: one row per series and occasion, mean
    on the scale 500 + 100 θ with 95 % limits; where `hidden` is true, `n`, `score`, `low` and
    `high` are missing. `children` counts the units below; `units` holds at most those asked for.
    """

    unit: Unit
    larger: Unit | None
    children: tuple[Unit, ...]
    routes: pd.DataFrame
    units: pd.DataFrame
    learning: Learning
    floor: Floor


def read_units(store: Store, *, viewer: Viewer, now: datetime) -> tuple[Unit, ...]:
    """Return the units the viewer may look at: the own line, or everything for the organisation's.

    Raises
    ------
    Refused
        When the viewer leads nobody and does not see the organisation's figures.
    """

    def read(connection: Connection) -> tuple[Unit, ...]:
        tops = _tops(connection, viewer, on=now.date())
        rows = select_subtree(connection, tops, on=now.date()) if tops else ()
        people = count_members(connection, [row.id for row in rows], on=now.date())
        return _with_people(rows, people)

    return store.read(read)


def team_growth(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    team_id: int,
    skill: str,
    min_group: int,
    now: datetime,
) -> TeamGrowth:
    """Return the growth of a unit in a skill, with everything hidden that must be.

    Raises
    ------
    Refused
        When the unit is not in the viewer's line, or the skill is unknown.
    """
    on = now.date()
    units = {unit.id: unit for unit in read_units(store, viewer=viewer, now=now)}
    access.require_line(viewer, team_id=team_id, line=units)
    if skill not in catalogue.registers.skills:
        raise access.Refused("This skill is not in the register. Choose one from the list.")
    floor = Floor.of(min_group)

    def read(connection: Connection) -> TeamGrowth:
        path = select_path(connection, team_id, on=on)
        tables = [_children(connection, unit_id, on=on) for unit_id in path]
        cells = _read_cells(connection, path, tables, skill=skill)
        hidden = _decide(cells, path, tables, floor=floor.mean)
        children = tuple(
            Unit(row.id, row.name, row.depth, 0) for row in tables[-1] if row.id != team_id
        )
        below = [row.id for row in select_subtree(connection, [team_id], on=on)]
        assigned, done = select_completion(connection, below, on=on)
        names = {team_id: units[team_id].name if team_id in units else ""}
        names |= {child.id: child.name for child in children}
        return TeamGrowth(
            unit=units.get(team_id, Unit(team_id, names[team_id], 0, 0)),
            larger=_larger(path, units),
            children=children,
            routes=_shown(cells, [team_id], ROUTES[:2], names, hidden),
            units=_shown(cells, [child.id for child in children], (ALL,), names, hidden),
            learning=Learning(assigned, done),
            floor=floor,
        )

    return store.read(read)


# --- what the viewer may choose -------------------------------------------------------------------


def _tops(connection: Connection, viewer: Viewer, *, on: date) -> tuple[int, ...]:
    if access.may(viewer, "see organisation figures"):
        return select_roots(connection, on=on)
    access.require(viewer, "see team figures")
    return tuple(select_managed(connection, viewer.person_id, on))


def _with_people(rows: Sequence[TeamRow], own: Mapping[int, int]) -> tuple[Unit, ...]:
    """Count people of a unit and of everything below it, leaves first."""
    people = {row.id: own.get(row.id, 0) for row in rows}
    for row in sorted(rows, key=lambda one: -one.depth):
        if row.parent_id in people and row.depth > 0:
            people[row.parent_id] += people[row.id]
    return tuple(Unit(row.id, row.name, row.depth, people[row.id]) for row in rows)


def _children(connection: Connection, unit_id: int, *, on: date) -> tuple[TeamRow, ...]:
    """Return a unit (depth 0) and the units right below it (depth 1)."""
    return tuple(
        row for row in select_subtree(connection, [unit_id], on=on, deepest=1) if row.depth <= 1
    )


def _larger(path: Sequence[int], units: Mapping[int, Unit]) -> Unit | None:
    """Return the unit above the last one of a path, when the viewer may see it."""
    return units.get(path[-2]) if len(path) > 1 else None


# --- what may be shown ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cells:
    """Sums per (unit, scope, route, occasion): n, Σθ, Σθ²."""

    sums: Mapping[tuple[int, str, str, str], tuple[int, float, float]]

    def n(self, unit_id: int, scope: str, route: str, occasion: str) -> int:
        return self.sums.get((unit_id, scope, route, occasion), (0, 0.0, 0.0))[0]


def _read_cells(
    connection: Connection,
    path: Sequence[int],
    tables: Sequence[Sequence[TeamRow]],
    *,
    skill: str,
) -> _Cells:
    wanted = sorted({*path, *(row.id for table in tables for row in table)})
    sums: dict[tuple[int, str, str, str], tuple[int, float, float]] = {}
    for scope in ("team", "line"):
        frame = select_growth(
            connection,
            team_ids=wanted,
            scope="team" if scope == "team" else "line",
            skill=skill,
        )
        frame = frame[frame["occasion"] != "none"]
        for row in frame.itertuples(index=False):
            for route in (str(row.arm), ALL):
                key = (int(row.team_id), scope, route, str(row.occasion))
                n, total, squares = sums.get(key, (0, 0.0, 0.0))
                sums[key] = (n + int(row.n), total + row.theta_sum, squares + row.theta_squares)
    return _Cells(sums)


def _decide(
    cells: _Cells,
    path: Sequence[int],
    tables: Sequence[Sequence[TeamRow]],
    *,
    floor: int,
) -> frozenset[tuple[int, str, str]]:
    """Return the hidden (unit, route, occasion), walking from the top of the organisation down."""
    hidden: set[tuple[int, str, str]] = set()
    for occasion in OCCASIONS:
        top = path[0]
        whole = {(top, route): cells.n(top, "line", route, occasion) for route in (ALL, *ROUTES)}
        hidden |= _named(
            hidden_cells(whole, parts=[top], routes=ROUTES, shown_above=frozenset(), floor=floor),
            occasion,
        )
        for unit_id, table in zip(path, tables, strict=True):
            counts: dict[Cell, int] = {}
            for row in table:
                scope = "team" if row.id == unit_id else "line"
                part = (row.id, "own") if row.id == unit_id else row.id
                for route in (ALL, *ROUTES):
                    counts[part, route] = cells.n(row.id, scope, route, occasion)
            shown = frozenset(
                route for route in (ALL, *ROUTES) if (unit_id, route, occasion) not in hidden
            )
            parts = list(dict.fromkeys(part for part, _route in counts))
            hidden |= _named(
                hidden_cells(counts, parts=parts, routes=ROUTES, shown_above=shown, floor=floor),
                occasion,
            )
    return frozenset(hidden)


def _named(cells: frozenset[Cell], occasion: str) -> set[tuple[int, str, str]]:
    return {(part, route, occasion) for part, route in cells if isinstance(part, int)}


def _shown(
    cells: _Cells,
    unit_ids: Sequence[int],
    routes: Sequence[str],
    names: Mapping[int, str],
    hidden: frozenset[tuple[int, str, str]],
) -> pd.DataFrame:
    rows = []
    for unit_id in unit_ids:
        for route in routes:
            for occasion in OCCASIONS:
                n, total, squares = cells.sums.get(
                    (unit_id, "line", route, occasion), (0, 0.0, 0.0)
                )
                if n == 0:
                    continue
                concealed = (unit_id, route, occasion) in hidden
                figures = (None, None, None, None) if concealed else _mean(n, total, squares)
                rows.append((unit_id, names[unit_id], route, occasion, *figures, concealed))
    return pd.DataFrame(rows, columns=list(GROWTH_COLUMNS))


def _mean(n: int, total: float, squares: float) -> tuple[int, float, float, float]:
    """Return n, the mean and its 95 % limits on the scale 500 + 100 θ."""
    mean = total / n
    variance = max(squares - n * mean * mean, 0.0) / max(n - 1, 1)
    half = Z95 * (variance / n) ** 0.5
    return n, 500 + 100 * mean, 500 + 100 * (mean - half), 500 + 100 * (mean + half)
