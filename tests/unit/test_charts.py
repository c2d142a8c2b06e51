"""What holds for every chart: its words can be read in light and in dark."""

import pandas as pd
import pytest

from portal.charts.comparison import forest_chart

ESTIMATES = pd.DataFrame(
    {"name": ["Gain"], "effect": [0.3], "low": [0.1], "high": [0.5], "main": [True]}
    | {"figures": ["+0.30 (+0.10 to +0.50)"]}
)


def marks(spec, encoding=()):
    """Every mark of a chart with the channels it is drawn by, those of its layers included."""
    channels = {*encoding, *spec.get("encoding", {})}
    if "mark" in spec:
        kind = spec["mark"]
        yield (kind if isinstance(kind, str) else kind["type"]), channels
    for layer in spec.get("layer", ()):
        yield from marks(layer, channels)


@pytest.mark.parametrize("dark", [False, True])
def test_the_figures_of_the_forest_take_their_colour_from_the_theme(dark):
    drawn = forest_chart(ESTIMATES, envelope=(0.1, 0.5), dark=dark).to_dict()

    texts = [channels for kind, channels in marks(drawn) if kind == "text"]

    # Without one they are black, also on a black page.
    assert len(texts) == 1
    assert all("color" in channels for channels in texts)
