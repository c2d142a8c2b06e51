"""One lesson: read it, answer its checks, go on to the next."""

import secrets

import streamlit as st

from portal import clock, loaders
from portal.components.activity_card import draw_activity_card
from portal.components.buttons import main_button
from portal.components.check_card import draw_check_card
from portal.components.lesson_body import Surroundings, draw_lesson
from portal.components.lesson_head import draw_lesson_head
from portal.components.notices import guarded
from portal.components.transfer_card import draw_transfer_card
from portal.components.ways import go_to
from portal.services.catalogue import find_lesson_id
from portal.services.learning import SEED_RANGE, complete_lesson, open_lesson
from portal.text import _

st.set_page_config(layout="centered")


@guarded
def _finish(lesson_id: str) -> None:
    complete_lesson(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        lesson_id=lesson_id,
        now=clock.now(),
    )
    st.session_state["lesson_finished"] = lesson_id


viewer, catalogue = loaders.current_viewer(), loaders.catalogue()
opened = open_lesson(
    loaders.store(),
    viewer=viewer,
    catalogue=catalogue,
    lesson_id=find_lesson_id(
        catalogue,
        module_id=st.query_params.get("module", ""),
        lesson_id=st.query_params.get("lesson", ""),
    ),
    seed=secrets.randbelow(SEED_RANGE),
    now=clock.now(),
)
lesson, module, track = loaders.lesson(opened.lesson.revision_id), opened.module, opened.track
number = [entry.id for entry in module.lessons].index(opened.lesson.id) + 1
onward = st.session_state.pop("lesson_finished", None) == opened.lesson.id

if onward and opened.following is not None:
    st.switch_page(
        "app_pages/lesson.py",
        query_params={"module": module.id, "lesson": opened.following.id},
    )
elif onward and track is not None:
    go_to("track", track=track.id)

draw_lesson_head(
    lesson,
    crumb=f"{track.title} · {module.title}" if track else module.title,
    number=number,
    of=len(module.lessons),
    done=opened.done_at is not None,
)
draw_lesson(
    lesson,
    Surroundings(
        draw_check=lambda item_id: draw_check_card(opened, item_id),
        read_image=loaders.picture,
        glossary=catalogue.registers.glossary,
        draw_activity=lambda block: draw_activity_card(block, lesson_id=opened.lesson.id),
        draw_transfer=lambda block: draw_transfer_card(block, lesson_id=opened.lesson.id),
    ),
)

st.divider()
with st.container(horizontal=True, horizontal_alignment="distribute"):
    if opened.previous is not None and st.button(
        _("Back"), key="lesson_back", icon=":material/arrow_back:"
    ):
        st.switch_page(
            "app_pages/lesson.py",
            query_params={"module": module.id, "lesson": opened.previous.id},
        )
    main_button(
        _("Done, next lesson") if opened.following is not None else _("Done, finish the module"),
        key="lesson_done",
        icon="arrow_forward",
        on_click=_finish,
        args=(opened.lesson.id,),
    )
