"""One module on the authors' list: its standing, its faults, and what can be done with it."""

from collections.abc import Callable

import streamlit as st

from curriculum.model import Curriculum
from portal.components.problem_list import draw_problems
from portal.components.states import BadgeColor
from portal.services.authoring import ModuleOverview
from portal.text import _, date_text, plural


def standing_looks() -> dict[str, tuple[str, BadgeColor, str]]:
    """Return icon, colour and word of every standing."""
    return {
        "published": ("check_circle", "green", _("Published")),
        "changed": ("edit", "orange", _("Changed since published")),
        "new": ("fiber_new", "blue", _("Not published yet")),
        "draft": ("edit_note", "gray", _("Draft")),
        "blocked": ("error", "red", _("Blocked by errors")),
        "conflict": ("merge", "orange", _("Changed on disk and in the browser")),
        "retired": ("inventory_2", "gray", _("Retired")),
    }


def draw_module(
    module: ModuleOverview,
    *,
    curriculum: Curriculum,
    may_publish: bool,
    publish: Callable[[str], None],
) -> None:
    """Draw a module with its ways to preview, edit, look back and publish."""
    icon, color, word = standing_looks()[module.standing]
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown(f"**{module.title}**")
            st.badge(word, icon=f":material/{icon}:", color=color)
        facts = [plural("{n} lesson", "{n} lessons", len(module.lessons)), f"`{module.path}`"]
        if module.published_at is not None:
            facts.append(_("live since {day}").format(day=date_text(module.published_at)))
        if module.newer_in_browser:
            facts.append(_("what is live is newer than the files on disk"))
        st.markdown(" · ".join(facts))
        with st.container(horizontal=True):
            _draw_ways(module, curriculum=curriculum, may_publish=may_publish)
            if may_publish:
                st.button(
                    _("Publish"),
                    key=f"lessons_publish_{module.id}",
                    icon=":material/publish:",
                    on_click=publish,
                    args=(module.id,),
                    disabled=module.standing not in {"new", "changed"},
                    help=word,
                )
        _draw_faults(module)


def _draw_ways(module: ModuleOverview, *, curriculum: Curriculum, may_publish: bool) -> None:
    if st.button(_("Preview"), key=f"lessons_preview_{module.id}", icon=":material/preview:"):
        st.switch_page("app_pages/preview.py", query_params={"module": module.id})
    ids = (module.id, *module.lessons)
    if may_publish:
        with st.popover(_("Edit"), icon=":material/edit:", key=f"lessons_open_{module.id}"):
            for id_ in ids:
                draw_way(id_, curriculum=curriculum, page="editor")
    with st.popover(_("Versions"), icon=":material/history:", key=f"lessons_past_{module.id}"):
        for id_ in ids:
            draw_way(id_, curriculum=curriculum, page="versions")


def draw_way(content_id: str, *, curriculum: Curriculum, page: str) -> None:
    """Draw the way from a text to its editor or its versions."""
    path = curriculum.paths.get(content_id)
    if path is None:
        return
    kinds = (
        curriculum.modules,
        curriculum.lessons,
        curriculum.tracks,
        curriculum.banks,
        curriculum.blueprints,
    )
    value = next((kind[content_id] for kind in kinds if content_id in kind), None)
    title = value.front.title if value else content_id
    if st.button(title, key=f"lessons_{page}_{content_id}", type="tertiary", help=path):
        st.switch_page(f"app_pages/{page}.py", query_params={"file": path})


def draw_past(content_id: str, *, curriculum: Curriculum) -> None:
    """Draw the way to the versions of a text that stands beside others in a row."""
    path = curriculum.paths.get(content_id, "")
    pressed = st.button(
        _("Versions of {name}").format(name=content_id),
        key=f"lessons_past_{content_id}",
        icon=":material/history:",
        type="tertiary",
    )
    if pressed:
        st.switch_page("app_pages/versions.py", query_params={"file": path})


def _draw_faults(module: ModuleOverview) -> None:
    if not module.problems:
        return
    errors = sum(problem.level == "error" for problem in module.problems)
    warnings = len(module.problems) - errors
    label = " · ".join(
        [plural("{n} error", "{n} errors", errors), plural("{n} warning", "{n} warnings", warnings)]
    )
    with st.expander(label, expanded=errors > 0):
        draw_problems(module.problems)
