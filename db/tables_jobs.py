"""The table of background work: what was asked for, who does it, and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from db.columns import NAMING, document, key, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING


class Job(SQLModel, table=True):
    """Background work with its lease, heartbeat and progress.

    `about` names what it is for: of a kind, one waits for each. Whoever runs it holds it until
    `leased_until` under the name `worker`; `message` is the last word of progress, or why it
    failed.
    """

    id: int = Field(default=None, sa_column=key())
    kind: str
    about: str = Field(default="", sa_column=Column(Text(), nullable=False, server_default=""))
    payload: Any = Field(sa_column=document())
    state: str
    tries: int = 0
    progress: float = 0.0
    message: str = ""
    asked_by: int | None = Field(default=None, sa_column=to("person.id", optional=True))
    asked_at: datetime = Field(sa_column=moment())
    run_after: datetime = Field(sa_column=moment())
    leased_until: datetime | None = Field(default=None, sa_column=moment(optional=True))
    worker: str | None = None
    started_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    beat_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        one_of("state", "waiting", "running", "done", "failed"),
        Index("ix_job_state_run_after", "state", "run_after"),
        # What was asked for and has not begun need not be asked for again.
        Index(
            "uq_job_waiting",
            "kind",
            "about",
            unique=True,
            sqlite_where=text("state = 'waiting' AND about <> ''"),
            postgresql_where=text("state = 'waiting' AND about <> ''"),
        ),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress_is_a_share"),
    )
