"""Keeping the newest comparison of a program at an occasion."""

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from db.columns import table
from db.tables_work import StoredComparison


def upsert_comparison(
    connection: Connection,
    *,
    program_id: int,
    occasion: str,
    skill: str,
    stamp: str,
    inputs_hash: str,
    code_version: str,
    body: str,
    now: datetime,
) -> None:
    """Keep a comparison in the place of the one before."""
    words = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {
        "skill": skill,
        "stamp": stamp,
        "inputs_hash": inputs_hash,
        "code_version": code_version,
        "body": body,
        "computed_at": now,
    }
    connection.execute(
        words.insert(table(StoredComparison))
        .values(program_id=program_id, occasion=occasion, **values)
        .on_conflict_do_update(index_elements=["program_id", "occasion"], set_=values)
    )
