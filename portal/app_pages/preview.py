"""A module on disk exactly as a learner sees it; nothing that is answered here is kept."""

import streamlit as st

from portal import loaders
from portal.components.lesson_body import Surroundings, draw_lesson
from portal.components.lesson_head import draw_lesson_head
from portal.components.preview_check import draw_preview_check
from portal.components.ways import go_to
from portal.services.authoring import read_draft_lesson
from portal.text import _

st.set_page_config(layout="centered")


def _follow(kind: str, target: str) -> None:
    """Follow a link of the text: other lessons and modules are previewed too."""
    if kind == "track":
        go_to("track", track=target)
    keys = {"module": target}
    if kind == "lesson":
        homes = (one.front.id for one in curriculum.modules.values() if target in one.lessons)
        keys = {"module": next(homes, ""), "lesson": target}
    st.switch_page("app_pages/preview.py", query_params=keys)


viewer, curriculum = loaders.current_viewer(), loaders.curriculum()
module_id = st.query_params.get("module", "")
lesson, items = read_draft_lesson(
    viewer=viewer,
    curriculum=curriculum,
    module_id=module_id,
    lesson_id=st.query_params.get("lesson", ""),
)
module = curriculum.modules.get(module_id)
lessons = [id_ for id_ in (module.lessons if module else ()) if id_ in curriculum.lessons]

with st.container(horizontal=True, horizontal_alignment="distribute"):
    st.badge(_("Preview"), icon=":material/preview:", color="orange")
    with_key = st.toggle(_("With key"), key="preview_key")
    if st.button(_("Back to the list"), key="preview_back", icon=":material/arrow_back:"):
        go_to("lessons")
if len(lessons) > 1:
    chosen = st.pills(
        _("Lessons"),
        lessons,
        format_func=lambda id_: curriculum.lessons[id_].front.title,
        default=lesson.front.id,
        key=f"preview_lessons_{lesson.front.id}",
    )
    if chosen is not None and chosen != lesson.front.id:
        st.switch_page("app_pages/preview.py", query_params={"module": module_id, "lesson": chosen})
draw_lesson_head(
    lesson,
    crumb=module.front.title if module else "",
    number=lessons.index(lesson.front.id) + 1 if lesson.front.id in lessons else 1,
    of=max(len(lessons), 1),
    done=False,
)
draw_lesson(
    lesson,
    Surroundings(
        draw_check=lambda item_id: draw_preview_check(items[item_id], with_key=with_key),
        read_image=loaders.draft_picture,
        glossary=curriculum.registers.glossary,
        follow=_follow,
    ),
)
