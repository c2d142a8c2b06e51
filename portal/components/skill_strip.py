"""A skill in short: its name, how it lies to the target, its levels in words, the strip."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from assessments.irt import LevelBand
from curriculum.model import Skill
from portal.charts.skill import LOW, Levels, likely_scores, skill_strip
from portal.components.chart_view import draw_chart
from portal.components.states import BadgeColor
from portal.services.skills import OwnSkill, cut_of
from portal.text import _, number_text, plural


def is_dark() -> bool:
    """Say whether this browser shows the dark theme; right from the next run after a switch."""
    return st.context.theme.type == "dark"


def band_words(own: OwnSkill) -> str:
    """Return the levels that the band spans, in words."""
    if own.band is None:
        return _("not measured yet")
    return level_words(own.skill, own.band.levels)


def level_words(skill: Skill, levels: Sequence[int]) -> str:
    """Return one level, or the span of some, in words."""
    names = {level.level: level.name for level in skill.levels}
    first, last = levels[0], levels[-1]
    if first == last:
        return _("level {n} {name}").format(n=first, name=names[first])
    return _("between level {n} {name} and level {m} {other}").format(
        n=first, name=names[first], m=last, other=names[last]
    )


def graded_work_words(band: LevelBand | None) -> str:
    """Say that the check reaches further than the levels given; empty where it does not."""
    if band is None or not band.needs_graded_work:
        return ""
    return _("The check reaches level 4; that level is only given with graded work.")


def target_words(own: OwnSkill) -> str:
    """Return the level the role needs, in words; empty where it needs none."""
    if own.target is None:
        return ""
    return _("Target of your role: {level}").format(level=level_words(own.skill, (own.target,)))


def standing_looks() -> dict[str, tuple[str, BadgeColor, str]]:
    """Return icon, colour and word of how a band lies to the target."""
    return {
        "met": ("check_circle", "green", _("Target met")),
        "too close": ("adjust", "gray", _("Too close to call")),
        "below": ("trending_up", "gray", _("Below target")),
    }


def draw_skill_strip(own: OwnSkill) -> None:
    """Draw a measured skill; one that was never measured says so in words only."""
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="xsmall"):
        st.markdown(f"**{own.skill.name}**", width="content")
        if own.standing is not None:
            icon, color, word = standing_looks()[own.standing]
            st.badge(word, icon=f":material/{icon}:", color=color)
    st.markdown(f":small[{_capital(band_words(own))}]")
    if words := graded_work_words(own.band):
        st.markdown(f":small[:material/rate_review: {words}]")
    if own.latest is None:
        return
    target = cut_of(own.skill, own.target)
    low, high = likely_scores(own.latest.eap, sd=own.latest.eap_sd)
    likely = _("likely {low} to {high}").format(low=number_text(low), high=number_text(high))
    draw_chart(
        skill_strip(
            pd.DataFrame({"theta": [own.latest.eap], "sd": [own.latest.eap_sd]}),
            levels=Levels(
                cuts=[level.cut for level in own.skill.levels if level.cut is not None],
                names=[level.name for level in own.skill.levels],
            ),
            target=max(target, LOW) if target is not None else None,
            label=likely,
        ),
        alt=_("{skill}: {band}, {likely}, from {questions}.").format(
            skill=own.skill.name,
            band=band_words(own),
            likely=likely,
            questions=plural("{n} question", "{n} questions", own.latest.items),
        ),
        key=f"strip_{own.skill.id}_{own.latest.id}",
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
