"""What stands behind the figures of teams, and which of them may be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from db import Connection
from db.queries.growth import select_sums
from db.queries.people import TeamRow, select_path, select_subtree
from portal.services.disclosure import ALL, Part, State, decide_parts, decide_top

ROUTES = ("structured", "self_directed", "none")
OCCASIONS = ("baseline", "end", "plus3", "plus6")
# n, Σθ, Σθ², at target.
Sums = tuple[int, float, float, int]
NOTHING: Sums = (0, 0.0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class Tree:
    """The organisation around a unit: the way down to it, and everything below its top."""

    path: tuple[int, ...]
    rows: Mapping[int, TeamRow]
    below: Mapping[int, tuple[TeamRow, ...]]

    def children(self, unit_id: int) -> tuple[TeamRow, ...]:
        """Return the units right below a unit, by name."""
        return self.below.get(unit_id, ())

    def parts(self, unit_id: int) -> tuple[Part, ...]:
        """Return what a unit is made of: the units right below it and its own members."""
        return (*((row.id, "line") for row in self.children(unit_id)), (unit_id, "team"))

    def line(self, unit_id: int) -> tuple[int, ...]:
        """Return a unit and every unit below it."""
        below = [id_ for row in self.children(unit_id) for id_ in self.line(row.id)]
        return (unit_id, *below)


def read_tree(connection: Connection, team_id: int, *, on: date) -> Tree:
    """Read the organisation around a unit as it stands on a day."""
    path = select_path(connection, team_id, on=on)
    rows = select_subtree(connection, path[:1], on=on)
    below: dict[int, list[TeamRow]] = {}
    for row in rows:
        if row.depth > 0 and row.parent_id is not None:
            below.setdefault(row.parent_id, []).append(row)
    return Tree(
        path=path,
        rows={row.id: row for row in rows},
        below={unit_id: tuple(found) for unit_id, found in below.items()},
    )


# A unit, its scope (`team` or `line`), a route and an occasion.
Figure = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Cells:
    """Sums per figure: n, Σθ, Σθ², and how many are at or above the target of their role."""

    sums: Mapping[Figure, Sums]

    def n(self, unit_id: int, scope: str, route: str, occasion: str) -> int:
        """Return how many learners stand behind a figure."""
        return self.sums.get((unit_id, scope, route, occasion), NOTHING)[0]


def read_cells(connection: Connection, tree: Tree, *, skill: str) -> Cells:
    """Read what stands behind every figure around a unit, in one skill."""
    near = {row.id for unit_id in tree.path for row in tree.children(unit_id)}
    wanted = sorted({part[0] for one in near | set(tree.path) for part in tree.parts(one)})
    sums: dict[Figure, Sums] = {}
    for scope in ("team", "line"):
        rows = select_sums(
            connection,
            team_ids=wanted,
            scope="team" if scope == "team" else "line",
            skill=skill,
        )
        for team_id, arm, occasion, *row in rows:
            if occasion == "none":
                continue
            for route in (arm, ALL):
                key = (team_id, scope, route, occasion)
                sums[key] = _added(sums.get(key, NOTHING), row)
    return Cells(sums)


def _added(one: Sums, row: Sequence[float]) -> Sums:
    n, total, squares, hits = row
    return one[0] + int(n), one[1] + total, one[2] + squares, one[3] + int(hits)


# What a part shows at an occasion.
States = Mapping[tuple[Part, str], State]


def decide(cells: Cells, tree: Tree, *, floor: int) -> States:
    """Decide what every part on the way shows, from the top of the organisation down."""
    found: dict[tuple[Part, str], State] = {}
    for occasion in OCCASIONS:
        top: Part = (tree.path[0], "line")
        found[top, occasion] = decide_top(counts_of(cells, top, occasion), floor=floor)
        for unit_id in tree.path:
            counts = {part: counts_of(cells, part, occasion) for part in tree.parts(unit_id)}
            states = decide_parts(
                counts,
                above=found[(unit_id, "line"), occasion],
                inside={
                    (row.id, "line"): {
                        part: counts_of(cells, part, occasion) for part in tree.parts(row.id)
                    }
                    for row in tree.children(unit_id)
                    if tree.children(row.id)
                },
                floor=floor,
            )
            # What was decided with the unit above stands.
            found = {(part, occasion): state for part, state in states.items()} | found
    return found


def counts_of(cells: Cells, part: Part, occasion: str) -> dict[str, int]:
    """Return the learners of a part by route."""
    return {route: cells.n(*part, route, occasion) for route in ROUTES}
