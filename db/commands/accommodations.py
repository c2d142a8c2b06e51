"""Setting extra time for a person, and stopping and starting the clock of a check."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, update

from db.columns import table
from db.tables import Attempt
from db.tables_checks import Accommodation, AttemptBreak


@dataclass(frozen=True, slots=True)
class NewAccommodation:
    """What is to be set for a person; `ends_on` no longer counts."""

    person_id: int
    time_percent: int
    break_minutes: int
    reason: str
    starts_on: date
    ends_on: date | None
    set_by: int | None


def insert_accommodation(
    connection: Connection, *, accommodation: NewAccommodation, now: datetime
) -> int:
    """Set something for a person and return its id; what was open before must be ended first."""
    rows = table(Accommodation)
    values = asdict(accommodation) | {"set_at": now}
    return int(connection.execute(insert(rows).values(**values).returning(rows.c.id)).scalar_one())


def withdraw_accommodation(connection: Connection, *, person_id: int, now: datetime) -> int | None:
    """End what is set for a person; return its id, or None where nothing was."""
    rows = table(Accommodation)
    ended = connection.execute(
        update(rows)
        .where(rows.c.person_id == person_id, rows.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .returning(rows.c.id)
    ).scalar()
    return None if ended is None else int(ended)


def move_due(connection: Connection, *, attempt_id: int, due_at: datetime) -> None:
    """Give a check that is under way another end."""
    rows = table(Attempt)
    connection.execute(
        update(rows)
        .where(rows.c.id == attempt_id, rows.c.submitted_at.is_(None))
        .values(due_at=due_at)
    )


def stop_clock(
    connection: Connection, *, attempt_id: int, ends_by: datetime, due_at: datetime, now: datetime
) -> bool:
    """Begin a break; False when one had begun already or the check was handed in."""
    attempts = table(Attempt)
    done = connection.execute(
        update(attempts)
        .where(
            attempts.c.id == attempt_id,
            attempts.c.submitted_at.is_(None),
            attempts.c.paused_until.is_(None),
        )
        .values(paused_until=ends_by, due_at=due_at)
    )
    if done.rowcount == 0:
        return False
    connection.execute(
        insert(table(AttemptBreak)).values(attempt_id=attempt_id, started_at=now, ends_by=ends_by)
    )
    return True


def start_clock(
    connection: Connection, *, attempt_id: int, due_at: datetime, ended_at: datetime
) -> bool:
    """End the break of a check; False when none was open."""
    attempts, breaks = table(Attempt), table(AttemptBreak)
    done = connection.execute(
        update(attempts)
        .where(attempts.c.id == attempt_id, attempts.c.paused_until.is_not(None))
        .values(paused_until=None, due_at=due_at)
    )
    if done.rowcount == 0:
        return False
    connection.execute(
        update(breaks)
        .where(breaks.c.attempt_id == attempt_id, breaks.c.ended_at.is_(None))
        .values(ended_at=ended_at)
    )
    return True
