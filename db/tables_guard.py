"""The tables that guard: the audit with its anchors, and what a person may do only so often."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from db.columns import NAMING, BigId, key, moment, to

SQLModel.metadata.naming_convention = NAMING


class Audit(SQLModel, table=True):
    """One deed in a hash chain: a stream per attempt, one for everything else."""

    stream: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=moment())
    actor: str
    deed: str = Field(index=True)
    object: str
    payload: str = Field(sa_column=Column(Text(), nullable=False))
    prev_hash: str
    hash: str
    __table_args__ = (
        CheckConstraint("seq >= 1", name="seq_from_one"),
        # Auditors search what is not an answer; the rows of answers pay nothing for it.
        *(
            Index(
                f"ix_audit_organisation_{name}",
                name,
                sqlite_where=text("stream = 'organisation'"),
                postgresql_where=text("stream = 'organisation'"),
            )
            for name in ("at", "actor", "object")
        ),
    )


class AuditAnchor(SQLModel, table=True):
    """Where every stream of the audit ended on a day; each anchor binds the one before.

    `digest` is the SHA-256 over the digest before and the ends that moved since. It is written to
    the log as well, so that it leaves the database.
    """

    __tablename__ = "audit_anchor"
    id: int = Field(default=None, sa_column=key())
    number: int
    at: datetime = Field(sa_column=moment())
    moved: int
    prev_digest: str
    digest: str
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
    )


class AuditAnchorHead(SQLModel, table=True):
    """The end of a stream that had moved since the anchor before."""

    __tablename__ = "audit_anchor_head"
    anchor_id: int = Field(sa_column=to("audit_anchor.id", primary=True))
    stream: str = Field(primary_key=True, index=True)
    seq: int = Field(sa_column=Column(BigId, nullable=False))
    hash: str


class Allowance(SQLModel, table=True):
    """How much of a limit somebody has used up: the moment at which nothing of it is used any more.

    `who` is a person or the keyed hash of a stranger; `deed` is what is limited.
    """

    who: str = Field(primary_key=True)
    deed: str = Field(primary_key=True)
    clear_at: datetime = Field(sa_column=moment())
