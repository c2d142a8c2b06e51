"""Which figures of a unit's parts may be shown, without a database."""

import random
from itertools import combinations

import numpy as np
import pytest

from portal.services.disclosure import ALL, Floor, decide_parts, decide_top, shows

FLOOR = 6
ROUTES = ("structured", "self_directed", "none")


def counts(structured: int = 0, self_directed: int = 0) -> dict[str, int]:
    return {"structured": structured, "self_directed": self_directed, "none": 0}


def decide(parts: dict, *, above="full", inside=None) -> dict:
    return decide_parts(parts, above=above, inside=inside or {}, floor=FLOOR)


def test_the_floor_counts_the_viewer_as_one_who_knows_the_own_score():
    assert Floor.of(5) == Floor(mean=6, change=10)


def test_a_part_below_the_floor_takes_another_one_with_it():
    a, b, c = ((n, "line") for n in range(3))
    states = decide({a: counts(10, 10), b: counts(9, 9), c: counts(2, 2)})

    assert not shows(states[c], route=ALL)
    assert not shows(states[b], route=ALL)
    assert shows(states[a], route="structured")


def test_small_parts_that_are_large_together_cost_nobody_a_figure():
    large, *small = ((n, "line") for n in range(4))
    states = decide({large: counts(10, 10), **dict.fromkeys(small, counts(2, 2))})

    assert states == {large: "full", **dict.fromkeys(small, "hidden")}


def test_a_team_with_too_few_on_each_route_shows_all_learners_together():
    a, b, c = ((n, "line") for n in range(3))
    states = decide({a: counts(10, 10), b: counts(4, 4), c: counts(4, 5)})

    assert shows(states[b], route=ALL)
    assert not shows(states[b], route="structured")


def test_routes_of_a_unit_cannot_be_taken_from_pure_teams_to_find_two_people():
    # Ten on one route, eight of them a whole team; the mixed team would give two away.
    a, b = (1, "line"), (2, "line")
    states = decide({a: counts(8, 0), b: counts(2, 20)})

    assert not (shows(states[a], route="structured") and shows(states[b], route=ALL))


def test_without_its_routes_the_top_still_shows_its_units():
    assert decide_top(counts(40, 3), floor=FLOOR) == "sum"
    states = decide({(1, "line"): counts(20, 3), (2, "line"): counts(20, 0)}, above="sum")

    assert set(states.values()) == {"sum"}


def test_a_hidden_unit_shows_nothing_of_its_parts():
    states = decide({(1, "line"): counts(20, 20), (2, "team"): counts(9, 9)}, above="hidden")

    assert set(states.values()) == {"hidden"}


def test_a_unit_with_one_part_shows_the_same_as_its_part():
    states = decide({(1, "line"): counts(4, 4), (2, "team"): counts()}, above="open")

    assert states[1, "line"] == "open"


@pytest.mark.parametrize("seed", range(60))
def test_no_sum_over_a_division_and_its_teams_tells_of_a_small_group(seed):
    rng = random.Random(seed)
    share = rng.choice([0.5, 0.8, 0.95])
    inside = {
        (n, "line"): {((n, k), "line"): team(rng, share) for k in range(rng.randint(2, 5))}
        for n in range(3)
    }
    divisions = {part: added(teams.values()) for part, teams in inside.items()}
    top = decide_top(added(divisions.values()), floor=FLOOR)
    states = decide(divisions, above=top, inside=inside)
    for part, teams in inside.items():
        states = decide(teams, above=states[part]) | states

    atoms = [
        (part, one, route) for part, teams in inside.items() for one in teams for route in ROUTES
    ]
    sizes = [inside[part][one][route] for part, one, route in atoms]
    rows = [
        [int((unit in (None, part, one)) and wanted in (ALL, route)) for part, one, route in atoms]
        for unit, state in {None: top, **states}.items()
        for wanted in (ALL, *ROUTES)
        if shows(state, route=wanted)
    ]
    assert smallest_group(np.array(rows, dtype=float), sizes) >= FLOOR


def team(rng: random.Random, share: float) -> dict[str, int]:
    n = rng.randint(2, 14)
    structured = sum(rng.random() < share for _ in range(n))
    return counts(structured, n - structured)


def added(parts) -> dict[str, int]:
    return {route: sum(one[route] for one in parts) for route in ROUTES}


def smallest_group(rows, sizes) -> int:
    """The size of the smallest group below the floor that some sum of rows tells about."""
    held = [place for place, n in enumerate(sizes) if n]
    rows, sizes = rows[:, held], [sizes[place] for place in held]
    _u, singular, vectors = np.linalg.svd(rows)
    null = vectors[int((singular > 1e-9).sum()) :].T
    small = [place for place, n in enumerate(sizes) if n < FLOOR]
    groups = (
        group
        for count in range(1, FLOOR)
        for group in combinations(small, count)
        if sum(sizes[place] for place in group) < FLOOR
        and np.linalg.matrix_rank(null[list(group)], tol=1e-7) < count
    )
    return min((sum(sizes[place] for place in group) for group in groups), default=FLOOR)
