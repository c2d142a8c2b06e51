"""The bench of self-selection: the gap grows, the truth stays zero, the portal refuses."""

import numpy as np
import pytest

from assessments.choice_bench import PLAN, naive_gap, simulate_choice
from portal.access import Refused, Viewer
from portal.services.choice_bench import STRONGEST, run_choice_bench

VIEWER = Viewer(1, "Ada Lind", frozenset({"sponsor"}), "executive")


def run(strength: float, *, seed: int = 1):
    return run_choice_bench(viewer=VIEWER, strength=strength, seed=seed, tell=lambda _share: None)


def test_the_naive_gap_grows_with_the_choice_while_the_truth_stays_zero():
    means = [
        np.mean([naive_gap(simulate_choice(b, seed=s), selection=b).estimate for s in range(60)])
        for b in (0.0, 1.0, 4.0)
    ]

    assert PLAN.effect == 0
    assert abs(means[0]) < 4
    assert means[0] + 10 < means[1] < means[2] - 5


def test_the_portal_refuses_a_strong_choice_and_never_shows_its_figure():
    refused = [run(STRONGEST, seed=seed).verdict for seed in range(1, 9)]

    assert sum(one.comparability == "not_comparable" for one in refused) >= 7
    assert all(one.primary is None for one in refused if one.withheld)


def test_the_same_number_draws_the_same_learners():
    assert run(1.3) == run(1.3)
    assert run(1.3).chosen != run(1.3, seed=2).chosen


def test_progress_ends_at_the_whole():
    told: list[float] = []
    run_choice_bench(viewer=VIEWER, strength=1.0, seed=1, tell=told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_strength_off_the_slider_is_refused():
    with pytest.raises(Refused, match="on the slider"):
        run(STRONGEST + 1)
