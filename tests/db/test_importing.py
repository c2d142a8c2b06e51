"""Question files brought along in the browser: nothing lost, nothing twice, nothing on disk."""

import json
from functools import partial

import pytest
from sqlalchemy import text

from curriculum.importers.report import ImportReport
from curriculum.read import read_curriculum
from portal.access import Refused
from portal.loaders import remembered_parse
from portal.services.drafting import author_texts, read_own_drafts, read_published_texts, save_draft
from portal.services.importing import (
    MAX_UPLOAD,
    NEW_BANK,
    find_standing,
    kind_of,
    read_item,
    read_source,
    take_over,
    targets,
)
from portal.services.reviewing import Newest
from tests.factories import NOW, TODAY
from tests.import_files import BANK, GIFT, NAME
from tests.small_house import SKILL

SECURE = "assessments/banks/agent-operations.md"
LESSON = "curriculum/modules/m1/20-more.md"


@pytest.fixture
def author(house):
    return house.viewer("employee", "author")


def read_texts(house, drafts):
    disk = read_curriculum(house.folder, today=TODAY, parse=remembered_parse)
    published = read_published_texts(house.store)
    texts = author_texts(disk, published=published, drafts=drafts)
    return read_curriculum(house.folder, today=TODAY, texts=texts, parse=remembered_parse)


def report_of(house, author, data=GIFT, name=NAME, **changed) -> ImportReport:
    values = {
        "data": data.encode() if isinstance(data, str) else data,
        "name": name,
        "kind": "gift",
        "skill": SKILL,
        "registers": read_curriculum(house.folder, today=TODAY, parse=remembered_parse).registers,
    }
    return read_source(viewer=author, **(values | changed))


def take(house, author, report, **changed):
    values = {
        "chosen": {one.item_id for one in report.outcomes if one.item_id},
        "target": NEW_BANK,
        "licence": "internal",
        "newest": Newest(
            read_curriculum(house.folder, today=TODAY, parse=remembered_parse),
            read_published_texts(house.store),
        ),
        "read_texts": partial(read_texts, house),
        "now": NOW,
    }
    return take_over(house.store, viewer=author, report=report, **(values | changed))


def drafts(house, author):
    return {row.path: row.text for row in read_own_drafts(house.store, viewer=author)}


def count_rows(house, name):
    query = text(f"SELECT count(*) FROM {name}")
    return house.store.read(lambda c: c.execute(query).scalar_one())


def test_every_question_is_accounted_for(house, author):
    report = report_of(house, author)

    assert report.found == 4
    assert report.imported + report.warned + report.refused == report.found
    refused = [one for one in report.outcomes if one.result == "refused"]
    assert [one.reason_line >= 11 and bool(one.reason) for one in refused] == [True]


def test_chosen_questions_arrive_as_a_draft_that_passes_the_checker(house, author):
    report = report_of(house, author)

    done = take(house, author, report)

    assert done.paths == (BANK,)
    assert len(done.new) == report.imported + report.warned
    everything = read_texts(house, drafts(house, author))
    own = [p for p in everything.problems if p.path == BANK and p.level == "error"]
    assert own == []
    items = everything.banks["imported.week1-gift"].items
    assert [item.id for item in items] == list(done.new)
    assert all("imported" in item.tags for item in items)
    assert "status: draft" in drafts(house, author)[BANK]


def test_what_was_not_chosen_stays_out(house, author):
    report = report_of(house, author)
    wanted = report.outcomes[0].item_id

    done = take(house, author, report, chosen={wanted})

    assert done.new == (wanted,)
    assert report.outcomes[1].item_id not in drafts(house, author)[BANK]


def test_a_second_import_of_the_same_file_changes_nothing(house, author):
    take(house, author, report_of(house, author))
    before, rows = drafts(house, author), count_rows(house, "audit")

    report = report_of(house, author)
    standing = find_standing(
        house.store, viewer=author, report=report, read_texts=partial(read_texts, house)
    )
    done = take(house, author, report)

    assert not any(standing.is_new(one) for one in report.outcomes)
    assert set(standing.held.values()) == {BANK}
    assert (done.paths, done.new) == ((), ())
    assert set(done.left.values()) == {BANK}
    assert drafts(house, author) == before
    assert count_rows(house, "audit") == rows


def test_the_rest_of_a_file_may_follow_later(house, author):
    report = report_of(house, author)
    first, second = report.outcomes[0].item_id, report.outcomes[1].item_id
    take(house, author, report, chosen={first})

    done = take(house, author, report)

    assert first not in done.new
    assert second in done.new
    assert drafts(house, author)[BANK].count(f"id: {first}\n") == 1


def test_what_another_author_took_over_is_not_taken_twice(house, author):
    report = report_of(house, author)
    take(house, author, report)
    colleague = house.viewer("employee", "author")

    done = take(house, colleague, report)

    assert done.new == ()
    assert drafts(house, colleague) == {}


def test_questions_go_behind_a_lesson_that_its_author_is_editing(house, author):
    base = (house.folder / LESSON).read_text()
    edited = base.replace("Some words", "Half typed words")
    save_draft(house.store, viewer=author, path=LESSON, text=edited, base=base, saves=0, now=NOW)
    report = report_of(house, author)

    done = take(house, author, report, target=LESSON)

    kept = drafts(house, author)[LESSON]
    assert done.paths == (LESSON,)
    assert kept.startswith(edited.rstrip().replace("\n---\n", "\nlicence: internal\n---\n", 1))
    assert all(f"id: {item_id}\n" in kept for item_id in done.new)
    lesson = read_texts(house, {LESSON: kept}).lessons["m1.more"]
    assert set(done.new) < {item.id for item in lesson.items}


def test_what_the_place_does_not_allow_is_left_out_with_its_reason(house, author):
    report = report_of(house, author)
    truth = next(one for one in report.outcomes if one.name == "Truth")

    done = take(house, author, report, target=SECURE)

    assert truth.item_id not in done.new
    assert "true/false" in done.left[truth.item_id]
    assert len(done.new) >= 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"target": "curriculum/skills.yml"}, "Choose a bank or a lesson"),
        ({"target": "../x.md"}, "Choose a bank or a lesson"),
        ({"target": "curriculum/modules/m1/module.md"}, "Choose a bank or a lesson"),
        ({"target": "assessments/banks/gone.md"}, "not there any more"),
        ({"licence": "no such licence!"}, "licence cannot be used"),
    ],
)
def test_a_place_or_licence_that_cannot_be_used_is_refused(house, author, changed, words):
    with pytest.raises(Refused, match=words):
        take(house, author, report_of(house, author), **changed)

    assert drafts(house, author) == {}


def test_a_file_under_another_licence_takes_nothing_in(house, author):
    take(house, author, report_of(house, author), target=LESSON)

    with pytest.raises(Refused, match=r"under the licence internal, not CC-BY-4\.0"):
        take(
            house,
            author,
            report_of(house, author, name="week2.gift"),
            target=LESSON,
            licence="CC-BY-4.0",
        )


def test_a_file_that_is_too_large_is_refused_with_its_size(house, author):
    with pytest.raises(Refused, match="1025 KB; at most 1024 KB"):
        report_of(house, author, data=b"x" * (MAX_UPLOAD + 1024))


def test_an_unknown_skill_is_refused(house, author):
    with pytest.raises(Refused, match="Choose the skill"):
        report_of(house, author, skill="x")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x00\x01\x02", "gift"),
        (b"<quiz>" + b"<a>" * 20_000, "moodle-xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><quiz>&b;</quiz>', "moodle-xml"),
        ("Frage".encode("utf-16"), "csv"),
    ],
)
def test_a_hostile_file_ends_in_a_sentence(house, author, data, kind):
    report = report_of(house, author, data=data, kind=kind)

    assert report.fault is not None or report.found == report.refused
    assert take(house, author, report).new == ()


def test_the_file_itself_is_written_nowhere(house, author, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    secret = "A sentence that stands in the file only: 47110815."
    data = GIFT.replace("// A file of four questions.", f"// {secret}")
    before = {path for path in house.folder.rglob("*") if path.is_file()}

    take(house, author, report_of(house, author, data=data))

    assert {path for path in house.folder.rglob("*") if path.is_file()} == before
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not any(secret in words for words in drafts(house, author).values())


def test_the_import_stands_in_the_audit_trail(house, author):
    take(house, author, report_of(house, author))

    query = text("SELECT object, payload FROM audit WHERE deed = 'imported questions'")
    row = house.store.read(lambda c: c.execute(query).one())
    assert row.object == f"file:{BANK}"
    assert json.loads(row.payload) == {"items": 3, "kind": "gift", "source": NAME}


def test_a_question_is_shown_as_the_item_it_would_become(house, author):
    shown = [read_item(one) for one in report_of(house, author).outcomes]

    assert [item.type if item else None for item in shown] == ["single", "text", "truefalse", None]


def test_every_bank_and_lesson_is_a_place_to_go(house):
    found = targets(read_texts(house, {}))

    assert {SECURE, LESSON} <= set(found)
    assert not any(path.endswith("module.md") for path in found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.GIFT", "gift"), ("b.txt", "gift"), ("c.xml", "moodle-xml"), ("d.csv", "csv"), ("e", None)],
)
def test_the_name_of_a_file_speaks_of_its_kind(name, kind):
    assert kind_of(name) == kind
