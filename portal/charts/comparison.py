"""A comparison as charts: the estimates with the envelope, and where the groups started."""

from dataclasses import dataclass

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished
from portal.text import _

_TONES = alt.Scale(domain=list(ROLES))
ROW_HEIGHT = 40
FOREST_ROW = 48
# Lines stand this far below the middle of their row, and words as far above it.
FOREST_DROP = 11
_TICKS = (-2, -1.5, -1, -0.5, -0.25, 0, 0.25, 0.5, 1, 1.5, 2)
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
    place = _ForestPlace.around(estimates, envelope=envelope, dark=dark)
    frame = estimates.assign(tone="ink", left=-place.span, right=place.span, zero=0.0)
    layers = [] if envelope is None else [_envelope_field(envelope, place=place)]
    layers += [*_forest_lines(frame, place=place), *_forest_words(frame, place=place)]
    return finished(*layers, height=FOREST_ROW * len(names) + 66)


@dataclass(frozen=True, slots=True)
class _ForestPlace:
    """Where things stand in a forest: the same distance on both sides of zero, a row each."""

    span: float
    scale: alt.Scale
    axis: alt.Axis
    title: list[str]
    row: alt.Y
    ink: alt.Color

    @classmethod
    def around(
        cls, estimates: pd.DataFrame, *, envelope: tuple[float, float] | None, dark: bool
    ) -> "_ForestPlace":
        """Find room for every interval."""
        edges = [0.0, *estimates["low"], *estimates["high"], *(envelope or ())]
        span = max(abs(edge) for edge in edges) * 1.15 or 0.5
        # Two lines, because on a phone there is no room for one.
        title = [_("Right of 0:"), _("structured ahead, SD")]
        ticks = [one for one in _TICKS if abs(one) <= span]
        return cls(
            span=span,
            scale=alt.Scale(domain=[-span, span], nice=False),
            axis=axis(dark=dark, title=title, values=ticks, format="+.2f", labelExpr=SIGNED),
            title=title,
            row=alt.Y("name:N", sort=estimates["name"].tolist(), title=None, axis=None),
            ink=alt.Color("tone:N", scale=_TONES, legend=None),
        )

    def at(self, column: str) -> alt.X:
        """Return the place of a column along the axis."""
        return alt.X(f"{column}:Q", scale=self.scale, axis=self.axis, title=self.title)


def _envelope_field(envelope: tuple[float, float], *, place: _ForestPlace) -> alt.Chart:
    field = pd.DataFrame({"low": [envelope[0]], "high": [envelope[1]], "tone": ["quiet"]})
    shade = alt.Chart(field).mark_rect(opacity=0.16)
    drawn: alt.Chart = shade.encode(x=place.at("low"), x2=alt.X2("high:Q"), color=place.ink)
    return drawn


def _forest_lines(frame: pd.DataFrame, *, place: _ForestPlace) -> list[alt.Chart]:
    """Return zero, the intervals and the estimates; zero is broken where the words stand."""
    main = [True, False]
    point = alt.Chart(frame).mark_point(filled=True, opacity=1, yOffset=FOREST_DROP)
    return [
        alt.Chart(frame.assign(tone="quiet"))
        .mark_tick(orient="vertical", thickness=2, size=FOREST_ROW / 2, yOffset=FOREST_DROP)
        .encode(x=place.at("zero"), y=place.row, color=place.ink),
        alt.Chart(frame)
        .mark_rule(strokeWidth=2, yOffset=FOREST_DROP)
        .encode(x=place.at("low"), x2=alt.X2("high:Q"), y=place.row, color=place.ink),
        point.encode(
            x=place.at("effect"),
            y=place.row,
            color=place.ink,
            size=alt.Size("main:N", scale=alt.Scale(domain=main, range=[140, 64]), legend=None),
            shape=alt.Shape(
                "main:N", scale=alt.Scale(domain=main, range=["square", "circle"]), legend=None
            ),
        ),
    ]


def _forest_words(frame: pd.DataFrame, *, place: _ForestPlace) -> list[alt.Chart]:
    """Return what each row is and its figures: above its line, for a phone has no room beside."""
    rows = alt.Chart(frame).encode(y=place.row, color=place.ink)
    left = rows.mark_text(align="left", fontSize=13, dy=-FOREST_DROP)
    right = rows.mark_text(align="right", fontSize=13, dy=-FOREST_DROP)
    return [
        left.encode(x=place.at("left"), text=alt.Text("name:N")),
        right.encode(x=place.at("right"), text=alt.Text("figures:N")),
    ]


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
