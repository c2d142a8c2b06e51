"""The tables beside a program: its tracks and units, its analysis plan, what the start knew."""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, CheckConstraint, Column, Text, event
from sqlmodel import Field, SQLModel

from db.columns import NAMING, document, moment, one_of, table, to

SQLModel.metadata.naming_convention = NAMING


class ProgramTrack(SQLModel, table=True):
    """A track of a program, in the order of `position`; the first one is in `program` too."""

    __tablename__ = "program_track"
    program_id: int = Field(sa_column=to("program.id", primary=True))
    track_id: str = Field(sa_column=to("content.id", primary=True))
    position: int
    __table_args__ = (CheckConstraint("position >= 1", name="position_from_one"),)


class ProgramUnit(SQLModel, table=True):
    """A unit whose people a program is for; everyone below it is meant as well."""

    __tablename__ = "program_unit"
    program_id: int = Field(sa_column=to("program.id", primary=True))
    team_id: int = Field(sa_column=to("team.id", primary=True))


class ProgramPlan(SQLModel, table=True):
    """What a program will be analysed by, written down before there is a result.

    `unit` is what is drawn or chosen: a learner or a whole team. Once `frozen_at` is set, nothing
    of the plan can be changed; the hash stands in the audit chain as well.
    """

    __tablename__ = "program_plan"
    program_id: int = Field(sa_column=to("program.id", primary=True))
    skill: str
    occasion: str
    covariates: Any = Field(sa_column=document())
    unit: str
    drafted_at: datetime = Field(sa_column=moment())
    drafted_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    frozen_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    frozen_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    plan_hash: str = ""
    __table_args__ = (
        one_of("occasion", "end", "plus3", "plus6"),
        one_of("unit", "learner", "team"),
        CheckConstraint(
            "(frozen_at IS NULL) = (length(plan_hash) = 0)", name="frozen_with_its_hash"
        ),
    )


class EnrolmentStart(SQLModel, table=True):
    """What was known of a learner when the route was given; never changed.

    `stratum` is the group within which the place was drawn, missing where nothing was drawn.
    """

    __tablename__ = "enrolment_start"
    enrolment_id: int = Field(sa_column=to("enrolment.id", primary=True))
    stratum: str | None = Field(default=None, sa_column=Column(Text(), nullable=True))
    role_profile: str
    months_in_house: int | None = None
    __table_args__ = (CheckConstraint("months_in_house >= 0", name="months_not_negative"),)


class StandingCohort(SQLModel, table=True):
    """The cohort of those who take a track on their own, without dates; one for each track."""

    __tablename__ = "standing_cohort"
    track_id: str = Field(sa_column=to("content.id", primary=True))
    cohort_id: int = Field(sa_column=to("cohort.id"))


# A service can forget a rule, a table cannot. Who drafted and froze a plan may still be replaced,
# when a person is erased.
FROZEN_COLUMNS = "skill, occasion, covariates, unit, drafted_at, frozen_at, plan_hash"
REFUSE_ON_SQLITE = (
    f"CREATE TRIGGER frozen_plan BEFORE UPDATE OF {FROZEN_COLUMNS} ON program_plan "
    "WHEN OLD.frozen_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'this analysis plan is frozen'); END"
)
REFUSE_ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION refuse_frozen_plan() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'this analysis plan is frozen'; END $$",
    f"CREATE TRIGGER frozen_plan BEFORE UPDATE OF {FROZEN_COLUMNS} ON program_plan "
    "FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION refuse_frozen_plan()",
)


def _guard_with(statement: str, *, dialect: str) -> None:
    """Run a statement after the table of plans was made, on one kind of database."""
    ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
    event.listen(table(ProgramPlan), "after_create", ddl.execute_if(dialect=dialect))


_guard_with(REFUSE_ON_SQLITE, dialect="sqlite")
for _statement in REFUSE_ON_POSTGRESQL:
    _guard_with(_statement, dialect="postgresql")
