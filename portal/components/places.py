"""Every page of the portal: where it stands in the sidebar, and who may open it."""

from dataclasses import dataclass
from pathlib import Path

from portal import access
from portal.access import Deed, Viewer
from portal.text import _

PAGES = Path(__file__).parents[1] / "app_pages"


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


def places(*, synthetic: bool) -> tuple[Place, ...]:
    """Return every page of the portal, in the order of the sidebar."""
    learn, team, author = _("Learn"), _("My team"), _("Author")
    figures: tuple[Deed, ...] = ("see team figures", "see organisation figures")
    found = (
        Place(learn, "home", _("Home"), "home"),
        Place(learn, "tracks", _("My tracks"), "route", ("learn",)),
        Place(learn, "my_skills", _("My skills"), "query_stats", ("learn",)),
        Place(learn, "my_data", _("My data"), "shield_person", ("see own record",)),
        Place(learn, "track", _("Track"), "route", ("learn",), hidden=True),
        Place(learn, "lesson", _("Lesson"), "menu_book", ("learn",), hidden=True),
        Place(learn, "check", _("Skill check"), "quiz", ("learn",), hidden=True),
        Place(learn, "result", _("Result"), "flag", ("see own record",), hidden=True),
        Place(learn, "work", _("Graded work"), "rate_review", ("learn",), hidden=True),
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
    return (*found, tour) if synthetic else found


def is_open_to(viewer: Viewer, place: Place) -> bool:
    """Say whether the viewer may open a page."""
    return not place.deeds or any(access.may(viewer, deed) for deed in place.deeds)
