"""The levels somebody chose to show: in words, with the target of the role, never a score."""

import pandas as pd
import streamlit as st

from portal.components.skill_strip import level_words
from portal.components.table_view import draw_table
from portal.services.consenting import ShownLevel, ShownLevels
from portal.text import _, date_text, plain


def draw_levels(shown: ShownLevels) -> None:
    """Draw a person's levels as a list, and the same as a table."""
    person = shown.person
    st.header(plain(person.name), anchor=False)
    since = date_text(person.given_at)
    st.markdown(_("{team} · shown since {day}").format(team=plain(person.team), day=since))
    for level in shown.levels:
        st.markdown(f"- **{plain(level.skill.name)}**: {_words(level)}")
    frame = pd.DataFrame(
        [
            {
                _("Skill"): level.skill.name,
                _("Level"): _level(level),
                _("Target of the role"): "" if level.target is None else str(level.target),
                _("Checked"): date_text(level.taken_at) if level.taken_at else "",
            }
            for level in shown.levels
        ]
    )
    draw_table(
        frame,
        key=f"shown_levels_{person.person_id}",
        alt=_("The levels this person shows you, with the target of the role."),
        file_name="levels.csv",
    )


def _level(level: ShownLevel) -> str:
    return (
        _("not measured yet") if level.band is None else level_words(level.skill, level.band.levels)
    )


def _words(level: ShownLevel) -> str:
    words = _level(level)
    if level.band is not None and level.band.needs_graded_work:
        words += " · " + _("level 4 needs graded work")
    if level.target is not None:
        words += " · " + _("target {n}").format(n=level.target)
    if level.taken_at is not None:
        words += " · " + _("checked {day}").format(day=date_text(level.taken_at))
    return words
