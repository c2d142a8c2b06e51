"""How questions behave: right answers, options, groups, misconceptions, and their difficulties."""

import streamlit as st

from portal import access, clock, loaders
from portal.components.notices import guarded
from portal.components.question_figures import (
    draw_forms,
    draw_held,
    draw_question,
    draw_questions,
)
from portal.components.scales_view import draw_scales
from portal.components.states import draw_empty
from portal.services.item_figures import QuestionReport, read_owners, read_questions
from portal.services.measuring import ask_for_calibration, read_scales
from portal.text import _, date_text, plural, time_text


@guarded
def _measure(skill: str) -> None:
    ask_for_calibration(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        skill=skill,
        now=clock.now(),
    )


def _draw_scales(skill: str) -> None:
    st.header(_("How hard the questions are"))
    may = access.may(viewer, "approve secure items")
    draw_scales(
        read_scales(loaders.store(), viewer=viewer, skill=skill),
        measure=(lambda: _measure(skill)) if may else None,
    )


def _draw_report(report: QuestionReport) -> None:
    doubtful = sum(bool(one.flags) for one in report.questions)
    shown = [one for one in report.questions if one.n is not None]
    words = _("No question is doubtful.") if shown else _("Too few answers yet to say anything.")
    if doubtful:
        words = plural("{n} question to look at.", "{n} questions to look at.", doubtful)
    st.header(words, anchor=False)
    if report.counted_at is not None:
        words = _("Counted {day}, {time}; counted anew every hour.").format(
            day=date_text(report.counted_at), time=time_text(report.counted_at)
        )
        st.markdown(f":small[{words}]")
    draw_questions(report)
    if shown:
        chosen = st.selectbox(
            _("One question"),
            [one.item_id for one in shown],
            format_func={one.item_id: f"{one.item_id} · {one.title}" for one in shown}.__getitem__,
            key="items_question",
        )
        draw_question(next((one for one in shown if one.item_id == chosen), shown[0]))
    if report.held:
        st.header(_("Misconceptions"))
        draw_held(report.held, file_name=f"misconceptions-{report.owner.id}.csv")
    if report.forms:
        st.header(_("Forms"))
        draw_forms(report)


viewer, catalogue = loaders.current_viewer(), loaders.catalogue()
owners = read_owners(loaders.store(), viewer=viewer, catalogue=catalogue)
st.title(_("Questions"))
if not owners:
    draw_empty(
        _("No question is published yet"),
        _("Figures come by themselves once questions are published and answered."),
        icon="insights",
    )
else:
    wanted = st.query_params.get("of", "")
    ids = [one.id for one in owners]
    # Without a wish it opens where there is something to see.
    counted = next((number for number, one in enumerate(owners) if one.counted), 0)
    chosen = st.selectbox(
        _("Questions of"),
        ids,
        index=ids.index(wanted) if wanted in ids else counted,
        format_func={
            one.id: _("{name} (skill check)").format(name=one.title) if one.skill else one.title
            for one in owners
        }.__getitem__,
        key="items_owner",
    )
    report = read_questions(
        loaders.store(),
        viewer=viewer,
        catalogue=catalogue,
        read_item=loaders.item,
        owner_id=chosen,
        min_group=loaders.house().settings.min_group,
    )
    if report.questions:
        _draw_report(report)
    else:
        draw_empty(
            _("Nobody has answered these questions yet"),
            _("Figures come by themselves, within the hour after the first answers."),
            icon="insights",
        )
    if report.owner.skill is not None:
        _draw_scales(report.owner.skill)
