"""The growth model against lme4, statsmodels and simulated truth."""

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from assessments.growth_model import GrowthModelError, fit_growth_model
from assessments.simulate import ProgramPlan, simulate_program

DATA = Path(__file__).parent / "data"


def read_sleepstudy():
    table = pd.read_csv(DATA / "sleepstudy.csv", comment="#")
    named = table.rename(columns={"learner_id": "learner", "time_months": "time"})
    return named.assign(team=named["learner"], arm="self_directed")


def make_program(*, seed=1, **plan):
    return simulate_program(ProgramPlan(**plan), rng=np.random.default_rng(seed))


def dense_log_likelihood(rows, model):
    """Restricted log-likelihood of three levels with the covariance matrix written out."""
    rows = rows.dropna(subset=["score"])
    z = np.column_stack([np.ones(len(rows)), rows["time"]])
    arm = (rows["arm"] == "structured").to_numpy(float)[:, None]
    x = np.hstack([z, arm * z])
    v = model.residual * np.eye(len(rows))
    for level, column in ((model.learner, "learner"), (model.team, "team")):
        g = np.array([[level.intercept, level.covariance], [level.covariance, level.slope]])
        same = rows[column].to_numpy()[:, None] == rows[column].to_numpy()[None, :]
        v += same * (z @ g @ z.T)
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    y = rows["score"].to_numpy()
    b = np.linalg.solve(information, x.T @ inverse @ y)
    r = y - x @ b
    logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    value = -0.5 * (logs + r @ inverse @ r + (len(y) - x.shape[1]) * np.log(2 * np.pi))
    return value, b, np.sqrt(np.diag(np.linalg.inv(information)))


def test_sleepstudy_has_the_answer_of_lme4():
    model = fit_growth_model(read_sleepstudy())

    assert model.slope == pytest.approx(10.467, abs=5e-4)
    assert model.se == pytest.approx(1.546, abs=5e-4)
    assert model.log_likelihood == pytest.approx(-871.814, abs=5e-4)
    # lme4 prints standard deviations 24.741 and 5.922, correlation .066, residual 25.592.
    assert model.learner.intercept**0.5 == pytest.approx(24.741, abs=2e-3)
    assert model.learner.slope**0.5 == pytest.approx(5.922, abs=1e-3)
    assert model.residual**0.5 == pytest.approx(25.592, abs=1e-3)
    assert model.converged


def test_unequal_teams_have_the_answer_of_lme4():
    # R 4.2.2, lme4 1.1-31, lmer(score ~ time * structured + (time | learner) + (time | team)) with
    # bobyqa to 1e-10: bench/r_figures.R. The team variances lie on the edge of what is possible.
    model = fit_growth_model(pd.read_csv(DATA / "unequal_teams.csv", comment="#"))

    assert model.slope == pytest.approx(0.07402352367, abs=1e-6)
    assert model.time_by_arm == pytest.approx(0.1986569982, abs=1e-6)
    assert model.se == pytest.approx(0.08139807691, rel=1e-5)
    assert model.se_time_by_arm == pytest.approx(0.1032437180, rel=1e-5)
    assert model.log_likelihood == pytest.approx(-317.7614894, abs=1e-6)
    assert model.residual == pytest.approx(0.2503955015, rel=1e-5)
    assert astuple(model.learner) == pytest.approx((0.7508112, 0.0365036, 0.0152003), rel=1e-4)
    assert astuple(model.team) == pytest.approx((0.3379923, 0.0114670, 0.0622557), rel=1e-4)
    slopes = {team.team: team.slope for team in model.team_slopes}
    assert slopes["T00"] == pytest.approx(0.001364349, abs=1e-6)
    assert slopes["T04"] == pytest.approx(0.452238333, abs=1e-6)


def test_three_levels_have_the_likelihood_of_the_written_out_covariance():
    rows = make_program(teams=10, team_size=8, dropout="at_random", dropout_rate=0.1)

    model = fit_growth_model(rows)

    value, b, se = dense_log_likelihood(rows, model)
    assert model.log_likelihood == pytest.approx(value, abs=1e-6)
    assert (model.slope, model.time_by_arm) == pytest.approx((b[1], b[3]), abs=1e-8)
    assert (model.se, model.se_time_by_arm) == pytest.approx((se[1], se[3]), rel=1e-8)


def test_no_nearby_variances_are_more_likely():
    # Slopes spread widely here, so that the best variances lie away from the edge of what is
    # possible; at the edge a step outside can be "more likely" without being a covariance.
    rows = make_program(teams=30, team_size=4, seed=4, team_slope_sd=0.4, person_slope_sd=0.4)
    model = fit_growth_model(rows)
    best = dense_log_likelihood(rows, model)[0]

    for factor in (0.98, 1.02):
        for level in ("learner", "team"):
            variances = getattr(model, level)
            for part in ("intercept", "slope"):
                moved = type(variances)(
                    **{
                        name: getattr(variances, name) * (factor if name == part else 1)
                        for name in ("intercept", "slope", "covariance")
                    }
                )
                parts = {"learner": model.learner, "team": model.team, level: moved}
                other = type("Parts", (), {**parts, "residual": model.residual})
                assert dense_log_likelihood(rows, other)[0] <= best + 1e-7


@pytest.mark.filterwarnings("ignore")
def test_two_levels_equal_statsmodels():
    rows = make_program(teams=8, team_size=10, effect=0.3, seed=7, person_slope_sd=0.4)

    model = fit_growth_model(rows, teams=False)

    rows = rows.assign(structured=(rows["arm"] == "structured").astype(float))
    oracle = MixedLM.from_formula(
        "score ~ time * structured", rows, groups=rows["learner"], re_formula="~time"
    ).fit(reml=True)
    assert model.slope == pytest.approx(oracle.params["time"], abs=1e-5)
    assert model.time_by_arm == pytest.approx(oracle.params["time:structured"], abs=1e-5)
    assert model.se_time_by_arm == pytest.approx(oracle.bse["time:structured"], rel=1e-3)
    assert model.log_likelihood == pytest.approx(oracle.llf, abs=1e-3)


def test_time_may_be_counted_in_any_unit_and_from_any_day():
    rows = make_program(teams=10, team_size=8)
    plain = fit_growth_model(rows)

    moved = fit_growth_model(rows.assign(time=30.4 * rows["time"] + 700))

    assert moved.slope * 30.4 == pytest.approx(plain.slope, rel=1e-6)
    assert moved.se_time_by_arm * 30.4 == pytest.approx(plain.se_time_by_arm, rel=1e-5)
    # Slopes per day: both slope columns of the restricted likelihood change by the unit.
    assert moved.log_likelihood + 2 * np.log(30.4) == pytest.approx(plain.log_likelihood, abs=1e-5)


def test_the_true_growth_and_its_spread_are_found_again():
    rows = make_program(teams=120, team_size=40, effect=0.3, seed=11)

    model = fit_growth_model(rows)

    assert model.slope == pytest.approx(0.10, abs=4 * model.se)
    assert model.time_by_arm == pytest.approx(0.10, abs=4 * model.se_time_by_arm)
    assert model.residual == pytest.approx(0.25, rel=0.05)
    assert model.learner.intercept == pytest.approx(0.85, rel=0.05)
    assert model.team.intercept == pytest.approx(0.15, rel=0.4)
    assert model.df == 118


def test_team_slopes_are_drawn_towards_their_arm_and_nearer_the_truth_than_raw_slopes():
    rows = make_program(teams=40, team_size=8, seed=5)

    model = fit_growth_model(rows)

    truth = rows.drop_duplicates("learner").groupby("team")["slope"].mean()
    raw = rows.groupby("team")[["time", "score"]].apply(
        lambda team: np.polyfit(team["time"], team["score"], 1)[0]
    )
    shrunk = pd.Series({one.team: one.slope for one in model.team_slopes})
    assert shrunk.std() < raw.std()
    assert ((shrunk - truth) ** 2).mean() < ((raw - truth) ** 2).mean()


def test_team_intervals_hold_the_true_team_slope_about_as_often_as_they_say():
    held = []
    for seed in range(8):
        rows = make_program(teams=40, team_size=10, seed=seed, team_slope_sd=0.12)
        truth = rows.drop_duplicates("learner").groupby("team")["slope"].mean()
        held += [
            one.low - 0.05 <= truth[one.team] <= one.high + 0.05
            for one in fit_growth_model(rows).team_slopes
        ]

    assert np.mean(held) > 0.93


def test_the_search_does_not_stop_where_a_team_variance_is_zero():
    # The usual start leads to an edge on which the team variance vanishes, at -445.43296.
    rows = make_program(teams=14, team_size=6, seed=4, team_slope_sd=0.4, person_slope_sd=0.4)

    model = fit_growth_model(rows)

    assert dense_log_likelihood(rows, model)[0] == pytest.approx(model.log_likelihood, abs=1e-6)
    assert model.log_likelihood > -445.4321


def test_two_occasions_cannot_tell_growth_from_noise():
    rows = make_program(teams=10, team_size=8)

    with pytest.raises(GrowthModelError, match="three occasions"):
        fit_growth_model(rows[rows["time"] < 2])


def test_scores_that_lie_exactly_on_lines_are_refused():
    rows = make_program(teams=10, team_size=8)

    with pytest.raises(GrowthModelError, match="do not vary"):
        fit_growth_model(rows.assign(score=1.0 + 0.5 * rows["time"]))
