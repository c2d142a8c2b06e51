"""The table behind a chart, with the same rounding and the same hidden cells, and its files."""

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from portal import loaders
from portal.access import Refused
from portal.charts.export import chart_to_png, chart_to_svg
from portal.charts.theme import Finished
from portal.services.spreadsheet import csv_bytes
from portal.text import _, sentence_text

TYPES = {"csv": "text/csv", "html": "text/html", "png": "image/png", "svg": "image/svg+xml"}


def draw_table(
    frame: pd.DataFrame,
    *,
    key: str,
    alt: str,
    file_name: str,
    chart: Finished | Mapping[str, Finished] | None = None,
) -> None:
    """Draw a table under a click and offer it as CSV; hidden cells say so in both.

    Parameters
    ----------
    frame
        As it is to be read: translated column names, figures as text.
    file_name
        Ends in `.csv`; a picture takes the same name with its own ending.
    chart
        The picture of the same figures, to offer as PNG and SVG; several by their names.
    """
    charts = {} if chart is None else {"": chart} if isinstance(chart, Finished) else chart
    label = _("As a table or a file") if charts else _("As a table")
    with st.expander(label, type="compact"):
        st.dataframe(frame, hide_index=True, alt=alt, key=f"{key}_table")
        with st.container(horizontal=True):
            offer_file(_("Download as CSV"), lambda: _csv(frame), f"{key}_csv", file_name)
            if charts:
                _draw_pictures(charts, key=key, name=file_name.removesuffix(".csv"))


def _draw_pictures(charts: Mapping[str, Finished], *, key: str, name: str) -> None:
    """Offer a chart as PNG and SVG; which one, where there are several."""
    number = 0
    if len(charts) > 1:
        names = list(charts)
        number = st.selectbox(
            _("Picture of"), range(len(names)), format_func=names.__getitem__, key=f"{key}_which"
        )
        name = f"{name}-{number + 1}"
    chart = list(charts.values())[number]
    offer_file("PNG", lambda: chart_to_png(chart), f"{key}_png", f"{name}.png")
    offer_file("SVG", lambda: chart_to_svg(chart), f"{key}_svg", f"{name}.svg")


def draw_csv(frame: pd.DataFrame, *, key: str, file_name: str) -> None:
    """Offer a table that stands on the page already as CSV."""
    offer_file(_("Download as CSV"), lambda: _csv(frame), f"{key}_csv", file_name)


def offer_file(label: str, make: Callable[[], bytes | str], key: str, file_name: str) -> None:
    """Offer a file that is made, counted and written down only when somebody asks for it.

    It is made outside the run of a page, where nobody is signed in: `make` may not ask who is.
    """
    token = loaders.session_token()
    st.download_button(
        label,
        data=lambda: _take(token, make, file_name),
        file_name=file_name,
        mime=TYPES[file_name.rpartition(".")[2]],
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )


def _take(token: str, make: Callable[[], bytes | str], file_name: str) -> bytes | str:
    """Return the file for whoever holds this session at the moment of the click.

    There is no page to say a refusal on, so it stands in the table instead.
    """
    try:
        loaders.record_file(token, file_name)
    except Refused as refusal:
        if not file_name.endswith(".csv"):
            raise
        return csv_bytes([sentence_text(refusal)], [])
    return make()


def _csv(frame: pd.DataFrame) -> bytes:
    """Write the table for a spreadsheet; a text that would be read as a formula is defused."""
    return csv_bytes([str(name) for name in frame.columns], frame.itertuples(index=False))
