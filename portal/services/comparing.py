"""Programs compared: structured against self-directed learning, and what may be claimed."""

from dataclasses import dataclass
from datetime import date, datetime

from db import Connection
from db.queries.comparisons import (
    ComparisonRow,
    is_measured_alone,
    select_comparisons,
    select_measured_programs,
    select_stamps,
)
from db.queries.growth import select_managed
from db.queries.people import select_subtree
from db.queries.programs import (
    ProgramRow,
    select_programs,
    select_programs_of_teams,
    select_team_names,
)
from db.store import Store
from portal import access
from portal.access import Refused, Role, Viewer
from portal.services.catalogue import Catalogue
from portal.services.compared import Compared, describe_measured
from portal.services.computing import (
    COMPARED_BY,
    KIND,
    TARGETS,
    Measured,
    about_program,
    ask_for_comparison,
    skill_of,
)
from portal.services.disclosure import Floor
from portal.services.jobs import Job, find_work
from portal.services.planning import find_planned, is_kept
from portal.services.stored import from_text

# What a page needs to know of a program.
Program = ProgramRow
ORGANISATION_ROLES: frozenset[Role] = frozenset({"author", "program_lead", "sponsor"})


@dataclass(frozen=True, slots=True)
class Origin:
    """What a stored comparison was computed from, when, and by which code."""

    inputs_hash: str
    code_version: str
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """What the frozen plan of a program lets decide; `kept` until the program is another one."""

    occasion: str
    frozen_at: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class ComparedProgram:
    """A program with its verdict as it was computed.

    `compared` is None when nothing was computed yet: because nobody was measured after the start,
    or because it is being done. Where it is `stale`, there are results that it does not know.
    `job` is the work on it, if it was ever asked for; `promise` is missing without a frozen plan.
    """

    program: ProgramRow
    targets: tuple[str, ...]
    target: str
    compared: Compared | None
    origin: Origin | None
    stale: bool
    job: Job | None
    promise: Promise | None = None


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


def read_programs_of_line(
    store: Store, *, viewer: Viewer, team_id: int, now: datetime
) -> frozenset[int]:
    """Return the programs in which people of a unit, or of units below it, take part.

    Raises
    ------
    Refused
        When the unit is not in the viewer's line.
    """
    access.require(viewer, "compare programs")
    seen = {one.id for one in read_programs(store, viewer=viewer, now=now)}

    def read(connection: Connection) -> frozenset[int]:
        access.require_line(viewer, team_id=team_id, line=_line(connection, viewer, on=now.date()))
        below = select_subtree(connection, [team_id], on=now.date())
        teams = tuple(row.id for row in below)
        return select_programs_of_teams(connection, teams) & frozenset(seen)

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
    """Return the stored comparison of a program at an occasion, on the skill of its track.

    Where none is stored for `target`, the earliest one that is. Nothing is computed here.

    Raises
    ------
    Refused
        When the viewer may not see this program, or its track measures no skill.
    """
    program = _require_program(
        store, viewer=viewer, catalogue=catalogue, program_id=program_id, now=now
    )

    def read(connection: Connection) -> ComparedProgram:
        stored = select_comparisons(connection, program_id)
        targets = tuple(one for one in TARGETS if one in stored)
        chosen = target if target in targets else next(iter(targets), "")
        measured = _decoded(stored.get(chosen))
        stamp = select_stamps(connection, program_id).get(program_id, "")
        fresh = chosen and stored[chosen].stamp == stamp and measured is not None
        return ComparedProgram(
            program=program,
            targets=targets,
            target=chosen,
            compared=_described(
                connection,
                measured,
                program=program,
                viewer=viewer,
                floor=Floor.of(min_group),
                now=now,
            )
            if measured is not None
            else None,
            origin=_origin_of(stored.get(chosen)),
            stale=not fresh and program_id in select_measured_programs(connection),
            job=find_work(connection, kind=KIND, about=about_program(program_id)),
            promise=_promise_of(connection, program_id),
        )

    return store.read(read)


def read_promise(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, program_id: int, now: datetime
) -> Promise | None:
    """Return what the frozen plan of a program lets decide, or None without one.

    Raises
    ------
    Refused
        When the viewer may not see this program.
    """
    _require_program(store, viewer=viewer, catalogue=catalogue, program_id=program_id, now=now)
    return store.read(lambda connection: _promise_of(connection, program_id))


def _promise_of(connection: Connection, program_id: int) -> Promise | None:
    planned = find_planned(connection, program_id)
    if planned is None or planned.plan.frozen_at is None:
        return None
    return Promise(planned.plan.occasion, planned.plan.frozen_at, is_kept(planned))


def read_report(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    program_id: int,
    min_group: int,
    now: datetime,
) -> tuple[ComparedProgram, ...]:
    """Return what a report of a program is made of: every occasion that was compared.

    Raises
    ------
    Refused
        When the viewer may not see this program, or nothing of it was compared yet.
    """

    def read(target: str) -> ComparedProgram:
        return compare_program(
            store,
            viewer=viewer,
            catalogue=catalogue,
            program_id=program_id,
            target=target,
            min_group=min_group,
            now=now,
        )

    first = read(TARGETS[0])
    parts = [first if target == first.target else read(target) for target in first.targets]
    if not any(part.compared is not None for part in parts):
        raise Refused("Nothing of this program was compared yet, so there is no report of it.")
    return tuple(part for part in parts if part.compared is not None)


def renew_comparison(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, program_id: int, now: datetime
) -> None:
    """Ask for the comparisons of a program anew; what is asked for already is not asked twice.

    Raises
    ------
    Refused
        When the viewer may not see this program.
    """
    _require_program(store, viewer=viewer, catalogue=catalogue, program_id=program_id, now=now)
    store.write(lambda c: ask_for_comparison(c, program_id=program_id, now=now))


def _require_program(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, program_id: int, now: datetime
) -> ProgramRow:
    programs = {one.id: one for one in read_programs(store, viewer=viewer, now=now)}
    if program_id not in programs:
        raise Refused("Your line takes no part in this program. Choose one from the list.")
    program = programs[program_id]
    if skill_of(program, catalogue) is None:
        raise Refused("The track of this program measures no skill yet.")
    return program


def _line(connection: Connection, viewer: Viewer, *, on: date) -> tuple[int, ...]:
    """Return the units that the viewer leads, with everything below them."""
    led = select_managed(connection, viewer.person_id, on)
    return tuple(row.id for row in select_subtree(connection, led, on=on)) if led else ()


def _decoded(row: ComparisonRow | None) -> Measured | None:
    """Return a stored comparison; None where other code wrote it, so that it is computed anew."""
    if row is None or row.code_version != COMPARED_BY:
        return None
    return from_text(Measured, row.body)


def _origin_of(row: ComparisonRow | None) -> Origin | None:
    if row is None:
        return None
    return Origin(row.inputs_hash, row.code_version, row.computed_at)


def _described(
    connection: Connection,
    measured: Measured,
    *,
    program: ProgramRow,
    viewer: Viewer,
    floor: Floor,
    now: datetime,
) -> Compared:
    own = None
    if not viewer.roles & ORGANISATION_ROLES:
        own = frozenset(str(one) for one in _line(connection, viewer, on=now.date()))
    skill = measured.comparison.skill
    growth = measured.comparison.growth
    slopes = growth.team_slopes if growth is not None else ()
    teams = tuple(
        int(str(one.team))
        for one in slopes
        if str(one.team).isdecimal() and (own is None or str(one.team) in own)
    )
    names = select_team_names(connection, teams)
    return describe_measured(
        measured,
        team_names={str(id_): name for id_, name in names.items()},
        own_teams=own,
        floor=floor,
        alone=own is None or is_measured_alone(connection, program_id=program.id, skill=skill),
    )
