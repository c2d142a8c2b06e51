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
