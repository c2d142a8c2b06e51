"""The form that writes a correct item into a text."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from curriculum.item_text import BODIES, NewItem, insert_block, item_text
from curriculum.model import Skill
from portal.access import Refused
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
    prefix: str,
    skills: Mapping[str, Skill],
    change: Callable[[Callable[[str, int], tuple[str, int]]], None],
) -> None:
    """Draw the form; `change` is given what puts the item into a text, at the cursor's line."""
    with st.expander(_("Add an item"), icon=":material/add:"):
        names = _type_names()
        st.selectbox(
            _("Kind"), list(BODIES), format_func=lambda name: names[name], key="new_item_type"
        )
        st.text_input(_("Title"), key="new_item_title", max_chars=120)
        name = st.text_input(
            _("Id, unique for ever: small letters, digits and hyphens"),
            key="new_item_id",
            max_chars=40,
        )
        skill = st.selectbox(
            _("Skill"), list(skills), format_func=lambda id_: skills[id_].name, key="new_item_skill"
        )
        cells = skills[skill].cells if skill else {}
        st.selectbox(
            _("Topic"), list(cells), format_func=lambda id_: cells[id_], key="new_item_cell"
        )
        st.segmented_control(_("Level"), [1, 2, 3, 4], default=1, key="new_item_level")
        is_free = _is_free(name, prefix=prefix, text=text)
        if name and not is_free:
            st.warning(_("This id is not free, or holds other signs."), icon=":material/error:")
        st.button(
            _("Write it into the text"),
            key="new_item_put",
            icon=":material/add:",
            on_click=change,
            args=(partial(_with_item, prefix=prefix),),
            disabled=not is_free,
            help=_("It comes at the end of the section where the cursor stands."),
        )


def _with_item(text: str, line: int, *, prefix: str) -> tuple[str, int]:
    """Put the item of the form into a text, as the form stands at the click."""
    name = _given("id", "")
    if not _is_free(name, prefix=prefix, text=text):
        raise Refused("This id is not free, or holds other signs.")
    item = NewItem(
        _full_id(name, prefix=prefix),
        _given("type", "single"),
        _given("skill", ""),
        _given("title", ""),
        level=_given("level", None),
        cell=_given("cell", None),
    )
    return insert_block(text, item_text(item), line=line)


def _given(field: str, otherwise: Any) -> Any:  # noqa: ANN401
    return st.session_state.get(f"new_item_{field}") or otherwise


def _full_id(name: str, *, prefix: str) -> str:
    return f"{prefix.removeprefix('bank.').partition('.')[0]}.{name}"


def _is_free(name: str, *, prefix: str, text: str) -> bool:
    is_id = _ID.fullmatch(name) is not None
    return is_id and f"id: {_full_id(name, prefix=prefix)}\n" not in text
