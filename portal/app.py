"""The entry script: who is signed in, hence which pages; and the heartbeat of every open tab."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from portal import access, clock, loaders
from portal.access import Deed, Viewer
from portal.components.frame import draw_frame
from portal.components.notices import note_stranger, show_notice, told
from portal.services.sessions import keep_session
from portal.text import _

PAGES = Path(__file__).with_name("app_pages")
ICON = Path(__file__).with_name("components") / "icon.png"


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its section and words in the sidebar, and the deeds any one of which opens it."""

    section: str
    name: str
    title: str
    icon: str
    deeds: tuple[Deed, ...] = ()
    # Reached by a button or a deep link, not from the sidebar.
    hidden: bool = False


def _places(*, synthetic: bool) -> tuple[Place, ...]:
    learn, team, author = _("Learn"), _("My team"), _("Author")
    figures: tuple[Deed, ...] = ("see team figures", "see organisation figures")
    places = (
        Place(learn, "home", _("Home"), "home"),
        Place(learn, "tracks", _("My tracks"), "route"),
        Place(learn, "my_skills", _("My skills"), "query_stats"),
        Place(learn, "my_data", _("My data"), "shield_person"),
        Place(learn, "track", _("Track"), "route", hidden=True),
        Place(learn, "lesson", _("Lesson"), "menu_book", hidden=True),
        Place(learn, "check", _("Skill check"), "quiz", hidden=True),
        Place(learn, "result", _("Result"), "flag", hidden=True),
        Place(learn, "work", _("Graded work"), "rate_review", hidden=True),
        Place(team, "team_growth", _("Team growth"), "groups", figures),
        Place(team, "shown_levels", _("Levels shown to me"), "visibility", ("see team figures",)),
        Place(team, "programs", _("Programs compared"), "balance", ("compare programs",)),
        Place(team, "places", _("Give places"), "how_to_reg", ("give places",)),
        Place(team, "new_program", _("Run a program"), "event_upcoming", ("run programs",)),
        Place(team, "own_data", _("Check your own data"), "upload_file", ("compare programs",)),
        Place(team, "simulation", _("What choosing does"), "science", ("compare programs",)),
        Place(author, "lessons", _("Lessons"), "edit_note", ("read drafts",)),
        Place(author, "reviews", _("Reviews"), "rate_review", ("read drafts", "waive approval")),
        Place(author, "to_grade", _("To grade"), "grading", ("grade work",)),
        Place(author, "items", _("Questions"), "insights", ("read drafts",)),
        Place(author, "grade", _("Grade"), "grading", ("grade work",), hidden=True),
        Place(author, "corrections", _("Corrections"), "rule", ("approve secure items",)),
        Place(author, "versions", _("Versions"), "history", ("read drafts",), hidden=True),
        Place(author, "preview", _("Preview"), "preview", ("read drafts",), hidden=True),
        Place(author, "editor", _("Editor"), "edit", ("publish lessons",), hidden=True),
        Place(_("Operations"), "audit", _("Audit trail"), "policy", ("read the audit trail",)),
        Place(
            author,
            "imports",
            _("Import questions"),
            "upload_file",
            ("publish lessons",),
            hidden=True,
        ),
        Place(_("Operations"), "people", _("People"), "manage_accounts", ("manage people",)),
        Place(
            _("Operations"),
            "accommodations",
            _("Extra time"),
            "more_time",
            ("set accommodations",),
        ),
        Place(_("Operations"), "jobs", _("Background work"), "schedule", ("see jobs",)),
    )
    tour = Place(_("About"), "tour", _("Tour"), "signpost")
    return (*places, tour) if synthetic else places


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
    for place in _places(synthetic=synthetic):
        if not place.deeds or any(access.may(viewer, deed) for deed in place.deeds):
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
        for place in _places(synthetic=True)
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
