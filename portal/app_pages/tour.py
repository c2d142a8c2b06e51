"""A way through the demonstration in ten minutes, by deep links to the places worth seeing."""

import streamlit as st

from portal import access, loaders
from portal.access import Deed
from portal.text import _

STOPS: tuple[tuple[str, str, str, dict[str, str], Deed], ...] = (
    (
        _("Go on where Mara stopped"),
        _("The first page knows the lesson, what is due and how skill stands."),
        "home",
        {},
        "learn",
    ),
    (
        _("A lesson with its checks"),
        _("Answer a check: every option is explained, after answering and never before."),
        "lesson",
        {"module": "w3-thresholds-capacity"},
        "learn",
    ),
    (
        _("Take a skill check"),
        _("Twelve questions. Reload the page in the middle: nothing is lost."),
        "track",
        {"track": "rag"},
        "learn",
    ),
    (
        _("Skill with its error"),
        _("A level is a band, and a change is called one only beyond measurement error."),
        "my_skills",
        {},
        "see own record",
    ),
    (
        _("Growth by team"),
        _("Small teams stay hidden, and what would give them away with them."),
        "team_growth",
        {},
        "see team figures",
    ),
    (
        _("Programs compared"),
        _("One program was drawn by lot and may be compared; the other one may not."),
        "programs",
        {},
        "compare programs",
    ),
    (
        _("The curriculum and its faults"),
        _("Every fault with file and line, a preview as learners see it, and publishing."),
        "lessons",
        {},
        "read drafts",
    ),
)

viewer = loaders.current_viewer()

st.set_page_config(layout="centered")
st.title(_("Tour"))
st.markdown(_("Seven places, ten minutes. Sign out and enter as someone else for the locked ones."))
for number, (title, words, page, query, deed) in enumerate(STOPS, 1):
    with st.container(border=True):
        st.markdown(f"**{number}. {title}**\n\n{words}")
        if access.may(viewer, deed):
            if st.button(_("Go there"), key=f"tour_{page}"):
                st.switch_page(f"app_pages/{page}.py", query_params=query)
        else:
            st.markdown(f":small[:material/lock: {_('Another person sees this page.')}]")
