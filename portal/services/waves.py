"""Programs in drawn waves: what the start did, against those who had not started yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from assessments.arms import ARMS, count_by_arm
from assessments.attrition import Attrition, measure_attrition
from assessments.baseline import baseline_differences
from assessments.estimates import reliability_of_scores
from assessments.staggered import (
    EventEffect,
    GroupTimeEffect,
    StaggeredEffects,
    estimate_staggered_effects,
)
from assessments.verdicts import (
    MIN_LEARNERS,
    WITHHELD,
    Comparability,
    Evidence,
    judge_comparability,
)
from db import Connection
from db.queries.program_plans import OccasionRow, select_program_occasions
from db.queries.programs import ProgramRow, select_scores
from db.store import Store
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.comparing import read_programs
from portal.services.computing import skill_of

POINTS = 100.0  # score points per unit of θ


@dataclass(frozen=True, slots=True)
class EventPoint:
    """The mean effect so many checks after the start, in points, with what it rests on.

    `since` 0 is the first check after the start; below zero it must be near nothing.
    """

    since: int
    learners: int
    waiting: int
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WaveStudy:
    """A program in waves with its verdict. Where it is withheld, there are no points.

    `spread` is the standard deviation of the first scores, to say effects in SD; `waves` counts
    the learners enrolled in each wave.
    """

    program: ProgramRow
    verdict: Comparability
    points: tuple[EventPoint, ...]
    attrition: Attrition
    spread: float
    waves: tuple[int, ...]

    @property
    def withheld(self) -> bool:
        """Whether no effect may be shown."""
        return self.verdict in WITHHELD

    @property
    def first(self) -> EventPoint | None:
        """The effect at the first check after the start, or None."""
        return next((one for one in self.points if one.since == 0), None)


def read_wave_study(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, program_id: int, now: datetime
) -> WaveStudy:
    """Estimate what the start of a wave did, from those who had not started yet.

    Raises
    ------
    Refused
        When the viewer may not see this program, or it has no waves.
    """
    programs = {one.id: one for one in read_programs(store, viewer=viewer, now=now)}
    if program_id not in programs:
        raise Refused("Your line takes no part in this program. Choose one from the list.")
    program = programs[program_id]
    skill = skill_of(program, catalogue)
    if program.design != "wave" or skill is None:
        raise Refused("This program has no drawn waves.")

    def read(connection: Connection) -> tuple[pd.DataFrame, tuple[OccasionRow, ...]]:
        return (
            select_scores(connection, program_id, skill=skill),
            select_program_occasions(connection, program_id),
        )

    scores, occasions = store.read(read)
    return study_waves(program, scores=scores, occasions=occasions)


def study_waves(
    program: ProgramRow, *, scores: pd.DataFrame, occasions: Sequence[OccasionRow]
) -> WaveStudy:
    """Judge a program in waves and estimate what its verdict allows.

    Parameters
    ----------
    scores
        As `select_scores` returns them.
    occasions
        The windows of everybody's checks; a wave counts as started at the first one after its day.
    """
    rows = _with_periods(scores, occasions)
    effects = (
        estimate_staggered_effects(rows)
        if rows["score"].notna().any()
        else StaggeredEffects(group_time=(), event_study=())
    )
    contrasts = [one for one in effects.group_time if one.period == one.start]
    evidence = _evidence(program, rows, contrasts)
    verdict = judge_comparability(evidence)
    enrolled = rows.drop_duplicates("learner").groupby("start").size()
    first = rows.loc[rows["period"] == 0, "score"]
    return WaveStudy(
        program=program,
        verdict=verdict,
        points=() if verdict in WITHHELD else _points(effects),
        attrition=evidence.attrition,
        spread=float(first.std(ddof=1)) if first.notna().sum() > 1 else 0.0,
        waves=tuple(int(n) for n in enrolled),
    )


def _with_periods(scores: pd.DataFrame, occasions: Sequence[OccasionRow]) -> pd.DataFrame:
    """Return one row per learner and check: `start` and `period` number the checks from 0."""
    number: Mapping[str, int] = {one.kind: place for place, one in enumerate(occasions)}
    learners = scores.drop_duplicates("learner_id")
    started = {
        day: next((place for place, one in enumerate(occasions) if one.opens_on >= day), None)
        for day in learners["starts_on"].unique()
    }
    people = pd.DataFrame(
        {
            "learner": learners["learner_id"].astype(str),
            "team": learners["team_id"].astype("Int64").astype(str),
            "start": learners["starts_on"].map(started).astype(float),
        }
    )
    # Everyone enrolled has a row for every check that anybody took, so that leaving is seen.
    measured = scores.dropna(subset=["score"])
    periods = sorted({number[one] for one in measured["occasion"]})
    whole = people.merge(pd.DataFrame({"period": periods}, dtype=int), how="cross")
    found = pd.DataFrame(
        {
            "learner": measured["learner_id"].astype(str),
            "period": measured["occasion"].map(number).astype(int),
            "score": 500 + POINTS * measured["score"].astype(float),
            "se": POINTS * measured["se"].astype(float),
        }
    )
    return whole.merge(found, on=["learner", "period"], how="left")


def _evidence(
    program: ProgramRow, rows: pd.DataFrame, contrasts: Sequence[GroupTimeEffect]
) -> Evidence:
    """Return what the verdict looks at: who just started against who had not, check by check."""
    stacked = _stack(rows, [(one.start, one.period) for one in contrasts])
    analysed = stacked.dropna(subset=["baseline", "post"])
    people = analysed.drop_duplicates(["learner", "arm"])
    pairs = analysed[["team", "arm"]].drop_duplicates()
    both = len(analysed) > 2 and set(analysed["arm"]) == set(ARMS)
    return Evidence(
        design="randomised" if program.drawn else "self_selected",
        learners=count_by_arm(people["arm"]),
        teams=count_by_arm(pairs["arm"]),
        reliability=reliability_of_scores(analysed) if both else None,
        attrition=measure_attrition(
            enrolled=count_by_arm(stacked["arm"]), analysed=count_by_arm(analysed["arm"])
        ),
        baseline=baseline_differences(analysed, covariates=("baseline",)) if both else (),
        baseline_share=float(stacked["baseline"].notna().mean()) if len(stacked) else 0.0,
        post_only=False,
        readable=both and bool((analysed["post"] != analysed["post"].iloc[0]).any()),
    )


def _stack(rows: pd.DataFrame, contrasts: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Return a row per learner and contrast: `arm` structured has just started, else not yet."""
    columns = ["learner", "team", "arm", "baseline", "baseline_se", "post", "post_se"]
    parts = []
    people = rows.drop_duplicates("learner").set_index("learner")
    scores = rows.pivot_table(index="learner", columns="period", values="score", dropna=False)
    errors = rows.pivot_table(index="learner", columns="period", values="se", dropna=False)
    for start, period in contrasts:
        involved = people[(people["start"] == start) | ~(people["start"] <= period)]
        part = pd.DataFrame(
            {
                "team": involved["team"],
                "arm": [ARMS[0] if one == start else ARMS[1] for one in involved["start"]],
                "baseline": scores.reindex(involved.index)[start - 1],
                "baseline_se": errors.reindex(involved.index)[start - 1],
                "post": scores.reindex(involved.index)[period],
                "post_se": errors.reindex(involved.index)[period],
            },
            index=involved.index,
        )
        parts.append(part.reset_index())
    return pd.concat(parts) if parts else pd.DataFrame(columns=columns)


def _points(effects: StaggeredEffects) -> tuple[EventPoint, ...]:
    """Return the effects that enough learners stand behind on both sides, in every contrast."""
    shown = []
    for event in effects.event_study:
        parts = [one for one in effects.group_time if one.period - one.start == event.since_start]
        least = min(min(one.learners, one.control_learners) for one in parts)
        if least >= MIN_LEARNERS:
            shown.append(_point(event, waiting=sum(one.control_learners for one in parts)))
    return tuple(shown)


def _point(event: EventEffect, *, waiting: int) -> EventPoint:
    return EventPoint(
        since=event.since_start,
        learners=event.learners,
        waiting=waiting,
        estimate=event.estimate,
        low=event.low,
        high=event.high,
    )
