"""Keeping the statistics of a bank or module, in the place of those before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert

from db.columns import table
from db.tables_statistics import FormStatistic, ItemStatistic, MisconceptionStatistic

CHUNK = 500


def replace_statistics(
    connection: Connection,
    *,
    owner_id: str,
    items: Sequence[Mapping[str, Any]],
    forms: Sequence[Mapping[str, Any]],
    misconceptions: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Keep what was counted for a bank or module; what was there before is gone.

    Each row holds the columns of its table but `owner_id` and `made_at`.
    """
    named = {"owner_id": owner_id, "made_at": now}
    moved = [row["item_id"] for row in items]
    for model, rows in (
        (ItemStatistic, items),
        (FormStatistic, forms),
        (MisconceptionStatistic, misconceptions),
    ):
        kept = table(model)
        connection.execute(delete(kept).where(kept.c.owner_id == owner_id))
        if model is ItemStatistic and moved:
            # An item may have moved to another module since.
            connection.execute(delete(kept).where(kept.c.item_id.in_(moved)))
        for first in range(0, len(rows), CHUNK):
            part = rows[first : first + CHUNK]
            connection.execute(insert(kept), [{**row, **named} for row in part])
