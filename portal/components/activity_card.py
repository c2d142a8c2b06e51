"""An activity inside a lesson: every move is kept, and stands there again after a refresh."""

from collections.abc import Callable

import streamlit as st

from curriculum.activities.base import start_state
from curriculum.model import Activity
from portal import clock, loaders
from portal.components.activity import controls_of, draw_activity, put_controls, read_controls
from portal.components.notices import guarded, show_notice, told
from portal.services.practice import read_work, save_work
from portal.text import _, time_text


def draw_activity_card(activity: Activity, *, lesson_id: str) -> None:
    """Draw an activity of a published lesson; moving a control reruns only this card."""
    _card(activity, lesson_id)


# Streamlit draws the faults of a fragment itself, before any page hears of them.
@st.fragment
@told()
def _card(activity: Activity, lesson_id: str) -> None:
    key, seen = f"activity_{activity.id}", f"activity_{activity.id}_saves"
    controls = controls_of(activity)
    work = read_work(loaders.store(), viewer=loaders.current_viewer(), activity=activity)
    is_first_run = seen not in st.session_state
    if not is_first_run and st.session_state[seen] != work.saves:
        # Another window of the same learner moved on; the newest state wins in both.
        put_controls(controls, key=key, state=work.state)
    st.session_state[seen] = work.saves
    with st.container(border=True):
        show_notice()
        draw_activity(
            activity, key=key, state=work.state, on_change=_saver(activity, lesson_id, key)
        )
        # A browser that outlived its server brings its choices back without a callback.
        if is_first_run and read_controls(controls, key=key) != work.state:
            _saver(activity, lesson_id, key)()
            work = read_work(loaders.store(), viewer=loaders.current_viewer(), activity=activity)
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            if work.saves:
                st.button(
                    _("Start again"),
                    key=f"{key}_again",
                    on_click=_restart,
                    args=(activity, lesson_id, key),
                    type="tertiary",
                )
            if work.saved_at is not None:
                saved = _("Saved {time}").format(time=time_text(work.saved_at))
                st.markdown(f":small[:material/cloud_done: {saved}]")


def _saver(activity: Activity, lesson_id: str, key: str) -> Callable[[], None]:
    @guarded
    def save() -> None:
        _save(activity, lesson_id, key)

    return save


def _save(activity: Activity, lesson_id: str, key: str) -> None:
    save_work(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        read_lesson=loaders.lesson,
        lesson_id=lesson_id,
        activity_id=activity.id,
        state=read_controls(controls_of(activity), key=key),
        now=clock.now(),
    )
    st.session_state[f"{key}_saves"] = st.session_state.get(f"{key}_saves", 0) + 1


@guarded
def _restart(activity: Activity, lesson_id: str, key: str) -> None:
    controls = controls_of(activity)
    put_controls(controls, key=key, state=start_state(controls))
    _save(activity, lesson_id, key)
