"""SQLAlchemy engines with every setting that keeps acknowledged rows: SQLite and PostgreSQL."""

import importlib
import logging
import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool, QueuePool

SAFE_SQLITE = (3, 51, 3)  # the first release without the WAL-reset corruption bug
# Shorter than the quarter of a minute within which a fault has to be on the screen.
BUSY_MILLISECONDS = 10_000
POSTGRES_TIMEOUTS = {
    "statement_timeout": "12s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}
POSTGRES_KEEPALIVE = {
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
    """Return the newest SQLite at hand: pysqlite3 where installed, else Python's own."""
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


def make_postgres(url: URL, *, pooled: bool = True) -> Engine:
    """Return an engine whose every wait has an end: connecting, statements, locks, idle links."""
    settings = POSTGRES_TIMEOUTS | {"synchronous_commit": "on", "timezone": "UTC"}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    arguments: dict[str, Any] = {"application_name": "ai-literacy-portal"}
    arguments |= POSTGRES_KEEPALIVE | {"options": options}
    # What stands in the URL was put there on purpose and wins.
    arguments = {name: value for name, value in arguments.items() if name not in url.query}
    if not pooled:
        return create_engine(url, connect_args=arguments, poolclass=NullPool)
    return create_engine(
        url,
        connect_args=arguments,
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=20,
        max_overflow=20,
        pool_timeout=10,
        pool_use_lifo=True,
    )


def sqlite_path(url: URL) -> Path:
    """Return the file of a SQLite URL."""
    return Path(str(url.database))
