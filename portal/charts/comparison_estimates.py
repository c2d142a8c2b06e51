"""The estimates of a comparison made ready: for the forest, for the table, and in words."""

import pandas as pd

from assessments.compare import Comparison
from assessments.estimates import Estimate
from portal.services.compared import Compared
from portal.text import _, number_text, percent_text, signed_text

COLUMNS = ["name", "effect", "low", "high", "main", "figures"]


def range_text(low: float, high: float) -> str:
    """Return a range of SD in words."""
    return _("{low} to {high}").format(
        low=signed_text(low, digits=2), high=signed_text(high, digits=2)
    )


def estimates_frame(compared: Compared) -> pd.DataFrame:
    """Return the rows of the forest: `name`, `effect`, `low`, `high` (SD), `main`, `figures`."""
    rows = [
        _row(name, estimate, main=main) for name, estimate, main in _estimates(compared.comparison)
    ]
    grown = _growth_row(compared)
    return pd.DataFrame([*rows, *([grown] if grown else [])], columns=COLUMNS)


def _estimates(comparison: Comparison) -> list[tuple[str, Estimate, bool]]:
    named = [
        (_("Adjusted for the start (main)"), comparison.primary, True),
        (_("Gain"), comparison.gain, False),
        (_("Corrected for error at the start"), comparison.true_score, False),
    ]
    return [(name, one, main) for name, one, main in named if one is not None]


def _row(
    name: str, estimate: Estimate, *, main: bool
) -> tuple[str, float, float, float, bool, str]:
    values = (estimate.estimate, *estimate.interval)
    effect, low, high = (estimate.in_sd(value) for value in values)
    return name, effect, low, high, main, _figures(effect, low, high)


def _growth_row(compared: Compared) -> tuple[str, float, float, float, bool, str] | None:
    """Return what the growth model says of the target: the slopes' difference times the months."""
    model, primary = compared.comparison.growth, compared.comparison.primary
    interval = model.time_by_arm_interval() if model is not None else None
    if model is None or model.time_by_arm is None or interval is None:
        return None
    if primary is None or compared.months is None:
        return None
    effect, low, high = (
        primary.in_sd(value * compared.months) for value in (model.time_by_arm, *interval)
    )
    return _("Growth model"), effect, low, high, False, _figures(effect, low, high)


def _figures(effect: float, low: float, high: float) -> str:
    return f"{signed_text(effect, digits=2)} ({range_text(low, high)})"


def method_lines(comparison: Comparison) -> list[str]:
    """Return how it was computed and what else a reader needs to judge the figures."""
    lines = [
        _(
            "Everyone enrolled counts in the route they were given at the start. The main "
            "estimate is an analysis of covariance: the score then, adjusted for the score at "
            "the start. Standard errors are clustered by starting team (CR2) with "
            "Satterthwaite's degrees of freedom. Where people chose their own route, the range "
            "is the union of the first three estimates' ranges. The range of the estimate that is "
            "corrected for error at the start also holds the error of this correction."
        )
    ]
    if comparison.reliability is not None:
        lines.append(
            _("Reliability of the scores: {n}; below 0.50 nothing is compared.").format(
                n=number_text(comparison.reliability, digits=2)
            )
        )
    primary = comparison.primary
    if primary is not None:
        lines.append(
            _(
                "Robustness value {share}: something that nobody measured would have to explain "
                "that much of what is left open, both of who learned on which route and of the "
                "scores, to bring the difference down to nothing."
            ).format(share=percent_text(primary.robustness_value))
        )
        if primary.p_wild is not None:
            lines.append(
                _(
                    "There are fewer than 20 teams, so a wild cluster bootstrap was run as well "
                    "(p = {p}); the larger p value is given."
                ).format(p=number_text(primary.p_wild, digits=3))
            )
    if comparison.growth is not None:
        lines.append(
            _(
                "Growth model: {n} scores of {people} learners, random starting points and slopes "
                "of learners and teams, by restricted maximum likelihood."
            ).format(
                n=number_text(comparison.growth.observations),
                people=number_text(comparison.growth.learners),
            )
        )
    return lines


def method_table(comparison: Comparison) -> pd.DataFrame:
    """Return every estimate with its standard error, degrees of freedom and p value."""
    rows = [
        (
            name,
            signed_text(one.estimate, digits=2),
            number_text(one.se, digits=2),
            number_text(one.df, digits=1),
            _p_text(one.p),
            f"{signed_text(one.interval[0], digits=2)} … {signed_text(one.interval[1], digits=2)}",
        )
        for name, one, _main in _estimates(comparison)
    ]
    return pd.DataFrame(
        rows,
        columns=[
            _("Estimate"),
            _("Points"),
            _("Standard error"),
            _("df"),
            _("p"),
            _("95 % range"),
        ],
    )


def _p_text(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else number_text(value, digits=4)
