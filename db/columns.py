"""Column types and constraint helpers that every table shares."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite only counts up by itself on INTEGER, PostgreSQL needs 64 bits for answers and audit rows.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps it without its zone, PostgreSQL with it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone; hand the rest over in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone; pass an aware datetime")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(column: str, *values: str) -> CheckConstraint:
    """Allow only these words in a column."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_is_known")


def in_order(first: str, last: str) -> CheckConstraint:
    """Demand that a span does not end before it starts; an open end is allowed."""
    return CheckConstraint(f"{last} IS NULL OR {last} >= {first}", name=f"{first}_before_{last}")


def key() -> Column[Any]:
    """Return a primary key the database counts up."""
    return Column(BigId, primary_key=True, autoincrement=True)


def to(
    target: str, *, optional: bool = False, index: bool = True, primary: bool = False
) -> Column[Any]:
    """Return a foreign key column; deleting what others refer to is refused."""
    return Column(
        Text() if target.startswith("content.") else BigId,
        ForeignKey(target, ondelete="RESTRICT"),
        nullable=optional,
        index=index and not primary,
        primary_key=primary,
    )


def moment(*, optional: bool = False) -> Column[datetime]:
    """Return a column for an aware UTC moment."""
    return Column(UtcDateTime(), nullable=optional)


def no() -> Column[bool]:
    """Return a column for yes or no that says no where nobody said anything."""
    return Column(Boolean(), nullable=False, server_default=false())


def zero() -> Column[int]:
    """Return a column for a count that is 0 where nobody counted."""
    return Column(Integer(), nullable=False, server_default=text("0"))


def words() -> Column[str]:
    """Return a column for text that is empty where nobody wrote anything."""
    return Column(Text(), nullable=False, server_default="")


def document() -> Column[Any]:
    """Return a column for a JSON document."""
    return Column(JSON(), nullable=False)


OPEN_END = date(9999, 12, 31)


def table(model: type[SQLModel]) -> Table:
    """Return the Core table behind a model; statements on the hot path are built from it."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
