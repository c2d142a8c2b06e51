"""Who enrolled and was not measured: attrition against the What Works Clearinghouse boundary."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np

from assessments.arms import ArmCounts

Column = Literal["cautious", "optimistic"]

# Counts give shares with rounding in the last binary digit; a difference that stands exactly on
# the boundary must still count as within it.
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Attrition:
    """Learners lost between enrolment and analysis, in percent and percent points.

    `boundary` is the largest tolerable difference between the arms at this overall attrition, or
    None where the table tolerates none; `overall` and `differential` are None when an arm is empty.
    """

    enrolled: ArmCounts
    analysed: ArmCounts
    overall: float | None
    differential: float | None
    boundary: float | None
    within: bool


@cache
def _boundary_table() -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """The table's columns: overall attrition, cautious and optimistic boundary (all percent)."""
    # Standards Handbook version 4.0, What Works Clearinghouse 2017, table II.1.
    source = files("assessments").joinpath("wwc_attrition_boundary.csv")
    rows = [
        row for row in source.read_text(encoding="utf-8").splitlines() if not row.startswith("#")
    ]
    records = list(csv.DictReader(rows))
    return (
        tuple(float(row["overall_pct"]) for row in records),
        tuple(float(row["cautious_max_diff_pct"]) for row in records),
        tuple(float(row["optimistic_max_diff_pct"]) for row in records),
    )


def attrition_boundary(overall: float, *, column: Column = "cautious") -> float | None:
    """Largest tolerable differential attrition at an overall attrition, both in percent.

    Between the table's whole percents the boundary runs in a straight line; beyond its last row
    nothing is tolerable and the answer is None.

    Notes
    -----
    What Works Clearinghouse, Standards Handbook version 4.0 (2017), table II.1. The cautious
    column assumes that leaving is related to the outcome.
    """
    share, cautious, optimistic = _boundary_table()
    if overall > share[-1] + _TOLERANCE:
        return None
    bounds = cautious if column == "cautious" else optimistic
    return float(np.interp(overall, share, bounds))


def measure_attrition(
    *, enrolled: ArmCounts, analysed: ArmCounts, column: Column = "cautious"
) -> Attrition:
    """Overall and differential attrition of two arms, held against the boundary table.

    Raises
    ------
    ValueError
        If more learners were analysed than enrolled.
    """
    if analysed.structured > enrolled.structured or (
        analysed.self_directed > enrolled.self_directed
    ):
        raise ValueError("An arm has more analysed than enrolled learners; count each learner once")
    if enrolled.smaller == 0:
        return Attrition(
            enrolled=enrolled,
            analysed=analysed,
            overall=None,
            differential=None,
            boundary=None,
            within=False,
        )
    overall = 100 * (1 - analysed.total / enrolled.total)
    differential = 100 * abs(
        analysed.structured / enrolled.structured - analysed.self_directed / enrolled.self_directed
    )
    boundary = attrition_boundary(overall, column=column)
    return Attrition(
        enrolled=enrolled,
        analysed=analysed,
        overall=overall,
        differential=differential,
        boundary=boundary,
        within=boundary is not None and differential <= boundary + _TOLERANCE,
    )
