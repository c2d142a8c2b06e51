"""A demonstration is whole or not there at all, whatever ends its filling."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from db.commands.programs import insert_program
from db.store import Store, open_store
from portal.__main__ import main
from portal.services.people import LAST_PROGRAM, PERSONA_ISSUER, is_empty, require_whole
from portal.settings import SettingsError
from tests.factories import NOW, make_instance, make_person
from tests.small_house import House

ROOT = Path(__file__).resolve().parents[2]
COUNTED = ("person", "attempt", "answer", "audit", "program")


def count_rows(store: Store) -> dict[str, int]:
    return {
        name: store.read(lambda c, n=name: c.execute(text(f"SELECT count(*) FROM {n}")).scalar())
        for name in COUNTED
    }


def settings(url: str, folder: Path) -> dict[str, str]:
    return {"PORTAL_DATABASE_URL": url, "PORTAL_DATA_DIR": str(folder)}


def fill(url: str, folder: Path) -> subprocess.Popen[str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "portal", "demo", "--people", "8"],
        cwd=ROOT,
        env={**others, **settings(url, folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_fill_that_is_killed_leaves_nobody_and_the_next_one_is_whole(
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = fill(store_url, tmp_path)
    # Half of the checks are taken by then.
    assert first.stdout is not None
    told = next((line for line in first.stdout if ", end: " in line), "")
    first.kill()
    first.communicate()
    store = open_store(store_url)
    left, empty = count_rows(store), is_empty(store)
    # Publishing came before, in transactions of its own.
    people = {name: left[name] for name in ("person", "attempt", "answer", "program")}
    store.close()

    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        monkeypatch.delenv(name)
    for name, value in settings(store_url, tmp_path).items():
        monkeypatch.setenv(name, value)
    again = main(["demo", "--people", "8"])
    said = capsys.readouterr()
    store = open_store(store_url)
    require_whole(store)
    filled = count_rows(store)
    third = main(["demo", "--people", "8"])
    refused = capsys.readouterr().err

    assert told
    assert empty
    assert set(people.values()) == {0}
    assert again == 0, said
    assert filled["program"] >= 3
    assert filled["answer"] > 0
    assert third == 2
    assert "already holds people" in refused
    assert count_rows(store) == filled
    store.close()


def test_a_demonstration_that_was_left_half_filled_says_what_to_remove(house: House) -> None:
    store, track = house.store, next(iter(house.catalogue.tracks))
    make_instance(store, synthetic=True)
    make_person(store, issuer=PERSONA_ISSUER, subject="employee")

    with pytest.raises(SettingsError, match=r"was interrupted.*, then start again"):
        require_whole(store)

    store.write(
        lambda c: insert_program(
            c,
            name=LAST_PROGRAM,
            track_id=track,
            design="self",
            starts_on=date(2026, 1, 1),
            created_by=None,
            now=NOW,
        )
    )
    require_whole(store)


def test_real_people_are_never_called_a_broken_demonstration(store: Store) -> None:
    make_instance(store, synthetic=False)
    make_person(store, issuer=PERSONA_ISSUER, subject="employee")

    require_whole(store)
