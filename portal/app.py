"""The entry script: who is signed in, hence which pages; and the heartbeat of every open tab."""

from pathlib import Path

import streamlit as st

from portal import access, clock, loaders
from portal.access import Viewer
from portal.components.frame import draw_frame
from portal.components.notices import show_notice, told
from portal.services.sessions import keep_session
from portal.text import _

PAGES = Path(__file__).with_name("app_pages")
# Reached by a button or a deep link, not from the sidebar.
HIDDEN = frozenset({"track", "lesson", "check", "result", "preview", "editor"})
ICON = Path(__file__).with_name("components") / "icon.png"


def _page(name: str, title: str, icon: str) -> st.Page:
    return st.Page(
        PAGES / f"{name}.py",
        title=title,
        icon=f":material/{icon}:",
        url_path=name,
        default=name == "home",
        visibility="hidden" if name in HIDDEN else "visible",
    )


def _sections(viewer: Viewer, *, synthetic: bool) -> dict[str, list[st.Page]]:
    learn = [
        _page("home", _("Home"), "home"),
        _page("tracks", _("My tracks"), "route"),
        _page("my_skills", _("My skills"), "query_stats"),
        _page("track", _("Track"), "route"),
        _page("lesson", _("Lesson"), "menu_book"),
        _page("check", _("Skill check"), "quiz"),
        _page("result", _("Result"), "flag"),
    ]
    sections = {_("Learn"): learn}
    if access.may(viewer, "see team figures") or access.may(viewer, "see organisation figures"):
        sections[_("My team")] = [_page("team_growth", _("Team growth"), "groups")]
    if access.may(viewer, "compare programs"):
        sections.setdefault(_("My team"), []).append(
            _page("programs", _("Programs compared"), "balance")
        )
    if access.may(viewer, "read drafts"):
        sections[_("Author")] = [
            _page("lessons", _("Lessons"), "edit_note"),
            _page("preview", _("Preview"), "preview"),
        ]
    if access.may(viewer, "publish lessons"):
        sections[_("Author")].append(_page("editor", _("Editor"), "edit"))
    if access.may(viewer, "see jobs"):
        sections[_("Operations")] = [_page("jobs", _("Background work"), "schedule")]
    if synthetic:
        sections[_("About")] = [_page("tour", _("Tour"), "signpost")]
    return sections


def _doors() -> list[st.Page]:
    """Register every address with the entry page, so that a deep link survives signing in."""
    names = (
        "home", "tracks", "my_skills", "track", "lesson", "check", "result",
        "team_growth", "programs", "lessons", "preview", "editor", "jobs", "tour",
    )  # fmt: skip
    return [
        st.Page(PAGES / "entry.py", title=_("Sign in"), url_path=name, default=name == "home")
        for name in names
    ]


# Without a fragment in its last run the browser does not come back after a restart of the server,
# and the next answers would be lost. The same beat notices a session that ended elsewhere.
@st.fragment(run_every="60s")
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
