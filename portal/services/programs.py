"""Programs: their cohorts and windows, the draw of places, and people who choose for themselves."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from db import Connection
from db.commands.audit import append_audit
from db.commands.learning import insert_assignment
from db.commands.programs import (
    insert_cohort,
    insert_enrolment,
    insert_lottery,
    insert_occasion,
    insert_program,
)
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.evidence import ORGANISATION, actor

Arm = Literal["structured", "self_directed"]
ARMS: tuple[Arm, Arm] = ("structured", "self_directed")
LOTTERY_METHOD = "individuals within team, arms alternating from a drawn first one"


@dataclass(frozen=True, slots=True)
class Window:
    """When a cohort takes its skill check; both days belong to it."""

    kind: str
    opens_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class Place:
    """Someone who gets a place, with the team of that day."""

    learner_id: int
    team_id: int | None


@dataclass(frozen=True, slots=True)
class StartedProgram:
    """A program that was set up: its id and the cohort of each arm."""

    program_id: int
    cohorts: Mapping[str, int]


def create_program(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    name: str,
    track_id: str,
    design: Literal["lottery", "self"],
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

    def create(connection: Connection) -> StartedProgram:
        program_id = insert_program(
            connection,
            name=name,
            track_id=track_id,
            design=design,
            starts_on=starts_on,
            created_by=viewer.person_id,
            now=now,
        )
        cohorts: dict[str, int] = {
            arm: insert_cohort(
                connection,
                program_id=program_id,
                name=f"{name} ({arm.replace('_', '-')})",
                arm=arm,
                starts_on=starts_on,
            )
            for arm in ARMS
        }
        for cohort_id in cohorts.values():
            for window in windows:
                insert_occasion(
                    connection,
                    cohort_id=cohort_id,
                    kind=window.kind,
                    opens_on=window.opens_on,
                    closes_on=window.closes_on,
                )
        _audit(
            connection,
            viewer,
            deed="created a program",
            program_id=program_id,
            payload={"design": design, "track": track_id},
            now=now,
        )
        return StartedProgram(program_id=program_id, cohorts=cohorts)

    return store.write(create)


def draw_arms(places: Sequence[Place], *, seed: int) -> dict[int, Arm]:
    """Draw an arm for everyone, individuals within team; the same seed draws the same list.

    Within a team the arms alternate from a drawn first one, so that they differ by at most one.
    """
    teams: dict[int | None, list[int]] = {}
    for place in places:
        teams.setdefault(place.team_id, []).append(place.learner_id)
    arms: dict[int, Arm] = {}
    for team_id, members in sorted(teams.items(), key=lambda pair: str(pair[0])):
        draw = random.Random(f"{seed}:{team_id}")  # noqa: S311 - open and re-runnable on purpose
        order = sorted(members)
        draw.shuffle(order)
        first = draw.randrange(2)
        for index, learner_id in enumerate(order):
            arms[learner_id] = ARMS[(first + index) % 2]
    return arms


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
    listed = json.dumps(sorted(arms.items())).encode()

    def draw(connection: Connection) -> None:
        insert_lottery(
            connection,
            program_id=program.program_id,
            seed=seed,
            method=LOTTERY_METHOD,
            list_hash=hashlib.sha256(listed).hexdigest(),
            drawn_by=viewer.person_id,
            now=now,
        )
        for place in places:
            _enrol(
                connection,
                program,
                place,
                arm=arms[place.learner_id],
                assigned_by="lottery",
                assigner=viewer.person_id,
                track_id=track_id,
                starts_on=starts_on,
                now=now,
            )
        _audit(
            connection,
            viewer,
            deed="drew places by lot",
            program_id=program.program_id,
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
            _enrol(
                connection,
                program,
                place,
                arm=arm,
                assigned_by="self",
                assigner=None,
                track_id=track_id,
                starts_on=starts_on,
                now=now,
            )
        _audit(
            connection,
            viewer,
            deed="recorded choices",
            program_id=program.program_id,
            payload={"people": len(choices)},
            now=now,
        )

    store.write(record)


def _enrol(
    connection: Connection,
    program: StartedProgram,
    place: Place,
    *,
    arm: Arm,
    assigned_by: str,
    assigner: int | None,
    track_id: str,
    starts_on: date,
    now: datetime,
) -> None:
    insert_enrolment(
        connection,
        learner_id=place.learner_id,
        cohort_id=program.cohorts[arm],
        arm=arm,
        team_at_start_id=place.team_id,
        starts_on=starts_on,
        assigned_by=assigned_by,
        now=now,
    )
    insert_assignment(
        connection,
        learner_id=place.learner_id,
        track_id=track_id,
        assigned_by=assigner,
        due_on=None,
        now=now,
    )


def _audit(
    connection: Connection,
    viewer: Viewer,
    *,
    deed: str,
    program_id: int,
    payload: Mapping[str, object],
    now: datetime,
) -> None:
    append_audit(
        connection,
        stream=ORGANISATION,
        actor=actor(viewer),
        deed=deed,
        object_=f"program:{program_id}",
        payload=payload,
        now=now,
    )
