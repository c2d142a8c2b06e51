"""The tables of items, row by row: every setting, every type with its scoring, every part."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from assessments.scoring import score, score_rubric
from curriculum.item_settings import ITEM_TYPES, KEYS
from curriculum.items import PARTS
from curriculum.parse import read_file
from tests.unit.curriculum_texts import BANK, LESSON, file_text, problems_in

BOXES = "- [ ] One\n  > [M101] No.\n- [x] Two\n  > Yes.\n"
THREE = "- [x] One\n  > Yes.\n- [x] Two\n  > Yes.\n- [ ] Three\n  > No.\n"
STEPS = "1. Read\n2. Think\n3. Act\n"
PAIRS = "| Fault | Check |\n|---|---|\n| a | 1 |\n| b | 2 |\n|  | 3 |\n"
ACTIONS = (
    "- **Best:** Stop\n  > A.\n- **Acceptable:** Ask\n  > B.\n"
    "- **Poor:** Wait\n  > C.\n- **Harmful:** Pay\n  > [M211] D.\n"
)
RUBRIC = (
    "### Rubric\n\n| Criterion | Weight | 0 | 1 | 2 | 3 | 4 |\n|---|---|---|---|---|---|---|\n"
    "| Fit | 60 | a | b | c | d | e |\n| Proof | 40 | a | b | c | d | e |\n\n"
    "### Model answer\n\nA good one.\n"
)


def item_text(body: str, *, type_: str = "single", settings: str = "") -> str:
    named = {line.partition(":")[0] for line in settings.splitlines()}
    own = {"id": "m1.asked", "type": type_, "skill": "agent-operations"}
    head = "".join(f"{key}: {value}\n" for key, value in own.items() if key not in named)
    return f"## Question\n\n```item\n{head}{settings}```\n\n{body}"


def read(body: str, **more: str):
    """The item as it is read, and the codes of what is wrong with it on its own."""
    text = file_text("lesson", body=item_text(body, **more))
    parsed = read_file(text, path=LESSON, kind="lesson")
    items = parsed.value.items if parsed.value else ()
    codes = {fault.code for fault in parsed.facts.problems} - {"FM010"}
    return (items[0] if items else None), codes


@dataclass(frozen=True)
class Setting:
    """A row of the settings: a right value, what is read, wrong values; for which type."""

    right: str
    value: object
    wrong: tuple[tuple[str, str], ...]
    type: str = "single"
    body: str = "Which?\n\n" + BOXES


NUMBER = "How many?\n\n### Answer\n\n- 42\n  > Yes.\n"
WORD = "Which word?\n\n### Answer\n\n- span\n  > Yes.\n"
SETTINGS = {
    "id": Setting("m1.asked-2", "m1.asked-2", (("M1 Asked", "FM004"), ("m1.second", "ID001"))),
    "type": Setting("single", "single", (("sinlge", "ITM002"),)),
    "skill": Setting("agent-operations", "agent-operations", (("agents", "REF001"),)),
    "level": Setting("4", 4, (("0", "FM004"), ("5", "FM004"), ("high", "FM003"))),
    "cell": Setting("parts", "parts", (("part", "REF007"),)),
    "domain": Setting("finance", "finance", (("x" * 61, "FM004"),)),
    "form": Setting("C", "C", (("D", "FM004"),)),
    "twin": Setting("[m1.second]", ("m1.second",), (("[m1.none]", "COV005"),)),
    "difficulty": Setting("-4", -4.0, (("-4.5", "FM004"), ("4.5", "FM004"), ("hard", "FM003"))),
    "bloom": Setting("analyse", "analyse", (("analise", "FM004"),)),
    "points": Setting("2.5", 2.5, (("0", "FM004"), ("two", "FM003"))),
    "seconds": Setting("90", 90, (("soon", "FM003"), ("1", "FM004"))),
    "scoring": Setting(
        "partial", "partial", (("partly", "FM004"),), "multiple", "Pick two.\n\n" + THREE
    ),
    "shuffle": Setting("false", False, (("no way", "FM003"),)),
    "show": Setting("1", 1, (("2", "CHO011"), ("0", "FM004"))),
    "unit": Setting("EUR", "EUR", (("x" * 31, "FM004"),), "numeric", NUMBER),
    "case_sensitive": Setting("true", True, (("maybe", "FM003"),), "text", WORD),
    "min_words": Setting("20", 20, (("0", "FM004"),), "rubric", f"Write.\n\n{RUBRIC}"),
    "max_words": Setting("90", 90, (("few", "FM003"),), "rubric", f"Write.\n\n{RUBRIC}"),
    "objective": Setting("1", "1", (("x" * 301, "FM004"),)),
    "sources": Setting("[nist-ai-rmf]", ("nist-ai-rmf",), (("[nist]", "REF002"),)),
    "checked_on": Setting("2026-11-01", date(2026, 11, 1), (("today", "FM003"),)),
    "review_by": Setting("2027-02-20", date(2027, 2, 20), (("2027-02-30", "FM003"),)),
    "tags": Setting("[law, money]", ("law", "money"), (("{law: 1}", "FM003"),)),
    "status": Setting("retired", "retired", (("gone", "FM004"),)),
    "author": Setting(
        "ada@norhaven.example", "ada@norhaven.example",
        (("Ada", "FM003"), ("eve@norhaven.example", "REF004")),
    ),
    "reviewers": Setting(
        "[ada@norhaven.example]", ("ada@norhaven.example",), (("[Ada]", "FM003"),)
    ),
    "ask": Setting(
        "best-and-worst", "best-and-worst", (("worst", "FM004"),), "scenario", f"What?\n\n{ACTIONS}"
    ),
    "submission": Setting("file", "file", (("paper", "FM004"),), "rubric", f"Write.\n\n{RUBRIC}"),
}  # fmt: skip


def test_the_rows_are_the_settings_of_the_format():
    assert set(SETTINGS) == set(KEYS)


@pytest.mark.parametrize("key", SETTINGS)
def test_the_setting_is_read(key):
    row = SETTINGS[key]

    item, codes = read(row.body, type_=row.type, settings=f"{key}: {row.right}\n")

    assert codes == set()
    assert getattr(item, key) == row.value


@pytest.mark.parametrize(
    ("key", "words", "code"),
    [
        pytest.param(key, words, code, id=f"{key}-{code}-{number}")
        for key, row in SETTINGS.items()
        for number, (words, code) in enumerate(row.wrong)
    ],
)
def test_a_wrong_value_of_the_setting_is_told(tmp_path, key, words, code):
    row = SETTINGS[key]
    text = item_text(row.body, type_=row.type, settings=f"{key}: {words}\n")
    whole = file_text("lesson", body=text)
    fence = whole.splitlines().index("```item") + 1

    found = {
        (p.code, p.path, fence < p.line)
        for p in problems_in(tmp_path, files={LESSON: whole})
        if p.code == code
    }

    assert (code, LESSON, True) in found


@pytest.mark.parametrize("key", ["id", "type", "skill"])
def test_the_setting_is_required(key):
    _, codes = read("Which?\n\n" + BOXES, settings=f"{key}:\n")

    assert "FM001" in codes


@dataclass(frozen=True)
class Type:
    """A row of the types: its Markdown form, answers with their share, forms that are wrong."""

    form: str
    shares: tuple[tuple[dict[str, object], float], ...]
    wrong: tuple[tuple[str, str], ...]
    settings: str = ""
    flags: dict[int, str] = field(default_factory=dict)


TYPES = {
    "single": Type(
        "Which?\n\n" + BOXES,
        (({"choice": "b"}, 1), ({"choice": "a"}, 0)),
        (("Which?\n\n" + THREE, "CHO002"), ("Which?\n\n" + BOXES.replace("x", " "), "CHO001")),
    ),
    "multiple": Type(
        "Pick two.\n\n" + THREE,
        (({"choices": ["a", "b"]}, 1), ({"choices": ["a"]}, 0.5), ({"choices": ["a", "c"]}, 0)),
        (
            ("Which?\n\n" + THREE, "CHO012"),
            ("Pick two.\n\n" + THREE.replace("[x]", "[ ]"), "CHO001"),
        ),
        "scoring: partial\n",
    ),
    "truefalse": Type(
        "Is it so?\n\n" + BOXES,
        (({"choice": "b"}, 1), ({"choice": "a"}, 0)),
        (("Is it so?\n\n" + BOXES + "- [ ] Three\n  > No.\n", "CHO009"),),
    ),
    "numeric": Type(
        "How many?\n\n### Answer\n\n- 75 ± 0.5\n  > A.\n- 250 ± 5%\n- 70 to 74\n- 42\n"
        "- 10 +- 1\n- (50%) 0.75 ± 0.005\n  > Half.\n",
        (
            ({"text": "75.5"}, 1), ({"text": "240"}, 1), ({"text": "70"}, 1),
            ({"text": "42"}, 1), ({"text": "11"}, 1), ({"text": "0.75"}, 0.5),
            ({"text": "43"}, 0),
        ),
        (
            ("How many?\n", "ITM004"),
            ("How many?\n\n### Answer\n\n- many\n", "ANS001"),
            ("How many?\n\n### Answer\n\n- 74 to 70\n", "ANS002"),
            ("How many?\n\n### Answer\n\n- (50%) 42\n", "ANS004"),
        ),
    ),
    "text": Type(
        "Which word?\n\n### Answer\n\n- A span\n- `/trac(e|es)/i`\n- (50%) log\n  > Close.\n"
        "- (0%) tool\n  > No.\n",
        (
            ({"text": "a  SPAN."}, 1), ({"text": "Traces"}, 1), ({"text": "log"}, 0.5),
            ({"text": "tool"}, 0),
        ),
        (
            ("Which word?\n", "ITM004"),
            ("Which word?\n\n### Answer\n\n- `/(?=a)b/`\n- b\n", "ANS003"),
            ("Which word?\n\n### Answer\n\n- (some%) b\n", "ANS005"),
        ),
    ),
    "ordering": Type(
        "In which order?\n\n" + STEPS,
        (
            ({"order": ["0", "1", "2"]}, 1), ({"order": ["1", "2", "0"]}, 0.5),
            ({"order": ["2", "1", "0"]}, 0),
        ),
        (("In which order?\n\n- Read\n- Act\n", "ORD001"),),
        "scoring: partial\n",
    ),
    "matching": Type(
        "Match.\n\n" + PAIRS,
        (({"pairs": {"0": "0", "1": "1"}}, 1), ({"pairs": {"0": "0", "1": "2"}}, 0.5)),
        (
            ("Match.\n\n| F | C |\n|---|---|\n| a |  |\n| b | 2 |\n", "MAT001"),
            ("Match.\n\n| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n", "MAT002"),
        ),
        "scoring: partial\n",
    ),
    "scenario": Type(
        "What?\n\n" + ACTIONS,
        (
            ({"best": "a", "worst": "d"}, 1),
            ({"best": "b", "worst": "d"}, 0.6 * 2 / 3 + 1 / 3),
            ({"best": "c", "worst": "a"}, 0.2 * 2 / 3),
            ({"best": "d", "worst": "a"}, 0),
        ),
        (
            ("What?\n\n" + ACTIONS.replace("Acceptable", "Best"), "SCN001"),
            ("What?\n\n" + ACTIONS.replace("Poor", "Terrible"), "SCN002"),
            ("What?\n\n" + ACTIONS.replace("  > B.\n", ""), "CHO008"),
        ),
        "ask: best-and-worst\n",
        {3: "harmful"},
    ),
    "highlight": Type(
        "Tick two.\n\n- [x] (1) One.\n  > Yes.\n- [x] (2) Two.\n  > Yes.\n- [ ] (3) Three.\n"
        "  > No.\n",
        (({"choices": ["a", "b"]}, 1), ({"choices": ["a"]}, 0.5), ({"choices": ["a", "c"]}, 0)),
        (("Tick two.\n\n- [ ] (1) One.\n  > A.\n- [ ] (2) Two.\n  > B.\n", "CHO001"),),
        "scoring: partial\n",
    ),
    "two-tier": Type(
        f"How many?\n\n{BOXES}\n### Reason\n\nBecause:\n\n{BOXES}",
        (
            ({"choice": "b", "reason": "b"}, 1), ({"choice": "b", "reason": "a"}, 0.5),
            ({"choice": "a", "reason": "b"}, 0),
        ),
        ((f"How many?\n\n{BOXES}", "ITM004"),),
    ),
    "rubric": Type(
        f"Write.\n\n{RUBRIC}",
        (({"text": "Words."}, 0),),
        (
            (f"Write.\n\n{RUBRIC.replace('| 40 |', '| 30 |')}", "RUB001"),
            (f"Write.\n\n{RUBRIC.replace('Weight', 'Wait')}", "RUB002"),
            (f"Write.\n\n{RUBRIC.split('### Model')[0]}", "RUB003"),
        ),
        "submission: text\n",
        {0: "awaiting-marker"},
    ),
    "survey": Type(
        "How sure are you?\n\n1. Not at all\n2. Very\n",
        (({"choice": "a"}, 0),),
        (("How sure are you?\n", "CHO013"),),
        "",
        {0: "not-scored"},
    ),
}  # fmt: skip


def test_the_rows_are_the_types_of_the_format():
    assert set(TYPES) == set(ITEM_TYPES)


@pytest.mark.parametrize("type_", TYPES)
def test_the_type_is_read_and_scored(type_):
    row = TYPES[type_]

    item, codes = read(row.form, type_=type_, settings=row.settings)

    assert codes == set()
    scores = [score(item, response) for response, _ in row.shares]
    assert [one.share for one in scores] == pytest.approx([share for _, share in row.shares])
    assert {n: one.flags[0] for n, one in enumerate(scores) if one.flags} == row.flags


@pytest.mark.parametrize(
    ("type_", "form", "code"),
    [
        pytest.param(type_, form, code, id=f"{type_}-{code}")
        for type_, row in TYPES.items()
        for form, code in row.wrong
    ],
)
def test_a_wrong_form_of_the_type_is_told(type_, form, code):
    _, codes = read(form, type_=type_, settings=TYPES[type_].settings)

    assert code in codes


@pytest.mark.parametrize("type_", ["multiple", "highlight", "ordering", "matching"])
def test_without_partial_scoring_half_an_answer_of_the_type_earns_nothing(type_):
    item, _ = read(TYPES[type_].form, type_=type_)

    assert [score(item, response).share for response, _ in TYPES[type_].shares[:2]] == [1, 0]


def test_rubric_points_are_weighed_by_the_weights():
    item, _ = read(TYPES["rubric"].form, type_="rubric")

    assert score_rubric(item, points=(4, 2)).share == pytest.approx(0.8)


def test_truefalse_may_not_stand_in_a_summative_bank(tmp_path):
    text = file_text("bank", body=item_text(TYPES["truefalse"].form, type_="truefalse"))

    assert "ITM007" in {p.code for p in problems_in(tmp_path, files={BANK: text})}


@pytest.mark.parametrize("type_", TYPES)
def test_the_misconception_of_the_type_is_no_word_for_learners(type_):
    item, _ = read(TYPES[type_].form, type_=type_, settings=TYPES[type_].settings)

    lines = (*item.choices, *item.reasons, *item.answers)
    assert not [line for line in lines if "[M" in line.feedback]
    named = {line.misconception for line in lines} - {None}
    assert named == ({"M101"} if "M101" in TYPES[type_].form else set()) | (
        {"M211"} if "M211" in TYPES[type_].form else set()
    )


PART_ROWS = {
    "Answer": ("numeric", NUMBER, lambda item: item.answers[0].low == 42),
    "Reason": ("two-tier", TYPES["two-tier"].form, lambda item: item.reasons[1].right),
    "Hint": (
        "single", f"Which?\n\n{BOXES}\n### Hint\n\nLook.\n", lambda item: item.hint == "Look."
    ),
    "Explanation": (
        "single", f"Which?\n\n{BOXES}\n### Explanation\n\nSo.\n",
        lambda item: item.explanation == "So.",
    ),
    "Rubric": ("rubric", TYPES["rubric"].form, lambda item: item.rubric[0].weight == 60),
    "Model answer": (
        "rubric", TYPES["rubric"].form, lambda item: item.model_answer == "A good one."
    ),
    "Sources": (
        "single", f"Which?\n\n{BOXES}\n### Sources\n\nA book.\n",
        lambda item: item.explanation == "**Sources**\n\nA book.",
    ),
}  # fmt: skip


def test_the_rows_are_the_parts_of_the_format():
    assert set(PART_ROWS) == set(PARTS)


@pytest.mark.parametrize("part", PART_ROWS)
def test_the_part_is_read_and_a_misspelt_one_is_told(part):
    type_, body, holds = PART_ROWS[part]

    item, codes = read(body, type_=type_)
    _, misspelt = read(body.replace(f"### {part}", f"### {part[:-1]}"), type_=type_)

    assert codes == set()
    assert holds(item)
    assert "ITM003" in misspelt
