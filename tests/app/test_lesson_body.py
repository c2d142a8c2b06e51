"""How the blocks of a lesson are drawn."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    from curriculum.model import Link
    from portal.components.lesson_body import Surroundings, draw_blocks

    link = Link("module", "a3-traces", "Read on")
    around = Surroundings(draw_check=lambda _id: None, read_image=lambda _path: None, glossary={})
    draw_blocks((link, link), around)


def test_a_lesson_may_link_to_the_same_place_twice():
    at = AppTest.from_function(page, default_timeout=30).run()

    assert not at.exception
    assert [one.label for one in at.button] == ["Read on", "Read on"]


def page_with_a_check_twice() -> None:
    import streamlit as st

    from curriculum.model import Check
    from portal.components.lesson_body import Surroundings, draw_blocks

    def draw_check(item_id: str) -> None:
        st.radio("Which?", ["A", "B"], key=item_id)

    check = Check("w3.first")
    around = Surroundings(draw_check=draw_check, read_image=lambda _path: None, glossary={})
    draw_blocks((check, check), around)


def test_a_check_that_stands_twice_in_a_lesson_is_asked_once():
    at = AppTest.from_function(page_with_a_check_twice, default_timeout=30).run()

    assert not at.exception
    assert len(at.radio) == 1
    assert [one.value for one in at.info] == ["This check stands further up in the lesson."]


def page_with_sources() -> None:
    from types import MappingProxyType

    from curriculum.model import Callout, Front, Heading, Lesson, Prose, Reveal
    from portal.components.lesson_body import Surroundings, draw_lesson
    from portal.components.lesson_head import draw_lesson_head

    lesson = Lesson(
        front=Front("m1.more", "More", "lesson/1"),
        minutes=5,
        objectives=(),
        skills=(),
        prerequisites=(),
        blocks=(
            Heading(2, "One", "one"),
            Prose("Sums.[^own]"),
            Callout("warning", "Not this.[^law]"),
            Reveal("More", (Prose("Again.[^own]"),)),
        ),
        items=(),
        footnotes=MappingProxyType(
            {"law": "The [law](https://law.example).\n\nAs amended.", "own": "Our sums."}
        ),
    )
    around = Surroundings(draw_check=lambda _id: None, read_image=lambda _path: None, glossary={})
    draw_lesson_head(lesson, crumb="", number=1, of=1, done=False)
    draw_lesson(lesson, around)


def test_the_numbers_in_a_lesson_lead_to_its_sources_at_the_end():
    at = AppTest.from_function(page_with_sources, default_timeout=30).run()

    assert not at.exception
    said = [one.value for one in at.markdown]
    assert r"Sums.[\[1\]](#sources)" in said
    assert r"Again.[\[1\]](#sources)" in said
    assert [one.value for one in at.warning] == [r"Not this.[\[2\]](#sources)"]
    assert [(one.value, one.anchor) for one in at.header][-1] == ("Sources", "sources")
    law = "The [law](https://law.example).\n\n   As amended."
    assert said[-1] == f"1. Our sums.\n2. {law}"
    assert "- [One](#one)\n- [Sources](#sources)" in said
