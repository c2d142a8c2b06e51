"""Practice inside lessons: activities under way, and actions at one's own desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.sql.expression import func

from db.columns import table
from db.tables_practice import ActivityWork, DeskAction

ActionOutcome = Literal["planned", "done", "not yet", "dropped"]


@dataclass(frozen=True, slots=True)
class PracticePlace:
    """Whose practice, on what, and in which revision of its lesson."""

    learner_id: int
    practice_id: str
    lesson_id: str
    revision_id: int


def upsert_activity(
    connection: Connection,
    *,
    place: PracticePlace,
    state: str,
    region: str,
    is_goal: bool,
    now: datetime,
) -> None:
    """Keep where a learner stands in an activity; when its goal was first reached stays."""
    rows = table(ActivityWork)
    values = {
        "lesson_id": place.lesson_id,
        "revision_id": place.revision_id,
        "state": state,
        "region": region,
        "saved_at": now,
    }
    if is_goal:
        values["goal_at"] = func.coalesce(rows.c.goal_at, now)
    changed = connection.execute(
        update(rows)
        .where(rows.c.learner_id == place.learner_id, rows.c.activity_id == place.practice_id)
        .values(saves=rows.c.saves + 1, **values)
    )
    if changed.rowcount == 0:
        values["goal_at"] = now if is_goal else None
        connection.execute(
            insert(rows).values(
                learner_id=place.learner_id,
                activity_id=place.practice_id,
                saves=1,
                started_at=now,
                **values,
            )
        )


def upsert_plan(
    connection: Connection,
    *,
    place: PracticePlace,
    plan: str,
    follow_up_at: datetime,
    now: datetime,
) -> None:
    """Keep what a learner means to do; the day of the question is that of the first plan."""
    rows = table(DeskAction)
    changed = connection.execute(
        update(rows)
        .where(rows.c.learner_id == place.learner_id, rows.c.transfer_id == place.practice_id)
        .values(plan=plan, saved_at=now, saves=rows.c.saves + 1)
    )
    if changed.rowcount == 0:
        connection.execute(
            insert(rows).values(
                learner_id=place.learner_id,
                transfer_id=place.practice_id,
                lesson_id=place.lesson_id,
                revision_id=place.revision_id,
                plan=plan,
                planned_at=now,
                saved_at=now,
                follow_up_at=follow_up_at,
                outcome="planned",
                note="",
                saves=1,
            )
        )


def delete_plan(connection: Connection, *, learner_id: int, transfer_id: str) -> None:
    """Take a plan back; one that was answered stays."""
    rows = table(DeskAction)
    connection.execute(
        delete(rows).where(
            rows.c.learner_id == learner_id,
            rows.c.transfer_id == transfer_id,
            rows.c.answered_at.is_(None),
        )
    )


def update_outcome(
    connection: Connection,
    *,
    learner_id: int,
    transfer_id: str,
    outcome: ActionOutcome,
    note: str,
    follow_up_at: datetime,
    now: datetime,
) -> bool:
    """Keep what came of an action; False when there is none, or it has the same answer."""
    rows = table(DeskAction)
    is_same = (rows.c.outcome == outcome) & (rows.c.note == note)
    changed = connection.execute(
        update(rows)
        .where(
            rows.c.learner_id == learner_id,
            rows.c.transfer_id == transfer_id,
            # "Not yet" may be said again: it puts the question off once more.
            ~is_same if outcome != "not yet" else rows.c.follow_up_at <= now,
        )
        .values(
            outcome=outcome,
            note=note,
            follow_up_at=follow_up_at,
            answered_at=now,
            saved_at=now,
            saves=rows.c.saves + 1,
        )
    )
    return changed.rowcount > 0
