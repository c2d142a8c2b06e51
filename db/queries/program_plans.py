"""Analysis plans of programs, what a program is made of, and whom it is for."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, or_, select

from db.columns import OPEN_END, table
from db.tables import Cohort, Enrolment, Lottery, Occasion, Person, Program, TeamMember
from db.tables_programs import (
    EnrolmentStart,
    ProgramPlan,
    ProgramTrack,
    ProgramUnit,
    StandingCohort,
)
from db.tables_results import Result


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What a program is analysed by; `frozen_at` is None while it may still be changed."""

    skill: str
    occasion: str
    covariates: tuple[str, ...]
    unit: str
    frozen_at: datetime | None
    plan_hash: str


@dataclass(frozen=True, slots=True)
class CohortRow:
    """People who start together in one arm."""

    id: int
    name: str
    arm: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class OccasionRow:
    """A window of a program's checks; both days belong to it."""

    kind: str
    opens_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class LotteryRow:
    """The record of a draw."""

    id: int
    seed: int
    method: str
    list_hash: str
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class EnrolledRow:
    """Someone with a place: team and stratum as they were when it was given."""

    learner_id: int
    cohort_id: int
    arm: str
    team_id: int | None
    stratum: str | None
    assigned_by: str


@dataclass(frozen=True, slots=True)
class InvitedRow:
    """Someone whom a program is for, with the team of the day asked for."""

    learner_id: int
    name: str
    team_id: int
    role_profile: str
    since: date


def find_plan(connection: Connection, program_id: int) -> PlanRow | None:
    """Return the analysis plan of a program, or None where there is none."""
    plans = table(ProgramPlan)
    row = connection.execute(
        select(
            plans.c.skill,
            plans.c.occasion,
            plans.c.covariates,
            plans.c.unit,
            plans.c.frozen_at,
            plans.c.plan_hash,
        ).where(plans.c.program_id == program_id)
    ).one_or_none()
    if row is None:
        return None
    return PlanRow(row[0], row[1], tuple(row[2]), row[3], row[4], row[5])


def select_program_tracks(connection: Connection, program_id: int) -> tuple[str, ...]:
    """Return the tracks of a program in their order; the one of the program itself at least."""
    tracks, programs = table(ProgramTrack), table(Program)
    first = connection.execute(
        select(programs.c.track_id).where(programs.c.id == program_id)
    ).scalar_one()
    rest = connection.execute(
        select(tracks.c.track_id)
        .where(tracks.c.program_id == program_id)
        .order_by(tracks.c.position)
    ).scalars()
    return tuple(dict.fromkeys([first, *rest]))


def select_program_units(connection: Connection, program_id: int) -> tuple[int, ...]:
    """Return the units a program is for."""
    units = table(ProgramUnit)
    return tuple(
        connection.execute(
            select(units.c.team_id)
            .where(units.c.program_id == program_id)
            .order_by(units.c.team_id)
        ).scalars()
    )


def select_cohorts(connection: Connection, program_id: int) -> tuple[CohortRow, ...]:
    """Return the cohorts of a program, the earliest start first."""
    cohorts = table(Cohort)
    rows = connection.execute(
        select(cohorts.c.id, cohorts.c.name, cohorts.c.arm, cohorts.c.starts_on)
        .where(cohorts.c.program_id == program_id)
        .order_by(cohorts.c.starts_on, cohorts.c.id)
    )
    return tuple(CohortRow(*row) for row in rows)


def select_program_occasions(connection: Connection, program_id: int) -> tuple[OccasionRow, ...]:
    """Return the windows of a program, the earliest first; all its cohorts have the same."""
    cohorts, occasions = table(Cohort), table(Occasion)
    rows = connection.execute(
        select(occasions.c.kind, func.min(occasions.c.opens_on), func.max(occasions.c.closes_on))
        .join(cohorts, cohorts.c.id == occasions.c.cohort_id)
        .where(cohorts.c.program_id == program_id)
        .group_by(occasions.c.kind)
        .order_by(func.min(occasions.c.opens_on))
    )
    return tuple(OccasionRow(*row) for row in rows)


def find_lottery(connection: Connection, program_id: int) -> LotteryRow | None:
    """Return the draw of a program, or None while nothing was drawn."""
    draws = table(Lottery)
    row = connection.execute(
        select(draws.c.id, draws.c.seed, draws.c.method, draws.c.list_hash, draws.c.drawn_at)
        .where(draws.c.program_id == program_id)
        .order_by(draws.c.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else LotteryRow(*row)


def select_enrolled(connection: Connection, program_id: int) -> tuple[EnrolledRow, ...]:
    """Return everyone with a place in a program."""
    enrolments, cohorts, starts = table(Enrolment), table(Cohort), table(EnrolmentStart)
    rows = connection.execute(
        select(
            enrolments.c.learner_id,
            enrolments.c.cohort_id,
            enrolments.c.arm,
            enrolments.c.team_at_start_id,
            starts.c.stratum,
            enrolments.c.assigned_by,
        )
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .outerjoin(starts, starts.c.enrolment_id == enrolments.c.id)
        .where(cohorts.c.program_id == program_id)
        .order_by(enrolments.c.learner_id)
    )
    return tuple(EnrolledRow(*row) for row in rows)


def select_invited(
    connection: Connection, team_ids: tuple[int, ...], *, on: date
) -> tuple[InvitedRow, ...]:
    """Return the active members of these teams on a day, with their first day in any team."""
    members, people = table(TeamMember), table(Person)
    first = (
        select(members.c.person_id, func.min(members.c.starts_on).label("since"))
        .group_by(members.c.person_id)
        .subquery()
    )
    rows = connection.execute(
        select(people.c.id, people.c.name, members.c.team_id, people.c.role_profile, first.c.since)
        .join(members, members.c.person_id == people.c.id)
        .join(first, first.c.person_id == people.c.id)
        .where(
            members.c.team_id.in_(team_ids),
            members.c.starts_on <= on,
            func.coalesce(members.c.ends_on, OPEN_END) > on,
            people.c.active,
        )
        .order_by(people.c.id)
    )
    return tuple(InvitedRow(*row) for row in rows)


def select_live_programs(
    connection: Connection, learner_ids: tuple[int, ...], *, on: date
) -> dict[int, tuple[int, ...]]:
    """Return the programs with a window still to come for each of these learners.

    The standing cohorts have no windows and are never among them.
    """
    enrolments, cohorts, occasions = table(Enrolment), table(Cohort), table(Occasion)
    rows = connection.execute(
        select(enrolments.c.learner_id, cohorts.c.program_id)
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .join(occasions, occasions.c.cohort_id == cohorts.c.id)
        .where(enrolments.c.learner_id.in_(learner_ids), occasions.c.closes_on >= on)
        .distinct()
    )
    found: dict[int, tuple[int, ...]] = {}
    for learner_id, program_id in rows:
        found[learner_id] = (*found.get(learner_id, ()), program_id)
    return found


def has_results(connection: Connection, program_id: int) -> bool:
    """Say whether anybody has a result after the start of a program."""
    enrolments, cohorts, results = table(Enrolment), table(Cohort), table(Result)
    found = (
        select(results.c.id)
        .join(enrolments, enrolments.c.id == results.c.enrolment_id)
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .where(
            cohorts.c.program_id == program_id,
            or_(results.c.occasion.is_(None), results.c.occasion != "baseline"),
        )
        .limit(1)
    )
    return connection.execute(found).scalar() is not None


def find_standing_cohort(connection: Connection, track_id: str) -> int | None:
    """Return the cohort of those who take a track on their own, or None before the first."""
    standing = table(StandingCohort)
    found = connection.execute(
        select(standing.c.cohort_id).where(standing.c.track_id == track_id)
    ).scalar()
    return None if found is None else int(found)


def find_standing_enrolment(
    connection: Connection, *, learner_id: int, track_ids: tuple[str, ...]
) -> int | None:
    """Return the enrolment of a learner who takes one of these tracks on their own, or None."""
    standing, enrolments = table(StandingCohort), table(Enrolment)
    found = connection.execute(
        select(enrolments.c.id)
        .join(standing, standing.c.cohort_id == enrolments.c.cohort_id)
        .where(enrolments.c.learner_id == learner_id, standing.c.track_id.in_(track_ids))
        .order_by(enrolments.c.id)
        .limit(1)
    ).scalar()
    return None if found is None else int(found)


def is_enrolled(connection: Connection, *, learner_id: int, cohort_id: int) -> bool:
    """Say whether a learner has a place in a cohort."""
    enrolments = table(Enrolment)
    found = select(enrolments.c.id).where(
        enrolments.c.learner_id == learner_id, enrolments.c.cohort_id == cohort_id
    )
    return connection.execute(found).scalar() is not None


def has_program(connection: Connection, *, name: str) -> bool:
    """Say whether a program has this name."""
    programs = table(Program)
    found = connection.execute(select(programs.c.id).where(programs.c.name == name).limit(1))
    return found.first() is not None
