"""The table behind a chart, with the same rounding and the same hidden cells, and its CSV."""

import pandas as pd
import streamlit as st

from portal.text import _


def draw_table(frame: pd.DataFrame, *, key: str, alt: str, file_name: str) -> None:
    """Draw a table under a click and offer it as CSV; hidden cells say so in both.

    Parameters
    ----------
    frame
        As it is to be read: translated column names, figures as text.
    """
    with st.expander(_("As a table"), type="compact"):
        st.dataframe(frame, hide_index=True, alt=alt, key=f"{key}_table")
        st.download_button(
            _("Download as CSV"),
            data=lambda: _csv(frame),
            file_name=file_name,
            mime="text/csv",
            key=f"{key}_csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _csv(frame: pd.DataFrame) -> bytes:
    """Write the table for a spreadsheet; a text that would be read as a formula is defused."""
    safe = frame.map(lambda cell: f"'{cell}" if str(cell)[:1] in set("=+-@\t\r") else cell)
    return safe.to_csv(index=False).encode("utf-8-sig")
