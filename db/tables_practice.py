"""The tables of practice inside lessons: activities under way, and actions at one's own desk."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlmodel import Field, SQLModel

from db.columns import NAMING, in_order, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING


class ActivityWork(SQLModel, table=True):
    """Where a learner stands in a guided activity of a lesson; it is practice and never scored.

    `state` holds the settings and choices as JSON. `region` names the kind of outcome they lead
    to; `goal_at` is when the goal was first reached. `saves` counts up, so that a page
    notices what another window of the same learner saved.
    """

    __tablename__ = "activity_work"
    learner_id: int = Field(sa_column=to("person.id", primary=True))
    activity_id: str = Field(primary_key=True)
    lesson_id: str = Field(sa_column=to("content.id"))
    revision_id: int = Field(sa_column=to("revision.id"))
    state: str = Field(sa_column=Column(Text(), nullable=False))
    region: str
    saves: int
    started_at: datetime = Field(sa_column=moment())
    saved_at: datetime = Field(sa_column=moment())
    goal_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        in_order("started_at", "saved_at"),
        in_order("started_at", "goal_at"),
        CheckConstraint("saves >= 1", name="saves_from_one"),
        CheckConstraint("length(state) <= 20000", name="state_not_too_long"),
    )


class DeskAction(SQLModel, table=True):
    """What a learner wrote to a lesson's transfer prompt, and what came of it at their desk.

    `follow_up_at` is when the portal asks again. `outcome` is `planned` until the learner says
    something else.
    """

    __tablename__ = "desk_action"
    learner_id: int = Field(sa_column=to("person.id", primary=True))
    transfer_id: str = Field(primary_key=True)
    lesson_id: str = Field(sa_column=to("content.id"))
    revision_id: int = Field(sa_column=to("revision.id"))
    plan: str = Field(sa_column=Column(Text(), nullable=False))
    planned_at: datetime = Field(sa_column=moment())
    saved_at: datetime = Field(sa_column=moment())
    follow_up_at: datetime = Field(sa_column=moment())
    outcome: str
    note: str = Field(sa_column=Column(Text(), nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    saves: int
    __table_args__ = (
        one_of("outcome", "planned", "done", "not yet", "dropped"),
        in_order("planned_at", "saved_at"),
        in_order("planned_at", "follow_up_at"),
        in_order("planned_at", "answered_at"),
        CheckConstraint(
            "outcome NOT IN ('done', 'dropped') OR answered_at IS NOT NULL", name="answer_is_dated"
        ),
        CheckConstraint("saves >= 1", name="saves_from_one"),
        CheckConstraint("length(plan) <= 4000 AND length(note) <= 4000", name="texts_fit"),
        Index("ix_desk_action_learner_id_outcome", "learner_id", "outcome"),
    )
