"""The form that writes a correct item into a text."""

import re
from collections.abc import Callable, Mapping

import streamlit as st

from curriculum.item_text import BODIES, NewItem, insert_block, item_text
from curriculum.model import Skill
from portal.text import _

_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


def _type_names() -> Mapping[str, str]:
    return {
        "single": _("One right choice"),
        "multiple": _("Several right choices"),
        "truefalse": _("Right or wrong"),
        "numeric": _("A number"),
        "text": _("A word"),
        "ordering": _("Steps in order"),
        "matching": _("Pairs"),
        "scenario": _("A case with better and worse ways"),
        "highlight": _("Sentences without support"),
        "two-tier": _("An answer and its reason"),
        "rubric": _("A text that people grade"),
        "survey": _("A survey question"),
    }


def draw_new_item(
    text: str,
    *,
    line: int,
    prefix: str,
    skills: Mapping[str, Skill],
    put: Callable[[str, int], None],
) -> None:
    """Draw the form; `put` receives the new text and the line its item starts on."""
    with st.expander(_("Add an item"), icon=":material/add:"):
        names = _type_names()
        type_ = st.selectbox(
            _("Kind"), list(BODIES), format_func=lambda name: names[name], key="new_item_type"
        )
        title = st.text_input(_("Title"), key="new_item_title", max_chars=120)
        name = st.text_input(
            _("Id, unique for ever: small letters, digits and hyphens"),
            key="new_item_id",
            max_chars=40,
        )
        skill = st.selectbox(
            _("Skill"), list(skills), format_func=lambda id_: skills[id_].name, key="new_item_skill"
        )
        cells = skills[skill].cells if skill else {}
        cell = st.selectbox(
            _("Topic"), list(cells), format_func=lambda id_: cells[id_], key="new_item_cell"
        )
        level = st.segmented_control(_("Level"), [1, 2, 3, 4], default=1, key="new_item_level")
        id_ = f"{prefix.removeprefix('bank.').partition('.')[0]}.{name}"
        is_free = _ID.fullmatch(name) is not None and f"id: {id_}\n" not in text
        if name and not is_free:
            st.warning(_("This id is not free, or holds other signs."), icon=":material/error:")
        item = NewItem(id_, type_, skill or "", title, level=level, cell=cell)
        after, starts = insert_block(text, item_text(item), line=line)
        st.button(
            _("Write it into the text"),
            key="new_item_put",
            icon=":material/add:",
            on_click=put,
            args=(after, starts),
            disabled=not is_free,
            help=_("It comes at the end of the section where the cursor stands."),
        )
