"""Programs, their cohorts and windows, the draw of places, and who is enrolled."""

from datetime import date, datetime

from sqlalchemy import Connection, insert

from db.columns import table
from db.tables import Cohort, Enrolment, Lottery, Occasion, Program


def insert_program(
    connection: Connection,
    *,
    name: str,
    track_id: str,
    design: str,
    starts_on: date,
    created_by: int | None,
    now: datetime,
) -> int:
    """Add a program and return its id."""
    programs = table(Program)
    return int(
        connection.execute(
            insert(programs)
            .values(
                name=name,
                track_id=track_id,
                design=design,
                starts_on=starts_on,
                created_by=created_by,
                created_at=now,
            )
            .returning(programs.c.id)
        ).scalar_one()
    )


def insert_cohort(
    connection: Connection, *, program_id: int, name: str, arm: str, starts_on: date
) -> int:
    """Add a cohort of one arm and return its id."""
    cohorts = table(Cohort)
    return int(
        connection.execute(
            insert(cohorts)
            .values(program_id=program_id, name=name, arm=arm, starts_on=starts_on)
            .returning(cohorts.c.id)
        ).scalar_one()
    )


def insert_occasion(
    connection: Connection, *, cohort_id: int, kind: str, opens_on: date, closes_on: date
) -> None:
    """Give a cohort a window for its skill check."""
    connection.execute(
        insert(table(Occasion)).values(
            cohort_id=cohort_id, kind=kind, opens_on=opens_on, closes_on=closes_on
        )
    )


def insert_lottery(
    connection: Connection,
    *,
    program_id: int,
    seed: int,
    method: str,
    list_hash: str,
    drawn_by: int | None,
    now: datetime,
) -> None:
    """Keep the record of a draw."""
    connection.execute(
        insert(table(Lottery)).values(
            program_id=program_id,
            seed=seed,
            method=method,
            list_hash=list_hash,
            drawn_at=now,
            drawn_by=drawn_by,
        )
    )


def insert_enrolment(
    connection: Connection,
    *,
    learner_id: int,
    cohort_id: int,
    arm: str,
    team_at_start_id: int | None,
    starts_on: date,
    assigned_by: str,
    now: datetime,
) -> int:
    """Enrol a learner; arm and team are those of the start and never move."""
    enrolments = table(Enrolment)
    return int(
        connection.execute(
            insert(enrolments)
            .values(
                learner_id=learner_id,
                cohort_id=cohort_id,
                arm=arm,
                team_at_start_id=team_at_start_id,
                starts_on=starts_on,
                assigned_by=assigned_by,
                assigned_at=now,
            )
            .returning(enrolments.c.id)
        ).scalar_one()
    )
