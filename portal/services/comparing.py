"""Programs compared: structured against self-directed learning, and what may be claimed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from assessments.compare import compare_arms
from db import Connection
from db.queries.growth import select_managed
from db.queries.people import select_subtree
from db.queries.program_plans import find_plan
from db.queries.programs import (
    ProgramRow,
    select_occasion_months,
    select_programs,
    select_programs_of_teams,
    select_scores,
    select_team_names,
)
from db.store import Store
from portal import access
from portal.access import Refused, Role, Viewer
from portal.services.catalogue import Catalogue
from portal.services.compared import Compared, describe_compared
from portal.services.disclosure import Floor

TARGETS = ("end", "plus3", "plus6")
ORGANISATION_ROLES: frozenset[Role] = frozenset({"author", "program_lead", "sponsor"})


@dataclass(frozen=True, slots=True)
class ComparedProgram:
    """A program with its verdict; `compared` is None when nobody was measured after the start."""

    program: ProgramRow
    targets: tuple[str, ...]
    compared: Compared | None


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
        if viewer.roles & ORGANISATION_ROLES:
            return programs
        below = _line(connection, viewer, on=now.date())
        mine = select_programs_of_teams(connection, below)
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

    def read(connection: Connection) -> _Scores:
        scores = select_scores(connection, program_id, skill=skill)
        plan = find_plan(connection, program_id)
        teams = tuple(int(team) for team in scores["team_id"].dropna().unique())
        own = None
        if not viewer.roles & ORGANISATION_ROLES:
            own = frozenset(str(one) for one in _line(connection, viewer, on=now.date()))
        return _Scores(
            scores=scores,
            months=select_occasion_months(connection, program_id),
            covariates=plan.covariates if plan is not None else (),
            names={str(id_): name for id_, name in select_team_names(connection, teams).items()},
            own_teams=own,
        )

    found = store.read(read)
    measured = set(found.scores.dropna(subset=["score"])["occasion"])
    targets = tuple(one for one in TARGETS if one in measured)
    chosen = target if target in targets else next(iter(targets), "")
    return ComparedProgram(
        program=program,
        targets=targets,
        compared=_compare(program, skill, found, target=chosen, floor=Floor.of(min_group))
        if chosen
        else None,
    )


@dataclass(frozen=True, slots=True)
class _Scores:
    """The scores of a program with what is needed to read them."""

    scores: pd.DataFrame
    months: Mapping[str, float]
    covariates: tuple[str, ...]
    names: Mapping[str, str]
    own_teams: frozenset[str] | None


def _line(connection: Connection, viewer: Viewer, *, on: date) -> tuple[int, ...]:
    """Return the units that the viewer leads, with everything below them."""
    led = select_managed(connection, viewer.person_id, on)
    return tuple(row.id for row in select_subtree(connection, led, on=on)) if led else ()


def _compare(
    program: ProgramRow, skill: str, found: _Scores, *, target: str, floor: Floor
) -> Compared:
    everyone = found.scores.drop_duplicates("learner_id")
    measured = found.scores.dropna(subset=["score"])
    rows = pd.DataFrame(
        {
            "learner": measured["learner_id"].astype(str),
            "team": measured["team_id"].astype("Int64").astype(str),
            "cohort": program.name,
            "arm": measured["arm"],
            "skill": skill,
            "occasion": measured["occasion"],
            "time": measured["occasion"].map(found.months),
            "score": 500 + 100 * measured["score"].astype(float),
            "se": 100 * measured["se"].astype(float),
            # Draws from before strata were kept were all made within teams.
            "stratum": measured["stratum"].fillna(measured["team_id"].astype("Int64").astype(str)),
            **{name: measured[name] for name in found.covariates},
        }
    )
    enrolled = pd.DataFrame(
        {"learner": everyone["learner_id"].astype(str), "arm": everyone["arm"], "skill": skill}
    )
    comparison = compare_arms(
        rows,
        design="randomised" if program.drawn else "self_selected",
        target=target,
        covariates=found.covariates,
        strata="stratum" if program.drawn else None,
        enrolled=enrolled,
    )[0]
    return describe_compared(
        comparison,
        rows=rows,
        months=found.months.get(target),
        team_names=found.names,
        own_teams=found.own_teams,
        floor=floor,
    )
