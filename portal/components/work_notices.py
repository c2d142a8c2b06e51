"""On Home: work that was graded, until it is read."""

import streamlit as st

from portal import clock, loaders
from portal.components.notices import guarded
from portal.services.notices import WorkNotice, mark_notice_read
from portal.text import _, plain


@guarded
def _mark_read(notice_id: int) -> None:
    mark_notice_read(
        loaders.store(), viewer=loaders.current_viewer(), notice_id=notice_id, now=clock.now()
    )


def draw_work_notices(notices: tuple[WorkNotice, ...]) -> None:
    """Draw each notice with a way to the work and one to take it away."""
    for notice in notices:
        words = (
            _("**Your work was graded.** You passed {title}.")
            if notice.passed
            else _("**Your work was graded.** {title} is not yet passed; its page says what to do.")
        )
        with st.container(border=True):
            st.markdown(f":material/campaign: {words.format(title=plain(notice.title))}")
            with st.container(horizontal=True):
                if st.button(_("See the marks"), key=f"work_notice_open_{notice.id}"):
                    st.switch_page("app_pages/work.py", query_params={"work": notice.work_id})
                st.button(
                    _("I have read this"),
                    key=f"work_notice_read_{notice.id}",
                    icon=":material/check:",
                    on_click=_mark_read,
                    args=(notice.id,),
                )
