"""Places drawn within strata: the strata belong to the model, however many there are."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from assessments import estimates
from assessments.analysis_set import build_analysis_set, occasion_order
from assessments.compare import compare_arms
from assessments.estimates import estimate_ancova, estimate_gain
from assessments.simulate import ProgramPlan, simulate_program

FIGURES = ("estimate", "se_cr1", "se_cr2", "df", "p", "robustness_value")


def drawn_within_teams(*, teams: int, size: int = 6, seed: int = 4) -> pd.DataFrame:
    """Rows of a program without effect, half of every team in each arm."""
    rng = np.random.default_rng(seed)
    rows = simulate_program(ProgramPlan(teams=teams, team_size=size), rng=rng)
    people = rows.drop_duplicates("learner")
    halves = people.groupby("team")["learner"].transform(
        lambda ids: rng.permutation(len(ids)) < len(ids) // 2
    )
    arms = dict(
        zip(people["learner"], np.where(halves, "structured", "self_directed"), strict=True)
    )
    return rows.assign(arm=rows["learner"].map(arms), cohort="c", skill="s", stratum=rows["team"])


def analysis_of(rows: pd.DataFrame):
    order = occasion_order(rows)
    return build_analysis_set(rows, skill="s", order=order, target=order[-1], strata="stratum")


@pytest.mark.parametrize("estimate", [estimate_ancova, estimate_gain])
def test_strata_taken_out_give_the_figures_of_their_dummies(estimate, monkeypatch):
    """Theorem 2 of Pustejovsky and Tipton (2018), on unequal teams with someone missing."""
    rows = drawn_within_teams(teams=24)
    rows = rows.drop(rows[rows["learner"].isin(["L000003", "L000017", "L000018"])].index)
    analysis = analysis_of(rows)

    absorbed = asdict(estimate(analysis, teams=True, seed=0))
    monkeypatch.setattr(estimates, "_may_be_absorbed", lambda *_args, **_kwargs: False)
    dense = asdict(estimate(analysis, teams=True, seed=0))

    for figure in FIGURES:
        assert absorbed[figure] == pytest.approx(dense[figure], rel=1e-8), figure


def test_teams_may_be_the_strata_by_their_own_name():
    rows = drawn_within_teams(teams=12)

    by_name = compare_arms(rows.drop(columns="stratum"), design="randomised", strata="team")[0]

    # The same column under another name, which the test above holds against dense matrices.
    assert by_name.primary == compare_arms(rows, design="randomised", strata="stratum")[0].primary


def test_strata_across_teams_keep_their_dummies():
    rows = drawn_within_teams(teams=24)
    rows["stratum"] = np.where(rows["team"] < "T012", "north", "south")

    with_strata = compare_arms(rows, design="randomised", strata="stratum")[0].primary
    without = compare_arms(rows, design="randomised")[0].primary

    assert with_strata.estimate != without.estimate
    assert with_strata.df <= without.df


def test_thousands_of_strata_cost_no_more_than_none():
    """As dummies, 2,000 strata of 4 would fill half a gigabyte and never end."""
    analysis = analysis_of(drawn_within_teams(teams=2000, size=4))

    found = estimate_ancova(analysis, teams=True, seed=0)

    assert abs(found.estimate) < 4 * found.se_cr2


@pytest.mark.parametrize("teams", [10, 30])
def test_strata_that_hold_one_arm_each_compare_nothing(teams):
    plan = ProgramPlan(teams=teams, team_size=12, effect=0.8)
    rows = simulate_program(plan, rng=np.random.default_rng(3))
    rows = rows.assign(skill="s", cohort="c", stratum=rows["team"])

    (found,) = compare_arms(rows, design="randomised", strata="stratum")

    assert found.comparability == "insufficient_data"
    assert found.primary is None
