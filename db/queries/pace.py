"""How long the questions of a check took, and how long an item takes people."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from db.columns import table
from db.tables import Answer, AttemptItem
from db.tables_statistics import ItemStatistic


@dataclass(frozen=True, slots=True)
class TimedRow:
    """A question that was answered, and the seconds it was before the learner; None if unknown."""

    position: int
    revision_id: int
    seconds: float | None


def select_timed(connection: Connection, attempt_id: int) -> tuple[TimedRow, ...]:
    """Return the answered questions of an attempt with the time that each took.

    Each answer says how long its session had shown the question; where one does not know, nobody
    knows.
    """
    items, answers = table(AttemptItem), table(Answer)
    rows = connection.execute(
        select(
            items.c.position,
            items.c.revision_id,
            func.max(answers.c.seconds),
            func.count(answers.c.seconds),
            func.count(),
        )
        .join(
            answers,
            (answers.c.attempt_id == items.c.attempt_id) & (answers.c.position == items.c.position),
        )
        .where(items.c.attempt_id == attempt_id)
        .group_by(items.c.position, items.c.revision_id)
        .order_by(items.c.position)
    )
    return tuple(
        TimedRow(position, revision_id, longest if known == all_ else None)
        for position, revision_id, longest, known, all_ in rows
    )


def select_item_paces(
    connection: Connection, item_ids: Sequence[str]
) -> dict[str, tuple[float | None, int]]:
    """Return the mean seconds of items, and of how many answers, as they were last counted."""
    rows = table(ItemStatistic)
    found = connection.execute(
        select(rows.c.item_id, rows.c.mean_seconds, rows.c.timed).where(
            rows.c.item_id.in_(list(item_ids))
        )
    )
    return {row[0]: (row[1], row[2]) for row in found}


def count_rapid(connection: Connection, attempt_id: int) -> tuple[int, int]:
    """Return how many answers of a check were rapid guesses, and of how many the time is known."""
    rows = table(AttemptItem)
    marks = connection.execute(
        select(rows.c.rapid).where(rows.c.attempt_id == attempt_id, rows.c.rapid.is_not(None))
    ).scalars()
    known = list(marks)
    return sum(known), len(known)
