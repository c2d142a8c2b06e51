"""The door for people who are not signed in: personas in a demonstration, else the provider."""

from urllib.parse import quote, urlencode

import streamlit as st

from portal import loaders
from portal.components.buttons import main_button
from portal.components.redirect import leave_for
from portal.services.people import read_personas
from portal.text import _
from portal.web.provider import REFUSED

st.set_page_config(layout="centered")

LOOKS = {
    "employee": ("school", _("Employee"), _("Half way through a track, with a check to take.")),
    "manager": (
        "groups",
        _("Team manager"),
        _("Several teams, two routes, and some groups too small to show."),
    ),
    "author": ("edit_note", _("Author, L&D"), _("The curriculum with its faults, and a preview.")),
    "program_lead": (
        "balance",
        _("Program lead"),
        _("Two programs: one with places drawn by lot, one that people chose."),
    ),
    "administrator": (
        "manage_accounts",
        _("Administrator"),
        _("People, their rights, and a roster to load; no score of anybody."),
    ),
    "auditor": ("policy", _("Auditor"), _("What was done, by whom, and proof that it stands.")),
    "accommodations_officer": (
        "more_time",
        _("Accommodations officer"),
        _("Extra time and breaks in checks, which no manager sees."),
    ),
}

# What the exchange of a sign-in says about why it came to nothing.
AGAIN = _("This sign-in is too old, was used before, or arrived damaged. Please sign in once more.")
REASONS = {
    "unknown": _(
        "The provider knows you, but you are not on the roster of this portal yet. Ask the people "
        "desk to add you, then sign in again."
    ),
    "inactive": _("Your account here is not active. Ask the people desk if it should be."),
    "often": _("You signed in very often within an hour. Wait some minutes, then try again."),
    "stale": AGAIN,
    "used": AGAIN,
    "unreadable": AGAIN,
}

house = loaders.house()
# The address that Streamlit tells has lost its query; without it a deep link would lead nowhere.
query = urlencode(st.query_params.to_dict())
# A browser may say anything here, also what is no address.
path = (st.context.url or "").partition("://")[2].partition("/")[2].partition("?")[0]
came_for = quote(f"/{path}" + (f"?{query}" if query else ""), safe="")

if house.settings.auth == "demo" and house.synthetic:
    st.warning(
        _(
            "**Demonstration with synthetic data.** Every person, team and figure here is "
            "invented. Nothing here is about anybody real."
        ),
        icon=":material/science:",
    )
st.title(_("Learn to work with AI, and see that it helps"))
st.markdown(_("Short lessons on real cases, checks that measure skill, charts that say how sure."))

personas = read_personas(house.store) if house.settings.auth == "demo" else ()
if personas:
    st.header(_("Choose who to be"))
    for first in range(0, len(personas), 2):
        for column, persona in zip(st.columns(2), personas[first : first + 2], strict=False):
            icon, role, sees = LOOKS[persona.role]
            with column, st.container(border=True):
                st.markdown(f"### :material/{icon}: {persona.name}\n{role}\n\n{sees}")
                if st.button(
                    _("Enter as {name}").format(name=persona.name.split()[0]),
                    key=f"entry_{persona.role}",
                    width="stretch",
                ):
                    leave_for(f"/enter?person={persona.person_id}&next={came_for}")
elif house.settings.auth == "demo":
    st.info(
        _("Nobody is here yet. Run `python -m portal demo` to fill this database."),
        icon=":material/person_off:",
    )
else:
    reason = REASONS.get(str(st.context.cookies.get(REFUSED, "")))
    if reason:
        st.warning(reason, icon=":material/person_off:")
    if main_button(_("Sign in"), key="entry_sign_in", icon="login"):
        leave_for(f"/enter?next={came_for}")
