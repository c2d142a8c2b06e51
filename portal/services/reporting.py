"""Growth by team for managers: what may be shown of it, and nothing else leaves this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

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

Reach = Literal["line", "team"]
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
    """How much of the assigned learning a unit has done: people times modules."""

    assigned: int
    done: int


@dataclass(frozen=True, slots=True)
class TeamGrowth:
    """Growth of one unit and of the units right below it.

    `routes` and `units` have the columns `GROWTH_COLUMNS`: one row per series and occasion, mean
    on the scale 500 + 100 θ with 95 % limits; where `hidden` is true, `n`, `score`, `low` and
    `high` are missing. `children` are the units right below. `changes` holds, per route, the change
    of the mean from start to end in points, where enough learners stand behind both.
    """

    unit: Unit
    larger: Unit | None
    children: tuple[Unit, ...]
    routes: pd.DataFrame
    changes: Mapping[str, float]
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
    reach: Reach,
    min_group: int,
    now: datetime,
) -> TeamGrowth:
    """Return the growth of a unit in a skill, with everything hidden that must be.

    `reach` is `line` for the unit and everyone below it, `team` for those who work in the unit
    itself: a manager's direct reports.

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
        subtree = select_subtree(connection, [team_id], on=on)
        below = [row.id for row in subtree if reach == "line" or row.id == team_id]
        assigned, done = select_completion(connection, below, on=on)
        names = {team_id: units[team_id].name if team_id in units else ""}
        names |= {child.id: child.name for child in children}
        routes = _shown(cells, [team_id], ROUTES[:2], names, hidden, scope=reach)
        return TeamGrowth(
            unit=units.get(team_id, Unit(team_id, names[team_id], 0, 0)),
            larger=_larger(path, units),
            children=children,
            routes=routes,
            changes=_changes(routes, floor=floor.change),
            units=_shown(
                cells, [child.id for child in children], (ALL,), names, hidden, scope="line"
            ),
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


# A unit, its scope (`team` or `line`), a route and an occasion.
_Figure = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Sums per figure: n, Σθ, Σθ²."""

    sums: Mapping[_Figure, tuple[int, float, float]]

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
    sums: dict[_Figure, tuple[int, float, float]] = {}
    for scope in ("team", "line"):
        frame = select_growth(
            connection,
            team_ids=wanted,
            scope="team" if scope == "team" else "line",
            skill=skill,
        )
        frame = frame[frame["occasion"] != "none"]
        for row in frame.to_dict("records"):
            for route in (str(row["arm"]), ALL):
                key = (int(row["team_id"]), scope, route, str(row["occasion"]))
                n, total, squares = sums.get(key, (0, 0.0, 0.0))
                sums[key] = (
                    n + int(row["n"]),
                    total + float(row["theta_sum"]),
                    squares + float(row["theta_squares"]),
                )
    return _Cells(sums)


def _decide(
    cells: _Cells,
    path: Sequence[int],
    tables: Sequence[Sequence[TeamRow]],
    *,
    floor: int,
) -> frozenset[_Figure]:
    """Return the figures to hide, walking from the top of the organisation down."""
    hidden: set[_Figure] = set()
    for occasion in OCCASIONS:
        top = (path[0], "line")
        hidden |= _hide(cells, [top], occasion, shown_above=frozenset(), floor=floor)
        for unit_id, table in zip(path, tables, strict=True):
            parts = [(row.id, "team" if row.id == unit_id else "line") for row in table]
            shown = frozenset(
                route
                for route in (ALL, *ROUTES)
                if (unit_id, "line", route, occasion) not in hidden
            )
            hidden |= _hide(cells, parts, occasion, shown_above=shown, floor=floor)
    return frozenset(hidden)


def _hide(
    cells: _Cells,
    parts: Sequence[tuple[int, str]],
    occasion: str,
    *,
    shown_above: frozenset[str],
    floor: int,
) -> set[_Figure]:
    counts: dict[Cell, int] = {
        (part, route): cells.n(*part, route, occasion) for part in parts for route in (ALL, *ROUTES)
    }
    return {
        (unit_id, scope, route, occasion)
        for (unit_id, scope), route in hidden_cells(
            counts, parts=parts, routes=ROUTES, shown_above=shown_above, floor=floor
        )
    }


def _shown(
    cells: _Cells,
    unit_ids: Sequence[int],
    routes: Sequence[str],
    names: Mapping[int, str],
    hidden: frozenset[_Figure],
    *,
    scope: Reach,
) -> pd.DataFrame:
    rows = []
    for unit_id in unit_ids:
        for route in routes:
            for occasion in OCCASIONS:
                figure = (unit_id, scope, route, occasion)
                n, total, squares = cells.sums.get(figure, (0, 0.0, 0.0))
                if n == 0:
                    continue
                concealed = figure in hidden
                figures = (None, None, None, None) if concealed else _mean(n, total, squares)
                rows.append((unit_id, names[unit_id], route, occasion, *figures, concealed))
    return pd.DataFrame(rows, columns=list(GROWTH_COLUMNS))


def _changes(routes: pd.DataFrame, *, floor: int) -> dict[str, float]:
    """Return the change from start to end of each route that enough learners stand behind."""
    shown = routes[~routes["hidden"].astype(bool)]
    means = {
        (str(row["route"]), str(row["occasion"])): float(row["score"])
        for row in shown.to_dict("records")
        if row["n"] >= floor
    }
    return {
        route: means[route, "end"] - means[route, "baseline"]
        for route in ROUTES[:2]
        if (route, "end") in means and (route, "baseline") in means
    }


def _mean(n: int, total: float, squares: float) -> tuple[int, float, float, float]:
    """Return n, the mean and its 95 % limits on the scale 500 + 100 θ."""
    mean = total / n
    variance = max(squares - n * mean * mean, 0.0) / max(n - 1, 1)
    half = Z95 * (variance / n) ** 0.5
    return n, 500 + 100 * mean, 500 + 100 * (mean - half), 500 + 100 * (mean + half)
