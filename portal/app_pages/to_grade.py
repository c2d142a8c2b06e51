"""Work that waits for a grade of the viewer, and how well those who grade agree."""

import streamlit as st

from portal import clock, loaders
from portal.components.agreement_view import draw_agreement
from portal.components.notices import guarded
from portal.components.short_view import draw_short_of_markers
from portal.components.states import draw_empty
from portal.components.ways import go_to
from portal.services.grading import take_to_grade
from portal.services.marker_agreement import read_agreement
from portal.services.to_grade import ToGrade, read_to_grade
from portal.text import _, date_text, plain

TAKEN, DONE = "to_grade_taken", "to_grade_done"


@guarded
def _take(number: int) -> None:
    take_to_grade(
        loaders.store(), viewer=loaders.current_viewer(), submission_id=number, now=clock.now()
    )
    st.session_state[TAKEN] = number


def _turn_words(one: ToGrade) -> str:
    words = {
        "first": _("first grade"),
        "second": _("second grade"),
        "third": _("third grade: two people differ"),
    }
    return words[one.turn]


def _draw_work(one: ToGrade) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            number = _("Work {n}").format(n=one.number)
            st.markdown(f"**{number}** · {plain(one.title)}")
            if one.mine:
                st.badge(_("You have it"), icon=":material/pending:", color="orange")
        kinds = {"text": _("text"), "file": _("file"), "url": _("link")}
        day = _("handed in on {day}").format(day=date_text(one.handed_in_at))
        st.markdown(f":small[{one.skill.name} · {kinds[one.kind]} · {_turn_words(one)} · {day}]")
        st.button(
            _("Go on grading") if one.mine else _("Grade it"),
            key=f"to_grade_{one.number}",
            icon=":material/grading:",
            on_click=_take,
            args=(one.number,),
        )


viewer, catalogue = loaders.current_viewer(), loaders.catalogue()
taken = st.session_state.pop(TAKEN, None)
if taken is not None:
    go_to("grade", submission=str(taken))
found = read_to_grade(
    loaders.store(), viewer=viewer, catalogue=catalogue, read_item=loaders.item, now=clock.now()
)
st.title(_("To grade"), anchor=False)
done = st.session_state.pop(DONE, None)
if done is not None:
    st.success(done, icon=":material/check_circle:")
st.markdown(
    _(
        "You see work without the name of who wrote it, in an order of your own, and no other "
        "grade of it. Your own work is not in the list."
    )
)
draw_short_of_markers()
if found:
    for one in found:
        _draw_work(one)
else:
    draw_empty(
        _("Nothing waits for you"),
        _("Work that is handed in stands here until enough people have graded it."),
        icon="grading",
    )
tasks = read_agreement(loaders.store(), viewer=viewer, catalogue=catalogue, read_item=loaders.item)
if tasks:
    st.header(_("How well those who grade agree"))
    draw_agreement(tasks)
