"""The form that begins a module, a lesson, a bank or a track."""

from collections.abc import Mapping

import streamlit as st

from curriculum.model import Curriculum
from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.notices import guarded
from portal.services.beginning import Wish, begin_text
from portal.text import _

BEGUN = "lessons_begun"
# What each kind joins; the name is that of the field in the form.
_PLACES: Mapping[str, str] = {"module": "track", "lesson": "module"}


@guarded
def _begin() -> None:
    # Read at the click: a callback's arguments are those of the run before, and whoever chooses a
    # module and clicks at once would begin in another one.
    kind = str(st.session_state.get("new_text_kind") or "")
    wish = Wish(
        kind=kind,
        name=_given("id"),
        title=_given("title"),
        skill=_given("skill"),
        into=_given(_PLACES.get(kind, "")),
    )
    st.session_state[BEGUN] = begin_text(
        loaders.store(),
        viewer=loaders.current_viewer(),
        wish=wish,
        newest=loaders.newest(),
        read_texts=loaders.authored_curriculum,
        now=clock.now(),
    )


def _given(field: str) -> str:
    return str(st.session_state.get(f"new_text_{field}") or "")


def draw_new_text(curriculum: Curriculum) -> None:
    """Draw the form; `curriculum` is what the author sees, own drafts included."""
    kinds = {
        "module": _("Module"),
        "lesson": _("Lesson"),
        "bank": _("Bank of questions"),
        "track": _("Track"),
    }
    begun = st.session_state.pop(BEGUN, None)
    if begun is not None:
        st.switch_page("app_pages/editor.py", query_params={"file": begun})
    with st.expander(_("Begin something new"), icon=":material/add:", key="lessons_new"):
        kind = st.radio(
            _("What"),
            list(kinds),
            format_func=lambda kind: kinds[kind],
            horizontal=True,
            key="new_text_kind",
        )
        st.text_input(_("Title"), key="new_text_title", max_chars=120)
        st.text_input(
            _("Id, unique for ever: small letters, digits and hyphens"),
            key="new_text_id",
            max_chars=40,
        )
        skills = curriculum.registers.skills
        st.selectbox(
            _("Skill"), list(skills), format_func=lambda id_: skills[id_].name, key="new_text_skill"
        )
        _draw_into(kind, curriculum)
        main_button(_("Begin"), key="new_text_begin", icon="add", on_click=_begin)
        st.markdown(
            _("It becomes a draft of yours. Nobody sees it until it was reviewed and published.")
        )


def _draw_into(kind: str, curriculum: Curriculum) -> None:
    """Draw where a module or lesson belongs."""
    if kind == "lesson":
        modules = {id_: module.front.title for id_, module in curriculum.modules.items()}
        _draw_place(_("In which module"), modules, key="new_text_module")
    if kind == "module":
        tracks = {id_: track.front.title for id_, track in curriculum.tracks.items()}
        _draw_place(_("In which track"), tracks, key="new_text_track")


def _draw_place(label: str, titles: Mapping[str, str], *, key: str) -> None:
    st.selectbox(label, list(titles), format_func=lambda id_: titles[id_], key=key)
