"""The author's desk: a text with its faults on the left, what a learner sees on the right."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from curriculum.model import Curriculum, Problem
from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.draft_view import draw_draft
from portal.components.editor import HEIGHT, Jump, Marker, draw_editor, typed_text
from portal.components.new_item import draw_new_item
from portal.components.notices import guarded
from portal.components.problem_list import draw_problem_lines, draw_problems
from portal.services.drafting import (
    OpenText,
    blocking_in,
    drop_draft,
    open_text,
    read_own_drafts,
    save_draft,
    send_for_review,
)
from portal.text import _, plural, time_text

PATH = st.query_params.get("file", "")
KEY = f"editor_text_{PATH}"
STATES: Mapping[str, tuple[str, Any, str]] = {
    "draft": ("edit_note", "gray", _("Draft")),
    "review": ("rate_review", "blue", _("In review")),
    "returned": ("undo", "orange", _("Came back from review")),
    "published": ("check_circle", "green", _("Published")),
}


def _desk() -> dict[str, int]:
    """Return what this window knows: which text is in the editor, and how often it was saved."""
    fresh = {"rev": 0, "saves": -1, "jumps": 0, "line": 1, "column": 1}
    desk: dict[str, int] = st.session_state.setdefault(f"editor_desk_{PATH}", fresh)
    return desk


def _open() -> OpenText:
    return open_text(
        loaders.store(),
        viewer=loaders.current_viewer(),
        path=PATH,
        curriculum=loaders.curriculum(),
        published=loaders.published_texts(),
    )


def _keep(text: str) -> None:
    """Save a text where it differs from what is kept, as this window's next version."""
    desk, kept = _desk(), _open()
    if text == kept.text:
        return
    saved = save_draft(
        loaders.store(),
        viewer=loaders.current_viewer(),
        path=PATH,
        text=text,
        base=kept.base,
        saves=max(desk["saves"], 0),
        now=clock.now(),
    )
    desk["saves"] = saved.saves


@guarded
def _save() -> None:
    typed = typed_text(KEY, rev=_desk()["rev"])
    if typed is not None:
        _keep(typed.text)


@guarded
def _replace(text: str, line: int) -> None:
    """Put another text into the editor, and go to a line of it."""
    _keep(text)
    _desk()["rev"] += 1
    _go(line, 1)


def _go(line: int, column: int) -> None:
    desk = _desk()
    desk["jumps"] += 1
    desk["line"], desk["column"] = line, column


@guarded
def _send(drafts: Mapping[str, str]) -> None:
    send_for_review(
        loaders.store(),
        viewer=loaders.current_viewer(),
        path=PATH,
        curriculum=loaders.authored_curriculum(drafts),
        now=clock.now(),
    )


@guarded
def _reload() -> None:
    """Take what is kept into this window, whatever stands in it."""
    _desk().update(rev=_desk()["rev"] + 1, saves=-1)


@guarded
def _give_up() -> None:
    drop_draft(loaders.store(), viewer=loaders.current_viewer(), path=PATH)
    _reload()


def _draw_head(opened: OpenText, *, errors: int, warnings: int) -> None:
    icon, color, word = STATES[opened.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(word, icon=f":material/{icon}:", color=color)
        if errors:
            st.badge(
                plural("{n} error", "{n} errors", errors), icon=":material/error:", color="red"
            )
        if warnings:
            counted = plural("{n} warning", "{n} warnings", warnings)
            st.badge(counted, icon=":material/warning:", color="orange")
        if opened.saved_at is not None:
            saved = _("Saved {time}").format(time=time_text(opened.saved_at))
            st.markdown(f":material/cloud_done: {saved}")
    for name in opened.others:
        st.info(
            _("{name} has a draft of this text too.").format(name=name), icon=":material/group:"
        )
    if opened.comment:
        st.warning(opened.comment, icon=":material/undo:")


def _draw_actions(
    opened: OpenText, *, blocking: tuple[Problem, ...], drafts: Mapping[str, str]
) -> None:
    help_ = None
    if blocking:
        help_ = _("Mend the errors first: {first}").format(first=blocking[0].message)
    elif not opened.saves:
        help_ = _("Nothing was changed yet.")
    elif opened.state == "review":
        help_ = _("This text is in review already.")
    with st.container(horizontal=True):
        main_button(
            _("Send for review"),
            key="editor_send",
            icon="send",
            on_click=_send,
            args=(drafts,),
            disabled=help_ is not None,
            help=help_,
        )
        if opened.saves:
            st.button(
                _("Give the draft up"),
                key="editor_drop",
                icon=":material/delete:",
                on_click=_give_up,
            )
        if st.button(_("Back to the list"), key="editor_back", icon=":material/arrow_back:"):
            st.switch_page("app_pages/lessons.py")


def _draw_faults(curriculum: Curriculum, *, blocking: tuple[Problem, ...]) -> None:
    own = [problem for problem in curriculum.problems if problem.path == PATH]
    behind = [problem for problem in blocking if problem.path != PATH]
    if own:
        st.header(_("Problems ({n})").format(n=len(own)), anchor=False)
        with st.container(border=True):
            draw_problem_lines(own, key="editor_go", go=_go)
    if behind:
        st.header(_("Errors in what this text refers to"), anchor=False)
        draw_problems(behind)


def _draw_text(text: str, curriculum: Curriculum) -> None:
    desk = _desk()
    jump = Jump(desk["line"], desk["column"], desk["jumps"]) if desk["jumps"] else None
    draw_editor(
        text,
        key=KEY,
        label=_("Text of {path}").format(path=PATH),
        rev=desk["rev"],
        markers=[
            Marker(one.line, one.column, one.level, one.code, one.message)
            for one in curriculum.problems
            if one.path == PATH
        ],
        jump=jump,
        on_change=_save,
    )


opened = _open()
desk = _desk()
if desk["saves"] < 0:
    desk["saves"] = opened.saves
typed = typed_text(KEY, rev=desk["rev"])
text = typed.text if typed else opened.text
drafts = {
    row.path: row.text for row in read_own_drafts(loaders.store(), viewer=loaders.current_viewer())
}
drafts[PATH] = text
curriculum = loaders.authored_curriculum(drafts)
blocking = blocking_in(curriculum, PATH)
own = [problem for problem in curriculum.problems if problem.path == PATH]
errors = sum(problem.level == "error" for problem in own)

st.markdown(f"`{PATH}`")
value = loaders.draft_value(PATH, text)
st.title(value.front.title if value and value.front.title else _("New text"))
_draw_head(opened, errors=errors, warnings=len(own) - errors)
if opened.saves != desk["saves"]:
    st.warning(
        _("This draft was saved in another window. What stands here is not kept any more."),
        icon=":material/cloud_off:",
    )
    st.button(_("Load the newer text"), key="editor_reload", on_click=_reload)
_draw_actions(opened, blocking=blocking, drafts=drafts)
left, right = st.columns(2, gap="medium")
with left:
    st.header(_("Markdown"), anchor=False)
    _draw_text(text, curriculum)
    if opened.kind in {"lesson", "bank"}:
        draw_new_item(
            text,
            line=typed.line if typed else 1,
            prefix=value.front.id if value else "",
            skills=curriculum.registers.skills,
            put=_replace,
        )
with right:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.header(_("As a learner sees it"), anchor=False)
        with_key = st.toggle(_("With key"), key="editor_key")
    with st.container(border=True, height=HEIGHT):
        draw_draft(
            value,
            problems=own,
            with_key=with_key,
            read_image=loaders.draft_picture,
            glossary=curriculum.registers.glossary,
        )
_draw_faults(curriculum, blocking=blocking)
