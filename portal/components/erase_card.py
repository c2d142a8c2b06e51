"""Erasing a person: what would go and what stays, then one confirmed click."""

from collections.abc import Callable

import streamlit as st

from portal.services.erasing import Erasure
from portal.text import _, number_text, plural


def draw_erase(
    person_id: int, *, foresee: Callable[[], Erasure], erase: Callable[[], None]
) -> None:
    """Draw what an erasure would do once it is asked for, and the click that does it."""
    with st.expander(_("Erase this person"), type="compact"):
        st.markdown(
            _(
                "The account ends, the name, the address and all texts go. Results stay under "
                "a number, so that figures of groups stay right. This cannot be undone."
            )
        )
        if not st.checkbox(_("Show what would be erased"), key=f"people_erase_look_{person_id}"):
            return
        foreseen = foresee()
        deleted = sum(foreseen.deleted.values()) - 1
        rows = plural(
            "{n} entry is deleted or emptied.", "{n} entries are deleted or emptied.", deleted
        )
        texts = plural(
            "{n} text in answers is emptied.", "{n} texts in answers are emptied.", foreseen.texts
        )
        kept = _("{n} results stay under the number {number}.").format(
            n=number_text(foreseen.kept["result"]), number=person_id
        )
        st.markdown(f"- {rows}\n- {texts}\n- {kept}")
        sure = st.checkbox(
            _("I have checked that it is this person"), key=f"people_erase_{person_id}"
        )
        st.button(
            _("Erase now"),
            key="people_erase_go",
            icon=":material/person_remove:",
            on_click=erase,
            disabled=not sure,
        )
