"""Graded work in a list: its title, how it stands, and the way to it."""

import streamlit as st

from portal.components.ways import go_to
from portal.services.own_work import WorkCard
from portal.text import _, plain, plural


def stand_looks() -> dict[str, tuple[str, str, str]]:
    """Return icon, colour and word of every way that work may stand."""
    return {
        "open": ("radio_button_unchecked", "gray", _("Not handed in")),
        "waiting": ("pending", "orange", _("Being graded")),
        "passed": ("check_circle", "green", _("Passed")),
        "not yet": ("trending_up", "orange", _("Not yet passed")),
        "resting": ("schedule", "orange", _("Not yet passed")),
        "used up": ("trending_up", "orange", _("Not passed")),
    }


def draw_stand(stand: str) -> None:
    """Draw how work stands as a badge with icon and word."""
    icon, color, word = stand_looks()[stand]
    st.badge(word, icon=f":material/{icon}:", color=color)  # type: ignore[arg-type]


def draw_work_card(card: WorkCard, *, key: str) -> None:
    """Draw one piece of work and the button that opens it."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown(f"**{plain(card.title)}**")
            draw_stand(card.stand)
        st.markdown(
            _("Level 4 is given for work that people have seen.")
            + " "
            + plural("{n} person grades it.", "{n} people grade it.", card.markers)
        )
        label = _("Go on writing") if card.has_draft else _("Open the work")
        if st.button(label, key=f"{key}_work_{card.id}", icon=":material/rate_review:"):
            go_to("work", work=card.id)
