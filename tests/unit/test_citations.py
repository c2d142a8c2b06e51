"""Footnote marks become numbers, in order of first use, and every number has its source."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from curriculum.citations import cite
from curriculum.model import (
    Callout,
    Diagram,
    Front,
    Heading,
    Image,
    Lesson,
    Prose,
    Reveal,
    Tabs,
    Transfer,
)
from curriculum.parse import lesson_from_json, lesson_to_json, read_file
from tests.unit.curriculum_texts import file_text

ONE, TWO = r"[\[1\]](#sources)", r"[\[2\]](#sources)"
NOTES = {"law": "The law.", "book": "A [book](https://book.example).", "own": "Our sums."}


def lesson(*blocks, notes=NOTES):
    return Lesson(
        front=Front("m1.more", "More", "lesson/1"),
        minutes=5,
        objectives=(),
        skills=(),
        prerequisites=(),
        blocks=blocks,
        items=(),
        footnotes=MappingProxyType(notes),
    )


def shown(markdown, notes=NOTES):
    (block,) = cite(lesson(Prose(markdown), notes=notes)).blocks
    return block.markdown


def test_numbers_follow_the_first_use_and_not_the_order_of_the_definitions():
    cited = cite(lesson(Prose("Sums.[^own]"), Prose("Read it.[^book]")))

    assert [block.markdown for block in cited.blocks] == [f"Sums.{ONE}", f"Read it.{TWO}"]
    assert cited.sources == ("Our sums.", "A [book](https://book.example).")


def test_a_source_that_is_used_again_keeps_its_number():
    assert shown("A.[^own] B.[^law] C.[^own]") == f"A.{ONE} B.{TWO} C.{ONE}"


def test_two_marks_side_by_side_do_not_read_as_one_number():
    assert shown("A.[^own][^law]") == f"A.{ONE}{TWO}"


def test_the_tenth_source_has_a_number_of_two_digits():
    notes = {f"n{n}": f"Source {n}." for n in range(1, 11)}

    assert shown(" ".join(f"[^{name}]" for name in notes), notes).endswith(r" [\[10\]](#sources)")


@pytest.mark.parametrize(
    "markdown",
    [
        "A list in code: `[^law]`.",
        "Two ticks: ``a ` [^law]``.",
        "```\na[^law]\n```",
        "Before\n\n~~~text\na[^law]\n\nb[^law]\n~~~\n\nafter",
        "> ```\n> a[^law]\n> ```",
        "- one\n\n  ```\n  a[^law]\n  ```",
        "Before\n\n    a[^law]",
        "Escaped: \\[^law].",
        "Nobody wrote [^this].",
        "A link: [^law](https://law.example).",
    ],
)
def test_code_escapes_and_unknown_marks_stay_as_written(markdown):
    assert shown(markdown) == markdown


def test_text_around_code_is_cited():
    text = "```\na[^law]\n```\nA.[^law]\n\n    b[^law]\n\nC `[^law]` d.[^book]\n"

    assert shown(text) == (f"```\na[^law]\n```\nA.{ONE}\n\n    b[^law]\n\nC `[^law]` d.{TWO}\n")


def test_a_tick_left_alone_hides_no_mark_of_a_later_paragraph():
    assert shown("A ` tick.\n\nB.[^law]\n\nC ` tick.") == f"A ` tick.\n\nB.{ONE}\n\nC ` tick."


def test_every_kind_of_text_in_a_lesson_is_cited():
    mark = "x[^law]"
    cited = cite(
        lesson(
            Heading(2, mark, "x"),
            Callout("note", mark),
            Reveal(mark, (Prose(mark),)),
            Tabs(((mark, (Prose(mark),)),)),
            Transfer("t", mark, 7),
            Diagram("graph LR", mark),
            Image("a.png", "words", mark),
        )
    )

    assert "[^" not in repr(cited)
    assert repr(cited).count("x[") == 9
    # Nothing can be pressed in a heading, a button or a caption.
    assert cited.blocks[0].text == "x[1]"
    assert cited.blocks[3].tabs == (("x[1]", (Prose(f"x{ONE}"),)),)


def test_a_source_that_points_to_another_one_brings_it_along():
    notes = {"a": "See also.[^b]", "b": "The other, see the first.[^a]"}

    assert cite(lesson(Prose("A.[^a]"), notes=notes)).sources == (
        f"See also.{TWO}",
        f"The other, see the first.{ONE}",
    )


def test_a_source_nobody_points_to_is_not_listed():
    assert cite(lesson(Prose("Plain."))).sources == ()


def test_a_lesson_from_its_stored_form_has_its_sources():
    text = file_text("lesson", body="Words.[^a]\n\n[^a]: A source.\n")
    found = read_file(text, path="curriculum/modules/m1/10-a.md", kind="lesson").value

    stored = lesson_from_json(lesson_to_json(found))

    assert cite(stored).sources == ("A source.",)
    assert cite(replace(stored, footnotes=MappingProxyType({}))).sources == ()
