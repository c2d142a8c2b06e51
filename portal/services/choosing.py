"""Routes that people choose: the manager for the own line, or everyone for themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from db import Connection
from db.commands.program_plans import lock_program
from db.queries.growth import select_managed
from db.queries.people import select_subtree
from db.queries.program_plans import EnrolledRow, InvitedRow, select_cohorts, select_enrolled
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.draws import ARMS, Arm, Place
from portal.services.enrolling import enrol, known_of
from portal.services.evidence import record_deed
from portal.services.inviting import (
    arm_word,
    busy_elsewhere,
    given_in,
    invited_now,
    people_of,
    require_open,
)
from portal.services.planning import PlannedProgram, read_planned, require_planned


@dataclass(frozen=True, slots=True)
class Member:
    """Someone in the manager's line who has no route in a program yet, or the one that stands."""

    learner_id: int
    name: str
    arm: Arm | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A program a learner may choose a route in until it starts; `arm` once it was chosen."""

    program_id: int
    name: str
    track_id: str
    starts_on: date
    arm: Arm | None


def read_line_programs(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, now: datetime
) -> tuple[tuple[PlannedProgram, tuple[Member, ...]], ...]:
    """Return the programs in which the viewer gives routes, with the people of the own line."""
    access.require(viewer, "give places")
    programs = [
        one
        for one in read_planned(store, viewer=viewer, deed="give places")
        if _takes_choices(one, design="manager", on=now.date())
    ]

    def read(connection: Connection) -> tuple[tuple[PlannedProgram, tuple[Member, ...]], ...]:
        line = _line(connection, viewer, on=now.date())
        found = []
        for planned in programs:
            free = invited_now(connection, planned, catalogue=catalogue, on=now.date()).people
            placed = {
                row.learner_id: row for row in select_enrolled(connection, planned.program.id)
            }
            everyone = people_of(connection, planned, on=now.date())
            open_ = {row.learner_id for row in free}
            members = tuple(
                Member(row.learner_id, row.name, _arm(placed.get(row.learner_id)))
                for row in everyone
                if row.team_id in line and (row.learner_id in open_ or row.learner_id in placed)
            )
            if members:
                found.append((planned, members))
        return tuple(found)

    return store.read(read)


def give_places(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    program_id: int,
    choices: Mapping[int, Arm],
    now: datetime,
) -> int:
    """Give people of the viewer's own line their route for good; return how many.

    Raises
    ------
    Refused
        When one of them is not in the line or the program, has a place, or is in another program
        on the same skill; nobody gets a place then.
    """
    access.require(viewer, "give places")

    def give(connection: Connection) -> int:
        lock_program(connection, require_planned(connection, program_id).program.id)
        planned = require_planned(connection, program_id)
        if planned.program.design != "manager":
            raise Refused("In this program managers do not give places.")
        require_open(planned, on=now.date())
        line = _line(connection, viewer, on=now.date())
        rows = {
            row.learner_id: row
            for row in people_of(connection, planned, on=now.date())
            if row.team_id in line
        }
        if not set(choices) <= set(rows):
            raise Refused("Choose people of your own line whom this program is for.")
        _place_by_choice(
            connection,
            planned,
            {rows[learner_id]: arm for learner_id, arm in choices.items()},
            catalogue=catalogue,
            assigned_by="manager",
            viewer=viewer,
            now=now,
        )
        return len(choices)

    return store.write(give)


def read_offers(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, now: datetime
) -> tuple[Offer, ...]:
    """Return the programs in which the viewer may choose a route, or has chosen one."""
    access.require(viewer, "learn")
    programs = [
        one
        for one in read_planned(store, viewer=viewer, deed="learn")
        if _takes_choices(one, design="self", on=now.date())
    ]

    def read(connection: Connection) -> tuple[Offer, ...]:
        offers = []
        for planned in programs:
            placed = {
                row.learner_id: row for row in select_enrolled(connection, planned.program.id)
            }
            free = {
                row.learner_id
                for row in invited_now(
                    connection, planned, catalogue=catalogue, on=now.date()
                ).people
            }
            if viewer.person_id in free or viewer.person_id in placed:
                program = planned.program
                offers.append(
                    Offer(
                        program_id=program.id,
                        name=program.name,
                        track_id=program.track_id,
                        starts_on=program.starts_on,
                        arm=_arm(placed.get(viewer.person_id)),
                    )
                )
        return tuple(offers)

    return store.read(read)


def choose_place(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    program_id: int,
    arm: Arm,
    now: datetime,
) -> None:
    """Enrol the viewer in the route that was chosen, for good.

    Raises
    ------
    Refused
        When the program is not for the viewer, has started, or the viewer has a place already.
    """
    access.require(viewer, "learn")

    def choose(connection: Connection) -> None:
        lock_program(connection, require_planned(connection, program_id).program.id)
        planned = require_planned(connection, program_id)
        if planned.program.design != "self":
            raise Refused("In this program people do not choose their own route.")
        require_open(planned, on=now.date())
        row = next(
            (
                one
                for one in people_of(connection, planned, on=now.date())
                if one.learner_id == viewer.person_id
            ),
            None,
        )
        if row is None:
            raise Refused("This program is for other teams. My tracks shows what is open to you.")
        _place_by_choice(
            connection,
            planned,
            {row: arm},
            catalogue=catalogue,
            assigned_by="self",
            viewer=viewer,
            now=now,
        )

    store.write(choose)


def _takes_choices(planned: PlannedProgram, *, design: str, on: date) -> bool:
    ready = planned.plan.frozen_at is not None and on < planned.program.starts_on
    return planned.program.design == design and ready


def _place_by_choice(
    connection: Connection,
    planned: PlannedProgram,
    choices: Mapping[InvitedRow, Arm],
    *,
    catalogue: Catalogue,
    assigned_by: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Enrol people as was chosen, all or nobody, and put it on record."""
    ids = tuple(row.learner_id for row in choices)
    placed = {row.learner_id for row in select_enrolled(connection, planned.program.id)}
    if placed & set(ids):
        raise Refused("A route was given before, and stays as it was at the start.")
    if busy_elsewhere(connection, planned, ids, catalogue=catalogue, on=now.date()):
        raise Refused("Nobody is in two programs on the same skill at a time.")
    if not set(choices.values()) <= set(ARMS):
        raise Refused("Choose the structured or the self-directed route.")
    cohorts = {one.arm: one for one in select_cohorts(connection, planned.program.id)}
    for row, arm in choices.items():
        assigner = None if assigned_by == "self" else viewer.person_id
        known = known_of(row, on=now.date())
        place = Place(row.learner_id, row.team_id)
        given = given_in(planned, cohorts[arm], assigner)
        enrol(connection, place, given=given, known=known, now=now)
    record_deed(
        connection,
        viewer=viewer,
        deed="chose a route" if assigned_by == "self" else "gave places",
        object_=f"program:{planned.program.id}",
        payload={"people": len(choices)},
        now=now,
    )


def _line(connection: Connection, viewer: Viewer, *, on: date) -> frozenset[int]:
    """Return the units the viewer leads, with everything below them."""
    led = select_managed(connection, viewer.person_id, on)
    rows = select_subtree(connection, led, on=on) if led else ()
    return frozenset(row.id for row in rows)


def _arm(row: EnrolledRow | None) -> Arm | None:
    return None if row is None else arm_word(row.arm)
