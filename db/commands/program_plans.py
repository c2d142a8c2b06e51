"""Analysis plans, what a program is made of, what a start knew, and standing cohorts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from db.columns import table
from db.tables import Program
from db.tables_programs import (
    EnrolmentStart,
    ProgramPlan,
    ProgramTrack,
    ProgramUnit,
    StandingCohort,
)


def lock_program(connection: Connection, program_id: int) -> None:
    """Let only one transaction at a time give places in a program; SQLite has one writer anyway."""
    programs = table(Program)
    connection.execute(
        select(programs.c.id).where(programs.c.id == program_id).with_for_update()
    ).one()


def insert_program_tracks(
    connection: Connection, *, program_id: int, track_ids: Sequence[str]
) -> None:
    """Write down the tracks of a program, in their order."""
    connection.execute(
        insert(table(ProgramTrack)),
        [
            {"program_id": program_id, "track_id": track_id, "position": position}
            for position, track_id in enumerate(track_ids, 1)
        ],
    )


def insert_program_units(
    connection: Connection, *, program_id: int, team_ids: Sequence[int]
) -> None:
    """Write down the units a program is for."""
    connection.execute(
        insert(table(ProgramUnit)),
        [{"program_id": program_id, "team_id": team_id} for team_id in team_ids],
    )


def insert_plan(
    connection: Connection,
    *,
    program_id: int,
    skill: str,
    occasion: str,
    covariates: Sequence[str],
    unit: str,
    drafted_by: int,
    now: datetime,
) -> None:
    """Add the analysis plan of a program, not frozen yet."""
    connection.execute(
        insert(table(ProgramPlan)).values(
            program_id=program_id,
            skill=skill,
            occasion=occasion,
            covariates=list(covariates),
            unit=unit,
            drafted_at=now,
            drafted_by=drafted_by,
            plan_hash="",
        )
    )


def update_plan(
    connection: Connection,
    *,
    program_id: int,
    occasion: str,
    covariates: Sequence[str],
    drafted_by: int,
    now: datetime,
) -> bool:
    """Change a plan that is not frozen; return whether there was one."""
    plans = table(ProgramPlan)
    changed = connection.execute(
        update(plans)
        .where(plans.c.program_id == program_id, plans.c.frozen_at.is_(None))
        .values(
            occasion=occasion, covariates=list(covariates), drafted_at=now, drafted_by=drafted_by
        )
    )
    return changed.rowcount == 1


def freeze_plan(
    connection: Connection, *, program_id: int, plan_hash: str, frozen_by: int, now: datetime
) -> bool:
    """Freeze a plan with its hash; return False when it was frozen before."""
    plans = table(ProgramPlan)
    changed = connection.execute(
        update(plans)
        .where(plans.c.program_id == program_id, plans.c.frozen_at.is_(None))
        .values(frozen_at=now, frozen_by=frozen_by, plan_hash=plan_hash)
    )
    return changed.rowcount == 1


def insert_enrolment_start(
    connection: Connection,
    *,
    enrolment_id: int,
    stratum: str | None,
    role_profile: str,
    months_in_house: int | None,
) -> None:
    """Keep what was known of a learner when the route was given."""
    connection.execute(
        insert(table(EnrolmentStart)).values(
            enrolment_id=enrolment_id,
            stratum=stratum,
            role_profile=role_profile,
            months_in_house=months_in_house,
        )
    )


def insert_standing_cohort(connection: Connection, *, track_id: str, cohort_id: int) -> None:
    """Make a cohort the one of those who take a track on their own."""
    connection.execute(insert(table(StandingCohort)).values(track_id=track_id, cohort_id=cohort_id))
