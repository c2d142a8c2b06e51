"""What a skill check that was handed in says: scoring it, keeping the result, reading it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.irt import LevelBand, estimate_skill, level_band
from assessments.parameters import ItemParameters, Parameters
from assessments.scoring import Score, score
from curriculum.model import Item, Skill
from db import Connection
from db.commands.results import NewResult, insert_result
from db.queries.content import CalibrationRow, find_calibration
from db.queries.learning import (
    AttemptItemRow,
    AttemptRow,
    ResultRow,
    find_attempt,
    select_attempt_items,
    select_results,
)
from db.queries.people import find_person
from db.queries.programs import (
    find_route,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.evidence import CODE_VERSION
from portal.services.learning import ReadItem


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

    def read(connection: Connection) -> tuple[AttemptRow, tuple[ResultRow, ...]]:
        return (
            find_own_check(connection, viewer, attempt_id),
            select_results(connection, viewer.person_id),
        )

    attempt, results = store.read(read)
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
        band=band_of(skill, mine[-1]),
        cells={cell: (right, asked) for cell, (right, asked) in mine[-1].cells.items()},
        before=earlier[-1] if earlier else None,
    )


def band_of(skill: Skill, result: ResultRow) -> LevelBand:
    """Return the levels that a person's estimate spans: EAP with its posterior SD."""
    return level_band(result.eap, se=result.eap_sd, cuts=cuts_of(skill))


def cuts_of(skill: Skill) -> list[float]:
    """Return the lower ends of levels 2, 3 and 4."""
    return [level.cut for level in skill.levels if level.cut is not None]


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
    rows = select_attempt_items(connection, attempt.id)
    items = [read_item(row.revision_id) for row in rows]
    scores = [_score_row(item, row) for item, row in zip(items, rows, strict=True)]
    calibration = find_calibration(connection, skill=skill)
    if calibration is None:
        raise Refused("This skill has no item parameters yet. Tell the people desk.")
    estimate = estimate_skill(
        {item.id: one.correct for item, one in zip(items, scores, strict=True)},
        parameters=parameters_of(calibration),
    )
    person = find_person(connection, attempt.learner_id)
    arm, occasion = find_route(
        connection, enrolment_id=attempt.enrolment_id, occasion_id=attempt.occasion_id
    )
    levels = catalogue.registers.skills[skill]
    level = 1 + sum(estimate.wle >= cut for cut in cuts_of(levels))
    role = catalogue.registers.roles.get(person.role_profile if person else "")
    insert_result(
        connection,
        result=NewResult(
            attempt_id=attempt.id,
            learner_id=attempt.learner_id,
            skill=skill,
            calibration_id=calibration.id,
            code_version=CODE_VERSION,
            theta=estimate.wle,
            se=estimate.se,
            eap=estimate.eap,
            eap_sd=estimate.sd,
            items=len(items),
            correct=sum(one.correct for one in scores),
            cells=_cells(items, scores),
            level=level,
            at_target=level >= (role.targets.get(skill, 1) if role else 1),
            role_profile=person.role_profile if person else "",
            taken_at=now,
            scored_at=now,
            arm=arm,
            occasion=occasion,
            team_at_taking_id=attempt.team_at_taking_id,
            enrolment_id=attempt.enrolment_id,
        ),
    )


def _score_row(item: Item, row: AttemptItemRow) -> Score:
    if row.response is None:
        return Score(share=0.0, correct=False)
    return score(item, json.loads(row.response))


def _cells(items: list[Item], scores: list[Score]) -> dict[str, list[int]]:
    cells: dict[str, list[int]] = {}
    for item, one in zip(items, scores, strict=True):
        right, asked = cells.get(item.cell or "", [0, 0])
        cells[item.cell or ""] = [right + int(one.correct), asked + 1]
    return cells


def parameters_of(calibration: CalibrationRow) -> Parameters:
    """Return the item parameters that a calibration kept in the database holds."""
    values: Mapping[str, Mapping[str, Any]] = calibration.parameters
    return Parameters(
        items={
            id_: ItemParameters(item_id=id_, a=float(one["a"]), b=float(one["b"]))
            for id_, one in values.items()
        },
        basis="expert" if calibration.model == "prior" else calibration.model,  # type: ignore[arg-type]
        note="",
    )
