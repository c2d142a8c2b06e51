"""Which version the tables have, and whether this code fits them; `db.upgrading` changes it.

Nothing here needs Alembic: a process that only serves pages would carry 9 MB of it.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text

from db.errors import DatabaseForeign, DatabaseNewer, DatabaseOlder
from db.faults import address_of

APPLICATION = "ai-literacy-portal"
MIGRATIONS = Path(__file__).with_name("migrations")
VERSION_TABLE = "alembic_version"
REVISION = text("SELECT version_num FROM alembic_version")


class Standing(StrEnum):
    """How the tables of a database relate to this code."""

    CURRENT = "current"
    EMPTY = "empty"
    OLDER = "older"
    NEWER = "newer"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class SchemaState:
    """The revision found in a database, the one this code needs, and what that means."""

    standing: Standing
    found: str | None
    needed: str


@cache
def known_revisions() -> frozenset[str]:
    """Return every revision this code has a migration for; a migration's file has its name."""
    return frozenset(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def needed_revision() -> str:
    """Return the revision this code was written for: the last one, as names begin with a number."""
    if not known_revisions():
        raise RuntimeError(f"expected migrations in {MIGRATIONS}, found none; reinstall the portal")
    return max(known_revisions())


def require_revision(connection: Connection) -> str:
    """Return the revision of tables that are ours, in whatever version."""
    state = read_schema_state(connection)
    if state.standing in {Standing.EMPTY, Standing.FOREIGN} or state.found is None:
        raise DatabaseForeign(f"{address_of(connection.engine.url)} has no tables of this portal")
    return state.found


def read_schema_state(connection: Connection) -> SchemaState:
    """Compare the tables of a database with what this code needs."""
    needed = needed_revision()
    tables = set(inspect(connection).get_table_names())
    found = _find_revision(connection) if VERSION_TABLE in tables else None
    return SchemaState(_standing(connection, tables, found, needed), found, needed)


def _find_revision(connection: Connection) -> str | None:
    return connection.execute(REVISION).scalars().first()


def _standing(connection: Connection, tables: set[str], found: str | None, needed: str) -> Standing:
    if not tables - {VERSION_TABLE} and found is None:
        return Standing.EMPTY
    if found is None or "instance" not in tables or not _is_ours(connection):
        return Standing.FOREIGN
    if found == needed:
        return Standing.CURRENT
    return Standing.OLDER if found in known_revisions() else Standing.NEWER


def _is_ours(connection: Connection) -> bool:
    names = connection.execute(text("SELECT application FROM instance")).scalars().all()
    return set(names) <= {APPLICATION}


def require_current(state: SchemaState, *, url: URL) -> None:
    """Pass when the code fits the tables, else raise what stands in the way."""
    name = address_of(url)
    found, needed = state.found or "nothing", state.needed
    if state.standing in {Standing.OLDER, Standing.EMPTY}:
        raise DatabaseOlder(
            f"{name} holds {found}, this code needs {needed}; run `python -m db upgrade`"
        )
    if state.standing is Standing.NEWER:
        raise DatabaseNewer(
            f"{name} holds {found}, this code knows up to {needed}; install the newer portal"
        )
    if state.standing is Standing.FOREIGN:
        raise DatabaseForeign(f"{name} holds another application's tables; give another one")
