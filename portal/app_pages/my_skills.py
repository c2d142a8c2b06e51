"""A person's own skills with their error, one skill over time, and the own data to keep."""

import pandas as pd
import streamlit as st

from portal import loaders
from portal.charts.skill import Z95, skill_over_time
from portal.components.chart_view import draw_chart
from portal.components.receipt_view import draw_difficulties, draw_receipt
from portal.components.skill_strip import band_words, draw_skill_strip, is_dark
from portal.components.states import draw_empty
from portal.services.receipts import read_own_receipt
from portal.services.skills import OwnSkill, cut_of, read_skills
from portal.text import _, date_text, number_text, plural


def _over_time(own: OwnSkill) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "when": date_text(row.taken_at),
                "score": 500 + 100 * row.eap,
                "low": 500 + 100 * (row.eap - Z95 * row.eap_sd),
                "high": 500 + 100 * (row.eap + Z95 * row.eap_sd),
                "questions": row.items,
            }
            for row in own.history
        ]
    )


def _draw_over_time(own: OwnSkill) -> None:
    st.header(_("Over time: {skill}").format(skill=own.skill.name))
    checks = _over_time(own)
    target = cut_of(own.skill, own.target)
    draw_chart(
        skill_over_time(
            checks, target=None if target is None else 500 + 100 * target, dark=is_dark()
        ),
        alt=_("{checks} of {skill}; the last score is {score}.").format(
            checks=plural("{n} check", "{n} checks", len(checks)),
            skill=own.skill.name,
            score=number_text(float(checks["score"].iloc[-1])),
        ),
        key="my_skills_over_time",
    )
    st.markdown(f":small[{_('Thick line: 95 % range of the check. Dashed: target of your role.')}]")
    with st.expander(_("As a table"), type="compact"):
        shown = checks.assign(
            **{name: checks[name].round().astype(int) for name in ("score", "low", "high")}
        )
        st.dataframe(
            shown,
            hide_index=True,
            column_config={
                "when": _("Date"),
                "score": _("Score"),
                "low": _("95 % from"),
                "high": _("to"),
                "questions": _("Questions"),
            },
            alt=_("The same checks as a table."),
        )


viewer = loaders.current_viewer()
skills = read_skills(loaders.store(), viewer=viewer, catalogue=loaders.catalogue())
measured = [own for own in skills if own.latest is not None]

st.title(_("My skills"))
if not measured:
    draw_empty(
        _("No skill estimate yet"),
        _("Take the first check: 12 questions, about 18 minutes. A track begins with it."),
        icon="query_stats",
        button=_("My tracks"),
        key="my_skills_tracks",
        go=lambda: st.switch_page("app_pages/tracks.py"),
    )
else:
    reached = sum(
        own.target is not None and own.band is not None and own.band.levels[0] >= own.target
        for own in measured
    )
    st.header(
        _("{measured} of {all} skills measured; {reached} at or above your role's target.").format(
            measured=len(measured), all=len(skills), reached=reached
        ),
        anchor=False,
    )
    with st.grid(2, min_column_width=310):
        for own in skills:
            with st.container(border=True):
                draw_skill_strip(own)
    st.markdown(
        f":small[{_('Dot: estimate. Band: 95 % range. Upright mark: target of your role.')} "
        f"{_('Level borders are provisional until a panel has set them.')}]"
    )
    chosen = st.selectbox(
        _("Skill"),
        [own.skill.id for own in measured],
        format_func={own.skill.id: own.skill.name for own in measured}.__getitem__,
        key="my_skills_skill",
    )
    current = next((own for own in measured if own.skill.id == chosen), measured[0])
    _draw_over_time(current)
    st.markdown(_("Now: {band}.").format(band=band_words(current)))
    if current.latest is not None:
        draw_difficulties(current.latest)
        with st.expander(_("How was this computed?"), type="compact"):
            draw_receipt(
                read_own_receipt(
                    loaders.store(),
                    viewer=viewer,
                    attempt_id=current.latest.attempt_id,
                    read_item=loaders.item,
                ),
                skill=current.skill,
                key="my_skills_receipt",
            )
