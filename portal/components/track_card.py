"""A track as a card: whose wish it was, how far it is, and a way in."""

from collections.abc import Callable

import streamlit as st

from portal.services.tracks import TrackCard
from portal.text import _, plural


def draw_track_card(card: TrackCard, *, key: str, draw_state: Callable[[str], None]) -> None:
    """Draw one track; bar and text read the same figure."""
    total = len(card.modules)
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown(f"**{card.track.title}**")
            draw_state(card.state)
        st.markdown(_origin(card))
        words, button = st.columns([3, 1], vertical_alignment="bottom")
        count = _("{done} of {all} modules").format(done=card.modules_done, all=total)
        if card.tested_out:
            count += " · " + plural("{n} tested out", "{n} tested out", card.tested_out)
        words.markdown(count)
        words.progress(card.modules_done / total if total else 0.0)
        label = _("Start") if card.state == "not started" else _("Open")
        if button.button(label, key=f"{key}_track_{card.track.id}", width="stretch"):
            st.switch_page("app_pages/track.py", query_params={"track": card.track.id})


def _origin(card: TrackCard) -> str:
    if card.assigned_by:
        return _("Assigned by {name}").format(name=card.assigned_by)
    return _("You chose this") if card.assigned else card.track.summary
