"""Attempts, answers, results and jobs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from db.columns import table
from db.store import Store
from db.tables import Answer, Attempt, AttemptItem, Calibration, Result
from db.tables_jobs import Job
from tests.factories.content import make_item, require_content
from tests.factories.people import make_person
from tests.factories.rows import NOW, add_row, next_number


@dataclass(frozen=True)
class MadeAttempt:
    """An attempt in the database: its id, whose it is, and the revisions of its items."""

    id: int
    learner_id: int
    item_revisions: tuple[int, ...]


def make_attempt(
    store: Store,
    *,
    learner: int | None = None,
    kind: str = "check",
    content_id: str | None = None,
    skill: str | None = "agent-operations",
    items: int | Sequence[int] = 3,
    form: str | None = "A",
    seed: int = 7,
    team: int | None = None,
    enrolment: int | None = None,
    occasion: int | None = None,
    started_at: datetime = NOW,
    due_at: datetime | None = None,
    submitted_at: datetime | None = None,
) -> MadeAttempt:
    """Start an attempt with its items at positions 0, 1, …; give a count or item revisions."""
    learner = make_person(store) if learner is None else learner
    content_id = content_id or f"check.{skill}-{next_number()}"
    revision = require_content(store, content_id, kind="blueprint" if kind == "check" else "lesson")
    if isinstance(items, int):
        items = [make_item(store) for _ in range(items)]
    attempt = add_row(
        store,
        Attempt,
        learner_id=learner,
        kind=kind,
        content_id=content_id,
        revision_id=revision,
        skill=skill,
        form=form if kind == "check" else None,
        seed=seed,
        language="en",
        enrolment_id=enrolment,
        occasion_id=occasion,
        team_at_taking_id=team,
        started_at=started_at,
        due_at=due_at,
        submitted_at=submitted_at,
    )
    for position, item in enumerate(items):
        add_row(
            store,
            AttemptItem,
            attempt_id=attempt,
            position=position,
            revision_id=item,
            flagged=False,
        )
    return MadeAttempt(attempt, learner, tuple(items))


def make_answer(
    store: Store,
    *,
    attempt: int,
    position: int = 0,
    response: str | Mapping[str, Any] = '{"choice":"a"}',
    operation_id: str | None = None,
    seconds: float | None = None,
    answered_at: datetime = NOW,
) -> int:
    """Add an answer behind those the attempt has; return its id."""
    answers = table(Answer)
    last = store.read(
        lambda c: c.execute(
            select(func.max(answers.c.seq)).where(answers.c.attempt_id == attempt)
        ).scalar()
    )
    return add_row(
        store,
        Answer,
        attempt_id=attempt,
        seq=(last or 0) + 1,
        position=position,
        operation_id=operation_id or f"operation-{next_number()}",
        response=response if isinstance(response, str) else json.dumps(response),
        seconds=seconds,
        answered_at=answered_at,
    )


def make_calibration(
    store: Store,
    *,
    skill: str = "agent-operations",
    model: str = "prior",
    parameters: Mapping[str, Any] | None = None,
    in_force: bool = True,
) -> int:
    """Add item parameters for a skill; those before are no longer in force then."""
    rows = table(Calibration)
    versions = select(func.coalesce(func.max(rows.c.version), 0)).where(rows.c.skill == skill)
    last = store.read(lambda c: c.execute(versions).scalar_one())
    if in_force:
        store.write(
            lambda c: (
                c.execute(update(rows).where(rows.c.skill == skill).values(in_force=False)).rowcount
            )
        )
    return add_row(
        store,
        Calibration,
        skill=skill,
        version=last + 1,
        model=model,
        parameters=dict(parameters or {}),
        learners=0,
        answers=0,
        details={},
        verdict="",
        code_version="test",
        made_at=NOW,
        in_force=in_force,
    )


def make_result(
    store: Store,
    *,
    attempt: MadeAttempt | None = None,
    calibration: int | None = None,
    skill: str = "agent-operations",
    theta: float = 0.0,
    se: float = 0.5,
    level: int = 2,
    at_target: bool = False,
    arm: str | None = None,
    occasion: str | None = None,
    team: int | None = None,
    enrolment: int | None = None,
    role_profile: str = "all-staff",
    taken_at: datetime = NOW,
    counted: bool = True,
    in_force: bool = True,
    number: int = 1,
) -> int:
    """Add a result row as it stands; aggregates do not move (use `insert_result` for that)."""
    attempt = attempt or make_attempt(
        store, skill=skill, team=team, enrolment=enrolment, submitted_at=taken_at
    )
    return add_row(
        store,
        Result,
        attempt_id=attempt.id,
        calibration_id=make_calibration(store, skill=skill) if calibration is None else calibration,
        learner_id=attempt.learner_id,
        skill=skill,
        theta=theta,
        se=se,
        eap=theta * 0.7,
        eap_sd=se,
        items=12,
        correct=6,
        level=level,
        at_target=at_target,
        cells={},
        arm=arm,
        occasion=occasion,
        team_at_taking_id=team,
        enrolment_id=enrolment,
        role_profile=role_profile,
        taken_at=taken_at,
        scored_at=taken_at,
        code_version="test",
        counts_for=f"test-{next_number()}",
        counted=counted,
        number=number,
        in_force=in_force,
        reason="submitted" if number == 1 else "calibration",
        keys={},
    )


def make_job(store: Store, *, kind: str = "calibrate", state: str = "waiting") -> int:
    """Add a piece of background work."""
    return add_row(store, Job, kind=kind, payload={}, state=state, asked_at=NOW, run_after=NOW)
