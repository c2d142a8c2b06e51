"""Everybody can take along what is recorded about them: all of it, and nothing of others."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from sqlmodel import SQLModel

from db.queries.personal import PERSONAL
from portal.access import Viewer
from portal.services.consenting import give_consent
from portal.services.recorded import not_recorded, recorded_kinds
from portal.services.takeout import read_own_kinds, take_csv, take_json
from tests.factories import NOW, make_session
from tests.small_house import House

# Refer to people, but speak of somebody else's deed: who assigned, who decided, who froze.
PEOPLE = "person.id"


@pytest.fixture
def taken(house: House) -> Iterator[tuple[House, Viewer, Viewer]]:
    """Two people who each took a check, one with a name like a formula."""
    mine, other = house.viewer(name="=1+1|cmd"), house.viewer(name="Somebody Else")
    for viewer in (mine, other):
        house.take_check(viewer)
        make_session(house.store, person=viewer.person_id)
        give_consent(house.store, viewer=viewer, now=NOW)
    return house, mine, other


def document(house: House, viewer: Viewer) -> dict:
    return json.loads(take_json(house.store, viewer=viewer, now=NOW))


def tables(house: House, viewer: Viewer) -> dict[str, list[dict]]:
    kinds = document(house, viewer)["kinds"]
    return {name: rows for kind in kinds for name, rows in kind["tables"].items()}


def test_the_document_holds_every_kind_with_its_rows(taken):
    house, mine, _other = taken

    found = tables(house, mine)

    assert [row["name"] for row in found["person"]] == ["=1+1|cmd"]
    counts = {name: len(found[name]) for name in ("attempt", "answer", "result", "consent")}
    assert counts == {"attempt": 1, "answer": 9, "result": 1, "consent": 1}
    assert "exported" in {row["deed"] for row in found["audit"]}


def test_nothing_of_somebody_else_is_in_it(taken):
    house, mine, other = taken

    text = take_json(house.store, viewer=mine, now=NOW).decode()

    assert "Somebody Else" not in text
    attempts = {row["id"] for row in tables(house, other)["attempt"]}
    assert not attempts & {row["attempt_id"] for row in tables(house, mine)["answer"]}


def test_no_secret_and_no_key_leaves_with_it(taken):
    house, mine, _other = taken

    text = take_json(house.store, viewer=mine, now=NOW).decode()

    assert "CANARY" not in text.replace("CANARY trace", "")
    for name in ("token_hash", "id_token", "seed", "key_hash"):
        assert f'"{name}"' not in text


def test_the_archive_holds_a_sheet_for_each_table_and_no_formula(taken):
    house, mine, _other = taken

    archive = zipfile.ZipFile(io.BytesIO(take_csv(house.store, viewer=mine, now=NOW)))

    assert set(archive.namelist()) == {f"{one.table}.csv" for one in PERSONAL}
    sheet = archive.read("person.csv").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert row["name"] == "'=1+1|cmd"
    cells = [
        cell
        for name in archive.namelist()
        for line in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))
        for cell in line
    ]
    assert [cell for cell in cells if cell[:1] in tuple("=+@")] == []


def test_the_page_counts_what_the_files_hold(taken):
    house, mine, _other = taken
    counts = {own.kind.id: own.rows for own in read_own_kinds(house.store, viewer=mine)}

    assert counts["consent"] == 1
    assert counts["answers"] == 1 + 9 + 9
    assert counts["desk"] == 0


def test_every_table_that_refers_to_people_is_in_the_list():
    told = {table for kind in recorded_kinds() for table in kind.tables}
    refers = {
        name
        for name, rows in SQLModel.metadata.tables.items()
        if any(key.target_fullname == PEOPLE for key in rows.foreign_keys)
    }

    assert told == {one.table for one in PERSONAL}
    assert refers - told == set()


def test_each_kind_says_what_why_how_long_and_who():
    for kind in recorded_kinds():
        assert all(len(text) > 5 for text in (kind.what, kind.why, kind.kept, kind.seen_by))
    assert len(not_recorded()) >= 5
