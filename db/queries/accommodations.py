"""Extra time and breaks as they are set, and the breaks of a check."""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from db.columns import table
from db.tables import Attempt, Person
from db.tables_checks import Accommodation, AttemptBreak


@dataclass(frozen=True, slots=True)
class AccommodationRow:
    """What is set for a person; `ends_on` no longer counts, `time_percent` 100 is the usual."""

    id: int
    person_id: int
    time_percent: int
    break_minutes: int
    reason: str
    starts_on: date
    ends_on: date | None
    set_at: datetime
    withdrawn_at: datetime | None

    def holds(self, on: date) -> bool:
        """Say whether it holds on a day."""
        begun = self.withdrawn_at is None and self.starts_on <= on
        return begun and (self.ends_on is None or on < self.ends_on)


@dataclass(frozen=True, slots=True)
class SetPerson:
    """Somebody for whom something is set, by name."""

    person_id: int
    name: str
    row: AccommodationRow


@dataclass(frozen=True, slots=True)
class RunningCheck:
    """A check that is under way, its blueprint's revision, and its end."""

    attempt_id: int
    revision_id: int
    started_at: datetime
    due_at: datetime


def find_accommodation(connection: Connection, person_id: int) -> AccommodationRow | None:
    """Return what is set for a person at the moment, whether it holds today or not, or None."""
    rows = table(Accommodation)
    row = connection.execute(
        _rows().where(rows.c.person_id == person_id, rows.c.withdrawn_at.is_(None))
    ).first()
    return None if row is None else AccommodationRow(*tuple[Any, ...](row))


def select_set_people(connection: Connection, *, on: date) -> tuple[SetPerson, ...]:
    """Return everybody for whom something is set that is not over, by name."""
    rows, people = table(Accommodation), table(Person)
    found = connection.execute(
        _rows()
        .add_columns(people.c.name)
        .join(people, people.c.id == rows.c.person_id)
        .where(rows.c.withdrawn_at.is_(None), or_(rows.c.ends_on.is_(None), rows.c.ends_on > on))
        .order_by(people.c.name, people.c.id)
    )
    return tuple(
        SetPerson(row.person_id, row.name, AccommodationRow(*tuple[Any, ...](row)[:-1]))
        for row in found
    )


def select_running_checks(
    connection: Connection, person_id: int, *, now: datetime
) -> tuple[RunningCheck, ...]:
    """Return the checks of a person whose clock has not run out."""
    rows = table(Attempt)
    found = connection.execute(
        select(rows.c.id, rows.c.revision_id, rows.c.started_at, rows.c.due_at).where(
            rows.c.learner_id == person_id,
            rows.c.kind == "check",
            rows.c.submitted_at.is_(None),
            rows.c.due_at > now,
        )
    )
    return tuple(RunningCheck(*tuple[Any, ...](row)) for row in found)


def count_break_time(connection: Connection, attempt_id: int) -> timedelta:
    """Return how long the clock of a check stood still; an open break counts to its latest end."""
    rows = table(AttemptBreak)
    found = connection.execute(
        select(rows.c.started_at, rows.c.ends_by, rows.c.ended_at).where(
            rows.c.attempt_id == attempt_id
        )
    )
    lengths = [(ended or ends_by) - started for started, ends_by, ended in found]
    return sum(lengths, timedelta())


def _rows() -> Select[Any]:
    rows = table(Accommodation)
    return select(*[rows.c[field.name] for field in fields(AccommodationRow)])
