"""Backups hold one moment whole, are made while people work, and only sound ones come back."""

import json
import shutil
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from db.__main__ import main
from db.archive import MANIFEST, read_archive
from db.backup import backup_database, holds_rows, restore_database
from db.commands.answers import save_answer
from db.errors import BackupRefused, DatabaseMissing
from db.queries.audit import verify_answers, verify_chain
from db.queries.growth import compare_growth
from db.store import Store, open_store
from tests.factories import NOW, MadeAttempt, make_attempt, make_instance, make_person, make_team


def save(store: Store, attempt: MadeAttempt, operation: str) -> None:
    store.write(
        lambda c: save_answer(
            c,
            attempt_id=attempt.id,
            learner_id=attempt.learner_id,
            position=0,
            operation_id=operation,
            response='{"text":"tabs\\tand\\nlines \\\\ ü"}',
            seconds=1.5,
            now=NOW,
        )
    )


def operations(store: Store) -> set[str]:
    query = text("SELECT operation_id FROM answer")
    return set(store.read(lambda c: c.execute(query).scalars().all()))


def everything(store: Store) -> dict[str, list[tuple]]:
    names = ("person", "team", "team_place", "attempt", "attempt_item", "answer", "audit")
    return {
        name: [
            tuple(row)
            for row in store.read(lambda c, n=name: c.execute(text(f"SELECT * FROM {n}")).all())
        ]
        for name in names
    }


@pytest.fixture
def filled(store: Store) -> Store:
    make_instance(store)
    make_person(store, name="Zoë\tQ", team=make_team(store))
    attempt = make_attempt(store)
    for number in range(5):
        save(store, attempt, f"op-{number}")
    return store


@pytest.fixture
def backup(filled: Store, store_url: str, tmp_path: Path) -> Path:
    return backup_database(store_url, file=tmp_path / "kept.backup").file


def test_a_restore_brings_back_every_row(
    filled: Store, store_url: str, backup: Path, other_url: str
) -> None:
    restore_database(other_url, file=backup)

    restored = open_store(other_url)
    assert everything(restored) == everything(filled)
    assert restored.read(verify_chain) == []
    assert restored.read(verify_answers) == []
    assert restored.read(compare_growth).empty
    restored.close()


@pytest.fixture
def other_url(store_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A second database, without tables, on the same engine."""
    if store_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'other' / 'portal.db'}"
    return request.getfixturevalue("empty_postgres_url")


def test_work_goes_on_in_a_restored_database(backup: Path, other_url: str) -> None:
    restore_database(other_url, file=backup)
    restored = open_store(other_url)

    attempt = make_attempt(restored)
    save(restored, attempt, "after the restore")

    assert "after the restore" in operations(restored)
    restored.close()


def test_a_backup_while_eight_write_holds_all_that_was_acknowledged_before(
    filled: Store, store_url: str, tmp_path: Path, other_url: str
) -> None:
    attempts = [make_attempt(filled) for _ in range(8)]
    stop, warm = threading.Event(), threading.Barrier(9)
    acknowledged: list[str] = []

    def write(worker: int) -> int:
        warm.wait()
        number = 0
        while not stop.is_set():
            save(filled, attempts[worker], f"{worker}-{number}")
            acknowledged.append(f"{worker}-{number}")
            number += 1
        return number

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write, worker) for worker in range(8)]
        warm.wait()
        try:
            # A backup of few rows may fit between two writes: until one had some beside it.
            for number in range(100):
                before = set(acknowledged)
                kept = backup_database(store_url, file=tmp_path / f"busy-{number}.backup")
                during = len(acknowledged) - len(before)
                if len(before) >= 100 and during > 0:
                    break
        finally:
            stop.set()
        written = sum(writer.result() for writer in writers)

    restore_database(other_url, file=kept.file)
    restored = open_store(other_url)
    assert before <= operations(restored)
    assert during > 0
    assert len(operations(filled)) == written + 5
    assert restored.read(verify_chain) == []
    assert restored.read(verify_answers) == []
    restored.close()


def test_a_backup_is_readable_by_its_owner_only(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0


def test_a_backup_never_overwrites_a_file(store_url: str, backup: Path) -> None:
    before = backup.read_bytes()

    with pytest.raises(BackupRefused, match="never overwritten"):
        backup_database(store_url, file=backup)

    assert backup.read_bytes() == before


def test_nothing_but_the_backup_is_left_in_its_folder(
    filled: Store, store_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"

    backup_database(store_url, file=folder / "one.backup")

    assert [path.name for path in folder.iterdir()] == ["one.backup"]


def test_a_database_that_is_not_there_has_no_backup(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        backup_database(f"sqlite:///{tmp_path / 'none.db'}", file=tmp_path / "x.backup")

    assert list(tmp_path.iterdir()) == []


def refused(url: str, file: Path, *, match: str) -> None:
    """A restore fails with these words and leaves the empty database as it was."""
    with pytest.raises(BackupRefused, match=match):
        restore_database(url, file=file)
    if not url.startswith("sqlite") or Path(url.removeprefix("sqlite:///")).exists():
        assert not holds_rows(url)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("rank", [0, 1])
def test_a_backup_with_one_changed_byte_is_refused(
    backup: Path, other_url: str, rank: int, share: float
) -> None:
    """The byte lies in the data of one of the two largest members."""
    with zipfile.ZipFile(backup) as archive:
        members = sorted(archive.infolist(), key=lambda m: m.compress_size, reverse=True)
    member = members[rank]
    data = bytearray(backup.read_bytes())
    start = member.header_offset + 30 + len(member.filename) + 20
    data[start + int((member.compress_size - 25) * share)] ^= 0x10
    backup.write_bytes(data)

    refused(other_url, backup, match="damaged|no backup|another application|format")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_backup_that_was_cut_off_is_refused(backup: Path, other_url: str, share: float) -> None:
    data = backup.read_bytes()
    backup.write_bytes(data[: int(len(data) * share)])

    refused(other_url, backup, match="damaged or no backup")


def test_a_missing_backup_is_named(other_url: str, tmp_path: Path) -> None:
    refused(other_url, tmp_path / "nowhere.backup", match="does not exist")


def with_manifest(backup: Path, **changes: object) -> Path:
    changed = backup.with_name("changed.backup")
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == MANIFEST:
                body = json.dumps(json.loads(body) | changes).encode()
            new.writestr(name, body)
    return changed


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"application": "something-else"}, "another application"),
        ({"revision": "0001_people_teams_content"}, "an older schema"),
        ({"revision": "9999_from_tomorrow"}, "a newer schema"),
        ({"format": 2}, "format 2"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    backup: Path, other_url: str, changes: dict[str, object], match: str
) -> None:
    refused(other_url, with_manifest(backup, **changes), match=match)


def test_a_backup_whose_rows_are_fewer_than_it_says_is_refused(
    backup: Path, other_url: str
) -> None:
    rows = dict(read_archive(backup).rows)
    rows["answer"] += 1

    refused(other_url, with_manifest(backup, rows=rows), match="damaged")


def test_a_zip_of_something_else_is_refused(other_url: str, tmp_path: Path) -> None:
    file = tmp_path / "photos.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("cat.jpg", b"miau")

    refused(other_url, file, match="no backup of this portal")


def test_a_bare_database_file_is_refused(other_url: str, sqlite_template: Path) -> None:
    refused(other_url, sqlite_template, match="damaged or no backup")


def test_a_backup_of_the_other_engine_is_refused(
    sqlite_url: str, empty_postgres_url: str, tmp_path: Path
) -> None:
    kept = backup_database(sqlite_url, file=tmp_path / "kept.backup")

    refused(empty_postgres_url, kept.file, match="was made of sqlite")


def test_a_database_with_rows_is_replaced_only_when_asked(
    filled: Store, store_url: str, backup: Path
) -> None:
    make_person(filled, name="Later")

    with pytest.raises(BackupRefused, match="--replace"):
        restore_database(store_url, file=backup)
    restore_database(store_url, file=backup, replace=True)

    names = filled.read(lambda c: c.execute(text("SELECT name FROM person")).scalars().all())
    assert "Later" not in names


def test_an_open_store_goes_on_after_its_database_was_replaced(
    filled: Store, store_url: str, backup: Path
) -> None:
    attempt = make_attempt(filled)
    restore_database(store_url, file=backup, replace=True)

    with pytest.raises(Exception, match="not one of your attempts"):
        save(filled, attempt, "of an attempt that is gone")
    save(filled, make_attempt(filled), "of a new one")

    assert operations(filled) == {f"op-{n}" for n in range(5)} | {"of a new one"}


def test_a_backup_of_a_tampered_database_says_so(
    filled: Store, store_url: str, tmp_path: Path
) -> None:
    filled.write(lambda c: c.execute(text("UPDATE audit SET actor = 'x' WHERE seq = 2")))

    kept = backup_database(store_url, file=tmp_path / "kept.backup")

    assert kept.manifest.broken_streams == 1


def test_the_command_line_backs_up_and_restores(
    filled: Store, store_url: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "data"))
    file = str(tmp_path / "cli.backup")

    codes = [
        main(["--url", store_url, "backup", file]),
        main(["--url", store_url, "restore", file]),
        main(["--url", store_url, "restore", file, "--replace"]),
        main(["--url", store_url, "check"]),
    ]

    out, err = capsys.readouterr()
    assert codes == [0, 1, 0, 0]
    assert "read them back" in out
    assert "--replace" in err
    assert [p.name for p in (tmp_path / "data/backups").iterdir()] == ["before-restore-1.backup"]


def test_check_names_what_is_wrong(filled: Store, store_url: str, capsys) -> None:
    filled.write(lambda c: c.execute(text("UPDATE audit SET actor = 'x' WHERE seq = 2")))

    code = main(["--url", store_url, "check"])

    assert code == 1
    assert "row 2: edited" in capsys.readouterr().out


def test_the_url_comes_from_the_environment(sqlite_template: Path, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("PORTAL_DATABASE_URL", raising=False)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    shutil.copy(sqlite_template, tmp_path / "portal.db")

    assert main(["check"]) == 0
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert main(["check"]) == 1
