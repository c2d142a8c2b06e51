"""Who left, as a point beside the boundary of what a comparison can bear."""

import altair as alt
import numpy as np
import pandas as pd

from assessments.attrition import attrition_boundary
from portal.charts.theme import BAND_OPACITY, ROLES, Finished, axis, finished
from portal.text import _

_TONES = alt.Scale(domain=list(ROLES))
HEIGHT = 220
_NAME_SHIFT = 16


def attrition_chart(*, overall: float, differential: float, dark: bool) -> Finished:
    """Draw one program as a square over the cautious field; both figures are per cent points."""
    right, top = max(40.0, 1.15 * overall), max(12.0, 1.15 * differential)
    shares = np.arange(0.0, right + 0.5, 0.5)
    field = pd.DataFrame(
        {"x": shares, "y": [attrition_boundary(float(one)) or 0.0 for one in shares]}
    ).assign(tone="quiet")
    inside = overall > right / 2
    point = pd.DataFrame(
        {"x": [overall], "y": [differential], "tone": ["ink"], "name": [_("This program")]}
    )
    limit = field.iloc[[len(field) * 3 // 4]].assign(name=_("cautious limit"))
    across, up = _("Left overall, %"), _("Difference between routes, points")
    x = alt.X(
        "x:Q",
        title=across,
        scale=alt.Scale(domain=[0, right], nice=False),
        axis=axis(dark=dark, title=across, tickCount=5),
    )
    y = alt.Y(
        "y:Q",
        title=up,
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=axis(
            dark=dark, title=up, tickCount=4, titleAngle=0, titleAlign="left", titleY=-12, titleX=-4
        ),
    )
    ink = alt.Color("tone:N", scale=_TONES, legend=None)
    shade = alt.Chart(field).encode(x=x, y=y, color=ink)
    mark = alt.Chart(point).encode(x=x, y=y, color=ink)
    words = alt.Chart(limit).mark_text(align="left", dx=4, dy=-10)
    return finished(
        shade.mark_area(opacity=BAND_OPACITY),
        shade.mark_line(strokeDash=[6, 4], strokeWidth=1.5),
        words.encode(x=x, y=y, text=alt.Text("name:N"), color=ink),
        mark.mark_point(shape="square", filled=True, size=110, opacity=1),
        mark.mark_text(
            align="right" if inside else "left",
            dx=-12 if inside else 12,
            dy=_name_shift(overall, differential=differential, right=right, top=top),
            fontWeight=600,
        ).encode(text=alt.Text("name:N")),
        height=HEIGHT,
    )


def _name_shift(overall: float, *, differential: float, right: float, top: float) -> int:
    """Return how far to move the name down, in pixels, so that the limit does not run through it.

    On a phone the name is as long as a third of the axis, and a line as high as a tenth.
    """
    length = 0.35 * right
    start = overall - length if overall > right / 2 else overall
    gaps = [
        (attrition_boundary(float(place)) or 0.0) - differential
        for place in np.linspace(start, start + length, 8)
    ]
    nearest = min(gaps, key=abs)
    if abs(nearest) > 0.1 * top:
        return 0
    return _NAME_SHIFT if sum(gaps) > 0 else -_NAME_SHIFT
