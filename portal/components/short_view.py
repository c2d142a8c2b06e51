"""Work that waits in vain for one more person to grade it, and what to do about it."""

import streamlit as st

from portal import loaders
from portal.services.short_of_markers import ShortWork, read_short_of_markers
from portal.text import _, plain


def draw_short_of_markers() -> None:
    """Warn of work that nobody may grade as things are; nothing where there is none."""
    short = read_short_of_markers(
        loaders.store(), viewer=loaders.current_viewer(), read_item=loaders.item
    )
    if not short:
        return
    lines = [f"- {_line(one)}" for one in short]
    advice = _(
        "It will wait until somebody who has not graded it may: an administrator gives one more "
        "person the role of author or approver, on the page People."
    )
    st.warning(
        "\n".join([_("Work waits, and nobody is left to grade it."), "", *lines, "", advice]),
        icon=":material/person_add:",
    )


def _line(one: ShortWork) -> str:
    words = {
        "first": _("Work {n}, {title}: a first person is needed."),
        "second": _("Work {n}, {title}: a second person is needed."),
        "third": _("Work {n}, {title}: two people differ by two points; a third is needed."),
    }
    return words[one.turn].format(n=one.number, title=plain(one.title))
