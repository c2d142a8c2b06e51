"""The commands of privacy: each asks whether to do it or only to say it, and prints a receipt."""

import pytest

from portal.__main__ import main
from portal.services.rights import find_people
from tests.factories import NOW, make_person


@pytest.fixture
def command(house, store_settings):
    """Run a command on the house's own database."""
    return lambda *words: main(list(words))


@pytest.fixture
def store_settings(house, monkeypatch):
    monkeypatch.setenv("PORTAL_DATABASE_URL", house.store.url.render_as_string(hide_password=False))


def names(house):
    viewer = house.viewer("administrator")
    found = find_people(house.store, viewer=viewer, wanted="", page=1, now=NOW)
    return [person.name for person in found.people]


def test_erasing_first_says_and_then_does(house, command, capsys):
    person = make_person(house.store, name="Bo Berg", email="bo@norhaven.example")

    assert command("erase", "bo@norhaven.example", "--dry-run") == 0
    assert "would be" in capsys.readouterr().out
    assert "Bo Berg" in names(house)

    assert command("erase", str(person), "--apply") == 0
    assert f"person {person}" in capsys.readouterr().out
    assert "Bo Berg" not in names(house)
    assert command("erase", str(person), "--apply") == 2
    assert "erased already" in capsys.readouterr().err


def test_retention_prints_a_line_for_each_kind(command, capsys):
    assert command("retention", "--dry-run") == 0
    assert command("retention", "--apply") == 0

    said = capsys.readouterr().out
    assert said.count("Retention at") == 2
    assert "sessions, kept 90 days: 0 deleted or emptied" in said


@pytest.mark.parametrize(
    "words", [["retention"], ["erase", "1"], ["retention", "--dry-run", "--apply"]]
)
def test_neither_is_done_without_saying_how(words):
    with pytest.raises(SystemExit, match="2"):
        main(words)
