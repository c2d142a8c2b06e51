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
