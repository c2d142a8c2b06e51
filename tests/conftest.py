"""Fixtures that every test may ask for: a store with all tables and no rows."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel
from xdist.scheduler import LoadScopeScheduling

from db.store import Store, open_store
from db.upgrading import upgrade_schema
from tests.doing_without import do_without
from tests.postgres import (
    PostgresMissing,
    name_server_folder,
    remove_server_folder,
    start_postgres,
)
from tests.small_house import House, content_files, write_files

_numbers = count(1)

# Tests here kill processes, never the machine. In memory a commit need not wait for a disk, and
# most of the time of a test of the database was such waits.
MEMORY_FOLDER = Path("/dev/shm")
ROOM = 4 * 2**30  # bytes; a container's usual 64 MB would not do


# Each test of such a file goes on where the one before it ended, so one worker has them all.
STORIES = frozenset({"tests/db/test_deeds_and_their_rows.py"})


class PagesTogether(LoadScopeScheduling):
    """Two workers: all pages in one, so that one browser and one server are enough."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/browser/"):
            return "pages"
        file = nodeid.partition("::")[0]
        return file if file in STORIES else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> PagesTogether:
    """Divide the tests over the workers."""
    return PagesTogether(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the folders of this run before any worker starts."""
    if not hasattr(config, "workerinput"):
        if _has_room(MEMORY_FOLDER):
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_FOLDER))
        root = os.environ.get("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
        config._server_folder = name_server_folder(Path(root))  # type: ignore[attr-defined]


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell each xdist worker where the server of this run lives."""
    node.workerinput["server_folder"] = str(node.config._server_folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the server's folder once nobody needs it."""
    folder = getattr(config, "_server_folder", None)
    if folder is not None:
        remove_server_folder(folder)


def _server_folder(config: pytest.Config) -> Path:
    workerinput = getattr(config, "workerinput", None)
    return Path(workerinput["server_folder"]) if workerinput else config._server_folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "portal.db"
    upgrade_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small curriculum as files; copied for each test."""
    return write_files(tmp_path_factory.mktemp("small") / "content", content_files())


@pytest.fixture(scope="session")
def sqlite_house_template(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, small_folder: Path
) -> Path:
    """A SQLite file with the small curriculum published, made once and copied for each test."""
    path = tmp_path_factory.mktemp("house") / "portal.db"
    shutil.copy(sqlite_template, path)
    publish_once(f"sqlite:///{path}", small_folder)
    return path


def publish_once(url: str, folder: Path) -> None:
    """Publish a content folder into a database."""
    store = open_store(url)
    House(store, folder, catalogue=None).publish()  # type: ignore[arg-type]
    store.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of a fresh SQLite file with all tables and no rows."""
    path = tmp_path / "portal.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """The URL of a PostgreSQL server's own database; PORTAL_TEST_POSTGRES_URL names another."""
    given = os.environ.get("PORTAL_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    try:
        server = start_postgres(_server_folder(pytestconfig))
    except PostgresMissing as error:
        do_without(f"PostgreSQL could not be started: {error}")
        return
    # Tests here kill processes, never the machine: what the kernel holds is safe.
    run_on_server(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


def _database_url(server: str, name: str) -> str:
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def run_on_server(server: str, *statements: str) -> None:
    """Run statements that stand outside a transaction on the server's own database."""
    engine = create_engine(
        make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def remove_rows(connection: Connection, *, keep: frozenset[str] = frozenset()) -> None:
    """Empty every table but those to keep.

    TRUNCATE would give each filled table, all that point to it and their indexes new files, which
    takes some thirty times as long for a few rows.
    """
    names = [t.name for t in reversed(SQLModel.metadata.sorted_tables) if t.name not in keep]
    asked = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names
    )
    filled = set(connection.execute(text(asked)).scalars())
    for name in names:
        if name in filled:
            connection.execute(text(f"DELETE FROM {name}"))


class BareDatabase:
    """One PostgreSQL database without rows, lent to one test at a time.

    To copy a database takes half a second, to empty the tables that a test filled much less. It is
    copied anew after a test that left other tables than it found.
    """

    _SHAPE = text(
        "SELECT (SELECT string_agg(version_num, ',') FROM alembic_version), md5(string_agg(one, ';'"
        " ORDER BY one)) FROM (SELECT 'column ' || attrelid::regclass || attname || atttypid ||"
        " attnotnull || attisdropped AS one FROM pg_attribute JOIN pg_class ON pg_class.oid ="
        " attrelid WHERE relnamespace = 'public'::regnamespace UNION ALL SELECT 'constraint ' ||"
        " conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace ="
        " 'public'::regnamespace UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger) AS shape"
    )

    def __init__(self, server: str, *, template: str) -> None:
        self._server = server
        self._template = template
        self._name = f"portal_bare_{os.getpid()}"
        self.url = _database_url(server, self._name)
        self._make()

    def _make(self) -> None:
        run_on_server(
            self._server,
            f"CREATE DATABASE {self._name} TEMPLATE {self._template} STRATEGY file_copy",
        )
        self._engine = create_engine(self.url, isolation_level="AUTOCOMMIT", pool_size=1)
        with self._engine.connect() as connection:
            self._shape = connection.execute(self._SHAPE).one()

    def drop(self) -> None:
        """Remove it."""
        self._engine.dispose()
        run_on_server(self._server, f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")

    def clean(self) -> None:
        """Remove what a test left."""
        try:
            with self._engine.connect() as connection:
                whole = self._is_whole(connection)
        except DBAPIError:
            whole = False
        if not whole:
            self.drop()
            self._make()

    def _is_whole(self, connection: Connection) -> bool:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        if connection.execute(self._SHAPE).one() != self._shape:
            return False
        remove_rows(connection)
        connection.execute(
            text(
                "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"
                " WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
            )
        )
        return True


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database with all tables, made once per worker and copied for each test."""
    name = f"portal_template_{os.getpid()}"
    run_on_server(postgres_server, f"CREATE DATABASE {name}")
    upgrade_schema(_database_url(postgres_server, name))
    yield name
    run_on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database without tables."""
    yield from _fresh_database(postgres_server, template="template0")


@pytest.fixture(scope="session")
def bare_database(postgres_server: str, postgres_template: str) -> Iterator[BareDatabase]:
    """A PostgreSQL database without rows that tests use one after the other."""
    bare = BareDatabase(postgres_server, template=postgres_template)
    yield bare
    bare.drop()


@pytest.fixture
def postgres_url(bare_database: BareDatabase) -> Iterator[str]:
    """The URL of a PostgreSQL database with all tables and no rows."""
    yield bare_database.url
    bare_database.clean()


def _fresh_database(server: str, *, template: str) -> Iterator[str]:
    name = f"portal_test_{os.getpid()}_{next(_numbers)}"
    run_on_server(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield _database_url(server, name)
    run_on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database with all tables, on each of the two engines."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, on each of the two engines."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store without rows, on each of the two engines."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An open store without rows, in a SQLite file."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()
