"""What the portal does in the background: what ran, runs, waits, and failed with its reason."""

import streamlit as st

from portal import clock, loaders
from portal.components.job_list import draw_jobs
from portal.components.notices import guarded
from portal.components.states import draw_empty
from portal.services.jobs import read_jobs, try_again
from portal.text import _


@guarded
def again(job_id: int) -> None:
    """Let a failed job wait for its turn again."""
    try_again(loaders.store(), viewer=loaders.current_viewer(), job_id=job_id, now=clock.now())


@st.fragment(run_every="5s")
def draw_now() -> None:
    """Draw the list as it stands at this moment."""
    found = read_jobs(loaders.store(), viewer=loaders.current_viewer())
    if not found.jobs:
        draw_empty(
            _("Nothing was done in the background yet"),
            _("Comparisons and statistics are computed here by themselves when results come in."),
            icon="schedule",
        )
        return
    draw_jobs(found, again=again)


st.title(_("Background work"))
st.markdown(
    _("What takes longer than a click is done here, one after the other. The page renews itself.")
)
draw_now()
