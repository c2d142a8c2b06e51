"""The author's page: tracks and modules on disk, their faults, preview and publishing."""

import streamlit as st

from portal import access, clock, loaders
from portal.components.buttons import main_button
from portal.components.notices import guarded
from portal.components.problem_list import draw_problems
from portal.components.states import BadgeColor, draw_empty
from portal.services.authoring import ModuleOverview, read_overview
from portal.services.inserting import Published
from portal.services.publishing import publish
from portal.text import _, date_text, plural

LOOKS: dict[str, tuple[str, BadgeColor, str]] = {
    "published": ("check_circle", "green", _("Published")),
    "changed": ("edit", "orange", _("Changed since published")),
    "new": ("fiber_new", "blue", _("Not published yet")),
    "draft": ("edit_note", "gray", _("Draft")),
    "blocked": ("error", "red", _("Blocked by errors")),
}


@guarded
def _publish(module_id: str | None) -> None:
    outcomes = publish(
        loaders.store(),
        curriculum=loaders.curriculum(),
        now=clock.now(),
        read_image=loaders.draft_picture,
        viewer=loaders.current_viewer(),
        only=module_id,
        reread=loaders.curriculum_with,
    )
    st.session_state["lessons_outcomes"] = outcomes


def _draw_outcomes(outcomes: tuple[Published, ...]) -> None:
    changed = sum(outcome.changed for outcome in outcomes)
    blocked = [outcome for outcome in outcomes if outcome.outcome == "blocked"]
    stale = [outcome for outcome in outcomes if outcome.stale]
    words = plural("{n} new revision is live.", "{n} new revisions are live.", changed)
    if not changed:
        words = _("Nothing new to publish: what is on disk is live already.")
    st.success(words, icon=":material/check_circle:")
    for outcome in blocked:
        st.error(
            _("{name} is blocked; its last good revision stays live.").format(name=outcome.id),
            icon=":material/error:",
        )
    for outcome in outcomes:
        for conflict in outcome.conflicts:
            st.error(
                _(
                    "{path} was changed on disk and in the browser in the same lines; it was left "
                    "as it is. Put both together and publish again."
                ).format(path=conflict.path),
                icon=":material/error:",
            )
            with st.expander(_("What differs")):
                st.code(conflict.diff, language="diff")
    for outcome in stale:
        st.warning(
            _("{name} on disk is older than what is live; it was left as it is.").format(
                name=", ".join(outcome.stale)
            ),
            icon=":material/history:",
        )


def _draw_edit(content_id: str) -> None:
    curriculum = loaders.curriculum()
    path = curriculum.paths.get(content_id)
    if path is None:
        return
    kinds = (curriculum.modules, curriculum.lessons, curriculum.tracks, curriculum.banks)
    value = next((kind[content_id] for kind in kinds if content_id in kind), None)
    title = value.front.title if value else content_id
    if st.button(title, key=f"lessons_edit_{content_id}", type="tertiary", help=path):
        st.switch_page("app_pages/editor.py", query_params={"file": path})


def _draw_module(module: ModuleOverview) -> None:
    icon, color, word = LOOKS[module.standing]
    errors = sum(problem.level == "error" for problem in module.problems)
    warnings = len(module.problems) - errors
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown(f"**{module.title}**")
            st.badge(word, icon=f":material/{icon}:", color=color)
        facts = [plural("{n} lesson", "{n} lessons", len(module.lessons)), f"`{module.path}`"]
        if module.published_at is not None:
            facts.append(_("live since {day}").format(day=date_text(module.published_at)))
        st.markdown(" · ".join(facts))
        with st.container(horizontal=True):
            if st.button(
                _("Preview"), key=f"lessons_preview_{module.id}", icon=":material/preview:"
            ):
                st.switch_page("app_pages/preview.py", query_params={"module": module.id})
            if may_publish:
                with st.popover(_("Edit"), icon=":material/edit:", key=f"lessons_open_{module.id}"):
                    for id_ in (module.id, *module.lessons):
                        _draw_edit(id_)
                st.button(
                    _("Publish"),
                    key=f"lessons_publish_{module.id}",
                    icon=":material/publish:",
                    on_click=_publish,
                    args=(module.id,),
                    disabled=module.standing not in {"new", "changed"},
                    help=word,
                )
        if module.problems:
            label = " · ".join(
                [
                    plural("{n} error", "{n} errors", errors),
                    plural("{n} warning", "{n} warnings", warnings),
                ]
            )
            with st.expander(label, expanded=errors > 0):
                draw_problems(module.problems)


viewer = loaders.current_viewer()
may_publish = access.may(viewer, "publish lessons")
overview = read_overview(loaders.store(), viewer=viewer, curriculum=loaders.curriculum())
outcomes = st.session_state.pop("lessons_outcomes", None)

st.title(_("Lessons"))
every = [module for track in overview.tracks for module in track.modules] + list(overview.loose)
ready = [module for module in every if module.standing in {"new", "changed"}]
blocked = [module for module in every if module.standing == "blocked"]
st.header(
    _("{modules}: {ready} ready to publish, {blocked} blocked.").format(
        modules=plural("{n} module", "{n} modules", len(every)),
        ready=len(ready),
        blocked=len(blocked),
    ),
    anchor=False,
)
if outcomes is not None:
    _draw_outcomes(outcomes)
if may_publish:
    main_button(
        _("Publish everything that is ready"),
        key="lessons_publish",
        icon="publish",
        on_click=_publish,
        args=(None,),
    )
if not every:
    draw_empty(
        _("No module on disk"),
        _("Write the first one: `curriculum/README.md` teaches the format in ten minutes."),
        icon="edit_note",
    )
for track in overview.tracks:
    st.header(track.title)
    for module in track.modules:
        _draw_module(module)
if overview.loose:
    st.header(_("In no track"))
    for module in overview.loose:
        _draw_module(module)
if may_publish:
    st.header(_("Other texts"))
    curriculum = loaders.curriculum()
    for name, ids in (
        (_("Tracks"), curriculum.tracks),
        (_("Questions of the skill checks"), curriculum.banks),
    ):
        with st.expander(name, icon=":material/edit:"):
            for content_id in ids:
                _draw_edit(content_id)
if overview.other_problems:
    st.header(_("Faults elsewhere"))
    draw_problems(overview.other_problems)
