"""Faults of bodies, links, images, includes, coverage, cues and secrets."""

import os
import time

import pytest

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
from curriculum.parse import parse_bank, read_file
from curriculum.read import read_curriculum
from curriculum.registers import EMPTY_REGISTERS
from tests.unit.curriculum_texts import (
    BANK,
    BLUEPRINT,
    ITEM,
    LESSON,
    OPEN_BANK,
    SECURE_ITEM,
    content_files,
    file_text,
    problems_in,
    spoiled,
    with_keys,
)

PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(60)


def body_faults(tmp_path, text: str, **more) -> dict[str, tuple[int, int, str]]:
    """Code → line within `text`, column and message; of several the first."""
    files = {**spoiled("body", text), **more}
    offset = file_text("lesson").count("\n")
    found: dict[str, tuple[int, int, str]] = {}
    for p in problems_in(tmp_path, files=files):
        if p.path == LESSON:
            found.setdefault(p.code, (p.line - offset, p.column, p.message))
    return found


def blocks(text: str, **snippets):
    whole = spoiled("body", text)[LESSON]
    parsed = read_file(whole, path=LESSON, kind="lesson", snippets=snippets)
    assert not [p for p in parsed.facts.problems if p.level == "error"], parsed.facts.problems
    return parsed.value.blocks


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (":::note\nHello\n:::\n", "MD005", (1, 1)),
        ("Some <b>bold</b> words.\n", "MD004", (1, 6)),
        ("<div>\nHello\n</div>\n", "MD004", (1, 1)),
        ("<script>alert(1)</script>\n", "MD004", (1, 1)),
        ("- a <br> b\n", "MD004", (1, 5)),
        ("#### Deep\n\nText.\n", "MD003", (1, 1)),
        ("# Again\n\nText.\n", "MD002", (1, 1)),
        ("##Tight\n", "MD008", (1, 1)),
        ("> [!HINT]\n> Try.\n", "MD009", (1, 1)),
        ("> [!NOTE] Try.\n", "MD009", (1, 1)),
        ("```mermaid\nflowchart LR\n```\n\nNo caption.\n", "MD010", (1, 1)),
        ("<details>\n\nText.\n\n</details>\n", "MD011", (1, 1)),
        ("<details><summary>More</summary>\n\nText.\n", "MD011", (1, 1)),
        ("<!-- tabs -->\n\nText.\n\n<!-- /tabs -->\n", "MD012", (1, 1)),
        ("<!-- tabs -->\n\n### A\n\n### B\n", "MD012", (1, 1)),
        ("See [it](item:m1.nothing).\n", "LNK001", (1, 5)),
        ("See [it](track:agent).\n", "LNK001", (1, 5)),
        ("See [it](module:m11).\n", "REF009", (1, 5)),
        ("See [it](term:trance).\n", "REF006", (1, 5)),
        ("See [it](11-gone.md).\n", "LNK002", (1, 5)),
        ("See [it](javascript:alert(1)).\n", "LNK003", (1, 5)),
        ("See [it](itme:m1.refund).\n", "LNK003", (1, 5)),
        ("See [it](notes.pdf).\n", "LNK003", (1, 5)),
        ("See [it](#nowhere).\n", "LNK001", (1, 5)),
        ("A claim.[^2]\n", "LNK004", (1, 9)),
        ("A\nclaim with `code`\nand more.[^2]\n", "LNK004", (3, 10)),
        ("Text.\n\n[^2]: Never used.\n", "LNK005", (3, 1)),
        ("![](images/a.png)\n", "IMG001", (1, 1)),
        ("![A chart](images/gone.png)\n", "IMG002", (1, 1)),
        ("![A chart](../m2/a.png)\n", "IMG003", (1, 1)),
        ("![A chart](/etc/passwd.png)\n", "IMG003", (1, 1)),
        ("![A chart](https://example.org/a.png)\n", "IMG003", (1, 1)),
        ("![A chart](images/a.gif)\n", "IMG005", (1, 1)),
        ("[!INCLUDE [x](../../snippets/gone.md)]\n", "INC001", (1, 1)),
        ("[!INCLUDE [x](../../../etc/passwd)]\n", "INC002", (1, 1)),
        ("[!INCLUDE [x](20-more.md)]\n", "INC002", (1, 1)),
        ("Text [!INCLUDE [x](../../snippets/note.md)]\n", "INC004", (1, 1)),
        ("Goal.\n\n```activity\nid: m1.act\nkind: treshold\n```\n", "ACT001", (5, 7)),
        ("## Try\n\n```activity\nid: m1.act\nkind: queue\n```\n", "ACT002", (3, 1)),
        ("```transfer\nid: m1.try\n```\n", "FM001", (2, 1)),
        ("```transfer\nid: m1.try\nprompt: Try.\nfollow_up: 3\n```\n", "FM002", (4, 1)),
        ("DE89 3704 0044 0532 0130 00 is the account.\n", "SEC001", (1, 1)),
        ("Card 4111 1111 1111 1111 was used.\n", "SEC002", (1, 6)),
        ("Use AKIAIOSFODNN7EXAMPLE here.\n", "SEC003", (1, 5)),
        ("password = hunter2hunter\n", "SEC003", (1, 1)),
        ("-----BEGIN RSA PRIVATE KEY-----\n", "SEC003", (1, 1)),
        ("Write to jane.doe@example.com today.\n", "SEC004", (1, 10)),
        (">" * 4_000 + " deep\n", "MD007", (1, 1)),
        ("- " * 2_000 + " deep\n", "MD007", (1, 1)),
        ("x" * 30_000 + "\n", "FILE002", (1, 5_001)),
    ],
)
def test_a_fault_of_the_body_is_reported_where_it_stands(tmp_path, text, code, place):
    images = {"curriculum/modules/m1/images/a.png": PIXEL}
    line, column, _ = body_faults(tmp_path, text, **images)[code]

    assert (line, column) == place


@pytest.mark.parametrize(
    "text",
    [
        "An account DE89 3704 0044 0532 0130 01 with a wrong check digit.\n",
        "Card 4111 1111 1111 1112 and run 1234567890123.\n",
        "Write to ada@norhaven.example.\n",
        "a < b and 3 > 2, `<b>` is code\n",
        "```text\n:::\n<b>\n##x\n[^2]\n```\n",
        "<!-- a note to authors -->\n",
        "See [us](https://www.nist.gov/) and <https://www.nist.gov/>.\n",
        "See [it](#limits-again).\n\n## Limits again\n\nText.\n",
        "| a | b |\n|---|---|\n| [it](term:trace) | 2 |\n",
        "Maths: $a_i < b_i$ holds.\n",
    ],
)
def test_ordinary_text_is_left_alone(tmp_path, text):
    assert body_faults(tmp_path, text) == {}


def test_an_unclosed_fence_is_reported_at_its_opening_line(tmp_path):
    text = "```text\nlast words\n"

    assert body_faults(tmp_path, text)["MD006"][0] == 1


def test_an_unclosed_item_block_does_not_swallow_the_items_after_it(tmp_path):
    broken = ITEM.replace("level: 2\n```\n", "level: 2\n")
    other = ITEM.replace("m1.refund", "m1.third").replace("[x]", "[ ]")
    files = {LESSON: file_text("lesson", body=f"{broken}\n{other}")}

    found = {p.code: p.line for p in problems_in(tmp_path, files=files) if p.path == LESSON}

    lines = files[LESSON].splitlines()
    assert found["MD006"] == lines.index("```item") + 1
    assert found["CHO001"] == len(lines) - lines[::-1].index(
        next(x for x in lines if x.startswith("- ["))
    )
    assert "YML001" not in found


def test_a_second_include_level_is_refused(tmp_path):
    files = {"curriculum/snippets/note.md": "[!INCLUDE [x](note.md)]\n"}

    found = [(p.path, p.code) for p in problems_in(tmp_path, files=files)]

    assert found == [("curriculum/snippets/note.md", "INC003")]


def test_an_image_that_is_too_large_or_reached_through_a_link(tmp_path):
    text = "![A](images/big.png)\n\n![B](images/link.png)\n\n![C](images/x.svg)\n"
    files = {
        **spoiled("body", text),
        "curriculum/modules/m1/images/big.png": PIXEL + bytes(600 * 1024),
        "curriculum/modules/m1/images/x.svg": (
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="a()"/>'
        ),
    }
    (tmp_path / "curriculum/modules/m1/images").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(PIXEL)
    (tmp_path / "curriculum/modules/m1/images/link.png").symlink_to(tmp_path / "secret.png")

    found = {p.code for p in problems_in(tmp_path, files=files)}

    assert found == {"IMG003", "IMG004", "IMG006"}


def test_a_symbolic_link_is_not_followed(tmp_path):
    problems_in(tmp_path)
    (tmp_path / "curriculum/modules/m1/30-link.md").symlink_to("/etc/hostname")

    curriculum = read_curriculum(tmp_path)

    assert [p.code for p in curriculum.problems] == ["FILE004"]


@pytest.mark.parametrize("folder", ["curriculum/modules/m2", "assessments/blueprints"])
def test_a_folder_that_is_a_symbolic_link_is_not_followed(tmp_path, folder):
    problems_in(tmp_path / "content")
    place = tmp_path / "content" / folder
    if place.exists():
        place.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir(exist_ok=True)
    (tmp_path / "elsewhere/10-secret.md").write_text("secret", encoding="utf-8")
    place.symlink_to(tmp_path / "elsewhere")

    found = [(p.path, p.code) for p in read_curriculum(tmp_path / "content").problems]

    assert (folder, "FILE004") in found
    assert not any("secret" in path for path, _ in found)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bytes(range(256)) * 4, "FILE001"),
        (b"\x00\x01\x02", "FILE001"),
        (b"a" * 300 * 1024, "FILE002"),
    ],
)
def test_a_file_that_is_no_text_has_one_error(tmp_path, data, code):
    found = problems_in(tmp_path, files={LESSON: data})

    assert [p.code for p in found if p.path == LESSON] == [code]


def test_a_pipe_in_place_of_a_lesson_is_not_waited_for(tmp_path):
    problems_in(tmp_path)
    os.mkfifo(tmp_path / "curriculum/modules/m1/30-pipe.md")

    found = [(p.path, p.code) for p in read_curriculum(tmp_path).problems]

    assert found == [("curriculum/modules/m1/30-pipe.md", "FILE005")]


def test_a_drawing_that_declares_entities_is_not_read(tmp_path):
    bomb = "".join(f'<!ENTITY b{n + 1} "{f"&b{n};" * 10}">' for n in range(9))
    svg = '<svg xmlns="http://www.w3.org/2000/svg">&b9;</svg>'
    drawing = f'<!DOCTYPE a [<!ENTITY b0 "a">{bomb}]>{svg}'
    files = {
        **spoiled("body", "![A](images/a.svg)\n"),
        "curriculum/modules/m1/images/a.svg": drawing,
    }

    (fault,) = problems_in(tmp_path, files=files)

    assert fault.code == "IMG006"


def test_bom_and_crlf_are_accepted_and_lines_keep_their_numbers(tmp_path):
    text = spoiled("body", "Text.\n\nSee [it](11-gone.md).\n")[LESSON]
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()

    (fault,) = problems_in(tmp_path, files={LESSON: data})

    line = text.splitlines().index("See [it](11-gone.md).") + 1
    assert (fault.code, fault.line, fault.column) == ("LNK002", line, 5)


LATIN = spoiled("body", "An agent.\n\nEin Caf\u00e9 f\u00fcr alle.\n")[LESSON]
LATIN_LINE = LATIN[: LATIN.index("\u00e9")].count("\n") + 1


@pytest.mark.parametrize(
    ("data", "place", "says"),
    [
        (LATIN.encode("latin-1"), (LATIN_LINE, 8), "the byte 0xE9 is not UTF-8"),
        (LATIN.replace("\n", "\r\n").encode("cp1252"), (LATIN_LINE, 8), "0xE9 is not UTF-8"),
        (LATIN.replace("\n", "\r").encode("cp1252"), (LATIN_LINE, 8), "0xE9 is not UTF-8"),
        *(
            (LATIN.encode(name), (1, 1), name[:6].upper())
            for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
        ),
        (b"\xfe\xff" + LATIN.encode("utf-16-be"), (1, 1), "UTF-16"),
    ],
)
def test_another_encoding_is_refused_at_its_first_byte(tmp_path, data, place, says):
    found = [p for p in problems_in(tmp_path, files={LESSON: data}) if p.path == LESSON]

    assert [(p.code, p.level, (p.line, p.column)) for p in found] == [("FILE003", "error", place)]
    assert says in found[0].message
    assert "save it as UTF-8" in found[0].message
    assert "m1.limits" not in read_curriculum(tmp_path).lessons


@pytest.mark.parametrize("path", ["curriculum/skills.yml", "curriculum/snippets/hint.md"])
def test_another_encoding_of_what_lessons_lean_on_is_one_error_too(tmp_path, path):
    data = "# caf\u00e9\n".encode("latin-1")

    found = problems_in(tmp_path, files={path: data})

    assert [(p.path, p.code, p.line, p.column) for p in found] == [(path, "FILE003", 1, 6)]


def test_a_sign_that_no_text_holds_is_told_at_its_place(tmp_path):
    files = spoiled("body", "An agent.\n\nIts\x00limit.\n")

    (fault,) = [p for p in problems_in(tmp_path, files=files) if p.path == LESSON]

    line = files[LESSON].splitlines().index("Its\x00limit.") + 1
    assert (fault.code, fault.line, fault.column) == ("FILE001", line, 4)


@pytest.mark.parametrize(
    "many",
    [
        lambda n: {"text": f"## Head {n}\n\n[a](#hed-{n})\n\n"},
        lambda n: {"text": f"[a](item:m1.refnd-{n})\n\n"},
        lambda n: {"text": f"[a](11-limitz-{n}.md)\n\n"},
        lambda n: {"text": f"[a](term:trace-{n})\n\n"},
        lambda n: {"keys": f"minuts{n}: 1\n"},
    ],
)
def test_thousands_of_near_misses_are_all_told_and_few_are_guessed_at(tmp_path, many):
    pieces = [many(n) for n in range(600)]
    text = spoiled("body", "".join(piece.get("text", "") for piece in pieces) or "Text.\n")[LESSON]
    keys = "".join(piece.get("keys", "") for piece in pieces)
    started = time.process_time()

    found = problems_in(tmp_path, files={LESSON: text.replace("minutes:", f"{keys}minutes:", 1)})

    assert time.process_time() - started < 1
    assert len(found) >= 600
    assert 0 < sum("Did you mean" in fault.message for fault in found) <= 20


def test_a_summative_item_may_not_be_linked(tmp_path):
    text = "[Check: it](item:agent-operations.a01)\n"

    assert body_faults(tmp_path, text)["COV003"][:2] == (1, 1)


def test_an_objective_without_an_item_is_a_warning(tmp_path):
    promise = "  - text: {}\n    skill: agent-operations\n"
    lines = "objectives:\n" + promise.format("Explain it") + promise.format("Choose tools")
    whole = spoiled("front lesson", lines)[LESSON].replace("level: 2", "level: 2\nobjective: 1")

    found = [(p.code, p.line) for p in problems_in(tmp_path, files={LESSON: whole})]

    assert found == [("COV004", whole.splitlines().index("  - text: Choose tools") + 1)]


def bank_of(*items: str) -> str:
    return file_text("bank", body="\n".join(items))


def test_a_blueprint_that_asks_for_more_than_the_bank_holds(tmp_path):
    text = content_files()[BLUEPRINT].replace("n: 1", "n: 2")

    (fault,) = problems_in(tmp_path, files={BLUEPRINT: text})

    assert (fault.code, fault.path, fault.line) == ("COV001", BLUEPRINT, 7)
    assert "can give only 1 on form A" in fault.message


def test_each_form_must_be_filled_on_its_own(tmp_path):
    twin = (
        SECURE_ITEM.replace("a01", "b01")
        .replace("form: A", "form: B")
        .replace("level: 2", "level: 1")
    )
    files = {BANK: bank_of(SECURE_ITEM, twin), BLUEPRINT: content_files()[BLUEPRINT]}

    (fault,) = [p for p in problems_in(tmp_path, files=files) if p.level == "error"]

    assert "on form B" in fault.message


def test_two_picks_may_not_count_the_same_item(tmp_path):
    pick = "  - {skill: agent-operations, n: 1, from: [bank.agent-operations]}\n"
    text = content_files()[BLUEPRINT].replace("pick:\n", "pick:\n" + pick)

    assert [p.code for p in problems_in(tmp_path, files={BLUEPRINT: text})] == ["COV001"]


def test_a_skill_that_no_blueprint_assesses(tmp_path):
    found = [(p.code, p.level) for p in problems_in(tmp_path, files={BLUEPRINT: None})]

    assert found == [("COV002", "warning")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("cell: parts", "cell: tools"), "cell"),
        (("level: 2", "level: 3"), "level"),
        (("form: B", "form: A"), "same form"),
    ],
)
def test_a_twin_in_another_cell_level_or_form(tmp_path, change, says):
    first = SECURE_ITEM.replace("form: A", "form: A\ntwin: agent-operations.b01")
    twin = SECURE_ITEM.replace("a01", "b01").replace("form: A", "form: B").replace(*change)
    found = problems_in(tmp_path, files={BANK: bank_of(first, twin)})

    assert any(p.code == "COV006" and says in p.message for p in found)
    assert any(p.code == "CUE008" for p in found)


def pool(n: int, *, place: int, right: str = "x" * 20, wrong: str = "y" * 20) -> str:
    items = []
    for number in range(n):
        rows = [f"- [ ] {wrong} {number} {k}\n  > [M101] No.\n" for k in "ab"]
        rows.insert(place if place >= 0 else number % 3, f"- [x] {right} {number} c\n  > Yes.\n")
        items.append(
            f"## Item {number}\n\n```item\nid: pool.q{number:02}\ntype: single\n"
            "skill: agent-operations\nsources: [nist-ai-rmf]\nchecked_on: 2026-11-01\n"
            f"```\n\nWhich?\n\n{''.join(rows)}"
        )
    return file_text("bank", body="\n".join(items))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (pool(9, place=0), "CUE002"),
        (pool(9, place=-1, right="x" * 22), "CUE001"),
        (pool(9, place=-1, wrong="it is always " + "y" * 20), "CUE003"),
        (pool(9, place=-1, right="x" * 60), "CUE005"),
    ],
)
def test_cues_of_a_pool_are_reported_at_the_bank_and_its_items(text, code):
    _, problems = parse_bank(text, path=BANK, registers=EMPTY_REGISTERS)

    assert code in {p.code for p in problems}


def test_a_pool_without_cues_is_left_alone():
    text = pool(9, place=-1, right="z" * 19)

    _, problems = parse_bank(text, path=BANK, registers=EMPTY_REGISTERS)

    assert not [p for p in problems if p.code.startswith("CUE")]


def test_a_key_that_repeats_the_stem_is_reported_at_the_key():
    text = SECURE_ITEM.replace(
        "The control that should have stopped a doubtful choice.",
        "The invoice was paid to a wrong span.",
    )
    _, problems = parse_bank(bank_of(text), path=BANK, registers=EMPTY_REGISTERS)

    fault = next(p for p in problems if p.code == "CUE004")
    assert (
        fault.line
        == bank_of(text).splitlines().index("- [x] The invoice was paid to a wrong span.") + 1
    )


def test_a_secure_item_that_repeats_an_open_check(tmp_path):
    copy = SECURE_ITEM.replace("agent-operations.a01", "practice.copy").replace("form: A\n", "")
    text = content_files()[OPEN_BANK] + "\n" + copy

    assert "CUE010" in {p.code for p in problems_in(tmp_path, files={OPEN_BANK: text})}


def test_every_block_of_a_lesson_becomes_a_value():
    text = """Words with a [span](term:trace) in them.[^1]

> [!TIP]
> Ask **first**.

```mermaid
flowchart LR
```

*Diagram: left to right.*

![A chart](images/a.png "Title")

<details><summary>More</summary>

Hidden.

</details>

## Two ways

<!-- tabs -->

### One

First.

### Two

Second.

<!-- /tabs -->

[Check: it](item:practice.one)

Find the threshold.

```activity
id: m1.bench
kind: threshold
miss_cost: 400
settings: [{name: As now, catch: 90, false: 1}, {name: Stricter, catch: 80, false: 0.5}]
```

```transfer
id: m1.try
prompt: Try it at your desk.
follow_up_days: 10
```

[Next](20-more.md)

[^1]: A note.
"""
    found = blocks(text)
    kinds = [type(block) for block in found]

    assert any(isinstance(b, Prose) and "a span in them.[^1]" in b.markdown for b in found)
    assert Link("term", "trace", "span") in found
    assert Callout("tip", "Ask **first**.") in found
    assert Diagram("flowchart LR", "left to right.") in found
    assert Image("curriculum/modules/m1/images/a.png", "A chart", "Title") in found
    assert Reveal("More", (Prose("Hidden."),)) in found
    assert Tabs((("One", (Prose("First."),)), ("Two", (Prose("Second."),)))) in found
    assert Check("practice.one") in found
    activity = next(b for b in found if isinstance(b, Activity))
    assert activity.parameters["miss_cost"] == 400
    assert activity.parameters["settings"][1] == {"name": "Stricter", "catch": 80, "false": 0.5}
    assert activity.parameters["cases"] == 10_000, "what is not written has its default"
    assert Transfer("m1.try", "Try it at your desk.", 10) in found
    assert Link("lesson", "curriculum/modules/m1/20-more.md", "Next") in found
    assert kinds.count(Tabs) == 1


def test_an_include_brings_the_text_of_the_snippet():
    text = "[!INCLUDE [note](../../snippets/note.md)]\n"

    found = blocks(text, **{"curriculum/snippets/note.md": "Norhaven is invented.\n"})

    assert any(b == Prose("Norhaven is invented.") for b in found)


def test_a_relative_link_becomes_the_id_of_the_lesson(tmp_path):
    problems_in(tmp_path, files=spoiled("body", "[Next](20-more.md)\n"))

    lesson = read_curriculum(tmp_path).lessons["m1.limits"]

    assert Link("lesson", "m1.more", "Next") in lesson.blocks


def test_only_the_faulty_module_is_blocked(tmp_path):
    from curriculum.check import blocking_problems

    other = file_text("module", front=with_keys("module", "id: m2\nlessons: [m2.one]\n"))
    lesson = file_text(
        "lesson", front=with_keys("lesson", "id: m2.one\n"), body=ITEM.replace("m1.refund", "m2.q")
    )
    track = file_text("track", front=with_keys("track", "modules: [m1, m2]\n"))
    problems_in(
        tmp_path,
        files={
            "curriculum/modules/m2/module.md": other,
            "curriculum/modules/m2/10-one.md": lesson,
            "curriculum/tracks/agents.md": track,
            LESSON: file_text("lesson", body=ITEM.replace("[x]", "[ ]")),
            BANK: bank_of(SECURE_ITEM.replace("[x]", "[ ]")),
        },
    )
    curriculum = read_curriculum(tmp_path)

    assert [p.code for p in blocking_problems(curriculum, "m1")] == ["CHO001"]
    assert blocking_problems(curriculum, "m2") == ()
    assert [p.path for p in blocking_problems(curriculum, "bank.agent-operations")] == [BANK]
    assert [p.path for p in blocking_problems(curriculum, "check.agent-operations")] == [BANK]
    assert "m1.limits" not in curriculum.lessons
    assert "m2.one" in curriculum.lessons


def test_a_linked_item_does_not_suffer_from_its_neighbours(tmp_path):
    from curriculum.check import blocking_problems

    bad = ITEM.replace("m1.refund", "practice.bad").replace("[x]", "[ ]")
    files = {
        **spoiled("body", "[Check: it](item:practice.one)\n"),
        OPEN_BANK: content_files()[OPEN_BANK] + "\n" + bad,
    }
    problems_in(tmp_path / "neighbour", files=files)
    files = {**files, **spoiled("body", "[Check: it](item:practice.bad)\n")}
    problems_in(tmp_path / "itself", files=files)

    assert blocking_problems(read_curriculum(tmp_path / "neighbour"), "m1") == ()
    blocked = blocking_problems(read_curriculum(tmp_path / "itself"), "m1")
    assert [(p.path, p.code) for p in blocked] == [(OPEN_BANK, "CHO001")]


SPEC_EXAMPLE = """## Refund outside policy

```item
id: agents.refund-outside-policy
type: single
skill: agent-operations
level: 2
difficulty: -0.5
sources: [nist-ai-rmf]
```

A customer-service agent proposes a 900 EUR refund. Its limit is 200 EUR. What should happen next?

- [ ] Pay it, because the agent reports 97% confidence.
  > [M101] Confidence is not authority.
- [x] Send it to a person who may approve refunds of that size.
  > Right: the limit marks where human review is required.
- [ ] Split it into five refunds of 180 EUR.
  > [M211] Splitting evades the control.

### Explanation

The limit is part of the **accountability layer**.[^1]

[^1]: A source.
"""


def test_an_item_reads_the_same_in_a_lesson_and_in_a_bank():
    lesson = read_file(file_text("lesson", body=SPEC_EXAMPLE), path=LESSON, kind="lesson").value
    bank = read_file(file_text("bank", body=SPEC_EXAMPLE), path=BANK, kind="bank").value

    ours, theirs = lesson.items[0], bank.items[0]
    assert ours.key_hash == theirs.key_hash
    assert ours.content_hash == theirs.content_hash
    assert [c.misconception for c in ours.choices] == ["M101", None, "M211"]
    assert ours.choices[0].feedback == "Confidence is not authority."
    assert ours.explanation.endswith("[^1]: A source.")
    assert ours.difficulty == -0.5
    assert Check("agents.refund-outside-policy") in lesson.blocks
    assert lesson.footnotes == {"1": "A source."}
