"""The tables of results: item parameters, estimates, corrections of keys, stored growth."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from db.columns import NAMING, BigId, document, key, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING

ARMS = ("structured", "self_directed")
OCCASIONS = ("baseline", "end", "plus3", "plus6")


class Calibration(SQLModel, table=True):
    """Item parameters: the experts', or estimated from answers; versioned, never changed.

    `verdict` says in words why an estimate was not put in force; `details` holds its likelihood,
    its link to the scale before and its warnings. One per skill is in force.
    """

    id: int = Field(default=None, sa_column=key())
    skill: str = Field(index=True)
    version: int
    model: str
    parameters: Any = Field(sa_column=document())
    learners: int
    answers: int
    converged: bool | None = None
    details: Any = Field(sa_column=document())
    verdict: str = Field(sa_column=Column(Text(), nullable=False))
    code_version: str
    made_at: datetime = Field(sa_column=moment())
    made_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    in_force: bool
    __table_args__ = (
        UniqueConstraint("skill", "version"),
        Index(
            "uq_calibration_in_force",
            "skill",
            unique=True,
            sqlite_where=text("in_force"),
            postgresql_where=text("in_force"),
        ),
        one_of("model", "prior", "rasch", "2pl"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )


class Regrade(SQLModel, table=True):
    """A key corrected or an item dropped after people had answered it: proposed, then decided.

    Of kind `key`, answers to older revisions of the item are scored by `revision_id`; of kind
    `drop`, the item up to that revision counts for nobody.
    """

    id: int = Field(default=None, sa_column=key())
    item_id: str = Field(sa_column=to("content.id", index=False))
    kind: str
    revision_id: int = Field(sa_column=to("revision.id"))
    skill: str = Field(index=True)
    why: str = Field(sa_column=Column(Text(), nullable=False))
    state: str
    proposed_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    proposed_at: datetime = Field(sa_column=moment())
    decided_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    waived: bool
    comment: str = Field(sa_column=Column(Text(), nullable=False))
    __table_args__ = (
        one_of("kind", "key", "drop"),
        one_of("state", "proposed", "approved", "rejected"),
        CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name="decided_when_not_proposed"
        ),
        Index(
            "uq_regrade_proposed",
            "item_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )


class RegradeChange(SQLModel, table=True):
    """What a regrade does to one attempt: the estimate before and after."""

    __tablename__ = "regrade_change"
    regrade_id: int = Field(sa_column=to("regrade.id", primary=True))
    attempt_id: int = Field(sa_column=to("attempt.id", primary=True))
    learner_id: int = Field(sa_column=to("person.id"))
    correct_before: int
    correct_after: int
    theta_before: float
    theta_after: float
    eap_before: float
    eap_after: float
    eap_sd_before: float
    eap_sd_after: float
    level_before: int
    level_after: int


class Result(SQLModel, table=True):
    """A skill estimate with its standard error, from one attempt under one calibration.

    Scoring an attempt once more adds a row with the next `number`; one row per attempt is in
    force. `keys` names the positions scored by another revision than the one shown (null: not
    scored at all), `reason` says what made the row.
    """

    id: int = Field(default=None, sa_column=key())
    attempt_id: int = Field(sa_column=to("attempt.id", index=False))
    number: int
    calibration_id: int = Field(sa_column=to("calibration.id"))
    learner_id: int = Field(sa_column=to("person.id", index=False))
    skill: str
    theta: float
    se: float
    eap: float
    eap_sd: float
    items: int
    correct: int
    level: int
    at_target: bool
    cells: Any = Field(sa_column=document())
    arm: str | None = None
    occasion: str | None = None
    team_at_taking_id: int | None = Field(default=None, sa_column=to("team.id", optional=True))
    enrolment_id: int | None = Field(default=None, sa_column=to("enrolment.id", optional=True))
    role_profile: str
    taken_at: datetime = Field(sa_column=moment())
    scored_at: datetime = Field(sa_column=moment())
    code_version: str
    counts_for: str = Field(
        description="the enrolment and occasion, or the month, it may count for"
    )
    counted: bool
    in_force: bool
    reason: str
    regrade_id: int | None = Field(default=None, sa_column=to("regrade.id", optional=True))
    keys: Any = Field(sa_column=document())
    __table_args__ = (
        UniqueConstraint("attempt_id", "number"),
        Index(
            "uq_result_in_force",
            "attempt_id",
            unique=True,
            sqlite_where=text("in_force"),
            postgresql_where=text("in_force"),
        ),
        # The first attempt of an occasion counts; two that end at once cannot both be first.
        Index(
            "uq_result_counted",
            "learner_id",
            "skill",
            "counts_for",
            unique=True,
            sqlite_where=text("counted"),
            postgresql_where=text("counted"),
        ),
        Index("ix_result_learner_id_skill_taken_at", "learner_id", "skill", "taken_at"),
        # Whether a skill is measured elsewhere too; most results are of no program.
        Index(
            "ix_result_of_programs",
            "skill",
            "counted",
            "enrolment_id",
            "team_at_taking_id",
            sqlite_where=text("occasion IS NOT NULL"),
            postgresql_where=text("occasion IS NOT NULL"),
        ),
        CheckConstraint("se > 0 AND eap_sd > 0", name="error_is_positive"),
        CheckConstraint("correct BETWEEN 0 AND items", name="correct_within_items"),
        CheckConstraint("theta BETWEEN -20 AND 20", name="theta_is_finite"),
        CheckConstraint("se <= 20 AND eap_sd <= 20", name="error_is_finite"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_is_known"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("in_force OR NOT counted", name="counted_is_in_force"),
        one_of("reason", "submitted", "calibration", "regrade"),
        one_of("arm", *ARMS),
        one_of("occasion", *OCCASIONS),
    )


class GrowthCell(SQLModel, table=True):
    """Counted results of a unit in a month, as integers: n, Σ and Σ² of θ in thousandths.

    `scope` is `team` for a unit's own members and `line` for them and everyone below, by the tree
    of the day the check was taken. A busy row is spread over shards.
    """

    __tablename__ = "growth_cell"
    team_id: int = Field(sa_column=to("team.id", primary=True))
    scope: str = Field(primary_key=True)
    skill: str = Field(primary_key=True)
    arm: str = Field(primary_key=True)
    occasion: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    shard: int = Field(primary_key=True)
    n: int
    total: int = Field(sa_column=Column(BigId, nullable=False))
    squares: int = Field(sa_column=Column(BigId, nullable=False))
    error_squares: int = Field(sa_column=Column(BigId, nullable=False))
    level_1: int
    level_2: int
    level_3: int
    level_4: int
    at_target: int
    __table_args__ = (
        one_of("scope", "team", "line"),
        one_of("arm", *ARMS, "none"),
        one_of("occasion", *OCCASIONS, "none"),
    )
