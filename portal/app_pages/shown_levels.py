"""For managers: the levels of those in the own line who show them, one person at a time."""

import streamlit as st

from portal import clock, loaders
from portal.components.shown_view import draw_levels
from portal.components.states import draw_empty
from portal.services.consenting import find_shown_people, look_at_levels
from portal.text import _

viewer = loaders.current_viewer()
people = {
    person.person_id: person
    for person in find_shown_people(loaders.store(), viewer=viewer, now=clock.now())
}

st.title(_("Levels shown to me"), anchor=False)
st.markdown(
    _(
        "People in your line decide themselves whether you see their levels. "
        "Each look is written down, and they see it."
    )
)
if not people:
    draw_empty(
        _("Nobody shows you their levels"),
        _("Growth of your teams needs no consent: it shows groups, never a person."),
        icon="visibility_off",
        button=_("Team growth"),
        key="shown_levels_growth",
        go=lambda: st.switch_page("app_pages/team_growth.py"),
    )
else:
    chosen = st.selectbox(
        _("Person"),
        list(people),
        index=None,
        format_func=lambda id_: f"{people[id_].name}, {people[id_].team}",
        key="shown_levels_person",
        placeholder=_("Choose somebody"),
    )
    if chosen is not None:
        draw_levels(
            look_at_levels(
                loaders.store(),
                viewer=viewer,
                person_id=chosen,
                catalogue=loaders.catalogue(),
                now=clock.now(),
            )
        )
