"""Routes and waves drawn by lot: once, on record, and run again by whoever doubts it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from db import Connection
from db.commands.program_plans import lock_program
from db.commands.programs import insert_lottery
from db.queries.people import select_path
from db.queries.program_plans import (
    CohortRow,
    EnrolledRow,
    InvitedRow,
    find_lottery,
    select_cohorts,
    select_enrolled,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.draws import ARMS, METHODS, Candidate, Place, Unit, draw_groups, list_hash
from portal.services.enrolling import enrol, known_of
from portal.services.evidence import record_deed
from portal.services.inviting import Invited, arm_word, given_in, invited_now, require_open
from portal.services.planning import PlannedProgram, require_planned

BY_TEAM = frozenset({METHODS["team", False], METHODS["team", True]})
IN_WAVES = frozenset({METHODS["learner", True], METHODS["team", True]})


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw as it stands on record; `groups` counts people by route or wave."""

    seed: int
    drawn_at: datetime
    method: str
    groups: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Again:
    """A draw run again from its record: whether list and hash come out as they stand there."""

    people: int
    same_list: bool
    same_hash: bool
    seed: int
    list_hash: str


def read_invited(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, program_id: int, now: datetime
) -> Invited:
    """Return the people a program is for, without those in another one on the same skill."""
    access.require(viewer, "run programs")
    return store.read(
        lambda connection: invited_now(
            connection,
            require_planned(connection, program_id),
            catalogue=catalogue,
            on=now.date(),
        )
    )


def find_drawn(store: Store, *, viewer: Viewer, program_id: int) -> Drawn | None:
    """Return the draw of a program, or None while nothing was drawn."""
    access.require(viewer, "run programs")

    def read(connection: Connection) -> Drawn | None:
        lottery = find_lottery(connection, program_id)
        if lottery is None:
            return None
        names = {one.id: one.name for one in select_cohorts(connection, program_id)}
        counts = dict.fromkeys(names.values(), 0)
        for row in select_enrolled(connection, program_id):
            counts[names[row.cohort_id]] += 1
        return Drawn(lottery.seed, lottery.drawn_at, lottery.method, counts)

    return store.read(read)


def draw_program(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    program_id: int,
    seed: int,
    now: datetime,
) -> int:
    """Draw routes or waves for everybody a program is for, once; return how many have a place.

    Raises
    ------
    Refused
        Without a frozen plan, after the start, a second time, or with nobody to draw.
    """
    access.require(viewer, "run programs")

    def draw(connection: Connection) -> int:
        lock_program(connection, require_planned(connection, program_id).program.id)
        planned = require_planned(connection, program_id)
        if planned.program.design not in {"lottery", "wave"}:
            raise Refused("In this program people are not drawn. Their choices count.")
        require_open(planned, on=now.date())
        if find_lottery(connection, program_id) is not None:
            raise Refused("Places were drawn before. A draw counts once; run it again to compare.")
        invited = invited_now(connection, planned, catalogue=catalogue, on=now.date())
        cohorts = select_cohorts(connection, program_id)
        unit: Unit = "team" if planned.plan.unit == "team" else "learner"
        candidates = _candidates(connection, invited.people, unit=unit, on=now.date())
        groups = draw_groups(candidates, unit=unit, groups=len(cohorts), seed=seed)
        if len(set(groups.values())) < len(cohorts):
            raise Refused("There are too few people or teams to fill every group of the draw.")
        _keep_draw(connection, planned, groups, unit=unit, seed=seed, viewer=viewer, now=now)
        strata = {one.learner_id: one.stratum for one in candidates}
        for row in invited.people:
            given = given_in(planned, _in_order(cohorts)[groups[row.learner_id]], viewer.person_id)
            known = known_of(row, on=now.date(), strata=strata)
            place = Place(row.learner_id, row.team_id)
            enrol(connection, place, given=given, known=known, now=now)
        return len(groups)

    return store.write(draw)


def run_draw_again(store: Store, *, viewer: Viewer, program_id: int) -> Again:
    """Draw once more from seed and list on record, and compare with the places that stand.

    Raises
    ------
    Refused
        When nothing was drawn.
    """
    access.require(viewer, "run programs")

    def run(connection: Connection) -> Again:
        lottery = find_lottery(connection, program_id)
        if lottery is None:
            raise Refused("Nothing was drawn in this program yet.")
        cohorts = _in_order(select_cohorts(connection, program_id))
        rows = [
            row
            for row in select_enrolled(connection, program_id)
            if row.assigned_by in {"lottery", "wave"}
        ]
        unit: Unit = "team" if lottery.method in BY_TEAM else "learner"
        groups = draw_groups(
            [_as_candidate(row) for row in rows],
            unit=unit,
            groups=len(cohorts),
            seed=lottery.seed,
        )
        stands = {row.learner_id: row.cohort_id for row in rows}
        found = {learner: cohorts[group].id for learner, group in groups.items()}
        hash_ = list_hash(_labels(groups, waves=lottery.method in IN_WAVES))
        return Again(
            people=len(rows),
            same_list=found == stands,
            same_hash=hash_ == lottery.list_hash,
            seed=lottery.seed,
            list_hash=hash_,
        )

    return store.read(run)


def _candidates(
    connection: Connection, people: Sequence[InvitedRow], *, unit: Unit, on: date
) -> list[Candidate]:
    """Return the list of a draw: individuals within their team, or teams within the unit above."""
    if unit == "learner":
        return [Candidate(one.learner_id, one.team_id, str(one.team_id)) for one in people]
    above: dict[int, str] = {}
    for team_id in {one.team_id for one in people}:
        path = select_path(connection, team_id, on=on)
        above[team_id] = f"unit {path[-2]}" if len(path) > 1 else "top"
    return [Candidate(one.learner_id, one.team_id, above[one.team_id]) for one in people]


def _as_candidate(row: EnrolledRow) -> Candidate:
    # Draws from before strata were kept were all made within teams.
    stratum = str(row.team_id) if row.stratum is None else row.stratum
    return Candidate(row.learner_id, row.team_id, stratum)


def _in_order(cohorts: Sequence[CohortRow]) -> list[CohortRow]:
    """Return the cohorts in the order in which a draw numbers its groups."""
    return sorted(cohorts, key=lambda one: (one.starts_on, ARMS.index(arm_word(one.arm)), one.id))


def _labels(groups: Mapping[int, int], *, waves: bool) -> dict[int, str]:
    """Return what stands in the drawn list: the route, or the number of the wave."""
    return {
        learner: f"wave {group + 1}" if waves else ARMS[group] for learner, group in groups.items()
    }


def _keep_draw(
    connection: Connection,
    planned: PlannedProgram,
    groups: Mapping[int, int],
    *,
    unit: Unit,
    seed: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    waves = planned.program.design == "wave"
    hash_ = list_hash(_labels(groups, waves=waves))
    insert_lottery(
        connection,
        program_id=planned.program.id,
        seed=seed,
        method=METHODS[unit, waves],
        list_hash=hash_,
        drawn_by=viewer.person_id,
        now=now,
    )
    record_deed(
        connection,
        viewer=viewer,
        deed="drew waves by lot" if waves else "drew places by lot",
        object_=f"program:{planned.program.id}",
        payload={"seed": seed, "people": len(groups), "list": hash_},
        now=now,
    )
