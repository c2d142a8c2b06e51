"""The tables of authors: drafts, reviews, why a revision was made, files as seen on disk."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Text
from sqlmodel import Field, SQLModel

from db.columns import NAMING, document, in_order, key, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING


class Draft(SQLModel, table=True):
    """An author's unpublished text of a file, with the text it started from.

    `base` is the published text the draft grows out of, empty for a new file; `saves` counts how
    often it was saved, so that a second window never overwrites the first. `sent_hash` is the
    SHA-256 of the text that was sent for review.
    """

    path: str = Field(primary_key=True)
    author_id: int = Field(sa_column=to("person.id", primary=True))
    text: str = Field(sa_column=Column(Text(), nullable=False))
    base: str = Field(sa_column=Column(Text(), nullable=False))
    base_hash: str
    state: str
    comment: str = Field(sa_column=Column(Text(), nullable=False))
    saves: int
    saved_at: datetime = Field(sa_column=moment())
    review_id: int | None = Field(default=None, sa_column=to("review.id", optional=True))
    sent_hash: str = ""
    __table_args__ = (one_of("state", "draft", "review", "returned"),)


class Review(SQLModel, table=True):
    """Texts that an author sent together, and what became of them.

    `key_choices` says of each item whose key changed what becomes of its results; `waiver` is the
    reason for which an administrator lets somebody approve who otherwise may not.
    """

    id: int = Field(default=None, sa_column=key())
    author_id: int = Field(sa_column=to("person.id"))
    why: str = Field(sa_column=Column(Text(), nullable=False))
    sent_at: datetime = Field(sa_column=moment())
    state: str
    key_choices: Any = Field(sa_column=document())
    comment: str = Field(sa_column=Column(Text(), nullable=False))
    decided_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    waived_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    waiver: str = Field(sa_column=Column(Text(), nullable=False))
    __table_args__ = (
        one_of("state", "waiting", "approved", "returned", "withdrawn"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_once"),
        in_order("sent_at", "decided_at"),
    )


class RevisionNote(SQLModel, table=True):
    """Why a revision was made in the browser, who wrote it, and what became of changed keys.

    Who approved it stands in the revision itself. `restores_id` is the older revision whose text
    was brought back.
    """

    __tablename__ = "revision_note"
    revision_id: int = Field(sa_column=to("revision.id", primary=True))
    why: str = Field(sa_column=Column(Text(), nullable=False))
    author_id: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    key_choice: str
    waived: bool
    review_id: int | None = Field(default=None, sa_column=to("review.id", optional=True))
    restores_id: int | None = Field(default=None, sa_column=to("revision.id", optional=True))
    __table_args__ = (one_of("key_choice", "none", "correction", "new revision", "new item"),)


class DiskFile(SQLModel, table=True):
    """A file of the content folder as the last publication found it, word for word.

    It is what disk and browser last had in common. Of a picture only the hash of its bytes is
    kept here; the bytes are in content_file.
    """

    __tablename__ = "disk_file"
    path: str = Field(primary_key=True)
    content_id: str | None = Field(default=None, index=True)
    text: str = Field(sa_column=Column(Text(), nullable=False))
    sha256: str
    seen_at: datetime = Field(sa_column=moment())
