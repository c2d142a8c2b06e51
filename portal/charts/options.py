"""Who picks which option, the strong and the weak; and how many hold a misconception."""

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished
from portal.text import _

_TONES = alt.Scale(domain=list(ROLES))
ROW_HEIGHT = 34
# Axis and legend stand inside the height that Streamlit gives a chart.
FRAME_HEIGHT = 130
# Readable on both themes; the shape tells the groups apart.
SYMBOL = "#7A8A91"


def option_chart(options: pd.DataFrame, *, dark: bool) -> Finished:
    """Draw the share of strong and weak learners that pick each option.

    Parameters
    ----------
    options
        One row per option, in its order: `name`, `strong`, `weak` (shares 0 to 1).
    """
    names = options["name"].tolist()
    groups = {"strong": _("strong"), "weak": _("weak")}
    frame = pd.concat(
        [
            options.assign(share=options[group], group=word, tone=tone)
            for (group, word), tone in zip(groups.items(), ("ink", "quiet"), strict=True)
        ]
    )
    x_axis = axis(dark=dark, title=_("Share that picks it"), format="%", tickCount=5)
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, 1]), axis=x_axis)
    y = alt.Y("name:N", sort=names, title=None, axis=axis(dark=dark, title=None, labelLimit=220))
    shape = alt.Shape(
        "group:N",
        scale=alt.Scale(domain=list(groups.values()), range=["circle", "diamond"]),
        legend=alt.Legend(
            orient="top", title=None, symbolFillColor=SYMBOL, symbolStrokeColor=SYMBOL
        ),
    )
    color = alt.Color("tone:N", scale=_TONES, legend=None)
    rule = (
        alt.Chart(options.assign(tone="quiet"))
        .mark_rule(strokeWidth=2, opacity=0.6)
        .encode(
            x=alt.X("weak:Q", scale=alt.Scale(domain=[0, 1]), axis=x_axis),
            x2=alt.X2("strong:Q"),
            y=y,
            color=color,
        )
    )
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, size=90, opacity=1)
        .encode(x=x, y=y, shape=shape, color=color)
    )
    return finished(rule, points, height=ROW_HEIGHT * len(names) + FRAME_HEIGHT)


def holders_chart(held: pd.DataFrame, *, dark: bool) -> Finished:
    """Draw the share of people who chose what stands for each misconception.

    Parameters
    ----------
    held
        One row per misconception, in its order: `name`, `share` (0 to 1).
    """
    names = held["name"].tolist()
    title = _("Share of the people who answered")
    x = alt.X(
        "share:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=axis(dark=dark, title=title, format="%", tickCount=5),
    )
    y = alt.Y("name:N", sort=names, title=None, axis=axis(dark=dark, title=None, labelLimit=190))
    bars = (
        alt.Chart(held.assign(tone="quiet"))
        .mark_bar(height=14, cornerRadius=7)
        .encode(x=x, y=y, color=alt.Color("tone:N", scale=_TONES, legend=None))
    )
    return finished(bars, height=ROW_HEIGHT * len(names) + 60)
