"""Skills of teams as a grid with its table and files."""

from typing import Any

import pandas as pd
import streamlit as st

from portal.charts.heatmap import heatmap_chart
from portal.components.chart_view import draw_chart
from portal.components.skill_strip import is_dark
from portal.components.table_view import draw_table
from portal.services.heatmap import Heatmap
from portal.text import _, number_text, percent_text

DOMAINS = {"share": (0.0, 1.0), "score": (400.0, 600.0)}


def state_words() -> dict[str, str]:
    """Return how a share is told that is not given exactly."""
    return {
        "nearly all": _("nearly all"),
        "hardly any": _("hardly any"),
        "hidden": _("hidden"),
    }


def draw_heatmap(heatmap: Heatmap, *, measure: str) -> None:
    """Draw the grid of one measure, `share` or `score`, with everything else in its table."""
    cells = _named(heatmap)
    shown = cells.assign(
        value=pd.Series(
            [_value(row, measure) for row in cells.to_dict("records")],
            index=cells.index,
            dtype=float,
        ),
        figure=[_figure(row, measure) for row in cells.to_dict("records")],
        below=[_below(row) for row in cells.to_dict("records")],
        tips=[_tip(row) for row in cells.to_dict("records")],
    )
    columns = ["name", "skill", "value", "figure", "below", "tips"]
    chart = heatmap_chart(shown[columns], domain=DOMAINS[measure], dark=is_dark())
    draw_chart(chart, alt=_alt(heatmap), key=f"heatmap_{measure}")
    st.markdown(
        _(
            "In each cell: the figure, the level of the mean (L1 to L3, provisional until a panel "
            "has set the borders; L4 is given to people for graded work) and the number of "
            "learners. Stronger colour is higher. A dashed frame is a cell that is hidden to "
            "keep people private."
        )
    )
    draw_table(
        _table(cells),
        key=f"heatmap_{measure}_data",
        alt=_("The same figures as a table."),
        file_name="skills.csv",
        chart=chart,
    )


def _named(heatmap: Heatmap) -> pd.DataFrame:
    cells, own = heatmap.cells, _("{unit} (own members)")
    return cells.assign(
        name=[
            own.format(unit=name) if unit == heatmap.own else name
            for unit, name in zip(cells["unit_id"], cells["name"], strict=True)
        ],
        skill=cells["skill"].map(heatmap.skills),
    )


def _value(row: dict[Any, Any], measure: str) -> float | None:
    if row["hidden"]:
        return None
    if measure == "score":
        return float(row["score"])
    ends = {"nearly all": 1.0, "hardly any": 0.0, "exact": row["share"]}
    return ends.get(row["state"])


def _share(row: dict[Any, Any]) -> str:
    if row["state"] == "exact":
        return percent_text(float(row["share"]))
    return state_words()[row["state"]]


def _figure(row: dict[Any, Any], measure: str) -> str:
    if row["hidden"]:
        return _("hidden")
    return number_text(float(row["score"])) if measure == "score" else _share(row)


def _below(row: dict[Any, Any]) -> str:
    return "" if row["hidden"] else f"L{int(row['level'])} · {int(row['n'])}"


def _tip(row: dict[Any, Any]) -> str:
    if row["hidden"]:
        return _("{unit}, {skill}: hidden").format(unit=row["name"], skill=row["skill"])
    return _(
        "{unit}, {skill}: mean {score}, level {level}, at or above target {share}, {n} learners"
    ).format(
        unit=row["name"],
        skill=row["skill"],
        score=number_text(float(row["score"])),
        level=int(row["level"]),
        share=_share(row),
        n=int(row["n"]),
    )


def _alt(heatmap: Heatmap) -> str:
    cells = heatmap.cells
    hidden = int(cells["hidden"].astype(bool).sum())
    return _("Skills of {units} units: {shown} cells with figures, {hidden} hidden.").format(
        units=cells["unit_id"].nunique(), shown=len(cells) - hidden, hidden=hidden
    )


def _table(cells: pd.DataFrame) -> pd.DataFrame:
    word = _("hidden")
    rows = cells.to_dict("records")
    return pd.DataFrame(
        {
            _("Unit"): cells["name"],
            _("Skill"): cells["skill"],
            _("Learners"): [word if row["hidden"] else number_text(row["n"]) for row in rows],
            _("Mean"): [word if row["hidden"] else number_text(row["score"]) for row in rows],
            _("Level of the mean"): [word if row["hidden"] else f"L{row['level']}" for row in rows],
            _("At or above target"): [word if row["hidden"] else _share(row) for row in rows],
        }
    ).sort_values(_("Unit"), key=lambda names: names.str.casefold(), kind="stable")
