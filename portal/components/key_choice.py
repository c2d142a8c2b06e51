"""The question behind a changed key: what becomes of the results so far."""

from collections.abc import Mapping, Sequence

import streamlit as st

from curriculum.item_differences import ItemChange, key_choices_open_to
from portal.text import _, phrase_text


def key_choices_given(changes: Sequence[ItemChange], *, key: str) -> dict[str, str]:
    """Return the answers that stand at a click.

    A callback must ask for them: its arguments are those of the run before, and the answer may
    have been given since.
    """
    given = {
        change.id: st.session_state.get(f"{key}_{change.id}")
        for change in changes
        if not change.type_changed
    }
    return {item_id: way for item_id, way in given.items() if way is not None}


def draw_key_choices(
    changes: Sequence[ItemChange], *, key: str, chosen: Mapping[str, str]
) -> dict[str, str]:
    """Draw the question for every changed key and return the answers given so far."""
    words = {
        "correction": _("Correction: the old key was wrong, results so far are scored again"),
        "new revision": _("New revision: results so far stand, the new key counts from now on"),
    }
    answers = {}
    for change in changes:
        if change.type_changed:
            st.error(
                _("{id} has another type now: it needs a new id.").format(id=f"`{change.id}`"),
                icon=":material/error:",
            )
            continue
        open_ways = [way for way in words if way in key_choices_open_to(change)]
        before = chosen.get(change.id)
        answer = st.radio(
            _("The key of {id} changed ({words}). What becomes of the results?").format(
                id=f"`{change.id}`", words="; ".join(map(phrase_text, change.words[:2]))
            ),
            open_ways,
            index=open_ways.index(before) if before in open_ways else None,
            format_func=lambda way: words[way],
            key=f"{key}_{change.id}",
        )
        if change.positions_moved:
            st.markdown(
                _(
                    "Choices, steps or pairs moved, so old answers cannot be read with the new "
                    "key: a correction is not offered."
                )
            )
        if answer is not None:
            answers[change.id] = answer
    return answers
