"""What the start of a wave did, check by check, against those who had not started yet."""

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished

_TONES = alt.Scale(domain=list(ROLES))


def event_chart(points: pd.DataFrame, *, dark: bool) -> Finished:
    """Draw the effect before and after the start with its 95 % range, and n below each.

    Parameters
    ----------
    points
        One row per check: `since` (0 is the first one after the start), `when` (its words),
        `estimate`, `low`, `high` (points), `n` (learners who had just started), `after` (bool).
    """
    edges = [0.0, *points["low"], *points["high"]]
    span = max(edges) - min(edges) or 1.0
    floor = min(edges) - 0.16 * span
    scale = alt.Scale(domain=[floor - 0.06 * span, max(edges) + 0.08 * span], nice=False)
    words = " : ".join(
        f"datum.value == {since} ? '{when}'"
        for since, when in zip(points["since"], points["when"], strict=True)
    )
    first, last = float(points["since"].min()), float(points["since"].max())
    x = alt.X(
        "since:Q",
        title=None,
        scale=alt.Scale(domain=[first - 0.6, last + 0.6], nice=False),
        axis=axis(
            dark=dark, values=points["since"].tolist(), labelExpr=f"{words} : ''", title=None
        ),
    )
    y_axis = axis(dark=dark, tickCount=5, title=None)
    middle = alt.Y("estimate:Q", title=None, scale=scale, axis=y_axis)
    low = alt.Y("low:Q", title=None, scale=scale, axis=y_axis)
    color = alt.Color("tone:N", scale=_TONES, legend=None)
    frame = points.assign(tone="ink", floor=floor)
    zero = pd.DataFrame({"estimate": [0.0], "tone": ["quiet"]})
    start = pd.DataFrame({"since": [-0.5], "tone": ["quiet"]})
    shapes = alt.Scale(domain=[True, False], range=["square", "circle"])
    return finished(
        alt.Chart(zero).mark_rule(strokeWidth=2).encode(y=middle, color=color),
        alt.Chart(start).mark_rule(strokeDash=[6, 4]).encode(x=x, color=color),
        alt.Chart(frame)
        .mark_rule(strokeWidth=2)
        .encode(x=x, y=low, y2=alt.Y2("high:Q"), color=color),
        alt.Chart(frame)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            x=x,
            y=middle,
            color=color,
            shape=alt.Shape("after:N", scale=shapes, legend=None),
        ),
        alt.Chart(frame)
        .mark_text(fontSize=12)
        .encode(
            x=x,
            y=alt.Y("floor:Q", title=None, scale=scale, axis=y_axis),
            color=color,
            text=alt.Text("n:Q"),
        ),
        height=320,
    )
