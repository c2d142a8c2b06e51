"""Who gets a place in which cohort: the rows of it, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from db import Connection
from db.commands.learning import insert_assignment
from db.commands.program_plans import insert_enrolment_start
from db.commands.programs import insert_enrolment
from db.queries.program_plans import InvitedRow
from portal.services.draws import Arm, Place

DAYS_IN_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Given:
    """A place as it is given: the cohort and route, by whom, on which tracks, from when."""

    cohort_id: int
    arm: Arm
    assigned_by: str
    assigner: int | None
    tracks: Sequence[str]
    starts_on: date


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of a learner when the route was given."""

    role_profile: str
    months_in_house: int | None
    stratum: str | None = None


def enrol(
    connection: Connection, place: Place, *, given: Given, known: Known | None, now: datetime
) -> None:
    """Enrol someone for good, and put the tracks on the learner's list."""
    enrolment_id = insert_enrolment(
        connection,
        learner_id=place.learner_id,
        cohort_id=given.cohort_id,
        arm=given.arm,
        team_at_start_id=place.team_id,
        starts_on=given.starts_on,
        assigned_by=given.assigned_by,
        now=now,
    )
    if known is not None:
        insert_enrolment_start(
            connection,
            enrolment_id=enrolment_id,
            stratum=known.stratum,
            role_profile=known.role_profile,
            months_in_house=known.months_in_house,
        )
    for track_id in given.tracks:
        insert_assignment(
            connection,
            learner_id=place.learner_id,
            track_id=track_id,
            assigned_by=given.assigner,
            due_on=None,
            now=now,
        )


def known_of(row: InvitedRow, *, on: date, strata: Mapping[int, str] | None = None) -> Known:
    """Return what is known of someone on a day; `strata` holds the stratum by learner."""
    months = int((on - row.since).days / DAYS_IN_MONTH)
    stratum = None if strata is None else strata[row.learner_id]
    return Known(row.role_profile, max(months, 0), stratum)
