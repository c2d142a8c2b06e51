"""Stored comparisons, and the stamps that tell whether their programs have new results."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, exists, func, select

from db.columns import table
from db.tables import Cohort, Enrolment, Lottery, Occasion
from db.tables_results import Result
from db.tables_work import StoredComparison


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A stored comparison as it stands."""

    occasion: str
    skill: str
    stamp: str
    inputs_hash: str
    code_version: str
    body: str
    computed_at: datetime


def select_comparisons(connection: Connection, program_id: int) -> dict[str, ComparisonRow]:
    """Return what is stored of a program, by occasion."""
    rows = table(StoredComparison)
    found = connection.execute(
        select(*(rows.c[name] for name in ComparisonRow.__slots__)).where(
            rows.c.program_id == program_id
        )
    )
    return {row.occasion: ComparisonRow(*row) for row in found}


def select_stored_stamps(connection: Connection) -> dict[int, frozenset[tuple[str, str]]]:
    """Return the stamps and code versions that the comparisons of each program were made with."""
    rows = table(StoredComparison)
    found: dict[int, set[tuple[str, str]]] = {}
    for row in connection.execute(select(rows.c.program_id, rows.c.stamp, rows.c.code_version)):
        found.setdefault(row.program_id, set()).add((row.stamp, row.code_version))
    return {program: frozenset(stamps) for program, stamps in found.items()}


def select_measured_programs(connection: Connection) -> frozenset[int]:
    """Return the programs in which somebody was measured after the start."""
    enrolments, cohorts, results = table(Enrolment), table(Cohort), table(Result)
    later = (
        exists()
        .where(results.c.enrolment_id == enrolments.c.id, results.c.counted)
        .where(results.c.occasion != "baseline")
    )
    return frozenset(
        connection.execute(
            select(cohorts.c.program_id)
            .join(enrolments, enrolments.c.cohort_id == cohorts.c.id)
            .where(later)
            .distinct()
        ).scalars()
    )


def is_measured_alone(connection: Connection, *, program_id: int, skill: str) -> bool:
    """Say whether a skill is measured in one program only, and everybody in it has a unit."""
    enrolments, cohorts, results = table(Enrolment), table(Cohort), table(Result)
    inside = (
        select(enrolments.c.id)
        .join(cohorts, cohorts.c.id == enrolments.c.cohort_id)
        .where(cohorts.c.program_id == program_id)
    )
    other = select(results.c.id).where(
        results.c.skill == skill,
        results.c.counted,
        results.c.occasion.is_not(None),
        results.c.enrolment_id.not_in(inside) | results.c.team_at_taking_id.is_(None),
    )
    return connection.execute(other.limit(1)).first() is None


def select_stamps(connection: Connection, program_id: int | None = None) -> dict[int, str]:
    """Return a stamp per program: another one as soon as its results, people or draw change.

    Results are only added, and one that no longer counts is replaced by another; so how many there
    are, how many count, and the newest id say it.
    """
    enrolments, cohorts, results = table(Enrolment), table(Cohort), table(Result)
    draws, occasions = table(Lottery), table(Occasion)
    counting = func.sum(case((results.c.counted, 1), else_=0))
    measured = (
        select(
            cohorts.c.program_id,
            func.count(results.c.id),
            func.coalesce(counting, 0),
            func.coalesce(func.max(results.c.id), 0),
        )
        .join(enrolments, enrolments.c.cohort_id == cohorts.c.id)
        .join(results, results.c.enrolment_id == enrolments.c.id)
        .group_by(cohorts.c.program_id)
    )
    people = (
        select(cohorts.c.program_id, func.count(enrolments.c.id), func.max(enrolments.c.id))
        .join(enrolments, enrolments.c.cohort_id == cohorts.c.id)
        .group_by(cohorts.c.program_id)
    )
    drawn = select(draws.c.program_id, func.count(draws.c.id)).group_by(draws.c.program_id)
    windows = (
        select(cohorts.c.program_id, func.count(occasions.c.id), func.min(occasions.c.opens_on))
        .join(occasions, occasions.c.cohort_id == cohorts.c.id)
        .group_by(cohorts.c.program_id)
    )
    parts: dict[int, list[str]] = {}
    for query, column in (
        (people, cohorts.c.program_id),
        (measured, cohorts.c.program_id),
        (drawn, draws.c.program_id),
        (windows, cohorts.c.program_id),
    ):
        chosen = query if program_id is None else query.where(column == program_id)
        for row in connection.execute(chosen):
            words = " ".join(str(value) for value in row[1:])
            parts.setdefault(int(row[0]), []).append(words)
    return {program: " | ".join(words) for program, words in parts.items()}
