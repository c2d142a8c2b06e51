"""The growth model: straight lines of learners within teams, by restricted maximum likelihood."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assessments.growth_likelihood import (
    LEVEL_PARAMETERS,
    Solution,
    deviance_and_gradient,
    relative_covariance,
    solve,
)
from assessments.growth_statistics import GrowthStatistics, Symmetric, collect_growth_statistics
from assessments.quantiles import t_quantile
from assessments.regression import Floats
from curriculum.phrases import Phrase

_MIN_OBSERVATIONS = 3
_START_LEARNER = (1.0, 0.0, 0.5)
_START_TEAM = (0.4, 0.0, 0.2)


class GrowthModelError(ValueError):
    """The scores cannot tell the parts of the growth model apart; `said` is why."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class LineVariances:
    """Spread of straight lines around their mean: starting points, slopes, their covariance."""

    intercept: float
    slope: float
    covariance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSlope:
    """Growth of one team per unit of time, drawn towards its arm's mean, with a 95 % interval."""

    team: object
    learners: int
    slope: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthModel:
    """Mean growth and how it differs between arms, learners and teams.

    `slope` is growth per unit of time of the self-directed (or the only) arm; `time_by_arm` is
    what the structured arm grows more, None with one arm. `team` is None in a two-level model.
    """

    learners: int
    teams: int | None
    observations: int
    slope: float
    se: float
    time_by_arm: float | None
    se_time_by_arm: float | None
    df: int
    log_likelihood: float
    learner: LineVariances
    team: LineVariances | None
    residual: float
    converged: bool
    team_slopes: tuple[TeamSlope, ...]

    def time_by_arm_interval(self, *, level: float = 0.95) -> tuple[float, float] | None:
        """Confidence interval of `time_by_arm` with `df` degrees of freedom."""
        if self.time_by_arm is None or self.se_time_by_arm is None:
            return None
        half = float(t_quantile(0.5 + level / 2, self.df)) * self.se_time_by_arm
        return self.time_by_arm - half, self.time_by_arm + half


def fit_growth_model(
    observations: pd.DataFrame, *, teams: bool = True, tell: Callable[[int], None] | None = None
) -> GrowthModel:
    """Fit score ~ time * arm with random starting points and slopes of learners and teams.

    Parameters
    ----------
    observations
        One row per learner and occasion: `learner`, `team`, `arm`, `time`, `score`; rows without
        time or score are left out.
    teams
        False fits learners only; so does a file in which every learner is a team of its own.
    tell
        Called with the number of each step of the search.

    Raises
    ------
    GrowthModelError
        With fewer than three occasions, or scores without spread around the lines.

    Notes
    -----
    Bates, Mächler, Bolker and Walker (2015), Journal of Statistical Software 67: residual variance
    profiled out, Cholesky factors of the relative covariances as parameters. Learner and team
    effects are integrated out one after the other with the Woodbury identity, so that only 2 x 2
    matrices appear and the cost does not depend on the number of scores.
    """
    rows = observations.dropna(subset=["time", "score"])
    if rows["time"].nunique() < _MIN_OBSERVATIONS:
        raise GrowthModelError(Phrase("growth needs at least three occasions"))
    statistics = collect_growth_statistics(rows)
    if statistics.longest < _MIN_OBSERVATIONS:
        raise GrowthModelError(Phrase("growth needs learners measured at least three times"))
    if statistics.observations <= 2 * statistics.arms + 1:
        raise GrowthModelError(Phrase("too few scores for a growth model"))
    # A share this small is what rounding leaves of scores that lie on their lines.
    if statistics.noise_squares <= 1e-12 * statistics.score_squares:
        raise GrowthModelError(Phrase("scores do not vary around straight lines"))
    levels = 2 if teams and 1 < len(statistics.teams) < statistics.learners else 1
    start = np.array([*_START_LEARNER, *(_START_TEAM if levels > 1 else ())])
    best, converged = _minimise(statistics, start=start, tell=tell)
    return _describe(statistics, parameters=best, converged=converged)


def fit_growth_model_or_reason(
    observations: pd.DataFrame, *, teams: bool, tell: Callable[[int], None] | None = None
) -> GrowthModel | Phrase:
    """The growth model, or in words why there is none."""
    try:
        return fit_growth_model(observations, teams=teams, tell=tell)
    except GrowthModelError as error:
        return error.said


def _minimise(
    statistics: GrowthStatistics, *, start: Floats, tell: Callable[[int], None] | None
) -> tuple[Floats, bool]:
    """Parameters of the smallest deviance, and whether the search ended by itself."""
    # The diagonal of a factor may become negative: a bound at zero would trap the search where a
    # starting point does not vary, since only the sign of the entry below it leads out of there.
    point = start
    value = math.inf
    done = False
    steps = itertools.count(1)
    # A second run from where the first ended has a fresh curvature estimate and settles the
    # last digits; it stops at once when there is nothing left to gain.
    for _ in range(3):
        # 20 MB of memory, needed only here.
        from scipy.optimize import minimize  # noqa: PLC0415

        found = minimize(
            deviance_and_gradient,
            point,
            args=(statistics,),
            jac=True,
            method="L-BFGS-B",
            options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500},
            callback=None if tell is None else lambda _point: tell(next(steps)),
        )
        done = value - float(found.fun) < 1e-6
        point, value = found.x, float(found.fun)
        if done:
            break
    return point, done


def _describe(statistics: GrowthStatistics, *, parameters: Floats, converged: bool) -> GrowthModel:
    """Bring a solution back to the file's units of time and score."""
    solution = solve(statistics, parameters=parameters)
    sigma2 = float(solution.sigma2)
    spread = statistics.scale.spread
    covariance = sigma2 * np.linalg.inv(solution.information)
    slopes = solution.coefficients[1::2] / spread
    errors = np.sqrt(np.diag(covariance)[1::2]) / spread
    two_arms = statistics.arms > 1
    three_level = len(parameters) > 3
    units = len(statistics.teams) if three_level else statistics.learners
    return GrowthModel(
        learners=statistics.learners,
        teams=len(statistics.teams) if three_level else None,
        observations=statistics.observations,
        slope=float(slopes[0]),
        se=float(errors[0]),
        time_by_arm=float(slopes[1]) if two_arms else None,
        se_time_by_arm=float(errors[1]) if two_arms else None,
        df=max(units - 2, 1),
        # Measuring time in other units multiplies the determinant of the information.
        log_likelihood=-float(solution.deviance) / 2 - statistics.arms * math.log(spread),
        learner=_variances(
            statistics, ratio=relative_covariance(parameters[:LEVEL_PARAMETERS]), sigma2=sigma2
        ),
        team=_variances(
            statistics, ratio=relative_covariance(parameters[LEVEL_PARAMETERS:]), sigma2=sigma2
        )
        if three_level
        else None,
        residual=sigma2,
        converged=converged,
        team_slopes=_team_slopes(statistics, solution, covariance=covariance)
        if three_level
        else (),
    )


def _variances(statistics: GrowthStatistics, *, ratio: Symmetric, sigma2: float) -> LineVariances:
    """Variances of starting points (time 0) and slopes in the file's units."""
    scale = statistics.scale
    back = np.array([[1.0, -scale.center / scale.spread], [0.0, 1 / scale.spread]])
    turned = sigma2 * back @ ratio.as_array() @ back.T
    return LineVariances(
        intercept=float(turned[0, 0]), slope=float(turned[1, 1]), covariance=float(turned[0, 1])
    )


def _team_slopes(
    statistics: GrowthStatistics, solution: Solution, *, covariance: Floats
) -> tuple[TeamSlope, ...]:
    """Empirical-Bayes slopes: the arm's mean plus the team's shrunk deviation.

    Notes
    -----
    Prediction error variance including that of the fixed effects: Henderson (1975), Biometrics 31.
    A team with both arms is drawn towards the mean of its learners.
    """
    shares = _structured_shares(statistics)
    shrink, cross = solution.shrink, solution.cross
    residual = solution.team_sums - np.einsum("jai,a->ji", cross, solution.coefficients)
    deviation = np.einsum("jik,jk->ji", shrink, residual)[:, 1]
    design = np.zeros((len(shares), 2 * statistics.arms))
    design[:, 1] = 1.0
    if statistics.arms > 1:
        design[:, 3] = shares
    slope = design @ solution.coefficients + deviation
    pull = design - np.einsum("ji,jai->ja", shrink[:, 1], cross)
    variance = float(solution.sigma2) * shrink[:, 1, 1] + np.einsum(
        "ja,ab,jb->j", pull, covariance, pull
    )
    half = float(t_quantile(0.975, max(len(shares) - 2, 1))) * np.sqrt(np.maximum(variance, 0))
    spread = statistics.scale.spread
    return tuple(
        TeamSlope(
            team=team,
            learners=int(statistics.team_learners[j]),
            slope=float(slope[j] / spread),
            low=float((slope[j] - half[j]) / spread),
            high=float((slope[j] + half[j]) / spread),
        )
        for j, team in enumerate(statistics.teams)
    )


def _structured_shares(statistics: GrowthStatistics) -> Floats:
    """Share of each team's learners who are in the structured arm."""
    counts = np.bincount(
        statistics.cell_groups,
        weights=statistics.cell_counts,
        minlength=2 * len(statistics.teams),
    ).reshape(-1, 2)
    return np.asarray(counts[:, 1] / counts.sum(axis=1))
