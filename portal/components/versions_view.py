"""The history of a text drawn: its versions, two of them compared, and the ways to change it."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from curriculum.differences import differences
from curriculum.item_differences import ItemChange
from portal import clock, loaders
from portal.components.difference_view import draw_differences
from portal.components.key_choice import draw_key_choices, key_choices_given
from portal.components.notices import guarded
from portal.components.ways import go_to
from portal.services.reviewing import is_secure
from portal.services.versions import (
    History,
    Version,
    keys_changed_by,
    roll_back,
    set_item_status,
    set_status,
)
from portal.text import _, date_text, plural, time_text

Status = Literal["published", "retired"]
SHOWN = 20


@guarded
def _roll_back(path: str, number: int, changes: Sequence[ItemChange]) -> None:
    deed = roll_back(
        loaders.store(),
        viewer=loaders.current_viewer(),
        path=path,
        number=number,
        why=str(st.session_state.get(f"versions_why_{number}", "")),
        key_choices=key_choices_given(changes, key=f"versions_choice_{number}"),
        tools=loaders.tools(),
        now=clock.now(),
    )
    _tell(
        deed,
        _("The text of version {number} is live again, as a new version.").format(number=number),
    )


@guarded
def _set_status(path: str, status: Status) -> None:
    deed = set_status(
        loaders.store(),
        viewer=loaders.current_viewer(),
        path=path,
        status=status,
        why=str(st.session_state.get("versions_why", "")),
        tools=loaders.tools(),
        now=clock.now(),
    )
    words = _("Retired: learners no longer see it.")
    _tell(deed, words if status == "retired" else _("Published again."))


@guarded
def _set_item_status(path: str, item_id: str, status: Status) -> None:
    deed = set_item_status(
        loaders.store(),
        viewer=loaders.current_viewer(),
        path=path,
        item_id=item_id,
        status=status,
        why=str(st.session_state.get("versions_why_item", "")),
        tools=loaders.tools(),
        now=clock.now(),
    )
    words = _("The question is retired; its answers stay.")
    _tell(deed, words if status == "retired" else _("The question is back."))


def _tell(deed: str, words: str) -> None:
    waits = _("This waits in Reviews until an approver has read it.")
    st.session_state["versions_done"] = words if deed == "published" else waits


def draw_standing(history: History, *, may_change: bool) -> None:
    """Draw whether people see the text, and the way to retire it or bring it back."""
    live = history.state == "published"
    with st.container(horizontal=True, vertical_alignment="center"):
        if live:
            st.badge(_("Published"), icon=":material/check_circle:", color="green")
        else:
            st.badge(_("Retired"), icon=":material/inventory_2:", color="gray")
        st.markdown(plural("{n} version", "{n} versions", len(history.rows)))
        if may_change:
            _draw_status_form(history, live=live)
            if st.button(_("Edit"), key="versions_edit", icon=":material/edit:"):
                st.switch_page("app_pages/editor.py", query_params={"file": history.path})
        if st.button(_("Back to the list"), key="versions_back", icon=":material/arrow_back:"):
            go_to("lessons")
    if is_secure(history.path) and may_change:
        st.info(
            _("Questions of skill checks: every change waits for an approver."),
            icon=":material/lock:",
        )


def _draw_status_form(history: History, *, live: bool) -> None:
    status: Status = "retired" if live else "published"
    label = _("Retire") if live else _("Bring back")
    icon = ":material/inventory_2:" if live else ":material/unarchive:"
    with st.popover(label, icon=icon, key="versions_status"):
        if live:
            st.markdown(
                _(
                    "Learners no longer see it. Answers and results stay, its id stays used, and "
                    "it can come back."
                )
            )
        st.text_input(_("Why?"), key="versions_why", max_chars=500)
        st.button(
            label, key="versions_set_status", icon=icon, on_click=_set_status,
            args=(history.path, status),
        )  # fmt: skip


def draw_rows(history: History, *, may_change: bool) -> None:
    """Draw the versions, the newest first."""
    for row in history.rows[:SHOWN]:
        with st.container(border=True):
            _draw_row(row)
            if may_change and row.source and row is not history.rows[0]:
                _draw_roll_back(history.path, row)
    if len(history.rows) > SHOWN:
        st.markdown(
            _("The {n} older versions can be compared below.").format(n=len(history.rows) - SHOWN)
        )


def _draw_row(row: Version) -> None:
    with st.container(horizontal=True):
        st.markdown("**" + _("Version {number}").format(number=row.number) + "**")
        if row.live:
            st.badge(_("Live"), icon=":material/check_circle:", color="green")
        if row.origin == "git":
            st.badge(_("From disk"), icon=":material/folder:", color="gray")
        else:
            st.badge(_("Written in the browser"), icon=":material/edit:", color="gray")
        if row.restores:
            words = _("Text of version {number}").format(number=row.restores)
            st.badge(words, icon=":material/undo:", color="blue")
    when = f"{date_text(row.published_at)} {time_text(row.published_at)}"
    people = [when]
    if row.author:
        people.append(_("written by {name}").format(name=row.author))
    people.append(
        _("published by {name}").format(name=row.publisher)
        if row.publisher
        else _("published from the command line")
    )
    st.markdown(" · ".join(people))
    if row.why:
        st.text(row.why)
    if row.waiver:
        st.text(_("Second reader waived: {reason}").format(reason=row.waiver))


def _draw_roll_back(path: str, row: Version) -> None:
    with st.popover(
        _("Back to this version"), icon=":material/undo:", key=f"versions_back_{row.number}"
    ):
        st.markdown(_("Its text becomes the newest version. Nothing is deleted."))
        st.text_input(_("Why?"), key=f"versions_why_{row.number}", max_chars=500)
        changes = keys_changed_by(
            row.source, path=path, newest=loaders.newest(), parse=loaders.draft_value
        )
        draw_key_choices(changes, key=f"versions_choice_{row.number}", chosen={})
        st.button(
            _("Roll back"),
            key=f"versions_roll_{row.number}",
            icon=":material/undo:",
            on_click=_roll_back,
            args=(path, row.number, changes),
        )


def draw_compare(history: History) -> None:
    """Draw two versions against each other."""
    rows = {row.number: row for row in history.rows if row.source}
    if len(rows) < 2:
        st.markdown(_("There is one version with its text so far: nothing to compare yet."))
        return
    numbers = sorted(rows)
    left, right = st.columns(2)
    older = left.selectbox(_("Older"), numbers, index=len(numbers) - 2, key="versions_older")
    newer = right.selectbox(_("Newer"), numbers, index=len(numbers) - 1, key="versions_newer")
    before = loaders.draft_value(history.path, rows[older].source)
    after = loaders.draft_value(history.path, rows[newer].source)
    draw_differences(differences(before, after), before=before, after=after)


def draw_items(history: History) -> None:
    """Draw every question the file ever held, each with the way to retire it or bring it back."""
    st.text_input(_("Why?"), key="versions_why_item", max_chars=500)
    text = loaders.newest().text(history.path)
    for item in history.items:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"`{item.content_id}`")
            held = f"id: {item.content_id}\n" in text
            if item.live and held:
                st.button(
                    _("Retire {id}").format(id=item.content_id),
                    key=f"versions_item_{item.content_id}",
                    icon=":material/inventory_2:",
                    on_click=_set_item_status,
                    args=(history.path, item.content_id, "retired"),
                )
                continue
            st.badge(_("Retired"), icon=":material/inventory_2:", color="gray")
            if held and history.state == "published":
                st.button(
                    _("Bring {id} back").format(id=item.content_id),
                    key=f"versions_item_{item.content_id}",
                    icon=":material/unarchive:",
                    on_click=_set_item_status,
                    args=(history.path, item.content_id, "published"),
                )
