"""Which version the tables have, and bringing them to the one this code needs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, inspect, text

from db.engines import make_postgres_tool, make_sqlite_writer, parse_url
from db.errors import DatabaseDamaged, DatabaseForeign, DatabaseNewer, DatabaseOlder
from db.faults import address_of, named_faults

APPLICATION = "ai-literacy-portal"
MIGRATIONS = Path(__file__).with_name("migrations")
UPGRADE_LOCK = 7_310_522_931  # any constant: two upgrades at once wait for each other on it


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


def migration_config(connection: Connection | None = None) -> Config:
    """Return Alembic's settings; they need no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


# Alembic compiles every migration to find the newest one; serving asks at each look at the version.
@cache
def needed_revision() -> str:
    """Return the revision this code was written for."""
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"expected migrations in {MIGRATIONS}, found none; reinstall the portal")
    return head


def known_revisions() -> set[str]:
    """Return every revision this code has a migration for."""
    script = ScriptDirectory.from_config(migration_config())
    return {revision.revision for revision in script.walk_revisions()}


def require_revision(connection: Connection) -> str:
    """Return the revision of tables that are ours, in whatever version."""
    state = read_schema_state(connection)
    if state.standing in {Standing.EMPTY, Standing.FOREIGN} or state.found is None:
        raise DatabaseForeign(f"{address_of(connection.engine.url)} has no tables of this portal")
    return state.found


def read_schema_state(connection: Connection) -> SchemaState:
    """Compare the tables of a database with what this code needs."""
    needed = needed_revision()
    found = MigrationContext.configure(connection).get_current_revision()
    tables = set(inspect(connection).get_table_names())
    return SchemaState(_standing(connection, tables, found, needed), found, needed)


def _standing(connection: Connection, tables: set[str], found: str | None, needed: str) -> Standing:
    if not tables - {"alembic_version"} and found is None:
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


def make_upgrade_engine(url: URL) -> Engine:
    """Return an engine for migrations: no foreign keys on SQLite, no statement time-out."""
    if url.get_backend_name() == "sqlite":
        # Rebuilding a parent table with its foreign keys on deletes or refuses its children.
        return make_sqlite_writer(url, foreign_keys=False)
    return make_postgres_tool(url)


def upgrade_schema(
    url: str | URL, *, before_change: Callable[[SchemaState], None] = lambda _state: None
) -> SchemaState:
    """Bring the tables to what this code needs, in one transaction; return what was found.

    `before_change` is called first where the database holds tables that are about to change.

    Raises
    ------
    DatabaseNewer, DatabaseForeign
        Where there is nothing this code could do.
    DatabaseDamaged
        Where rows would point nowhere after the change; nothing was changed then.
    """
    parsed = parse_url(url)
    engine = make_upgrade_engine(parsed)
    try:
        with named_faults(parsed):
            with engine.connect() as connection:
                state = read_schema_state(connection)
            if state.standing not in {Standing.EMPTY, Standing.OLDER}:
                require_current(state, url=parsed)
                return state
            if state.standing is Standing.OLDER:
                before_change(state)
            with engine.begin() as connection:
                migrate(connection, revision="head")
    finally:
        engine.dispose()
    return state


def migrate(connection: Connection, *, revision: str) -> None:
    """Move the tables up to a revision inside the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    command.upgrade(migration_config(connection), revision)
    require_whole(connection)


def migrate_down(connection: Connection, *, revision: str) -> None:
    """Move the tables down to a revision inside the caller's transaction."""
    command.downgrade(migration_config(connection), revision)
    require_whole(connection)


def require_whole(connection: Connection) -> None:
    """Raise when a row points at a row that is not there; PostgreSQL checks that by itself."""
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(3)
    if orphans:
        where = ", ".join(f"{row[0]} row {row[1]} → {row[2]}" for row in orphans)
        raise DatabaseDamaged(f"rows point at rows that are missing ({where}); nothing was changed")
