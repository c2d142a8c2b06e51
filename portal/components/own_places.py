"""Home of somebody who does not learn here: the pages that are theirs."""

import streamlit as st

from portal.access import Viewer
from portal.components.places import PAGES, is_open_to, places
from portal.text import _


def draw_own_places(viewer: Viewer, *, synthetic: bool) -> None:
    """Draw a link to every page of the sidebar that the viewer may open."""
    own = [
        place
        for place in places(synthetic=synthetic)
        if place.name != "home" and place.deeds and not place.hidden and is_open_to(viewer, place)
    ]
    if not own:
        st.markdown(_("You have no role here yet. Ask the people desk which one should be yours."))
        return
    st.markdown(
        _(
            "Lessons and checks belong to the role employee, which you do not have. "
            "These pages are yours:"
        )
    )
    for place in own:
        st.page_link(PAGES / f"{place.name}.py", label=place.title, icon=f":material/{place.icon}:")
