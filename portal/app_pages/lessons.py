"""The author's page: tracks and modules on disk, their faults, preview and publishing."""

import streamlit as st

from portal import access, clock, loaders
from portal.components.buttons import main_button
from portal.components.module_card import draw_module, draw_past, draw_way
from portal.components.new_text_form import draw_new_text
from portal.components.notices import guarded
from portal.components.problem_list import draw_problems
from portal.components.states import BadgeColor, draw_empty
from portal.services.authoring import read_overview
from portal.services.drafting import OwnDraft, read_own_drafts
from portal.services.inserting import Published
from portal.services.publishing import publish
from portal.text import _, plural


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
    for outcome in outcomes:
        if outcome.outcome == "needs approval":
            st.warning(
                _(
                    "{name} holds questions of skill checks: an approver publishes it, or a change "
                    "of it goes through the editor and Reviews."
                ).format(name=outcome.id),
                icon=":material/lock:",
            )
    for outcome in stale:
        st.warning(
            _("{name} on disk is older than what is live; it was left as it is.").format(
                name=", ".join(outcome.stale)
            ),
            icon=":material/history:",
        )


def _draw_drafts(drafts: tuple[OwnDraft, ...]) -> None:
    """Draw the author's own drafts: what is begun, what waits, what came back."""
    words: dict[str, tuple[str, BadgeColor, str]] = {
        "draft": ("edit_note", "gray", _("Draft")),
        "review": ("rate_review", "blue", _("In review")),
        "returned": ("undo", "orange", _("Came back from review")),
    }
    st.header(_("Your drafts"))
    for row in drafts:
        icon, color, word = words[row.state]
        value = loaders.draft_value(row.path, row.text)
        title = value.front.title if value and value.front.title else row.path
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(word, icon=f":material/{icon}:", color=color)
            if st.button(title, key=f"lessons_draft_{row.path}", type="tertiary", help=row.path):
                st.switch_page("app_pages/editor.py", query_params={"file": row.path})


viewer = loaders.current_viewer()
may_publish = access.may(viewer, "publish lessons")
overview = read_overview(
    loaders.store(),
    viewer=viewer,
    curriculum=loaders.curriculum(),
    reread=loaders.curriculum_with,
    read_image=loaders.draft_picture,
)
drafts = read_own_drafts(loaders.store(), viewer=viewer) if may_publish else ()
curriculum = loaders.authored_curriculum({row.path: row.text for row in drafts})
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
    draw_new_text(curriculum)
    if st.button(_("Import questions"), key="lessons_import", icon=":material/upload_file:"):
        st.switch_page("app_pages/imports.py")
if drafts:
    _draw_drafts(drafts)
if not every:
    draw_empty(
        _("No module yet"),
        _("Begin the first one above: `curriculum/README.md` teaches the format in ten minutes."),
        icon="edit_note",
    )
for track in overview.tracks:
    st.header(track.title)
    for module in track.modules:
        draw_module(module, curriculum=curriculum, may_publish=may_publish, publish=_publish)
if overview.loose:
    st.header(_("In no track"))
    for module in overview.loose:
        draw_module(module, curriculum=curriculum, may_publish=may_publish, publish=_publish)
st.header(_("Other texts"))
for name, ids in (
    (_("Tracks"), curriculum.tracks),
    (_("Questions of the skill checks"), curriculum.banks),
    (_("Forms of the skill checks"), curriculum.blueprints),
):
    with st.expander(name, icon=":material/edit:"):
        for content_id in ids:
            with st.container(horizontal=True):
                if may_publish:
                    draw_way(content_id, curriculum=curriculum, page="editor")
                draw_past(content_id, curriculum=curriculum)
if overview.other_problems:
    st.header(_("Faults elsewhere"))
    draw_problems(overview.other_problems)
