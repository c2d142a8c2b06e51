"""Cluster-robust regression against dense matrices and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import block_diag
from statsmodels.regression.linear_model import OLS

from assessments import regression
from assessments.bootstrap import wild_bootstrap_p
from assessments.regression import AliasedTermError, estimate_coefficient, fit_least_squares


def make_trial(*, teams=14, smallest=2, largest=15, seed=3, effect=0.3):
    """Design (intercept, arm, baseline, a covariate), outcome and team of each learner."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(smallest, largest + 1, teams)
    team = np.repeat(np.arange(teams), sizes)
    arm = (team % 2).astype(float)
    baseline = rng.standard_normal(len(team)) + 0.4 * rng.standard_normal(teams)[team]
    years = rng.gamma(2.0, 2.0, len(team))
    noise = 0.5 * rng.standard_normal(teams)[team] + rng.standard_normal(len(team))
    outcome = effect * arm + 0.6 * baseline + 0.02 * years + noise
    x = np.column_stack([np.ones(len(team)), arm, baseline, years])
    return x, outcome, team


NAMES = ("intercept", "arm", "baseline", "years")


def dense_cr2(x, y, team, *, at):
    """CR2 variance and Satterthwaite df with every matrix written out in full."""
    n = len(y)
    bread = np.linalg.inv(x.T @ x)
    maker = np.eye(n) - x @ bread @ x.T
    residuals = maker @ y
    vectors, variance = [], 0.0
    for group in np.unique(team):
        rows = np.flatnonzero(team == group)
        values, axes = np.linalg.eigh(maker[np.ix_(rows, rows)])
        roots = np.array([1 / np.sqrt(v) if v > 1e-10 else 0.0 for v in values])
        adjust = axes @ np.diag(roots) @ axes.T
        a = adjust @ x[rows] @ bread[:, at]
        variance += float(a @ residuals[rows]) ** 2
        vectors.append(maker[rows].T @ a)
    p = np.array(vectors) @ np.array(vectors).T
    return np.sqrt(variance), np.trace(p) ** 2 / np.sum(p**2)


def test_cr2_and_its_degrees_of_freedom_equal_the_written_out_matrices():
    x, y, team = make_trial()

    arm = estimate_coefficient(fit_least_squares(x, y, names=NAMES, clusters=team), name="arm")

    se, df = dense_cr2(x, y, team, at=1)
    assert arm.se_cr2 == pytest.approx(se, rel=1e-9)
    assert arm.df == pytest.approx(df, rel=1e-9)


def test_a_team_that_the_model_fits_exactly_does_not_break_cr2():
    x, y, team = make_trial()
    own = (team == 0).astype(float)
    x = np.column_stack([x, own])

    fit = fit_least_squares(x, y, names=(*NAMES, "only team 0"), clusters=team)

    arm = estimate_coefficient(fit, name="arm")
    se, df = dense_cr2(x, y, team, at=1)
    assert arm.se_cr2 == pytest.approx(se, rel=1e-7)
    assert arm.df == pytest.approx(df, rel=1e-7)


def test_many_columns_give_what_the_written_out_matrices_give(monkeypatch):
    # Strata of several teams each, so that they cannot be taken out beforehand.
    x, y, team = make_trial(teams=60)
    strata = (team[:, None] // 2 == np.arange(1, 30)).astype(float)
    x = np.column_stack([x, strata])
    names = (*NAMES, *(f"stratum {n}" for n in range(1, 30)))
    monkeypatch.setattr(regression, "cluster_moments", None)  # would take 60 x 33 x 33 numbers

    arm = estimate_coefficient(fit_least_squares(x, y, names=names, clusters=team), name="arm")

    se, df = dense_cr2(x, y, team, at=1)
    assert arm.se_cr2 == pytest.approx(se, rel=1e-9)
    assert arm.df == pytest.approx(df, rel=1e-9)


def test_without_teams_the_error_is_hc2_with_its_own_degrees_of_freedom():
    x, y, _ = make_trial()

    arm = estimate_coefficient(fit_least_squares(x, y, names=NAMES), name="arm")

    oracle = OLS(y, x).fit()
    assert arm.estimate == pytest.approx(oracle.params[1], rel=1e-10)
    assert arm.se_classical == pytest.approx(oracle.bse[1], rel=1e-10)
    assert arm.se_cr1 == pytest.approx(oracle.HC1_se[1], rel=1e-10)
    assert arm.se_cr2 == pytest.approx(oracle.HC2_se[1], rel=1e-10)
    assert arm.df == pytest.approx(dense_cr2(x, y, np.arange(len(y)), at=1)[1], rel=1e-9)


def test_cr1_equals_statsmodels():
    x, y, team = make_trial()

    arm = estimate_coefficient(fit_least_squares(x, y, names=NAMES, clusters=team), name="arm")

    oracle = OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": team})
    assert arm.se_cr1 == pytest.approx(oracle.bse[1], rel=1e-10)


def test_two_equal_samples_of_teams_have_the_degrees_of_freedom_of_a_t_test():
    # Balanced teams and no covariate: Bell and McCaffrey's df are the teams minus two.
    team = np.repeat(np.arange(10), 7)
    arm = (team < 5).astype(float)
    y = np.random.default_rng(0).standard_normal(70)
    x = np.column_stack([np.ones(70), arm])

    coefficient = estimate_coefficient(
        fit_least_squares(x, y, names=("intercept", "arm"), clusters=team), name="arm"
    )

    means = pd.Series(y).groupby(team).mean()
    spread = np.sqrt(means[:5].var() / 5 + means[5:].var() / 5)
    assert coefficient.df == pytest.approx(8, rel=1e-9)
    assert coefficient.se_cr2 == pytest.approx(spread, rel=1e-9)


def test_three_against_twenty_seven_has_the_published_degrees_of_freedom():
    # Imbens and Kolesár (2016), Review of Economics and Statistics 98: 2.5 for this design.
    arm = np.repeat([1.0, 0.0], [3, 27])
    y = np.random.default_rng(0).standard_normal(30)
    x = np.column_stack([np.ones(30), arm])

    df = estimate_coefficient(fit_least_squares(x, y, names=("one", "arm")), name="arm").df

    assert df == pytest.approx(30**2 * 26 * 2 / (3**2 * 2 + 27**2 * 26), rel=1e-9)
    assert round(df, 1) == 2.5


def test_columns_that_earlier_columns_determine_are_left_out():
    x, y, team = make_trial()
    doubled = np.column_stack([x, 2 * x[:, 2] - x[:, 3]])

    fit = fit_least_squares(doubled, y, names=(*NAMES, "sum"), clusters=team)

    assert fit.dropped == ("sum",)
    plain = fit_least_squares(x, y, names=NAMES, clusters=team)
    assert fit.coefficients == pytest.approx(plain.coefficients)


def test_an_arm_that_is_the_same_as_a_covariate_is_refused():
    x, y, team = make_trial()
    same = np.column_stack([x[:, 0], x[:, 1], x[:, 1]])

    fit = fit_least_squares(same, y, names=("intercept", "role", "arm"), clusters=team)

    with pytest.raises(AliasedTermError):
        estimate_coefficient(fit, name="arm")


def slow_wild_p(x, y, team):
    """The bootstrap by refitting every one of the 2^G outcomes."""
    groups = np.unique(team)
    null = np.delete(x, 1, axis=1)
    fitted = null @ np.linalg.lstsq(null, y, rcond=None)[0]
    residuals = y - fitted
    bread = np.linalg.inv(x.T @ x)

    def t(outcome):
        b = bread @ x.T @ outcome
        e = outcome - x @ b
        meat = sum(np.outer(s, s) for s in (x[team == g].T @ e[team == g] for g in groups))
        return abs(b[1]) / np.sqrt((bread @ meat @ bread)[1, 1])

    observed = t(y)
    extreme = 0
    for draw in range(2 ** len(groups)):
        signs = np.array([1 if draw >> k & 1 else -1 for k in range(len(groups))])
        extreme += t(fitted + signs[np.searchsorted(groups, team)] * residuals) >= observed - 1e-9
    return extreme / 2 ** len(groups)


def test_with_few_teams_every_combination_of_signs_is_drawn():
    x, y, team = make_trial(teams=8, effect=0.8)

    p = wild_bootstrap_p(x, y, names=NAMES, name="arm", clusters=team, seed=0)

    assert p == slow_wild_p(x, y, team)
    assert p * 2**8 == round(p * 2**8)


def test_sampled_signs_come_near_the_exact_answer_and_repeat_with_the_seed():
    x, y, team = make_trial(teams=13, effect=0.5)

    p = wild_bootstrap_p(x, y, names=NAMES, name="arm", clusters=team, seed=5)

    assert p == wild_bootstrap_p(x, y, names=NAMES, name="arm", clusters=team, seed=5)
    assert p == pytest.approx(slow_wild_p(x, y, team), abs=0.02)


def test_the_hat_matrix_of_a_team_is_what_its_cross_products_say():
    # Guards the shortcut of never forming a team's own block: same leverage either way.
    x, y, team = make_trial(teams=6)
    fit = fit_least_squares(x, y, names=NAMES, clusters=team)

    blocks = [fit.q[team == g] @ fit.q[team == g].T for g in range(6)]
    hat = x @ np.linalg.inv(x.T @ x) @ x.T

    inside = team[:, None] == team[None, :]
    assert block_diag(*blocks) == pytest.approx(hat * inside, abs=1e-10)
