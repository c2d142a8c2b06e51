"""What a skill check that was handed in says: scoring it, keeping the result, reading it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.graded_levels import level_given
from assessments.irt import LevelBand
from curriculum.model import Skill
from db import Connection
from db.commands.results import NewResult, insert_result
from db.queries.learning import AttemptRow, ResultRow, find_attempt, select_results
from db.queries.people import find_person
from db.queries.programs import find_route
from db.queries.scoring import select_given
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.evidence import CODE_VERSION
from portal.services.graded_levels import GradedWork, band_of, read_graded_work
from portal.services.learning import ReadItem
from portal.services.scoring import (
    ScoredCheck,
    level_of,
    reaches_target,
    read_scale,
    score_check,
)

# What a page needs to know of an estimate.
Estimate = ResultRow


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A measured skill with its error, and the cells to work on; never a key.

    `band` says the levels the estimate spans. `cells` gives right answers and questions per cell.
    `before` is the estimate of the check before, if there was one.
    """

    attempt_id: int
    skill: Skill
    result: ResultRow
    band: LevelBand
    cells: Mapping[str, tuple[int, int]]
    before: ResultRow | None


def read_result(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, attempt_id: int
) -> CheckResult:
    """Return the estimate of an own check that was handed in."""
    access.require(viewer, "see own record")

    def read(connection: Connection) -> tuple[AttemptRow, tuple[ResultRow, ...], GradedWork]:
        return (
            find_own_check(connection, viewer, attempt_id),
            select_results(connection, viewer.person_id),
            read_graded_work(connection, [viewer.person_id]),
        )

    attempt, results, graded = store.read(read)
    mine = [row for row in results if row.attempt_id == attempt_id]
    if not mine:
        raise Refused("This check is not handed in yet. Go on with it from Home.")
    earlier = [
        row for row in results if row.skill == attempt.skill and row.taken_at < mine[-1].taken_at
    ]
    skill = catalogue.registers.skills[str(attempt.skill)]
    return CheckResult(
        attempt_id=attempt_id,
        skill=skill,
        result=mine[-1],
        band=band_of(skill, mine[-1], has_graded_work=graded.covers(viewer.person_id, skill.id)),
        cells={cell: (right, asked) for cell, (right, asked) in mine[-1].cells.items()},
        before=earlier[-1] if earlier else None,
    )


def find_own_check(connection: Connection, viewer: Viewer, attempt_id: int) -> AttemptRow:
    """Return an own skill check; refuse another person's as if it did not exist."""
    attempt = find_attempt(connection, attempt_id)
    access.require_own(viewer, owner_id=attempt.learner_id if attempt else None)
    if attempt is None or attempt.kind != "check":
        raise Refused("There is no skill check under this address. Start again from Home.")
    return attempt


# --- scoring --------------------------------------------------------------------------------------


def score_attempt(
    connection: Connection,
    attempt: AttemptRow,
    *,
    catalogue: Catalogue,
    read_item: ReadItem,
    now: datetime,
) -> None:
    """Estimate the skill behind a check handed in, and keep it with the aggregates it moves."""
    skill = str(attempt.skill)
    given = select_given(connection, [attempt.id])[attempt.id]
    scale = read_scale(connection, skill=skill, read_item=read_item)
    scored = score_check(given, scale=scale)
    person = find_person(connection, attempt.learner_id)
    arm, occasion = find_route(
        connection, enrolment_id=attempt.enrolment_id, occasion_id=attempt.occasion_id
    )
    profile = person.role_profile if person else ""
    graded = read_graded_work(connection, [attempt.learner_id])
    insert_result(
        connection,
        result=NewResult(
            attempt_id=attempt.id,
            learner_id=attempt.learner_id,
            skill=skill,
            role_profile=profile,
            taken_at=now,
            scored_at=now,
            arm=arm,
            occasion=occasion,
            team_at_taking_id=attempt.team_at_taking_id,
            enrolment_id=attempt.enrolment_id,
            **figures(
                scored,
                catalogue=catalogue,
                skill=skill,
                role_profile=profile,
                has_graded_work=graded.covers(attempt.learner_id, skill, at=now),
            ),
        ),
    )


def figures(
    scored: ScoredCheck,
    *,
    catalogue: Catalogue,
    skill: str,
    role_profile: str,
    has_graded_work: bool = False,
) -> dict[str, Any]:
    """Return what a result keeps of a scored check, under the names of its fields.

    `has_graded_work` says whether the learner had passed graded work in the skill on that day.
    """
    estimate = scored.form.estimate
    level = level_given(
        level_of(estimate.wle, skill=catalogue.registers.skills[skill]),
        has_graded_work=has_graded_work,
    )
    role = catalogue.registers.roles.get(role_profile)
    return {
        "calibration_id": scored.calibration_id,
        "code_version": CODE_VERSION,
        "theta": estimate.wle,
        "se": estimate.se,
        "eap": estimate.eap,
        "eap_sd": estimate.sd,
        "items": len(scored.form.outcomes),
        "correct": scored.form.correct,
        "cells": scored.form.cells,
        "level": level,
        "at_target": reaches_target(level, role=role, skill=skill),
        "keys": scored.keys,
    }
