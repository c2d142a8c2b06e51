"""What surrounds every page: the name, who is signed in, and whether people are invented."""

from pathlib import Path

import streamlit as st

from portal.access import Viewer
from portal.components.redirect import leave_for
from portal.text import _, plain


def draw_frame(viewer: Viewer, *, name: str, icon: Path, synthetic: bool) -> None:
    """Draw the sidebar's head and foot."""
    st.logo(str(icon), size="large")
    with st.sidebar:
        with st.popover(plain(viewer.name), icon=":material/account_circle:", width="stretch"):
            st.markdown(
                _("Signed in at {name}. Everything you answered is saved.").format(name=name)
            )
            if st.button(_("Sign out"), key="frame_sign_out", icon=":material/logout:"):
                leave_for("/leave")
        if synthetic:
            st.badge(_("Synthetic data"), icon=":material/science:", color="gray")
