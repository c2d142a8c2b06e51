"""What a skill check showed: a level band with its error, the cells to work on, one next step."""

from dataclasses import replace

import streamlit as st

from assessments.pace import is_notable
from portal import loaders
from portal.charts.skill import likely_scores
from portal.components.buttons import main_button
from portal.components.receipt_view import draw_difficulties, draw_receipt
from portal.components.skill_growth import change_words
from portal.components.skill_strip import band_words, draw_skill_strip
from portal.components.ways import go_to, number_in_address
from portal.services.catalogue import LessonEntry
from portal.services.next_step import lessons_on
from portal.services.receipts import read_own_receipt
from portal.services.results import CheckResult, read_result
from portal.services.skills import OwnSkill, read_skills
from portal.text import _, date_text, number_text, plain, plural

st.set_page_config(layout="centered")


def _sentence(found: CheckResult, own: OwnSkill) -> str:
    if found.change is None:
        return _("Your first measure of {skill}: {band}.").format(
            skill=found.skill.name, band=band_words(own)
        )
    return change_words(found.change)


def _draw_cells(found: CheckResult) -> None:
    st.header(_("By topic"))
    lessons = lessons_on(catalogue, skill=found.skill.id, read_item=loaders.item)
    weakest = sorted(found.cells.items(), key=lambda pair: pair[1][0] / pair[1][1])
    for cell, (right, asked) in weakest:
        with st.container(border=True, horizontal=True, horizontal_alignment="distribute"):
            name = found.skill.cells.get(cell, cell)
            low = right / asked < 0.5
            word = _("Work on this") if low else _("Going well")
            icon = "trending_up" if low else "check_circle"
            st.markdown(f"**{name}**")
            st.markdown(f":material/{icon}: {word}")
            if low:
                _draw_lessons(lessons.get(cell, ()), cell=cell)
    st.markdown(
        f":small[{_('Three questions a topic are few: read this as a hint, not as a score.')}]"
    )


def _draw_pace(found: CheckResult) -> None:
    """Say that answers came faster than they can be read, where these are more than a few."""
    if is_notable(found.rapid, timed=found.timed):
        guessed = plural(
            "{n} answer came faster than its question can be read.",
            "{n} answers came faster than their questions can be read.",
            found.rapid,
        )
        st.info(
            guessed
            + " "
            + _(
                "They count like all others. But this result may say less about what you can do: "
                "next time, take the time you have."
            ),
            icon=":material/timer:",
        )


def _draw_lessons(lessons: tuple[LessonEntry, ...], *, cell: str) -> None:
    if not lessons:
        nothing_yet = _("No lesson on this topic yet. Ask whoever leads your program what helps.")
        st.markdown(f":small[{nothing_yet}]")
    for lesson in lessons:
        if st.button(lesson.title, key=f"result_{cell}_{lesson.id}", icon=":material/menu_book:"):
            go_to("lesson", module=lesson.module_id, lesson=lesson.id)


def _draw_method(found: CheckResult) -> None:
    with st.expander(_("How this is measured"), type="compact"):
        result = found.result
        low, high = likely_scores(result.eap, sd=result.eap_sd)
        origins = {level.cut_origin for level in found.skill.levels if level.cut is not None}
        st.markdown(_("Where the levels begin: {origins}").format(origins="; ".join(origins)))
        st.markdown(
            _(
                "Estimate {score} on a scale with mean 500 and spread 100; likely between {low} "
                "and {high} (95 %). {questions}, taken {day}."
            ).format(
                score=number_text(500 + 100 * result.eap),
                low=number_text(low),
                high=number_text(high),
                questions=plural("{n} question", "{n} questions", result.items),
                day=date_text(result.taken_at),
            )
        )


viewer, catalogue = loaders.current_viewer(), loaders.catalogue()
found = read_result(
    loaders.store(),
    viewer=viewer,
    catalogue=catalogue,
    read_item=loaders.item,
    attempt_id=number_in_address("attempt"),
)
# What is shown is this check, also when a later one was taken since.
own = replace(
    next(
        one
        for one in read_skills(loaders.store(), viewer=viewer, catalogue=catalogue)
        if one.skill.id == found.skill.id
    ),
    latest=found.result,
    band=found.band,
)

st.title(_("Result: {skill}").format(skill=found.skill.name))
st.header(_sentence(found, own), anchor=False)
with st.container(border=True):
    draw_skill_strip(own)
    st.markdown(
        f":small[{_('Dot: estimate. Band: 95 % range. Upright mark: target of your role.')}]"
    )
    if own.skill.levels and any(
        level.cut_origin.startswith("provisional") for level in own.skill.levels
    ):
        st.badge(_("Levels are provisional"), icon=":material/info:", color="gray")
    draw_difficulties(found.result)
if found.tested_out:
    st.success(
        _("You passed, and so you tested out of {modules}.").format(
            modules=", ".join(map(plain, found.tested_out))
        ),
        icon=":material/verified:",
    )
if found.was_over:
    st.info(
        _("The time was over: this check was handed in as it stood. What was saved counts."),
        icon=":material/timer_off:",
    )
_draw_pace(found)
_draw_cells(found)
track = next((t for t in catalogue.tracks.values() if t.skill == found.skill.id), None)
if track is not None and main_button(
    _("Go on with {track}").format(track=track.title), key="result_on", icon="arrow_forward"
):
    go_to("track", track=track.id)
_draw_method(found)
with st.expander(_("How was this computed?"), type="compact"):
    draw_receipt(
        read_own_receipt(
            loaders.store(),
            viewer=viewer,
            attempt_id=found.attempt_id,
            read_item=loaders.item,
        ),
        skill=found.skill,
        key="result_receipt",
    )
