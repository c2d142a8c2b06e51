"""Skills of the teams of a unit: mean, level and the share at or above the role's target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from assessments.graded_levels import level_given
from curriculum.model import Skill
from db import Connection
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.cells import (
    NOTHING,
    OCCASIONS,
    Cells,
    States,
    Tree,
    decide,
    read_cells,
    read_tree,
)
from portal.services.disclosure import ALL, Floor, Part, shows
from portal.services.reporting import read_units
from portal.services.shares import Hits, ShareState, decide_shares, word_of

HEATMAP_COLUMNS = ("unit_id", "name", "skill", "n", "score", "level", "state", "share", "hidden")


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Skills of the units right below one, and of its own members, at one occasion.

    `cells` has the columns `HEATMAP_COLUMNS`, one row per unit and skill in which somebody was
    measured: mean on the scale 500 + 100 θ, level of that mean, and the share at or above the
    role's target, given as its `state` says. Where `hidden` is true every figure is missing. `own`
    is the unit itself; its row is of its own members.
    """

    cells: pd.DataFrame
    skills: Mapping[str, str]
    own: int
    floor: Floor


def read_heatmap(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    team_id: int,
    occasion: str,
    min_group: int,
    now: datetime,
) -> Heatmap:
    """Return the skills of a unit's teams at an occasion, with everything hidden that must be.

    The same cells are hidden as in team growth, decided by the same rule.

    Raises
    ------
    Refused
        When the unit is not in the viewer's line, or there is no such occasion.
    """
    on = now.date()
    units = {unit.id for unit in read_units(store, viewer=viewer, now=now)}
    access.require_line(viewer, team_id=team_id, line=units)
    if occasion not in OCCASIONS:
        raise access.Refused("There is no such occasion. Choose one from the list.")
    floor = Floor.of(min_group)
    skills = {skill.id: skill for skill in catalogue.registers.skills.values()}

    def read(connection: Connection) -> Heatmap:
        tree = read_tree(connection, team_id, on=on)
        rows = [
            row
            for skill in skills.values()
            for row in _rows(
                read_cells(connection, tree, skill=skill.id), tree, skill, occasion, floor.mean
            )
        ]
        return Heatmap(
            cells=pd.DataFrame(rows, columns=list(HEATMAP_COLUMNS)),
            skills={skill.id: skill.name for skill in skills.values()},
            own=team_id,
            floor=floor,
        )

    return store.read(read)


def _rows(
    cells: Cells, tree: Tree, skill: Skill, occasion: str, floor: int
) -> list[tuple[object, ...]]:
    states = decide(cells, tree, floor=floor)
    unit_id = tree.path[-1]
    shares = _shares(cells, tree, states, occasion)
    found: list[tuple[object, ...]] = []
    for part in tree.parts(unit_id):
        n, total, _squares, _hits = _all(cells, part, occasion)
        if n == 0:
            continue
        name = tree.rows[part[0]].name
        key = (part[0], name, skill.id)
        if not shows(states[part, occasion], route=ALL):
            found.append((*key, None, None, None, "hidden", None, True))
            continue
        state = shares[part]
        share = _all(cells, part, occasion)[3] / n if state == "exact" else None
        # The highest level is given to people for work that was graded, never to a mean.
        level = level_given(level_of(skill, total / n), has_graded_work=False)
        found.append((*key, n, 500 + 100 * total / n, level, state, share, False))
    return found


def _all(cells: Cells, part: Part, occasion: str) -> tuple[int, float, float, int]:
    return cells.sums.get((*part, ALL, occasion), NOTHING)


def _shares(cells: Cells, tree: Tree, states: States, occasion: str) -> Mapping[Part, ShareState]:
    """Decide how shares are given on the whole way down from the top of the organisation."""

    def hits(part: Part) -> Hits:
        found = _all(cells, part, occasion)
        return Hits(found[0], found[3])

    def shown(parts: Sequence[Part]) -> frozenset[Part]:
        return frozenset(
            part for part in parts if hits(part).n and shows(states[part, occasion], route=ALL)
        )

    top: Part = (tree.path[0], "line")
    found: dict[Part, ShareState] = {
        top: word_of(hits(top)) if shown([top]) else "hidden",
    }
    for unit_id in tree.path:
        parts = tree.parts(unit_id)
        found |= decide_shares(
            {part: hits(part) for part in parts},
            above=hits((unit_id, "line")),
            above_state=found[unit_id, "line"],
            shown=shown(parts),
        )
    return found


def level_of(skill: Skill, theta: float) -> int:
    """Return the level that a score lies in; cut scores are provisional until a panel set them."""
    return max(level.level for level in skill.levels if level.cut is None or theta >= level.cut)
