"""The history of one text: who, when, why; any two side by side; back to an older one; retire."""

import streamlit as st

from portal import access, loaders
from portal.components.versions_view import draw_compare, draw_items, draw_rows, draw_standing
from portal.services.versions import read_history
from portal.text import _

viewer = loaders.current_viewer()
path = st.query_params.get("file", "")
history = read_history(loaders.store(), viewer=viewer, path=path, newest=loaders.newest())
may_change = access.may(viewer, "publish lessons")
value = loaders.draft_value(path, loaders.newest().text(path))

st.markdown(f"`{path}`")
st.title(_("Versions of {title}").format(title=value.front.title if value else history.content_id))
done = st.session_state.pop("versions_done", None)
if done:
    st.success(done, icon=":material/check_circle:")
draw_standing(history, may_change=may_change)
st.header(_("History"), anchor=False)
draw_rows(history, may_change=may_change)
st.header(_("Compare two versions"), anchor=False)
draw_compare(history)
if history.items and may_change:
    st.header(_("Questions"), anchor=False)
    draw_items(history)
