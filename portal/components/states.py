"""Empty pages and small states: what is missing, and the one thing to do next."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from portal.components.buttons import main_button
from portal.text import _

BadgeColor = Literal["red", "orange", "blue", "green", "gray"]


def state_looks() -> dict[str, tuple[str, BadgeColor, str]]:
    """Return icon, colour and word of every learning state."""
    return {
        "done": ("check_circle", "green", _("Done")),
        "tested out": ("verified", "green", _("Tested out")),
        "in progress": ("pending", "orange", _("In progress")),
        "not started": ("radio_button_unchecked", "gray", _("Not started")),
        "locked": ("lock", "gray", _("Locked")),
    }


def draw_state(state: str) -> None:
    """Draw a learning state as a badge with icon and word."""
    icon, color, word = state_looks()[state]
    st.badge(word, icon=f":material/{icon}:", color=color)


def draw_empty(
    title: str,
    sentence: str,
    *,
    icon: str,
    button: str = "",
    key: str = "",
    go: Callable[[], None] | None = None,
) -> None:
    """Draw a card that says what is missing and offers one way on."""
    with st.container(border=True):
        st.markdown(f"## :gray[:material/{icon}:]\n**{title}**\n\n{sentence}")
        if button and go is not None and main_button(button, key=key, icon="arrow_forward"):
            go()
