"""Empty pages and small states: what is missing, and the one thing to do next."""

from collections.abc import Callable

import streamlit as st

from portal.components.buttons import main_button
from portal.text import _

STATE_LOOKS = {
    "done": ("check_circle", "green", lambda: _("Done")),
    "in progress": ("pending", "orange", lambda: _("In progress")),
    "not started": ("radio_button_unchecked", "gray", lambda: _("Not started")),
    "locked": ("lock", "gray", lambda: _("Locked")),
}


def draw_state(state: str) -> None:
    """Draw a learning state as a badge with icon and word."""
    icon, color, word = STATE_LOOKS[state]
    st.badge(word(), icon=f":material/{icon}:", color=color)


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
