"""Bringing the tables to the version this code needs, and back, with Alembic."""

import os
from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, text

from db.engines import make_postgres_tool, make_sqlite_writer, parse_url, sqlite_path
from db.errors import DatabaseDamaged, DatabaseMissing
from db.faults import address_of, named_faults
from db.schema import MIGRATIONS, SchemaState, Standing, read_schema_state, require_current

UPGRADE_LOCK = 7_310_522_931  # any constant: two upgrades at once wait for each other on it


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
    if parsed.get_backend_name() == "sqlite" and not sqlite_path(parsed).exists():
        _make_private_file(parsed)
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


def _make_private_file(url: URL) -> None:
    """Make an empty SQLite file that only its owner can read; SQLite keeps its rights."""
    path = sqlite_path(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseMissing(
            f"{address_of(url)} cannot be made ({error.strerror}); name a folder that can be "
            "written, with PORTAL_DATA_DIR or PORTAL_DATABASE_URL"
        ) from error


def migrate(connection: Connection, *, revision: str) -> None:
    """Move the tables up to a revision inside the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    command.upgrade(_migration_config(connection), revision)
    require_whole(connection)


def migrate_down(connection: Connection, *, revision: str) -> None:
    """Move the tables down to a revision inside the caller's transaction."""
    command.downgrade(_migration_config(connection), revision)
    require_whole(connection)


def require_whole(connection: Connection) -> None:
    """Raise when a row points at a row that is not there; PostgreSQL checks that by itself."""
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(3)
    if orphans:
        where = ", ".join(f"{row[0]} row {row[1]} → {row[2]}" for row in orphans)
        raise DatabaseDamaged(f"rows point at rows that are missing ({where}); nothing was changed")


def _migration_config(connection: Connection) -> Config:
    """Return Alembic's settings; they need no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
