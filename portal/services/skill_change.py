"""Whether a person's skill changed between two checks: beyond measurement error, or how likely."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from assessments.irt import expected_reliability
from db import Connection
from db.queries.calibrations import find_calibration_by_id
from db.queries.learning import ResultRow, select_results
from db.queries.scoring import find_standing, select_given
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.learning import ReadItem
from portal.services.scoring import parameters_of

# Below it a form says too little of one person's growth; twelve items reach about .70.
MIN_RELIABILITY = 0.70
# A change of this probability or more lies outside the central 95 % of the error.
BEYOND_ERROR = 0.975
# The result page and this one read topics alike: below half is something to work on.
WORK_ON = 0.5

Verdict = Literal["rose", "fell", "within error", "too rough"]


@dataclass(frozen=True, slots=True)
class Change:
    """What two checks of one person say together.

    `reliability` is what the weaker form promises; where it is too low, `rise`, the probability
    that true skill rose, is None and the verdict `too rough`.
    """

    before: ResultRow
    after: ResultRow
    verdict: Verdict
    rise: float | None
    reliability: float


def judge_change(before: ResultRow, after: ResultRow, *, reliability: float) -> Change:
    """Say what two estimates allow to say, given what the weaker of the two forms can tell."""
    if reliability < MIN_RELIABILITY:
        return Change(before, after, "too rough", None, reliability)
    rise = probability_of_rise(before, after)
    verdict: Verdict = "within error"
    if rise >= BEYOND_ERROR:
        verdict = "rose"
    elif rise <= 1 - BEYOND_ERROR:
        verdict = "fell"
    return Change(before, after, verdict, rise, reliability)


def probability_of_rise(before: ResultRow, after: ResultRow) -> float:
    """Return how probable it is that true skill rose between two checks.

    The difference of two Warm estimates is normal with variance se₁² + se₂²; with a flat prior
    on the change, P(rise) = Φ(Δ / √(se₁² + se₂²)).
    """
    spread = (before.se**2 + after.se**2) ** 0.5
    return NormalDist().cdf((after.theta - before.theta) / spread)


def gained_cells(before: ResultRow, after: ResultRow) -> tuple[str, ...]:
    """Return the topics to work on in the first of two checks that went well in the second."""
    return tuple(
        cell
        for cell, (right, asked) in after.cells.items()
        if not _is_low(right, asked) and cell in before.cells and _is_low(*before.cells[cell])
    )


def _is_low(right: int, asked: int) -> bool:
    return right / asked < WORK_ON


def read_changes(store: Store, *, viewer: Viewer, read_item: ReadItem) -> Mapping[str, Change]:
    """Return the change from first to latest check, by skill, of skills checked more than once."""
    access.require(viewer, "see own record")

    def read(connection: Connection) -> dict[str, Change]:
        checks: dict[str, list[ResultRow]] = {}
        for row in select_results(connection, viewer.person_id):
            checks.setdefault(row.skill, []).append(row)
        return {
            skill: read_change(connection, rows[0], rows[-1], read_item=read_item)
            for skill, rows in checks.items()
            if len(rows) > 1
        }

    return store.read(read)


def read_change(
    connection: Connection, before: ResultRow, after: ResultRow, *, read_item: ReadItem
) -> Change:
    """Judge the change between two checks by what their forms promise, in the caller's read."""
    reliability = min(
        _form_reliability(connection, row.attempt_id, read_item=read_item)
        for row in (before, after)
    )
    return judge_change(before, after, reliability=reliability)


def _form_reliability(connection: Connection, attempt_id: int, *, read_item: ReadItem) -> float:
    """Return what the questions that count promise, by the parameters they were scored with."""
    result = find_standing(connection, attempt_id=attempt_id)
    calibration = find_calibration_by_id(connection, result.calibration_id) if result else None
    if result is None or calibration is None:
        return 0.0
    given = select_given(connection, [attempt_id])[attempt_id]
    counted = [
        row.revision_id
        for row in given
        if result.keys.get(str(row.position), row.revision_id) is not None
    ]
    known = parameters_of(calibration)
    a, b = known.slopes(read_item(revision_id).id for revision_id in counted)
    return expected_reliability(a, b=b)
