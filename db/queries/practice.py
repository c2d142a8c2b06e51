"""Practice inside lessons: where a learner stands, and which actions were planned and done."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, select

from db.columns import table
from db.tables_practice import ActivityWork, DeskAction


@dataclass(frozen=True, slots=True)
class ActivityWorkRow:
    """Where a learner stands in an activity; `state` is JSON text."""

    activity_id: str
    state: str
    region: str
    saves: int
    saved_at: datetime
    goal_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskActionRow:
    """What a learner planned at their desk, and what came of it."""

    transfer_id: str
    lesson_id: str
    revision_id: int
    plan: str
    planned_at: datetime
    saved_at: datetime
    follow_up_at: datetime
    outcome: str
    note: str
    answered_at: datetime | None
    saves: int


def find_activity_work(
    connection: Connection, *, learner_id: int, activity_id: str
) -> ActivityWorkRow | None:
    """Return where a learner stands in an activity, or None before it was begun."""
    rows = table(ActivityWork)
    row = connection.execute(
        select(*(rows.c[field.name] for field in fields(ActivityWorkRow))).where(
            rows.c.learner_id == learner_id, rows.c.activity_id == activity_id
        )
    ).first()
    return None if row is None else ActivityWorkRow(*row)


def select_desk_actions(connection: Connection, learner_id: int) -> tuple[DeskActionRow, ...]:
    """Return everything a learner planned, the newest plan first."""
    rows = table(DeskAction)
    found = connection.execute(
        select(*(rows.c[field.name] for field in fields(DeskActionRow)))
        .where(rows.c.learner_id == learner_id)
        .order_by(rows.c.planned_at.desc(), rows.c.transfer_id)
    )
    return tuple(DeskActionRow(*row) for row in found)
