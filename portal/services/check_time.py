"""The time of a check inside the transactions of others: allowed, standing still, run out."""

from datetime import date, datetime, timedelta

from db import Connection
from db.commands.accommodations import start_clock
from db.queries.accommodations import AccommodationRow, count_break_time, find_accommodation
from db.queries.learning import AttemptRow


def setting_of(connection: Connection, person_id: int, *, on: date) -> AccommodationRow | None:
    """Return what holds for a person on a day, or None."""
    row = find_accommodation(connection, person_id)
    return row if row is not None and row.holds(on) else None


def allowed_time(minutes: int, *, percent: int) -> timedelta:
    """Return the time that somebody has for a check of so many minutes."""
    return timedelta(minutes=minutes) * percent / 100


def is_paused(attempt: AttemptRow, *, now: datetime) -> bool:
    """Say whether a break stops the clock of a check at this moment."""
    until = attempt.paused_until
    return attempt.submitted_at is None and until is not None and now < until


def break_left(connection: Connection, attempt: AttemptRow, *, on: date) -> timedelta:
    """Return how long the clock of a check may still stand still."""
    setting = setting_of(connection, attempt.learner_id, on=on)
    if setting is None or attempt.due_at is None:
        return timedelta()
    allowed = timedelta(minutes=setting.break_minutes)
    return max(timedelta(), allowed - count_break_time(connection, attempt.id))


def close_break(connection: Connection, attempt: AttemptRow, *, now: datetime) -> bool:
    """End the break of a check at this moment, or when it was over; False where there is none."""
    if attempt.paused_until is None or attempt.due_at is None:
        return False
    ended_at = min(now, attempt.paused_until)
    return start_clock(
        connection,
        attempt_id=attempt.id,
        due_at=attempt.due_at - (attempt.paused_until - ended_at),
        ended_at=ended_at,
    )
