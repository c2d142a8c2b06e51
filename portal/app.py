"""The entry script: who is signed in, hence which pages; and the heartbeat of every open tab."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from portal import access, clock, loaders
from portal.access import Deed, Viewer
from portal.components.frame import draw_frame
from portal.components.notices import note_stranger, show_notice, told
from portal.components.places import PAGES, Place, is_open_to, places
from portal.services.sessions import keep_session
from portal.text import _

ICON = Path(__file__).with_name("components") / "icon.png"


def _page(script: Path | Callable[[], None], place: Place, *, hidden: bool) -> st.Page:
    return st.Page(
        script,
        title=place.title,
        icon=f":material/{place.icon}:",
        url_path=place.name,
        default=place.name == "home",
        visibility="hidden" if hidden else "visible",
    )


def _refuse(viewer: Viewer, deed: Deed) -> None:
    """Say which role a page needs, and lead home: on a phone the menu is out of sight."""
    with told():
        access.require(viewer, deed)
    st.page_link(PAGES / "home.py", label=_("Go to Home"), icon=":material/home:")


def _sections(viewer: Viewer, *, synthetic: bool) -> dict[str, list[st.Page]]:
    """Return the viewer's pages; a link to another one says which role it needs."""
    sections: dict[str, list[st.Page]] = {}
    refused = []
    for place in places(synthetic=synthetic):
        if is_open_to(viewer, place):
            page = _page(PAGES / f"{place.name}.py", place, hidden=place.hidden)
            sections.setdefault(place.section, []).append(page)
        else:
            refuse = partial(_refuse, viewer, place.deeds[0])
            refused.append(_page(refuse, place, hidden=True))
    sections[_("Learn")] += refused
    return sections


def _doors() -> list[st.Page]:
    """Register every address with the entry page, so that a deep link survives signing in."""
    return [
        st.Page(
            PAGES / "entry.py",
            title=_("Sign in"),
            url_path=place.name,
            default=place.name == "home",
        )
        for place in places(synthetic=True)
    ]


# Without a fragment in its last run the browser does not come back after a restart of the server,
# and the next answers would be lost. The same beat notices a session that ended elsewhere.
@st.fragment(run_every="60s")
@told()
def heartbeat(person_id: int | None) -> None:
    """Rerun the whole page once the person behind it is no longer the same."""
    viewer = loaders.find_current_viewer()
    if (viewer.person_id if viewer else None) != person_id:
        st.rerun(scope="app")


def main() -> None:
    """Draw the page that was asked for."""
    with told():
        house = loaders.house()
        st.set_page_config(page_title=house.settings.name, layout="wide")
        viewer = loaders.find_current_viewer()
        if viewer is None:
            note_stranger()
            st.navigation(_doors(), position="hidden").run()
        else:
            # A picture is media, and media are closed to strangers.
            st.set_page_config(page_icon=str(ICON))
            keep_session(house.store, token=loaders.session_token(), now=clock.now())
            page = st.navigation(_sections(viewer, synthetic=house.synthetic))
            draw_frame(viewer, name=house.settings.name, icon=ICON, synthetic=house.synthetic)
            show_notice()
            with told():
                page.run()
        heartbeat(viewer.person_id if viewer else None)


main()
