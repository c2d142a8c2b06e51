"""The one chart theme: fonts and palette come from Streamlit, the rest from here."""

from typing import Any

import altair as alt

# The order is an interface: structured, self-directed, ink, quiet.
ROLES = ("structured", "self_directed", "ink", "quiet")
AXIS_LIGHT = "#47565C"
BAND_OPACITY = 0.16


def axis(*, dark: bool, **options: Any) -> alt.Axis:  # noqa: ANN401 - altair's own options
    """Return an axis whose labels can be read in this theme."""
    colors = {} if dark else {"labelColor": AXIS_LIGHT, "titleColor": AXIS_LIGHT}
    return alt.Axis(**{**colors, "labelFlush": False, **options})


Finished = alt.LayerChart | alt.FacetChart


def configured(chart: Finished) -> Finished:
    """Apply the theme's values to a finished chart."""
    styled: Finished = (
        chart.configure_view(stroke=None)
        .configure_axis(
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight=500,
            domain=False,
            ticks=False,
            gridOpacity=0.55,
            labelLimit=260,
            labelFlush=False,
        )
        .configure_axisX(grid=False)
        .configure_text(fontSize=13)
    )
    return styled
