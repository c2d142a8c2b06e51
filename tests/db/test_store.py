"""The store: one moment for reads, on disk before a write returns."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from db.errors import (
    DatabaseForeign,
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOlder,
    DatabaseReadOnly,
    DatabaseUnreachable,
    StoreClosed,
)
from db.schema import Standing
from db.store import Store, open_store
from db.upgrading import upgrade_schema


def add_team(connection: Connection, code: str) -> str:
    connection.execute(text("INSERT INTO team (code, name) VALUES (:c, :c)"), {"c": code})
    return code


def team_codes(store: Store) -> set[str]:
    return set(store.read(lambda c: c.execute(text("SELECT code FROM team")).scalars().all()))


def test_a_new_database_has_the_tables_this_code_needs(store: Store) -> None:
    state = store.schema_state()

    assert state.standing is Standing.CURRENT


def test_a_write_returns_what_its_function_returns(store: Store) -> None:
    code = store.write(lambda c: add_team(c, "claims"))

    assert code == "claims"
    assert team_codes(store) == {"claims"}


def test_an_exception_takes_back_its_own_rows_only(store: Store) -> None:
    store.write(lambda c: add_team(c, "kept"))

    def fail(connection: Connection) -> None:
        add_team(connection, "lost")
        raise LookupError("no such thing")

    with pytest.raises(LookupError):
        store.write(fail)

    assert team_codes(store) == {"kept"}


def test_a_failing_write_does_not_fail_its_neighbours(store: Store) -> None:
    """Half of 200 writes from 16 threads hit a unique key; the other half stays."""
    store.write(lambda c: add_team(c, "taken"))
    barrier = threading.Barrier(16)

    def write(number: int) -> bool:
        if number < 16:
            barrier.wait()
        code = "taken" if number % 2 else f"team-{number}"
        try:
            store.write(lambda c: add_team(c, code))
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        written = list(pool.map(write, range(200)))

    assert sum(written) == 100
    assert team_codes(store) == {"taken"} | {f"team-{n}" for n in range(0, 200, 2)}


def test_a_read_sees_one_moment(store: Store) -> None:
    def count_twice(connection: Connection) -> tuple[int, int]:
        query = text("SELECT count(*) FROM team")
        before = connection.execute(query).scalar_one()
        store.write(lambda c: add_team(c, "meanwhile"))
        return before, connection.execute(query).scalar_one()

    counted = store.read(count_twice)

    assert counted == (0, 0)
    assert team_codes(store) == {"meanwhile"}


def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(DatabaseReadOnly):
        store.read(lambda c: add_team(c, "sneaked"))

    assert team_codes(store) == set()


def test_asking_sees_what_was_written_and_can_change_nothing(store: Store) -> None:
    store.write(lambda c: add_team(c, "claims"))
    codes = store.ask(lambda c: c.execute(text("SELECT code FROM team")).scalars().all())

    assert codes == ["claims"]
    with pytest.raises(DatabaseReadOnly):
        store.ask(lambda c: add_team(c, "treasury"))
    # The connection goes back to those that read one moment in several statements.
    assert store.read(lambda c: c.in_transaction() or c.execute(text("SELECT 1")).scalar()) == 1


def test_a_write_inside_a_write_is_refused_instead_of_hanging(sqlite_store: Store) -> None:
    def nested(_connection: Connection) -> None:
        sqlite_store.write(lambda c: add_team(c, "inner"))

    with pytest.raises(RuntimeError, match="wait for itself"):
        sqlite_store.write(nested)


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()

    with pytest.raises(StoreClosed):
        store.write(lambda c: add_team(c, "late"))
    with pytest.raises(StoreClosed):
        store.read(lambda c: c.execute(text("SELECT 1")))


def test_writes_that_wait_are_finished_before_the_store_closes(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    started, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        started.set()
        go_on.wait(10)
        add_team(connection, "slow")

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(store.write, slow)
        started.wait(10)
        second = pool.submit(store.write, lambda c: add_team(c, "queued"))
        while store._writer._jobs.qsize() == 0:  # type: ignore[union-attr]
            pass
        closing = pool.submit(store.close)
        go_on.set()
        for each in (first, second, closing):
            each.result(10)

    assert team_codes_of(sqlite_url) == {"slow", "queued"}


def team_codes_of(url: str) -> set[str]:
    again = open_store(url)
    codes = team_codes(again)
    again.close()
    return codes


def test_concurrent_read_modify_write_loses_nothing(store: Store) -> None:
    """Six threads count up one name 60 times each; SQLAlchemy's own transactions lose 299."""
    store.write(lambda c: add_team(c, "0"))

    def count_up(_number: int) -> None:
        def add_one(connection: Connection) -> None:
            lock = " FOR UPDATE" if store.dialect == "postgresql" else ""
            name = connection.execute(text(f"SELECT name FROM team{lock}")).scalar_one()
            connection.execute(text("UPDATE team SET name = :n"), {"n": str(int(name) + 1)})

        store.write(add_one)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count_up, range(360)))

    assert store.read(lambda c: c.execute(text("SELECT name FROM team")).scalar_one()) == "360"


def test_postgres_transactions_that_meet_are_tried_again(postgres_url: str) -> None:
    """Two writes lock two rows in opposite order; one is chosen as the victim and repeated."""
    store = open_store(postgres_url)
    store.write(lambda c: [add_team(c, "a"), add_team(c, "b")])
    both = threading.Barrier(2)
    runs = []

    def swap(first: str, second: str) -> None:
        def fn(connection: Connection) -> None:
            runs.append(first)
            lock = text("UPDATE team SET name = name || 'x' WHERE code = :c")
            connection.execute(lock, {"c": first})
            if len(runs) <= 2:
                both.wait(5)
            connection.execute(lock, {"c": second})

        store.write(fn)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(swap, "ab", "ba"))

    names = store.read(lambda c: c.execute(text("SELECT name FROM team")).scalars().all())
    store.close()
    assert sorted(names) == ["axx", "bxx"]
    assert len(runs) == 3


def test_a_missing_file_is_not_made_by_opening_it(tmp_path) -> None:
    path = tmp_path / "none.db"

    with pytest.raises(DatabaseMissing, match="python -m db upgrade"):
        open_store(f"sqlite:///{path}")

    assert not path.exists()


def test_a_new_sqlite_file_is_readable_by_its_owner_only(tmp_path) -> None:
    path = tmp_path / "new.db"

    upgrade_schema(f"sqlite:///{path}")

    assert path.stat().st_mode & 0o077 == 0


def test_a_missing_postgres_database_is_named(postgres_server: str) -> None:
    url = postgres_server.rsplit("/postgres", 1)
    with pytest.raises(DatabaseMissing, match="does not exist"):
        open_store(f"{url[0]}/nowhere{url[1]}")


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        open_store("postgresql://portal:secret@127.0.0.1:1/portal")

    assert "cannot be reached" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE alembic_version SET version_num = '9999_from_tomorrow'", DatabaseNewer),
        (
            "UPDATE alembic_version SET version_num = '0001_people_teams_content'",
            DatabaseOlder,
        ),
        ("DROP TABLE alembic_version", DatabaseForeign),
    ],
)
def test_a_database_of_another_version_is_refused(store_url: str, change: str, fault) -> None:
    store = open_store(store_url)
    store.write(lambda c: c.execute(text(change)))
    store.close()

    with pytest.raises(fault):
        open_store(store_url)


def test_a_folder_without_tables_asks_for_an_upgrade(empty_url: str, tmp_path) -> None:
    (tmp_path / "empty.db").touch()

    with pytest.raises(DatabaseOlder, match="python -m db upgrade"):
        open_store(empty_url)


def test_a_database_of_another_application_is_refused(store_url: str) -> None:
    store = open_store(store_url)
    store.write(
        lambda c: c.execute(
            text(
                "INSERT INTO instance (id, application, synthetic, created_at)"
                " VALUES (1, 'something-else', :no, '2026-01-01 00:00:00')"
            ),
            {"no": False},
        )
    )
    store.close()

    with pytest.raises(DatabaseForeign):
        open_store(store_url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_only_sqlite_files_and_postgres_are_opened(url: str) -> None:
    with pytest.raises(ValueError, match="expected a"):
        open_store(url)


def test_sqlite_runs_with_the_settings_that_lose_nothing(sqlite_store: Store) -> None:
    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert sqlite_store.write(pragmas) == ["wal", 2, 1]


def test_postgres_waits_for_nothing_without_an_end(postgres_url: str) -> None:
    store = open_store(postgres_url)
    names = (
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "synchronous_commit",
    )

    shown = store.write(lambda c: [c.exec_driver_sql(f"SHOW {n}").scalar() for n in names])

    store.close()
    assert shown == ["12s", "5s", "15s", "on"]
