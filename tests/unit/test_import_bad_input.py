"""Files that are no question files: refused with the place, quickly, and nothing else happens."""

import gzip
import io
import tarfile
import time
import zipfile
from dataclasses import replace

import pytest

from curriculum.model import Registers, Skill
from curriculum.registers import EMPTY_REGISTERS
from tests.unit.import_texts import SKILL, TWO_CHOICES, imported, item_of, quiz, xml_question

BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [\n<!ENTITY a "aaaaaaaaaa">\n'
    + "".join(f'<!ENTITY b{n} "{"&a;" * 10}">\n' for n in range(9))
    + "]>\n<quiz>&b8;</quiz>"
)
KINDS = ("gift", "moodle-xml", "csv")


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "0" * 1_000_000)
    return held.getvalue()


def tarred(*names: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return held.getvalue()


PACKED = (
    zipped("../../out.gift", "/etc/out.gift"),
    tarred("../out.gift", "twice.gift", "twice.gift"),
    gzip.compress(b"One {T}\n" * 100_000),
)


@pytest.mark.parametrize(
    ("kind", "data", "place", "reason"),
    [
        ("moodle-xml", BOMB.encode(), (2, 16), "document type"),
        (
            "moodle-xml",
            b'<!DOCTYPE q SYSTEM "file:///etc/hostname"><quiz/>',
            (1, 42),
            "document type",
        ),
        ("moodle-xml", b"<html/>", (1, 1), "Moodle's with <quiz>"),
        ("moodle-xml", b"\x00\x01\x02\x03", (1, 1), "not text"),
        ("moodle-xml", b"", (1, 1), "empty"),
        ("moodle-xml", b"<quiz>\n<question>\xe9", (2, 11), "0xE9 is not UTF-8"),
        ("moodle-xml", b'<?xml version="1.0" encoding="klingon"?><quiz/>', (1, 31), "encoding"),
        ("moodle-xml", b"<quiz>" + b"<a>" * 100, (1, 94), "inside each other"),
        ("gift", b"\x89PNG\r\n\x1a\n\x00", (1, 1), "not text"),
        ("gift", b"One {T}\n\nCaf\xe9 {T}", (3, 4), "0xE9 is not UTF-8"),
        ("gift", "One {T}".encode("utf-16"), (1, 1), "UTF-16"),
        ("gift", b"One {T}\n\x07", (2, 1), "U+0007"),
        ("gift", "One {T}".encode("utf-16-le"), (1, 1), "UTF-16"),
        ("csv", "type,question\n".encode("utf-16-be"), (1, 1), "UTF-16"),
        ("moodle-xml", quiz("<a>\u00e9").encode("latin-1"), (3, 4), "0xE9 is not UTF-8"),
        ("moodle-xml", quiz("").replace("UTF-8", "utf-7").encode(), (1, 31), "encoding"),
        (
            "moodle-xml",
            quiz("<!--\u00e9-->").replace("UTF-8", "ISO-8859-1").encode(),
            (1, 31),
            "ISO-8859-1, and it is UTF-8",
        ),
        *((kind, data, (1, 1), "packed") for kind in KINDS for data in PACKED),
        *((kind, b" \n", (1, 1), "empty") for kind in KINDS),
        ("moodle-xml", b"a" * 15_000_000, (1, 1), "not well formed"),
        ("moodle-xml", b"<quiz><!--" + b"a" * 15_000_000, (1, 7), "not well formed"),
        ("moodle-xml", b'<quiz a="' + b"a" * 15_000_000, (1, 1), "not well formed"),
        ("csv", b"question\nCaf\xe9", (2, 4), "0xE9 is not UTF-8"),
        ("gift", b"x" * (17 * 1024 * 1024), (1, 1), "at most 16 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_the_place(kind, data, place, reason):
    started = time.process_time()

    report = imported(data, kind=kind)

    assert time.process_time() - started < 1
    assert report.found == 0
    assert report.fault is not None
    assert (report.fault.line, report.fault.column) == place
    assert reason in report.fault.reason


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("gift", "A {T}\n\n" + "x" * 1_000_000 + " {T}\n\nB {F}"),
        ("gift", "A {T}\n\n{\n" + "~b\n" * 100_000 + "}\n\nB {F}"),
        ("csv", "type,question,right\ntruefalse,A,T\n" + "x" * 1_000_000 + ",Q,T\ntruefalse,B,F"),
        (
            "moodle-xml",
            quiz(
                xml_question("multichoice", rest=TWO_CHOICES),
                xml_question("multichoice", text="x" * 1_000_000, rest=TWO_CHOICES),
                xml_question("multichoice", rest=TWO_CHOICES),
            ),
        ),
    ],
)
def test_a_line_of_a_million_signs_costs_only_its_own_question(kind, source):
    started = time.process_time()

    report = imported(source, kind=kind)

    assert time.process_time() - started < 2
    assert [o.result for o in report.outcomes][:2] == ["imported", "refused"]
    assert report.outcomes[-1].result != "refused"
    assert "at most" in report.outcomes[1].reason or "too long" in report.outcomes[1].reason


@pytest.mark.parametrize("kind", ["gift", "csv", "moodle-xml"])
def test_more_questions_than_anyone_reads_are_refused_as_a_whole(kind):
    source = {
        "gift": "a{T}\n\n" * 5001,
        "csv": "question\n" + "a\n" * 5001,
        "moodle-xml": quiz(*["<question type='cloze'/>"] * 5001),
    }[kind]

    report = imported(source, kind=kind)

    assert report.found == 0
    assert report.fault is not None
    assert "more than 5000" in report.fault.reason


def test_what_the_checker_forbids_is_refused_with_its_code():
    people = _registers(people={"ada@norhaven.example": "Ada"})
    report = imported(
        "Mail eve@shop.example? {T}\n\nMail ada@norhaven.example? {T}\n\n"
        "Pay DE89370400440532013000? {T}",
        registers=people,
    )

    assert [o.result for o in report.outcomes] == ["refused", "imported", "refused"]
    assert "SEC004" in report.outcomes[0].reason
    assert "SEC001" in report.outcomes[2].reason


def test_a_question_whose_id_is_retired_is_not_imported_again():
    (before,) = imported("Mail? {T}").outcomes
    retired = _registers(retired_ids=frozenset({before.item_id}))

    (after,) = imported("Mail? {T}", registers=retired).outcomes

    assert (after.result, after.reason) == (
        "refused",
        "it was imported before, and its id is retired",
    )


def _registers(**lists) -> Registers:
    skill = Skill(id=SKILL, name="Agents", description="", cells={}, levels=())
    return replace(EMPTY_REGISTERS, skills={SKILL: skill}, **lists)


def test_words_that_look_like_our_own_format_stay_words():
    report = imported(
        "```item\nid: x\n``` {T}\n\n### Answer {T}\n\n- [x] a {=b ~c}\n\n"
        "[M101] why {=a#[M101] x ~b}\n\n</details> {T}\n\n> [!NOTE] x {T}\n\n"
        "--- {=[x] a ~[ ] b ~- c ~1. d ~> e ~| f}\n\n\\:\\:\\: x {T}"
    )
    items = [item_of(outcome) for outcome in report.outcomes]

    assert report.refused == 0
    assert len(items) == 8
    assert items[3].choices[0].misconception is None
    assert items[6].choices[0].text == "\\[x\\] a"
