"""What a skill check that was handed in says: scoring it, keeping the result, reading it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.graded_levels import level_given
from assessments.irt import LevelBand
from assessments.pace import rapid_threshold
from curriculum.model import Skill
from db import Connection
from db.commands.learning import save_paces
from db.commands.results import NewResult, close_attempt, insert_result
from db.queries.learning import AttemptRow, ResultRow, find_attempt, select_results
from db.queries.pace import count_rapid, select_item_paces, select_timed
from db.queries.people import find_person
from db.queries.programs import find_route
from db.queries.scoring import select_given
from db.queries.tested_out import select_tested_out
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.check_time import close_break
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
from portal.services.skill_change import Change, read_change
from portal.services.testing_out import note_pass

# What a page needs to know of an estimate.
Estimate = ResultRow


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A measured skill with its error, and the cells to work on; never a key.

    `band` says the levels the estimate spans. `cells` gives right answers and questions per cell.
    `change` is what it says beside the check before, if there was one. Of `timed` answers `rapid`
    came before their question can have been read; `tested_out` are the titles of modules it spares.
    `was_over` says that its time ended it.
    """

    attempt_id: int
    skill: Skill
    result: ResultRow
    band: LevelBand
    cells: Mapping[str, tuple[int, int]]
    change: Change | None
    rapid: int = 0
    timed: int = 0
    tested_out: tuple[str, ...] = ()
    was_over: bool = False


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside a result: graded work, guesses among timed answers, modules spared."""

    graded: GradedWork
    pace: tuple[int, int]
    modules: tuple[str, ...]


def read_result(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, read_item: ReadItem, attempt_id: int
) -> CheckResult:
    """Return the estimate of an own check that was handed in."""
    access.require(viewer, "see own record")

    def read(connection: Connection) -> tuple[AttemptRow, ResultRow, Change | None, _Beside]:
        attempt = find_own_check(connection, viewer, attempt_id)
        results = select_results(connection, viewer.person_id)
        mine = [row for row in results if row.attempt_id == attempt_id]
        if not mine:
            raise Refused("This check is not handed in yet. Go on with it from Home.")
        earlier = [
            row
            for row in results
            if row.skill == attempt.skill and row.taken_at < mine[-1].taken_at
        ]
        change = (
            read_change(connection, earlier[-1], mine[-1], read_item=read_item) if earlier else None
        )
        beside = _Beside(
            read_graded_work(connection, [viewer.person_id]),
            count_rapid(connection, attempt_id),
            tuple(select_tested_out(connection, viewer.person_id, attempt_id=attempt_id)),
        )
        return attempt, mine[-1], change, beside

    attempt, mine, change, beside = store.read(read)
    skill = catalogue.registers.skills[str(attempt.skill)]
    return CheckResult(
        attempt_id=attempt_id,
        skill=skill,
        result=mine,
        band=band_of(skill, mine, has_graded_work=beside.graded.covers(viewer.person_id, skill.id)),
        cells={cell: (right, asked) for cell, (right, asked) in mine.cells.items()},
        change=change,
        rapid=beside.pace[0],
        timed=beside.pace[1],
        tested_out=tuple(
            catalogue.modules[id_].title for id_ in beside.modules if id_ in catalogue.modules
        ),
        was_over=attempt.submitted_at is not None and attempt.submitted_at == attempt.due_at,
    )


def find_own_check(connection: Connection, viewer: Viewer, attempt_id: int) -> AttemptRow:
    """Return an own skill check; refuse another person's as if it did not exist."""
    attempt = find_attempt(connection, attempt_id)
    access.require_own(viewer, owner_id=attempt.learner_id if attempt else None)
    if attempt is None or attempt.kind != "check":
        raise Refused("There is no skill check under this address. Start again from Home.")
    return attempt


# --- handing in and scoring ----------------------------------------------------------------------


def hand_in(
    connection: Connection,
    attempt: AttemptRow,
    *,
    catalogue: Catalogue,
    read_item: ReadItem,
    now: datetime,
) -> bool:
    """End a check at this moment, or when its time was over, and score it; False if it was ended.

    The break that is on ends too, and answers that came too fast to be read are marked. The
    caller held the learner before it read the attempt, as breaks and corrections do: two that wait
    for each other would both be lost.
    """
    if attempt.submitted_at is None and close_break(connection, attempt, now=now):
        attempt = find_attempt(connection, attempt.id) or attempt
    closed_at = min(now, attempt.due_at) if attempt.due_at else now
    if not close_attempt(
        connection, attempt_id=attempt.id, learner_id=attempt.learner_id, now=closed_at
    ):
        return False
    mark_rapid(connection, attempt.id, read_item=read_item)
    score_attempt(connection, attempt, catalogue=catalogue, read_item=read_item, now=closed_at)
    return True


def mark_rapid(connection: Connection, attempt_id: int, *, read_item: ReadItem) -> None:
    """Keep how long each question of a check took, and mark those answered too fast to be read."""
    timed = [
        (row.position, read_item(row.revision_id), row.seconds)
        for row in select_timed(connection, attempt_id)
        if row.seconds is not None
    ]
    if not timed:
        return
    known = select_item_paces(connection, [item.id for _position, item, _seconds in timed])
    paces = {}
    for position, item, seconds in timed:
        mean, answers = known.get(item.id, (None, 0))
        limit = rapid_threshold(expected=item.seconds, mean=mean, timed=answers)
        paces[position] = (seconds, seconds < limit)
    save_paces(connection, attempt_id=attempt_id, paces=paces)


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
    found = figures(
        scored,
        catalogue=catalogue,
        skill=skill,
        role_profile=profile,
        has_graded_work=graded.covers(attempt.learner_id, skill, at=now),
    )
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
            **found,
        ),
    )
    note_pass(connection, attempt, level=found["level"], catalogue=catalogue, now=now)


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
