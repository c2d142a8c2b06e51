"""The differences between two arms at the target occasion: ANCOVA, gain, true-score ANCOVA."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assessments.analysis_set import AnalysisSet, indicators
from assessments.arms import ARMS, SELF_DIRECTED, STRUCTURED
from assessments.baseline import pooled_sd
from assessments.bootstrap import FEW_TEAMS, wild_bootstrap_p
from assessments.regression import (
    AliasedTermError,
    Coefficient,
    Floats,
    Regression,
    estimate_coefficient,
    fit_least_squares,
    weights_of_rows,
)
from curriculum.phrases import Phrase

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Structured minus self-directed, in score points and in SD of the target score.

    `interval` and `p` rest on `se`: `se_cr2`, except that the true-score estimate adds the error of
    the corrected baseline. `p` is the larger of this and the bootstrap p value; `p_wild` is None
    with 20 teams or more.
    """

    estimate: float
    se_cr1: float
    se_cr2: float
    se: float
    df: float
    interval: Interval
    p: float
    p_wild: float | None
    sd: float
    interval_90: Interval
    robustness_value: float

    def in_sd(self, value: float) -> float:
        """A difference in score points as a share of the target's standard deviation."""
        return value / self.sd


def estimate_ancova(analysis: AnalysisSet, *, teams: bool, seed: int) -> Estimate:
    """Primary: post ~ arm + baseline + covariates + strata; without a baseline in post-only sets.

    Raises
    ------
    AliasedTermError
        If the arms cannot be told apart from the covariates, or too few rows remain.
    """
    terms = _baseline_column(analysis)
    return _estimate(
        analysis, outcome=_column(analysis, "post"), terms=terms, teams=teams, seed=seed
    )


def estimate_gain(analysis: AnalysisSet, *, teams: bool, seed: int) -> Estimate | None:
    """Sensitivity: post minus baseline ~ arm + covariates + strata; None in post-only sets."""
    if analysis.post_only:
        return None
    gain = _column(analysis, "post") - _column(analysis, "baseline")
    return _estimate(analysis, outcome=gain, terms={}, teams=teams, seed=seed)


def estimate_true_score(analysis: AnalysisSet, *, teams: bool, seed: int) -> Estimate | None:
    """Sensitivity: the ANCOVA with each arm's baseline drawn in by its unreliability.

    None in post-only sets, without standard errors, or when the baseline holds only noise.

    Notes
    -----
    Reliability-corrected analysis of covariance, Trochim and Cappelleri (1992), Controlled Clinical
    Trials 13: an error-laden baseline adjusts too little when groups differ; the estimated true
    baseline is the arm's mean + r (score - mean), r = 1 - mean(se²) / variance within the arm.
    That the mean and r are themselves estimated enters the interval: docs/decisions/0010.
    """
    if analysis.post_only:
        return None
    corrected = _correct_baseline(analysis)
    if corrected is None:
        return None
    return _estimate(
        analysis,
        outcome=_column(analysis, "post"),
        terms={"baseline": corrected.scores},
        teams=teams,
        seed=seed,
        first_step=lambda fit: _error_of_correction(corrected, fit=fit),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Corrected:
    """A baseline drawn in by its unreliability, and what each row moved of it.

    By row: `sides` is 1 in the structured arm and -1 in the other, `distances` the raw score minus
    its arm's mean, `mean_errors` and `reliability_errors` the row's part in the error of the arm's
    mean, times 1 - r, and of r.
    """

    scores: Floats
    sides: Floats
    distances: Floats
    mean_errors: Floats
    reliability_errors: Floats


def _correct_baseline(analysis: AnalysisSet) -> _Corrected | None:
    """Estimated true scores at the baseline, arm by arm; None where an arm's r is not above 0."""
    scores, errors = _column(analysis, "baseline"), _column(analysis, "baseline_se")
    arms = analysis.learners["arm"].to_numpy()
    shrunk, distances, means, reliabilities = (np.empty_like(scores) for _ in range(4))
    for arm in ARMS:
        inside = arms == arm
        known = np.isfinite(errors[inside])
        spread = float(scores[inside].var(ddof=1))
        noise = float((errors[inside][known] ** 2).mean()) if known.any() else math.inf
        rho = 1 - noise / spread if spread > 0 else -1.0
        if rho <= 0:
            return None
        mean, count = float(scores[inside].mean()), int(inside.sum())
        away = scores[inside] - mean
        shrunk[inside], distances[inside] = mean + rho * away, away
        means[inside] = (1 - rho) * away / count
        of_noise = np.where(known, errors[inside] ** 2 - noise, 0.0) / known.sum()
        of_spread = (away**2 - away @ away / count) / count
        reliabilities[inside] = (1 - rho) * of_spread / spread - of_noise / spread
    return _Corrected(
        scores=shrunk,
        sides=np.where(arms == STRUCTURED, 1.0, -1.0),
        distances=distances,
        mean_errors=means,
        reliability_errors=reliabilities,
    )


def _error_of_correction(corrected: _Corrected, *, fit: Regression) -> Floats:
    """By row, how much the arm's coefficient moves through the corrected baseline.

    Notes
    -----
    With weights w = X (X'X)^-1 c of the arm, residuals e and slope b, a change dX of the baseline's
    column moves the coefficient by (X'X)^-1[arm, baseline] e'dX - b w'dX. Weights of an arm add up
    to 1 or -1 in any model with both, so its mean moves the coefficient by ∓ b (1 - r).
    """
    if "baseline" not in fit.names:
        return np.zeros_like(corrected.scores)
    slope = float(fit.coefficients[fit.names.index("baseline")])
    arm, baseline = (weights_of_rows(fit, name=name) for name in ("arm", "baseline"))
    pull = (float(arm @ baseline) * fit.residuals - slope * arm) * corrected.distances
    structured = corrected.sides > 0
    by_arm = np.where(structured, pull[structured].sum(), pull[~structured].sum())
    return np.asarray(
        by_arm * corrected.reliability_errors - slope * corrected.sides * corrected.mean_errors
    )


def union_of(intervals: Sequence[Interval]) -> Interval:
    """Smallest interval that holds all of them."""
    return min(low for low, _ in intervals), max(high for _, high in intervals)


def reliability_of(analysis: AnalysisSet) -> float | None:
    """The lower reliability of baseline and target scores; None without standard errors.

    Notes
    -----
    1 - mean(se²) / variance within arms.
    """
    scores = ("post",) if analysis.post_only else ("post", "baseline")
    return reliability_of_scores(analysis.learners, scores=scores)


def reliability_of_scores(
    learners: pd.DataFrame, *, scores: Sequence[str] = ("post", "baseline")
) -> float | None:
    """The lowest reliability within arms of these columns, each with its `_se`; None if unknown."""
    found = [_reliability(learners, score=score) for score in scores]
    known = [value for value in found if value is not None]
    return min(known) if known else None


def _reliability(learners: pd.DataFrame, *, score: str) -> float | None:
    """Reliability of one score column from its `_se` column."""
    errors = learners[f"{score}_se"].to_numpy(dtype=float)
    errors = errors[np.isfinite(errors)]
    first, second = _split(learners, score)
    spread = pooled_sd(first, second) if len(first) and len(second) else 0.0
    return 1 - float((errors**2).mean()) / spread**2 if len(errors) and spread > 0 else None


def scores_vary(analysis: AnalysisSet) -> bool:
    """Whether baseline and target scores differ between learners, and not in lockstep."""
    if len(analysis.learners) < 3:
        return False
    columns = ["post"] if analysis.post_only else ["baseline", "post"]
    scores = analysis.learners[columns].to_numpy(dtype=float)
    if (np.ptp(scores, axis=0) <= 1e-12 * np.maximum(1.0, np.abs(scores).max(axis=0))).any():
        return False
    terms = _baseline_column(analysis)
    model = _model(analysis, outcome=scores[:, -1], terms=terms, teams=True)
    fit = fit_least_squares(model.x, model.y, names=model.names, absorbed=model.absorbed)
    return not fit.exact


def _split(learners: pd.DataFrame, column: str) -> tuple[Floats, Floats]:
    """A column's values in the structured and in the self-directed arm."""
    arms = learners["arm"].to_numpy()
    values = learners[column].to_numpy(dtype=float)
    return values[arms == STRUCTURED], values[arms == SELF_DIRECTED]


def _column(analysis: AnalysisSet, name: str) -> Floats:
    return np.asarray(analysis.learners[name], dtype=np.float64)


def _baseline_column(analysis: AnalysisSet) -> dict[str, Floats]:
    """The baseline as a model term, where there is one."""
    return {} if analysis.post_only else {"baseline": _column(analysis, "baseline")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """Outcome and columns as they are fitted; `absorbed` strata were taken out of both."""

    x: Floats
    y: Floats
    names: tuple[str, ...]
    absorbed: int = 0


def _model(
    analysis: AnalysisSet, *, outcome: Floats, terms: dict[str, Floats], teams: bool
) -> _Model:
    """Intercept, arm, the given terms, covariates, and strata as dummies or taken out.

    Notes
    -----
    Where every stratum lies in one team, taking its mean out of each column gives the same
    coefficient, CR1, CR2 and df as its dummies: Pustejovsky and Tipton (2018), JBES 36,
    theorem 2. The cost no longer grows with the number of strata, which may be thousands.
    """
    arm = (analysis.learners["arm"].to_numpy() == STRUCTURED).astype(np.float64)
    columns = {"intercept": np.ones(len(arm)), "arm": arm, **terms}
    columns |= {name: _column(analysis, name) for name in analysis.covariates}
    x, names = np.column_stack(list(columns.values())), tuple(columns)
    if analysis.strata is None:
        return _Model(x=x, y=outcome, names=names)
    strata = analysis.learners[analysis.strata]
    if teams and _may_be_absorbed(strata, teams=analysis.learners["team"]):
        groups = strata.to_numpy()
        demeaned = pd.DataFrame(np.column_stack([x[:, 1:], outcome]))
        within = (demeaned - demeaned.groupby(groups).transform("mean")).to_numpy()
        return _Model(
            x=within[:, :-1], y=within[:, -1], names=names[1:], absorbed=int(strata.nunique())
        )
    dummies = indicators(strata, drop_first=True)
    return _Model(
        x=np.column_stack([x, dummies.to_numpy(dtype=float)]),
        y=outcome,
        names=(*names, *dummies.columns),
    )


def _arm_follows_from_strata(analysis: AnalysisSet) -> bool:
    """Whether no stratum holds both arms, so that nothing is compared within any of them."""
    if analysis.strata is None:
        return False
    arms = analysis.learners.groupby(analysis.strata)["arm"].nunique()
    return bool((arms < len(ARMS)).all())


def _may_be_absorbed(strata: pd.Series, *, teams: pd.Series) -> bool:
    """Many strata, each in one team; with few teams the bootstrap wants the dummies."""
    pairs = pd.DataFrame({"stratum": strata, "team": teams}).drop_duplicates()
    return teams.nunique() >= FEW_TEAMS and not pairs["stratum"].duplicated().any()


def _estimate(
    analysis: AnalysisSet,
    *,
    outcome: Floats,
    terms: dict[str, Floats],
    teams: bool,
    seed: int,
    first_step: Callable[[Regression], Floats] | None = None,
) -> Estimate:
    """The arm's coefficient with everything reported about it."""
    if _arm_follows_from_strata(analysis):
        # With dummies the fit would leave out one of them instead, and find an arm after all.
        raise AliasedTermError(
            Phrase("arm cannot be told apart from the strata: each holds one arm only")
        )
    model = _model(analysis, outcome=outcome, terms=terms, teams=teams)
    x, y, names = model.x, model.y, model.names
    clusters = analysis.learners["team"].to_numpy() if teams else None
    fit = fit_least_squares(x, y, names=names, clusters=clusters, absorbed=model.absorbed)
    earlier = None if first_step is None or "arm" not in fit.names else first_step(fit)
    arm = estimate_coefficient(fit, name="arm", first_step=earlier)
    wild = None
    if clusters is not None and fit.clusters < FEW_TEAMS:
        wild = wild_bootstrap_p(x, y, names=names, name="arm", clusters=clusters, seed=seed)
    return Estimate(
        estimate=arm.estimate,
        se_cr1=arm.se_cr1,
        se_cr2=arm.se_cr2,
        se=arm.se,
        df=arm.df,
        interval=arm.interval(),
        p=arm.p if wild is None else max(arm.p, wild),
        p_wild=wild,
        sd=pooled_sd(*_split(analysis.learners, "post")),
        interval_90=arm.interval(level=0.90),
        robustness_value=robustness_value(arm),
    )


def robustness_value(coefficient: Coefficient) -> float:
    """Share of the remaining variation, of both arm and score, an unseen cause must explain.

    A cause weaker than this on both sides could not bring the estimate down to zero.

    Notes
    -----
    Cinelli and Hazlett (2020), JRSS B 82, section 4: f² = t²/df of the ordinary least squares fit,
    RV = (√(f⁴ + 4 f²) - f²) / 2.
    """
    if coefficient.se_classical == 0:
        return 1.0 if coefficient.estimate else 0.0
    f2 = (coefficient.estimate / coefficient.se_classical) ** 2 / coefficient.residual_df
    return (math.sqrt(f2 * f2 + 4 * f2) - f2) / 2
