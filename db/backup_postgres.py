"""Backup and restore of a PostgreSQL database, through COPY in one snapshot.

`pg_dump` would do as well, where it is installed in the server's version or a newer one; an older
one refuses. This needs nothing but the driver, and the file is checked like any other backup.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, inspect, text
from sqlmodel import SQLModel

import db.tables  # noqa: F401 - fills the metadata
from db.archive import ArchiveWriter, Manifest, chunks_of, open_member, write_archive
from db.engines import make_postgres_tool
from db.errors import BackupRefused
from db.queries.audit import verify_chain
from db.schema import require_revision


def write_backup(url: URL, file: Path) -> Manifest:
    """Copy every table as of one moment into a backup file."""
    engine = make_postgres_tool(url).execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    try:
        with engine.connect() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            return write_archive(file, lambda writer: _fill(connection, writer))
    finally:
        engine.dispose()


def _fill(connection: Connection, writer: ArchiveWriter) -> Manifest:
    revision = require_revision(connection)
    inspector = inspect(connection)
    names = sorted(set(inspector.get_table_names()) - {"alembic_version"})
    # An earlier schema may have had no audit yet.
    broken = len(verify_chain(connection)) if "audit" in names else 0
    rows, columns = {}, {}
    for name in names:
        columns[name] = [column["name"] for column in inspector.get_columns(name)]
        cursor = _cursor(connection)
        writer.add(_member(name), _copy_out(cursor, _table_sql(connection, name, columns[name])))
        rows[name] = cursor.rowcount
    return Manifest("postgresql", revision, rows, columns, broken)


def _copy_out(cursor: Any, target: str) -> Iterator[bytes]:  # noqa: ANN401
    with cursor.copy(f"COPY {target} TO STDOUT") as copy:
        for chunk in copy:
            yield bytes(chunk)


def _cursor(connection: Connection) -> Any:  # noqa: ANN401 - psycopg's own cursor
    return connection.connection.cursor()


def _member(table: str) -> str:
    return f"tables/{table}.copy"


def _table_sql(connection: Connection, table: str, columns: list[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return f"{quote(table)} ({', '.join(quote(column) for column in columns)})"


def restore_backup(url: URL, file: Path, manifest: Manifest) -> None:
    """Put the tables of a backup in place of everything in the database, in one transaction."""
    engine = make_postgres_tool(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            _empty_tables(connection)
            for table in SQLModel.metadata.sorted_tables:
                _copy_in(connection, table.name, file=file, manifest=manifest)
            _move_sequences(connection)
            if len(verify_chain(connection)) != manifest.broken_streams:
                raise BackupRefused(f"{file} is damaged: its audit does not verify as it did")
    finally:
        engine.dispose()


def _empty_tables(connection: Connection) -> None:
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(table.name) for table in SQLModel.metadata.sorted_tables)
    connection.execute(text(f"TRUNCATE {names}"))


def _copy_in(connection: Connection, table: str, *, file: Path, manifest: Manifest) -> None:
    cursor = _cursor(connection)
    target = _table_sql(connection, table, manifest.columns[table])
    with (
        open_member(file, _member(table)) as member,
        cursor.copy(f"COPY {target} FROM STDIN") as to,
    ):
        for chunk in chunks_of(member):
            to.write(chunk)
    if cursor.rowcount != manifest.rows[table]:
        raise BackupRefused(
            f"{file} is damaged: {table} has {cursor.rowcount} rows, not {manifest.rows[table]}"
        )


def _move_sequences(connection: Connection) -> None:
    """Let the next id follow the highest one that was restored."""
    quote = connection.dialect.identifier_preparer.quote
    for table in SQLModel.metadata.sorted_tables:
        if "id" not in table.c:
            continue
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": quote(table.name)}
        ).scalar()
        if sequence is None:
            continue
        next_id = f"SELECT coalesce(max(id), 0) + 1 FROM {quote(table.name)}"  # noqa: S608
        connection.execute(
            text(f"SELECT setval(:sequence, ({next_id}), false)"), {"sequence": sequence}
        )
