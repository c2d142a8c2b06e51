"""The store: one per process, the only place that reads, writes and commits."""

from collections.abc import Callable
from typing import Literal, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from db.engines import (
    make_postgres_reader,
    make_postgres_writer,
    make_sqlite_reader,
    make_sqlite_writer,
    parse_url,
    sqlite_path,
    warn_about_old_sqlite,
)
from db.errors import DatabaseMissing, StoreClosed
from db.faults import address_of, named_faults
from db.schema import SchemaState, read_schema_state, require_current
from db.watch import FileWatch, VersionWatch
from db.writers import DirectWriter, GroupWriter

T = TypeVar("T")


class Store:
    """A database that is open: `read` sees one moment, `write` returns once it is on disk."""

    def __init__(
        self,
        *,
        url: URL,
        reader: Engine,
        writer: GroupWriter | DirectWriter,
        file: FileWatch | None = None,
    ) -> None:
        self.url = url
        self._reader = reader
        self._asker = _without_transactions(reader)
        self._writer = writer
        self._file = file
        self._version: VersionWatch | None = None
        self._closed = False

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which kind of database this is."""
        return "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"

    def read(self, fn: Callable[[Connection], T]) -> T:
        """Return `fn(connection)`; all its queries see the database as of one moment.

        Raises
        ------
        DatabaseError
            When the database cannot answer. A write inside `fn` is refused by the database.
        """
        if not self._closed:
            self._require_version()
        return self._read_named(fn)

    def ask(self, fn: Callable[[Connection], T]) -> T:
        """Return `fn(connection)`, which runs one statement: a third of the ways of `read`.

        One statement sees one moment by itself, so that nothing has to be begun and ended.

        Raises
        ------
        DatabaseError
            When the database cannot answer. A write inside `fn` is refused by the database.
        """
        if not self._closed:
            self._require_version()
        return self._read_named(fn, engine=self._asker)

    def _read_named(self, fn: Callable[[Connection], T], *, engine: Engine | None = None) -> T:
        if self._closed:
            raise StoreClosed("the store was closed; open it again")
        with named_faults(self.url):
            try:
                return self._read_once(fn, engine=engine)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            # The server was restarted since the link was last used; a new one is at hand by now.
            return self._read_once(fn, engine=engine)

    def _require_version(self) -> None:
        if self._version is not None:
            self._version.require(self._read_named)

    def _read_once(self, fn: Callable[[Connection], T], *, engine: Engine | None) -> T:
        if self._file is not None:
            # Before connecting, which would make an empty file.
            self._file.require()
        with (engine or self._reader).connect() as connection:
            return fn(connection)

    def write(self, fn: Callable[[Connection], T]) -> T:
        """Return `fn(connection)` after its rows are on disk; an exception takes them all back.

        `fn` may run more than once (PostgreSQL asks for it when two met on the same rows), and on
        SQLite it runs in another thread: it does nothing but use its connection, never commits,
        never writes through the store again.

        Raises
        ------
        DatabaseError
            When the rows did not reach the disk, or nobody can tell whether they did: try again
            with the same operation id.
        """
        if not self._closed:
            self._require_version()
        value: T = self._writer.write(fn)
        return value

    def schema_state(self) -> SchemaState:
        """Compare the tables with what this code needs."""
        return self._read_named(read_schema_state)

    def watch_version(self, needed: str) -> None:
        """Refuse to work from now on, within seconds, once the tables have another version."""
        self._version = VersionWatch(self.url, needed=needed)

    def close(self) -> None:
        """Finish the writes that wait and let go of every connection."""
        self._closed = True
        self._writer.close()
        self._reader.dispose()


def open_store(url: str) -> Store:
    """Open the database at a URL.

    Raises
    ------
    DatabaseMissing, DatabaseOlder, DatabaseNewer, DatabaseForeign, DatabaseUnreachable
        Each with a sentence that says what to do. An older database is never changed here.
    ValueError
        For a URL that is neither a SQLite file nor PostgreSQL.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        warn_about_old_sqlite()
        _require_file(parsed)
    store = _connect(parsed)
    try:
        state = store.schema_state()
        require_current(state, url=parsed)
        store.watch_version(state.needed)
    except BaseException:
        store.close()
        raise
    return store


def _without_transactions(reader: Engine) -> Engine:
    """Return an engine that shares the connections of another; each statement stands alone."""
    if reader.dialect.name == "sqlite":
        return reader  # there is no way to save: the file is here
    return reader.execution_options(isolation_level="AUTOCOMMIT")


def _require_file(url: URL) -> None:
    if not sqlite_path(url).exists():
        raise DatabaseMissing(f"{address_of(url)} does not exist; run `python -m db upgrade`")


def _connect(url: URL) -> Store:
    if url.get_backend_name() == "sqlite":
        file = FileWatch(url)
        group = GroupWriter(make_sqlite_writer(url), require_file=file.require)
        return Store(url=url, reader=make_sqlite_reader(url), writer=group, file=file)
    writer = DirectWriter(make_postgres_writer(url))
    return Store(url=url, reader=make_postgres_reader(url), writer=writer)
