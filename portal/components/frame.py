"""What surrounds every page: the name, who is signed in, and whether people are invented."""

from pathlib import Path

import streamlit as st

from portal import clock, loaders
from portal.access import Viewer
from portal.components.notices import guarded
from portal.components.redirect import leave_for
from portal.services.sessions import sign_out, sign_out_everywhere
from portal.text import _, plain
from portal.web.sessions import LEAVE


@guarded
def _end_here() -> None:
    """End this session; the address that follows only takes the cookie of what has ended.

    A click comes from our own page, while any page may send a browser to an address.
    """
    sign_out(loaders.store(), token=loaders.session_token(), now=clock.now())
    leave_for(LEAVE)


@guarded
def _end_everywhere() -> None:
    """End every session of the person; the run that follows finds nobody signed in."""
    sign_out_everywhere(loaders.store(), viewer=loaders.current_viewer(), now=clock.now())
    leave_for(LEAVE)


def draw_frame(viewer: Viewer, *, name: str, icon: Path, synthetic: bool) -> None:
    """Draw the sidebar's head and foot."""
    st.logo(str(icon), size="large")
    with st.sidebar:
        with st.popover(plain(viewer.name), icon=":material/account_circle:", width="stretch"):
            st.markdown(
                _("Signed in at {name}. Everything you answered is saved.").format(name=name)
            )
            st.button(
                _("Sign out"),
                key="frame_sign_out",
                icon=":material/logout:",
                on_click=_end_here,
            )
            st.button(
                _("Sign me out everywhere"),
                key="frame_everywhere",
                icon=":material/devices:",
                help=_("Ends your sessions in every browser and on every device."),
                on_click=_end_everywhere,
            )
        if synthetic:
            st.badge(_("Synthetic data"), icon=":material/science:", color="gray")
