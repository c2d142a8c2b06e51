"""What a learner does: tracks taken on, lessons opened and done, attempts started."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from db.columns import table
from db.tables import Assignment, Attempt, AttemptItem, Person, Progress, StartChoice


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """An attempt about to start, with the revisions of its items in order."""

    learner_id: int
    kind: str
    content_id: str
    revision_id: int
    skill: str | None
    form: str | None
    seed: int
    language: str
    item_revisions: Sequence[int]
    enrolment_id: int | None = None
    occasion_id: int | None = None
    team_at_taking_id: int | None = None
    due_at: datetime | None = None


def insert_assignment(
    connection: Connection,
    *,
    learner_id: int,
    track_id: str,
    assigned_by: int | None,
    due_on: date | None,
    now: datetime,
) -> None:
    """Give a learner a track; one that is there already stays as it is."""
    assignments = table(Assignment)
    known = connection.execute(
        select(assignments.c.id).where(
            assignments.c.learner_id == learner_id, assignments.c.track_id == track_id
        )
    ).first()
    if known is None:
        connection.execute(
            insert(assignments).values(
                learner_id=learner_id,
                track_id=track_id,
                assigned_by=assigned_by,
                assigned_at=now,
                due_on=due_on,
            )
        )


def save_progress(
    connection: Connection,
    *,
    learner_id: int,
    lesson_id: str,
    module_id: str,
    revision_id: int,
    now: datetime,
) -> None:
    """Note that a learner has a lesson open, in this revision."""
    progress = table(Progress)
    done = connection.execute(
        update(progress)
        .where(progress.c.learner_id == learner_id, progress.c.lesson_id == lesson_id)
        .values(seen_at=now, revision_id=revision_id, module_id=module_id)
    )
    if done.rowcount == 0:
        connection.execute(
            insert(progress).values(
                learner_id=learner_id,
                lesson_id=lesson_id,
                module_id=module_id,
                revision_id=revision_id,
                opened_at=now,
                seen_at=now,
            )
        )


def finish_lesson(
    connection: Connection, *, learner_id: int, lesson_id: str, now: datetime
) -> bool:
    """Note that a lesson is done; return False when it was never opened or done before."""
    progress = table(Progress)
    done = connection.execute(
        update(progress)
        .where(
            progress.c.learner_id == learner_id,
            progress.c.lesson_id == lesson_id,
            progress.c.done_at.is_(None),
        )
        .values(done_at=now, seen_at=now)
    )
    return done.rowcount == 1


def save_start_choice(
    connection: Connection, *, learner_id: int, track_id: str, choice: str, now: datetime
) -> None:
    """Record whether the check before a track was taken or skipped; the latest word counts."""
    choices = table(StartChoice)
    done = connection.execute(
        update(choices)
        .where(choices.c.learner_id == learner_id, choices.c.track_id == track_id)
        .values(choice=choice, chosen_at=now)
    )
    if done.rowcount == 0:
        connection.execute(
            insert(choices).values(
                learner_id=learner_id, track_id=track_id, choice=choice, chosen_at=now
            )
        )


# Built once: putting a statement together takes longer than running it.
_ATTEMPT_COLUMNS = tuple(
    field.name for field in fields(NewAttempt) if field.name != "item_revisions"
)
_INSERT_ATTEMPT = insert(table(Attempt)).returning(table(Attempt).c.id)
_HOLD_LEARNER = (
    select(table(Person).c.id)
    .where(table(Person).c.id == bindparam("learner_id"))
    .with_for_update(key_share=True)
)


def hold_learner(connection: Connection, *, learner_id: int) -> None:
    """Let one transaction at a time decide over a learner's attempts.

    On PostgreSQL each statement sees what was committed meanwhile: without this, the second click
    finds no open attempt, yet one that was just taken. On SQLite there is one writer anyway.
    """
    connection.execute(_HOLD_LEARNER, {"learner_id": learner_id})


def hold_learners(connection: Connection, *, learner_ids: Collection[int]) -> None:
    """Hold many learners, in one order: two that do it at once wait and do not lock each other."""
    people = table(Person)
    connection.execute(
        select(people.c.id)
        .where(people.c.id.in_(sorted(set(learner_ids))))
        .order_by(people.c.id)
        .with_for_update(key_share=True)
    ).all()


def insert_attempt(connection: Connection, *, attempt: NewAttempt, now: datetime) -> int:
    """Start an attempt and return its id.

    A second open attempt at the same content breaks the unique key `uq_attempt_open`.
    """
    values = {name: getattr(attempt, name) for name in _ATTEMPT_COLUMNS}
    attempt_id = connection.execute(_INSERT_ATTEMPT, values | {"started_at": now}).scalar_one()
    add_items(connection, attempt_id=attempt_id, item_revisions=attempt.item_revisions)
    return int(attempt_id)


def add_items(connection: Connection, *, attempt_id: int, item_revisions: Sequence[int]) -> None:
    """Append items to an attempt, behind those it has."""
    if not item_revisions:
        return
    items = table(AttemptItem)
    last = connection.execute(
        select(func.max(items.c.position)).where(items.c.attempt_id == attempt_id)
    ).scalar()
    first = 0 if last is None else last + 1
    connection.execute(
        insert(items),
        [
            {"attempt_id": attempt_id, "position": first + place, "revision_id": revision_id}
            | {"flagged": False}
            for place, revision_id in enumerate(item_revisions)
        ],
    )


def save_paces(
    connection: Connection, *, attempt_id: int, paces: Mapping[int, tuple[float, bool]]
) -> None:
    """Keep how long questions took, and whether that was too short to read them, by position."""
    items = table(AttemptItem)
    for position, (seconds, rapid) in paces.items():
        connection.execute(
            update(items)
            .where(items.c.attempt_id == attempt_id, items.c.position == position)
            .values(seconds=seconds, rapid=rapid)
        )


def save_flag(connection: Connection, *, attempt_id: int, position: int, flagged: bool) -> int:
    """Mark a question to look at again, or unmark it; return how many rows that touched."""
    items = table(AttemptItem)
    done = connection.execute(
        update(items)
        .where(items.c.attempt_id == attempt_id, items.c.position == position)
        .values(flagged=flagged)
    )
    return done.rowcount
