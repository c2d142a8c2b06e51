"""What holds for every chart: altair takes it, and its words can be read in light and in dark."""

import json

import altair as alt
import pandas as pd
import pytest

from portal.charts.attrition import attrition_chart
from portal.charts.choice import choice_chart
from portal.charts.comparison import forest_chart, love_plot
from portal.charts.event_study import event_chart
from portal.charts.growth import growth_chart
from portal.charts.heatmap import heatmap_chart
from portal.charts.options import holders_chart, option_chart
from portal.charts.skill import Levels, skill_over_time, skill_strip
from portal.charts.slopes import slopes_chart

ESTIMATES = pd.DataFrame(
    {"name": ["Gain"], "effect": [0.3], "low": [0.1], "high": [0.5], "main": [True]}
    | {"figures": ["+0.30 (+0.10 to +0.50)"]}
)

RANGE = {"low": [0.1, -0.2], "high": [0.5, 0.1]}
NAMES = {"name": ["One", "Two"]}

LEVELS = Levels(cuts=[-1.0, 0.0, 1.0], names=["Aware", "Applies", "Judges", "Leads"])


def make_charts(*, dark):
    """Every chart of the portal, by name."""
    start = pd.DataFrame({**NAMES, **RANGE, "g": [0.3, 0.0], "state": "comparable"})
    slopes = pd.DataFrame({**NAMES, **RANGE, "slope": [0.3, 0.0]})
    places = {"place": [0.0, 1.0], "when": ["Start", "End"], "score": [480.0, 510.0]}
    growth = pd.DataFrame({**NAMES, **RANGE, **places, "tone": "structured", "n": [12, 11]})
    since = {"since": [-2, 0], "when": ["2 before", "first after"], "after": [False, True]}
    events = pd.DataFrame({**RANGE, **since, "estimate": [0.2, 0.0], "n": [9, 8]})
    gaps = pd.DataFrame({**RANGE, "strength": [0.0, 1.0], "gap": [0.2, 0.0], "chosen": [1, 0]})
    cells = pd.DataFrame({**NAMES, "skill": "Agents", "value": [480.0, None], "figure": "480"})
    shares = pd.DataFrame({**NAMES, "strong": [0.8, 0.1], "weak": [0.4, 0.3], "share": [0.2, 0.1]})
    checks = pd.DataFrame({"when": ["March"], "score": [510.0], "low": [480.0], "high": [540.0]})
    estimate = pd.DataFrame({"theta": [0.1], "sd": [0.3]})
    return {
        "forest": forest_chart(ESTIMATES, envelope=(0.1, 0.5), dark=dark),
        "love": love_plot(start, dark=dark),
        "attrition": attrition_chart(overall=12.0, differential=3.0, dark=dark),
        "slopes": slopes_chart(slopes, dark=dark),
        "growth": growth_chart(growth, low=400, high=600, height=300, dark=dark),
        "events": event_chart(events, dark=dark),
        "choice": choice_chart(gaps, dark=dark),
        "heatmap": heatmap_chart(cells.assign(below="", tips=""), domain=(400, 600), dark=dark),
        "options": option_chart(shares, dark=dark),
        "holders": holders_chart(shares, dark=dark),
        "strip": skill_strip(estimate, levels=LEVELS, target=0.5, label="likely 450 to 570"),
        "over time": skill_over_time(
            checks, target=500.0, target_label="target 500", title="Score", dark=dark
        ),
    }


@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_keeps_to_the_grammar(dark):
    for name, chart in make_charts(dark=dark).items():
        written = chart.to_dict()

        # Pages send charts unchecked, so that this is where a wrong one is found.
        alt.LayerChart.from_dict(written).to_dict()

        json.dumps(written, allow_nan=False)
        assert written["height"] > 0, name


def named(spec):
    """The names of rows that a chart asks for."""
    if "name" in spec.get("data", {}):
        yield spec["data"]["name"]
    for layer in spec.get("layer", ()):
        yield from named(layer)


def test_every_chart_brings_the_rows_that_it_names_and_no_others():
    for name, chart in make_charts(dark=False).items():
        assert set(named(chart.grammar)) == set(chart.rows), name
        assert all(len(rows) for rows in chart.rows.values()), name


def marks(spec, encoding=()):
    """Every mark of a chart with the channels it is drawn by, those of its layers included."""
    channels = {*encoding, *spec.get("encoding", {})}
    if "mark" in spec:
        kind = spec["mark"]
        yield (kind if isinstance(kind, str) else kind["type"]), channels
    for layer in spec.get("layer", ()):
        yield from marks(layer, channels)


def test_nothing_in_a_forest_crosses_its_words():
    drawn = forest_chart(ESTIMATES, envelope=None, dark=False).to_dict()

    # Words stand above the middle of each row; zero, ranges and points below it.
    places = {
        layer["mark"]["type"]: layer["mark"].get("yOffset", layer["mark"].get("dy"))
        for layer in drawn["layer"]
    }
    assert places == {"tick": 11, "rule": 11, "point": 11, "text": -11}


@pytest.mark.parametrize(
    ("overall", "differential", "side"),
    [(14.0, 4.8, "below"), (14.0, 6.8, "above"), (14.0, 1.0, "beside"), (12.0, 11.0, "beside")],
)
def test_the_name_of_a_program_keeps_clear_of_the_limit(overall, differential, side):
    drawn = attrition_chart(overall=overall, differential=differential, dark=False).to_dict()

    name = drawn["layer"][-1]["mark"]
    assert {"below": name["dy"] > 0, "above": name["dy"] < 0, "beside": name["dy"] == 0}[side]


@pytest.mark.parametrize("dark", [False, True])
def test_the_figures_of_the_forest_take_their_colour_from_the_theme(dark):
    drawn = forest_chart(ESTIMATES, envelope=(0.1, 0.5), dark=dark).to_dict()

    texts = [channels for kind, channels in marks(drawn) if kind == "text"]

    # Without one they are black, also on a black page.
    assert len(texts) == 2
    assert all("color" in channels for channels in texts)
