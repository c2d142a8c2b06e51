"""The table of stored comparisons: what was computed of a program, from what, by which code."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.columns import NAMING, key, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING


class StoredComparison(SQLModel, table=True):
    """The newest comparison of a program at an occasion, as JSON at full precision.

    `stamp` tells cheaply whether results were added since; `inputs_hash` is the SHA-256 of every
    figure that went in, so that the same data can be known again.
    """

    __tablename__ = "comparison"
    id: int = Field(default=None, sa_column=key())
    program_id: int = Field(sa_column=to("program.id", index=False))
    occasion: str
    skill: str
    stamp: str
    inputs_hash: str
    code_version: str
    body: str = Field(sa_column=Column(Text(), nullable=False))
    computed_at: datetime = Field(sa_column=moment())
    __table_args__ = (
        UniqueConstraint("program_id", "occasion"),
        one_of("occasion", "end", "plus3", "plus6"),
        CheckConstraint("length(inputs_hash) = 64", name="inputs_hash_is_sha256"),
    )
