"""How far apart two arms started: Hedges' g and the Cox index, and what they allow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from assessments.arms import STRUCTURED
from assessments.quantiles import normal_quantile
from assessments.regression import Floats

# What Works Clearinghouse, Standards Handbook version 4.0 (2017), section on baseline equivalence.
LEVEL = 0.05
TOO_FAR = 0.25
BASELINE = "baseline"
_COX = 1.65  # Cox (1970): a log odds ratio divided by this is close to a standardised difference.

Category = Literal["comparable", "comparable_after_adjustment", "not_comparable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineDifference:
    """Structured minus self-directed at the start, in standard deviations.

    `g` and its interval are infinite when an arm has no spread at all but another value.
    """

    covariate: str
    g: float
    se: float
    low: float
    high: float
    category: Category


def hedges_g(structured: Floats, self_directed: Floats) -> tuple[float, float]:
    """Standardised mean difference with small-sample factor, and its standard error.

    Notes
    -----
    Hedges (1981): g = (1 - 3/(4N - 9)) · difference / pooled SD; variance
    1/n1 + 1/n0 + g²/(2N), What Works Clearinghouse, Procedures Handbook version 4.0.
    """
    n1, n0 = len(structured), len(self_directed)
    difference = float(structured.mean() - self_directed.mean())
    spread = pooled_sd(structured, self_directed)
    if spread <= 1e-12 * max(1.0, abs(float(self_directed.mean()))):
        same = abs(difference) <= 1e-12 * max(1.0, abs(float(self_directed.mean())))
        g = 0.0 if same else math.copysign(math.inf, difference)
    else:
        g = _small_sample_factor(n1 + n0) * difference / spread
    se = math.sqrt(1 / n1 + 1 / n0 + g * g / (2 * (n1 + n0)))
    return g, se


def cox_index(structured: Floats, self_directed: Floats) -> tuple[float, float]:
    """Standardised difference of two shares (values 0 and 1), and its standard error.

    Notes
    -----
    ω · ln(odds ratio) / 1.65, What Works Clearinghouse, Procedures Handbook version 4.0. Half a
    learner is added to every cell when one is empty (Haldane and Anscombe), to keep it finite.
    """
    yes1, yes0 = float(structured.sum()), float(self_directed.sum())
    cells = np.array([yes1, len(structured) - yes1, yes0, len(self_directed) - yes0])
    if cells[0] == cells[2] == 0 or cells[1] == cells[3] == 0:
        return 0.0, math.sqrt(1 / len(structured) + 1 / len(self_directed)) / _COX
    if (cells == 0).any():
        cells = cells + 0.5
    ratio = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    factor = _small_sample_factor(len(structured) + len(self_directed))
    return factor * ratio / _COX, float(np.sqrt((1 / cells).sum())) / _COX


def pooled_sd(structured: Floats, self_directed: Floats) -> float:
    """Standard deviation within arms, weighted by degrees of freedom."""
    freedom = len(structured) + len(self_directed) - 2
    squares = sum(float(((arm - arm.mean()) ** 2).sum()) for arm in (structured, self_directed))
    return math.sqrt(squares / freedom) if freedom > 0 else 0.0


def _small_sample_factor(n: int) -> float:
    """Hedges' correction ω for `n` learners in both arms together."""
    return 1 - 3 / (4 * n - 9) if n > 2 else 1.0


def category_of(g: float) -> Category:
    """What a standardised baseline difference allows, boundaries included."""
    if abs(g) <= LEVEL:
        return "comparable"
    if abs(g) <= TOO_FAR:
        return "comparable_after_adjustment"
    return "not_comparable"


def baseline_difference(learners: pd.DataFrame, *, covariate: str) -> BaselineDifference | None:
    """Difference of one column of `learners` (with `arm`) between the arms, with a 95 % interval.

    Columns of two values are compared as shares of the larger one; the baseline score is a score
    whatever its values. None when an arm has no learner, or there are too few for a spread.
    """
    values = learners[covariate].to_numpy(dtype=float)
    inside = learners["arm"].to_numpy() == STRUCTURED
    first, second = values[inside], values[~inside]
    if min(len(first), len(second)) < 1 or len(values) < 3:
        return None
    two = np.unique(values)
    if covariate != BASELINE and len(two) == 2:
        g, se = cox_index((first == two[1]).astype(float), (second == two[1]).astype(float))
    else:
        g, se = hedges_g(first, second)
    half = float(normal_quantile(0.975)) * se if math.isfinite(g) else 0.0
    return BaselineDifference(
        covariate=covariate, g=g, se=se, low=g - half, high=g + half, category=category_of(g)
    )


def baseline_differences(
    learners: pd.DataFrame, *, covariates: Sequence[str]
) -> tuple[BaselineDifference, ...]:
    """`baseline_difference` for each column that allows one."""
    found = (baseline_difference(learners, covariate=name) for name in covariates)
    return tuple(difference for difference in found if difference is not None)
