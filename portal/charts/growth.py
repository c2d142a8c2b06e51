"""Mean skill over time for each route or unit, with its 95 % band and n under every point."""

import altair as alt
import pandas as pd

from portal.charts.theme import BAND_OPACITY, ROLES, Finished, axis, finished
from portal.text import _

_TONES = alt.Scale(domain=list(ROLES))
_SHAPES = alt.Scale(domain=list(ROLES), range=["circle", "diamond", "circle", "square"])
_DASHES = alt.Scale(domain=list(ROLES), range=[[1, 0], [6, 4], [1, 0], [2, 3]])


def growth_chart(
    points: pd.DataFrame, *, low: float, high: float, height: int, dark: bool
) -> Finished:
    """Draw a line per series with its band, name at the line's end, and n in rows above the axis.

    Parameters
    ----------
    points
        One row per series and time: `tone` (`structured`, `self_directed` or `ink`), `name`,
        `place` (quantity: position in time), `when` (its label), `score`, `low`, `high` (95 %
        limits of the mean), `n`. Series that may not be shown are not in it.
    low, high
        Range of the score axis.
    """
    x = _time(points, dark=dark)
    y_axis = axis(dark=dark, tickCount=5, title=None)
    scale = alt.Scale(domain=[low, high], zero=False, nice=False)
    color = alt.Color("tone:N", scale=_TONES, legend=None)
    base = alt.Chart(points).encode(x=x, color=color, detail=alt.Detail("name:N"))
    middle = alt.Y("score:Q", title=None, scale=scale, axis=y_axis)
    band = base.mark_area(opacity=BAND_OPACITY).encode(
        y=alt.Y("low:Q", title=None, scale=scale, axis=y_axis), y2=alt.Y2("high:Q")
    )
    line = base.mark_line(strokeWidth=2.5).encode(
        y=middle, strokeDash=alt.StrokeDash("tone:N", scale=_DASHES, legend=None)
    )
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        y=middle, shape=alt.Shape("tone:N", scale=_SHAPES, legend=None), tooltip=_tips()
    )
    ends = points.sort_values("place").groupby("name", as_index=False).last()
    name = (
        alt.Chart(ends)
        .mark_text(align="left", dx=10, fontWeight=600)
        .encode(x=x, y=middle, color=color, text=alt.Text("name:N"))
    )
    floor = alt.Y("floor:Q", title=None, scale=scale, axis=y_axis)
    n = (
        alt.Chart(_on_rows(points, low=low, high=high))
        .mark_text(fontSize=12)
        .encode(x=x, y=floor, color=color, text=alt.Text("n:Q"))
    )
    return finished(band, line, point, name, n, height=height)


def _time(points: pd.DataFrame, *, dark: bool) -> alt.X:
    """Return the axis of time with a label at each occasion, and room for names at its end."""
    labels = points.drop_duplicates("place").sort_values("place")
    places = labels["place"].tolist()
    words = " : ".join(
        f"datum.value == {place} ? '{when}'"
        for place, when in zip(places, labels["when"], strict=True)
    )
    return alt.X(
        "place:Q",
        title=None,
        scale=alt.Scale(domain=[min(places) - 0.2, max(places) + 1.4], nice=False),
        axis=axis(dark=dark, values=places, labelExpr=f"{words} : ''", title=None),
    )


def _tips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("when:N", title=_("Date")),
        alt.Tooltip("score:Q", title=_("Mean"), format=".0f"),
        alt.Tooltip("low:Q", title=_("95 % from"), format=".0f"),
        alt.Tooltip("high:Q", title=_("to"), format=".0f"),
        alt.Tooltip("n:Q", title=_("Learners")),
    ]


def _on_rows(points: pd.DataFrame, *, low: float, high: float) -> pd.DataFrame:
    """Return the points with `floor`, the height above the axis where n of each series stands."""
    names = sorted(points["name"].unique(), reverse=True)
    order = {series: row for row, series in enumerate(names)}
    counts = points.assign(row=points["name"].map(order).astype(int))
    step = (high - low) * 0.062
    return counts.assign(floor=low + step * (0.6 + counts["row"]))
