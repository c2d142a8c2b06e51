"""The table behind a chart, with the same rounding and the same hidden cells, and its files."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from portal.charts.export import chart_to_png, chart_to_svg
from portal.charts.theme import Finished
from portal.text import _

TYPES = {"csv": "text/csv", "png": "image/png", "svg": "image/svg+xml"}


def draw_table(
    frame: pd.DataFrame, *, key: str, alt: str, file_name: str, chart: Finished | None = None
) -> None:
    """Draw a table under a click and offer it as CSV; hidden cells say so in both.

    Parameters
    ----------
    frame
        As it is to be read: translated column names, figures as text.
    file_name
        Ends in `.csv`; a picture takes the same name with its own ending.
    chart
        The picture of the same figures, to offer as PNG and SVG.
    """
    label = _("As a table") if chart is None else _("As a table or a file")
    with st.expander(label, type="compact"):
        st.dataframe(frame, hide_index=True, alt=alt, key=f"{key}_table")
        with st.container(horizontal=True):
            _draw_file(_("Download as CSV"), lambda: _csv(frame), f"{key}_csv", file_name)
            if chart is not None:
                name = file_name.removesuffix(".csv")
                _draw_file("PNG", lambda: chart_to_png(chart), f"{key}_png", f"{name}.png")
                _draw_file("SVG", lambda: chart_to_svg(chart), f"{key}_svg", f"{name}.svg")


def _draw_file(label: str, make: Callable[[], bytes | str], key: str, file_name: str) -> None:
    """Offer a file that is made only when somebody asks for it."""
    st.download_button(
        label,
        data=make,
        file_name=file_name,
        mime=TYPES[file_name.rpartition(".")[2]],
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )


def _csv(frame: pd.DataFrame) -> bytes:
    """Write the table for a spreadsheet; a text that would be read as a formula is defused."""
    safe = frame.map(lambda cell: f"'{cell}" if str(cell)[:1] in set("=+-@\t\r") else cell)
    return safe.to_csv(index=False).encode("utf-8-sig")
