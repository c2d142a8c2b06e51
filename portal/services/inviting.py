"""Whom a program is for, who may still get a place in it, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from db import Connection
from db.queries.people import select_subtree
from db.queries.program_plans import (
    CohortRow,
    InvitedRow,
    select_enrolled,
    select_invited,
    select_live_programs,
    select_program_tracks,
)
from portal.access import Refused
from portal.services.catalogue import Catalogue
from portal.services.draws import ARMS, Arm
from portal.services.enrolling import Given
from portal.services.planning import PlannedProgram, skills_of


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a program is for today; `busy` are in another program on the same skill."""

    people: tuple[InvitedRow, ...]
    busy: int


def require_open(planned: PlannedProgram, *, on: date) -> None:
    """Places are given on a frozen plan, and before the start."""
    if planned.plan.frozen_at is None:
        raise Refused("Freeze the analysis plan first; places come after it.")
    if on >= planned.program.starts_on:
        raise Refused(
            "This program started on {day}. Routes are given before the start.",
            day=planned.program.starts_on,
        )


def people_of(
    connection: Connection, planned: PlannedProgram, *, on: date
) -> tuple[InvitedRow, ...]:
    """Return everyone in the units of a program, and below them, on a day."""
    rows = select_subtree(connection, planned.team_ids, on=on)
    return select_invited(connection, tuple(row.id for row in rows), on=on)


def invited_now(
    connection: Connection, planned: PlannedProgram, *, catalogue: Catalogue, on: date
) -> Invited:
    """Return whom a program is for and who may still get a place in it."""
    everyone = people_of(connection, planned, on=on)
    ids = tuple(row.learner_id for row in everyone)
    busy = busy_elsewhere(connection, planned, ids, catalogue=catalogue, on=on)
    placed = {row.learner_id for row in select_enrolled(connection, planned.program.id)}
    free = tuple(row for row in everyone if row.learner_id not in busy | placed)
    return Invited(people=free, busy=len(busy))


def busy_elsewhere(
    connection: Connection,
    planned: PlannedProgram,
    learner_ids: Sequence[int],
    *,
    catalogue: Catalogue,
    on: date,
) -> frozenset[int]:
    """Return who is in another program that still runs on one of the same skills."""
    skills = skills_of(planned.tracks, catalogue=catalogue)
    live = select_live_programs(connection, tuple(learner_ids), on=on)
    others = {other for ids in live.values() for other in ids} - {planned.program.id}
    same = {
        other
        for other in others
        if skills & skills_of(select_program_tracks(connection, other), catalogue=catalogue)
    }
    return frozenset(learner for learner, ids in live.items() if same & set(ids))


def given_in(planned: PlannedProgram, cohort: CohortRow, assigner: int | None) -> Given:
    """Return a place in a cohort of a program, by the way its places are given."""
    design = planned.program.design
    return Given(
        cohort_id=cohort.id,
        arm=arm_word(cohort.arm),
        assigned_by=design,
        assigner=assigner,
        tracks=planned.tracks,
        starts_on=cohort.starts_on,
    )


def arm_word(word: str) -> Arm:
    """Return a stored arm as the word it is."""
    return ARMS[0] if word == "structured" else ARMS[1]
