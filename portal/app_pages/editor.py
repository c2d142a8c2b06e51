"""The author's desk: a text with its faults on the left, what a learner sees on the right."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from curriculum.model import Bank, Curriculum, Item, Lesson, Problem
from portal import loaders
from portal.components.desk import Desk
from portal.components.draft_view import draw_draft
from portal.components.editor import HEIGHT, Marker, draw_editor, figure_markers, typed_text
from portal.components.new_item import draw_new_item
from portal.components.overtaken_view import draw_overtaken
from portal.components.problem_list import draw_problem_lines, draw_problems
from portal.components.question_figures import line_words
from portal.components.send_form import draw_send_form
from portal.components.viewport import is_narrow
from portal.components.ways import go_to
from portal.services.drafting import OpenText, blocking_in, read_own_drafts
from portal.services.item_figures import Question, read_lines
from portal.services.versions import newest_version
from portal.text import _, phrase_text, plural, time_text

desk = Desk(st.query_params.get("file", ""))
STATES: Mapping[str, tuple[str, Any, str]] = {
    "draft": ("edit_note", "gray", _("Draft")),
    "review": ("rate_review", "blue", _("In review")),
    "returned": ("undo", "orange", _("Came back from review")),
    "published": ("check_circle", "green", _("Published")),
    "retired": ("inventory_2", "gray", _("Retired")),
}


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


def _draw_leave(opened: OpenText) -> None:
    if opened.saves:
        st.button(
            _("Give the draft up"), key="editor_drop", icon=":material/delete:",
            on_click=desk.give_up,
        )  # fmt: skip
    if opened.number and st.button(_("Versions"), key="editor_versions", icon=":material/history:"):
        st.switch_page("app_pages/versions.py", query_params={"file": desk.path})
    if st.button(_("Back to the list"), key="editor_back", icon=":material/arrow_back:"):
        go_to("lessons")


def _draw_faults(curriculum: Curriculum, *, blocking: tuple[Problem, ...]) -> None:
    own = [problem for problem in curriculum.problems if problem.path == desk.path]
    behind = [problem for problem in blocking if problem.path != desk.path]
    if own:
        st.header(_("Problems ({n})").format(n=len(own)), anchor=False)
        with st.container(border=True):
            draw_problem_lines(own, key="editor_go", go=desk.go)
    if behind:
        st.header(_("Errors in what this text refers to"), anchor=False)
        draw_problems(behind)


def _draw_text(text: str, curriculum: Curriculum, *, notes: Sequence[Marker]) -> None:
    draw_editor(
        text,
        key=desk.key,
        label=_("Text of {path}").format(path=desk.path),
        rev=desk.rev,
        saves=desk.saves,
        was=desk.was,
        markers=[
            Marker(one.line, one.column, one.level, one.code, phrase_text(one.message))
            for one in curriculum.problems
            if one.path == desk.path
        ]
        + list(notes),
        jump=desk.jump,
        on_change=desk.save,
    )


def _counted(items: Sequence[Item]) -> Mapping[str, Question]:
    """Return how each question of the text behaved so far."""
    return read_lines(
        loaders.store(),
        viewer=viewer,
        item_ids=[item.id for item in items],
        min_group=loaders.house().settings.min_group,
    )


viewer = loaders.current_viewer()
opened = desk.take(desk.open())
typed = typed_text(desk.key, rev=desk.rev)
text = typed.text if typed else opened.text
drafts = {row.path: row.text for row in read_own_drafts(loaders.store(), viewer=viewer)}
drafts[desk.path] = text
curriculum = loaders.authored_curriculum(drafts)
blocking = blocking_in(curriculum, desk.path)
own = [problem for problem in curriculum.problems if problem.path == desk.path]
errors = sum(problem.level == "error" for problem in own)

st.markdown(f"`{desk.path}`")
value = loaders.draft_value(desk.path, text)
st.title(value.front.title if value and value.front.title else _("New text"))
_draw_head(opened, errors=errors, warnings=len(own) - errors)
if desk.is_behind(opened):
    st.warning(
        _("This draft was saved in another window. What stands here is not kept any more."),
        icon=":material/cloud_off:",
    )
    st.button(_("Load the newer text"), key="editor_reload", on_click=desk.reload)
conflict = opened.overtaken and draw_overtaken(
    desk,
    opened,
    text=text,
    newest=newest_version(loaders.store(), viewer=viewer, path=desk.path, newest=loaders.newest()),
)
with st.container(horizontal=True):
    draw_send_form(
        desk, opened, text=text, drafts=drafts, curriculum=curriculum, blocking=blocking,
        conflict=conflict,
    )  # fmt: skip
    _draw_leave(opened)
items = value.items if isinstance(value, (Lesson, Bank)) else ()
counted = _counted(items)
figures = {id_: line_words(question) for id_, question in counted.items()}
# Only figures stand at their line: that there are none yet is no news there.
at_lines = {id_: figures[id_] for id_, question in counted.items() if question.n is not None}


def _draw_markdown() -> None:
    # As its neighbour, so that both panes begin at one height.
    with st.container(horizontal=True):
        st.header(_("Markdown"), anchor=False)
    _draw_text(text, curriculum, notes=figure_markers(items, at_lines))
    if opened.kind in {"lesson", "bank"}:
        draw_new_item(
            text,
            prefix=value.front.id if value else "",
            skills=curriculum.registers.skills,
            change=desk.change,
        )


def _draw_preview() -> None:
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
            figures=figures,
        )


if is_narrow():
    # A phone is for looking: the text to write in comes last.
    _draw_preview()
    _draw_faults(curriculum, blocking=blocking)
    _draw_markdown()
else:
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_markdown()
    with right:
        _draw_preview()
    _draw_faults(curriculum, blocking=blocking)
