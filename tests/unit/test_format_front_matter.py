"""The table of front matter, row by row: where a key stands, what is read, what is refused."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from curriculum.metadata import KEYS, REQUIRED
from curriculum.model import Front, Objective, Pick
from curriculum.parse import read_file
from tests.unit.curriculum_texts import PATHS, file_text, problems_in, spoiled, with_keys

EVERYWHERE = ("track", "module", "lesson", "bank", "blueprint")
TAUGHT = ("track", "module", "lesson")


@dataclass(frozen=True)
class Key:
    """A row: the kinds of files it stands in, a line that is right, and lines that are wrong."""

    kinds: tuple[str, ...]
    right: str
    value: object
    wrong: tuple[tuple[str, str], ...]
    required: tuple[str, ...] = ()
    field: str = ""


ROWS = {
    "schema": Key(
        EVERYWHERE, "track/1", "track/1", (("track/2", "FM007"), ("bank/1", "FM008")), EVERYWHERE
    ),
    "id": Key(
        EVERYWHERE, "agents.first-2", "agents.first-2",
        (("Agents First", "FM004"), ("a" * 81, "FM004"), ("m0.gone", "ID002")), EVERYWHERE,
    ),
    "title": Key(EVERYWHERE, "x" * 120, "x" * 120, (("x" * 121, "FM004"),), EVERYWHERE),
    "summary": Key(
        EVERYWHERE, "y" * 300, "y" * 300, (("y" * 301, "FM004"),), ("track", "module")
    ),
    "owner": Key(
        EVERYWHERE, "ada@norhaven.example", "ada@norhaven.example",
        (("Ada", "FM003"), ("ida@norhaven.example", "REF004")), EVERYWHERE,
    ),
    "reviewed": Key(
        EVERYWHERE, "2026-11-01", date(2026, 11, 1),
        (("last week", "FM003"), ("2025-09-01", "FM011"), ("2024-09-01", "FM012")),
    ),
    "review_every_days": Key(EVERYWHERE, "1095", 1095, (("29", "FM004"), ("1096", "FM004"))),
    "status": Key(EVERYWHERE, "review", "review", (("publishd", "FM004"),)),
    "audience": Key(TAUGHT, "[builder]", ("builder",), (("[bilder]", "REF003"),)),
    "modules": Key(
        ("track",), "[m1]", ("m1",),
        (("[m2]", "REF009"), ("[m1, m1]", "FM004"), ("{m1: 1}", "FM003")), ("track",),
    ),
    "lessons": Key(
        ("module",), "[m1.limits, m1.more]", ("m1.limits", "m1.more"),
        (("[m1.limit, m1.more]", "REF009"), ("[m1.more, m1.more]", "FM004")), ("module",),
    ),
    "minutes": Key(
        ("lesson", "blueprint"), "3", 3,
        (("0", "FM004"), ("241", "FM004"), ("ten", "FM003"), ("200", "FM010")), ("lesson",),
    ),
    "objectives": Key(
        ("module", "lesson"),
        "[{text: Explain it, bloom: apply, skill: agent-operations}]",
        (Objective("Explain it", "apply", "agent-operations"),),
        (
            ("[]", "FM004"),
            (f"[{', '.join(['{text: Explain it}'] * 7)}]", "FM004"),
            ("[{text: The limits}]", "FM009"),
            ("[{text: Explain it, bloom: appply}]", "FM004"),
            ("[{text: Explain it, skill: agents}]", "REF001"),
        ),
        ("module", "lesson"),
    ),
    "skills": Key(
        ("module", "lesson"), "[agent-operations]", ("agent-operations",), (("[agents]", "REF001"),)
    ),
    "prerequisites": Key(
        ("module", "lesson"), "[m1.more]", ("m1.more",),
        (("[m1.moer]", "REF009"), ("[m1]", "REF010")),
    ),
    "sources": Key(EVERYWHERE, "[nist-ai-rmf]", ("nist-ai-rmf",), (("[nist]", "REF002"),)),
    "tests_out_of": Key(
        ("blueprint",), "[m1]\npass_level: 3", ("m1",), (("[m11]", "REF009"), ("[m1]", "FM014"))
    ),
    "expires_after_days": Key(("track",), "90", 90, (("89", "FM004"), ("1826", "FM004"))),
    "ai_systems": Key(("lesson",), "[payer]", ("payer",), (("[payr]", "REF008"),)),
    "use": Key(("bank",), "survey", "survey", (("sumative", "FM004"),), ("bank",)),
    "licence": Key(EVERYWHERE, "CC-BY-4.0", "CC-BY-4.0", (("CC-BY4.0", "FM004"),)),
    "language": Key(EVERYWHERE, "de-AT", "de-AT", (("german", "FM004"),)),
    "translation_of": Key(EVERYWHERE, "m1.more", "m1.more", (("m1.moer", "REF009"),)),
    "pick": Key(
        ("blueprint",),
        "[{skill: agent-operations, level: 2, cell: parts, n: 1, form: A, "
        "from: [bank.agent-operations]}]",
        (Pick("agent-operations", 1, ("bank.agent-operations",), 2, "parts", "A"),),
        (
            ("[]", "FM004"),
            ("[{n: 1, from: [bank.agent-operations]}]", "FM001"),
            ("[{skill: agents, n: 1, from: [bank.agent-operations]}]", "REF001"),
            ("[{skill: agent-operations, n: 0, from: [bank.agent-operations]}]", "FM004"),
            ("[{skill: agent-operations, n: 2, from: [bank.agent-operations]}]", "COV001"),
            ("[{skill: agent-operations, n: 1, from: [bank.agents]}]", "REF009"),
            (
                "[{skill: agent-operations, n: 1, cell: part, from: [bank.agent-operations]}]",
                "REF007",
            ),
        ),
        ("blueprint",),
        "picks",
    ),
    "attempts": Key(("blueprint",), "3", 3, (("0", "FM004"), ("many", "FM003"))),
    "cooldown_days": Key(("blueprint",), "14", 14, (("-1", "FM004"),)),
    "pass_level": Key(("blueprint",), "3", 3, (("5", "FM004"),)),
    "markers": Key(("blueprint",), "2", 2, (("3", "FM004"),)),
    "shuffle": Key(("blueprint",), "false", False, (("maybe", "FM003"),)),
    "show_feedback": Key(("blueprint",), "after-close", "after-close", (("always", "FM004"),)),
}  # fmt: skip


def files_with(key: str, words: str, *, kind: str) -> dict[str, str | bytes | None]:
    return spoiled(f"front {kind}", f"{key}: {words}\n")


def test_the_rows_are_the_keys_of_the_format():
    kinds = {key: tuple(k for k in EVERYWHERE if key in KEYS[k]) for key in ROWS}
    required = {key: tuple(k for k in EVERYWHERE if key in REQUIRED[k]) for key in ROWS}

    assert set(ROWS) == {key for keys in KEYS.values() for key in keys}
    assert kinds == {key: row.kinds for key, row in ROWS.items()}
    assert required == {key: row.required for key, row in ROWS.items()}


@pytest.mark.parametrize("key", ROWS)
def test_the_value_of_the_key_is_read(key):
    row = ROWS[key]
    front = with_keys(row.kinds[0], f"{key}: {row.right}\n")

    parsed = read_file(
        file_text(row.kinds[0], front=front), path=PATHS[row.kinds[0]], kind=row.kinds[0]
    )

    name = row.field or key
    holder = parsed.value.front if name in Front.__dataclass_fields__ else parsed.value
    assert getattr(holder, name) == row.value
    assert {fault.code for fault in parsed.facts.problems} <= {"FM010"}


@pytest.mark.parametrize(
    ("key", "words", "code"),
    [
        pytest.param(key, words, code, id=f"{key}-{code}-{number}")
        for key, row in ROWS.items()
        for number, (words, code) in enumerate(row.wrong)
    ],
)
def test_a_wrong_value_of_the_key_is_told_at_its_line(tmp_path: Path, key, words, code):
    kind = ROWS[key].kinds[0]
    files = files_with(key, words, kind=kind)

    found = [(p.path, p.line) for p in problems_in(tmp_path, files=files) if p.code == code]

    (path, text) = next(iter(files.items()))
    at = next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(f"{key}:"))
    assert (path, at) in found


@pytest.mark.parametrize(
    ("key", "kind"),
    [pytest.param(key, kind, id=f"{key}-{kind}") for key in ROWS for kind in ROWS[key].required],
)
def test_the_key_is_asked_for_where_it_is_required(key, kind):
    text = file_text(kind, front=with_keys(kind, f"{key}:\n"))

    problems = read_file(text, path=PATHS[kind], kind=kind).facts.problems

    assert [fault.code for fault in problems if f"'{key}'" in fault.message] == ["FM001"]


@pytest.mark.parametrize("key", [key for key in ROWS if ROWS[key].kinds != EVERYWHERE])
def test_the_key_is_turned_away_where_it_does_not_belong(key):
    for kind in set(EVERYWHERE) - set(ROWS[key].kinds):
        text = file_text(kind, front=with_keys(kind, f"{key}: {ROWS[key].right}\n"))

        problems = read_file(text, path=PATHS[kind], kind=kind).facts.problems

        told = [fault.code for fault in problems if f"'{key}' does not belong" in fault.message]
        assert told == ["FM002"], kind
