"""What every factory starts from: the moment, unique numbers, one row."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from db.columns import table
from db.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
LONG_AGO = date(2020, 1, 1)
_numbers = count(1)


def add_row(store: Store, model: type[SQLModel], /, **values: Any) -> Any:
    """Add one row and return its first primary key column."""
    rows = table(model)
    first_key = next(iter(rows.primary_key.columns))
    return store.write(
        lambda c: c.execute(insert(rows).values(**values).returning(first_key)).scalar_one()
    )


def next_number() -> int:
    """Return a number no other row of this run has, for what must be unique."""
    return next(_numbers)
