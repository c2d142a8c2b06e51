"""Programs compared: structured against self-directed learning, and what may be claimed."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from assessments.compare import Comparison, compare_arms
from db import Connection
from db.queries.growth import select_managed
from db.queries.people import select_subtree
from db.queries.programs import (
    ProgramRow,
    select_occasion_months,
    select_programs,
    select_programs_of_teams,
    select_scores,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.disclosure import Floor
from portal.services.reporting import GROWTH_COLUMNS, Z95

TARGETS = ("end", "plus3", "plus6")


@dataclass(frozen=True, slots=True)
class ComparedProgram:
    """A program with its verdict. `routes` has the columns `reporting.GROWTH_COLUMNS`.

    `comparison` is None when nobody has taken a check after the start.
    """

    program: ProgramRow
    targets: tuple[str, ...]
    comparison: Comparison | None
    routes: pd.DataFrame


def read_programs(store: Store, *, viewer: Viewer, now: datetime) -> tuple[ProgramRow, ...]:
    """Return the programs the viewer may see: all, or those the own line takes part in."""
    access.require(viewer, "compare programs")

    def read(connection: Connection) -> tuple[ProgramRow, ...]:
        programs = tuple(
            sorted(
                select_programs(connection),
                key=lambda one: (not one.drawn, one.starts_on, one.name),
            )
        )
        if viewer.roles & {"author", "program_lead", "sponsor"}:
            return programs
        led = select_managed(connection, viewer.person_id, now.date())
        below = select_subtree(connection, led, on=now.date()) if led else ()
        mine = select_programs_of_teams(connection, tuple(row.id for row in below))
        return tuple(program for program in programs if program.id in mine)

    return store.read(read)


def routes_were_drawn(store: Store, *, viewer: Viewer, catalogue: Catalogue, skill: str) -> bool:
    """Say whether every program that measures a skill drew its places by lot.

    Only then may both routes stand in one picture on a page that states no verdict.
    """
    access.require(viewer, "compare programs")
    programs = store.read(select_programs)
    measured = [
        program
        for program in programs
        if program.track_id in catalogue.tracks
        and catalogue.tracks[program.track_id].skill == skill
    ]
    return bool(measured) and all(program.drawn for program in measured)


def compare_program(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    program_id: int,
    target: str,
    min_group: int,
    now: datetime,
) -> ComparedProgram:
    """Compare the routes of a program at an occasion, on the skill of its track.

    Scores are on the scale 500 + 100 θ. The design counts as randomised only when the draw is on
    record.

    Raises
    ------
    Refused
        When the viewer may not see this program, or its track measures no skill.
    """
    programs = {one.id: one for one in read_programs(store, viewer=viewer, now=now)}
    if program_id not in programs:
        raise Refused("Your line takes no part in this program. Choose one from the list.")
    program = programs[program_id]
    track = catalogue.tracks.get(program.track_id)
    if track is None or track.skill is None:
        raise Refused("The track of this program measures no skill yet.")
    skill = track.skill

    def read(connection: Connection) -> tuple[pd.DataFrame, dict[str, float]]:
        return (
            select_scores(connection, program_id, skill=skill),
            select_occasion_months(connection, program_id),
        )

    scores, months = store.read(read)
    measured = scores.dropna(subset=["score"])
    targets = tuple(one for one in TARGETS if one in set(measured["occasion"]))
    chosen = target if target in targets else next(iter(targets), "")
    return ComparedProgram(
        program=program,
        targets=targets,
        comparison=_compare(program, skill, scores, months, target=chosen) if chosen else None,
        routes=_routes(measured, floor=Floor.of(min_group)),
    )


def _compare(
    program: ProgramRow,
    skill: str,
    scores: pd.DataFrame,
    months: dict[str, float],
    *,
    target: str,
) -> Comparison:
    everyone = scores.drop_duplicates("learner_id")
    measured = scores.dropna(subset=["score"])
    rows = pd.DataFrame(
        {
            "learner": measured["learner_id"].astype(str),
            "team": measured["team_id"].astype("Int64").astype(str),
            "cohort": program.name,
            "arm": measured["arm"],
            "skill": skill,
            "occasion": measured["occasion"],
            "time": measured["occasion"].map(months),
            "score": 500 + 100 * measured["score"].astype(float),
            "se": 100 * measured["se"].astype(float),
            "stratum": measured["team_id"].astype("Int64").astype(str),
        }
    )
    enrolled = pd.DataFrame(
        {"learner": everyone["learner_id"].astype(str), "arm": everyone["arm"], "skill": skill}
    )
    return compare_arms(
        rows,
        design="randomised" if program.drawn else "self_selected",
        target=target,
        enrolled=enrolled,
    )[0]


def _routes(measured: pd.DataFrame, *, floor: Floor) -> pd.DataFrame:
    """Return the mean of each route at each occasion with its 95 % limits, or that it is hidden."""
    rows = []
    for (arm, occasion), group in measured.groupby(["arm", "occasion"]):
        n, score = len(group), 500 + 100 * group["score"].astype(float)
        hidden = n < floor.mean
        half = Z95 * float(score.std(ddof=1)) / n**0.5 if n > 1 else 0.0
        mean = float(score.mean())
        figures = (None, None, None, None) if hidden else (n, mean, mean - half, mean + half)
        rows.append((0, "", arm, occasion, *figures, hidden))
    return pd.DataFrame(rows, columns=list(GROWTH_COLUMNS))
