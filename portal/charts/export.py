"""A finished chart as a file: PNG or SVG, made on this machine, in the light palette."""

import json

import vl_convert

from portal.charts.theme import Finished

# Structured, self-directed, ink, quiet, and two spare ones: the light palette of the theme.
LIGHT = ("#0B5FA5", "#B34700", "#0F191E", "#5B6A70", "#6B4FA0", "#1B7A4B")
SEQUENTIAL = ("#F3F8F7", "#D8E9E6", "#BBDAD4", "#9ACAC1", "#76B8AD", "#63AFA3")
WIDTH = 720


def chart_to_svg(chart: Finished) -> str:
    """Write a chart as SVG; the same chart gives the same text."""
    return str(vl_convert.vegalite_to_svg(_specification(chart)))


def chart_to_png(chart: Finished) -> bytes:
    """Draw a chart as PNG with two dots per point."""
    return bytes(vl_convert.vegalite_to_png(_specification(chart), scale=2))


def _specification(chart: Finished) -> str:
    """Return the chart with the colours that a page would give it."""
    found = chart.to_dict()
    config = found.setdefault("config", {})
    config["range"] = {"category": list(LIGHT), "ramp": list(SEQUENTIAL)}
    config["background"] = "white"
    config["font"] = "sans-serif"
    # What a page draws in its own ink has no colour of its own here.
    config["text"] = {"color": LIGHT[2], **config.get("text", {})}
    found.setdefault("width", WIDTH)
    # A reader's font may be wider than the one measured here: a long label would lose its start.
    found.setdefault("padding", {"left": 32, "right": 32, "top": 5, "bottom": 5})
    return json.dumps(found, sort_keys=True)
