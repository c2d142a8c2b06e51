"""Programs, cohorts, enrolments and the windows of their skill checks."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, and_, func, select

from db.columns import table
from db.tables import Cohort, Enrolment, Lottery, Occasion, Program, Team
from db.tables_programs import EnrolmentStart, ProgramTrack, StandingCohort
from db.tables_results import Result


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A program; `drawn` says whether a lottery is on record."""

    id: int
    name: str
    track_id: str
    design: str
    starts_on: date
    drawn: bool


@dataclass(frozen=True, slots=True)
class WindowRow:
    """An occasion that is open for a learner, with the enrolment it belongs to."""

    enrolment_id: int
    cohort_id: int
    occasion_id: int
    kind: str
    arm: str
    track_id: str
    program: str
    opens_on: date
    closes_on: date


def select_programs(connection: Connection) -> tuple[ProgramRow, ...]:
    """Return every program, newest start first; the standing cohorts are no programs."""
    programs, draws = table(Program), table(Lottery)
    cohorts, standing = table(Cohort), table(StandingCohort)
    stands = (
        select(cohorts.c.id)
        .join(standing, standing.c.cohort_id == cohorts.c.id)
        .where(cohorts.c.program_id == programs.c.id)
        .exists()
    )
    rows = connection.execute(
        select(
            programs.c.id,
            programs.c.name,
            programs.c.track_id,
            programs.c.design,
            programs.c.starts_on,
            select(draws.c.id).where(draws.c.program_id == programs.c.id).exists().label("drawn"),
        )
        .where(~stands)
        .order_by(programs.c.starts_on.desc(), programs.c.name)
    )
    return tuple(ProgramRow(row[0], row[1], row[2], row[3], row[4], bool(row[5])) for row in rows)


def select_windows(connection: Connection, learner_id: int) -> tuple[WindowRow, ...]:
    """Return every window of every cohort a learner is in, once for each track, earliest first."""
    enrolments, cohorts = table(Enrolment), table(Cohort)
    occasions, programs, tracks = table(Occasion), table(Program), table(ProgramTrack)
    track_id = func.coalesce(tracks.c.track_id, programs.c.track_id)
    rows = connection.execute(
        select(
            enrolments.c.id,
            cohorts.c.id,
            occasions.c.id,
            occasions.c.kind,
            enrolments.c.arm,
            track_id,
            programs.c.name,
            occasions.c.opens_on,
            occasions.c.closes_on,
        )
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .join(programs, programs.c.id == cohorts.c.program_id)
        .join(occasions, occasions.c.cohort_id == cohorts.c.id)
        .outerjoin(tracks, tracks.c.program_id == programs.c.id)
        .where(enrolments.c.learner_id == learner_id)
        .order_by(occasions.c.opens_on, occasions.c.id, tracks.c.position)
    )
    return tuple(WindowRow(*row) for row in rows)


def select_scores(connection: Connection, program_id: int, *, skill: str) -> pd.DataFrame:
    """Return the scores of everyone enrolled in a program, in the long form of a comparison.

    Columns: `learner_id`, `team_id` (at the start), `arm`, `starts_on`, `stratum` (of the draw),
    `role` and `tenure` (months) at the start, `occasion`, `score` (θ), `se`. One row per learner
    and counted occasion; a learner without any has one row with empty occasion and score, so that
    everyone enrolled is counted.
    """
    enrolments, cohorts, results = table(Enrolment), table(Cohort), table(Result)
    starts = table(EnrolmentStart)
    rows = connection.execute(
        select(
            enrolments.c.learner_id,
            enrolments.c.team_at_start_id.label("team_id"),
            enrolments.c.arm,
            enrolments.c.starts_on,
            starts.c.stratum,
            starts.c.role_profile.label("role"),
            starts.c.months_in_house.label("tenure"),
            results.c.occasion,
            results.c.theta.label("score"),
            results.c.se,
        )
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .outerjoin(starts, starts.c.enrolment_id == enrolments.c.id)
        .outerjoin(
            results,
            and_(
                results.c.enrolment_id == enrolments.c.id,
                results.c.skill == skill,
                results.c.occasion.is_not(None),
                results.c.counted,
            ),
        )
        .where(cohorts.c.program_id == program_id)
        .order_by(enrolments.c.learner_id, results.c.taken_at)
    )
    columns = (
        *("learner_id", "team_id", "arm", "starts_on", "stratum", "role", "tenure"),
        *("occasion", "score", "se"),
    )
    return pd.DataFrame(list(rows), columns=list(columns))


def select_programs_of_teams(connection: Connection, team_ids: tuple[int, ...]) -> frozenset[int]:
    """Return the programs in which people of these teams take part."""
    enrolments, cohorts = table(Enrolment), table(Cohort)
    return frozenset(
        connection.execute(
            select(cohorts.c.program_id)
            .join(enrolments, enrolments.c.cohort_id == cohorts.c.id)
            .where(enrolments.c.team_at_start_id.in_(team_ids))
            .distinct()
        ).scalars()
    )


def select_team_names(connection: Connection, team_ids: tuple[int, ...]) -> dict[int, str]:
    """Return the names of teams by id."""
    teams = table(Team)
    rows = connection.execute(select(teams.c.id, teams.c.name).where(teams.c.id.in_(team_ids)))
    return {row.id: row.name for row in rows}


def select_cohort_members(
    connection: Connection, *, cohort_id: int, team_at_start_id: int
) -> tuple[int, ...]:
    """Return the learners of one team in a cohort, in the order they joined."""
    enrolments = table(Enrolment)
    return tuple(
        connection.execute(
            select(enrolments.c.learner_id)
            .where(
                enrolments.c.cohort_id == cohort_id,
                enrolments.c.team_at_start_id == team_at_start_id,
            )
            .order_by(enrolments.c.id)
        ).scalars()
    )


def find_route(
    connection: Connection, *, enrolment_id: int | None, occasion_id: int | None
) -> tuple[str | None, str | None]:
    """Return the arm of an enrolment and the kind of an occasion; None where there is none."""
    enrolments, occasions = table(Enrolment), table(Occasion)
    arm = connection.execute(
        select(enrolments.c.arm).where(enrolments.c.id == enrolment_id)
    ).scalar()
    kind = connection.execute(
        select(occasions.c.kind).where(occasions.c.id == occasion_id)
    ).scalar()
    return arm, kind


def select_occasion_months(connection: Connection, program_id: int) -> dict[str, float]:
    """Return when each occasion of a program opens, in months after its baseline opens."""
    occasions, cohorts = table(Occasion), table(Cohort)
    rows = connection.execute(
        select(occasions.c.kind, func.min(occasions.c.opens_on))
        .join(cohorts, cohorts.c.id == occasions.c.cohort_id)
        .where(cohorts.c.program_id == program_id)
        .group_by(occasions.c.kind)
    ).all()
    opens = {row[0]: row[1] for row in rows}
    first = min(opens.values(), default=None)
    return {kind: (day - first).days / 30.4375 for kind, day in opens.items() if first}
