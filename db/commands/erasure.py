"""Erasing a person: the row stays as a number, so that counts and the audit trail hold."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from db.chain import ERASED_RESPONSE, answer_payload, attempt_stream
from db.columns import table
from db.commands.audit import append_audits
from db.commands.people import end_account
from db.commands.retention import WrittenAnswer
from db.tables import Answer, Attempt, Person, RoleGrant, Session
from db.tables_authoring import Draft, Review
from db.tables_checks import Accommodation, AttemptBreak
from db.tables_confidence import Confidence
from db.tables_graded import (
    GradingComment,
    GradingSeat,
    Submission,
    SubmissionContent,
    WorkDraft,
)
from db.tables_guard import Allowance
from db.tables_notices import Notice
from db.tables_practice import ActivityWork, DeskAction
from db.tables_privacy import Consent

ERASED_ISSUER = "erased"
ERASED_NAME = "Erased person"


def count_erasable(connection: Connection, person_id: int) -> dict[str, int]:
    """Return how many rows an erasure deletes or empties, by table.

    Extra time and breaks are left out: neither administrators nor auditors learn who had any.
    """
    counts = {}
    for model, column in _DELETED:
        if model is Accommodation:
            continue
        rows = table(model)
        counts[rows.name] = connection.execute(
            select(func.count()).select_from(rows).where(rows.c[column] == person_id)
        ).scalar_one()
    counts["grading_seat"] += connection.execute(
        select(func.count()).where(_seats_on(person_id))
    ).scalar_one()
    grants = table(RoleGrant)
    counts["role_grant"] = connection.execute(
        select(func.count()).where(
            grants.c.person_id == person_id,
            or_(grants.c.reason != "", grants.c.revoked_reason != ""),
        )
    ).scalar_one()
    return counts


_DELETED: tuple[tuple[type, str], ...] = (
    (Session, "person_id"),
    (Notice, "person_id"),
    (Consent, "person_id"),
    (Accommodation, "person_id"),
    (ActivityWork, "learner_id"),
    (DeskAction, "learner_id"),
    (Confidence, "learner_id"),
    (Draft, "author_id"),
    (WorkDraft, "learner_id"),
    (SubmissionContent, "learner_id"),
    (GradingComment, "learner_id"),
    (GradingSeat, "marker_id"),
)


def _breaks_of(person_id: int) -> ColumnElement[bool]:
    attempts = table(Attempt)
    own = select(attempts.c.id).where(attempts.c.learner_id == person_id)
    return table(AttemptBreak).c.attempt_id.in_(own)


def _seats_on(person_id: int) -> ColumnElement[bool]:
    """Pick the gradings of a person's work under way: their drafts say what stood in it."""
    works = table(Submission)
    own = select(works.c.id).where(works.c.learner_id == person_id)
    return table(GradingSeat).c.submission_id.in_(own)


def erase_person(connection: Connection, *, person_id: int, now: datetime) -> None:
    """Leave of a person a number without a name; end the account, delete what was personal.

    Results, enrolments and answers stay under the number, and so do the counts made from them.
    """
    people, last_day = table(Person), _last_day(connection, person_id, today=now.date())
    end_account(connection, person_id=person_id, last_day=last_day, why="", now=now)
    reviews = table(Review)
    connection.execute(
        update(reviews)
        .where(reviews.c.author_id == person_id, reviews.c.state == "waiting")
        .values(state="withdrawn", decided_at=now)
    )
    for model, column in _DELETED:
        rows = table(model)
        connection.execute(delete(rows).where(rows.c[column] == person_id))
    connection.execute(delete(table(AttemptBreak)).where(_breaks_of(person_id)))
    connection.execute(delete(table(GradingSeat)).where(_seats_on(person_id)))
    limits, grants = table(Allowance), table(RoleGrant)
    connection.execute(delete(limits).where(limits.c.who == f"person:{person_id}"))
    connection.execute(
        update(grants).where(grants.c.person_id == person_id).values(reason="", revoked_reason="")
    )
    connection.execute(
        update(people)
        .where(people.c.id == person_id)
        .values(
            issuer=ERASED_ISSUER,
            subject=str(person_id),
            name=ERASED_NAME,
            email="",
            language="en",
            on_roster=False,
            erased_at=now,
        )
    )


def _last_day(connection: Connection, person_id: int, *, today: date) -> date:
    people = table(Person)
    known: date | None = connection.execute(
        select(people.c.last_day).where(people.c.id == person_id)
    ).scalar()
    return today if known is None else min(known, today)


def empty_answers(
    connection: Connection, found: Iterable[WrittenAnswer], *, actor: str, now: datetime
) -> int:
    """Empty the texts of some answers, each with an audit row that says so; return how many.

    The row of the audit that speaks of the text keeps its hash only, and the one added here says
    that the answer is empty since; so the proof of all answers still holds.
    """
    answers = table(Answer)
    by_attempt: dict[int, list[WrittenAnswer]] = {}
    for one in found:
        by_attempt.setdefault(one.attempt_id, []).append(replace(one, response=ERASED_RESPONSE))
    for attempt_id, emptied in by_attempt.items():
        connection.execute(
            update(answers)
            .where(answers.c.id.in_([one.id for one in emptied]))
            .values(response=ERASED_RESPONSE)
        )
        deeds = [("answer erased", f"answer:{one.seq}", _payload(one)) for one in emptied]
        append_audits(
            connection, stream=attempt_stream(attempt_id), actor=actor, deeds=deeds, now=now
        )
    return sum(map(len, by_attempt.values()))


def _payload(answer: WrittenAnswer) -> dict[str, object]:
    return answer_payload(
        position=answer.position, operation_id=answer.operation_id, response=answer.response
    )
