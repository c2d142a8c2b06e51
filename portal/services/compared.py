"""What a comparison may show of itself: routes over time, team slopes, and what would be fair."""

import hashlib
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import pandas as pd

from assessments.arms import ArmCounts
from assessments.attrition import Attrition
from assessments.baseline import TOO_FAR
from assessments.compare import Comparison
from assessments.verdicts import MIN_LEARNERS
from portal.services.computing import CurvePoint, Measured, measure
from portal.services.disclosure import Floor
from portal.services.reporting import GROWTH_COLUMNS
from portal.services.shares import MIN_SHARE
from portal.text import _


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth of one team in points a month, drawn towards its route's mean, with 95 % limits."""

    team: str
    learners: int
    slope: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A verdict with the figures that may stand beside it.

    `routes` has the columns `reporting.GROWTH_COLUMNS`, `low` and `high` missing where nothing says
    how sure a mean is. `slopes` stand in the order of the
    alphabet; `hidden_teams` counts those that are too small to show. `months` is the time of the
    target after the start. `teams` counts the starting teams, and `detectable` is the smallest
    effect (SD) that drawing them by lot could find.
    """

    comparison: Comparison
    months: float | None
    routes: pd.DataFrame
    slopes: tuple[Slope, ...]
    hidden_teams: int
    teams: int
    detectable: float | None


def describe_compared(
    comparison: Comparison,
    *,
    rows: pd.DataFrame,
    months: float | None,
    team_names: Mapping[str, str],
    own_teams: Set[str] | None,
    floor: Floor,
) -> Compared:
    """Put beside a verdict what may be shown of the rows it rests on.

    `rows` are as `assessments.compare.compare_arms` takes them, one skill; the rest is as for
    `describe_measured`.
    """
    return describe_measured(
        measure(comparison, rows=rows, months=months),
        team_names=team_names,
        own_teams=own_teams,
        floor=floor,
    )


def describe_measured(
    measured: Measured,
    *,
    team_names: Mapping[str, str],
    own_teams: Set[str] | None,
    floor: Floor,
    alone: bool = True,
) -> Compared:
    """Return of a comparison what may be shown.

    Parameters
    ----------
    team_names
        Name by team id; a team without one is shown by its id.
    own_teams
        The teams whose slopes the viewer may see; None for all. Who sees teams of the own line
        sees their growth too, so that less may be shown beside it: see `overlap`.
    alone
        Whether no other program measures this skill.
    """
    comparison = measured.comparison
    beside_teams = own_teams is not None
    if beside_teams and not (alone and (measured.rest is None or measured.rest >= floor.mean)):
        comparison = _without_sums(comparison)
    slopes, hidden = _slopes(comparison, names=team_names, own=own_teams, floor=floor)
    return Compared(
        comparison=_without_small_groups(comparison, floor=floor),
        months=measured.months,
        routes=_routes(measured.curves, floor=floor, hide=beside_teams and not alone),
        slopes=slopes,
        hidden_teams=hidden,
        teams=measured.teams,
        detectable=measured.detectable,
    )


def fingerprint_of(compared: Compared) -> str:
    """Return what is the same for two comparisons only if all that may be shown of them is."""
    routes = compared.routes.to_dict("list")
    said = (replace(compared, routes=pd.DataFrame()), routes)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def worst_start(comparison: Comparison) -> tuple[tuple[str, float], ...]:
    """Return the covariates that started too far apart, with their difference in SD."""
    return tuple((one.covariate, one.g) for one in comparison.baseline if abs(one.g) > TOO_FAR)


def _slopes(
    comparison: Comparison,
    *,
    names: Mapping[str, str],
    own: Set[str] | None,
    floor: Floor,
) -> tuple[tuple[Slope, ...], int]:
    """Return the slopes of teams that enough learners stand behind, by name."""
    model = comparison.growth
    found = [
        one
        for one in (model.team_slopes if model is not None else ())
        if own is None or str(one.team) in own
    ]
    small = [one for one in found if one.learners < floor.change]
    large = sorted(
        (one for one in found if one.learners >= floor.change), key=lambda one: -one.learners
    )
    # Together with the curve of the whole route, the last hidden team could nearly be worked out.
    while large and small and sum(one.learners for one in small) < floor.change:
        small.append(large.pop())
    shown = [
        Slope(names.get(str(one.team), str(one.team)), one.learners, one.slope, one.low, one.high)
        for one in large
    ]
    return tuple(sorted(shown, key=lambda one: one.team.casefold())), len(small)


def _without_small_groups(comparison: Comparison, *, floor: Floor) -> Comparison:
    """Take away every figure that would speak of too few learners."""
    enrolled = comparison.attrition.enrolled
    kept = comparison
    if enrolled.total < MIN_SHARE:
        kept = replace(kept, attrition=_no_shares(enrolled))
    if comparison.learners.smaller < floor.change:
        kept = replace(kept, baseline=())
    if comparison.learners.smaller < floor.mean:
        sentence = _(
            "Not enough data to compare yet (needs at least {n} learners with both scores on each "
            "route)."
        ).format(n=MIN_LEARNERS)
        kept = replace(kept, sentence=sentence, warnings=())
    return kept


def _no_shares(enrolled: ArmCounts) -> Attrition:
    return Attrition(
        enrolled=enrolled,
        analysed=ArmCounts(structured=0, self_directed=0),
        overall=None,
        differential=None,
        boundary=None,
        within=False,
    )


def _without_sums(comparison: Comparison) -> Comparison:
    """Take away what is a sum of scores over those analysed."""
    warning = _(
        "the gain and the difference at the start are not shown: together with figures of teams "
        "they would tell of a few people"
    )
    return replace(comparison, baseline=(), gain=None, warnings=(*comparison.warnings, warning))


def _routes(curves: Sequence[CurvePoint], *, floor: Floor, hide: bool) -> pd.DataFrame:
    """Return the mean of each route at each occasion with its 95 % limits, or that it is hidden.

    A route that is too small takes the other one with it: both together are known from teams.
    """
    small = {point.occasion for point in curves if point.learners < floor.mean}
    shown = []
    for point in curves:
        hidden = hide or point.occasion in small
        limits = (None, None) if math.isnan(point.low) else (point.low, point.high)
        figures = (None, None, None, None) if hidden else (point.learners, point.mean, *limits)
        shown.append((0, "", point.arm, point.occasion, *figures, hidden))
    return pd.DataFrame(shown, columns=list(GROWTH_COLUMNS))
