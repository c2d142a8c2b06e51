"""Fresh databases for benches: a SQLite file, or a PostgreSQL server of their own on real disk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, make_url, text

from db.store import Store, open_store
from db.upgrading import upgrade_schema
from tests.postgres import name_server_folder, remove_server_folder, start_postgres

ENGINES = ("sqlite", "postgresql")


@contextmanager
def fresh_store(engine: str) -> Iterator[Store]:
    """Open a store with all tables and no rows; nothing of it is left afterwards."""
    with fresh_url(engine) as url:
        upgrade_schema(url)
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def fresh_url(engine: str) -> Iterator[str]:
    """Give the URL of an empty database with every setting at its durable default."""
    if engine == "sqlite":
        with TemporaryDirectory(prefix="bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'portal.db'}"
        return
    folder = name_server_folder(Path(tempfile.gettempdir()))
    server = start_postgres(folder)
    try:
        yield make_database(server.get_uri())
    finally:
        server.cleanup()
        remove_server_folder(folder)


def make_database(server: str) -> str:
    """Make the database `bench` on a server and return its URL."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bench"))
    engine.dispose()
    return url.set(database="bench").render_as_string(hide_password=False)
