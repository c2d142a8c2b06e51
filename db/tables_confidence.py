"""The table of self-ratings: how sure people feel in a skill, kept apart from every estimate."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from db.columns import NAMING, moment, to

SQLModel.metadata.naming_convention = NAMING


class Confidence(SQLModel, table=True):
    """How sure a learner says they feel in a skill at work, from 1 (not sure) to 4 (very sure).

    Only the newest word is kept. No estimate, figure of a group or comparison reads it.
    """

    learner_id: int = Field(sa_column=to("person.id", primary=True))
    skill: str = Field(primary_key=True)
    rating: int
    rated_at: datetime = Field(sa_column=moment())
    __table_args__ = (CheckConstraint("rating BETWEEN 1 AND 4", name="rating_is_known"),)
