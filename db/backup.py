"""Backup and restore: while people work, verified, and refused where a file does not fit."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from db import backup_postgres, backup_sqlite
from db.archive import Manifest, read_archive
from db.engines import parse_url, sqlite_path
from db.errors import BackupRefused, DatabaseMissing
from db.faults import address_of, named_faults
from db.schema import SchemaState, known_revisions, needed_revision
from db.upgrading import make_upgrade_engine, upgrade_schema


@dataclass(frozen=True)
class Kept:
    """A backup that was made and read back: where it is and what it holds."""

    file: Path
    manifest: Manifest


def backup_database(url: str, *, file: Path) -> Kept:
    """Write a verified backup of one moment into a new file; people go on working meanwhile.

    Raises
    ------
    BackupRefused
        When the file exists, or what was written cannot be read back.
    DatabaseError
        When the database is missing, unreachable or damaged.
    """
    parsed = parse_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and not sqlite_path(parsed).exists():
        raise DatabaseMissing(f"{address_of(parsed)} does not exist; there is nothing to back up")
    make = backup_sqlite.write_backup if sqlite else backup_postgres.write_backup
    with named_faults(parsed):
        return Kept(file, make(parsed, file))


def restore_database(url: str, *, file: Path, replace: bool = False) -> Manifest:
    """Fill a database from a backup, all or nothing, and count that everything arrived.

    Parameters
    ----------
    replace
        Needed where the database holds rows; make a backup of them first.

    Raises
    ------
    BackupRefused
        When the file is damaged, foreign, of another engine, or of an older or newer schema; when
        the database holds rows and `replace` was not said. Nothing was changed then.
    """
    parsed = parse_url(url)
    manifest = read_archive(file)
    _require_fit(manifest, engine=parsed.get_backend_name(), file=file)
    sqlite = parsed.get_backend_name() == "sqlite"
    fill = backup_sqlite.restore_backup if sqlite else backup_postgres.restore_backup
    with named_faults(parsed):
        upgrade_schema(parsed)
        if holds_rows(url) and not replace:
            raise BackupRefused(f"{address_of(parsed)} holds data; say --replace to overwrite it")
        fill(parsed, file, manifest)
    return manifest


def _require_fit(manifest: Manifest, *, engine: str, file: Path) -> None:
    if manifest.engine != engine:
        raise BackupRefused(f"{file} was made of {manifest.engine}, the database is {engine}")
    needed = needed_revision()
    if manifest.revision == needed:
        return
    which = "an older" if manifest.revision in known_revisions() else "a newer"
    raise BackupRefused(
        f"{file} holds {which} schema ({manifest.revision}, this code needs {needed});"
        " restore it with the portal that made it, then upgrade"
    )


def holds_rows(url: str) -> bool:
    """Say whether any table of a database has a row."""
    engine = make_upgrade_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            return _any_rows(connection)
    finally:
        engine.dispose()


def _any_rows(connection: Connection) -> bool:
    names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    quote = connection.dialect.identifier_preparer.quote
    return any(
        connection.execute(text(f"SELECT 1 FROM {quote(name)} LIMIT 1")).first()  # noqa: S608
        for name in names
    )


def upgrade_safely(url: str, *, folder: Path) -> tuple[SchemaState, Path | None]:
    """Bring the tables up to date; where they hold rows, only after a verified backup.

    Returns
    -------
    tuple
        What was found before, and the backup that was made, if any.
    """
    made: list[Path] = []

    def keep(state: SchemaState) -> None:
        if holds_rows(url):
            file = free_name(folder, stem=f"before-upgrade-from-{state.found}")
            backup_database(url, file=file)
            made.append(file)

    state = upgrade_schema(url, before_change=keep)
    return state, made[0] if made else None


def free_name(folder: Path, *, stem: str) -> Path:
    """Return a path in the folder that no file has yet."""
    number = 1
    while (file := folder / f"{stem}-{number}.backup").exists():
        number += 1
    return file
