"""How a comparison was computed, with every figure behind it."""

import streamlit as st

from portal.charts.comparison_estimates import method_lines, method_table
from portal.services.compared import Compared
from portal.text import _


def draw_method(compared: Compared) -> None:
    """Say how it was computed, in words and with the figures of each estimate."""
    comparison = compared.comparison
    with st.expander(_("How this was computed"), type="compact"):
        for line in method_lines(comparison):
            st.markdown(line)
        if comparison.primary is not None:
            st.dataframe(
                method_table(comparison),
                hide_index=True,
                alt=_("Every estimate with its standard error, degrees of freedom and p value."),
                key="compared_method_table",
            )
