"""The rubric as a marker fills it in: a mark and a comment for each row, kept at every change."""

from collections.abc import Callable, Mapping

import streamlit as st

from curriculum.model import RubricRow
from portal.services.grading import EXPLAINED_BELOW, MAX_COMMENT, WHOLE
from portal.services.to_grade import OpenGrading
from portal.text import _, number_text, plain


def given_marks(work: OpenGrading) -> dict[int, int]:
    """Return the marks that stand in the form."""
    marks = {
        place: st.session_state.get(_mark_key(work, place), work.marks.get(place))
        for place in range(len(work.rubric))
    }
    return {place: int(mark) for place, mark in marks.items() if mark is not None}


def given_comments(work: OpenGrading) -> dict[int, str]:
    """Return the comments that stand in the form; -1 is the one on the whole work."""
    return {
        place: str(
            st.session_state.get(_comment_key(work, place), work.comments.get(place, "")) or ""
        )
        for place in range(WHOLE, len(work.rubric))
    }


def draw_grading_form(work: OpenGrading, *, on_change: Callable[[], None]) -> None:
    """Draw every row of the rubric; `on_change` keeps what was given."""
    for place, row in enumerate(work.rubric):
        with st.container(border=True):
            _draw_row(work, row, place=place, on_change=on_change)
    _draw_comment(work, _("On the whole work (if you like)"), place=WHOLE, on_change=on_change)


def _draw_row(
    work: OpenGrading, row: RubricRow, *, place: int, on_change: Callable[[], None]
) -> None:
    words: Mapping[int, str] = dict(enumerate(row.points))
    weight = _("weight {n} %").format(n=number_text(row.weight))
    st.radio(
        f"**{plain(row.criterion)}** · {weight}",
        list(words),
        index=work.marks.get(place),
        format_func=lambda mark: f"{mark} · {words[mark]}",
        key=_mark_key(work, place),
        on_change=on_change,
    )
    mark = given_marks(work).get(place)
    needed = mark is not None and mark < EXPLAINED_BELOW
    label = _("What is missing") if needed else _("Why (if you like)")
    _draw_comment(work, f"{label} · {plain(row.criterion)}", place=place, on_change=on_change)


def _draw_comment(
    work: OpenGrading, label: str, *, place: int, on_change: Callable[[], None]
) -> None:
    st.text_area(
        label,
        value=work.comments.get(place, ""),
        key=_comment_key(work, place),
        max_chars=MAX_COMMENT,
        height=80,
        on_change=on_change,
    )


def _mark_key(work: OpenGrading, place: int) -> str:
    return f"grade_mark_{work.number}_{place}"


def _comment_key(work: OpenGrading, place: int) -> str:
    return f"grade_comment_{work.number}_{place}"
