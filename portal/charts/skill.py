"""One skill of one person: a strip with its likely range, and its checks over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished

LOW, HIGH = -3.0, 3.0
Z95 = 1.959964
# A label in the middle of the band, kept this far from the ends of the strip, is never cut off.
_LABEL_ROOM = 1.7
_TONES = alt.Scale(domain=list(ROLES))
_HEIGHT, _BAR = 72, 36
# The day of the week above the date, so that four checks fit on a phone.
_SPACE = "indexof(datum.label, ' ')"
_IN_TWO_LINES = f"[slice(datum.label, 0, {_SPACE}), slice(datum.label, {_SPACE} + 1)]"


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of a skill: the lower ends of levels 2, 3, 4, and the names of all."""

    cuts: Sequence[float]
    names: Sequence[str]


def likely_scores(theta: float, *, sd: float) -> tuple[float, float]:
    """Return the ends of the 95 % range of an estimate on the scale that people see."""
    return 500 + 100 * (theta - Z95 * sd), 500 + 100 * (theta + Z95 * sd)


def skill_strip(
    estimate: pd.DataFrame, *, levels: Levels, target: float | None, label: str
) -> Finished:
    """Draw a strip: level borders and names, the 95 % range as a band, the estimate as a dot.

    Parameters
    ----------
    estimate
        One row: `theta` (logits), `sd`.
    target
        Where the role's level begins, or None.
    label
        What the band says, written above it.
    """
    frame = estimate.assign(
        low=(estimate["theta"] - Z95 * estimate["sd"]).clip(LOW, HIGH),
        high=(estimate["theta"] + Z95 * estimate["sd"]).clip(LOW, HIGH),
        middle=estimate["theta"].clip(LOW + _LABEL_ROOM, HIGH - _LABEL_ROOM),
        label=label,
        quiet="quiet",
        ink="ink",
    )
    layers = [
        _borders(levels),
        _level_names(levels),
        alt.Chart(frame)
        .mark_bar(height=12, cornerRadius=6, opacity=0.4)
        .encode(x=_x("low"), x2=alt.X2("high:Q"), y=alt.value(_BAR), color=_tone("quiet")),
        alt.Chart(frame)
        .mark_text(baseline="bottom")
        .encode(
            x=_x("middle"), y=alt.value(_BAR - 14), text=alt.Text("label:N"), color=_tone("ink")
        ),
        alt.Chart(frame)
        .mark_point(filled=True, size=72, opacity=1)
        .encode(x=_x("theta"), y=alt.value(_BAR), color=_tone("ink")),
    ]
    if target is not None:
        goal = pd.DataFrame({"theta": [target], "goal": "self_directed"})
        layers.insert(
            3,
            alt.Chart(goal)
            .mark_tick(thickness=3, size=26)
            .encode(x=_x("theta"), y=alt.value(_BAR), color=_tone("goal")),
        )
    return finished(*layers, height=_HEIGHT)


def _x(column: str) -> alt.X:
    return alt.X(f"{column}:Q", scale=alt.Scale(domain=[LOW, HIGH]), axis=None)


def _tone(column: str) -> alt.Color:
    return alt.Color(f"{column}:N", scale=_TONES, legend=None)


def _borders(levels: Levels) -> alt.Chart:
    ends = pd.DataFrame({"theta": [LOW, *levels.cuts, HIGH], "quiet": "quiet"})
    drawn: alt.Chart = (
        alt.Chart(ends)
        .mark_rule(strokeWidth=1, opacity=0.6)
        .encode(
            x=_x("theta"), y=alt.value(_BAR - 13), y2=alt.value(_BAR + 13), color=_tone("quiet")
        )
    )
    return drawn


def _level_names(levels: Levels) -> alt.Chart:
    ends = [LOW, *levels.cuts, HIGH]
    middles = [(low + high) / 2 for low, high in pairwise(ends)]
    names = pd.DataFrame(
        {"theta": middles, "name": list(levels.names)[: len(middles)], "quiet": "quiet"}
    )
    drawn: alt.Chart = (
        alt.Chart(names)
        .mark_text(baseline="top", fontSize=12)
        .encode(
            x=_x("theta"), y=alt.value(_BAR + 18), text=alt.Text("name:N"), color=_tone("quiet")
        )
    )
    return drawn


def skill_over_time(
    checks: pd.DataFrame, *, target: float | None, target_label: str, title: str, dark: bool
) -> Finished:
    """Draw each check as a thick 95 % rule with its dot and value; never a line joining them.

    Parameters
    ----------
    checks
        One row a check, oldest first: `when` (text), `score` (500 + 100 θ), `low`, `high`.
    target
        The score at which the role's level begins, or None; `target_label` names it.
    title
        What the upright axis shows.
    """
    frame = checks.assign(quiet="quiet", ink="ink", shown=checks["score"].round().astype(int))
    domain = [
        min(250.0, float(checks["low"].min())),
        max(750.0, float(checks["high"].max())),
    ]
    # Layers that do not share one axis object show each other's column names as its title.
    upright = axis(
        dark=dark, tickCount=6, titleAngle=0, titleAlign="left", titleAnchor="end", titleY=-8
    )
    scale = alt.Scale(domain=domain)
    days = axis(dark=dark, labelAngle=0, title=None, labelExpr=_IN_TWO_LINES)
    x = alt.X("when:O", sort=None, title=None, axis=days)
    low = alt.Y("low:Q", scale=scale, axis=upright, title=title)
    middle = alt.Y("score:Q", scale=scale, axis=upright, title=title)
    rule = (
        alt.Chart(frame)
        .mark_rule(strokeWidth=10, opacity=0.4, strokeCap="round")
        .encode(x=x, y=low, y2=alt.Y2("high:Q"), color=_tone("quiet"))
    )
    dot = (
        alt.Chart(frame)
        .mark_point(filled=True, size=72, opacity=1)
        .encode(x=x, y=middle, color=_tone("ink"))
    )
    value = (
        alt.Chart(frame)
        .mark_text(align="left", dx=11, dy=10, fontSize=13)
        .encode(x=x, y=middle, text=alt.Text("shown:Q"), color=_tone("ink"))
    )
    layers = [rule, dot, value]
    if target is not None:
        goal = pd.DataFrame({"score": [target], "goal": "self_directed", "label": target_label})
        layers += [
            alt.Chart(goal)
            .mark_rule(strokeDash=[6, 4], strokeWidth=2)
            .encode(y=middle, color=_tone("goal")),
            alt.Chart(goal)
            .mark_text(align="right", baseline="top", dy=5, fontSize=13)
            .encode(x=alt.value("width"), y=middle, text=alt.Text("label:N"), color=_tone("goal")),
        ]
    return finished(*layers, height=280)
