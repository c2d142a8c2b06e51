"""Starting a skill check from any page: the deed behind the button, and the way to the check."""

import secrets

import streamlit as st

from portal import clock, loaders
from portal.components.notices import guarded
from portal.components.ways import go_to
from portal.services.checks import start_check
from portal.services.learning import SEED_RANGE
from portal.services.limits import ATTEMPTS, at_most
from portal.services.tracks import choose_start

_STARTED = "check_started"


@guarded
def begin_check(skill: str, starting_track: str | None) -> None:
    """Start the check of a skill, or go on with the open one; a callback.

    `starting_track` names a track that asks where its learner starts: this answers it.
    """
    viewer, catalogue = loaders.current_viewer(), loaders.catalogue()
    attempt_id = start_check(
        loaders.store(),
        viewer=viewer,
        catalogue=catalogue,
        read_item=loaders.item,
        skill=skill,
        seed=secrets.randbelow(SEED_RANGE),
        now=clock.now(),
        limit=at_most(ATTEMPTS, loaders.house().settings.limit_attempts),
    )
    if starting_track is not None:
        choose_start(
            loaders.store(),
            viewer=viewer,
            catalogue=catalogue,
            track_id=starting_track,
            choice="taken",
            now=clock.now(),
        )
    st.session_state[_STARTED] = attempt_id


def go_to_started() -> None:
    """Go to the check that a button of this page has just started; first on such a page."""
    attempt_id = st.session_state.pop(_STARTED, None)
    if attempt_id is not None:
        go_to("check", attempt=str(attempt_id))
