"""What a planned program could detect, against simulated truth."""

import numpy as np
import pandas as pd
import pytest

from assessments.designs import (
    ASSUMED_RELIABILITY,
    Group,
    detectable_effects,
    teams_design,
    waves_error,
)
from assessments.staggered import estimate_staggered_effects
from portal.services.detecting import measured_spread

GROUP = Group(learners=240, teams=30, team_share=0.15, reliability=0.75)


def effects(**changed) -> dict[str, float | None]:
    values = {name: getattr(GROUP, name) for name in GROUP.__slots__} | changed
    return {one.way: one.effect_sd for one in detectable_effects(Group(**values))}


def test_drawing_learners_finds_the_smallest_and_choosing_the_largest_of_both_arms():
    found = effects()

    assert found["learners drawn"] < found["teams drawn"]
    assert found["learners drawn"] < found["chosen"]


def test_learners_drawn_within_teams_match_a_simulated_power_of_four_in_five():
    """1,000 programs of 30 teams of 8 with just this effect: the share found lies near .80."""
    rng = np.random.default_rng(5)
    effect, size, teams = effects()["learners drawn"], 8, 30
    arm = np.tile(np.repeat([1.0, -1.0], size // 2), (teams, 1))
    slope = 0.60 / 0.85  # within teams .60 of the variance is skill and .25 error
    found = 0
    for _repetition in range(1000):
        skill = 0.60**0.5 * rng.standard_normal((teams, size))
        pre, post = (skill + 0.5 * rng.standard_normal(skill.shape) for _ in range(2))
        gap = ((post + effect * (arm > 0) - slope * pre) * arm).sum(axis=1) / (size / 2)
        found += abs(gap.mean() / (gap.std(ddof=1) / teams**0.5)) > 2.045

    assert found / 1000 == pytest.approx(0.80, abs=0.06)


@pytest.mark.parametrize(("reliability", "share"), [(0.7, 0.15), (0.5, 0.3), (0.85, 0.05)])
def test_the_error_of_drawn_teams_is_that_of_the_estimates(reliability, share):
    """1,000 programs of 20 teams of 15 without effect: the spread of the adjusted difference."""
    rng = np.random.default_rng(7)
    group = Group(learners=300, teams=20, team_share=share, reliability=reliability)
    own, error = (reliability - share) ** 0.5, (1 - reliability) ** 0.5
    arm = np.repeat(np.arange(20) % 2, 15)
    estimates = []
    for _repetition in range(1000):
        of_team = share**0.5 * rng.standard_normal(20)
        skill = np.repeat(of_team, 15) + own * rng.standard_normal(300)
        pre, post = (skill + error * rng.standard_normal(300) for _ in range(2))
        x = np.column_stack([np.ones(300), arm, pre])
        estimates.append(np.linalg.lstsq(x, post, rcond=None)[0][1])

    assert np.std(estimates) == pytest.approx(teams_design(group).standard_error, rel=0.07)


def test_the_error_of_waves_is_that_of_the_estimates():
    """160 programs of three drawn waves without effect: the spread of the first-check estimate."""
    rng = np.random.default_rng(8)
    group = Group(learners=120, teams=20, team_share=0.0, reliability=0.75)
    learners = np.arange(group.learners)
    estimates = []
    for _repetition in range(160):
        wave = rng.permutation(learners % 3) + 1
        skill = 0.75**0.5 * rng.standard_normal(group.learners)
        scores = skill[:, None] + 0.25**0.5 * rng.standard_normal((group.learners, 4))
        rows = pd.DataFrame(
            {
                "learner": np.repeat(learners, 4),
                "team": np.repeat(learners % group.teams, 4),
                "start": np.repeat(wave, 4),
                "period": np.tile(np.arange(4), group.learners),
                "score": scores.ravel(),
            }
        )
        study = estimate_staggered_effects(rows).event_study
        estimates.append(next(one.estimate for one in study if one.since_start == 0))

    assert np.std(estimates) == pytest.approx(waves_error(group), rel=0.12)


@pytest.mark.parametrize("changed", [{"learners": 30}, {"teams": 3, "learners": 60}])
def test_a_group_too_small_for_any_verdict_detects_nothing(changed):
    assert set(effects(**changed).values()) == {None}


def test_few_teams_may_be_drawn_within_but_not_against_each_other():
    found = effects(teams=6, learners=60)

    assert found["learners drawn"] is not None
    assert found["teams drawn"] is None


def cells(*, teams: int, size: int, share: float = 0.3, error: float = 0.5) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    scores = (
        share**0.5 * rng.standard_normal((teams, 1))
        + (1 - share) ** 0.5 * rng.standard_normal((teams, size))
        + error * rng.standard_normal((teams, size))
    )
    return pd.DataFrame(
        {
            "team_id": np.arange(teams),
            "n": size,
            "theta_sum": scores.sum(axis=1),
            "theta_squares": (scores**2).sum(axis=1),
            "error_squares": size * error**2,
        }
    )


def test_reliability_and_the_share_between_teams_come_from_stored_sums():
    reliability, share, results = measured_spread(cells(teams=400, size=12))

    assert reliability == pytest.approx(0.80, abs=0.02)
    assert share == pytest.approx(0.3 / 1.25, abs=0.03)
    assert results == 4800


def test_too_few_results_leave_the_usual_values():
    assert measured_spread(cells(teams=8, size=12))[0] == ASSUMED_RELIABILITY
    assert measured_spread(cells(teams=20, size=4))[2] == 0
