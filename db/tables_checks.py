"""The tables around a skill check: extra time, breaks that stop its clock, modules tested out."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from db.columns import NAMING, in_order, key, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING

# No word of health among them: what is not asked cannot be told.
REASONS = ("own request", "people desk", "earlier agreement")


class Accommodation(SQLModel, table=True):
    """How much more time a person has in every check, and minutes of break that stop the clock.

    `time_percent` is the time allowed, 100 being that of everybody; it holds from a day until a
    day (exclusive). A change ends the row and adds one; one row of a person is open.
    """

    id: int = Field(default=None, sa_column=key())
    person_id: int = Field(sa_column=to("person.id"))
    time_percent: int
    break_minutes: int
    reason: str
    starts_on: date
    ends_on: date | None = None
    set_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    set_at: datetime = Field(sa_column=moment())
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        CheckConstraint("time_percent BETWEEN 100 AND 300", name="time_within_bounds"),
        CheckConstraint("break_minutes BETWEEN 0 AND 60", name="breaks_within_bounds"),
        CheckConstraint("time_percent > 100 OR break_minutes > 0", name="gives_something"),
        one_of("reason", *REASONS),
        in_order("starts_on", "ends_on"),
        in_order("set_at", "withdrawn_at"),
        Index(
            "uq_accommodation_open",
            "person_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class AttemptBreak(SQLModel, table=True):
    """A break of a check that stopped its clock, at the longest until `ends_by`."""

    __tablename__ = "attempt_break"
    id: int = Field(default=None, sa_column=key())
    attempt_id: int = Field(sa_column=to("attempt.id"))
    started_at: datetime = Field(sa_column=moment())
    ends_by: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        in_order("started_at", "ends_by"),
        in_order("started_at", "ended_at"),
        CheckConstraint("ended_at IS NULL OR ended_at <= ends_by", name="ended_in_time"),
        Index(
            "uq_attempt_break_open",
            "attempt_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class TestedOut(SQLModel, table=True):
    """A module that a learner need not take, and the check that showed it.

    Only a correction of that check takes it back; the row stays with the moment of it.
    """

    __tablename__ = "tested_out"
    id: int = Field(default=None, sa_column=key())
    learner_id: int = Field(sa_column=to("person.id"))
    module_id: str = Field(sa_column=to("content.id"))
    attempt_id: int = Field(sa_column=to("attempt.id"))
    given_at: datetime = Field(sa_column=moment())
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        in_order("given_at", "withdrawn_at"),
        Index(
            "uq_tested_out_open",
            "learner_id",
            "module_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
