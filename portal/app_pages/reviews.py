"""What waits for review; one review with old and new text, to approve or to send back."""

import streamlit as st

from portal import access, loaders
from portal.components.review_view import draw_review, draw_waiver
from portal.components.states import draw_empty
from portal.services.reviewing import WaitingReview, read_review, read_reviews
from portal.text import _, date_text, plural, time_text

viewer = loaders.current_viewer()
waiting = read_reviews(loaders.store(), viewer=viewer)
may_read = access.may(viewer, "read drafts")
may_waive = access.may(viewer, "waive approval")
asked = st.query_params.get("review", "")


def _draw_card(one: WaitingReview) -> None:
    with st.container(border=True):
        with st.container(horizontal=True):
            st.markdown(f"**{one.why}**")
            if one.secure:
                st.badge(_("Secure questions"), icon=":material/lock:", color="orange")
            if one.own:
                st.badge(_("Yours"), icon=":material/person:", color="gray")
        st.markdown(
            _("{author}, {day} {time}").format(
                author=one.author, day=date_text(one.sent_at), time=time_text(one.sent_at)
            )
        )
        st.markdown("\n".join(f"- `{path}`" for path in one.paths))
        if may_read and st.button(
            _("Read it"), key=f"reviews_open_{one.id}", icon=":material/rate_review:"
        ):
            st.switch_page("app_pages/reviews.py", query_params={"review": str(one.id)})
        if may_waive and one.needs_waiver:
            draw_waiver(one.id)


if asked and may_read:
    opened = read_review(
        loaders.store(),
        viewer=viewer,
        review_id=int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 16 else 0,
        newest=loaders.newest(),
        read_texts=loaders.authored_curriculum,
        parse=loaders.draft_value,
    )
    st.title(_("Review"))
    draw_review(opened)
else:
    st.title(_("Reviews"))
    done = st.session_state.pop("reviews_done", None)
    if done:
        st.success(done, icon=":material/check_circle:")
    if waiting:
        st.header(plural("{n} change waits", "{n} changes wait", len(waiting)), anchor=False)
    else:
        draw_empty(
            _("Nothing waits for review"),
            _("An author sends a text from the editor; it is listed here until somebody decides."),
            icon="rate_review",
        )
    for one in waiting:
        _draw_card(one)
