"""Extra time and breaks of a person in every check: set by officers, seen by nobody else."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from db import Connection
from db.commands.accommodations import (
    NewAccommodation,
    insert_accommodation,
    move_due,
    withdraw_accommodation,
)
from db.commands.learning import hold_learner
from db.queries.accommodations import (
    AccommodationRow,
    RunningCheck,
    SetPerson,
    count_break_time,
    find_accommodation,
    select_running_checks,
    select_set_people,
)
from db.queries.people import find_person
from db.queries.rights import FoundPerson, find_erased_at, find_found_person
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.check_time import allowed_time
from portal.services.evidence import record_deed
from portal.services.rights import FoundPeople, page_of_people
from portal.services.testing_out import blueprint_of_revision

# 100 is the time of everybody. The database holds the outer bounds too.
TIMES = (100, 125, 150, 175, 200, 250, 300)
BREAKS = (0, 5, 10, 15, 20, 30, 45, 60)
# A closed list: where nothing can be written, no diagnosis can be.
REASONS = ("own request", "people desk", "earlier agreement")
LAST_DAY = date(2200, 1, 1)

# What pages need to know of what is set, and for whom.
Accommodation = AccommodationRow
SetSomebody = SetPerson


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be set: time in percent, minutes of break a check, the last day it holds."""

    time_percent: int
    break_minutes: int
    reason: str
    starts_on: date
    last_day: date | None


@dataclass(frozen=True, slots=True)
class PersonInChecks:
    """A person with what is set for them; `is_self` says it is the viewer."""

    person: FoundPerson
    row: AccommodationRow | None
    is_self: bool
    is_erased: bool


def last_day_of(row: AccommodationRow) -> date | None:
    """Return the last day on which a setting holds, or None where it has none."""
    return None if row.ends_on is None else row.ends_on - timedelta(days=1)


def read_own_accommodation(store: Store, *, viewer: Viewer) -> AccommodationRow | None:
    """Return what is set for the viewer, or None."""
    access.require(viewer, "see own record")
    return store.read(lambda connection: find_accommodation(connection, viewer.person_id))


def read_accommodations(store: Store, *, viewer: Viewer, now: datetime) -> tuple[SetPerson, ...]:
    """Return everybody for whom something is set that is not over, by name."""
    access.require(viewer, "set accommodations")
    return store.read(lambda connection: select_set_people(connection, on=now.date()))


def find_learners(
    store: Store, *, viewer: Viewer, wanted: str, page: int, now: datetime
) -> FoundPeople:
    """Return a page of the people whose name or address holds a text; pages from 1."""
    access.require(viewer, "set accommodations")
    return store.read(lambda c: page_of_people(c, wanted=wanted, page=page, on=now.date()))


def read_person_in_checks(
    store: Store, *, viewer: Viewer, person_id: int, now: datetime
) -> PersonInChecks:
    """Return one person with what is set for them.

    Raises
    ------
    Refused
        When there is no such person.
    """
    access.require(viewer, "set accommodations")

    def read(connection: Connection) -> PersonInChecks:
        person = find_found_person(connection, person_id, on=now.date())
        if person is None:
            raise Refused("There is nobody under this address. Choose somebody from the list.")
        return PersonInChecks(
            person=person,
            row=find_accommodation(connection, person_id),
            is_self=person_id == viewer.person_id,
            is_erased=find_erased_at(connection, person_id) is not None,
        )

    return store.read(read)


def set_accommodation(
    store: Store,
    *,
    viewer: Viewer,
    person_id: int,
    wish: Wish,
    now: datetime,
) -> int:
    """Set what somebody else has in every check, in the place of what was set; return its id.

    A check under way gets the longer time at once and never a shorter one. The audit names the row
    and not the person.

    Raises
    ------
    Refused
        When a value is out of bounds, or the person is the viewer, unknown, or erased.
    """
    access.require(viewer, "set accommodations")
    _require_sound(wish, today=now.date())

    def set_(connection: Connection) -> int:
        _require_other(connection, viewer, person_id)
        hold_learner(connection, learner_id=person_id)
        withdraw_accommodation(connection, person_id=person_id, now=now)
        id_ = insert_accommodation(
            connection,
            accommodation=NewAccommodation(
                person_id=person_id,
                time_percent=wish.time_percent,
                break_minutes=wish.break_minutes,
                reason=wish.reason,
                starts_on=wish.starts_on,
                ends_on=wish.last_day + timedelta(days=1) if wish.last_day else None,
                set_by=viewer.person_id,
            ),
            now=now,
        )
        if wish.starts_on <= now.date():
            for check in select_running_checks(connection, person_id, now=now):
                _lengthen(connection, check, percent=wish.time_percent)
        _record(connection, viewer, "accommodation set", id_, now=now)
        return id_

    return store.write(set_)


def end_accommodation(store: Store, *, viewer: Viewer, person_id: int, now: datetime) -> bool:
    """End what is set for somebody else; False when nothing was.

    A check under way keeps the time it has.
    """
    access.require(viewer, "set accommodations")

    def end(connection: Connection) -> bool:
        _require_other(connection, viewer, person_id)
        hold_learner(connection, learner_id=person_id)
        ended = withdraw_accommodation(connection, person_id=person_id, now=now)
        if ended is not None:
            _record(connection, viewer, "accommodation ended", ended, now=now)
        return ended is not None

    return store.write(end)


def _lengthen(connection: Connection, check: RunningCheck, *, percent: int) -> None:
    minutes = blueprint_of_revision(connection, check.revision_id).minutes
    if minutes is None:
        return
    pauses = count_break_time(connection, check.attempt_id)
    due_at = check.started_at + allowed_time(minutes, percent=percent) + pauses
    if due_at > check.due_at:
        move_due(connection, attempt_id=check.attempt_id, due_at=due_at)


def _require_sound(wish: Wish, *, today: date) -> None:
    if wish.time_percent not in TIMES or wish.break_minutes not in BREAKS:
        raise Refused("Choose a time and minutes of break from the lists.")
    if wish.time_percent == TIMES[0] and not wish.break_minutes:
        raise Refused("Choose more time, minutes of break, or both. To take it away, end it.")
    if wish.reason not in REASONS:
        raise Refused("Choose who asked for it from the list. No cause is recorded.")
    if not date(2000, 1, 1) <= wish.starts_on <= LAST_DAY:
        raise Refused("The first day lies too far away. Choose one near today.")
    if wish.last_day is not None and not max(wish.starts_on, today) <= wish.last_day <= LAST_DAY:
        raise Refused("The last day must be today or later, and not before the first day.")


def _require_other(connection: Connection, viewer: Viewer, person_id: int) -> None:
    if person_id == viewer.person_id:
        raise Refused("Nobody sets their own time. Ask another accommodations officer.")
    if find_person(connection, person_id) is None:
        raise Refused("There is nobody under this address. Choose somebody from the list.")
    if find_erased_at(connection, person_id) is not None:
        raise Refused("This person was erased. Nothing can be set for them.")


def _record(connection: Connection, viewer: Viewer, deed: str, id_: int, *, now: datetime) -> None:
    # Whoever reads the trail sees that an officer acted, not for whom, nor what was set.
    record_deed(connection, viewer=viewer, deed=deed, object_=f"accommodation:{id_}", now=now)
