"""A check in a preview: it answers like the real one and keeps nothing; its key can be shown."""

import streamlit as st

from assessments.scoring import check_response, feedback
from curriculum.model import Item
from portal.components.check_card import draw_explained
from portal.components.question import draw_question, read_response
from portal.services.questions import question
from portal.text import _

PREVIEW_SEED = 1


def draw_preview_check(item: Item, *, with_key: bool) -> None:
    """Draw one check of a lesson on disk."""
    asked = question(item, seed=PREVIEW_SEED)
    key = f"preview_{item.id}"
    with st.container(border=True):
        st.markdown(f"**{asked.title}**")
        draw_question(asked, key=key, response=None)
        response = read_response(asked, key=key)
        pressed = st.button(_("Check"), key=f"{key}_answer")
        if pressed and response is not None and check_response(item, response) is None:
            draw_explained(asked, feedback(item, response), response, item.explanation)
        if with_key:
            _draw_key(item)


def _draw_key(item: Item) -> None:
    with st.expander(_("Key"), expanded=True):
        for choice in (*item.choices, *item.reasons):
            right = choice.right or choice.rating == "best"
            icon = "check_circle" if right else "radio_button_unchecked"
            code = f" `{choice.misconception}`" if choice.misconception else ""
            st.markdown(f":material/{icon}: {choice.text}{code}\n\n{choice.feedback}")
        for answer in item.answers:
            wanted = (
                answer.literal
                or answer.pattern
                or _("{low} to {high}").format(low=answer.low, high=answer.high)
            )
            st.markdown(f":material/check_circle: {wanted} ({answer.credit:.0%})")
        for number, step in enumerate(item.ordering, 1):
            st.markdown(f"{number}. {step}")
        for pair in item.pairs:
            st.markdown(f"{pair.prompt} → {pair.match}")
