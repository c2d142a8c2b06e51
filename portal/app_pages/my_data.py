"""What is recorded about the viewer and why, their time in checks, consent, and all as files."""

import streamlit as st

from portal import clock, loaders
from portal.components.accommodation_card import draw_own_accommodation
from portal.components.consent_card import draw_consent
from portal.components.notices import guarded
from portal.components.recorded_view import draw_recorded, draw_takeout
from portal.services.accommodating import read_own_accommodation
from portal.services.consenting import give_consent, read_own_consent, take_consent_back
from portal.services.takeout import read_own_kinds, take_csv, take_json
from portal.text import _


@guarded
def _give() -> None:
    give_consent(loaders.store(), viewer=loaders.current_viewer(), now=clock.now())


@guarded
def _take_back() -> None:
    take_consent_back(loaders.store(), viewer=loaders.current_viewer(), now=clock.now())


viewer = loaders.current_viewer()
consent = read_own_consent(loaders.store(), viewer=viewer, now=clock.now())
own_time = read_own_accommodation(loaders.store(), viewer=viewer)
kinds = read_own_kinds(loaders.store(), viewer=viewer)

st.title(_("What is recorded about me"), anchor=False)
draw_own_accommodation(own_time)
draw_consent(consent, give=_give, take_back=_take_back)
# A file is made when its button is pressed, outside a run, where nobody's cookie can be read.
draw_takeout(
    as_json=lambda: take_json(loaders.store(), viewer=viewer, now=clock.now()),
    as_csv=lambda: take_csv(loaders.store(), viewer=viewer, now=clock.now()),
)
draw_recorded(kinds)
