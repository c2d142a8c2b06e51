"""One group of people, four ways of giving routes: what each of them could find out."""

import math
from dataclasses import dataclass
from typing import Literal

from assessments.power import ProgramDesign, smallest_detectable_effect, smallest_effect
from assessments.verdicts import MIN_LEARNERS, MIN_TEAMS

WayOfGiving = Literal["learners drawn", "teams drawn", "waves drawn", "chosen"]

# What is assumed until enough was measured: a check of twelve items, and teams as teams are.
ASSUMED_RELIABILITY, ASSUMED_TEAM_SHARE = 0.70, 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The people of a planned program: how many, in how many teams, and how they are measured.

    `team_share` is the share of the scores' variance between teams. `reliability` is that of a
    score; it is taken for the correlation of two checks, so people and teams are thought to keep
    their order of true skill meanwhile. `waves` counts drawn waves.
    """

    learners: int
    teams: int
    team_share: float
    reliability: float
    waves: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """Smallest effect (SD) a way of giving routes could find in four of five cases.

    None where the group is too small for any answer.
    """

    way: WayOfGiving
    effect_sd: float | None


def detectable_effects(group: Group) -> tuple[Detectable, ...]:
    """What each way of giving routes could detect with these people, 80 % power.

    Notes
    -----
    Teams drawn: Bloom (2005), Learning More from Social Experiments, chapter 4, with one slope for
    the first score between and within teams, as the analysis has it. That slope is the reliability,
    so of a difference of true skill between teams 1 - reliability is left. Learners drawn
    within teams: the same without the variance between teams, with the teams as clusters (Dong and
    Maynard 2013, blocked individual assignment). Waves: the mean effect at the first check after
    the start, from changes of score; the contrasts of neighbouring waves share learners, whose
    errors cancel, so their variances add up. Chosen: the widest of the intervals that the verdict
    takes together, that of the gain, so at best this.
    """
    found: dict[WayOfGiving, float | None] = {
        "learners drawn": _learners_drawn(group),
        "teams drawn": _teams_drawn(group),
        "waves drawn": _waves_drawn(group),
        "chosen": _chosen(group),
    }
    return tuple(Detectable(way=way, effect_sd=effect) for way, effect in found.items())


def _explained_within(group: Group) -> float:
    """Share of the variance within teams that the first score explains: errors all lie within."""
    true = max(group.reliability - group.team_share, 0.0)
    return (true / (1 - group.team_share)) ** 2


def _enough(*, learners: float, teams: float) -> bool:
    """Whether the smaller side has what the verdict asks for."""
    return learners >= MIN_LEARNERS and teams >= MIN_TEAMS


def _learners_drawn(group: Group) -> float | None:
    if not _enough(learners=group.learners // 2, teams=group.teams):
        return None
    variance = (1 - group.team_share) * (1 - _explained_within(group))
    return smallest_effect(math.sqrt(4 * variance / group.learners), df=group.teams - 1)


def _teams_drawn(group: Group) -> float | None:
    if not _enough(learners=group.learners // 2, teams=group.teams // 2):
        return None
    return smallest_detectable_effect(teams_design(group))


def teams_design(group: Group) -> ProgramDesign:
    """What whole teams drawn by lot come to, half of them on each route."""
    return ProgramDesign(
        teams=group.teams,
        learners_per_team=group.learners / group.teams,
        team_share=group.team_share,
        explained_between=1 - (1 - group.reliability) ** 2,
        explained_within=_explained_within(group),
    )


def _waves_drawn(group: Group) -> float | None:
    if not _enough(learners=group.learners // group.waves, teams=group.teams):
        return None
    return smallest_effect(waves_error(group), df=group.teams - 2)


def waves_error(group: Group) -> float:
    """Standard error (SD) of the mean effect at the first check after the start of each wave."""
    change = 2 * (1 - group.reliability)
    contrasts = group.waves - 1
    size = group.learners / group.waves
    # The last wave has nobody left to be compared with; the one before has one wave, and so on.
    variances = [change / size * (1 + 1 / later) for later in range(1, group.waves)]
    return math.sqrt(sum(variances)) / contrasts


def _chosen(group: Group) -> float | None:
    if not _enough(learners=group.learners // 2, teams=group.teams):
        return None
    variance = max(2 * (1 - group.reliability), 1 - group.reliability**2)
    return smallest_effect(math.sqrt(4 * variance / group.learners), df=group.teams - 1)
