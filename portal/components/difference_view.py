"""What changed in a text: words for settings and items, old beside new for the body."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import streamlit as st

from curriculum.differences import BlockChange, Differences, File, items_of
from curriculum.item_differences import ItemChange, answer_text
from curriculum.model import (
    Activity,
    Block,
    Callout,
    Check,
    Diagram,
    Heading,
    Image,
    Item,
    Link,
    Prose,
    Reveal,
    Tabs,
    Transfer,
)
from portal.components.states import BadgeColor
from portal.text import _, phrase_text, plural

Looks = Mapping[str, tuple[str, BadgeColor, str]]


def _looks() -> Looks:
    return {
        "added": ("add_circle", "green", _("Added")),
        "removed": ("remove_circle", "red", _("Removed")),
        "changed": ("edit", "orange", _("Changed")),
    }


def draw_differences(found: Differences, *, before: File | None, after: File | None) -> None:
    """Draw everything that changed; what stayed the same is folded away, not left out."""
    if found.is_empty:
        st.info(_("Learners would notice no difference."), icon=":material/drag_handle:")
        return
    if found.settings:
        st.markdown(f"**{_('Settings')}**")
        _draw_words(found.settings)
    if found.items:
        st.markdown(f"**{_('Questions')}**")
        for change in found.items:
            _draw_item_change(change, before=before, after=after)
    if any(block.mark != "same" for block in found.blocks):
        st.markdown(f"**{_('Text')}**")
        _draw_blocks(found.blocks)


def _draw_words(words: Sequence[str]) -> None:
    for line in words:
        # Words of authors are shown as they are, not as Markdown.
        st.text(f"\u2022 {phrase_text(line)}")


def _draw_badge(mark: str) -> None:
    icon, color, word = _looks()[mark]
    st.badge(word, icon=f":material/{icon}:", color=color)


def _draw_item_change(change: ItemChange, *, before: File | None, after: File | None) -> None:
    old = next((item for item in items_of(before) if item.id == change.id), None)
    new = next((item for item in items_of(after) if item.id == change.id), None)
    with st.container(border=True):
        with st.container(horizontal=True):
            _draw_badge(change.fate)
            st.markdown(f"`{change.id}`")
            if change.key_changed:
                st.badge(_("Key changed"), icon=":material/key:", color="red")
        _draw_words(change.words)
        label = _("Old and new question") if old and new else _("The question")
        with st.expander(label):
            columns = st.columns(2) if old and new else [st.container()]
            for place, item in zip(columns, [one for one in (old, new) if one], strict=True):
                with place:
                    _draw_item(item)


def _draw_item(item: Item) -> None:
    """Draw a question with its key, with nothing in it to press."""
    st.markdown(f"**{item.title}**\n\n{item.stem}")
    for choice in (*item.choices, *item.reasons):
        right = choice.right or choice.rating == "best"
        icon = "check_circle" if right else "radio_button_unchecked"
        rating = f" ({choice.rating})" if choice.rating else ""
        st.markdown(f":material/{icon}: {choice.text}{rating}\n\n{choice.feedback}")
    for number, step in enumerate(item.ordering, 1):
        st.markdown(f"{number}. {step}")
    for pair in item.pairs:
        st.markdown(f"{pair.prompt} → {pair.match}")
    for answer in item.answers:
        st.markdown(f":material/check_circle: `{answer_text(answer)}`\n\n{answer.feedback}")
    for row in item.rubric:
        st.markdown(f"{row.criterion} ({row.weight:g}): {' · '.join(row.points)}")
    if item.explanation:
        st.markdown(f"*{_('Explanation')}:* {item.explanation}")


def _draw_blocks(blocks: Sequence[BlockChange]) -> None:
    """Draw old beside new; a text that is new from its first word needs one column only."""
    if all(block.mark == "added" for block in blocks):
        with st.container(border=True):
            for block in blocks:
                _draw_block(block.after)
        return
    left, right = st.columns(2)
    left.markdown(_("**Before**"))
    right.markdown(_("**After**"))
    for is_same, group in groupby(blocks, key=lambda block: block.mark == "same"):
        run = list(group)
        if is_same:
            with st.expander(
                plural("{n} part stays as it is", "{n} parts stay as they are", len(run))
            ):
                for block in run:
                    _draw_block(block.after)
        else:
            for block in run:
                _draw_block_change(block)


def _draw_block_change(change: BlockChange) -> None:
    left, right = st.columns(2)
    with left, st.container(border=change.before is not None):
        if change.before is not None:
            _draw_badge("removed" if change.after is None else "changed")
            _draw_block(change.before)
    with right, st.container(border=change.after is not None):
        if change.after is not None:
            _draw_badge("added" if change.before is None else "changed")
            _draw_block(change.after)


def _draw_block(block: Block | None) -> None:
    """Draw a block without anything to press: old and new stand on one page."""
    if isinstance(block, Prose | Callout):
        st.markdown(block.markdown)
    elif isinstance(block, Heading):
        # Only the page itself has headings; a heading of the text is bold here.
        st.markdown(f"**{block.text}**")
    elif isinstance(block, Reveal):
        st.markdown(f"*{block.summary}*")
        for inner in block.blocks:
            _draw_block(inner)
    elif isinstance(block, Tabs):
        for name, blocks in block.tabs:
            st.markdown(f"*{name}*")
            for inner in blocks:
                _draw_block(inner)
    elif block is not None:
        st.text(_block_words(block))


def _block_words(block: Block) -> str:
    """Name a block that would need more than text."""
    if isinstance(block, Check):
        return _("Question {id}").format(id=block.item_id)
    if isinstance(block, Diagram):
        return _("Diagram: {caption}").format(caption=block.caption) + f"\n{block.mermaid}"
    if isinstance(block, Image):
        return _("Picture: {alt}").format(alt=block.alt)
    if isinstance(block, Link):
        return _("Link: {text} ({target})").format(text=block.text, target=block.target)
    if isinstance(block, Transfer):
        return _("Use it tomorrow: {prompt}").format(prompt=block.prompt)
    if isinstance(block, Activity):
        parameters = ", ".join(f"{name}: {value}" for name, value in block.parameters.items())
        return _("Activity {id} ({kind}): {parameters}").format(
            id=block.id, kind=block.kind, parameters=parameters
        )
    return ""
