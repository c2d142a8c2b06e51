"""Growth figures as charts and tables; used by team growth and the comparison."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from portal.charts.growth import growth_chart
from portal.charts.growth_points import growth_table
from portal.charts.theme import Finished
from portal.components.chart_view import draw_chart
from portal.components.skill_strip import is_dark
from portal.components.table_view import draw_table
from portal.text import _


def draw_growth(
    points: pd.DataFrame, *, limits: tuple[float, float], height: int, key: str, alt: str
) -> Finished:
    """Draw the growth chart, and return it for its files."""
    chart = growth_chart(points, low=limits[0], high=limits[1], height=height, dark=is_dark())
    draw_chart(chart, alt=alt, key=key)
    return chart


def draw_growth_table(
    rows: pd.DataFrame,
    *,
    key: str,
    file_name: str,
    chart: Finished | Mapping[str, Finished] | None = None,
) -> None:
    """Draw the rows as a table with their files; a hidden cell reads "hidden"."""
    draw_table(
        growth_table(rows),
        key=key,
        alt=_("The same figures as a table."),
        file_name=file_name,
        chart=chart,
    )


def draw_routes(
    points: pd.DataFrame, *, limits: tuple[float, float], together: bool, alt: str
) -> dict[str, Finished]:
    """Draw the routes in one picture, or each in its own where they may not be compared.

    Returns the pictures by name, for their files.
    """
    if together:
        return {"": draw_growth(points, limits=limits, height=320, key="routes", alt=alt)}
    drawn = {}
    names = list(dict.fromkeys(points["name"]))
    for column, name in zip(st.columns(max(len(names), 1)), names, strict=False):
        with column:
            drawn[str(name)] = draw_growth(
                points[points["name"] == name],
                limits=limits,
                height=260,
                key=f"routes_{name}",
                alt=_("Mean skill of one route over time, on its own."),
            )
    return drawn
