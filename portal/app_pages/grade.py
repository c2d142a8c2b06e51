"""One piece of work under the hands of a marker: what was handed in beside the rubric."""

import streamlit as st

from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.grading_form import draw_grading_form, given_comments, given_marks
from portal.components.notices import guarded
from portal.components.ways import go_to, number_in_address
from portal.services.grading import give_back, hand_in_grading, save_marks
from portal.services.to_grade import OpenGrading, read_grading
from portal.text import _, date_text, number_text, plain, plural

LEFT, DONE = "grade_left", "to_grade_done"


@guarded
def _save(work: OpenGrading) -> None:
    save_marks(
        loaders.store(),
        viewer=loaders.current_viewer(),
        submission_id=work.number,
        read_item=loaders.item,
        marks=given_marks(work),
        comments=given_comments(work),
    )


@guarded
def _hand_in(work: OpenGrading) -> None:
    marks = given_marks(work)
    decided = hand_in_grading(
        loaders.store(),
        viewer=loaders.current_viewer(),
        submission_id=work.number,
        read_item=loaders.item,
        marks=[marks.get(place, -1) for place in range(len(work.rubric))],
        comments=given_comments(work),
        now=clock.now(),
    )
    st.session_state[LEFT] = work.number
    st.session_state[DONE] = (
        _("Your grade is in, and the work is decided; its learner reads it now.")
        if decided
        else _("Your grade is in. The work waits for another person to grade it.")
    )


@guarded
def _give_back(work: OpenGrading) -> None:
    give_back(
        loaders.store(),
        viewer=loaders.current_viewer(),
        submission_id=work.number,
        now=clock.now(),
    )
    st.session_state[LEFT] = work.number


def _draw_work(work: OpenGrading) -> None:
    st.header(_("What was handed in"), anchor=False)
    with st.container(border=True):
        if work.kind == "file":
            token = loaders.session_token()
            st.download_button(
                _("Download {name}").format(name=work.file_name),
                data=lambda: loaders.work_file(token, work.number),
                file_name=work.file_name,
                key=f"grade_download_{work.number}",
                icon=":material/download:",
                on_click="ignore",
            )
            size = _("{n} KB").format(n=number_text(work.size / 1024))
            st.markdown(f":small[{size}]")
        elif work.kind == "url":
            st.code(work.text, language=None, wrap_lines=True)
            st.markdown(f":small[{_('Copy the link; it leads out of the portal.')}]")
        else:
            st.markdown(plain(work.text).replace("\n", "  \n"))
            words = plural("{n} word", "{n} words", len(work.text.split()))
            st.markdown(f":small[{words}]")
    with st.expander(_("The task")):
        st.markdown(work.task)
    with st.expander(_("A model answer, for those who grade")):
        st.markdown(work.model_answer)


def _draw_end(work: OpenGrading) -> None:
    missing = len(work.rubric) - len(given_marks(work))
    if missing:
        st.markdown(plural("{n} row has no mark yet.", "{n} rows have no mark yet.", missing))
    st.markdown(
        f":small[{_('What you give is kept at every change. Once handed in, it stays as it is.')}]"
    )
    with st.container(horizontal=True):
        main_button(
            _("Hand the grade in"),
            key="grade_hand_in",
            icon="task_alt",
            on_click=_hand_in,
            args=(work,),
            disabled=missing > 0,
        )
        st.button(
            _("Give it back"),
            key="grade_give_back",
            icon=":material/undo:",
            help=_("Somebody else can take it then; what you gave here is forgotten."),
            on_click=_give_back,
            args=(work,),
        )


number = number_in_address("submission")
if st.session_state.pop(LEFT, None) == number:
    go_to("to_grade", submission=None)
work = read_grading(
    loaders.store(),
    viewer=loaders.current_viewer(),
    catalogue=loaders.catalogue(),
    read_item=loaders.item,
    submission_id=number,
)
st.title(f"{_('Work {n}').format(n=work.number)} · {plain(work.title)}", anchor=False)
with st.container(horizontal=True):
    st.badge(work.skill.name, icon=":material/query_stats:", color="gray")
    day = date_text(work.handed_in_at)
    st.badge(_("Handed in {day}").format(day=day), icon=":material/schedule:", color="gray")
    if work.turn == "third":
        st.badge(_("Third grade"), icon=":material/balance:", color="orange")
left, right = st.columns([1, 1.2], gap="large")
with left:
    _draw_work(work)
with right:
    st.header(_("Rubric"), anchor=False)
    draw_grading_form(work, on_change=lambda: _save(work))
    _draw_end(work)
