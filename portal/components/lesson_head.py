"""The head of a lesson: where it belongs, what is on the page, how long it takes, its promise."""

import streamlit as st

from curriculum.citations import ANCHOR, cite
from curriculum.model import Lesson
from portal.components.lesson_body import headings
from portal.text import _, plural


def draw_lesson_head(lesson: Lesson, *, crumb: str, number: int, of: int, done: bool) -> None:
    """Draw crumb, outline, title, badges and objectives."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.markdown(f":small[{crumb}]")
        with st.popover(_("On this page"), icon=":material/toc:"):
            cited = cite(lesson)
            links = [f"- [{head.text}](#{head.anchor})" for head in headings(cited.blocks)]
            if cited.sources:
                links.append(f"- [{_('Sources')}](#{ANCHOR})")
            st.markdown("\n".join(links))
    st.title(lesson.front.title)
    with st.container(horizontal=True):
        place = _("Lesson {n} of {all}").format(n=number, all=of)
        st.badge(place, icon=":material/menu_book:", color="gray")
        minutes = plural("{n} minute", "{n} minutes", lesson.minutes)
        st.badge(minutes, icon=":material/schedule:", color="gray")
        if done:
            st.badge(_("Done"), icon=":material/check_circle:", color="green")
    with st.container(border=True):
        st.markdown(f"**{_('After this lesson you can')}**")
        st.markdown("\n".join(f"- {objective.text}" for objective in lesson.objectives))
