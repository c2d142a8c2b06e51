"""A person's own skills with their error: all in short, one over time, and what to do next."""

import streamlit as st

from portal import clock, loaders
from portal.components.check_start import go_to_started
from portal.components.confidence_card import confidence_words, draw_confidence
from portal.components.next_step_card import draw_next_step
from portal.components.receipt_view import draw_difficulties, draw_receipt
from portal.components.skill_gains import draw_gains
from portal.components.skill_growth import draw_over_time
from portal.components.skill_strip import band_words, draw_skill_strip, target_words
from portal.components.states import draw_empty
from portal.services.next_step import find_next_step
from portal.services.receipts import read_own_receipt
from portal.services.skill_change import read_changes
from portal.services.skill_report import read_confidence, read_skill_report
from portal.services.skills import OwnSkill, nearest_first, read_skills
from portal.text import _, plural

viewer, catalogue = loaders.current_viewer(), loaders.catalogue()
go_to_started()
skills = read_skills(loaders.store(), viewer=viewer, catalogue=catalogue)
changes = read_changes(loaders.store(), viewer=viewer, read_item=loaders.item)
ratings = read_confidence(loaders.store(), viewer=viewer)
measured = [own for own in skills if own.latest is not None]


def _sentence() -> str:
    standings = [own.standing for own in measured]
    words = _("{measured} of {all} skills measured; {reached} at or above your role's target.")
    parts = [words.format(measured=len(measured), all=len(skills), reached=standings.count("met"))]
    close = standings.count("too close")
    if close:
        parts.append(plural("{n} is too close to call.", "{n} are too close to call.", close))
    rose = sum(change.verdict == "rose" for change in changes.values())
    if changes:
        grew = plural(
            "{n} grew beyond measurement error.", "{n} grew beyond measurement error.", rose
        )
        parts.append(grew if rose else _("No change beyond measurement error yet."))
    return " ".join(parts)


def _draw_card(own: OwnSkill) -> None:
    with st.container(border=True, gap="xsmall"):
        draw_skill_strip(own)
        lines = [target_words(own)]
        rating = ratings.get(own.skill.id)
        if rating is not None:
            said = confidence_words()[rating.rating]
            lines.append(_("Your own confidence: {word}").format(word=said.lower()))
        st.markdown(f":small[{' · '.join(line for line in lines if line)}]")


def _draw_skill(own: OwnSkill) -> None:
    st.header(_("Over time: {skill}").format(skill=own.skill.name))
    if own.latest is not None:
        st.markdown(f"{_('Now: {band}.').format(band=band_words(own))} {target_words(own)}")
        draw_over_time(own, changes.get(own.skill.id))
    else:
        st.markdown(_("You took no check of this skill yet, so there is no estimate."))
    draw_next_step(
        find_next_step(
            loaders.store(),
            viewer=viewer,
            catalogue=catalogue,
            skill=own.skill.id,
            read_item=loaders.item,
            now=clock.now(),
        ),
        catalogue=catalogue,
    )
    report = read_skill_report(
        loaders.store(),
        viewer=viewer,
        catalogue=catalogue,
        skill=own.skill.id,
        read_item=loaders.item,
        read_lesson=loaders.lesson,
    )
    with st.grid(2, min_column_width=310):
        draw_gains(report, skill=own.skill, checks=len(own.history))
        draw_confidence(report.confidence, skill=own.skill.id)
    if own.latest is not None:
        draw_difficulties(own.latest)
        with st.expander(_("How was this computed?"), type="compact"):
            draw_receipt(
                read_own_receipt(
                    loaders.store(),
                    viewer=viewer,
                    attempt_id=own.latest.attempt_id,
                    read_item=loaders.item,
                ),
                skill=own.skill,
                key="my_skills_receipt",
            )


st.title(_("My skills"))
if measured:
    st.header(_sentence(), anchor=False)
    with st.grid(2, min_column_width=310):
        for own in skills:
            _draw_card(own)
    st.markdown(
        f":small[{_('Dot: estimate. Band: 95 % range. Upright mark: target of your role.')} "
        f"{_('The words span the levels that are likely at 80 %.')} "
        f"{_('Level borders are provisional until a panel has set them.')}]"
    )
else:
    draw_empty(
        _("No skill estimate yet"),
        _("Take the first check: 12 questions, about 18 minutes. A track begins with it."),
        icon="query_stats",
    )
if skills:
    by_id = {own.skill.id: own for own in nearest_first(skills)}
    chosen = st.selectbox(
        _("Skill"),
        list(by_id),
        format_func=lambda id_: by_id[id_].skill.name,
        key="my_skills_skill",
    )
    _draw_skill(by_id.get(chosen) or next(iter(by_id.values())))
