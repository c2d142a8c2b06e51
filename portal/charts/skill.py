"""One skill of one person: a strip with its likely range, and its checks over time."""

import altair as alt
import pandas as pd

from portal.charts.theme import ROLES, Finished, axis, finished

LOW, HIGH = -3.0, 3.0
Z95 = 1.959964
_TONES = alt.Scale(domain=list(ROLES))


def skill_strip(
    estimate: pd.DataFrame, *, cuts: list[float], target: float | None, dark: bool
) -> Finished:
    """Draw a strip: level borders, the 95 % range as a band, the estimate as a dot.

    Parameters
    ----------
    estimate
        One row: `theta` (logits), `sd`.
    cuts
        Lower ends of levels 2, 3, 4.
    target
        Where the role's level begins, or None.
    """
    frame = estimate.assign(
        low=(estimate["theta"] - Z95 * estimate["sd"]).clip(LOW, HIGH),
        high=(estimate["theta"] + Z95 * estimate["sd"]).clip(LOW, HIGH),
        quiet="quiet",
        ink="ink",
    )
    x = alt.X("theta:Q", scale=alt.Scale(domain=[LOW, HIGH]), axis=None)
    borders = (
        alt.Chart(pd.DataFrame({"theta": [LOW, *cuts, HIGH], "quiet": "quiet"}))
        .mark_rule(strokeWidth=1, opacity=0.6)
        .encode(x=x, color=alt.Color("quiet:N", scale=_TONES, legend=None))
    )
    band = (
        alt.Chart(frame)
        .mark_bar(height=12, cornerRadius=6, opacity=0.4)
        .encode(
            x=alt.X("low:Q", scale=alt.Scale(domain=[LOW, HIGH]), axis=None),
            x2=alt.X2("high:Q"),
            color=alt.Color("quiet:N", scale=_TONES, legend=None),
        )
    )
    dot = (
        alt.Chart(frame)
        .mark_point(filled=True, size=72, opacity=1)
        .encode(x=x, color=alt.Color("ink:N", scale=_TONES, legend=None))
    )
    layers = [borders, band, dot]
    if target is not None:
        goal = pd.DataFrame({"theta": [target], "goal": "self_directed"})
        layers.insert(
            2,
            alt.Chart(goal)
            .mark_tick(thickness=3, size=26)
            .encode(x=x, color=alt.Color("goal:N", scale=_TONES, legend=None)),
        )
    del dark
    return finished(*layers, height=44)


def skill_over_time(checks: pd.DataFrame, *, target: float | None, dark: bool) -> Finished:
    """Draw each check as a thick 95 % rule with its dot and value; never a line joining them.

    Parameters
    ----------
    checks
        One row a check, oldest first: `when` (text), `score` (500 + 100 θ), `low`, `high`.
    target
        The score at which the role's level begins, or None.
    """
    frame = checks.assign(quiet="quiet", ink="ink", shown=checks["score"].round().astype(int))
    domain = [
        min(250.0, float(checks["low"].min())),
        max(750.0, float(checks["high"].max())),
    ]
    x = alt.X("when:O", sort=None, title=None, axis=axis(dark=dark, labelAngle=0, title=None))
    y = alt.Y(
        "low:Q", scale=alt.Scale(domain=domain), axis=axis(dark=dark, tickCount=6), title=None
    )
    rule = (
        alt.Chart(frame)
        .mark_rule(strokeWidth=10, opacity=0.4, strokeCap="round")
        .encode(
            x=x, y=y, y2=alt.Y2("high:Q"), color=alt.Color("quiet:N", scale=_TONES, legend=None)
        )
    )
    middle = alt.Y("score:Q", scale=alt.Scale(domain=domain), axis=axis(dark=dark), title=None)
    dot = (
        alt.Chart(frame)
        .mark_point(filled=True, size=72, opacity=1)
        .encode(x=x, y=middle, color=alt.Color("ink:N", scale=_TONES, legend=None))
    )
    value = (
        alt.Chart(frame)
        .mark_text(dy=22, fontSize=13)
        .encode(
            x=x,
            y=middle,
            text=alt.Text("shown:Q"),
            color=alt.Color("ink:N", scale=_TONES, legend=None),
        )
    )
    layers = [rule, dot, value]
    if target is not None:
        goal = pd.DataFrame({"score": [target], "goal": "self_directed"})
        layers.append(
            alt.Chart(goal)
            .mark_rule(strokeDash=[6, 4], strokeWidth=2)
            .encode(y=middle, color=alt.Color("goal:N", scale=_TONES, legend=None))
        )
    return finished(*layers, height=280)
