"""Ending an attempt, and keeping the skill estimate that came out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection

from db.chain import attempt_stream, canonical_json
from db.commands.audit import append_audit
from db.commands.growth import Counted, move_cells
from db.errors import AttemptForeign
from db.hot import Statement, moment_of

CLOSE_ATTEMPT = Statement(
    "UPDATE attempt SET submitted_at = :now"
    " WHERE id = :attempt_id AND learner_id = :learner_id AND submitted_at IS NULL"
)
FIND_ATTEMPT = Statement(
    "SELECT 1 FROM attempt WHERE id = :attempt_id AND learner_id = :learner_id"
)
LOCK_LEARNER = Statement(
    "SELECT id FROM person WHERE id = :learner_id", for_postgres="FOR NO KEY UPDATE"
)
FIND_COUNTED = Statement(
    "SELECT id, attempt_id, learner_id, team_at_taking_id, skill, arm, occasion, taken_at, theta,"
    " se, level, at_target FROM result"
    " WHERE learner_id = :learner_id AND skill = :skill AND counts_for = :counts_for AND counted"
)
RETIRE_RESULT = Statement(
    "UPDATE result SET in_force = false, counted = false"
    " WHERE attempt_id = :attempt_id AND in_force"
)
INSERT_RESULT = Statement(
    """
    INSERT INTO result (attempt_id, calibration_id, learner_id, skill, theta, se, eap, eap_sd,
        items, correct, level, at_target, cells, arm, occasion, team_at_taking_id, enrolment_id,
        role_profile, taken_at, scored_at, code_version, counts_for, counted, number, in_force,
        reason, regrade_id, keys)
    VALUES (:attempt_id, :calibration_id, :learner_id, :skill, :theta, :se, :eap, :eap_sd,
        :items, :correct, :level, :at_target, :cells, :arm, :occasion, :team_at_taking_id,
        :enrolment_id, :role_profile, :taken_at, :scored_at, :code_version, :counts_for, :counted,
        (SELECT coalesce(max(number), 0) + 1 FROM result WHERE attempt_id = :attempt_id), true,
        :reason, :regrade_id, :keys)
    RETURNING id
    """
)


@dataclass(frozen=True, slots=True)
class NewResult:
    """A skill estimate about to be kept; logits for `theta`, `se`, `eap` and `eap_sd`.

    `team_at_taking_id` is the team of the day the check was taken, `level` 1 to 4. `keys` names
    the positions scored by another revision than the one shown (None: not scored at all).
    """

    attempt_id: int
    calibration_id: int
    learner_id: int
    skill: str
    theta: float
    se: float
    eap: float
    eap_sd: float
    items: int
    correct: int
    level: int
    at_target: bool
    cells: Mapping[str, object]
    role_profile: str
    taken_at: datetime
    scored_at: datetime
    code_version: str
    arm: str | None = None
    occasion: str | None = None
    team_at_taking_id: int | None = None
    enrolment_id: int | None = None
    reason: Literal["submitted", "calibration", "regrade"] = "submitted"
    regrade_id: int | None = None
    keys: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptResult:
    """The id of a kept result, and whether it counts towards growth."""

    id: int
    counted: bool


def close_attempt(
    connection: Connection, *, attempt_id: int, learner_id: int, now: datetime
) -> bool:
    """Hand an attempt in, once; return False when that was done before.

    Raises
    ------
    AttemptForeign
        When the attempt belongs to somebody else.
    """
    done = CLOSE_ATTEMPT.run(connection, attempt_id=attempt_id, learner_id=learner_id, now=now)
    if done.rowcount == 0:
        if FIND_ATTEMPT.run(connection, attempt_id=attempt_id, learner_id=learner_id).first():
            return False
        raise AttemptForeign("this is not one of your attempts; open it from your own page")
    append_audit(
        connection,
        stream=attempt_stream(attempt_id),
        actor=f"person:{learner_id}",
        deed="attempt submitted",
        object_=f"attempt:{attempt_id}",
        payload={},
        now=now,
    )
    return True


def insert_result(connection: Connection, *, result: NewResult) -> KeptResult:
    """Keep a result, decide whether it counts, and move the growth cells with it.

    The first attempt of a learner at a skill counts, per enrolment and occasion, or per month
    where the check belongs to no occasion. Scoring an attempt once more, with other parameters or
    another key, puts the new result in force in the place of the old one, which stays on record.
    """
    LOCK_LEARNER.run(connection, learner_id=result.learner_id)
    purpose = counts_for(result)
    before = FIND_COUNTED.run(
        connection, learner_id=result.learner_id, skill=result.skill, counts_for=purpose
    ).first()
    counted = before is None or before.attempt_id == result.attempt_id
    RETIRE_RESULT.run(connection, attempt_id=result.attempt_id)
    if before is not None and counted and before.team_at_taking_id is not None:
        old = Counted(
            learner_id=before.learner_id,
            team_id=before.team_at_taking_id,
            skill=before.skill,
            arm=before.arm,
            occasion=before.occasion,
            day=moment_of(before.taken_at).date(),
            theta=before.theta,
            se=before.se,
            level=before.level,
            at_target=bool(before.at_target),
        )
        move_cells(connection, result=old, by=-1)
    result_id = _insert_row(connection, result, counts_for=purpose, counted=counted)
    if counted and result.team_at_taking_id is not None:
        move_cells(connection, result=_counted(result, result.team_at_taking_id), by=1)
    _append_scored(connection, result, counted=counted)
    return KeptResult(result_id, counted)


def counts_for(result: NewResult) -> str:
    """Name what a result may count for; only one result of a learner and skill does."""
    if result.occasion is not None:
        return f"enrolment:{result.enrolment_id or 'none'}:{result.occasion}"
    return f"month:{result.taken_at.astimezone(UTC):%Y-%m}"


def _counted(result: NewResult, team_id: int) -> Counted:
    return Counted(
        learner_id=result.learner_id,
        team_id=team_id,
        skill=result.skill,
        arm=result.arm,
        occasion=result.occasion,
        day=result.taken_at.astimezone(UTC).date(),
        theta=result.theta,
        se=result.se,
        level=result.level,
        at_target=result.at_target,
    )


def _insert_row(
    connection: Connection, result: NewResult, *, counts_for: str, counted: bool
) -> int:
    values = {name: getattr(result, name) for name in NewResult.__slots__}
    values["cells"] = canonical_json(dict(result.cells))
    values["keys"] = canonical_json(dict(result.keys))
    row = INSERT_RESULT.run(connection, **values, counts_for=counts_for, counted=counted)
    return int(row.scalar_one())


def _append_scored(connection: Connection, result: NewResult, *, counted: bool) -> None:
    append_audit(
        connection,
        stream=attempt_stream(result.attempt_id),
        actor="portal",
        deed="result scored",
        object_=f"calibration:{result.calibration_id}",
        payload={
            "skill": result.skill,
            "theta": result.theta,
            "se": result.se,
            "level": result.level,
            "counted": counted,
            "reason": result.reason,
            "code_version": result.code_version,
        },
        now=result.scored_at,
    )
