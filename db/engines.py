"""SQLAlchemy engines with every setting that keeps acknowledged rows: SQLite and PostgreSQL."""

import importlib
import logging
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool, QueuePool

SAFE_SQLITE = (3, 51, 3)  # the first release without the WAL-reset corruption bug
# Shorter than the quarter of a minute within which a fault has to be on the screen.
BUSY_MILLISECONDS = 10_000
PING_AFTER_SECONDS = 3.0
POSTGRES_TIMEOUTS = {
    "statement_timeout": "12s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}
POSTGRES_SETTINGS = POSTGRES_TIMEOUTS | {"synchronous_commit": "on", "timezone": "UTC"}
POSTGRES_KEEPALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
}

_log = logging.getLogger(__name__)


def parse_url(url: str | URL) -> URL:
    """Return the URL with the driver this house uses; only SQLite files and PostgreSQL pass.

    Raises
    ------
    ValueError
        For any other database, and for SQLite in memory: it has no second engine to read with.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ValueError(f"expected a sqlite or postgresql URL, got {backend!r}")
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("expected a SQLite file such as sqlite:///var/portal.db, got none")
    return parsed.set(drivername="sqlite")


def sqlite_module() -> ModuleType:
    """Return the newest SQLite at hand: pysqlite3 where installed, else Python's own.

    One process must open a file through one of them only: locks belong to the process, so two
    libraries in it do not see each other's and would write at once.
    """
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return sqlite3


def warn_about_old_sqlite() -> None:
    """Say in the log when SQLite is older than the release that mended its WAL."""
    module = sqlite_module()
    if tuple(int(part) for part in module.sqlite_version.split(".")) < SAFE_SQLITE:
        _log.warning(
            "SQLite %s has a known fault that can damage a database under load; "
            "install pysqlite3, or keep production data in PostgreSQL",
            module.sqlite_version,
        )


def make_sqlite_writer(url: URL, *, foreign_keys: bool = True) -> Engine:
    """Return the engine that writes: every transaction takes the write lock as it begins.

    A transaction that reads first and asks for the lock later cannot wait for it, because its
    snapshot is old by then; SQLite answers "database is locked" at once.
    """
    keys = "ON" if foreign_keys else "OFF"
    pragmas = ("journal_mode = WAL", "synchronous = FULL", f"foreign_keys = {keys}")
    return _make_sqlite(url, begin="BEGIN IMMEDIATE", pragmas=pragmas)


def make_sqlite_reader(url: URL) -> Engine:
    """Return the engine that reads: a snapshot a transaction, and never the write lock."""
    return _make_sqlite(url, begin="BEGIN", pragmas=("query_only = ON",))


def _make_sqlite(url: URL, *, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(
        url,
        module=sqlite_module(),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=32,
        pool_timeout=10,
        connect_args={"check_same_thread": False, "isolation_level": None},
        # The values of a statement may be answers; they stay out of errors and logs.
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401
        # The driver's own transactions would begin late and end early; ours are in "begin".
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def make_postgres_writer(url: URL) -> Engine:
    """Return the engine that writes; every wait has an end: connecting, statements, locks."""
    return _make_pooled(url, POSTGRES_SETTINGS)


def make_postgres_reader(url: URL) -> Engine:
    """Return the engine that reads: one snapshot a transaction, and nothing can be changed."""
    # The server holds these for the connection; set by the driver they would cost each read.
    reading = {
        "default_transaction_isolation": r"repeatable\ read",
        "default_transaction_read_only": "on",
    }
    return _make_pooled(url, POSTGRES_SETTINGS | reading)


def make_postgres_tool(url: URL) -> Engine:
    """Return an engine without a pool, for migrations, backups and restores."""
    return create_engine(
        url.difference_update_query(["options"]),
        connect_args=_connect_args(url, POSTGRES_SETTINGS),
        poolclass=NullPool,
    )


def _make_pooled(url: URL, settings: Mapping[str, str]) -> Engine:
    engine = create_engine(
        url.difference_update_query(["options"]),
        connect_args=_connect_args(url, settings),
        hide_parameters=True,
        pool_recycle=1800,
        pool_size=16,
        max_overflow=24,
        pool_timeout=10,
        pool_use_lifo=True,
    )
    _ping_after_rest(engine)
    return engine


def _connect_args(url: URL, settings: Mapping[str, str]) -> dict[str, Any]:
    """Join our settings with those of the URL; what stands in the URL was meant and wins."""
    given = url.query.get("options", "")
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    options = " ".join([ours, given] if isinstance(given, str) else [ours, *given])
    arguments = {"application_name": "ai-literacy-portal"} | POSTGRES_KEEPALIVE
    kept = {name: value for name, value in arguments.items() if name not in url.query}
    return kept | {"options": options}


def _ping_after_rest(engine: Engine) -> None:
    """Ask a connection that rested whether it still stands, before somebody's work depends on it.

    SQLAlchemy's own `pool_pre_ping` asks each time, also when the last answer is a millisecond old;
    under load that is a fifth of all ways to the server.
    """

    @event.listens_for(engine, "checkin")
    def note_rest(_connection: object, record: Any) -> None:  # noqa: ANN401
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401
        rests_since = record.info.get("rests_since")
        if rests_since is None or time.monotonic() - rests_since < PING_AFTER_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool then throws the connection away and hands out another one.
            raise DisconnectionError from error


def sqlite_path(url: URL) -> Path:
    """Return the file of a SQLite URL."""
    return Path(str(url.database))
