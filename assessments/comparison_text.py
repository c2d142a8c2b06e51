"""Comparisons, growth and attrition as lines for a terminal."""

import pandas as pd

from assessments.attrition import Attrition
from assessments.compare import Comparison
from assessments.estimates import Estimate
from assessments.growth_model import GrowthModel


def comparison_to_text(comparison: Comparison) -> str:
    """A verdict, the counts it rests on and, where allowed, the estimates."""
    learners, teams = comparison.learners, comparison.teams
    lines = [
        f"{comparison.skill}, {comparison.occasion}: {comparison.comparability}",
        f"  {comparison.sentence}",
        f"  learners   structured {learners.structured}, self-directed {learners.self_directed}",
    ]
    if teams is not None:
        lines.append(
            f"  teams      structured {teams.structured}, self-directed {teams.self_directed}"
        )
    lines.append(f"  attrition  {attrition_to_text(comparison.attrition)}")
    lines += [
        f"  baseline   {one.covariate}: g {one.g:+.3f} ({one.low:+.3f} to {one.high:+.3f})"
        for one in comparison.baseline
    ]
    lines += _estimates(comparison)
    lines += [f"  note: {warning}" for warning in comparison.warnings]
    return "\n".join(lines)


def attrition_to_text(attrition: Attrition) -> str:
    """Overall and differential attrition beside the boundary."""
    if attrition.overall is None or attrition.differential is None:
        return "cannot be compared, an arm is empty"
    bound = "none" if attrition.boundary is None else f"{attrition.boundary:.2f} points"
    place = "within" if attrition.within else "beyond"
    return (
        f"{attrition.overall:.1f} % overall, {attrition.differential:.1f} points between the arms; "
        f"tolerable {bound}: {place} the boundary"
    )


def growth_to_text(
    skill: str, model: GrowthModel | None, curves: pd.DataFrame, *, show_arms: bool
) -> str:
    """Mean curves by arm, then the growth model."""
    lines = [f"{skill}: growth"]
    for row in curves.to_dict("records"):
        band = "" if pd.isna(row["low"]) else f" ({row['low']:.3f} to {row['high']:.3f})"
        lines.append(
            f"  {row['arm']}, {row['occasion']}: {row['mean']:.3f}{band}, "
            f"{row['learners']} learners"
        )
    if model is None:
        return "\n".join(lines)
    lines.append(f"  slope {model.slope:+.4f} per unit of time (SE {model.se:.4f})")
    if show_arms and model.time_by_arm is not None and model.se_time_by_arm is not None:
        lines.append(
            f"  structured grows {model.time_by_arm:+.4f} more (SE {model.se_time_by_arm:.4f}, "
            f"df {model.df})"
        )
    lines.append(f"  REML log-likelihood {model.log_likelihood:.3f}")
    return "\n".join(lines)


def _estimates(comparison: Comparison) -> list[str]:
    """The estimates side by side; nothing where they are withheld."""
    named = (
        ("ANCOVA", comparison.primary),
        ("gain", comparison.gain),
        ("true score", comparison.true_score),
    )
    lines = [_estimate(name, estimate) for name, estimate in named if estimate is not None]
    if comparison.envelope is not None and comparison.primary is not None:
        low, high = (comparison.primary.in_sd(value) for value in comparison.envelope)
        lines.append(f"  envelope   {low:+.3f} to {high:+.3f} SD")
    return lines


def _estimate(name: str, estimate: Estimate) -> str:
    low, high = (estimate.in_sd(value) for value in estimate.interval)
    return (
        f"  {name:<11}{estimate.in_sd(estimate.estimate):+.3f} SD ({low:+.3f} to {high:+.3f}), "
        f"{estimate.estimate:+.4g} points, SE {estimate.se:.4g}, df {estimate.df:.1f}, "
        f"p {'< 0.0001' if estimate.p < 1e-4 else format(estimate.p, '.4f')}"
    )
