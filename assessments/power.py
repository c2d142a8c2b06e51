"""Before a program starts: the smallest effect it could detect."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from assessments.quantiles import chi_squared_quantile, normal_below, t_quantile

_SLICES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramDesign:
    """Size of a planned program.

    `team_share` is the share of the scores' variance that lies between teams; `explained_between`
    and `explained_within` are the shares of the variance between and within teams that the baseline
    will explain; `structured_share` of the teams learn in the structured way.
    """

    teams: int
    learners_per_team: float
    team_share: float = 0.15
    explained_between: float = 0.5
    explained_within: float = 0.5
    structured_share: float = 0.5

    @property
    def df(self) -> int:
        """Degrees of freedom: teams minus intercept, arm and baseline."""
        return self.teams - 3

    @property
    def standard_error(self) -> float:
        """Standard error of the difference, in SD of the score."""
        between = self.team_share * (1 - self.explained_between)
        within = (1 - self.team_share) * (1 - self.explained_within) / self.learners_per_team
        share = self.structured_share * (1 - self.structured_share)
        return math.sqrt((between + within) / (share * self.teams))


def power_of(design: ProgramDesign, *, effect_sd: float) -> float:
    """Chance that a two-sided test at .05 finds an effect of this size (in SD)."""
    return _power(effect_sd / design.standard_error, df=design.df)


def _power(shift: float, *, df: int) -> float:
    """Chance that a t statistic around `shift` is called significant."""
    limit = float(t_quantile(0.975, df))
    errors = _errors(df)
    return float(
        (normal_below(shift - limit * errors) + normal_below(-limit * errors - shift)).mean()
    )


# Nearly all the time of a search for the smallest effect, and the same at each of its steps.
@lru_cache(maxsize=32)
def _errors(df: int) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return equally likely values of the estimated standard error, of mean square 1.

    The non-central t distribution is a normal one over them; scipy's own is not-a-number far from
    zero.
    """
    shares = (np.arange(_SLICES) + 0.5) / _SLICES
    errors: np.ndarray[Any, np.dtype[np.float64]] = np.sqrt(chi_squared_quantile(shares, df) / df)
    errors.flags.writeable = False
    return errors


def smallest_effect(standard_error: float, *, df: int, power: float = 0.80) -> float | None:
    """Effect in SD found with this power by an estimate of this error; None without any df."""
    if df < 1:
        return None
    # 20 MB of memory, needed only here.
    from scipy.optimize import brentq  # noqa: PLC0415

    found = brentq(lambda multiple: _power(multiple, df=df) - power, 0.0, 1000.0)
    return float(found) * standard_error


def smallest_detectable_effect(design: ProgramDesign, *, power: float = 0.80) -> float | None:
    """Effect in SD that the program would find with this power; None with fewer than four teams.

    Notes
    -----
    Variance of a two-level, team-randomised design with baseline: Bloom (2005), Learning More from
    Social Experiments, chapter 4; power from the non-central t distribution, so slightly larger
    than Bloom's sum of two t quantiles.
    """
    if design.df < 1:
        return None
    return smallest_effect(design.standard_error, df=design.df, power=power)
