"""On Home: results that changed because a question was corrected, until they are read."""

import streamlit as st

from portal import clock, loaders
from portal.components.notices import guarded
from portal.components.skill_strip import level_words
from portal.services.notices import LevelNotice, mark_notice_read
from portal.text import _, date_text, plain


@guarded
def _mark_read(notice_id: int) -> None:
    mark_notice_read(
        loaders.store(), viewer=loaders.current_viewer(), notice_id=notice_id, now=clock.now()
    )


def draw_level_notices(notices: tuple[LevelNotice, ...]) -> None:
    """Draw each notice with a way to the result and one to take it away."""
    for notice in notices:
        with st.container(border=True):
            st.markdown(
                ":material/campaign: "
                + _(
                    "**Your result changed.** A question of your check of {skill} from {day} was "
                    "corrected. Your result was {before}; now it is {after}. The earlier result "
                    "stays on record."
                ).format(
                    skill=plain(notice.skill.name),
                    day=date_text(notice.taken_on),
                    before=level_words(notice.skill, notice.before),
                    after=level_words(notice.skill, notice.after),
                )
            )
            if notice.to_take:
                st.markdown(
                    _("It no longer tests you out of {modules}: take that as well.").format(
                        modules=", ".join(map(plain, notice.to_take))
                    )
                )
            with st.container(horizontal=True):
                if st.button(_("Open the result"), key=f"notice_open_{notice.id}"):
                    st.switch_page(
                        "app_pages/result.py", query_params={"attempt": str(notice.attempt_id)}
                    )
                st.button(
                    _("I have read this"),
                    key=f"notice_read_{notice.id}",
                    icon=":material/check:",
                    on_click=_mark_read,
                    args=(notice.id,),
                )
