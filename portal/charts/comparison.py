"""A comparison as charts: the estimates with the envelope, and where the groups started."""

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished
from portal.text import _

_TONES = alt.Scale(domain=list(ROLES))
ROW_HEIGHT = 40
FOREST_ROW = 48
# Nothing has no sign.
SIGNED = "datum.value == 0 ? '0' : datum.label"


def forest_chart(
    estimates: pd.DataFrame, *, envelope: tuple[float, float] | None, dark: bool
) -> Finished:
    """Draw the estimates with their intervals; the main one first and larger; ink, no colours.

    Parameters
    ----------
    estimates
        One row per estimate, the main one first: `name`, `effect`, `low`, `high` (SD), `main`
        (bool), `figures` (the same as text).
    envelope
        The union of the intervals, drawn as one quiet field across all rows, or None.
    """
    names = estimates["name"].tolist()
    edges = [0.0, *estimates["low"], *estimates["high"], *(envelope or ())]
    span = max(abs(edge) for edge in edges) * 1.15 or 0.5
    scale = alt.Scale(domain=[-span, span], nice=False)
    # Two lines, because on a phone there is no room for one.
    title = [_("Right of 0:"), _("structured ahead, SD")]
    ticks = [
        one for one in (-2, -1.5, -1, -0.5, -0.25, 0, 0.25, 0.5, 1, 1.5, 2) if abs(one) <= span
    ]
    x_axis = axis(dark=dark, title=title, values=ticks, format="+.2f", labelExpr=SIGNED)
    x = alt.X("effect:Q", scale=scale, axis=x_axis, title=title)
    y = alt.Y("name:N", sort=names, title=None, axis=axis(dark=dark, title=None, labelLimit=190))
    ink = alt.Color("tone:N", scale=_TONES, legend=None)
    # On the side where the lines are not; above them, because a phone has no room for a column.
    ahead = float(estimates["effect"].iloc[0]) >= 0
    frame = estimates.assign(tone="ink", edge=-span if ahead else span)
    layers = []
    if envelope is not None:
        field = pd.DataFrame({"low": [envelope[0]], "high": [envelope[1]], "tone": ["quiet"]})
        layers.append(
            alt.Chart(field)
            .mark_rect(opacity=0.16)
            .encode(
                x=alt.X("low:Q", scale=scale, axis=x_axis, title=title),
                x2=alt.X2("high:Q"),
                color=ink,
            )
        )
    zero = pd.DataFrame({"effect": [0.0], "tone": ["quiet"]})
    layers += [
        alt.Chart(zero).mark_rule(strokeWidth=2).encode(x=x, color=ink),
        alt.Chart(frame)
        .mark_rule(strokeWidth=2)
        .encode(
            x=alt.X("low:Q", scale=scale, axis=x_axis, title=title),
            x2=alt.X2("high:Q"),
            y=y,
            color=ink,
        ),
        alt.Chart(frame)
        .mark_point(filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            color=ink,
            size=alt.Size(
                "main:N", scale=alt.Scale(domain=[True, False], range=[140, 64]), legend=None
            ),
            shape=alt.Shape(
                "main:N",
                scale=alt.Scale(domain=[True, False], range=["square", "circle"]),
                legend=None,
            ),
        ),
        alt.Chart(frame)
        .mark_text(align="left" if ahead else "right", fontSize=13, dy=-14)
        .encode(
            x=alt.X("edge:Q", scale=scale, axis=x_axis, title=title),
            y=y,
            color=ink,
            text=alt.Text("figures:N"),
        ),
    ]
    return finished(*layers, height=FOREST_ROW * len(names) + 66)


def love_plot(differences: pd.DataFrame, *, dark: bool) -> Finished:
    """Draw signed baseline differences between the routes, with fields at ± .05 and ± .25.

    Parameters
    ----------
    differences
        One row per covariate: `name`, `g`, `low`, `high`, `state`
        (`comparable`: circle, `comparable_after_adjustment`: square, `not_comparable`: triangle).
    """
    edge = max(0.4, *differences["low"].abs(), *differences["high"].abs()) * 1.05
    scale = alt.Scale(domain=[-edge, edge], nice=False)
    title = _("Difference at the start, SD")
    x_axis = axis(dark=dark, title=title, tickCount=5)
    frame = differences.assign(tone="ink")
    ink = alt.Color("tone:N", scale=_TONES, legend=None)
    y = alt.Y("name:N", sort=None, title=None, axis=axis(dark=dark, title=None))
    fields = pd.DataFrame({"low": [-0.25, -0.05], "high": [0.25, 0.05], "tone": ["quiet", "quiet"]})
    limits = pd.DataFrame({"g": [-0.25, -0.05, 0.05, 0.25], "tone": "quiet"})
    x = alt.X("g:Q", scale=scale, axis=x_axis, title=title)
    low = alt.X("low:Q", scale=scale, axis=x_axis, title=title)
    states = alt.Scale(
        domain=["comparable", "comparable_after_adjustment", "not_comparable"],
        range=["circle", "square", "triangle"],
    )
    return finished(
        alt.Chart(fields).mark_rect(opacity=0.1).encode(x=low, x2=alt.X2("high:Q"), color=ink),
        alt.Chart(limits).mark_rule(strokeDash=[6, 4]).encode(x=x, color=ink),
        alt.Chart(frame)
        .mark_rule(strokeWidth=2)
        .encode(x=low, x2=alt.X2("high:Q"), y=y, color=ink),
        alt.Chart(frame)
        .mark_point(filled=True, size=90, opacity=1)
        .encode(x=x, y=y, color=ink, shape=alt.Shape("state:N", scale=states, legend=None)),
        height=ROW_HEIGHT * len(differences) + 60,
    )
