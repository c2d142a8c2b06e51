"""Skills of teams as a grid: the figure in every cell, a dashed frame where it is hidden."""

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished

_TONES = alt.Scale(domain=list(ROLES))
ROW_HEIGHT = 52
HEAD = 74


def heatmap_chart(cells: pd.DataFrame, *, domain: tuple[float, float], dark: bool) -> Finished:
    """Draw a cell per unit and skill; stronger colour is higher, in light and in dark.

    Parameters
    ----------
    cells
        One row per unit and skill: `name` (unit), `skill` (its name), `value` (missing where the
        cell has no colour), `figure` and `below` (what stands in it), `tips` (the same in words).
    domain
        The fixed ends of the colours, alike for every unit and time.
    """
    units = sorted(cells["name"].unique(), key=str.casefold)
    skills = list(dict.fromkeys(cells["skill"]))
    x_axis = axis(
        dark=dark,
        title=None,
        orient="top",
        labelAngle=0,
        labelPadding=26,
        labelExpr="split(datum.label, ' ')",
        labelOverlap=False,
        labelLimit=120,
        grid=False,
    )
    y_axis = axis(dark=dark, title=None, labelLimit=190, grid=False)
    x = alt.X("skill:N", sort=skills, title=None, axis=x_axis, scale=alt.Scale(padding=0.06))
    y = alt.Y("name:N", sort=units, title=None, axis=y_axis, scale=alt.Scale(padding=0.1))
    colour = alt.Color(
        "value:Q", scale=alt.Scale(domain=list(domain), range="ramp", clamp=True), legend=None
    )
    ink = alt.Color("tone:N", scale=_TONES, legend=None)
    tips = [alt.Tooltip("tips:N", title=" ")]
    filled = cells[cells["value"].notna()]
    empty = cells[cells["value"].isna()].assign(tone="quiet")
    words = cells.assign(tone=["quiet" if hidden else "ink" for hidden in cells["value"].isna()])
    written = alt.Chart(words).encode(x=x, y=y, color=ink, tooltip=tips)
    # A layer without marks would be a picture without words for who listens to the page.
    layers = []
    if len(filled):
        layers.append(
            alt.Chart(filled).mark_rect(cornerRadius=4).encode(x=x, y=y, color=colour, tooltip=tips)
        )
    if len(empty):
        layers.append(
            alt.Chart(empty)
            .mark_rect(filled=False, strokeDash=[5, 4], strokeWidth=1.5, cornerRadius=4)
            .encode(x=x, y=y, color=ink, tooltip=tips)
        )
    layers += [
        written.mark_text(fontSize=15, fontWeight=600, dy=-7).encode(text=alt.Text("figure:N")),
        written.mark_text(fontSize=12, dy=11).encode(text=alt.Text("below:N")),
    ]
    return finished(
        *layers,
        height=ROW_HEIGHT * len(units) + HEAD,
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(color="independent")),
    )
