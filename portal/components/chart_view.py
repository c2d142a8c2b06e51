"""A chart on a page."""

import streamlit as st

from portal.charts.theme import Finished


def draw_chart(chart: Finished, *, alt: str, key: str) -> None:
    """Draw a chart as altair wrote it; `alt` says what it shows to those who do not see it.

    `st.altair_chart` would have it written and checked again each time, one session after the
    other.
    """
    st.vega_lite_chart({**chart.grammar, "datasets": dict(chart.rows)}, alt=alt, key=key)
