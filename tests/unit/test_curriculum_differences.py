"""What a reviewer is told of a changed text: item by item in words, block by block as drawn."""

import time
from itertools import chain

import pytest

from curriculum.differences import block_changes, differences
from curriculum.item_differences import item_changes, key_choices_open_to
from curriculum.item_text import BODIES, NewItem, item_text
from curriculum.model import Check, Heading, Prose
from curriculum.parse import read_file
from curriculum.phrases import Joined
from tests.unit.curriculum_texts import loose_words

HEAD = """\
---
schema: lesson/1
id: m1.limits
title: Limits of an agent
owner: ada@norhaven.example
status: published
minutes: 5
objectives:
  - {text: Explain what a limit is for, bloom: understand, skill: agent-operations}
skills: [agent-operations]
---

# Limits of an agent

Some words about limits.

"""
TRACK = """\
---
schema: track/1
id: agents
title: Agents
owner: ada@norhaven.example
status: published
summary: From prompt to process.
modules: [m1, m2]
---

# Agents

Some words.
"""

RATINGS = {"best", "acceptable", "poor", "harmful"}


def lesson(body):
    return read_file(HEAD + body, path="curriculum/modules/m1/10-limits.md", kind="lesson").value


def block(type_):
    return item_text(NewItem("m1.one", type_, "agent-operations", "One"))


def change(type_, *swaps):
    """What is told of an item of a type when parts of its text are swapped."""
    text = block(type_)
    newer = text
    for old, new in swaps:
        assert old in newer
        newer = newer.replace(old, new)
    (found,) = item_changes(lesson(text).items, lesson(newer).items)
    return found


MOVE_KEY = (("- [x] The right", "- [ ] The right"), ("- [ ] A wrong", "- [x] A wrong"))


@pytest.mark.parametrize("type_", BODIES)
def test_an_item_that_stayed_as_it_was_is_not_mentioned(type_):
    assert item_changes(lesson(block(type_)).items, lesson(block(type_)).items) == ()


@pytest.mark.parametrize("type_", BODIES)
def test_a_new_item_and_one_that_is_gone_are_named(type_):
    (added,) = item_changes((), lesson(block(type_)).items)
    (removed,) = item_changes(lesson(block(type_)).items, ())

    assert (added.id, added.fate) == ("m1.one", "added")
    assert (removed.id, removed.fate) == ("m1.one", "removed")


@pytest.mark.parametrize(
    ("type_", "swaps", "words"),
    [
        ("single", MOVE_KEY, ("key changed: B → A",)),
        ("multiple", [("- [x] Another", "- [ ] Another")], ("key changed: B, C → B",)),
        ("truefalse", [("[x] True", "[ ] True"), ("[ ] False", "[x] False")],
         ("key changed: A → B",)),
        ("numeric", [("± 0.5", "± 1")], ("tolerance 0.5 → 1",)),
        ("numeric", [("75 ± 0.5", "80 ± 0.5")], ("answer changed: 75 ± 0.5 → 80 ± 0.5",)),
        ("numeric", [("(50%)", "(25%)")], ("credit of 72 50% → 25%",)),
        ("text", [("the exact word", "the other word")],
         ("answer changed: 'the exact word' → 'the other word'",)),
        ("text", [("term)/i", "term)/")], ("/another (word|term)/ minds the case",)),
        ("ordering", [("1. The first step\n2. The second step", "1. The second step\n"
          "2. The first step")], ("key changed: steps in another order",)),
        ("ordering", [("3. The third step", "3. The very third step")], ("step 3 reworded",)),
        ("ordering", [("3. The third step", "3. The third step\n4. Something else entirely")],
         ("step 4 added: Something else entirely",)),
        ("matching", [("| The first part | The first job |", "| The first part | Another |")],
         ("key changed: The first part: The first job → Another",)),
        ("matching", [("|  | A job that nobody here has |\n", "")],
         ("distractor removed: A job that nobody here has",)),
        ("scenario", [("**Poor:** A thing", "**Harmful:** A thing")],
         ("key changed: action C poor → harmful",)),
        ("highlight", [("[x] The second", "[ ] The second"), ("[ ] The third", "[x] The third")],
         ("key changed: B → C",)),
        ("two-tier", MOVE_KEY, ("key changed: B → A",)),
        ("two-tier", [("[x] The reason", "[ ] The reason"), ("[ ] A reason", "[x] A reason")],
         ("key of the reason changed: A → B",)),
        ("rubric", [("| 60 |", "| 70 |"), ("| 40 |", "| 30 |")],
         ("weight of The first criterion 60 → 70", "weight of The second criterion 40 → 30")),
        ("rubric", [("| 60 | missing |", "| 60 | nothing |")],
         ("points 0 of The first criterion reworded",)),
        ("rubric", [("earns all points", "earns every point")], ("model answer changed",)),
        ("survey", [("- Very sure", "- Very sure\n- I cannot tell at all")],
         ("answer D added: I cannot tell at all",)),
    ],
)  # fmt: skip
def test_a_changed_key_is_told_in_the_words_of_its_type(type_, swaps, words):
    told = change(type_, *swaps).words

    assert told == words
    assert (
        not loose_words(Joined(told))
        - loose_words(" ".join(chain([block(type_)], *swaps)))
        - RATINGS
    )


@pytest.mark.parametrize("type_", BODIES)
def test_a_changed_question_is_told_and_leaves_the_key_alone(type_):
    stem = BODIES[type_].split("\n")[0]

    found = change(type_, (stem, f"In case 7: {stem}"))

    assert found.words == ("stem changed",)
    assert not found.key_changed


@pytest.mark.parametrize(
    ("swaps", "words"),
    [
        ([("  > Say why it is right.\n", "")], "feedback removed from choice B"),
        ([("Say why it is right", "Say it")], "feedback changed of choice B"),
        ([("  > Say why", "  > Tell why")], "feedback changed of 2 choices"),
        ([("> Say why it is wrong", "> [M101] Say why it is wrong")],
         "misconception of choice A none → M101"),
        ([("- [ ] Another choice with a reason behind it.\n", "")],
         "choice C removed: Another choice with a reason behind it."),
        ([("type: single", "type: multiple")], "type changed: single → multiple"),
        ([("skill: agent-operations", "skill: agent-operations\nlevel: 3")], "level none → 3"),
        ([("## One", "## Another one")], "title changed: One → Another one"),
        ([("about as long as the others", "nearly as long as the others")], "choice B reworded"),
        ([("Another choice with a reason behind it.",
           "Other choices with reasons behind them, too.")], "choice C reworded"),
    ],
)  # fmt: skip
def test_everything_else_of_an_item_is_told_too(swaps, words):
    told = change("single", *swaps).words

    assert any(words in one for one in told)
    assert not loose_words(Joined(told)) - loose_words(" ".join(chain([block("single")], *swaps)))


def test_feedback_that_was_written_later_is_counted():
    bare = block("single").replace("  > Say why it is right.\n", "")
    bare = bare.replace("  > Say what follows from it in this case.\n", "")

    (found,) = item_changes(lesson(bare).items, lesson(block("single")).items)

    assert found.words == ("feedback added to 2 choices",)


def test_letters_that_moved_leave_no_way_to_correct_old_answers():
    moved = change("single", ("- [ ] A wrong choice that somebody with a mistaken belief would take"
                              ".\n  > Say why it is wrong in this case.\n", ""))  # fmt: skip
    stayed = change("single", *MOVE_KEY)

    assert moved.key_changed
    assert moved.positions_moved
    assert set(key_choices_open_to(moved)) == {"new revision"}
    assert set(key_choices_open_to(stayed)) == {"correction", "new revision"}


@pytest.mark.parametrize("type_", ["ordering", "matching"])
def test_steps_or_pairs_in_other_places_cannot_be_scored_by_the_new_key(type_):
    first, second = {
        "ordering": ("The first step", "The second step"),
        "matching": ("| The first part | The first job |", "| The second part | The second job |"),
    }[type_]

    found = change(type_, (first, "@"), (second, first), ("@", second))

    assert found.positions_moved


def test_a_lesson_is_told_block_by_block():
    before = lesson("First words here.\n\n## One case\n\nTold at length.\n")
    after = lesson("First words there.\n\n## One case\n\n> [!NOTE]\n> Mind this.\n")

    found = differences(before, after)

    marks = [one.mark for one in found.blocks]
    assert marks == ["same", "changed", "same", "added", "removed"]
    assert found.settings == ()


def test_a_check_whose_item_changed_is_marked_in_the_body():
    before = lesson("Words.\n\n" + block("single"))
    after = lesson(
        "Words.\n\n" + block("single").replace("Write the question", "Read the question")
    )

    found = differences(before, after)

    assert [(type(one.after), one.mark) for one in found.blocks if one.mark != "same"] == [
        (Check, "changed")
    ]


def test_a_new_lesson_is_new_from_its_first_word():
    found = differences(None, lesson("Words.\n\n" + block("single")))

    assert {one.mark for one in found.blocks} == {"added"}
    assert [one.fate for one in found.items] == ["added"]


def test_the_same_text_has_no_differences():
    assert differences(lesson(block("single")), lesson(block("single"))).is_empty


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("minutes: 5", "minutes: 7", "minutes 5 → 7"),
        ("status: published", "status: retired", "status published → retired"),
        ("skills: [agent-operations]", "skills: [agent-operations, ai-sense]",
         "skills: ai-sense added"),
        ("text: Explain what", "text: Describe what",
         "objective added: Describe what a limit is for"),
        ("title: Limits of an agent", "title: Limits", "title Limits of an agent → Limits"),
    ],
)  # fmt: skip
def test_settings_are_told_in_words(old, new, words):
    before = read_file(HEAD, path="x.md", kind="lesson").value
    after = read_file(HEAD.replace(old, new), path="x.md", kind="lesson").value

    assert words in differences(before, after).settings


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        ("[m1, m2, m3]", ("modules: m3 added",)),
        ("[m2, m1]", ("modules in another order",)),
        ("[m3]", ("modules: m3 added", "modules: m1, m2 removed")),
    ],
)
def test_a_track_tells_which_modules_came_and_went(modules, words):
    before = read_file(TRACK, path="x.md", kind="track").value
    newer = TRACK.replace("[m1, m2]", modules)
    after = read_file(newer, path="x.md", kind="track").value

    assert differences(before, after).settings == words


def test_files_of_two_kinds_are_not_compared():
    track = read_file(TRACK, path="x.md", kind="track").value

    with pytest.raises(ValueError, match="cannot become"):
        differences(lesson(""), track)


def test_only_the_paragraph_that_changed_is_marked():
    code = "```python\none = 1\n\ntwo = 2\n```"
    before = (Prose(f"First one.\n\n{code}\n\nLast one."),)
    after = (Prose(f"First one.\n\n{code}\n\nLast ones."),)

    found = block_changes(before, after)

    assert [(one.mark, one.after) for one in found] == [
        ("same", Prose("First one.")),
        ("same", Prose(code)),
        ("changed", Prose("Last ones.")),
    ]


def test_blocks_keep_the_order_of_both_sides():
    before = (Heading(2, "One", "one"), Prose("Alpha beta gamma."), Prose("Delta."))
    after = (Prose("Something new entirely!"), Heading(2, "One", "one"), Prose("Alpha beta gamme."))

    found = block_changes(before, after)

    assert [one.before for one in found if one.before is not None] == list(before)
    assert [one.after for one in found if one.after is not None] == list(after)
    assert [one.mark for one in found] == ["added", "same", "changed", "removed"]


def test_long_texts_written_anew_are_compared_in_no_time():
    old = "\n".join(f"word{n} of a text that goes on and on" for n in range(300))
    new = "\n".join(f"another{n} phrase which says nothing alike" for n in range(300))
    paragraphs = [Prose(f"Paragraph {n} with some words on agents and limits.") for n in range(300)]
    anew = [Prose(f"Absatz {n}, ganz anders geschrieben als der vorige Text.") for n in range(300)]
    started = time.process_time()

    marks = [
        [one.mark for one in block_changes(*sides)]
        for sides in (
            ([Prose(old)], [Prose(new)]),
            ([Prose(old)], [Prose(f"{old}\nand one line more")]),
            (paragraphs, anew),
        )
    ]

    assert time.process_time() - started < 1
    assert marks[:2] == [["added", "removed"], ["changed"]]
    assert {*marks[2]} == {"added", "removed"}
