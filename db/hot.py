"""Statements of the hot path: text written once, in each driver's own placeholders."""

import re
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult

_NAME = re.compile(r"(?<!:):([a-z_0-9]+)")


class Statement:
    """A statement with `:name` placeholders that goes to the driver without being compiled.

    `for_postgres` stands at the end on PostgreSQL only: row locks, which SQLite has no word for
    and, with one writer at a time, no need of.
    """

    def __init__(self, sql: str, *, for_postgres: str = "") -> None:
        self._sqlite = sql
        self._postgres = _NAME.sub(r"%(\1)s", f"{sql} {for_postgres}")

    def run(self, connection: Connection, **values: Any) -> CursorResult[*tuple[Any, ...]]:  # noqa: ANN401
        """Execute with these values; moments must carry their zone."""
        if connection.dialect.name == "sqlite":
            bound = {name: _for_sqlite(value) for name, value in values.items()}
            return connection.exec_driver_sql(self._sqlite, bound)
        return connection.exec_driver_sql(self._postgres, values)


def _for_sqlite(value: Any) -> Any:  # noqa: ANN401
    """Write moments and days as the column types of `db.columns` do."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "microseconds")[:-6]  # without its +00:00
    return value.isoformat() if isinstance(value, date) else value


def moment_of(value: datetime | str) -> datetime:
    """Read a moment as a driver gives it: SQLite as text in UTC, PostgreSQL with its zone."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)


def day_of(value: date | str | None) -> date | None:
    """Read a day as a driver gives it: SQLite as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
