"""The table of consent: what somebody lets others see of them, from when until when."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from db.columns import NAMING, in_order, key, moment, one_of, to

SQLModel.metadata.naming_convention = NAMING


class Consent(SQLModel, table=True):
    """That a person lets the managers of their own line see their levels; no row means no.

    A row is never changed but for the moment at which the consent was withdrawn.
    """

    id: int = Field(default=None, sa_column=key())
    person_id: int = Field(sa_column=to("person.id", index=False))
    kind: str
    given_at: datetime = Field(sa_column=moment())
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    __table_args__ = (
        one_of("kind", "levels to managers"),
        in_order("given_at", "withdrawn_at"),
        Index("ix_consent_person_id_kind", "person_id", "kind"),
        # Given twice by a double click, it is given once.
        Index(
            "uq_consent_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
