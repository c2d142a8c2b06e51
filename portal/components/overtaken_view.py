"""Two people at one text: what somebody published since, put together with one's own changes."""

from collections.abc import Sequence

import streamlit as st

from curriculum.merge import Conflict, Side, merge
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
        sides: list[Side] = []
    else:
        sides = _draw_conflicts(found.conflicts, who=who)
    merged = merge(opened.base, ours=text, theirs=opened.newest, sides=sides).text
    st.button(
        _("Put both together"),
        key="editor_merge",
        icon=":material/merge:",
        on_click=desk.put,
        args=(merged or text, found.conflicts[0].line if found.conflicts else 1, opened.newest),
        disabled=merged is None,
        help=None if merged is not None else _("Choose whose lines stay, place by place."),
    )
    return found.text is None


def _draw_conflicts(conflicts: Sequence[Conflict], *, who: str) -> list[Side]:
    """Draw both sides of every place; return whose lines stay, as far as that is settled."""
    st.markdown(_("You both changed the same lines. Choose what stays."))
    words: dict[Side, str] = {
        "ours": _("Mine"),
        "theirs": _("Theirs"),
        "both": _("Both, mine first"),
    }
    sides: list[Side] = []
    settled = True
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
            side = st.radio(
                _("What stays"),
                list(words),
                index=None,
                format_func=lambda side: words[side],
                horizontal=True,
                key=f"editor_side_{number}_{conflict.line}",
            )
        settled = settled and side is not None
        if settled and side is not None:
            sides.append(side)
    return sides
