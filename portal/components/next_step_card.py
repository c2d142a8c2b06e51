"""The one thing to do next for a skill, as a sentence and one button."""

import streamlit as st

from portal.components.buttons import main_button
from portal.components.check_start import begin_check
from portal.components.ways import go_to
from portal.services.catalogue import Catalogue
from portal.services.next_step import NextStep
from portal.text import _


def draw_next_step(step: NextStep | None, *, catalogue: Catalogue) -> None:
    """Draw the next step; where there is none, the sentence says so."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_('What to do next')}**")
        if step is None:
            st.markdown(_("Nothing is published for this skill yet. Your L&D team prepares it."))
            return
        words, label = _words(step, catalogue=catalogue)
        st.markdown(words)
        key = "my_skills_next"
        if step.kind == "due check":
            starting = step.track_id if step.starts else None
            main_button(
                label, key=key, icon="arrow_forward", on_click=begin_check,
                args=(step.skill, starting),
            )  # fmt: skip
        elif main_button(label, key=key, icon="arrow_forward"):
            _go(step)


def _words(step: NextStep, *, catalogue: Catalogue) -> tuple[str, str]:
    if step.lesson is not None:
        cells = catalogue.registers.skills[step.skill].cells
        topic = cells.get(step.cell or "", "")
        title = step.lesson.title
        if step.kind == "read again":
            words = _("You finished every lesson. **{topic}** was the weakest topic of your check.")
            return words.format(topic=topic), _("Read {lesson} again").format(lesson=title)
        words = _("**{topic}** has room to grow: one lesson is about it.").format(topic=topic)
        if not topic:
            words = _("One lesson of this skill is still ahead of you.")
        return words, _("Open {lesson}").format(lesson=title)
    if step.work is not None:
        words = _("Your check reaches level 4. It is only given with graded work.")
        return words, _("Open {work}").format(work=step.work.title)
    if step.kind == "open check":
        return _("Your check is open. Your answers are saved."), _("Go on with the check")
    if step.kind == "due check":
        words = _("{program} asks for this check now.").format(program=step.program)
        return words, _("Take the check")
    title = catalogue.tracks[step.track_id].title
    if step.kind == "check":
        words = _("A skill check measures where you stand: about 18 minutes, only you see it.")
        return words, _("Open {track}").format(track=title)
    return _("You did all there is for now."), _("Open {track}").format(track=title)


def _go(step: NextStep) -> None:
    if step.lesson is not None:
        go_to("lesson", module=step.lesson.module_id, lesson=step.lesson.id)
    elif step.work is not None:
        go_to("work", work=step.work.id)
    elif step.attempt_id is not None:
        go_to("check", attempt=str(step.attempt_id))
    else:
        go_to("track", track=step.track_id)
