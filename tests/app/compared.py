"""Comparisons of invented programs, for tests of what is drawn of them."""

import numpy as np
import pandas as pd

from assessments.compare import compare_arms
from assessments.simulate import ProgramPlan, simulate_program
from portal.services.compared import Compared, describe_compared
from portal.services.disclosure import Floor


def make_rows(*, seed: int = 3, **plan) -> pd.DataFrame:
    """Rows of one simulated program on the scale 500 + 100 θ."""
    values = {"teams": 24, "team_size": 9, "effect": 0.6} | plan
    rows = simulate_program(ProgramPlan(**values), rng=np.random.default_rng(seed))
    return rows.assign(
        score=500 + 100 * rows["score"], se=100 * rows["se"], cohort="c", skill="workflow-redesign"
    )


def make_compared(*, design: str = "randomised", own_teams=None, rows=None, **plan) -> Compared:
    """A simulated program with its verdict and what may be shown beside it."""
    rows = make_rows(**plan) if rows is None else rows
    comparison = compare_arms(rows, design=design)[0]
    return describe_compared(
        comparison,
        rows=rows,
        months=3.0,
        team_names={},
        own_teams=own_teams,
        floor=Floor.of(5),
    )
