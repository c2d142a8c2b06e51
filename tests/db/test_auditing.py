"""Auditors search the trail by deed, actor, object and day, and see nobody's score in it."""

from datetime import date, timedelta

import pytest

from db.chain import ORGANISATION
from db.commands.audit import append_audit
from db.commands.limits import Limit
from db.store import Store
from portal.access import Refused, Viewer
from portal.services.auditing import COLUMNS, PAGE, cells, read_deeds, take_deeds
from portal.services.deeds_wanted import Wanted, wanted_from
from portal.services.spreadsheet import csv_text
from tests.factories import NOW, TODAY, make_attempt

AUDITOR = Viewer(1, "Ada Lind", frozenset({"auditor"}), "builder")


def append(store: Store, deed: str, *, actor="person:1", object_="person:2", days=0, **more):
    stream = more.pop("stream", ORGANISATION)
    store.write(
        lambda c: append_audit(
            c,
            stream=stream,
            actor=actor,
            deed=deed,
            object_=object_,
            payload=more,
            now=NOW + timedelta(days=days),
        )
    )


def found(store: Store, **values) -> list[str]:
    given = {"deed": "", "actor": "", "object_": "", "first_day": None, "last_day": None}
    wanted = wanted_from(**(given | values))
    return [row.deed for row in read_deeds(store, viewer=AUDITOR, wanted=wanted, page=1).rows]


@pytest.fixture
def filled(store: Store) -> Store:
    append(store, "role given")
    append(store, "role taken", actor="person:3", days=1)
    append(store, "exported", object_="file:a.csv", days=2)
    return store


@pytest.mark.parametrize(
    ("values", "deeds"),
    [
        ({}, ["exported", "role taken", "role given"]),
        ({"deed": "role taken"}, ["role taken"]),
        ({"actor": " person:3 "}, ["role taken"]),
        ({"object_": "person:2"}, ["role taken", "role given"]),
        ({"first_day": TODAY + timedelta(days=1)}, ["exported", "role taken"]),
        ({"last_day": TODAY + timedelta(days=1)}, ["role taken", "role given"]),
        ({"first_day": TODAY, "last_day": TODAY}, ["role given"]),
        ({"deed": "role given", "actor": "person:3"}, []),
        ({"object_": "attempt:999"}, []),
    ],
)
def test_deeds_are_found_by_what_is_given(filled, values, deeds):
    assert found(filled, **values) == deeds


def test_an_attempt_has_a_chain_of_its_own(store):
    attempt = make_attempt(store).id
    append(store, "started a skill check", stream=f"attempt:{attempt}")

    assert found(store) == []
    assert found(store, object_=f"attempt:{attempt}") == ["started a skill check"]


def test_long_trails_come_in_pages_and_every_deed_can_be_chosen(store):
    for number in range(PAGE + 3):
        append(store, f"deed {number % 2}")

    first = read_deeds(store, viewer=AUDITOR, wanted=Wanted(), page=1)
    second = read_deeds(store, viewer=AUDITOR, wanted=Wanted(), page=2)

    assert (first.count, first.pages, len(first.rows), len(second.rows)) == (53, 2, PAGE, 3)
    assert first.names == ("deed 0", "deed 1")


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(stream="audit"),
        Wanted(stream="attempt:1 OR 1=1"),
        Wanted(stream=""),
        Wanted(deed="x\0"),
        Wanted(actor="x" * 300),
        Wanted(first_day=date(1, 1, 1)),
    ],
)
def test_a_forged_search_is_refused(filled, wanted):
    with pytest.raises(Refused):
        read_deeds(filled, viewer=AUDITOR, wanted=wanted, page=1)


def test_no_score_of_anybody_is_shown_or_taken_away(store):
    append(store, "scored", theta=1.23456, level=3, skill="governance", marks=[4, 1], passed=True)

    (row,) = read_deeds(store, viewer=AUDITOR, wanted=Wanted(), page=1).rows
    (taken,) = take_deeds(store, viewer=AUDITOR, wanted=Wanted(), now=NOW)

    for one in (row, taken):
        assert "1.23456" not in one.payload
        assert "level" not in one.payload
        assert "marks" not in one.payload
        assert "passed" not in one.payload
        assert "governance" in one.payload


def test_taking_the_trail_away_is_a_deed_and_is_limited(filled):
    limit = Limit("take a file", 1)
    rows = take_deeds(filled, viewer=AUDITOR, wanted=Wanted(), now=NOW, limit=limit)

    assert [row.deed for row in rows] == ["role given", "role taken", "exported"]
    with pytest.raises(Refused, match="within an hour"):
        take_deeds(filled, viewer=AUDITOR, wanted=Wanted(), now=NOW, limit=limit)
    assert found(filled, object_="audit") == ["exported"]


def test_cells_of_the_file_compute_nothing(store):
    append(store, "=1+1", actor="@SUM(A1)")
    (row,) = read_deeds(store, viewer=AUDITOR, wanted=Wanted(), page=1).rows

    assert ",'@SUM(A1),'=1+1," in csv_text(COLUMNS, [cells(row)])
