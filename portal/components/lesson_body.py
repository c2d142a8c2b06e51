"""A lesson's blocks drawn with Streamlit's own elements; no HTML of an author reaches the page."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from curriculum.citations import ANCHOR, cite
from curriculum.model import (
    Activity,
    Block,
    Callout,
    Check,
    Diagram,
    Heading,
    Image,
    Lesson,
    Link,
    Prose,
    Reveal,
    Tabs,
    Transfer,
)
from portal.components.activity import draw_loose_activity
from portal.components.transfer_card import draw_loose_transfer
from portal.components.ways import go_to
from portal.text import _

_CALLOUTS: Mapping[str, tuple[Callable[..., object], str]] = {
    "note": (st.info, ":material/info:"),
    "tip": (st.success, ":material/lightbulb:"),
    "important": (st.info, ":material/priority_high:"),
    "warning": (st.warning, ":material/warning:"),
    "caution": (st.error, ":material/report:"),
}
_PAGES = {"lesson": "lesson", "module": "track", "track": "track"}


def open_page(kind: str, target: str) -> None:
    """Go to the page of a lesson, module or track."""
    # A track that the lesson carried along must not outweigh the module that is asked for.
    others = {"track": None} if kind == "module" else {}
    go_to(_PAGES[kind], **others, **{kind: target})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What blocks need besides themselves: how checks are drawn, pictures, the glossary."""

    draw_check: Callable[[str], None]
    read_image: Callable[[str], bytes | None]
    glossary: Mapping[str, str]
    # Where a button in the text leads: kind and id of the place.
    follow: Callable[[str, str], None] = open_page
    # Those who only look keep nothing of what they try.
    draw_activity: Callable[[Activity], None] = draw_loose_activity
    draw_transfer: Callable[[Transfer], None] = draw_loose_transfer
    # How often each link and check was drawn in this run: two that are alike need two keys.
    links: Counter[str] = field(default_factory=Counter)


def draw_lesson(lesson: Lesson, around: Surroundings) -> None:
    """Draw a lesson's blocks and below them its sources, to which the numbers in the text lead."""
    cited = cite(lesson)
    draw_blocks(cited.blocks, around)
    if cited.sources:
        st.header(_("Sources"), anchor=ANCHOR)
        st.markdown("\n".join(map(_listed, range(1, len(cited.sources) + 1), cited.sources)))


def _listed(number: int, text: str) -> str:
    """Put a text into a numbered list; its further lines stay in its entry."""
    mark = f"{number}. "
    return mark + text.strip().replace("\n", "\n" + " " * len(mark))


def draw_blocks(blocks: tuple[Block, ...], around: Surroundings) -> None:
    """Draw blocks in order."""
    for block in blocks:
        _DRAWERS[type(block)](block, around)


def headings(blocks: tuple[Block, ...]) -> tuple[Heading, ...]:
    """Return the headings of level two, for "On this page"."""
    return tuple(block for block in blocks if isinstance(block, Heading) and block.level == 2)


def _draw_heading(block: Heading, _around: Surroundings) -> None:
    if block.level == 2:
        st.header(block.text, anchor=block.anchor)
    else:
        st.subheader(block.text, anchor=block.anchor)


def _draw_prose(block: Prose, _around: Surroundings) -> None:
    st.markdown(block.markdown)


def _draw_callout(block: Callout, _around: Surroundings) -> None:
    draw, icon = _CALLOUTS[block.kind]
    draw(block.markdown, icon=icon)


def _draw_diagram(block: Diagram, _around: Surroundings) -> None:
    st.markdown(f"```mermaid\n{block.mermaid}\n```")
    st.markdown(f":small[{_('Diagram:')} {block.caption}]")


def _draw_image(block: Image, around: Surroundings) -> None:
    body = around.read_image(block.path)
    if body is None:
        st.info(_("Picture: {alt}").format(alt=block.alt), icon=":material/image:")
    else:
        st.image(body, caption=block.title or None, alt=block.alt)


def _draw_check(block: Check, around: Surroundings) -> None:
    _draw_check_once(block.item_id, around)


def _draw_check_once(item_id: str, around: Surroundings) -> None:
    """Draw a check where it comes first: its answer is one, so its widgets are too."""
    key = f"lesson_check_{item_id}"
    around.links[key] += 1
    if around.links[key] == 1:
        around.draw_check(item_id)
    else:
        st.info(_("This check stands further up in the lesson."), icon=":material/quiz:")


def _draw_link(block: Link, around: Surroundings) -> None:
    if block.kind == "term":
        with st.popover(block.text, icon=":material/book_2:"):
            st.markdown(around.glossary.get(block.target, ""))
        return
    if block.kind == "item":
        _draw_check_once(block.target, around)
        return
    key = f"lesson_link_{block.kind}_{block.target}_{block.text}"
    around.links[key] += 1
    pressed = st.button(
        block.text, key=f"{key}_{around.links[key]}", icon=":material/arrow_forward:"
    )
    if pressed:
        around.follow(str(block.kind), block.target)


def _draw_reveal(block: Reveal, around: Surroundings) -> None:
    with st.expander(block.summary):
        draw_blocks(block.blocks, around)


def _draw_tabs(block: Tabs, around: Surroundings) -> None:
    shown = st.tabs([name for name, _blocks in block.tabs])
    for tab, (_name, blocks) in zip(shown, block.tabs, strict=True):
        with tab:
            draw_blocks(blocks, around)


def _draw_transfer(block: Transfer, around: Surroundings) -> None:
    around.draw_transfer(block)


def _draw_activity(block: Activity, around: Surroundings) -> None:
    around.draw_activity(block)


_DRAWERS: Mapping[type, Callable[[Any, Surroundings], None]] = {
    Heading: _draw_heading,
    Prose: _draw_prose,
    Callout: _draw_callout,
    Diagram: _draw_diagram,
    Image: _draw_image,
    Check: _draw_check,
    Link: _draw_link,
    Reveal: _draw_reveal,
    Tabs: _draw_tabs,
    Transfer: _draw_transfer,
    Activity: _draw_activity,
}
