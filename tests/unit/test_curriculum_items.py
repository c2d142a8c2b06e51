"""Faults of items: at the line that causes them."""

import pytest

from curriculum.parse import parse_lesson
from curriculum.registers import EMPTY_REGISTERS
from tests.unit.curriculum_texts import (
    BANK,
    ITEM,
    LESSON,
    SECURE_ITEM,
    file_text,
    problems_in,
    spoiled,
)

CHOICES = "- [ ] One\n  > No.\n- [x] Two\n  > Yes.\n"


def item(type_: str, body: str, *, settings: str = "") -> str:
    return f"## Question\n\n```item\ntype: {type_}\n{settings}```\n\n{body}"


def faults(tmp_path, text: str, kind: str = "item") -> dict[str, list[tuple[int, str]]]:
    """Code → places of the faults, with lines counted within `text`."""
    files = spoiled(kind, text)
    path, whole = next(iter(files.items()))
    mark = text.splitlines()[0]
    offset = whole.splitlines().index(mark) if mark in whole.splitlines() else 0
    # `id` and `skill` were put in below the fence of an item.
    fence = next((n for n, line in enumerate(whole.splitlines()) if line == "```item"), 0)
    found: dict[str, list[tuple[int, str]]] = {}
    for p in problems_in(tmp_path, files=files):
        if p.path == path:
            shift = 2 if kind == "item" and p.line > fence + 3 else 0
            found.setdefault(p.code, []).append((p.line - offset - shift, p.message))
    return found


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), start=1) if words in line)


def test_a_single_item_with_no_choice_right(tmp_path):
    text = item("single", "Which?\n\n" + CHOICES.replace("[x]", "[ ]"))

    assert "no choice is right" in faults(tmp_path, text)["CHO001"][0][1]


def test_every_ticked_choice_of_a_single_item_is_reported(tmp_path):
    text = item("single", "Which?\n\n" + CHOICES.replace("[ ]", "[x]"))

    lines = [line for line, _ in faults(tmp_path, text)["CHO002"]]

    assert lines == [line_of(text, "One"), line_of(text, "Two")]


def test_a_choice_without_a_box(tmp_path):
    text = item("single", f"Which?\n\n{CHOICES}- Three\n  > No.\n")

    assert faults(tmp_path, text)["CHO003"][0][0] == line_of(text, "Three")


@pytest.mark.parametrize(
    ("line", "mending"),
    [
        ("-[ ] Three", "space between"),
        ("- [] Three", "'[ ]' with a space"),
        ("- [X]Three", "space after the box"),
        ("- [x]Three", "space after the box"),
        ("- [ x] Three", "exactly"),
        ("- [x ] Three", "exactly"),
        ("- [  ] Three", "exactly"),
        ("-\u00a0[ ] Three", "no-break space"),
        ("- [\u00a0] Three", "no-break space"),
        ("- [ ]\u00a0Three", "no-break space"),
        ("- [\u201cx\u201d] Three", "quotation marks"),
        ("- \u201c[x]\u201d Three", "quotation marks"),
        ("- [\u2713] Three", "tick with"),
        ("- [\u00d7] Three", "tick with"),
        ("- (x) Three", "square brackets"),
        ("\u2013 [ ] Three", "plain '-'"),
        ("\u2022 [ ] Three", "plain '-'"),
        ("[ ] Three", "'- '"),
        ("  - [ ] Three", "column 1"),
    ],
)
@pytest.mark.parametrize("after_quote", [True, False])
def test_a_box_that_is_nearly_right(tmp_path, line, mending, after_quote):
    body = CHOICES if after_quote else CHOICES.rstrip().removesuffix("  > Yes.")
    text = item("single", f"Which?\n\n{body.rstrip()}\n{line}\n  > No.\n")

    found = faults(tmp_path, text)

    assert found["CHO004"][0][0] == line_of(text, "Three")
    assert mending in found["CHO004"][0][1]
    assert set(found) <= {"CHO004", "CHO007", "CHO010", "ITM012"}


def test_two_choices_that_are_alike(tmp_path):
    text = item("single", "Which?\n\n" + CHOICES + "- [ ]  one.\n  > No.\n")

    assert faults(tmp_path, text)["CHO005"][0][0] == line_of(text, "one.")


@pytest.mark.parametrize("words", ["All of the above", "None of the above.", "Both of the above"])
def test_all_of_the_above_with_shuffling(tmp_path, words):
    text = item("single", f"Which?\n\n{CHOICES}- [ ] {words}\n  > No.\n")
    fixed = item(
        "single", f"Which?\n\n{CHOICES}- [ ] {words}\n  > No.\n", settings="shuffle: false\n"
    )

    assert faults(tmp_path / "a", text)["CHO006"][0][0] == line_of(text, "above")
    assert "CHO006" not in faults(tmp_path / "b", fixed)


def test_missing_feedback_is_a_warning_and_in_a_scenario_an_error(tmp_path):
    single = item("single", "Which?\n\n" + CHOICES.replace("  > No.\n", ""))
    scenario = item("scenario", "What?\n\n- **Best:** Stop\n- **Poor:** Wait\n  > Late.\n")

    assert faults(tmp_path / "a", single)["CHO007"][0][0] == line_of(single, "One")
    assert faults(tmp_path / "b", scenario)["CHO008"][0][0] == line_of(scenario, "Stop")


def test_feedback_that_is_not_indented(tmp_path):
    text = item("single", "Which?\n\n- [ ] One\n\n> No.\n\n- [x] Two\n  > Yes.\n")

    found = faults(tmp_path, text)

    assert found["CHO010"][0][0] == line_of(text, "> No.")
    assert "CHO009" not in found


def test_one_choice_alone_is_no_choice(tmp_path):
    assert "CHO009" in faults(tmp_path, item("single", "Which?\n\n- [x] Two\n  > Yes.\n"))


def test_a_truefalse_item_has_two_choices(tmp_path):
    text = item("truefalse", f"True?\n\n{CHOICES}- [ ] Maybe\n  > No.\n")

    assert "CHO009" in faults(tmp_path, text)


def test_a_multiple_item_says_how_many(tmp_path):
    plain = item(
        "multiple", "Which hold?\n\n" + CHOICES.replace("[ ]", "[x]") + "- [ ] No\n  > No.\n"
    )

    assert "CHO012" in faults(tmp_path / "a", plain)
    assert not faults(tmp_path / "b", plain.replace("Which hold?", "Which two hold?"))


def test_show_asks_for_more_wrong_choices_than_there_are(tmp_path):
    text = item("single", "Which?\n\n" + CHOICES, settings="show: 2\n")

    assert "CHO011" in faults(tmp_path, text)


def test_a_single_item_without_choices(tmp_path):
    assert "CHO013" in faults(tmp_path, item("single", "Which?\n"))


def test_an_unknown_item_type(tmp_path):
    text = item("singel", "Which?\n\n" + CHOICES)

    line, message = faults(tmp_path, text)["ITM002"][0]

    assert line == line_of(text, "singel") or "Did you mean 'single'?" in message


def test_a_misspelt_part_heading(tmp_path):
    text = item("single", f"Which?\n\n{CHOICES}\n### Explanaton\n\nBecause.\n")

    line, message = faults(tmp_path, text)["ITM003"][0]

    assert line == line_of(text, "Explanaton")
    assert "Did you mean 'Explanation'?" in message


@pytest.mark.parametrize("type_", ["numeric", "text"])
def test_an_item_without_its_answer(tmp_path, type_):
    assert "ITM004" in faults(tmp_path, item(type_, "How many?\n\n- 42\n"))


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        ("seventy", "ANS001", "cannot be read"),
        ("7,5", "ANS001", "Did you mean '7.5' or '75'?"),
        ("70-74", "ANS001", "Did you mean '70 to 74'?"),
        ("75 EUR", "ANS001", "unit"),
        ("1 000", "ANS001", "cannot be read"),
        ("74 to 70", "ANS002", "'70 to 74'"),
        ("75 ± -1", "ANS002", "negative"),
        ("(150%) 75", "ANS005", "from 0 to 100"),
        ("(half%) 75", "ANS005", "from 0 to 100"),
        ("(50%) 75", "ANS004", "full credit"),
    ],
)
def test_a_number_that_cannot_be_used(tmp_path, answer, code, says):
    text = item("numeric", f"How many?\n\n### Answer\n\n- {answer}\n")

    assert says in faults(tmp_path, text)[code][0][1]


@pytest.mark.parametrize(
    ("answer", "low", "high"),
    [
        ("75 ± 0.5", 74.5, 75.5),
        ("75 +- 0.5", 74.5, 75.5),
        ("250 ± 5%", 237.5, 262.5),
        ("-250 ± 5%", -262.5, -237.5),
        ("70 to 74", 70, 74),
        ("-5 to -2", -5, -2),
        ("42", 42, 42),
        ("0.75 ± 0.005", 0.745, 0.755),
        ("\u22123", -3, -3),
        (".5", 0.5, 0.5),
    ],
)
def test_a_number_is_read_in_every_form(answer, low, high):
    text = item("numeric", f"How many?\n\n### Answer\n\n- {answer}\n- (50%) 1000000 ± 1\n")

    lesson, problems = read(text)

    assert not problems
    line = lesson.items[0].answers[0]
    assert (line.low, line.high, line.credit) == (low, high, 1)
    assert lesson.items[0].answers[1].credit == 0.5


def read(text: str):
    whole = spoiled("item", text)[LESSON]
    _, problems = parse_lesson(whole, path=LESSON, registers=EMPTY_REGISTERS)
    own = [p for p in problems if not p.code.startswith(("REF", "SEC", "FM010"))]
    if own:
        return None, own
    free = whole.replace("skills: [agent-operations]\n", "")
    from curriculum.parse import read_file

    return read_file(free, path=LESSON, kind="lesson").value, []


@pytest.mark.parametrize(
    "pattern", ["`/(a/`", "`/(?=a)b/`", "`/(a)\\1/`", "`/a/x`", "`//`", "/a|b/"]
)
def test_a_pattern_that_is_no_re2_expression(tmp_path, pattern):
    text = item("text", f"Which word?\n\n### Answer\n\n- {pattern}\n- word\n")

    assert faults(tmp_path, text)["ANS003"][0][0] == line_of(text, pattern)


def test_text_answers_are_literals_or_patterns():
    text = item(
        "text",
        "Which word?\n\n### Answer\n\n"
        "- a span\n- `/sp[ae]ns?/i`\n- (50%) trace\n  > [M101] Close.\n",
    )

    lesson, problems = read(text)

    assert not problems
    literal, pattern, half = lesson.items[0].answers
    assert literal.literal == "a span"
    assert (pattern.pattern, pattern.ignore_case) == ("sp[ae]ns?", True)
    assert (half.credit, half.feedback, half.misconception) == (0.5, "Close.", "M101")


def test_a_scenario_with_two_best_actions(tmp_path):
    text = item("scenario", "What?\n\n- **Best:** Stop\n  > A.\n- **Best:** Wait\n  > B.\n")

    assert faults(tmp_path, text)["SCN001"][0][0] == line_of(text, "Wait")


def test_a_scenario_without_a_best_action(tmp_path):
    text = item("scenario", "What?\n\n- **Poor:** Stop\n  > A.\n- **Harmful:** Wait\n  > B.\n")

    assert "SCN001" in faults(tmp_path, text)


@pytest.mark.parametrize("rating", ["**Bset:**", "Best:", "**Terrible:**"])
def test_an_unknown_rating(tmp_path, rating):
    text = item("scenario", f"What?\n\n- {rating} Stop\n  > A.\n- **Poor:** Wait\n  > B.\n")

    assert faults(tmp_path, text)["SCN002"][0][0] == line_of(text, "Stop")


RUBRIC = """### Rubric

| Criterion | Weight | 0 | 1 | 2 | 3 | 4 |
|---|---|---|---|---|---|---|
| Fit | 60 | a | b | c | d | e |
| Proof | 40 | a | b | c | d | e |

### Model answer

A good one.
"""


def test_rubric_weights_that_are_not_100(tmp_path):
    text = item("rubric", "Write.\n\n" + RUBRIC.replace("| 40 |", "| 30 |"))

    assert "add up to 90" in faults(tmp_path, text)["RUB001"][0][1]


def test_a_rubric_with_other_columns(tmp_path):
    text = item("rubric", "Write.\n\n" + RUBRIC.replace("| 4 |", "| 5 |"))

    assert "RUB002" in faults(tmp_path, text)


def test_a_rubric_without_a_model_answer(tmp_path):
    text = item("rubric", "Write.\n\n" + RUBRIC.split("### Model")[0])

    assert "RUB003" in faults(tmp_path, text)


def test_a_prompt_without_a_match(tmp_path):
    text = item(
        "matching", "Match.\n\n| Fault | Check |\n|---|---|\n| a | 1 |\n| b |  |\n|  | 3 |\n"
    )

    assert faults(tmp_path, text)["MAT001"][0][0] == line_of(text, "| b |")


def test_matching_without_a_table_of_two_columns(tmp_path):
    none = item("matching", "Match.\n")
    three = item("matching", "Match.\n\n| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n")

    assert "MAT002" in faults(tmp_path / "a", none)
    assert "MAT002" in faults(tmp_path / "b", three)


def test_two_prompts_that_are_alike(tmp_path):
    text = item("matching", "Match.\n\n| F | C |\n|---|---|\n| a | 1 |\n| a | 2 |\n")

    assert "MAT003" in faults(tmp_path, text)


def test_ordering_without_a_numbered_list(tmp_path):
    assert "ORD001" in faults(tmp_path, item("ordering", "Order.\n\n- First\n- Then\n"))


def test_truefalse_in_a_summative_bank(tmp_path):
    text = ITEM.replace("type: single", "type: truefalse").replace("m1.refund", "agent.a02")

    assert "ITM007" in faults(tmp_path, text, "secure")


def test_an_item_block_that_does_not_follow_its_heading(tmp_path):
    text = "## Question\n\nFirst some words.\n\n```item\ntype: single\n```\n\nWhich?\n\n" + CHOICES

    assert faults(tmp_path, text)["ITM001"][0][0] == line_of(text, "```item")


def test_an_item_inside_a_list_is_not_lost_in_silence(tmp_path):
    text = "## Question\n\n- A list\n\n  ```item\n  id: m1.x\n  ```\n"

    assert "ITM001" in faults(tmp_path, text, "body")


def test_a_heading_in_a_bank_without_an_item(tmp_path):
    text = "## Just words\n\nNothing here.\n"

    assert faults(tmp_path, text, "secure")["ITM008"][0][0] == 1


def test_an_item_in_a_module_is_turned_away(tmp_path):
    found = problems_in(tmp_path, files=spoiled("module body", ITEM.replace("m1.refund", "m1.x")))

    assert "ITM009" in {p.code for p in found}


def test_an_item_that_asks_nothing(tmp_path):
    assert "ITM010" in faults(tmp_path, item("single", CHOICES))


@pytest.mark.parametrize("info", ["itme", "Item", "items"])
def test_a_misspelt_info_string(tmp_path, info):
    text = item("single", "Which?\n\n" + CHOICES).replace("```item", f"```{info}")

    found = faults(tmp_path, text, "body")

    assert "Did you mean 'item'?" in found["ITM011"][0][1]


def test_text_after_the_choices_is_not_lost_in_silence(tmp_path):
    text = item("single", f"Which?\n\n{CHOICES}\nSome more words.\n")

    assert faults(tmp_path, text)["ITM012"][0][0] == line_of(text, "more words")


def test_a_part_given_twice(tmp_path):
    text = item("single", f"Which?\n\n{CHOICES}\n### Hint\n\nA.\n\n### Hint\n\nB.\n")

    assert "ITM005" in faults(tmp_path, text)


def test_a_setting_without_effect(tmp_path):
    assert "ITM006" in faults(
        tmp_path, item("single", "Which?\n\n" + CHOICES, settings="unit: EUR\n")
    )


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("level: 5\n", "FM004"),
        ("difficulty: 5\n", "FM004"),
        ("points: 0\n", "FM004"),
        ("form: D\n", "FM004"),
        ("bloom: analise\n", "FM004"),
        ("seconds: soon\n", "FM003"),
        ("checked_on: today\n", "FM003"),
        ("author: nobody@norhaven.example\n", "REF004"),
        ("reviewers: [x]\n", "FM003"),
        ("cell: prats\n", "REF007"),
        ("sources: [nist]\n", "REF002"),
        ("twin: [m1.other]\n", "COV005"),
        ("dificulty: 1\n", "FM002"),
    ],
)
def test_every_setting_is_checked(tmp_path, setting, code):
    assert code in faults(tmp_path, item("single", "Which?\n\n" + CHOICES, settings=setting))


def test_an_unknown_misconception(tmp_path):
    text = item("single", "Which?\n\n" + CHOICES.replace("> No.", "> [M102] No."))

    line, message = faults(tmp_path, text)["REF005"][0]

    assert line == line_of(text, "M102")
    assert "Did you mean 'M101'?" in message


def test_a_bank_keeps_its_good_items_when_one_is_faulty(tmp_path):
    from curriculum.read import read_curriculum

    bad = SECURE_ITEM.replace("a01", "a02").replace("[x]", "[ ]")
    problems_in(tmp_path, files={BANK: file_text("bank", body=f"{SECURE_ITEM}\n{bad}")})

    bank = read_curriculum(tmp_path).banks["bank.agent-operations"]

    assert [item.id for item in bank.items] == ["agent-operations.a01"]


def test_every_type_is_read_as_written():
    boxes = "- [ ] (1) One.\n  > Supported.\n- [x] (2) Two.\n  > [M101] Not supported.\n"
    texts = {
        "highlight": "Tick one.\n\n" + boxes,
        "ordering": "Order.\n\n1. First\n2. Second\n3. Third\n",
        "matching": "Match.\n\n| F | C |\n|---|---|\n| a | 1 |\n| b | 2 |\n|  | 3 |\n",
        "scenario": "What?\n\n- **Best:** Stop\n  > A.\n- **Harmful:** Go\n  > [M101] B.\n",
        "two-tier": "How many?\n\n" + CHOICES + "\n### Reason\n\nBecause:\n\n" + CHOICES,
        "rubric": "Write.\n\n" + RUBRIC,
        "survey": "How sure?\n\n1. Not at all\n2. Very\n",
        "truefalse": "True?\n\n" + CHOICES,
    }
    items = {}
    for type_, text in texts.items():
        lesson, problems = read(item(type_, text))
        assert not problems, (type_, problems)
        items[type_] = lesson.items[0]

    assert [c.right for c in items["highlight"].choices] == [False, True]
    assert items["highlight"].shuffle is False
    assert items["highlight"].choices[0].text == "(1) One."
    assert items["ordering"].ordering == ("First", "Second", "Third")
    assert [(p.prompt, p.match) for p in items["matching"].pairs] == [
        ("a", "1"),
        ("b", "2"),
        ("", "3"),
    ]
    assert [c.rating for c in items["scenario"].choices] == ["best", "harmful"]
    assert items["scenario"].choices[1].misconception == "M101"
    assert items["scenario"].choices[1].text == "Go"
    assert [r.right for r in items["two-tier"].reasons] == [False, True]
    assert items["rubric"].rubric[1].weight == 40
    assert items["rubric"].model_answer == "A good one."
    assert items["survey"].shuffle is False
    assert [c.key for c in items["survey"].choices] == ["a", "b"]


def test_the_key_hash_moves_with_the_key_and_not_with_the_feedback():
    text = item("single", "Which?\n\n" + CHOICES)
    same, other = text.replace("> No.", "> Not so."), text.replace("[x]", "[y]")
    other = text.replace("- [ ] One", "- [x] One").replace("- [x] Two", "- [ ] Two")

    first, second, third = (read(t)[0].items[0] for t in (text, same, other))

    assert first.key_hash == second.key_hash != third.key_hash
    assert first.content_hash != second.content_hash
