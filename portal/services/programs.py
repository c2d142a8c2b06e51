"""Programs: their cohorts and windows, the draw of places, and people who choose for themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from db import Connection
from db.commands.program_plans import insert_program_tracks, insert_program_units
from db.commands.programs import (
    insert_cohort,
    insert_lottery,
    insert_occasion,
    insert_program,
)
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.draws import (
    ARMS,
    LOTTERY_METHOD,
    Arm,
    Place,
    draw_arms,
    list_hash,
)
from portal.services.enrolling import Given, enrol
from portal.services.evidence import record_deed

Design = Literal["lottery", "wave", "manager", "self"]


@dataclass(frozen=True, slots=True)
class Window:
    """When a cohort takes its skill check; both days belong to it."""

    kind: str
    opens_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class StartedProgram:
    """A program that was set up: its id and the cohort of each arm, or of each wave."""

    program_id: int
    cohorts: Mapping[str, int]


def create_program(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    name: str,
    track_id: str,
    design: Design,
    starts_on: date,
    windows: Sequence[Window],
    now: datetime,
) -> StartedProgram:
    """Set a program up with one cohort per arm, both with the same windows.

    Raises
    ------
    Refused
        When the viewer may not run programs or the track is not published.
    """
    access.require(viewer, "run programs")
    if track_id not in catalogue.tracks:
        raise access.Refused("This track is not published. Choose a published one.")
    program = NewProgram(name, (track_id,), design, (starts_on,), tuple(windows))
    return store.write(
        lambda connection: insert_whole_program(connection, program, viewer=viewer, now=now)
    )


@dataclass(frozen=True, slots=True)
class NewProgram:
    """A program about to be set up; one start for both arms, or one for each wave."""

    name: str
    tracks: tuple[str, ...]
    design: Design
    starts: tuple[date, ...]
    windows: tuple[Window, ...]
    team_ids: tuple[int, ...] = ()


def insert_whole_program(
    connection: Connection, program: NewProgram, *, viewer: Viewer, now: datetime
) -> StartedProgram:
    """Add a program with its tracks, units, cohorts and windows, and put it on record."""
    program_id = insert_program(
        connection,
        name=program.name,
        track_id=program.tracks[0],
        design=program.design,
        starts_on=program.starts[0],
        created_by=viewer.person_id,
        now=now,
    )
    insert_program_tracks(connection, program_id=program_id, track_ids=program.tracks)
    if program.team_ids:
        insert_program_units(connection, program_id=program_id, team_ids=program.team_ids)
    cohorts = _insert_cohorts(connection, program_id, program)
    for cohort_id in cohorts.values():
        for window in program.windows:
            insert_occasion(
                connection,
                cohort_id=cohort_id,
                kind=window.kind,
                opens_on=window.opens_on,
                closes_on=window.closes_on,
            )
    record_deed(
        connection,
        viewer=viewer,
        deed="created a program",
        object_=f"program:{program_id}",
        payload={"design": program.design, "track": program.tracks[0]},
        now=now,
    )
    return StartedProgram(program_id=program_id, cohorts=cohorts)


def _insert_cohorts(connection: Connection, program_id: int, program: NewProgram) -> dict[str, int]:
    """Add a cohort per arm; where everyone gets the structured route in turn, one per wave."""
    waves = program.design == "wave"
    wanted = (
        [(f"wave {number}", ARMS[0], day) for number, day in enumerate(program.starts, 1)]
        if waves
        else [(str(arm), arm, program.starts[0]) for arm in ARMS]
    )
    return {
        key: insert_cohort(
            connection,
            program_id=program_id,
            name=f"{program.name} ({key.replace('_', '-')})",
            arm=arm,
            starts_on=day,
        )
        for key, arm, day in wanted
    }


def draw_places(
    store: Store,
    *,
    viewer: Viewer,
    program: StartedProgram,
    places: Sequence[Place],
    seed: int,
    track_id: str,
    starts_on: date,
    now: datetime,
) -> dict[int, Arm]:
    """Draw places by lot, put the draw on record, and enrol everyone; return the arms."""
    access.require(viewer, "run programs")
    arms = draw_arms(places, seed=seed)

    def draw(connection: Connection) -> None:
        insert_lottery(
            connection,
            program_id=program.program_id,
            seed=seed,
            method=LOTTERY_METHOD,
            list_hash=list_hash(arms),
            drawn_by=viewer.person_id,
            now=now,
        )
        for place in places:
            given = Given(
                cohort_id=program.cohorts[arms[place.learner_id]],
                arm=arms[place.learner_id],
                assigned_by="lottery",
                assigner=viewer.person_id,
                tracks=(track_id,),
                starts_on=starts_on,
            )
            enrol(connection, place, given=given, known=None, now=now)
        record_deed(
            connection,
            viewer=viewer,
            deed="drew places by lot",
            object_=f"program:{program.program_id}",
            payload={"seed": seed, "people": len(places)},
            now=now,
        )

    store.write(draw)
    return arms


def record_choices(
    store: Store,
    *,
    viewer: Viewer,
    program: StartedProgram,
    choices: Mapping[Place, Arm],
    track_id: str,
    starts_on: date,
    now: datetime,
) -> None:
    """Enrol people in the arm they chose for themselves."""
    access.require(viewer, "run programs")

    def record(connection: Connection) -> None:
        for place, arm in choices.items():
            given = Given(
                cohort_id=program.cohorts[arm],
                arm=arm,
                assigned_by="self",
                assigner=None,
                tracks=(track_id,),
                starts_on=starts_on,
            )
            enrol(connection, place, given=given, known=None, now=now)
        record_deed(
            connection,
            viewer=viewer,
            deed="recorded choices",
            object_=f"program:{program.program_id}",
            payload={"people": len(choices)},
            now=now,
        )

    store.write(record)
