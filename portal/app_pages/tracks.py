"""Every track: those the learner takes, and those there are besides."""

import streamlit as st

from portal import loaders
from portal.components.states import draw_empty, draw_state
from portal.components.track_card import draw_track_card
from portal.services.tracks import read_tracks
from portal.text import _

viewer = loaders.current_viewer()
cards = read_tracks(loaders.store(), viewer=viewer, catalogue=loaders.catalogue())

st.title(_("My tracks"))
if not cards:
    draw_empty(
        _("Nothing is published yet"),
        _("Your L&D team is preparing the first modules. Come back soon."),
        icon="route",
    )
mine = [card for card in cards if card.assigned]
others = [card for card in cards if not card.assigned]
for card in mine:
    draw_track_card(card, key="tracks", draw_state=draw_state)
if mine and others:
    st.header(_("More to choose from"))
for card in others:
    draw_track_card(card, key="tracks", draw_state=draw_state)
