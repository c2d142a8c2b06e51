"""Growth by team for managers: what may be shown of it, and nothing else leaves this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import pandas as pd

from assessments.quantiles import t_quantile
from db import Connection
from db.queries.growth import select_managed
from db.queries.people import TeamRow, count_members, select_roots, select_subtree
from db.queries.reporting import count_assigned_people, select_completion
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.cells import (
    NOTHING,
    OCCASIONS,
    ROUTES,
    Cells,
    States,
    Tree,
    decide,
    read_cells,
    read_tree,
)
from portal.services.disclosure import (
    ALL,
    Floor,
    Part,
    State,
    decide_parts,
    shows,
)
from portal.services.shares import CODED_SHARE, MIN_SHARE

Reach = Literal["line", "team"]
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
    """How much of the assigned learning a unit has done: people times modules.

    Where `hidden` is true both are 0. Where few people are near all or nothing, the share is
    `coded` and `done` is 0, because it would tell of each of them.
    """

    assigned: int
    done: int
    hidden: bool = False
    coded: Literal["", "nearly all", "hardly any"] = ""


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of so many learners on the scale 500 + 100 θ, and half its 95 % range."""

    n: int
    score: float
    half: float


@dataclass(frozen=True, slots=True)
class StartAndEnd:
    """The means of a route before and after; not all who stand behind the one took the other."""

    route: str
    start: Mean
    end: Mean


@dataclass(frozen=True, slots=True)
class TeamGrowth:
    """Growth of one unit and of the units right below it.

    `routes` and `units` have the columns `GROWTH_COLUMNS`: one row per series and occasion, mean
    on the scale 500 + 100 θ with 95 % limits; where `hidden` is true, `n`, `score`, `low` and
    `high` are missing. `children` are the units right below. `changes` holds the means at start
    and end where enough learners stand behind both: of all together where that is shown, else by
    route.
    """

    unit: Unit
    larger: Unit | None
    children: tuple[Unit, ...]
    routes: pd.DataFrame
    changes: tuple[StartAndEnd, ...]
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
        tree = read_tree(connection, team_id, on=on)
        cells = read_cells(connection, tree, skill=skill)
        states = decide(cells, tree, floor=floor.mean)
        children = tree.children(team_id)
        names = {row.id: row.name for row in (tree.rows[team_id], *children)}
        routes = _own_routes(cells, team_id, names, states, reach=reach)
        return TeamGrowth(
            unit=units.get(team_id, Unit(team_id, names[team_id], 0, 0)),
            larger=_larger(tree.path, units),
            children=tuple(Unit(row.id, row.name, row.depth, 0) for row in children),
            routes=routes,
            changes=start_and_end(routes, floor=floor.change),
            units=_shown(
                cells, [child.id for child in children], (ALL,), names, states, scope="line"
            ),
            learning=_read_learning(connection, tree, reach=reach, floor=floor, on=on),
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


def _larger(path: Sequence[int], units: Mapping[int, Unit]) -> Unit | None:
    """Return the unit above the last one of a path, when the viewer may see it."""
    return units.get(path[-2]) if len(path) > 1 else None


# --- what may be shown ----------------------------------------------------------------------------


def _own_routes(
    cells: Cells, unit_id: int, names: Mapping[int, str], states: States, *, reach: Reach
) -> pd.DataFrame:
    """Return the routes of a unit; where one of them is hidden, all learners together as well."""
    routes = _shown(cells, [unit_id], ROUTES[:2], names, states, scope=reach)
    if not routes["hidden"].any():
        return routes
    together = _shown(cells, [unit_id], (ALL,), names, states, scope=reach)
    return pd.concat([routes, together], ignore_index=True) if len(together) else routes


def _shown(
    cells: Cells,
    unit_ids: Sequence[int],
    routes: Sequence[str],
    names: Mapping[int, str],
    states: States,
    *,
    scope: Reach,
) -> pd.DataFrame:
    rows = []
    for unit_id in unit_ids:
        for route in routes:
            for occasion in OCCASIONS:
                figure = (unit_id, scope, route, occasion)
                n, total, squares, _hits = cells.sums.get(figure, NOTHING)
                if n == 0:
                    continue
                concealed = not shows(states[(unit_id, scope), occasion], route=route)
                figures = (
                    (None, None, None, None) if concealed else mean_with_limits(n, total, squares)
                )
                rows.append((unit_id, names[unit_id], route, occasion, *figures, concealed))
    return pd.DataFrame(rows, columns=list(GROWTH_COLUMNS))


def _read_learning(
    connection: Connection, tree: Tree, *, reach: Reach, floor: Floor, on: date
) -> Learning:
    """Return the learning of the last unit of the path, decided like a figure without routes."""
    unit_id = tree.path[-1]
    own = count_assigned_people(connection, list(tree.rows), on=on)

    def people(part: Part) -> int:
        ids = tree.line(part[0]) if part[1] == "line" else part[:1]
        return sum(own.get(one, 0) for one in ids)

    states: dict[Part, State] = {
        (tree.path[0], "line"): "sum" if people((tree.path[0], "line")) >= floor.mean else "hidden"
    }
    for one in tree.path:
        parts = tree.parts(one)
        states = (
            decide_parts(
                {part: {ALL: people(part)} for part in parts},
                above=states[one, "line"],
                inside={},
                floor=floor.mean,
            )
            | states
        )
    if states[unit_id, reach] == "hidden":
        return Learning(0, 0, hidden=True)
    ids = tree.line(unit_id) if reach == "line" else (unit_id,)
    assigned, done = select_completion(connection, ids, on=on)
    return _coded(Learning(assigned, done), people=people((unit_id, reach)))


def _coded(learning: Learning, *, people: int) -> Learning:
    """Say only "nearly all" or "hardly any" where a share near its end speaks of few people."""
    if people >= MIN_SHARE or not learning.assigned:
        return learning
    share = learning.done / learning.assigned
    if share > 1 - CODED_SHARE:
        return replace(learning, done=0, coded="nearly all")
    return replace(learning, done=0, coded="hardly any") if share < CODED_SHARE else learning


def start_and_end(routes: pd.DataFrame, *, floor: int) -> tuple[StartAndEnd, ...]:
    """Return start and end of what enough learners stand behind."""
    shown = routes[~routes["hidden"].astype(bool)]
    means = {
        (str(row["route"]), str(row["occasion"])): Mean(
            int(row["n"]), float(row["score"]), float(row["high"] - row["low"]) / 2
        )
        for row in shown.to_dict("records")
        if row["n"] >= floor
    }
    found = tuple(
        StartAndEnd(route, means[route, "baseline"], means[route, "end"])
        for route in (ALL, *ROUTES[:2])
        if (route, "end") in means and (route, "baseline") in means
    )
    return found[:1] if found and found[0].route == ALL else found


def mean_with_limits(n: int, total: float, squares: float) -> tuple[int, float, float, float]:
    """Return n, the mean and its 95 % limits by Student's t on the scale 500 + 100 θ."""
    mean = total / n
    freedom = max(n - 1, 1)
    variance = max(squares - n * mean * mean, 0.0) / freedom
    half = float(t_quantile(0.975, freedom)) * (variance / n) ** 0.5
    return n, 500 + 100 * mean, 500 + 100 * (mean - half), 500 + 100 * (mean + half)
