"""Whether two arms may be compared at all, and what the intervals then say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assessments.arms import ArmCounts, Design
from assessments.attrition import Attrition
from assessments.baseline import LEVEL, TOO_FAR, BaselineDifference
from curriculum.phrases import Number, Phrase

Comparability = Literal[
    "insufficient_data",
    "comparable_by_design",
    "not_comparable",
    "no_baseline",
    "comparable",
    "comparable_after_adjustment",
]
Result = Literal[
    "structured_ahead",
    "self_directed_ahead",
    "practically_equal",
    "too_uncertain",
    "no_clear_difference",
]
WITHHELD: frozenset[Comparability] = frozenset(
    {"insufficient_data", "not_comparable", "no_baseline"}
)

MIN_LEARNERS = 20
MIN_TEAMS = 4
MIN_RELIABILITY = 0.50
MIN_BASELINE_SHARE = 0.80
EQUAL_SD = 0.10
UNCERTAIN_SD = 0.25

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the comparability verdict looks at.

    `teams` is None when teams play no part, `reliability` when no standard errors are known.
    `readable` is False when scores do not vary, so that nothing can be estimated from them.
    """

    design: Design
    learners: ArmCounts
    teams: ArmCounts | None
    reliability: float | None
    attrition: Attrition
    baseline: Sequence[BaselineDifference]
    baseline_share: float
    post_only: bool
    readable: bool


def judge_comparability(evidence: Evidence) -> Comparability:
    """The first rule that matches decides, on unrounded figures."""
    if data_needs(evidence):
        return "insufficient_data"
    if evidence.design == "randomised" and evidence.attrition.within:
        return "comparable_by_design"
    worst = max((abs(difference.g) for difference in evidence.baseline), default=0.0)
    if worst > TOO_FAR:
        return "not_comparable"
    if evidence.post_only or evidence.baseline_share < MIN_BASELINE_SHARE:
        return "no_baseline"
    return "comparable" if worst <= LEVEL else "comparable_after_adjustment"


def data_needs(evidence: Evidence) -> tuple[str, ...]:
    """What is missing before anything can be compared, in words; empty when enough is there."""
    needs: list[str] = []
    if evidence.learners.smaller < MIN_LEARNERS:
        counted = _counted(evidence.learners, least=MIN_LEARNERS)
        needs.append(
            Phrase(
                "at least {least} learners with a score in each arm, there are {structured} and "
                "{self_directed}",
                **counted,
            )
            if evidence.post_only
            else Phrase(
                "at least {least} learners with both scores in each arm, there are {structured} "
                "and {self_directed}",
                **counted,
            )
        )
    if evidence.teams is not None and evidence.teams.smaller < MIN_TEAMS:
        needs.append(
            Phrase(
                "at least {least} teams in each arm, there are {structured} and {self_directed}",
                **_counted(evidence.teams, least=MIN_TEAMS),
            )
        )
    if evidence.reliability is not None and evidence.reliability < MIN_RELIABILITY:
        needs.append(
            Phrase(
                "scores with a reliability of at least {least}, it is {found}",
                least=Number(MIN_RELIABILITY, digits=2),
                found=Number(evidence.reliability, digits=2),
            )
        )
    if not evidence.readable:
        needs.append(
            Phrase("scores that vary, these are all the same or follow exactly from each other")
        )
    return tuple(needs)


def _counted(found: ArmCounts, *, least: int) -> dict[str, Number]:
    return {
        "least": Number(least),
        "structured": Number(found.structured),
        "self_directed": Number(found.self_directed),
    }


def judge_result(interval: Interval, *, interval_90: Interval) -> Result:
    """What an allowed comparison shows; both intervals in SD of the target score."""
    low, high = interval
    if low > 0:
        return "structured_ahead"
    if high < 0:
        return "self_directed_ahead"
    return judge_unsettled(interval, interval_90=interval_90)


def judge_unsettled(interval: Interval, *, interval_90: Interval) -> Result:
    """What remains to be said when neither arm may be called ahead."""
    low, high = interval
    if interval_90[0] >= -EQUAL_SD and interval_90[1] <= EQUAL_SD:
        return "practically_equal"
    if (high - low) / 2 > UNCERTAIN_SD and low <= 0 <= high:
        return "too_uncertain"
    return "no_clear_difference"


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """P values adjusted so that at most .05 of the differences called real are expected false.

    Notes
    -----
    Benjamini and Hochberg (1995), JRSS B 57; step-up, in the order given.
    """
    count = len(p_values)
    order = sorted(range(count), key=lambda i: p_values[i], reverse=True)
    adjusted = [1.0] * count
    smallest = 1.0
    for place, i in enumerate(order):
        smallest = min(smallest, p_values[i] * count / (count - place))
        adjusted[i] = smallest
    return tuple(adjusted)
