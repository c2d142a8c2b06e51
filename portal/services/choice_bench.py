"""The bench of self-selection: a plain comparison beside the portal's own, on known truth."""

from collections.abc import Callable
from dataclasses import dataclass

from assessments.choice_bench import NaiveGap, judge_choice, naive_gap, simulate_choice
from assessments.compare import Comparison
from portal import access
from portal.access import Viewer

# From no choice to one that hardly leaves anything to chance; log-odds per SD of motive.
STRENGTHS = (0.0, 1.0, 2.0, 3.0, 4.0)
STRONGEST = STRENGTHS[-1]


@dataclass(frozen=True, slots=True)
class ChoiceBench:
    """The naive gap at each strength, the one that was chosen, and the portal's verdict on it."""

    gaps: tuple[NaiveGap, ...]
    chosen: NaiveGap
    verdict: Comparison
    seed: int


def run_choice_bench(
    *, viewer: Viewer, strength: float, seed: int, tell: Callable[[float], None]
) -> ChoiceBench:
    """Simulate one program at each strength; the truth is zero at all of them.

    Raises
    ------
    Refused
        When the strength lies outside the bench.
    """
    access.require(viewer, "compare programs")
    if not 0.0 <= strength <= STRONGEST:
        raise access.Refused("Choose a strength on the slider.")
    gaps = []
    for done, selection in enumerate(STRENGTHS, 1):
        gaps.append(naive_gap(simulate_choice(selection, seed=seed), selection=selection))
        tell(done / (len(STRENGTHS) + 2))
    rows = simulate_choice(strength, seed=seed)
    verdict = judge_choice(rows)
    tell(1.0)
    return ChoiceBench(tuple(gaps), naive_gap(rows, selection=strength), verdict, seed)
