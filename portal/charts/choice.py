"""The gap that a plain comparison sees, by how strongly people choose; the truth is zero."""

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished
from portal.text import _

_TONES = alt.Scale(domain=list(ROLES))


def choice_chart(gaps: pd.DataFrame, *, dark: bool) -> Finished:
    """Draw the naive gap with its 95 % range at each strength, the chosen one larger.

    Parameters
    ----------
    gaps
        One row per strength: `strength`, `gap`, `low`, `high` (points), `chosen` (bool).
    """
    edges = [0.0, *gaps["low"], *gaps["high"]]
    pad = 0.12 * (max(edges) - min(edges)) or 1.0
    scale = alt.Scale(domain=[min(edges) - pad, max(edges) + pad], nice=False)
    title = _("How strongly the motivated choose")
    x = alt.X(
        "strength:Q",
        title=title,
        scale=alt.Scale(domain=[-0.15, float(gaps["strength"].max()) + 0.35], nice=False),
        axis=axis(dark=dark, title=title, values=sorted(set(gaps["strength"]))),
    )
    y_axis = axis(dark=dark, tickCount=5, title=None)
    y = alt.Y("gap:Q", title=None, scale=scale, axis=y_axis)
    low = alt.Y("low:Q", title=None, scale=scale, axis=y_axis)
    frame = gaps.assign(tone="ink")
    color = alt.Color("tone:N", scale=_TONES, legend=None)
    truth = pd.DataFrame({"gap": [0.0], "tone": ["quiet"], "strength": [gaps["strength"].max()]})
    sizes = alt.Scale(domain=[True, False], range=[170, 60])
    shapes = alt.Scale(domain=[True, False], range=["square", "circle"])
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            color=color,
            size=alt.Size("chosen:N", scale=sizes, legend=None),
            shape=alt.Shape("chosen:N", scale=shapes, legend=None),
        )
    )
    word = _("truth: 0")
    return finished(
        alt.Chart(truth).mark_rule(strokeWidth=2, strokeDash=[6, 4]).encode(y=y, color=color),
        alt.Chart(frame)
        .mark_rule(strokeWidth=2)
        .encode(x=x, y=low, y2=alt.Y2("high:Q"), color=color),
        points,
        alt.Chart(truth)
        .mark_text(align="left", dx=6, dy=14)
        .encode(x=x, y=y, color=color, text=alt.value(word)),
        height=300,
    )
