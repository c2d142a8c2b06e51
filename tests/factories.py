"""Rows for tests: each `make_` adds one thing and asks only for what matters to the test.

Everything goes through the tables, not through services, so that a test of one service never
depends on another one. `now` is 2 March 2026, 09:00 UTC, wherever a moment is not given.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import SQLModel

from db.columns import table
from db.schema import APPLICATION
from db.store import Store
from db.tables import (
    Answer,
    Assignment,
    Attempt,
    AttemptItem,
    Calibration,
    Cohort,
    Content,
    Enrolment,
    Head,
    Instance,
    Job,
    Occasion,
    Person,
    Program,
    Progress,
    Result,
    Revision,
    RoleGrant,
    Session,
    Team,
    TeamManager,
    TeamMember,
    TeamPlace,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
_numbers = count(1)


@dataclass(frozen=True)
class MadeAttempt:
    """An attempt in the database: its id, whose it is, and the revisions of its items."""

    id: int
    learner_id: int
    item_revisions: tuple[int, ...]


def add_row(store: Store, model: type[SQLModel], **values: Any) -> Any:
    """Add one row and return its first primary key column."""
    rows = table(model)
    first_key = next(iter(rows.primary_key.columns))
    return store.write(
        lambda c: c.execute(insert(rows).values(**values).returning(first_key)).scalar_one()
    )


def make_instance(store: Store, *, synthetic: bool = True, application: str = APPLICATION) -> int:
    """Say what the database is."""
    return add_row(
        store, Instance, id=1, application=application, synthetic=synthetic, created_at=NOW
    )


# --- people and teams ----------------------------------------------------------------------------


def make_person(
    store: Store,
    *,
    name: str = "Ada Lind",
    subject: str | None = None,
    email: str | None = None,
    role_profile: str = "all-staff",
    language: str = "en",
    active: bool = True,
    roles: Sequence[str] = ("employee",),
    team: int | None = None,
    manages: Sequence[int] = (),
) -> int:
    """Add a person with their roles, their team, and the teams they manage."""
    number = next(_numbers)
    person = add_row(
        store,
        Person,
        issuer="https://id.norhaven.example",
        subject=subject or f"subject-{number}",
        name=name,
        email=email or f"person{number}@norhaven.example",
        role_profile=role_profile,
        language=language,
        active=active,
        created_at=NOW,
    )
    for role in roles:
        grant_role(store, person=person, role=role)
    if team is not None:
        join_team(store, person=person, team=team)
    for managed in manages:
        lead_team(store, person=person, team=managed)
    return person


def grant_role(store: Store, *, person: int, role: str, revoked_at: datetime | None = None) -> int:
    """Give a person a role."""
    return add_row(
        store, RoleGrant, person_id=person, role=role, granted_at=NOW, revoked_at=revoked_at
    )


def make_session(
    store: Store, *, person: int, token_hash: str | None = None, started_at: datetime = NOW
) -> str:
    """Sign a person in; return the hash of the token."""
    return add_row(
        store,
        Session,
        token_hash=token_hash or f"{next(_numbers):064d}",
        person_id=person,
        started_at=started_at,
        seen_at=started_at,
        ends_at=started_at + timedelta(hours=8),
    )


def make_team(
    store: Store,
    *,
    name: str = "Claims",
    code: str | None = None,
    parent: int | None = None,
    since: date = LONG_AGO,
    members: int = 0,
) -> int:
    """Add a team below its parent, with as many members as asked for."""
    code = code or f"team-{next(_numbers)}"
    team = add_row(store, Team, code=code, name=name)
    place_team(store, team=team, parent=parent, starts_on=since)
    for _ in range(members):
        make_person(store, team=team)
    return team


def place_team(
    store: Store,
    *,
    team: int,
    parent: int | None,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> int:
    """Hang a team under a parent for a while."""
    return add_row(
        store, TeamPlace, team_id=team, parent_id=parent, starts_on=starts_on, ends_on=ends_on
    )


def join_team(
    store: Store,
    *,
    person: int,
    team: int,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> int:
    """Put a person into a team for a while."""
    return add_row(
        store, TeamMember, person_id=person, team_id=team, starts_on=starts_on, ends_on=ends_on
    )


def lead_team(
    store: Store,
    *,
    person: int,
    team: int,
    kind: str = "manager",
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> int:
    """Let a person lead a team, or stand in for its lead, for a while."""
    return add_row(
        store,
        TeamManager,
        person_id=person,
        team_id=team,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
    )


# --- content and learning ------------------------------------------------------------------------


def make_revision(
    store: Store,
    *,
    content_id: str | None = None,
    kind: str = "item",
    owner_id: str | None = None,
    body: Mapping[str, Any] | None = None,
    source: str = "",
    origin: str = "git",
    published_at: datetime = NOW,
) -> int:
    """Publish a text: the content where it is new, one more revision, and the head on it."""
    content_id = content_id or f"{kind}-{next(_numbers)}"
    source = source or f"{content_id}, text {next(_numbers)}"
    revisions, contents, heads = table(Revision), table(Content), table(Head)

    def publish(connection: Any) -> int:
        last = connection.execute(
            select(func.max(revisions.c.number)).where(revisions.c.content_id == content_id)
        ).scalar()
        if last is None:
            connection.execute(
                insert(contents).values(id=content_id, kind=kind, first_published_at=published_at)
            )
        revision = connection.execute(
            insert(revisions)
            .values(
                content_id=content_id,
                number=(last or 0) + 1,
                content_hash=hashlib.sha256(source.encode()).hexdigest(),
                key_hash="",
                origin=origin,
                path=f"curriculum/{content_id}.md",
                source=source,
                body=dict(body or {}),
                published_at=published_at,
            )
            .returning(revisions.c.id)
        ).scalar_one()
        connection.execute(heads.delete().where(heads.c.content_id == content_id))
        connection.execute(
            insert(heads).values(
                content_id=content_id,
                revision_id=revision,
                owner_id=owner_id or content_id,
                kind=kind,
            )
        )
        return revision

    return store.write(publish)


def make_track(store: Store, *, track_id: str = "agents", **values: Any) -> int:
    """Publish a track; return its revision."""
    return make_revision(store, content_id=track_id, kind="track", **values)


def make_module(store: Store, *, module_id: str = "a3-traces", **values: Any) -> int:
    """Publish a module; return its revision."""
    return make_revision(store, content_id=module_id, kind="module", **values)


def make_lesson(
    store: Store,
    *,
    lesson_id: str = "a3-traces.reading",
    module_id: str = "a3-traces",
    **values: Any,
) -> int:
    """Publish a lesson of a module; return its revision."""
    return make_revision(store, content_id=lesson_id, kind="lesson", owner_id=module_id, **values)


def make_item(
    store: Store, *, item_id: str | None = None, owner_id: str | None = None, **values: Any
) -> int:
    """Publish an item; return its revision."""
    return make_revision(store, content_id=item_id, kind="item", owner_id=owner_id, **values)


def make_assignment(
    store: Store,
    *,
    learner: int,
    track_id: str = "agents",
    assigned_by: int | None = None,
    due_on: date | None = None,
) -> int:
    """Assign a track to a learner, publishing the track where there is none."""
    _require_content(store, track_id, kind="track")
    return add_row(
        store,
        Assignment,
        learner_id=learner,
        track_id=track_id,
        assigned_by=assigned_by,
        assigned_at=NOW,
        due_on=due_on,
    )


def make_progress(
    store: Store,
    *,
    learner: int,
    lesson_id: str = "a3-traces.reading",
    module_id: str = "a3-traces",
    done_at: datetime | None = None,
) -> int:
    """Open a lesson for a learner, and finish it where `done_at` is given."""
    _require_content(store, module_id, kind="module")
    revision = _require_content(store, lesson_id, kind="lesson", owner_id=module_id)
    return add_row(
        store,
        Progress,
        learner_id=learner,
        lesson_id=lesson_id,
        module_id=module_id,
        revision_id=revision,
        opened_at=NOW,
        seen_at=NOW,
        done_at=done_at,
    )


def _require_content(
    store: Store, content_id: str, *, kind: str, owner_id: str | None = None
) -> int:
    heads = table(Head)
    known = store.read(
        lambda c: c.execute(
            select(heads.c.revision_id).where(heads.c.content_id == content_id)
        ).scalar()
    )
    if known is not None:
        return known
    return make_revision(store, content_id=content_id, kind=kind, owner_id=owner_id)


# --- programs ------------------------------------------------------------------------------------


def make_program(
    store: Store,
    *,
    name: str | None = None,
    track_id: str = "agents",
    design: str = "lottery",
    starts_on: date = NOW.date(),
) -> int:
    """Add a program on a track."""
    _require_content(store, track_id, kind="track")
    return add_row(
        store,
        Program,
        name=name or f"Program {next(_numbers)}",
        track_id=track_id,
        design=design,
        starts_on=starts_on,
        created_at=NOW,
    )


def make_cohort(
    store: Store,
    *,
    program: int | None = None,
    name: str | None = None,
    arm: str = "structured",
    starts_on: date = NOW.date(),
) -> int:
    """Add a cohort, with a program of its own where none is given."""
    return add_row(
        store,
        Cohort,
        program_id=make_program(store) if program is None else program,
        name=name or f"Cohort {next(_numbers)}",
        arm=arm,
        starts_on=starts_on,
    )


def make_enrolment(
    store: Store,
    *,
    learner: int,
    cohort: int | None = None,
    arm: str = "structured",
    team: int | None = None,
    starts_on: date = NOW.date(),
    assigned_by: str = "lottery",
) -> int:
    """Enrol a learner, in a cohort of the arm where none is given."""
    return add_row(
        store,
        Enrolment,
        learner_id=learner,
        cohort_id=make_cohort(store, arm=arm) if cohort is None else cohort,
        arm=arm,
        team_at_start_id=team,
        starts_on=starts_on,
        assigned_by=assigned_by,
        assigned_at=NOW,
    )


def make_occasion(
    store: Store,
    *,
    cohort: int,
    kind: str = "baseline",
    opens_on: date = NOW.date(),
    days: int = 30,
) -> int:
    """Open a window for the skill check of a cohort."""
    return add_row(
        store,
        Occasion,
        cohort_id=cohort,
        kind=kind,
        opens_on=opens_on,
        closes_on=opens_on + timedelta(days=days),
    )


# --- attempts and results ------------------------------------------------------------------------


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
    content_id = content_id or f"check.{skill}-{next(_numbers)}"
    revision = _require_content(
        store, content_id, kind="blueprint" if kind == "check" else "lesson"
    )
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
        operation_id=operation_id or f"operation-{next(_numbers)}",
        response=response if isinstance(response, str) else json.dumps(response),
        seconds=seconds,
        answered_at=answered_at,
    )


def make_calibration(
    store: Store, *, skill: str = "agent-operations", model: str = "prior", in_force: bool = True
) -> int:
    """Add item parameters for a skill."""
    return add_row(
        store,
        Calibration,
        skill=skill,
        model=model,
        parameters={},
        learners=0,
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
        counts_for=f"test-{next(_numbers)}",
        counted=counted,
    )


def make_job(store: Store, *, kind: str = "calibrate", state: str = "waiting") -> int:
    """Add a piece of background work."""
    return add_row(store, Job, kind=kind, payload={}, state=state, asked_at=NOW, run_after=NOW)
