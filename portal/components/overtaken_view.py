"""Two people at one text: what somebody published since, put together with one's own changes."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import takewhile

import streamlit as st

from curriculum.merge import Conflict, Side, merge
from portal.access import Refused
from portal.components.desk import Desk
from portal.services.drafting import OpenText
from portal.services.versions import Version
from portal.text import _, date_text


def draw_overtaken(desk: Desk, opened: OpenText, *, text: str, newest: Version | None) -> bool:
    """Draw what happened and the way to put both together; say whether lines disagree."""
    words = _("The file on disk changed since you began.")
    if newest is not None:
        who = newest.author or newest.publisher or _("Somebody working on disk")
        words = _("{who} published a newer text on {day}.").format(
            who=who, day=date_text(newest.published_at)
        )
        if newest.why:
            words += " " + _("Why: {why}").format(why=newest.why)
    else:
        who = _("The disk")
    found = merge(opened.base, ours=text, theirs=opened.newest)
    st.warning(words, icon=":material/group:")
    if found.text is not None:
        st.markdown(_("Your changes and theirs stand in different lines, so both can stay."))
        merged: str | None = found.text
    else:
        _draw_conflicts(found.conflicts, who=who)
        sides = _sides(found.conflicts)
        merged = merge(opened.base, ours=text, theirs=opened.newest, sides=sides).text
    st.button(
        _("Put both together"),
        key="editor_merge",
        icon=":material/merge:",
        on_click=desk.change,
        args=(partial(_together, base=opened.base, theirs=opened.newest), opened.newest),
        disabled=merged is None,
        help=None if merged is not None else _("Choose whose lines stay, place by place."),
    )
    return found.text is None


def _together(text: str, _line: int, *, base: str, theirs: str) -> tuple[str, int]:
    """Put both together as text and choices stand at the click."""
    found = merge(base, ours=text, theirs=theirs)
    merged = merge(base, ours=text, theirs=theirs, sides=_sides(found.conflicts)).text
    if merged is None:
        raise Refused("Choose whose lines stay, place by place.")
    return merged, found.conflicts[0].line if found.conflicts else 1


def _sides(conflicts: Sequence[Conflict]) -> list[Side]:
    """Return whose lines stay, as far as that is settled."""
    given: Iterator[Side | None] = (
        st.session_state.get(_side_key(*place)) for place in enumerate(conflicts)
    )
    return [side for side in takewhile(bool, given) if side]


def _side_key(number: int, conflict: Conflict) -> str:
    return f"editor_side_{number}_{conflict.line}"


def _draw_conflicts(conflicts: Sequence[Conflict], *, who: str) -> None:
    """Draw both sides of every place, and ask whose lines stay."""
    st.markdown(_("You both changed the same lines. Choose what stays."))
    words: dict[Side, str] = {
        "ours": _("Mine"),
        "theirs": _("Theirs"),
        "both": _("Both, mine first"),
    }
    for number, conflict in enumerate(conflicts):
        with st.container(border=True):
            st.markdown("**" + _("Line {line}").format(line=conflict.line) + "**")
            left, right = st.columns(2)
            with left:
                st.markdown(_("Yours"))
                st.text(conflict.ours or _("(nothing)"))
            with right:
                st.markdown(_("{who}'s").format(who=who))
                st.text(conflict.theirs or _("(nothing)"))
            st.radio(
                _("What stays"),
                list(words),
                index=None,
                format_func=lambda side: words[side],
                horizontal=True,
                key=_side_key(number, conflict),
            )
