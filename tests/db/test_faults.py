"""What the database lacks is said in a sentence, soon, and nothing half-written stays."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from db import engines
from db.commands.audit import append_audit
from db.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnreachable,
)
from db.faults import find_fault, is_worth_retrying
from db.queries.audit import verify_chain
from db.store import Store, open_store
from tests.factories import NOW, make_attempt, make_team


def team_names(store: Store) -> list[str]:
    query = text("SELECT name FROM team ORDER BY id")
    return list(store.read(lambda c: c.execute(query).scalars().all()))


def test_a_full_disk_is_named_and_takes_back_the_whole_batch(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    make_team(store, name="before")
    pages = store.read(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar())
    store.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}").scalar())
    fill = text("INSERT INTO team (code, name) VALUES ('big', :body)")

    with pytest.raises(DatabaseFull, match="free some space"):
        store.write(lambda c: c.execute(fill, {"body": "x" * 1_000_000}))

    assert team_names(store) == ["before"]
    store.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000").scalar())
    store.write(lambda c: c.execute(fill, {"body": "fits now"}))
    assert team_names(store) == ["before", "fits now"]
    store.close()


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ('FATAL: password authentication failed for user "portal"', "name and password"),
        ("fe_sendauth: no password supplied", "name and password"),
        ('FATAL: no pg_hba.conf entry for host "10.0.0.1", no encryption', "pg_hba.conf"),
        ('root certificate file "/root/.postgresql/root.crt" does not exist', "sslrootcert"),
        ("SSL error: certificate verify failed", "sslrootcert"),
        ('server certificate for "db" does not match host name "127.0.0.1"', "check the host"),
        ("server does not support SSL, but SSL was required", "switch it on"),
        ("failed to resolve host 'db.bank.example'", "no name server knows"),
        ("connection refused", "check that the server runs"),
    ],
)
def test_why_no_connection_stands_is_said_with_what_to_do(said: str, advice: str) -> None:
    url = make_url("postgresql://portal:secret@db.bank.example/portal")

    fault = find_fault(psycopg.OperationalError(f"connection failed: {said}"), url=url)

    assert isinstance(fault, DatabaseUnreachable)
    assert advice in str(fault)
    assert "secret" not in str(fault)


def test_a_database_kept_busy_by_another_process_is_named(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 300)
    store = open_store(sqlite_url)
    driver = engines.sqlite_module()
    other = driver.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseLocked, match="try again"):
        make_team(store)

    other.execute("ROLLBACK")
    other.close()
    make_team(store, name="after")
    assert team_names(store) == ["after"]
    store.close()


def test_a_fault_is_on_the_screen_within_fifteen_seconds() -> None:
    """The longest of our own waits, with a second to draw the page."""
    waits = [engines.BUSY_MILLISECONDS / 1000, engines.POSTGRES_KEEPALIVE["connect_timeout"]]
    waits += [int(engines.POSTGRES_TIMEOUTS[n][:-1]) for n in ("statement_timeout", "lock_timeout")]

    assert max(waits) <= 14


def test_a_file_that_is_no_database_is_named(tmp_path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("dear diary " * 1000)

    with pytest.raises(DatabaseDamaged, match="restore the newest backup"):
        open_store(f"sqlite:///{path}")


def test_an_old_sqlite_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class OldSqlite:
        sqlite_version = "3.40.1"

    monkeypatch.setattr(engines, "sqlite_module", lambda: OldSqlite)

    engines.warn_about_old_sqlite()

    assert "3.40.1" in caplog.text


def test_a_row_somebody_else_keeps_locked_is_named(postgres_url: str) -> None:
    store = open_store(f"{postgres_url}&options=-c lock_timeout=300")
    team = make_team(store)
    other = open_store(postgres_url)
    rename = text("UPDATE team SET name = 'x' WHERE id = :team")
    locked, go_on = threading.Event(), threading.Event()

    def keep_locked(connection) -> None:
        connection.execute(rename, {"team": team})
        locked.set()
        go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        keeper = pool.submit(other.write, keep_locked)
        locked.wait(10)
        try:
            with pytest.raises(DatabaseLocked, match="busy with the same rows"):
                store.write(lambda c: c.execute(rename, {"team": team}))
        finally:
            go_on.set()
        keeper.result(10)
    store.close()
    other.close()


def test_a_statement_without_an_end_is_stopped(postgres_url: str) -> None:
    store = open_store(f"{postgres_url}&options=-c statement_timeout=200")

    with pytest.raises(DatabaseLocked, match="in time"):
        store.read(lambda c: c.execute(text("SELECT pg_sleep(5)")))

    store.close()


def test_a_read_only_server_is_named(postgres_url: str) -> None:
    store = open_store(f"{postgres_url}&options=-c default_transaction_read_only=on")

    with pytest.raises(DatabaseReadOnly, match="primary server"):
        make_team(store)

    store.close()


def cut_connections(store: Store) -> None:
    other = open_store(store.url.render_as_string(hide_password=False))
    other.read(
        lambda c: c.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).all()
    )
    other.close()


def test_connections_that_broke_while_resting_are_replaced_unnoticed(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PING_AFTER_SECONDS", 0.0)
    store = open_store(postgres_url)
    make_team(store, name="before")

    cut_connections(store)
    make_team(store, name="after")

    assert team_names(store) == ["before", "after"]
    store.close()


def test_a_connection_that_breaks_at_work_is_named_and_the_next_one_works(
    postgres_url: str,
) -> None:
    store = open_store(postgres_url)

    def cut_inside(connection) -> None:
        connection.execute(text("INSERT INTO team (code, name) VALUES ('a', 'lost')"))
        cut_connections(store)
        connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnreachable, match="try again"):
        store.write(cut_inside)

    make_team(store, name="after")
    assert team_names(store) == ["after"]
    store.close()


def test_numbers_taken_by_a_quicker_writer_are_worth_another_try(postgres_url: str) -> None:
    store = open_store(postgres_url)
    append = {"actor": "portal", "deed": "tried", "object_": "x", "payload": {}, "now": NOW}
    store.write(lambda c: append_audit(c, stream="organisation", **append))
    again = text("INSERT INTO audit SELECT * FROM audit")
    team = make_team(store)
    same_team = text("INSERT INTO team SELECT * FROM team WHERE id = :team")

    with pytest.raises(DBAPIError) as numbered:
        store.write(lambda c: c.execute(again))
    with pytest.raises(DBAPIError) as doubled:
        store.write(lambda c: c.execute(same_team, {"team": team}))

    store.close()
    assert is_worth_retrying(numbered.value)
    assert not is_worth_retrying(doubled.value)


# Nothing of ours that is not needed: three processes import it, on each engine.
COMMAND_LINE = """
import sys
from datetime import UTC, datetime
from db.commands.audit import append_audit
from db.store import open_store
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
store = open_store(sys.argv[1])
for number in range(40):
    store.write(lambda c, n=number: append_audit(c, stream="organisation", actor="portal",
        deed="counted", object_=str(n), payload={}, now=NOW))
store.close()
"""


def test_several_processes_write_without_a_locked_error(store: Store, store_url: str) -> None:
    make_attempt(store)
    command = [sys.executable, "-c", COMMAND_LINE, store_url]
    workers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    started = time.monotonic()
    while any(worker.poll() is None for worker in workers):
        make_team(store)
        assert time.monotonic() - started < 120

    failures = [worker.communicate()[1] for worker in workers]

    assert [worker.returncode for worker in workers] == [0, 0, 0], failures
    assert store.read(verify_chain) == []
    count = text("SELECT count(*) FROM audit")
    assert store.read(lambda c: c.execute(count).scalar()) == 120
