"""What a comparison says in plain words, and how carefully."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.arms import Design
from assessments.estimates import Interval
from assessments.verdicts import Comparability, Result

COMPARABILITY_ON_SCREEN: dict[Comparability, str] = {
    "insufficient_data": "Not enough data to compare yet",
    "comparable_by_design": "Fair comparison: places were drawn by lot",
    "not_comparable": "Groups started too far apart. No difference is shown",
    "no_baseline": "No fair starting point was measured",
    "comparable": "Groups started level",
    "comparable_after_adjustment": "Groups started slightly apart; adjusted",
}
RESULT_ON_SCREEN: dict[Result, str] = {
    "structured_ahead": "Structured learners ended ahead",
    "self_directed_ahead": "Self-directed learners ended ahead",
    "practically_equal": "Both ways ended practically equal",
    "too_uncertain": "Too uncertain to say",
    "no_clear_difference": "No clear difference",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the sentence about an allowed comparison is made of.

    `effect` is in score points, `effect_sd` and `interval_sd` in SD of the target score.
    """

    design: Design
    comparability: Comparability
    result: Result
    effect: float
    effect_sd: float
    interval_sd: Interval
    robustness: float


def describe_withheld(verdict: Comparability, *, needs: Sequence[str]) -> str:
    """Why no difference is shown; holds no figure about the arms' scores."""
    text = COMPARABILITY_ON_SCREEN[verdict]
    return f"{text} (needs {'; '.join(needs)})." if needs else f"{text}."


def describe_finding(finding: Finding) -> str:
    """The verdict, the result and what may be concluded from it."""
    low, high = finding.interval_sd
    parts = [
        f"{COMPARABILITY_ON_SCREEN[finding.comparability]}.",
        f"{RESULT_ON_SCREEN[finding.result]}: the difference is {finding.effect_sd:+.2f} SD "
        f"({_points(finding.effect)} points), plausible from {low:+.2f} to {high:+.2f} SD.",
        _conclusion(finding),
    ]
    return " ".join(part for part in parts if part)


def _points(value: float) -> str:
    """A difference in score points, with decimals only where they matter."""
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.2f}"


def _conclusion(finding: Finding) -> str:
    """How the difference relates to the structure, as far as the design allows saying."""
    ahead = finding.result in ("structured_ahead", "self_directed_ahead")
    direction = "higher" if finding.effect > 0 else "lower"
    if finding.comparability == "comparable_by_design":
        return f"Structured learning led to {direction} scores here." if ahead else ""
    if finding.design == "randomised":
        lost = (
            "Places were drawn by lot, but so many learners were not measured that the lottery no "
            "longer guarantees a fair comparison."
        )
        if not ahead:
            return lost
        return (
            f"Structured learning was associated with {direction} scores, after adjustment. {lost}"
        )
    chosen = "people chose their own route, so part of the difference may be motivation"
    if not ahead:
        return f"{chosen[0].upper()}{chosen[1:]}."
    return (
        f"Structured learning was associated with {direction} scores, after adjustment; {chosen}. "
        f"{_robustness_in_words(finding.robustness)}"
    )


def _robustness_in_words(value: float) -> str:
    """The robustness value as a statement about something nobody measured."""
    return (
        f"An unmeasured cause would have to explain {100 * value:.0f} % of what is left "
        "unexplained, both of who chose which route and of the scores, to account for all of it."
    )
