"""Comparisons, growth and attrition as JSON values, at full precision; what is withheld is null."""

import math
from collections.abc import Sequence

import pandas as pd

from assessments.attrition import Attrition
from assessments.compare import Comparison
from assessments.estimates import Estimate
from assessments.growth_model import GrowthModel, LineVariances

Json = dict[str, object]


def comparison_to_json(comparison: Comparison) -> Json:
    """One comparison with its fixed keys, whatever the verdict.

    Attrition is in percent and percent points, `n` and `teams` are counts by arm, intervals are
    `[low, high]`.
    """
    primary = comparison.primary
    return {
        "skill": comparison.skill,
        "occasion": comparison.occasion,
        "n": comparison.learners.as_dict(),
        "teams": None if comparison.teams is None else comparison.teams.as_dict(),
        "attrition": attrition_to_json(comparison.attrition),
        "baseline": {
            difference.covariate: {
                "g": _finite(difference.g),
                "se": _finite(difference.se),
                "ci": _pair((difference.low, difference.high)),
                "category": difference.category,
            }
            for difference in comparison.baseline
        },
        "primary": _estimate(primary),
        "sensitivity": {
            "gain": _estimate(comparison.gain),
            "true_score": _true_score(comparison.true_score),
            "growth": growth_model_to_json(comparison.growth),
            "robustness_value": None if primary is None else _finite(primary.robustness_value),
        },
        "envelope": _pair(comparison.envelope),
        "comparability": comparison.comparability,
        "result": comparison.result,
        "sentence": comparison.sentence,
        "warnings": list(comparison.warnings),
    }


def attrition_to_json(attrition: Attrition) -> Json:
    """Attrition in percent, its boundary in percent points."""
    return {
        "overall": _finite(attrition.overall),
        "differential": _finite(attrition.differential),
        "boundary": _finite(attrition.boundary),
        "within": attrition.within,
    }


def growth_model_to_json(model: GrowthModel | None, *, show_arms: bool = True) -> Json:
    """Fixed effects, log-likelihood and variances; the arms' difference only if it may be shown."""
    shown = model is not None and show_arms
    return {
        "slope": None if model is None else _finite(model.slope),
        "se": None if model is None else _finite(model.se),
        "time_by_arm": _finite(model.time_by_arm) if shown and model else None,
        "se_time_by_arm": _finite(model.se_time_by_arm) if shown and model else None,
        "log_likelihood": None if model is None else _finite(model.log_likelihood),
        "variances": None if model is None else _variances(model),
    }


def team_slopes_to_json(model: GrowthModel | None) -> list[Json]:
    """Empirical-Bayes slopes in the file's order of teams, never ranked."""
    return [
        {"team": str(one.team), "learners": one.learners, "slope": one.slope}
        | {"ci": [one.low, one.high]}
        for one in (model.team_slopes if model is not None else ())
    ]


def curves_to_json(curves: pd.DataFrame, *, keys: Sequence[str]) -> list[Json]:
    """Points of growth curves, each with its band and counts."""
    return [
        {key: row[key] for key in keys}
        | {
            "occasion": row["occasion"],
            "time": _finite(row["time"]),
            "learners": int(row["learners"]),
            "teams": int(row["teams"]),
            "mean": _finite(row["mean"]),
            "ci": _pair((row["low"], row["high"])),
        }
        for row in curves.to_dict("records")
    ]


def _estimate(estimate: Estimate | None) -> Json:
    """One estimate; every figure null when there is none."""
    if estimate is None:
        keys = ("estimate", "se_cr1", "se_cr2", "df", "ci", "p", "p_wild", "effect_sd", "ci_sd")
        return dict.fromkeys(keys)
    low, high = estimate.interval
    return {
        "estimate": _finite(estimate.estimate),
        "se_cr1": _finite(estimate.se_cr1),
        "se_cr2": _finite(estimate.se_cr2),
        "df": _finite(estimate.df),
        "ci": _pair(estimate.interval),
        "p": _finite(estimate.p),
        "p_wild": _finite(estimate.p_wild),
        "effect_sd": _finite(estimate.in_sd(estimate.estimate)),
        "ci_sd": _pair((estimate.in_sd(low), estimate.in_sd(high))),
    }


def _true_score(estimate: Estimate | None) -> Json:
    """The same with `se`, which holds the error of the correction; `ci` and `p` rest on it."""
    return _estimate(estimate) | {"se": None if estimate is None else _finite(estimate.se)}


def _variances(model: GrowthModel) -> Json:
    """Variances of both levels; those of teams null in a two-level model."""
    return {
        **_line("team", model.team),
        **_line("learner", model.learner),
        "residual": _finite(model.residual),
    }


def _line(level: str, variances: LineVariances | None) -> Json:
    return {
        f"{level}_intercept": None if variances is None else _finite(variances.intercept),
        f"{level}_slope": None if variances is None else _finite(variances.slope),
        f"{level}_covariance": None if variances is None else _finite(variances.covariance),
    }


def _pair(interval: tuple[float, float] | None) -> list[float | None] | None:
    return None if interval is None else [_finite(interval[0]), _finite(interval[1])]


def _finite(value: float | None) -> float | None:
    """JSON knows neither infinity nor not-a-number."""
    return None if value is None or not math.isfinite(value) else float(value)
