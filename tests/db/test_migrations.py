"""Migrations lead to exactly the tables of the models, up and down, with rows in them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import SQLModel

import db.tables  # noqa: F401 - fills the metadata
from db.__main__ import main
from db.archive import read_archive
from db.backup import restore_database, upgrade_safely
from db.engines import parse_url
from db.errors import BackupRefused, DatabaseDamaged, DatabaseNewer
from db.schema import MIGRATIONS, Standing, known_revisions, needed_revision
from db.store import open_store
from db.upgrading import make_upgrade_engine, migrate, migrate_down, upgrade_schema

REVISIONS = sorted(path.stem for path in (MIGRATIONS / "versions").glob("*.py"))
EARLIER = "0002_learning_programs"


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    made = make_upgrade_engine(parse_url(empty_url))
    yield made
    made.dispose()


def shape(connection: Connection) -> dict[str, object]:
    """Everything the database says of its tables: columns, keys, checks, indexes."""
    inspector = inspect(connection)
    found: dict[str, object] = {}
    for name in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        found[name] = {
            "columns": sorted(
                (c["name"], str(c["type"]), c["nullable"], str(c["default"]))
                for c in inspector.get_columns(name)
            ),
            "key": inspector.get_pk_constraint(name),
            "foreign": sorted(map(str, inspector.get_foreign_keys(name))),
            "unique": sorted(map(str, inspector.get_unique_constraints(name))),
            "checks": sorted(map(str, inspector.get_check_constraints(name))),
            "indexes": sorted(describe_index(index) for index in inspector.get_indexes(name)),
        }
    return found


def describe_index(index: Mapping[str, Any]) -> str:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str(dict(index) | {"dialect_options": options})


def stored_sql(connection: Connection) -> list[str]:
    """Every statement SQLite keeps; blanks, quotes and the order of constraints evened out."""
    rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    # A table that was rebuilt has its name in quotes from then on.
    found = [row[0].replace('"', "") for row in rows if "alembic_version" not in row[0]]
    return sorted(" ".join(sorted(re.split(r"[\s,]+", sql))) for sql in found)


def test_the_names_of_the_files_are_what_alembic_finds_in_them() -> None:
    # Serving reads the names only; importing Alembic and every migration is for upgrading.
    script = ScriptDirectory(str(MIGRATIONS))

    assert known_revisions() == {found.revision for found in script.walk_revisions()}
    assert [needed_revision()] == script.get_heads()


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection, revision="head")
        migrated = shape(connection)
        kept = stored_sql(connection) if engine.dialect.name == "sqlite" else []
        migrate_down(connection, revision="base")
        SQLModel.metadata.create_all(connection)
        modelled = shape(connection)
        wanted = stored_sql(connection) if engine.dialect.name == "sqlite" else []

    assert len(modelled) == len(SQLModel.metadata.tables)
    assert migrated == modelled
    assert kept == wanted


def test_a_table_changed_without_a_migration_would_be_noticed(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection, revision="head")
        before = shape(connection)
        connection.execute(text("CREATE INDEX ix_extra ON team (name)"))

        assert shape(connection) != before


def add_people(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO person (id, issuer, subject, name, email, role_profile, language, active,"
            " created_at) VALUES (1, 'i', 's', 'Ada', 'a@norhaven.example', 'builder', 'en', :yes,"
            " '2026-03-02 09:00:00')"
        ),
        {"yes": True},
    )
    connection.execute(
        text(
            "INSERT INTO role_grant (id, person_id, role, granted_at)"
            " VALUES (1, 1, 'manager', '2026-03-02 09:00:00')"
        )
    )


def test_every_revision_goes_up_and_down_with_rows_in_the_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection, revision=REVISIONS[0])
        add_people(connection)
    for revision in [*REVISIONS[1:], *reversed(REVISIONS[:-1]), *REVISIONS[1:]]:
        with engine.begin() as connection:
            move = migrate_down if is_above(connection, revision) else migrate
            move(connection, revision=revision)

    with engine.connect() as connection:
        role = connection.execute(
            text("SELECT name, role FROM person JOIN role_grant ON person_id = person.id")
        ).one()
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert tuple(role) == ("Ada", "manager")
    assert found == needed_revision()


def is_above(connection: Connection, revision: str) -> bool:
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return found > revision


def test_the_way_down_leaves_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection, revision="head")
        migrate_down(connection, revision="base")

        assert set(inspect(connection).get_table_names()) == {"alembic_version"}


def test_a_migration_that_fails_changes_nothing(engine: Engine) -> None:
    def half_a_migration() -> None:
        with engine.begin() as connection:
            migrate(connection, revision="head")
            raise LookupError("the power went")

    with pytest.raises(LookupError):
        half_a_migration()

    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_rows_that_point_nowhere_stop_a_migration(tmp_path: Path) -> None:
    url = parse_url(f"sqlite:///{tmp_path / 'orphans.db'}")
    engine = make_upgrade_engine(url)
    with engine.begin() as connection:
        migrate(connection, revision=EARLIER)
        add_people(connection)
        connection.execute(text("DELETE FROM person"))
    engine.dispose()

    with pytest.raises(DatabaseDamaged, match="role_grant row 1"):
        upgrade_schema(url)

    with pytest.raises(Exception, match="0002_learning_programs"):
        open_store(f"sqlite:///{tmp_path / 'orphans.db'}")


@pytest.fixture
def earlier_url(empty_url: str, engine: Engine) -> str:
    """A database in use, at the schema before the newest."""
    with engine.begin() as connection:
        migrate(connection, revision=EARLIER)
        add_people(connection)
    return empty_url


def test_an_upgrade_of_a_database_in_use_makes_a_verified_backup_first(
    earlier_url: str, tmp_path: Path
) -> None:
    state, backup = upgrade_safely(earlier_url, folder=tmp_path / "backups")

    assert (state.standing, state.found) == (Standing.OLDER, EARLIER)
    assert backup is not None
    manifest = read_archive(backup)
    assert manifest.revision == EARLIER
    assert manifest.rows["person"] == 1
    store = open_store(earlier_url)
    assert store.read(lambda c: c.execute(text("SELECT name FROM person")).scalar()) == "Ada"
    store.close()


def test_a_backup_of_an_earlier_schema_is_not_restored_into_this_one(
    earlier_url: str, tmp_path: Path
) -> None:
    _state, backup = upgrade_safely(earlier_url, folder=tmp_path / "backups")
    assert backup is not None

    with pytest.raises(BackupRefused, match="an older schema"):
        restore_database(earlier_url, file=backup, replace=True)


def test_no_backup_no_upgrade(earlier_url: str, tmp_path: Path) -> None:
    """The folder for backups cannot be made; the tables stay as they are."""
    (tmp_path / "backups").write_text("in the way")

    with pytest.raises(FileExistsError):
        upgrade_safely(earlier_url, folder=tmp_path / "backups")

    with pytest.raises(Exception, match=EARLIER):
        open_store(earlier_url)


def test_a_new_database_needs_no_backup(empty_url: str, tmp_path: Path) -> None:
    state, backup = upgrade_safely(empty_url, folder=tmp_path / "backups")

    assert (state.standing, backup) == (Standing.EMPTY, None)
    open_store(empty_url).close()


def test_an_upgrade_never_touches_a_newer_database(store_url: str) -> None:
    store = open_store(store_url)
    store.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999_x'")))
    store.close()

    with pytest.raises(DatabaseNewer, match="install the newer portal"):
        upgrade_schema(store_url)


def test_the_command_line_upgrades_and_says_so(
    empty_url: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))

    codes = [main(["--url", empty_url, "upgrade"]) for _ in range(2)]

    assert codes == [0, 0]
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"upgraded from nothing to {needed_revision()}"
    assert second == f"nothing to do: the tables are at {needed_revision()}"


def test_every_revision_is_named_in_words() -> None:
    assert all(re.fullmatch(r"\d{4}(_[a-z]+)+", name) for name in REVISIONS)
