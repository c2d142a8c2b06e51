"""Growth over time by person, team and arm, each with how sure we are of it."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from assessments.growth_model import GrowthModel, GrowthModelError, fit_growth_model
from assessments.quantiles import normal_below, normal_quantile, t_quantile
from assessments.regression import estimate_coefficient, fit_least_squares

# A person's growth is shown only where a form separates people this well (70 % of the spread of
# scores is skill), because below it most changes are measurement error.
MIN_PERSON_RELIABILITY = 0.70
_MIN_LATER_OCCASIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """One person's change between two checks, in the scores' unit.

    `kind` is `rose` or `fell` only beyond measurement error (95 %); otherwise `within_error`, and
    `chance_rose` is what can be said.
    """

    difference: float
    se: float
    kind: Literal["rose", "fell", "within_error"]
    chance_rose: float


def measure_person_change(
    before: float, after: float, *, se_before: float, se_after: float
) -> PersonChange:
    """Compare two scores of one person, each with its standard error.

    Notes
    -----
    The reliable change index of Jacobson and Truax (1991), Journal of Consulting and Clinical
    Psychology 59, with each score's own standard error. `chance_rose` takes the two errors as
    normal and independent and knows nothing else about the person.
    """
    se = math.hypot(se_before, se_after)
    difference = after - before
    if se == 0:
        raise ValueError("A change can be judged only with standard errors above zero")
    z = difference / se
    beyond = abs(z) > float(normal_quantile(0.975))
    kind: Literal["rose", "fell", "within_error"] = "within_error"
    if beyond:
        kind = "rose" if difference > 0 else "fell"
    return PersonChange(difference=difference, se=se, kind=kind, chance_rose=float(normal_below(z)))


def may_show_person_growth(reliability: float) -> bool:
    """Whether scores this reliable separate people well enough to show one person's growth."""
    return reliability >= MIN_PERSON_RELIABILITY


def growth_curves(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean score per skill, arm and occasion with a 95 % band that allows for teams.

    Parameters
    ----------
    rows
        One row per learner, skill and occasion: `learner`, `team`, `arm`, `skill`, `occasion`,
        `time`, `score`; rows without a score are left out.

    Returns
    -------
    pd.DataFrame
        `skill`, `arm`, `occasion`, `time` (mean, may be missing), `learners`, `teams`, `mean`,
        `low`, `high` (missing where fewer than two teams, or scores that are all the same, give no
        band), in time order.

    Notes
    -----
    The band is the CR2 interval of a mean, Pustejovsky and Tipton (2018), clustered on the team.
    """
    keys = ["skill", "arm"]
    curves = _means(rows, keys=keys)
    scored = rows[rows["score"].notna()]
    bands = {
        key: _team_band(group)
        for key, group in scored.groupby([*keys, "occasion"], sort=False, observed=True)
    }
    places = zip(curves["skill"], curves["arm"], curves["occasion"], strict=True)
    ends = [bands[place] for place in places]
    return curves.assign(low=[low for low, _ in ends], high=[high for _, high in ends])


def team_curves(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean score per skill, team, arm and occasion; as `growth_curves`, with `team` as a key.

    The band is that of the team's own learners. For how fast a team grows use the empirical-Bayes
    slopes of the growth model; raw team means differ by chance alone.
    """
    curves = _means(rows, keys=["skill", "team", "arm"])
    freedom = curves["learners"] - 1
    several = freedom > 0
    # The quantile is taken for one degree of freedom where there is none; such a mean has no band.
    quantile = t_quantile(0.975, freedom.where(several, 1))
    half = (quantile * curves["sd"] / np.sqrt(curves["learners"])).where(several)
    return curves.drop(columns="sd").assign(low=curves["mean"] - half, high=curves["mean"] + half)


def _means(rows: pd.DataFrame, *, keys: list[str]) -> pd.DataFrame:
    """Counts and means of each group and occasion, with `sd` where the team is a key."""
    scored = rows[rows["score"].notna()]
    columns = {
        "time": ("time", "mean"),
        "learners": ("score", "size"),
        "teams": ("team", "nunique"),
        "mean": ("score", "mean"),
    }
    if "team" in keys:
        columns["sd"] = ("score", "std")
    grouped = scored.groupby([*keys, "occasion"], sort=False, observed=True)
    means = grouped.agg(**columns).reset_index()
    return means.sort_values([*keys, "time"], kind="stable", ignore_index=True)


def _team_band(group: pd.DataFrame) -> tuple[float, float]:
    """95 % interval of a mean over teams; missing where there is nothing to estimate it from."""
    values = group["score"].to_numpy(dtype=float)
    if np.ptp(values) == 0:
        # Scores without any spread do not make a mean certain; they were not measured well.
        return math.nan, math.nan
    fit = fit_least_squares(
        np.ones((len(values), 1)), values, names=("mean",), clusters=group["team"].to_numpy()
    )
    if fit.clusters < 2:
        return math.nan, math.nan
    return estimate_coefficient(fit, name="mean").interval()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compounding:
    """Whether the gap keeps widening after the program: growth per month, structured minus self.

    `may_be_said` only with three occasions after the start and an interval above zero.
    """

    may_be_said: bool
    reason: str
    difference: float | None
    low: float | None
    high: float | None


def judge_compounding(rows: pd.DataFrame, *, ends_at: float, teams: bool = True) -> Compounding:
    """Judge from the occasions after the program's end whether the gap compounds.

    Parameters
    ----------
    rows
        One skill of a comparison whose figures may be shown: `learner`, `team`, `arm`, `time`
        (months since the start), `score`.
    ends_at
        The program's end in months; occasions at or after it count.
    """
    scored = rows[rows["score"].notna() & rows["time"].notna()]
    if scored.loc[scored["time"] > 0, "time"].nunique() < _MIN_LATER_OCCASIONS:
        return _not_compounding("it needs at least three occasions after the start")
    try:
        model = fit_growth_model(scored[scored["time"] >= ends_at], teams=teams)
    except GrowthModelError as error:
        return _not_compounding(f"after the program's end: {error}")
    return _compounding_of(model)


def _not_compounding(reason: str) -> Compounding:
    return Compounding(may_be_said=False, reason=reason, difference=None, low=None, high=None)


def _compounding_of(model: GrowthModel) -> Compounding:
    """Read the verdict off the growth model of the later occasions."""
    interval = model.time_by_arm_interval()
    if interval is None or model.time_by_arm is None:
        return _not_compounding("it needs both arms after the program's end")
    above = interval[0] > 0
    return Compounding(
        may_be_said=above,
        reason="the gap kept widening after the program's end"
        if above
        else "the gap did not clearly widen after the program's end",
        difference=model.time_by_arm,
        low=interval[0],
        high=interval[1],
    )
