"""Backup and restore of a SQLite file, while other processes read and write it."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, inspect, text

from db.archive import ArchiveWriter, Manifest, chunks_of, open_member, write_archive
from db.engines import BUSY_MILLISECONDS, make_sqlite_reader, sqlite_module, sqlite_path
from db.errors import BackupRefused, DatabaseDamaged
from db.queries.audit import verify_chain
from db.schema import require_revision

MEMBER = "portal.db"


def write_backup(url: URL, file: Path) -> Manifest:
    """Copy one moment of the database, check the copy, and put it into a backup file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with _scratch(file.parent) as copy:
        with closing(_connect(sqlite_path(url))) as source:
            # Unlike a copy of the files, this reads one snapshot and lets writers go on.
            source.execute("VACUUM INTO ?", (str(copy),))
        manifest = _describe(copy)

        def fill(writer: ArchiveWriter) -> Manifest:
            with copy.open("rb") as stream:
                writer.add(MEMBER, chunks_of(stream))
            return manifest

        return write_archive(file, fill)


def restore_backup(url: URL, file: Path, manifest: Manifest) -> None:
    """Check the file inside the backup, then put it in place of everything in the database.

    SQLite's backup does it in one transaction: other processes see all of it or nothing, and so
    does whoever opens the database after a power cut.
    """
    with _scratch(sqlite_path(url).parent) as copy:
        with open_member(file, MEMBER) as member, copy.open("wb") as stream:
            for chunk in chunks_of(member):
                stream.write(chunk)
        found = _describe(copy)
        if (found.revision, found.rows) != (manifest.revision, manifest.rows):
            raise BackupRefused(f"{file} is damaged: it holds other rows than its manifest says")
        with closing(_connect(copy)) as source, closing(_connect(sqlite_path(url))) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = WAL")
    restored = _describe(sqlite_path(url))
    if restored.rows != manifest.rows:
        raise DatabaseDamaged(f"{url.database} was restored, but rows are missing; do it again")


def _connect(path: Path) -> Any:  # noqa: ANN401 - pysqlite3 has no types
    connection = sqlite_module().connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Give a path for a temporary file on the same disk, readable by its owner only."""
    with tempfile.TemporaryDirectory(prefix=".portal-", dir=folder) as scratch:
        yield Path(scratch) / MEMBER


def _describe(path: Path) -> Manifest:
    """Run every check over a database file and say what it holds."""
    engine = make_sqlite_reader(URL.create("sqlite", database=str(path)))
    try:
        with engine.connect() as connection:
            _require_sound(connection, path)
            revision = require_revision(connection)
            rows, columns = _contents(connection)
            # An earlier schema may have had no audit yet.
            broken = len(verify_chain(connection)) if "audit" in rows else 0
    finally:
        engine.dispose()
    return Manifest("sqlite", revision, rows, columns, broken)


def _require_sound(connection: Connection, path: Path) -> None:
    complaints = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if complaints != ["ok"]:
        raise DatabaseDamaged(f"{path} fails its integrity check: {complaints[0]}")
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise DatabaseDamaged(f"{path} has rows that point at rows that are missing")


def _contents(connection: Connection) -> tuple[dict[str, int], dict[str, list[str]]]:
    inspector = inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    rows, columns = {}, {}
    for name in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        count = text(f"SELECT count(*) FROM {quote(name)}")  # noqa: S608
        rows[name] = connection.execute(count).scalar_one()
        columns[name] = [column["name"] for column in inspector.get_columns(name)]
    return rows, columns
