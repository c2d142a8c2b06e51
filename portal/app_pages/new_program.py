"""A new program: for whom, by which frozen plan, what it could detect, and who gets which route."""

import streamlit as st

from portal import clock, loaders
from portal.components.program_form import KEY, draw_form
from portal.components.program_sheet import draw_sheet
from portal.components.states import draw_empty
from portal.components.ways import number_in_address
from portal.services.planning import read_planned, read_unit_choices
from portal.text import _, plain

st.set_page_config(layout="centered")

viewer = loaders.current_viewer()
planned = {one.program.id: one for one in read_planned(loaders.store(), viewer=viewer)}

st.title(_("Run a program"))
names = {0: _("A new program")} | {id_: one.program.name for id_, one in planned.items()}
made = st.session_state.pop(f"{KEY}_made", None)
if made is None and f"{KEY}_chosen" not in st.session_state:
    made = number_in_address("program")
if made in planned:
    st.session_state[f"{KEY}_chosen"] = made
chosen = 0
if planned:
    chosen = int(
        st.selectbox(_("Program"), list(names), format_func=names.__getitem__, key=f"{KEY}_chosen")
    )
else:
    draw_empty(
        _("No program is planned yet"),
        _("Say below for whom, on what and when; then freeze its plan and give the places."),
        icon="event_upcoming",
    )
if chosen in planned:
    st.header(plain(planned[chosen].program.name))
    draw_sheet(planned[chosen])
else:
    draw_form(read_unit_choices(loaders.store(), viewer=viewer, now=clock.now()))
