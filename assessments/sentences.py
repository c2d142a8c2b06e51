"""What a comparison says in plain words, and how carefully."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.arms import Design
from assessments.estimates import Interval
from assessments.verdicts import Comparability, Result
from curriculum.phrases import Joined, Number, Phrase

COMPARABILITY_ON_SCREEN: dict[Comparability, Phrase] = {
    "insufficient_data": Phrase("Not enough data to compare yet"),
    "comparable_by_design": Phrase("Fair comparison: places were drawn by lot"),
    "not_comparable": Phrase("Groups started too far apart. No difference is shown"),
    "no_baseline": Phrase("No fair starting point was measured"),
    "comparable": Phrase("Groups started level"),
    "comparable_after_adjustment": Phrase("Groups started slightly apart; adjusted"),
}
RESULT_ON_SCREEN: dict[Result, Phrase] = {
    "structured_ahead": Phrase("Structured learners ended ahead"),
    "self_directed_ahead": Phrase("Self-directed learners ended ahead"),
    "practically_equal": Phrase("Both ways ended practically equal"),
    "too_uncertain": Phrase("Too uncertain to say"),
    "no_clear_difference": Phrase("No clear difference"),
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


def describe_withheld(verdict: Comparability, *, needs: Sequence[str]) -> Phrase:
    """Why no difference is shown; holds no figure about the arms' scores."""
    words = COMPARABILITY_ON_SCREEN[verdict]
    if not needs:
        return Phrase("{verdict}.", verdict=words)
    wanted = Joined(needs, between="; ")
    return Phrase("{verdict} (needs {needs}).", verdict=words, needs=wanted)


def describe_finding(finding: Finding) -> Joined:
    """The verdict, the result and what may be concluded from it."""
    low, high = finding.interval_sd
    points = finding.effect
    return Joined(
        [
            Phrase("{verdict}.", verdict=COMPARABILITY_ON_SCREEN[finding.comparability]),
            Phrase(
                "{result}: the difference is {sd} SD ({points} points), plausible from {low} to "
                "{high} SD.",
                result=RESULT_ON_SCREEN[finding.result],
                sd=_signed(finding.effect_sd),
                # Decimals only where they matter.
                points=Number(points, digits=0 if abs(points) >= 10 else 2, signed=True),
                low=_signed(low),
                high=_signed(high),
            ),
            *_conclusion(finding),
        ]
    )


def _signed(value: float) -> Number:
    return Number(value, digits=2, signed=True)


def _conclusion(finding: Finding) -> list[Phrase]:
    """How the difference relates to the structure, as far as the design allows saying."""
    ahead = finding.result in ("structured_ahead", "self_directed_ahead")
    higher = finding.effect > 0
    if finding.comparability == "comparable_by_design":
        return [_led_to(higher=higher)] if ahead else []
    if finding.design == "randomised":
        lost = Phrase(
            "Places were drawn by lot, but so many learners were not measured that the lottery no "
            "longer guarantees a fair comparison."
        )
        return [*([_associated(higher=higher)] if ahead else []), lost]
    if not ahead:
        return [
            Phrase("People chose their own route, so part of the difference may be motivation.")
        ]
    return [_associated_by_choice(higher=higher), _robustness_in_words(finding.robustness)]


def _led_to(*, higher: bool) -> Phrase:
    if higher:
        return Phrase("Structured learning led to higher scores here.")
    return Phrase("Structured learning led to lower scores here.")


def _associated(*, higher: bool) -> Phrase:
    if higher:
        return Phrase("Structured learning was associated with higher scores, after adjustment.")
    return Phrase("Structured learning was associated with lower scores, after adjustment.")


def _associated_by_choice(*, higher: bool) -> Phrase:
    if higher:
        return Phrase(
            "Structured learning was associated with higher scores, after adjustment; people chose "
            "their own route, so part of the difference may be motivation."
        )
    return Phrase(
        "Structured learning was associated with lower scores, after adjustment; people chose "
        "their own route, so part of the difference may be motivation."
    )


def _robustness_in_words(value: float) -> Phrase:
    """The robustness value as a statement about something nobody measured."""
    return Phrase(
        "An unmeasured cause would have to explain {share} % of what is left unexplained, both of "
        "who chose which route and of the scores, to account for all of it.",
        share=Number(100 * value),
    )
