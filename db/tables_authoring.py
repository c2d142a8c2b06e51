"""The tables of authors: drafts, why a revision was made, and files as they were seen on disk."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from db.columns import NAMING, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING


class Draft(SQLModel, table=True):
    """An author's unpublished text of a file, with the text it started from.

    `base` is the published text the draft grows out of, empty for a new file; `saves` counts how
    often it was saved, so that a second window never overwrites the first.
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
    __table_args__ = (one_of("state", "draft", "review", "returned"),)


class RevisionNote(SQLModel, table=True):
    """Why a revision was made in the browser, who approved it, and what became of changed keys."""

    __tablename__ = "revision_note"
    revision_id: int = Field(sa_column=to("revision.id", primary=True))
    why: str = Field(sa_column=Column(Text(), nullable=False))
    author_id: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    key_choice: str
    waived: bool
    __table_args__ = (one_of("key_choice", "none", "correction", "new revision"),)


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
