"""Programs about to start: what they are for, and by which frozen plan they will be analysed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from db import Connection
from db.commands.program_plans import freeze_plan as freeze_row
from db.commands.program_plans import insert_plan, update_plan
from db.queries.people import select_roots, select_subtree
from db.queries.program_plans import (
    OccasionRow,
    PlanRow,
    find_plan,
    has_results,
    select_cohorts,
    select_program_occasions,
    select_program_tracks,
    select_program_units,
)
from db.queries.programs import ProgramRow, select_programs
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.computing import TARGETS
from portal.services.draws import Unit
from portal.services.evidence import record_deed
from portal.services.programs import Design, NewProgram, Window, insert_whole_program

COVARIATES = ("role", "tenure")
BASELINE_DAYS = 30  # the first check lies at most so many days before the start
MARGIN_DAYS = 30  # later checks may be taken so many days before or after their date
END_DAYS = 14  # the last check of the program itself stays open so long
SHORTEST, LONGEST = 4, 52  # weeks of a program
WAVES = (2, 3)
# Waves start where the checks of everybody lie: at the end, three and six months later.
QUARTER = timedelta(days=91)


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """By what a program will be analysed: the skill and occasion that decide, and what is known."""

    skill: str
    occasion: str
    covariates: tuple[str, ...]
    unit: Unit


@dataclass(frozen=True, slots=True)
class Wish:
    """What a program lead asks for; `waves` counts for drawn waves only."""

    name: str
    tracks: tuple[str, ...]
    team_ids: tuple[int, ...]
    design: Design
    starts_on: date
    weeks: int
    plan: AnalysisPlan
    waves: int = 3


@dataclass(frozen=True, slots=True)
class PlannedProgram:
    """A program with its plan, as its lead sees it; `starts` has one day for each wave."""

    program: ProgramRow
    tracks: tuple[str, ...]
    team_ids: tuple[int, ...]
    starts: tuple[date, ...]
    occasions: tuple[OccasionRow, ...]
    plan: PlanRow


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit that a program may be for."""

    id: int
    name: str
    depth: int


def windows_of(starts_on: date, *, weeks: int, waves: bool) -> tuple[Window, ...]:
    """Return when everybody is checked: before the start, at the end, and three and six months on.

    Where waves start one after the other, all are checked together, a quarter of a year apart, and
    each wave starts once a check has closed.
    """
    end = starts_on + (QUARTER if waves else timedelta(weeks=weeks))
    # The windows of waves must not reach into the next wave: they close before it starts.
    before = END_DAYS if waves else 0
    after = -1 if waves else END_DAYS
    margin = (END_DAYS, -1) if waves else (MARGIN_DAYS, MARGIN_DAYS)
    windows = [
        Window(
            "baseline", starts_on - timedelta(days=BASELINE_DAYS), starts_on - timedelta(days=1)
        ),
        Window("end", end - timedelta(days=before), end + timedelta(days=after)),
    ]
    for number, kind in enumerate(("plus3", "plus6"), 1):
        day = end + number * QUARTER
        opens = day - timedelta(days=margin[0])
        windows.append(Window(kind, opens, day + timedelta(days=margin[1])))
    return tuple(windows)


def starts_of(starts_on: date, *, waves: int) -> tuple[date, ...]:
    """Return the first day of each wave."""
    return tuple(starts_on + number * QUARTER for number in range(waves))


def read_unit_choices(store: Store, *, viewer: Viewer, now: datetime) -> tuple[UnitChoice, ...]:
    """Return every unit that a program may be for, from the top down."""
    access.require(viewer, "run programs")

    def read(connection: Connection) -> tuple[UnitChoice, ...]:
        roots = select_roots(connection, on=now.date())
        rows = select_subtree(connection, roots, on=now.date())
        return tuple(UnitChoice(row.id, row.name, row.depth) for row in rows)

    return store.read(read)


def plan_program(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, wish: Wish, now: datetime
) -> int:
    """Set a program up with a plan that can still be changed; return its id.

    Raises
    ------
    Refused
        Naming the first thing in the wish that does not hold.
    """
    access.require(viewer, "run programs")
    _check_wish(catalogue, wish, now=now)
    known = {unit.id for unit in read_unit_choices(store, viewer=viewer, now=now)}
    if not wish.team_ids or not set(wish.team_ids) <= known:
        raise Refused("Choose the units whose people take part.")
    # The occasions check the skill of the first track, so the one that decides comes first.
    first = next(one for one in wish.tracks if catalogue.tracks[one].skill == wish.plan.skill)
    waves = wish.design == "wave"
    program = NewProgram(
        name=wish.name.strip(),
        tracks=tuple(dict.fromkeys([first, *wish.tracks])),
        design=wish.design,
        starts=starts_of(wish.starts_on, waves=wish.waves if waves else 1),
        windows=windows_of(wish.starts_on, weeks=wish.weeks, waves=waves),
        team_ids=tuple(sorted(set(wish.team_ids))),
    )

    def create(connection: Connection) -> int:
        if program.name in {one.name for one in select_programs(connection)}:
            raise Refused("There is a program of this name already. Choose another name.")
        started = insert_whole_program(connection, program, viewer=viewer, now=now)
        insert_plan(
            connection,
            program_id=started.program_id,
            **asdict(wish.plan),
            drafted_by=viewer.person_id,
            now=now,
        )
        return started.program_id

    return store.write(create)


def _check_wish(catalogue: Catalogue, wish: Wish, *, now: datetime) -> None:
    if not wish.name.strip() or len(wish.name) > 120:
        raise Refused("Give the program a name of at most 120 letters.")
    if not wish.tracks or not set(wish.tracks) <= set(catalogue.tracks):
        raise Refused("Choose one or more published tracks.")
    skills = {catalogue.tracks[one].skill for one in wish.tracks}
    if wish.plan.skill not in skills or catalogue.check_of(wish.plan.skill) is None:
        raise Refused("Choose a skill that one of the tracks teaches and a check measures.")
    if wish.starts_on < now.date() + timedelta(days=BASELINE_DAYS):
        raise Refused(
            "The first check is open for the {days} days before the start. Choose a start from "
            "{day} on.",
            days=BASELINE_DAYS,
            day=now.date() + timedelta(days=BASELINE_DAYS),
        )
    if wish.design == "wave" and wish.waves not in WAVES:
        raise Refused("Draw two or three waves.")
    if wish.design != "wave" and not SHORTEST <= wish.weeks <= LONGEST:
        raise Refused("A program lasts {least} to {most} weeks.", least=SHORTEST, most=LONGEST)
    _check_plan(wish.plan.occasion, wish.plan.covariates)
    if wish.plan.unit not in {"learner", "team"}:
        raise Refused("Choose whether single people or whole teams get their route.")


def _check_plan(occasion: str, covariates: Sequence[str]) -> None:
    if occasion not in TARGETS:
        raise Refused("Choose the check that decides: at the end, or three or six months later.")
    if not set(covariates) <= set(COVARIATES):
        raise Refused("Choose only what is known of everyone before the start.")


def change_plan(
    store: Store,
    *,
    viewer: Viewer,
    program_id: int,
    occasion: str,
    covariates: Sequence[str],
    now: datetime,
) -> None:
    """Change the plan of a program while it is not frozen.

    Raises
    ------
    Refused
        Once the plan is frozen, with its date.
    """
    access.require(viewer, "run programs")
    _check_plan(occasion, covariates)

    def change(connection: Connection) -> None:
        plan = find_plan(connection, program_id)
        if plan is None:
            raise Refused("There is no such program. Choose one from the list.")
        if plan.frozen_at is not None or not update_plan(
            connection,
            program_id=program_id,
            occasion=occasion,
            covariates=covariates,
            drafted_by=viewer.person_id,
            now=now,
        ):
            raise _frozen(plan)
        record_deed(
            connection,
            viewer=viewer,
            deed="changed an analysis plan",
            object_=f"program:{program_id}",
            payload={"occasion": occasion, "covariates": list(covariates)},
            now=now,
        )

    store.write(change)


def freeze_plan(store: Store, *, viewer: Viewer, program_id: int, now: datetime) -> str:
    """Freeze the plan of a program for good; return its hash, which is audited too.

    Raises
    ------
    Refused
        When it is frozen already, or somebody has a result in the program.
    """
    access.require(viewer, "run programs")

    def freeze(connection: Connection) -> str:
        planned = find_planned(connection, program_id)
        if planned is None:
            raise Refused("There is no such program. Choose one from the list.")
        if planned.plan.frozen_at is not None:
            raise _frozen(planned.plan)
        if has_results(connection, program_id):
            raise Refused("There are results already. A plan made now could follow them.")
        hash_ = plan_hash(planned)
        freeze_row(
            connection,
            program_id=program_id,
            plan_hash=hash_,
            frozen_by=viewer.person_id,
            now=now,
        )
        record_deed(
            connection,
            viewer=viewer,
            deed="froze an analysis plan",
            object_=f"program:{program_id}",
            payload=plan_body(planned) | {"hash": hash_},
            now=now,
        )
        return hash_

    return store.write(freeze)


def _frozen(plan: PlanRow) -> Refused:
    return Refused(
        "This plan was frozen on {day}. It can no longer be changed, so that nobody can choose "
        "the analysis by its result.",
        day=plan.frozen_at,
    )


def plan_body(planned: PlannedProgram) -> dict[str, object]:
    """Return everything that a frozen plan promises."""
    return {
        "program": planned.program.id,
        "design": planned.program.design,
        "tracks": list(planned.tracks),
        "units": list(planned.team_ids),
        "starts": [str(day) for day in planned.starts],
        "checks": [[one.kind, str(one.opens_on), str(one.closes_on)] for one in planned.occasions],
        "skill": planned.plan.skill,
        "occasion": planned.plan.occasion,
        "covariates": list(planned.plan.covariates),
        "unit": planned.plan.unit,
    }


def plan_hash(planned: PlannedProgram) -> str:
    """Return the SHA-256 of what a plan promises."""
    text = json.dumps(plan_body(planned), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def is_kept(planned: PlannedProgram) -> bool:
    """Whether a program is still what its frozen plan promised."""
    return plan_hash(planned) == planned.plan.plan_hash


def read_planned(
    store: Store, *, viewer: Viewer, deed: access.Deed = "run programs"
) -> tuple[PlannedProgram, ...]:
    """Return every program that has a plan, newest start first."""
    access.require(viewer, deed)

    def read(connection: Connection) -> tuple[PlannedProgram, ...]:
        found = (find_planned(connection, one.id) for one in select_programs(connection))
        return tuple(one for one in found if one is not None)

    return store.read(read)


def require_planned(connection: Connection, program_id: int) -> PlannedProgram:
    """Return a program with its plan, or refuse as if it did not exist."""
    planned = find_planned(connection, program_id)
    if planned is None:
        raise Refused("There is no such program. Choose one from the list.")
    return planned


def skills_of(tracks: Sequence[str], *, catalogue: Catalogue) -> frozenset[str]:
    """Return the skills that these tracks measure."""
    known: Mapping[str, str | None] = {
        id_: catalogue.tracks[id_].skill for id_ in tracks if id_ in catalogue.tracks
    }
    return frozenset(skill for skill in known.values() if skill is not None)


def find_planned(connection: Connection, program_id: int) -> PlannedProgram | None:
    """Return a program with its plan, or None where either is missing."""
    plan = find_plan(connection, program_id)
    row = next((one for one in select_programs(connection) if one.id == program_id), None)
    if plan is None or row is None:
        return None
    starts = {cohort.starts_on for cohort in select_cohorts(connection, program_id)}
    return PlannedProgram(
        program=row,
        tracks=select_program_tracks(connection, program_id),
        team_ids=select_program_units(connection, program_id),
        starts=tuple(sorted(starts)),
        occasions=select_program_occasions(connection, program_id),
        plan=plan,
    )
