"""The database vanishes or changes its version under a running portal: nothing goes on silently."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

import db.watch
from db.errors import DatabaseForeign, DatabaseMissing, DatabaseNewer
from db.store import Store, open_store
from portal.web.health import health_routes


def add_team(connection: Connection, code: str) -> None:
    connection.execute(text("INSERT INTO team (code, name) VALUES (:c, :c)"), {"c": code})


def team_codes(store: Store) -> set[str]:
    return set(store.read(lambda c: c.execute(text("SELECT code FROM team")).scalars().all()))


def path_of(store: Store) -> Path:
    return Path(str(store.url.database))


def ask_ready(store: Store) -> tuple[int, str]:
    route = next(one for one in health_routes(store) if one.path == "/readyz")
    messages = []

    async def send(message) -> None:
        messages.append(message)

    async def receive():
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/readyz", "headers": []}
    asyncio.run(route.handle(scope, receive, send))
    return messages[0]["status"], json.loads(messages[1]["body"])["reason"]


def test_nothing_is_called_saved_once_the_file_is_gone(sqlite_store: Store) -> None:
    sqlite_store.write(lambda c: add_team(c, "kept"))
    path = path_of(sqlite_store)
    path.unlink()

    with pytest.raises(DatabaseMissing, match="was removed or replaced"):
        sqlite_store.write(lambda c: add_team(c, "lost"))
    with pytest.raises(DatabaseMissing, match="was removed or replaced"):
        team_codes(sqlite_store)
    status, reason = ask_ready(sqlite_store)

    assert (status, "was removed" in reason) == (503, True)
    # No empty database takes the place of the one that somebody has to put back.
    assert not path.exists()


def test_a_file_that_goes_while_rows_are_written_is_noticed(sqlite_store: Store) -> None:
    def write(connection: Connection) -> None:
        add_team(connection, "lost")
        path_of(sqlite_store).unlink()

    with pytest.raises(DatabaseMissing):
        sqlite_store.write(write)


def test_another_file_in_its_place_is_not_taken_for_it(sqlite_store: Store, tmp_path: Path) -> None:
    sqlite_store.write(lambda c: add_team(c, "kept"))
    copy = tmp_path / "copy.db"
    shutil.copy(path_of(sqlite_store), copy)
    copy.replace(path_of(sqlite_store))

    with pytest.raises(DatabaseMissing, match="replaced"):
        sqlite_store.write(lambda c: add_team(c, "lost"))


def test_a_file_that_comes_back_is_used_again(sqlite_store: Store, tmp_path: Path) -> None:
    path, away = path_of(sqlite_store), tmp_path / "away.db"
    path.rename(away)
    with pytest.raises(DatabaseMissing):
        sqlite_store.write(lambda c: add_team(c, "lost"))
    away.rename(path)

    sqlite_store.write(lambda c: add_team(c, "kept"))

    assert team_codes(sqlite_store) == {"kept"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE alembic_version SET version_num = '9999_from_tomorrow'", DatabaseNewer),
        ("DROP TABLE alembic_version", DatabaseForeign),
    ],
)
def test_a_version_that_changes_under_the_portal_stops_reads_and_writes(
    store_url: str, change: str, fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.watch, "LOOK_EVERY_SECONDS", 0.0)
    store = open_store(store_url)
    store.write(lambda c: c.execute(text(change)))

    with pytest.raises(fault):
        store.write(lambda c: add_team(c, "lost"))
    with pytest.raises(fault):
        team_codes(store)
    status, reason = ask_ready(store)

    assert status == 503
    assert "schema is" in reason
    store.close()


def test_the_version_is_looked_at_again_only_after_seconds(store: Store) -> None:
    store.write(
        lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999_from_tomorrow'"))
    )

    assert team_codes(store) == set()
    assert store._version is not None
    store._version._look_at = 0.0
    with pytest.raises(DatabaseNewer, match="install the newer portal"):
        team_codes(store)
