"""What came of graded work: every row of the rubric with its mark, its words and the comments."""

import pandas as pd
import streamlit as st

from assessments.grading import PASS_MARK
from portal.components.table_view import draw_table
from portal.services.own_work import ResultLine, WorkResult
from portal.text import _, date_text, number_text, percent_text, plain, plural


def mark_text(mark: float) -> str:
    """Return a mark as `3 of 4` or `2.5 of 4`."""
    shown = number_text(mark, digits=0 if mark == int(mark) else 1)
    return _("{mark} of 4").format(mark=shown)


def draw_work_result(result: WorkResult, *, key: str) -> None:
    """Draw the result of one submission."""
    low = sum(line.mark < PASS_MARK for line in result.lines)
    if result.passed:
        words = _("Passed: 3 or more of 4 in every row.")
    else:
        words = plural(
            "Not yet passed: {n} row is below 3 of 4.",
            "Not yet passed: {n} rows are below 3 of 4.",
            low,
        )
    st.header(words, anchor=False)
    graded = plural("Graded by {n} person", "Graded by {n} people", result.markers)
    weighted = _("{share} of all points by weight").format(share=percent_text(result.share))
    st.markdown(f":small[{graded} · {date_text(result.decided_at)} · {weighted}]")
    for text in result.comments:
        st.markdown(f"> {plain(text)}")
    for line in result.lines:
        _draw_line(line)
    draw_table(
        pd.DataFrame(
            [
                {
                    _("Row of the rubric"): line.criterion,
                    _("Weight"): f"{number_text(line.weight)} %",
                    _("Mark"): mark_text(line.mark),
                    _("Comments"): "\n".join(line.comments),
                }
                for line in result.lines
            ]
        ),
        key=f"{key}_table",
        alt=_("Every row of the rubric with its weight, mark and comments."),
        file_name="graded-work.csv",
    )


def _draw_line(line: ResultLine) -> None:
    met = line.mark >= PASS_MARK
    icon = "check_circle" if met else "trending_up"
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown(f"**{plain(line.criterion)}**")
            st.markdown(f":material/{icon}: {mark_text(line.mark)}")
        for mark, words in line.words:
            st.markdown(f"{mark} · {plain(words)}" if len(line.words) > 1 else plain(words))
        for text in line.comments:
            st.markdown(f"> {plain(text)}")
