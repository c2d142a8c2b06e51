"""The table of the checker and the blocks of a lesson, row by row: each fault at its own line."""

from dataclasses import dataclass, field
from itertools import chain

import pytest

from curriculum.item_settings import ITEM_TYPES
from curriculum.items import PARTS
from curriculum.metadata import KEYS
from curriculum.model import (
    Activity,
    Callout,
    Check,
    Diagram,
    Image,
    Link,
    Prose,
    Reveal,
    Tabs,
    Transfer,
)
from curriculum.parse import read_file
from curriculum.phrases import Joined
from curriculum.read import REGISTERS
from tests.unit.curriculum_texts import (
    BANK,
    BLUEPRINT,
    FRONTS,
    ITEM,
    LESSON,
    MODULE,
    SECURE_ITEM,
    TRACK,
    content_files,
    file_text,
    loose_words,
    problems_in,
    spoiled,
    with_keys,
)

# Words of the format itself, the same in every language, and what its libraries say in English.
LIBRARIES = {"did", "not", "find", "expected", "invalid", "perl", "operator"}
NAMES = loose_words(" ".join([*ITEM_TYPES, *chain(*KEYS.values()), *REGISTERS, *PARTS]))
Files = dict[str, str | bytes | None]


@dataclass(frozen=True)
class Rule:
    """A row of the checker: what is spoiled, the code, and words of the line it is told at."""

    files: Files
    code: str
    at: str
    path: str = LESSON
    says: str = ""
    more: Files = field(default_factory=dict)


def front(lines: str, kind: str = "lesson") -> Files:
    return spoiled(f"front {kind}", lines)


def above_title(lines: str) -> Files:
    text = FRONTS["lesson"].replace("title: Limits", f"{lines}title: Limits")
    return {LESSON: file_text("lesson", front=text)}


def body(text: str) -> Files:
    return spoiled("body", text)


def item(old: str, new: str) -> Files:
    assert old in ITEM
    return {LESSON: file_text("lesson", body=ITEM.replace(old, new))}


def typed(type_: str, text: str, settings: str = "") -> Files:
    head = f"id: m1.refund\ntype: {type_}\nskill: agent-operations\n{settings}"
    return {LESSON: file_text("lesson", body=f"## Question\n\n```item\n{head}```\n\n{text}")}


def bank(*items: str) -> Files:
    return {BANK: file_text("bank", body="\n".join(items))}


def pool(*, place: int = -1, right: str = "x" * 20, wrong: str = "y" * 20) -> Files:
    items = []
    for n in range(9):
        rows = [f"- [ ] {wrong} {n} {k}\n  > [M101] No.\n" for k in "ab"]
        rows.insert(place if place >= 0 else n % 3, f"- [x] {right} {n} c\n  > Yes.\n")
        head = f"id: pool.q{n}\ntype: single\nskill: agent-operations\n"
        items.append(f"## Item {n}\n\n```item\n{head}```\n\nWhich?\n\n{''.join(rows)}")
    return bank(*items, SECURE_ITEM)


RIGHT = "- [x] Send it to a person with authority to approve it."
WRONG = "- [ ] Pay it, since the agent reports high confidence."
RUBRIC = (
    "### Rubric\n\n| Criterion | Weight | 0 | 1 | 2 | 3 | 4 |\n|---|---|---|---|---|---|---|\n"
    "| Fit | 60 | a | b | c | d | e |\n| Proof | 30 | a | b | c | d | e |\n\n"
    "### Model answer\n\nA good one.\n"
)
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(60)
TWIN = (
    SECURE_ITEM.replace("a01", "b01")
    .replace("form: A", "form: B\ntwin: [agent-operations.a01]")
    .replace("level: 2", "level: 3")
)
PROMISE = "  - text: {}\n    skill: agent-operations\n"
SWALLOWED = ITEM.replace("level: 2\n```\n", "level: 2\n") + "\n" + ITEM.replace("refund", "other")
CIRCLE = {
    LESSON: file_text("lesson", front=with_keys("lesson", "prerequisites: [m1.more]\n")),
    "curriculum/modules/m1/20-more.md": file_text(
        "lesson", front=with_keys("lesson", "id: m1.more\nprerequisites: [m1.limits]\n")
    ),
}

RULES = {
    # Front matter: at the key's own line.
    "YAML not valid": Rule(above_title("skills: [a, b\n"), "YML001", "skills: [a"),
    "a key given twice": Rule(above_title("id: m1.limits\n"), "YML002", "id: m1.limits"),
    "unknown key": Rule(above_title("titel: A\n"), "FM002", "titel", says="Did you mean 'title'?"),
    "wrong type": Rule(front("minutes: ten\n"), "FM003", "minutes: ten"),
    "required key missing": Rule(front("minutes:\n"), "FM001", "minutes:"),
    "no front matter at all": Rule({LESSON: "# Limits\n\nText.\n"}, "FM005", "# Limits"),
    # References: at the reference.
    "id used twice": Rule(front("id: m1.more\n"), "ID001", "id: m1.more"),
    "id used ever before": Rule(item("id: m1.refund", "id: m0.gone"), "ID002", "id: m0.gone"),
    "unknown skill": Rule(front("skills: [agents]\n"), "REF001", "skills: [agents]"),
    "unknown source": Rule(front("sources: [nist-ai-rfm]\n"), "REF002", "sources:", says="Did you"),
    "unknown role": Rule(front("audience: [bilder]\n"), "REF003", "audience:", says="Did you"),
    "unknown owner": Rule(front("owner: ida@norhaven.example\n"), "REF004", "owner:"),
    "unknown misconception": Rule(item("[M101]", "[M102]"), "REF005", "[M102]", says="'M101'?"),
    "unknown term": Rule(body("See [it](term:trance).\n"), "REF006", "term:trance"),
    "prerequisite cycle": Rule(
        CIRCLE, "REF010", "prerequisites: [m1.more]", says="m1.limits → m1.more → m1.limits"
    ),
    "a module in no track": Rule({TRACK: None}, "REF011", "id: m1", MODULE),
    "a lesson in no module": Rule(front("lessons: [m1.more]\n", "module"), "REF012", "id: m1."),
    # Choices: at the choice.
    "no choice right": Rule(item("[x]", "[ ]"), "CHO001", WRONG),
    "several right in a single": Rule(item("[ ]", "[x]"), "CHO002", RIGHT),
    "a choice without a box": Rule(item("- [ ] Pay", "- Pay"), "CHO003", "- Pay it"),
    "a box without the space before it": Rule(item("- [ ] Pay", "-[ ] Pay"), "CHO004", "-[ ] Pay"),
    "a box without the space inside": Rule(item("- [ ] Pay", "- [] Pay"), "CHO004", "- [] Pay"),
    "a box without the space after it": Rule(item("- [x] S", "- [X]S"), "CHO004", "- [X]S"),
    "a box in smart quotes": Rule(item("[x]", "[\u201cx\u201d]"), "CHO004", "[\u201cx\u201d]"),
    "a box with a no-break space": Rule(item("[ ]", "[\u00a0]"), "CHO004", "- [\u00a0]"),
    "two choices alike": Rule(item(RIGHT, RIGHT.replace(RIGHT[6:], WRONG[6:])), "CHO005", "- [x]"),
    "all of the above with shuffling": Rule(
        item(WRONG, "- [ ] All of the above."), "CHO006", "All of the above"
    ),
    "none of the above with shuffling": Rule(
        item(WRONG, "- [ ] None of the above."), "CHO006", "None of the above"
    ),
    "no feedback": Rule(
        item("  > Right: the limit marks where a person decides.\n", ""), "CHO007", RIGHT
    ),
    "no feedback in a scenario": Rule(
        typed("scenario", "What?\n\n- **Best:** Stop\n  > A.\n- **Poor:** Wait\n"), "CHO008", "Wait"
    ),
    # Items: at the line itself.
    "unknown item type": Rule(item("type: single", "type: sinlge"), "ITM002", "sinlge"),
    "part heading misspelt": Rule(
        {LESSON: file_text("lesson", body=ITEM + "\n### Explenation\n\nSo.\n")},
        "ITM003", "### Explenation", says="'Explanation'?",
    ),
    "a numeric item without an answer": Rule(typed("numeric", "Sum?\n"), "ITM004", "## Question"),
    "a text item without an answer": Rule(typed("text", "Word?\n"), "ITM004", "## Question"),
    "a number that cannot be read": Rule(
        typed("numeric", "Sum?\n\n### Answer\n\n- many\n"), "ANS001", "- many"
    ),
    "a range that runs backwards": Rule(
        typed("numeric", "Sum?\n\n### Answer\n\n- 74 to 70\n"), "ANS002", "- 74 to 70"
    ),
    "a pattern that is no valid expression": Rule(
        typed("text", "Word?\n\n### Answer\n\n- word\n- `/(?=a)b/`\n"), "ANS003", "(?=a)"
    ),
    "scenario with two Best": Rule(
        typed("scenario", "What?\n\n- **Best:** Stop\n  > A.\n- **Best:** Wait\n  > B.\n"),
        "SCN001", "Wait",
    ),
    "an unknown rating": Rule(
        typed("scenario", "What?\n\n- **Best:** Stop\n  > A.\n- **Bad:** Wait\n  > B.\n"),
        "SCN002", "**Bad:**",
    ),
    "rubric weights not 100": Rule(typed("rubric", f"Write.\n\n{RUBRIC}"), "RUB001", "Criterion"),
    "matching prompt without match": Rule(
        typed("matching", "Match.\n\n| F | C |\n|---|---|\n| a | 1 |\n| b |  |\n"), "MAT001", "| b"
    ),
    "ordering without a numbered list": Rule(
        typed("ordering", "Order.\n\n- First\n- Then\n"), "ORD001", "- First"
    ),
    "true/false in a summative bank": Rule(
        bank(SECURE_ITEM.replace("single", "truefalse")), "ITM007", "## Missing", BANK
    ),
    # The body: at the line itself.
    "item fence not straight after its heading": Rule(
        item("```item", "Words.\n\n```item"), "ITM001", "```item"
    ),
    "unclosed code fence": Rule(body("Text.\n\n```python\nprint()\n"), "MD006", "```python"),
    "unclosed code fence that a later one swallowed": Rule(
        {LESSON: file_text("lesson", body=SWALLOWED)}, "MD006", "```item"
    ),
    ":::": Rule(body("Text.\n\n:::note\nHello\n:::\n"), "MD005", ":::note"),
    "a disallowed HTML tag": Rule(body("Text.\n\n<div>\nHello\n</div>\n"), "MD004", "<div>"),
    "heading level jumps": Rule(body("#### Deep\n\nText.\n"), "MD003", "#### Deep"),
    "second title": Rule(body("# Again\n\nText.\n"), "MD002", "# Again"),
    "nesting too deep": Rule(body("Text.\n\n" + ">" * 4000 + " deep\n"), "MD007", ">>>"),
    # Links: at the link.
    "image without alternative text": Rule(body("![](images/a.png)\n"), "IMG001", "![]"),
    "image missing": Rule(body("![A](images/gone.png)\n"), "IMG002", "gone.png"),
    "image outside the module": Rule(body("![A](../m2/a.png)\n"), "IMG003", "../m2"),
    "image too large": Rule(
        body("![A](images/big.png)\n"), "IMG004", "big.png",
        more={"curriculum/modules/m1/images/big.png": PIXEL + bytes(600 * 1024)},
    ),
    "include missing": Rule(body("[!INCLUDE [x](../../snippets/no.md)]\n"), "INC001", "no.md"),
    "include outside": Rule(body("[!INCLUDE [x](../../../etc/passwd)]\n"), "INC002", "passwd"),
    "include cyclic": Rule(
        {"curriculum/snippets/note.md": "[!INCLUDE [x](note.md)]\n"}, "INC003", "[!INCLUDE",
        "curriculum/snippets/note.md",
    ),
    "dead item link": Rule(body("See [it](item:m1.nothing).\n"), "LNK001", "item:m1.nothing"),
    "dead track link": Rule(body("See [it](track:agent).\n"), "LNK001", "track:agent"),
    "dead relative link": Rule(body("See [it](11-gone.md).\n"), "LNK002", "11-gone.md"),
    "footnote used but not defined": Rule(body("Text.\nA claim.[^2]\n"), "LNK004", "[^2]"),
    # Cueing: the bank, and the items.
    "key longest in too many items of a bank": Rule(
        pool(right="x" * 22), "CUE001", "# Agent op", BANK
    ),
    "key position skewed": Rule(pool(place=0), "CUE002", "# Agent op", BANK),
    "absolute words only in wrong options": Rule(
        pool(wrong="it is always " + "y" * 20), "CUE003", "# Agent op", BANK
    ),
    "key repeats the stem": Rule(
        bank(SECURE_ITEM.replace("The control that should have stopped a doubtful choice.",
                                 "The invoice was paid to a wrong span.")),
        "CUE004", "- [x] The invoice", BANK,
    ),
    # Coverage: the blueprint, the bank or the module.
    "blueprint asks for more items than the banks hold": Rule(
        {BLUEPRINT: content_files()[BLUEPRINT].replace("n: 1", "n: 2")}, "COV001", "n: 2", BLUEPRINT
    ),
    "skill never assessed": Rule(
        {BLUEPRINT: None}, "COV002", "skill: agent-operations", MODULE
    ),
    "summative item linked from a lesson": Rule(
        body("[Check: it](item:agent-operations.a01)\n"), "COV003", "[Check: it]"
    ),
    "objective without an item": Rule(
        {LESSON: spoiled("front lesson", "objectives:\n" + PROMISE.format("Explain it")
         + PROMISE.format("Choose tools"))[LESSON].replace("level: 2", "level: 2\nobjective: 1")},
        "COV004", "Choose tools",
    ),
    "twin missing": Rule(
        bank(SECURE_ITEM.replace("form: A", "form: A\ntwin: [agent-operations.b09]")),
        "COV005", "twin:", BANK,
    ),
    "twin in another level": Rule(
        bank(SECURE_ITEM, TWIN), "COV006", "## Missing", BANK, says="level"
    ),
    "twin in another cell": Rule(
        bank(SECURE_ITEM, TWIN.replace("level: 3", "level: 2").replace("parts", "tools")),
        "COV006", "## Missing", BANK, says="cell",
    ),
    "twin in another format": Rule(
        bank(SECURE_ITEM, TWIN.replace("level: 3", "level: 2").replace("single", "multiple")),
        "COV006", "## Missing", BANK, says="multiple",
    ),
    # Text that looks like a secret or customer data: the match.
    "IBAN": Rule(body("Text.\n\nDE89 3704 0044 0532 0130 00\n"), "SEC001", "DE89"),
    "card number": Rule(body("Text.\n\nCard 4111 1111 1111 1111.\n"), "SEC002", "4111"),
    "key": Rule(body("Text.\n\nUse AKIAIOSFODNN7EXAMPLE here.\n"), "SEC003", "AKIA"),
    "e-mail not in people.yml": Rule(body("Write to jane@example.com.\n"), "SEC004", "jane@"),
    # The file.
    "not UTF-8": Rule(
        {LESSON: file_text("lesson", body=ITEM).replace("An agent stops", "A caf\u00e9 stops")
         .encode("latin-1")}, "FILE003", "stops",
    ),
    "not text at all": Rule({LESSON: bytes(range(256)) * 4}, "FILE001", ""),
}  # fmt: skip


@pytest.mark.parametrize("row", RULES)
def test_the_checker_tells_the_row_at_its_line(tmp_path, row):
    rule = RULES[row]

    found = [p for p in problems_in(tmp_path, files=rule.files | rule.more) if p.code == rule.code]

    text = rule.files.get(rule.path) or content_files()[rule.path]
    lines = (text.decode("latin-1") if isinstance(text, bytes) else text).splitlines()
    told = [lines[p.line - 1] for p in found if p.path == rule.path]
    assert [line for line in told if rule.at in line], (found, told)
    assert any(rule.says in p.message for p in found)
    files = {**content_files(), **rule.files, **rule.more}
    written = loose_words(" ".join([*files, *map(str, files.values())]))
    assert not loose_words(Joined(p.message for p in found)) - written - NAMES - LIBRARIES


def test_an_id_used_twice_is_told_at_both_places(tmp_path):
    found = problems_in(tmp_path, files=RULES["id used twice"].files)

    assert len({p.path for p in found if p.code == "ID001"}) == 2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + file_text("lesson", body=ITEM).encode(), id="BOM"),
        pytest.param(file_text("lesson", body=ITEM).replace("\n", "\r\n").encode(), id="CRLF"),
    ],
)
def test_the_file_is_accepted_with(tmp_path, data):
    assert problems_in(tmp_path, files={LESSON: data}) == []


@dataclass(frozen=True)
class Piece:
    """A row of what a lesson may hold: its Markdown, what it becomes, a wrong form of it."""

    right: str
    value: object
    wrong: str
    code: str


def alert(kind: str) -> Piece:
    value = Callout(kind.lower(), "Ask.")
    return Piece(f"> [!{kind}]\n> Ask.\n", value, f"> [!{kind}S]\n> Ask.\n", "MD009")


DETAILS = "<details><summary>More</summary>\n\nHidden.\n\n</details>\n"
TABS = "## Ways\n\n<!-- tabs -->\n\n### One\n\nA.\n\n### Two\n\nB.\n\n<!-- /tabs -->\n"
QUEUE = "Goal.\n\n```activity\nid: m1.act\nkind: retrieval\n```\n"
TRY = "```transfer\nid: m1.try\nprompt: Try it.\nfollow_up_days: 10\n```\n"
PIECES = {
    "inline check by its block": Piece(
        ITEM.replace("m1.refund", "m1.inline"), Check("m1.inline"),
        ITEM.replace("m1.refund", "m1.inline").replace("```item", "```itme"), "ITM011",
    ),
    "inline check by a link": Piece(
        "[Check: it](item:practice.one)\n", Check("practice.one"),
        "[Check: it](itme:practice.one)\n", "LNK003",
    ),
    "transfer prompt": Piece(
        TRY, Transfer("m1.try", "Try it.", 10), TRY.replace("prompt", "prmpt"), "FM002"
    ),
    **{f"callout {kind}": alert(kind) for kind in (
        "NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"
    )},
    "reveal": Piece(
        DETAILS, Reveal("More", (Prose("Hidden."),)),
        DETAILS.replace("<summary>More</summary>", ""), "MD011",
    ),
    "tabs": Piece(
        TABS, Tabs((("One", (Prose("A."),)), ("Two", (Prose("B."),)))),
        TABS.replace("<!-- /tabs -->\n", ""), "MD012",
    ),
    "diagram": Piece(
        "```mermaid\nflowchart LR\n```\n\n*Diagram: left to right.*\n",
        Diagram("flowchart LR", "left to right."),
        "```mermaid\nflowchart LR\n```\n\nText.\n", "MD010",
    ),
    "maths": Piece("It is $a + b$.\n", Prose("It is $a + b$."), "It is <b>b</b>.\n", "MD004"),
    "include": Piece(
        "[!INCLUDE [note](../../snippets/note.md)]\n", Prose("Norhaven is invented."),
        "So: [!INCLUDE [note](../../snippets/note.md)]\n", "INC004",
    ),
    "link to a file": Piece(
        "[Next](20-more.md)\n", Link("lesson", "curriculum/modules/m1/20-more.md", "Next"),
        "[Next](notes.pdf)\n", "LNK003",
    ),
    "link item:": Piece(
        "See [it](item:practice.one).\n", Link("item", "practice.one", "it"),
        "See [it](item:practice.won).\n", "LNK001",
    ),
    "link term:": Piece(
        "See [it](term:trace).\n", Link("term", "trace", "it"), "See [it](term:trac).\n", "REF006"
    ),
    "link track:": Piece(
        "See [it](track:agents).\n", Link("track", "agents", "it"),
        "See [it](track:agent).\n", "LNK001",
    ),
    "link module:": Piece(
        "See [it](module:m1).\n", Link("module", "m1", "it"), "See [it](module:m11).\n", "REF009"
    ),
    "footnote": Piece(
        "A claim.[^1]\n\n[^1]: A source.\n", Prose("A claim.[^1]"), "A claim.[^2]\n", "LNK004"
    ),
    "image": Piece(
        "![A chart](images/a.png)\n", Image("curriculum/modules/m1/images/a.png", "A chart"),
        "![A chart](images/a.gif)\n", "IMG005",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", PIECES)
def test_a_lesson_may_hold(row):
    text = spoiled("body", f"## More\n\n{PIECES[row].right}")[LESSON]
    snippets = {"curriculum/snippets/note.md": "Norhaven is invented.\n"}

    parsed = read_file(text, path=LESSON, kind="lesson", snippets=snippets)

    assert {fault.code for fault in parsed.facts.problems} <= {"FM010"}
    assert PIECES[row].value in parsed.value.blocks


@pytest.mark.parametrize("row", PIECES)
def test_a_lesson_may_not_hold_a_wrong(tmp_path, row):
    found = problems_in(tmp_path, files=body(PIECES[row].wrong))

    assert PIECES[row].code in {p.code for p in found if p.path == LESSON}


@pytest.mark.parametrize(
    "kind",
    [
        "threshold", "retrieval", "trace", "permissions", "raci", "queue", "incident", "value",
    ],
)  # fmt: skip
def test_a_lesson_may_hold_an_activity_of_the_kind(tmp_path, kind):
    known = body(QUEUE.replace("retrieval", kind))
    unknown = body(QUEUE.replace("retrieval", f"{kind}x"))

    sound = {p.code for p in problems_in(tmp_path / "a", files=known)}
    wrong = problems_in(tmp_path / "b", files=unknown)

    assert "ACT001" not in sound
    assert [p.line for p in wrong if p.code == "ACT001"] == [
        unknown[LESSON].splitlines().index(f"kind: {kind}x") + 1
    ]


def test_the_values_of_an_activity_are_read():
    text = spoiled("body", QUEUE.replace("retrieval", "threshold\nmiss_cost: 400"))[LESSON]

    blocks = read_file(text, path=LESSON, kind="lesson").value.blocks

    assert next(b for b in blocks if isinstance(b, Activity)).parameters["miss_cost"] == 400
