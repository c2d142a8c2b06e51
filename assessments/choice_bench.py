"""What choosing alone does: groups drift apart though neither way of learning works better."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from assessments.compare import Comparison, compare_arms
from assessments.quantiles import t_quantile
from assessments.simulate import ProgramPlan, simulate_program

# No effect at all: whoever is motivated grows faster, on either route.
PLAN = ProgramPlan(
    teams=30,
    team_size=16,
    assignment="motive",
    growth_by_motive=0.03,
    occasions=("baseline", "end", "plus3"),
)
POINTS = 100.0  # score points per SD of skill


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveGap:
    """The plain difference of the last means, in points, with its usual 95 % interval.

    `selection` is how strongly the motivated choose the structured arm: log-odds per SD of motive.
    """

    selection: float
    structured: int
    self_directed: int
    estimate: float
    low: float
    high: float


def simulate_choice(selection: float, *, seed: int) -> pd.DataFrame:
    """Rows of one program without any effect, for `compare_arms`; the same seed, the same rows."""
    plan = replace(PLAN, selection=selection)
    rows = simulate_program(plan, rng=np.random.default_rng(seed))
    return rows.assign(
        score=500 + POINTS * rows["score"],
        se=POINTS * rows["se"],
        skill="simulated",
        cohort="simulated",
    )


def naive_gap(rows: pd.DataFrame, *, selection: float) -> NaiveGap:
    """What a plain comparison of the last scores would report."""
    last = rows[rows["occasion"] == PLAN.occasions[-1]]
    first, second = (
        last.loc[last["arm"] == arm, "score"].to_numpy() for arm in ("structured", "self_directed")
    )
    estimate = float(first.mean() - second.mean())
    se = float(np.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second)))
    half = float(t_quantile(0.975, len(last) - 2)) * se
    return NaiveGap(
        selection=selection,
        structured=len(first),
        self_directed=len(second),
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
    )


def judge_choice(rows: pd.DataFrame) -> Comparison:
    """What the portal says of the same rows, knowing that people chose."""
    return compare_arms(rows, design="self_selected")[0]
