"""How fast each team grows, with its 95 % range; by name, never by size."""

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished
from portal.text import _

_TONES = alt.Scale(domain=list(ROLES))
ROW_HEIGHT = 28


def slopes_chart(slopes: pd.DataFrame, *, dark: bool) -> Finished:
    """Draw empirical-Bayes slopes in the order given.

    Parameters
    ----------
    slopes
        One row per team, by name: `name`, `slope`, `low`, `high` (points a month).
    """
    names = slopes["name"].tolist()
    edges = [0.0, *slopes["low"], *slopes["high"]]
    pad = 0.08 * (max(edges) - min(edges)) or 1.0
    scale = alt.Scale(domain=[min(edges) - pad, max(edges) + pad], nice=False)
    title = _("Growth, points a month")
    x_axis = axis(dark=dark, title=title, tickCount=5)
    x = alt.X("slope:Q", scale=scale, axis=x_axis, title=title)
    low = alt.X("low:Q", scale=scale, axis=x_axis, title=title)
    y = alt.Y("name:N", sort=names, title=None, axis=axis(dark=dark, title=None, labelLimit=190))
    ink = alt.Color("tone:N", scale=_TONES, legend=None)
    frame = slopes.assign(tone="ink")
    zero = pd.DataFrame({"slope": [0.0], "tone": ["quiet"]})
    return finished(
        alt.Chart(zero).mark_rule(strokeWidth=2).encode(x=x, color=ink),
        alt.Chart(frame)
        .mark_rule(strokeWidth=2)
        .encode(x=low, x2=alt.X2("high:Q"), y=y, color=ink),
        alt.Chart(frame)
        .mark_point(filled=True, size=70, opacity=1)
        .encode(x=x, y=y, color=ink, shape=alt.value("circle")),
        height=ROW_HEIGHT * len(names) + 50,
    )
