"""Growth figures made ready: the points of a chart, its axis, and the same as a table."""

import math

import pandas as pd

from portal.text import _, number_text

PLACES = {"baseline": 0, "end": 1, "plus3": 2, "plus6": 3}


def route_names() -> dict[str, str]:
    """Return the routes in words."""
    return {"structured": _("Structured"), "self_directed": _("Self-directed"), "all": _("All")}


def occasion_names() -> dict[str, str]:
    """Return the occasions in words."""
    return {
        "baseline": _("Start"),
        "end": _("End"),
        "plus3": _("+3 months"),
        "plus6": _("+6 months"),
    }


def shown_points(rows: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Return the points of a chart: `tone`, `name`, `place`, `when`, `score`, `low`, `high`, `n`.

    Parameters
    ----------
    rows
        Columns of `reporting.GROWTH_COLUMNS`; hidden rows are left out, and so are those without
        limits: a bare mean would look certain.
    name
        `route` to draw a line per route, `unit` to draw one per unit.
    """
    shown = _drawable(rows)
    routes, occasions = route_names(), occasion_names()
    by_route = name == "route"
    return pd.DataFrame(
        {
            "tone": shown["route"].replace("all", "ink") if by_route else "ink",
            "name": shown["route"].map(routes) if by_route else shown["name"],
            "place": shown["occasion"].map(_places(rows)).astype(float),
            "when": shown["occasion"].map(lambda one: occasions.get(one, one)),
            "score": shown["score"].astype(float),
            "low": shown["low"].astype(float),
            "high": shown["high"].astype(float),
            "n": shown["n"].astype(int),
        }
    )


def missing_words(rows: pd.DataFrame) -> str:
    """Say why nothing of these rows is drawn: too few people, or means without a range."""
    if rows["hidden"].astype(bool).all():
        return _("hidden")
    return _(
        "Not drawn: nothing says how sure these means are, because the scores are all the same or "
        "come from one team. This is not a finding about growth."
    )


def _drawable(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~rows["hidden"].astype(bool) & rows["low"].notna()]


def _places(rows: pd.DataFrame) -> dict[str, int]:
    """Return where each occasion stands in time; names of a foreign file in their own order."""
    found = list(dict.fromkeys(rows["occasion"]))
    if set(found) <= set(PLACES):
        return PLACES
    return {name: place for place, name in enumerate(found)}


def score_range(rows: pd.DataFrame) -> tuple[float, float]:
    """Return one score axis for several charts, in round steps with room for n below."""
    shown = _drawable(rows)
    if shown.empty:
        return 400.0, 600.0
    least, most = float(shown["low"].astype(float).min()), float(shown["high"].astype(float).max())
    # Scores of the portal stand in steps of fifty; a foreign file may count in any unit.
    step = 50.0 if most > 100 else 10.0 ** math.floor(math.log10(max(most - least, 1e-6)))
    low, high = step * (least // step) - step, step * (most // step + 1)
    return low, max(high, low + 3 * step)


def growth_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as they are to be read; a hidden cell reads "hidden", a missing limit "-"."""
    routes, occasions = route_names(), occasion_names()
    word = _("hidden")
    return pd.DataFrame(
        {
            _("Unit"): rows["name"],
            _("Route"): rows["route"].map(routes),
            _("Occasion"): rows["occasion"].map(lambda one: occasions.get(one, one)),
            **{
                title: [
                    word if hidden else _figure_text(value)
                    for value, hidden in zip(rows[column], rows["hidden"], strict=True)
                ]
                for column, title in (
                    ("n", _("Learners")),
                    ("score", _("Mean")),
                    ("low", _("95 % from")),
                    ("high", _("to")),
                )
            },
        }
    )


def _figure_text(value: float | None) -> str:
    return "-" if pd.isna(value) else number_text(float(value or 0))
