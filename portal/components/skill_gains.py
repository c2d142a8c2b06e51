"""What changed in one skill beside its score: topics, misconceptions, actions at the desk."""

import streamlit as st

from curriculum.model import Skill
from portal.services.skill_report import SkillReport
from portal.text import _, date_text, plain, plural


def draw_gains(report: SkillReport, *, skill: Skill, checks: int) -> None:
    """Draw three cards: what was gained since the first check, and what was done at the desk."""
    once = _("Your next check will show it.") if checks < 2 else ""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_('Topics gained since your first check')}**")
        topics = [skill.cells.get(cell, cell) for cell in report.gained]
        _draw_list(topics, none=once or _("None yet."))
        if topics:
            few = _("Three questions a topic are few: read this as a hint, not as a score.")
            st.markdown(f":small[{few}]")
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_('Misconceptions you no longer choose')}**")
        # In quotation marks: what stands here is wrong.
        beliefs = [_("“{belief}”").format(belief=plain(text)) for text in report.unlearned]
        _draw_list(beliefs, none=once or _("None that your latest check offered again."))
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_('Done at your desk')}**")
        done = [
            f"{plain(one.plan)} :small[{plain(one.lesson_title)} · {date_text(one.done_at)}]"
            for one in report.done
        ]
        none = _("Nothing yet. Lessons end with something to try; what you plan shows here.")
        _draw_list(done, none=none if not report.planned else "")
        if report.planned:
            waiting = plural("{n} plan still waits.", "{n} plans still wait.", report.planned)
            st.markdown(f":material/pending: {waiting}")


def _draw_list(lines: list[str], *, none: str) -> None:
    for line in lines:
        st.markdown(f":material/check_circle: {line}")
    if not lines and none:
        st.markdown(none)
