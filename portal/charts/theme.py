"""The one chart theme: fonts and palette come from Streamlit, the rest from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

# The order is an interface: structured, self-directed, ink, quiet.
ROLES = ("structured", "self_directed", "ink", "quiet")
AXIS_LIGHT = "#47565C"
BAND_OPACITY = 0.16


@dataclass(frozen=True, slots=True)
class Finished:
    """A chart as altair wrote it, with the rows that it names beside it."""

    grammar: Mapping[str, Any]
    rows: Mapping[str, pd.DataFrame]

    def to_dict(self) -> dict[str, Any]:
        """Return the chart with its rows inside it, as a file needs it."""
        return {**self.grammar, "datasets": {name: _plain(one) for name, one in self.rows.items()}}


def axis(*, dark: bool, **options: Any) -> alt.Axis:  # noqa: ANN401 - altair's own options
    """Return an axis whose labels can be read in this theme."""
    colors = {} if dark else {"labelColor": AXIS_LIGHT, "titleColor": AXIS_LIGHT}
    return alt.Axis(**{**colors, "labelFlush": False, **options})


def finished(*layers: alt.Chart, height: int, **options: Any) -> Finished:  # noqa: ANN401 - as above
    """Lay charts over each other in the theme, and write them down once.

    Rows stay outside: altair would take them through a switch that all threads share, and make a
    list of each. Nor is the whole checked against the grammar each time a page is drawn: that takes
    longer than all the rest, and the tests do it.
    """
    rows: dict[str, pd.DataFrame] = {}
    named = [_named(layer, rows=rows) for layer in layers]
    chart = alt.layer(*named, height=height, config=_config(), **options)
    grammar = chart.to_dict(validate=False)
    # Sizes that altair gives a chart of unknown width; here its place gives it one.
    for size in ("continuousWidth", "continuousHeight"):
        grammar["config"]["view"].pop(size, None)
    return Finished(grammar, rows)


def _named(layer: alt.Chart, *, rows: dict[str, pd.DataFrame]) -> alt.Chart:
    """Return a layer that names its rows in place of holding them; the same rows share a name."""
    frame = layer.data
    name = next((known for known, one in rows.items() if one is frame), f"rows{len(rows)}")
    rows[name] = frame
    bare: alt.Chart = layer.copy(deep=False)
    bare.data = alt.NamedData(name=name)
    return bare


def _config() -> alt.Config:
    return alt.Config(
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight=500,
            domain=False,
            ticks=False,
            gridOpacity=0.55,
            labelLimit=260,
            labelFlush=False,
        ),
        axisX=alt.AxisConfig(grid=False),
        text=alt.MarkConfig(fontSize=13),
    )


def _plain(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows as JSON takes them: what is missing is null."""
    return [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in rows.to_dict("records")
    ]
