"""Sending a draft for review: why, what goes with it, what becomes of changed keys."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from curriculum.item_differences import ItemChange
from curriculum.model import Curriculum, Problem
from curriculum.setting_edits import free_id, with_item_id
from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.desk import Desk
from portal.components.key_choice import draw_key_choices, key_choices_given
from portal.components.notices import guarded
from portal.services.drafting import OpenText
from portal.services.sending import (
    changed_keys,
    send_for_review,
    sent_text,
    take_back,
    unit_of_path,
)
from portal.text import _, phrase_text


@guarded
def _send(path: str, drafts: Mapping[str, str], changes: Sequence[ItemChange]) -> None:
    paths = [path, *(other for other in drafts if st.session_state.get(f"editor_with_{other}"))]
    texts = {path: sent_text(drafts[path]) for path in paths if path in drafts}
    send_for_review(
        loaders.store(),
        viewer=loaders.current_viewer(),
        paths=paths,
        why=str(st.session_state.get("editor_why", "")),
        key_choices=key_choices_given(changes, key="editor_choice"),
        curriculum=loaders.authored_curriculum(texts),
        now=clock.now(),
    )
    for path in texts:
        Desk(path).follow(drafts[path])


@guarded
def _take_back(review_id: int) -> None:
    take_back(
        loaders.store(), viewer=loaders.current_viewer(), review_id=review_id, now=clock.now()
    )


def draw_send_form(
    desk: Desk,
    opened: OpenText,
    *,
    text: str,
    drafts: Mapping[str, str],
    curriculum: Curriculum,
    blocking: Sequence[Problem],
    conflict: bool,
) -> None:
    """Draw the form behind its button, or the way back while the text waits."""
    if opened.review_id is not None:
        st.button(
            _("Take it back"),
            key="editor_take_back",
            icon=":material/undo:",
            on_click=_take_back,
            args=(opened.review_id,),
        )
        return
    barrier = _barrier(opened, blocking=blocking, conflict=conflict)
    with st.popover(
        _("Send for review"),
        icon=":material/send:",
        key="editor_send_form",
        disabled=barrier is not None,
        help=barrier,
    ):
        st.text_input(
            _("Why this change? For the reviewer, and for the history"),
            key="editor_why",
            max_chars=500,
        )
        _draw_company(desk.path, drafts)
        changes = changed_keys(
            loaders.draft_value(desk.path, opened.newest) if opened.newest else None,
            loaders.draft_value(desk.path, text),
        )
        draw_key_choices(changes, key="editor_choice", chosen={})
        for change in changes:
            _draw_new_id(desk, change, curriculum=curriculum)
        main_button(
            _("Send"),
            key="editor_send",
            icon="send",
            on_click=_send,
            args=(desk.path, drafts, changes),
        )


def _barrier(opened: OpenText, *, blocking: Sequence[Problem], conflict: bool) -> str | None:
    if blocking:
        return _("Mend the errors first: {first}").format(first=phrase_text(blocking[0].message))
    if not opened.saves:
        return _("Nothing was changed yet.")
    if conflict:
        return _("Somebody published in the same lines. Put both together first.")
    return None


def _draw_company(path: str, drafts: Mapping[str, str]) -> None:
    """Draw the author's other drafts, those of the same module ticked."""
    others = [other for other in drafts if other != path]
    if not others:
        return
    st.markdown(_("Approved together with this text, or not at all:"))
    module = path.split("/")[-2] if unit_of_path(path) != path else ""
    for other in others:
        near = unit_of_path(other) == unit_of_path(path)
        lists_it = (
            other.startswith("curriculum/tracks/") and bool(module) and module in drafts[other]
        )
        st.checkbox(other, value=near or lists_it, key=f"editor_with_{other}")


def _with_new_id(text: str, _line: int, *, old: str, new: str) -> tuple[str, int]:
    return with_item_id(text, old, new), 1


def _draw_new_id(desk: Desk, change: ItemChange, *, curriculum: Curriculum) -> None:
    new_id = free_id(change.id, {*curriculum.paths, *loaders.known_ids()})
    st.button(
        _("Or make it a new item: {id}").format(id=new_id),
        key=f"editor_new_id_{change.id}",
        icon=":material/fiber_new:",
        on_click=desk.change,
        args=(partial(_with_new_id, old=change.id, new=new_id),),
        help=_("The old item is retired with its results; its id stays used."),
    )
