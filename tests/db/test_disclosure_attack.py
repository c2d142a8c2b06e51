"""Adding and subtracting everything a manager can reach finds no group below the floor.

The attack: every shown figure is a sum over learners. A vector of the row space of all shown
figures that is zero outside a group gives a sum over that group alone. With N a basis of the null
space, such a vector exists exactly when the rows of N that belong to the group are dependent.
"""

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import insert

from curriculum.model import Skill, SkillLevel
from db.columns import table
from db.recount import MEASURES
from db.store import open_store
from db.tables import Assignment, GrowthCell, Person, TeamMember
from portal.access import Viewer
from portal.services.cells import ROUTES
from portal.services.disclosure import ALL
from portal.services.heatmap import Heatmap, read_heatmap
from portal.services.reporting import TeamGrowth, read_units, team_growth
from tests.factories import (
    LONG_AGO,
    NOW,
    TODAY,
    lead_team,
    make_person,
    make_team,
    next_number,
    require_content,
)

SKILL = "agent-operations"
FLOOR = 6
Atom = tuple[int, str]


LEVELS = tuple(
    SkillLevel(level, "", (), cut, "provisional", None)
    for level, cut in enumerate((None, -0.5, 0.5, 1.5), start=1)
)
# All that the pages ask of a catalogue: which skills there are.
CATALOGUE = SimpleNamespace(
    registers=SimpleNamespace(skills={SKILL: Skill(SKILL, "Agent operations", "", {}, LEVELS)})
)


@dataclass
class Tree:
    """A random organisation: the children of each unit and the size of its own team."""

    root: int
    children: dict[int, list[int]] = field(default_factory=dict)
    teams: dict[int, int] = field(default_factory=dict)
    atoms: dict[str, dict[Atom, int]] = field(default_factory=dict)
    takers: dict[int, int] = field(default_factory=dict)
    hits: dict[str, dict[Atom, int]] = field(default_factory=dict)

    def line(self, unit: int) -> set[int]:
        return {unit}.union(*(self.line(child) for child in self.children.get(unit, ())))


def team_size(rng: random.Random) -> int:
    return min(30, max(4, round(rng.lognormvariate(np.log(8), 0.5))))


def build(store, *, seed: int) -> tuple[Tree, Viewer]:
    """A small organisation of any shape: the smaller, the harder it is to keep people apart."""
    rng = random.Random(seed)
    boss = make_person(store, roles=("employee", "manager"))
    tree = Tree(make_team(store, name="All"))
    lead_team(store, person=boss, team=tree.root)
    whole_teams = rng.random() < 0.3
    for _ in range(rng.randint(2, 3)):
        division = make_team(store, parent=tree.root)
        tree.children.setdefault(tree.root, []).append(division)
        tree.teams[division] = rng.choice([0, 1, 3])
        for _ in range(rng.randint(2, 5)):
            team = make_team(store, parent=division)
            tree.children.setdefault(division, []).append(team)
            tree.teams[team] = team_size(rng)
            if rng.random() < 0.15:
                below = make_team(store, parent=team)
                tree.children[team] = [below]
                tree.teams[below] = team_size(rng)
    share = rng.choice([0.5, 0.5, 0.8, 0.95])
    return fill_and_lead(store, tree, boss, rng, share=share, whole_teams=whole_teams)


def build_usual(store, *, seed: int) -> tuple[Tree, Viewer]:
    """An organisation as they mostly are: three divisions of seven teams, both routes alike."""
    rng = random.Random(seed)
    boss = make_person(store, roles=("employee", "manager"))
    tree = Tree(make_team(store, name="All"))
    lead_team(store, person=boss, team=tree.root)
    for _ in range(3):
        division = make_team(store, parent=tree.root)
        tree.children.setdefault(tree.root, []).append(division)
        tree.teams[division] = 1
        tree.children[division] = [make_team(store, parent=division) for _ in range(7)]
        tree.teams |= {team: team_size(rng) for team in tree.children[division]}
    return fill_and_lead(store, tree, boss, rng, share=0.5, whole_teams=False)


def fill_and_lead(
    store, tree: Tree, boss: int, rng: random.Random, *, share: float, whole_teams: bool
) -> tuple[Tree, Viewer]:
    fill(store, tree, rng, share=share, whole_teams=whole_teams)
    return tree, Viewer(boss, "", frozenset({"employee", "manager"}), "all-staff")


def fill(store, tree: Tree, rng: random.Random, *, share: float, whole_teams: bool) -> None:
    """Give everyone a route and the checks they took; some leave."""
    tree.atoms = {occasion: {} for occasion in ("baseline", "end")}
    people: list[tuple[int, bool]] = []
    for team, size in tree.teams.items():
        arm_of_team = "structured" if rng.random() < share else "self_directed"
        for _ in range(size):
            people.append((team, rng.random() < 0.8))
            drawn = "structured" if rng.random() < share else "self_directed"
            arm = arm_of_team if whole_teams and rng.random() < 0.9 else drawn
            for occasion, cells in tree.atoms.items():
                if occasion == "baseline" or rng.random() < 0.85:
                    cells[team, arm] = cells.get((team, arm), 0) + 1
    for occasion, cells in tree.atoms.items():
        # Some teams all reach their target, or none of them does: what shares must not tell.
        odds = {team: rng.choice([0.0, 0.03, 0.4, 0.6, 0.97, 1.0]) for team in tree.teams}
        tree.hits[occasion] = {
            (team, arm): sum(rng.random() < odds[team] for _ in range(n))
            for (team, arm), n in cells.items()
        }
    for team, takes in people:
        tree.takers[team] = tree.takers.get(team, 0) + takes
    tree.takers = {team: n for team, n in tree.takers.items() if n}
    require_content(store, "agents", kind="track")
    store.write(lambda connection: keep(connection, tree, people))


def keep(connection, tree: Tree, people: list[tuple[int, bool]]) -> None:
    """Write people, what they take, and the stored growth of every unit."""
    for team, takes in people:
        number = next_number()
        person = connection.execute(
            insert(table(Person)).values(
                issuer="https://id.norhaven.example",
                subject=f"member-{number}",
                name="Ada Lind",
                email=f"member{number}@norhaven.example",
                role_profile="all-staff",
                language="en",
                active=True,
                created_at=NOW,
            )
        ).inserted_primary_key[0]
        connection.execute(
            insert(table(TeamMember)).values(person_id=person, team_id=team, starts_on=LONG_AGO)
        )
        if takes:
            connection.execute(
                insert(table(Assignment)).values(
                    learner_id=person, track_id="agents", assigned_at=NOW
                )
            )
    cells = [
        cell
        for occasion, atoms in tree.atoms.items()
        for unit in [tree.root, *tree.teams]
        for cell in cells_to_keep(tree, unit, occasion, atoms)
    ]
    connection.execute(insert(table(GrowthCell)), cells)


def cells_to_keep(tree: Tree, unit: int, occasion: str, atoms: dict[Atom, int]) -> list[dict]:
    found = []
    for scope, teams in (("team", {unit}), ("line", tree.line(unit))):
        for arm in ROUTES[:2]:
            n = sum(
                count for (team, route), count in atoms.items() if team in teams and route == arm
            )
            hits = sum(
                tree.hits[occasion][team, route]
                for team, route in atoms
                if team in teams and route == arm
            )
            sums = dict.fromkeys(MEASURES, 0)
            sums |= {"n": n, "squares": n * 250_000, "at_target": hits}
            key = {"team_id": unit, "scope": scope, "skill": SKILL, "arm": arm}
            found += [
                key | {"occasion": occasion, "month": TODAY.replace(day=1), "shard": 0} | sums
            ] * (n > 0)
    return found


def every_page(store, viewer: Viewer) -> Iterator[tuple[str, TeamGrowth]]:
    for unit in read_units(store, viewer=viewer, now=NOW):
        for reach in ("line", "team"):
            yield (
                reach,
                team_growth(
                    store,
                    viewer=viewer,
                    catalogue=CATALOGUE,
                    team_id=unit.id,
                    skill=SKILL,
                    reach=reach,
                    min_group=5,
                    now=NOW,
                ),
            )


def every_heatmap(store, viewer: Viewer, occasion: str) -> Iterator[Heatmap]:
    for unit in read_units(store, viewer=viewer, now=NOW):
        yield read_heatmap(
            store,
            viewer=viewer,
            catalogue=CATALOGUE,
            team_id=unit.id,
            occasion=occasion,
            min_group=5,
            now=NOW,
        )


def cells_of(tree: Tree, unit: int, reach: str, route: str, atoms: Sequence[Atom]) -> list[int]:
    teams = tree.line(unit) if reach == "line" else {unit}
    return [int(team in teams and route in {ALL, arm}) for team, arm in atoms]


def solvable_groups(rows: list[list[int]], sizes: Sequence[int], *, floor: int) -> list[tuple]:
    """Return the groups of fewer people than the floor about which some sum of rows tells."""
    matrix = np.array(rows, dtype=float).reshape(len(rows), len(sizes))
    _u, singular, vectors = np.linalg.svd(matrix)
    rank = int((singular > 1e-9).sum())
    null = vectors[rank:].T
    small = [place for place, n in enumerate(sizes) if n < floor]
    return [
        group
        for count in range(1, floor)
        for group in combinations(small, count)
        if sum(sizes[place] for place in group) < floor
        and np.linalg.matrix_rank(null[list(group)], tol=1e-7) < count
    ]


def attack(
    tree: Tree,
    pages: list[tuple[str, TeamGrowth]],
    occasion: str,
    heatmaps: Sequence[Heatmap] = (),
) -> list[tuple]:
    atoms = list(tree.atoms[occasion])
    sizes = list(tree.atoms[occasion].values())
    rows = []
    for reach, page in pages:
        for frame, scope in ((page.routes, reach), (page.units, "line")):
            shown = frame[(frame["occasion"] == occasion) & ~frame["hidden"].astype(bool)]
            for unit, route, n in zip(shown["unit_id"], shown["route"], shown["n"], strict=True):
                row = cells_of(tree, unit, scope, route, atoms)
                assert np.dot(row, sizes) == n, "the page and the attack speak of the same people"
                rows.append(row)
    for heatmap in heatmaps:
        for cell in shown_cells(heatmap):
            row = cells_of(tree, cell["unit_id"], scope_of(heatmap, cell), ALL, atoms)
            assert np.dot(row, sizes) == cell["n"], "the grid and the attack speak of the same"
            rows.append(row)
    return solvable_groups(rows, sizes, floor=FLOOR) if rows else []


def shown_cells(heatmap: Heatmap) -> list[dict]:
    cells = heatmap.cells
    return cells[~cells["hidden"].astype(bool)].to_dict("records")


def scope_of(heatmap: Heatmap, cell: dict) -> str:
    return "team" if cell["unit_id"] == heatmap.own else "line"


def remainders(groups: Sequence[frozenset]) -> list[frozenset]:
    """Return what every group keeps when all smaller ones inside it are taken away.

    Groups of a tree lie inside each other or apart: all that adding and subtracting can reach is
    made of these.
    """
    return [
        one.difference(*(other for other in groups if other < one)) for one in dict.fromkeys(groups)
    ]


class Attacked:
    """An organisation and everything its manager reaches, read once for all that is tried on it."""

    def __init__(self, store, *, seed: int) -> None:
        self.tree, self._manager = build(store, seed=seed)
        self._store = store

    @cached_property
    def pages(self) -> list[tuple[str, TeamGrowth]]:
        return list(every_page(self._store, self._manager))

    @cached_property
    def heatmaps(self) -> dict[str, list[Heatmap]]:
        return {
            occasion: list(every_heatmap(self._store, self._manager, occasion))
            for occasion in self.tree.atoms
        }


@pytest.fixture(scope="module", params=range(12))
def attacked(request, tmp_path_factory, sqlite_template) -> Iterator[Attacked]:
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("attacked") / "portal.db")
    store = open_store(f"sqlite:///{path}")
    yield Attacked(store, seed=request.param)
    store.close()


def test_no_sum_of_shares_tells_of_everybody_in_a_small_group(attacked):
    tree = attacked.tree

    for occasion, atoms in tree.atoms.items():
        exact = [
            frozenset(
                atom
                for atom in atoms
                if cells_of(tree, cell["unit_id"], scope_of(heatmap, cell), ALL, [atom])[0]
            )
            for heatmap in attacked.heatmaps[occasion]
            for cell in shown_cells(heatmap)
            if cell["state"] == "exact"
        ]
        for group in filter(None, remainders(exact)):
            n = sum(atoms[atom] for atom in group)
            hits = sum(tree.hits[occasion][atom] for atom in group)
            assert n >= FLOOR
            assert n >= 40 or 0.05 * n <= hits <= 0.95 * n


def test_a_team_that_all_reached_the_target_says_nearly_all(sqlite_store):
    words = {
        cell["state"]
        for seed in range(4)
        for tree, manager in [build(sqlite_store, seed=seed)]
        for heatmap in every_heatmap(sqlite_store, manager, "end")
        for cell in shown_cells(heatmap)
    }

    assert {"exact", "nearly all", "hardly any"} <= words


def test_no_sum_of_figures_tells_of_fewer_people_than_the_floor(attacked):
    for occasion, heatmaps in attacked.heatmaps.items():
        assert attack(attacked.tree, attacked.pages, occasion, heatmaps) == []


def test_no_sum_of_learning_done_tells_of_fewer_people_than_the_floor(attacked):
    tree = attacked.tree

    atoms = list(tree.takers)
    rows = [
        [
            int(team in (tree.line(page.unit.id) if reach == "line" else {page.unit.id}))
            for team in atoms
        ]
        for reach, page in attacked.pages
        if not page.learning.hidden
    ]
    assert rows
    assert solvable_groups(rows, list(tree.takers.values()), floor=FLOOR) == []


def test_the_attack_itself_finds_a_group_by_subtraction():
    whole, part = [1, 1], [1, 0]

    assert solvable_groups([whole, part], [9, 2], floor=FLOOR) == [(1,)]
    assert solvable_groups([whole], [9, 2], floor=FLOOR) == []


def test_most_teams_of_median_eight_show_a_figure(sqlite_store):
    shown = teams = large = 0
    for seed in (101, 102):
        tree, manager = build_usual(sqlite_store, seed=seed)
        for _reach, page in every_page(sqlite_store, manager):
            leaves = [one.id for one in page.children if one.id not in tree.children]
            cells = page.units[page.units["unit_id"].isin(leaves)]
            teams += len(cells)
            large += large_enough(tree, leaves)
            shown += int((~cells["hidden"].astype(bool)).sum())

    print(f"\n{shown} of {teams} team figures are shown; {large} have {FLOOR} learners or more")
    assert shown >= 0.85 * large


def large_enough(tree: Tree, teams: list[int]) -> int:
    """How many figures of these teams stand on enough learners of their own."""
    return sum(
        sum(n for (team, _arm), n in atoms.items() if team == one) >= FLOOR
        for atoms in tree.atoms.values()
        for one in teams
    )


def test_two_people_see_the_same_figures_of_a_unit(sqlite_store):
    tree, boss = build(sqlite_store, seed=5)
    division = tree.children[tree.root][0]
    lead = make_person(sqlite_store, roles=("employee", "manager"))
    lead_team(sqlite_store, person=lead, team=division)
    viewer = Viewer(lead, "", frozenset({"employee", "manager"}), "all-staff")

    mine = {(reach, page.unit.id): page for reach, page in every_page(sqlite_store, viewer)}
    theirs = {(reach, page.unit.id): page for reach, page in every_page(sqlite_store, boss)}

    assert set(mine) < set(theirs)
    for key, page in mine.items():
        assert page.routes.equals(theirs[key].routes)
        assert page.units.equals(theirs[key].units)
        assert page.learning == theirs[key].learning
