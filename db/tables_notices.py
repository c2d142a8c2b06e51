"""The table of notices: what somebody is told on Home until they have read it."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from db.columns import NAMING, document, in_order, key, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING


class Notice(SQLModel, table=True):
    """Something a person is told until they have read it; its words are chosen when it is shown.

    `about` names what it is about, so that the same thing is told once.
    """

    id: int = Field(default=None, sa_column=key())
    person_id: int = Field(sa_column=to("person.id", index=False))
    kind: str
    about: str
    details: Any = Field(sa_column=document())
    made_at: datetime = Field(sa_column=moment())
    read_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "about"),
        one_of("kind", "level changed", "work graded"),
        in_order("made_at", "read_at"),
    )
