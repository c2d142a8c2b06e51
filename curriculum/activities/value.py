"""The value sheet: baseline, pilot and comparison, and what of the effect reaches the accounts."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from curriculum.activities.base import (
    GOAL,
    OPEN,
    Choice,
    Control,
    Figure,
    Outcome,
    Parameters,
    State,
    Table,
    Word,
    every_choice_made,
)
from curriculum.activities.schema import Flag, Group, Number, Rows, Schema, Words
from curriculum.phrases import Phrase

NO_COMPARISON, NOT_SIGNED = "no-comparison", "not-signed"
UNCERTAIN, DOES_NOT_PAY = "uncertain", "does-not-pay"
REGIONS = (OPEN, NO_COMPARISON, NOT_SIGNED, UNCERTAIN, DOES_NOT_PAY, GOAL)
_ARM: Schema = {
    "before": Number(0, 100_000),
    "after": Number(0, 100_000),
    "sd": Number(0, 100_000),
    "n": Number(2, 10_000_000, whole=True),
}
SCHEMA: Schema = {
    "pilot": Group(_ARM),
    "comparison": Group(_ARM),
    "cases": Number(1, 100_000_000, whole=True),
    "hourly_cost": Number(0, 10_000),
    "monthly_cost": Number(0, 100_000_000, 0.0),
    "one_off": Number(0, 1_000_000_000, 0.0),
    "fates": Rows({"name": Words(160), "share": Number(0, 100), "signed": Flag()}, 2, 5),
}
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Effect:
    """Minutes saved a case, with its 95 % interval."""

    minutes: float
    low: float
    high: float


def effect(p: Parameters, *, compared: bool) -> Effect:
    """Return minutes saved a case: the pilot's own change, or its change beyond the comparison's.

    The difference of two changes of independent groups; each of the means has variance sd² / n.
    The interval is the normal one.
    """
    arms = [p["pilot"], p["comparison"]] if compared else [p["pilot"]]
    changes = [arm["before"] - arm["after"] for arm in arms]
    saved = changes[0] - (changes[1] if compared else 0.0)
    half = _Z * math.sqrt(sum(2 * arm["sd"] ** 2 / arm["n"] for arm in arms))
    return Effect(saved, saved - half, saved + half)


def monthly_value(p: Parameters, *, minutes: float, share: float) -> float:
    """Return what a month is worth in euro when a share (%) of the freed time is put to use."""
    hours = p["cases"] * minutes / 60 * share / 100
    return float(hours * p["hourly_cost"] - p["monthly_cost"])


def controls(p: Parameters) -> tuple[Control, ...]:
    """Return whether the comparison counts, and what becomes of the freed time."""
    against = (("no", Word("the time before")), ("yes", Word("a team without the tool")))
    fates = tuple((str(n), row["name"]) for n, row in enumerate(p["fates"]))
    return (
        Choice("compare", Word("Compared with"), against),
        Choice("fate", Word("What happens to the freed time"), fates),
    )


def exhibit(p: Parameters) -> Table:
    """Return the measured minutes a case."""
    columns = (
        Word("Minutes a case"), Word("Before"), Word("After"), Word("Spread"), Word("Cases"),
    )  # fmt: skip
    rows = tuple(
        (name, *(p[key][field] for field in ("before", "after", "sd", "n")))
        for name, key in ((Word("Pilot"), "pilot"), (Word("Comparison"), "comparison"))
    )
    return Table(columns, rows)


def outcome(p: Parameters, state: State) -> Outcome:
    """Return effect, interval, value and break-even; the goal is an honest sheet."""
    if not every_choice_made(controls(p), state):
        return Outcome(OPEN)
    is_compared = state["compare"] == "yes"
    fate = p["fates"][int(state["fate"])]
    found = effect(p, compared=is_compared)
    low, middle, high = (
        monthly_value(p, minutes=minutes, share=fate["share"])
        for minutes in (found.low, found.minutes, found.high)
    )
    region = _region(low, high, is_compared=is_compared, is_signed=fate["signed"])
    figures = [
        Figure(Word("Saved a case"), found.minutes, Word("minutes"), 1),
        Figure(Word("Time put to use"), fate["share"], "%"),
        Figure(Word("Worth a month"), middle, "€"),
    ]
    if p["one_off"] and middle > 0:
        figures.append(Figure(Word("Paid back after"), p["one_off"] / middle, Word("months"), 1))
    rows = (
        (Word("Low end"), round(found.low, 1), round(low)),
        (Word("Middle"), round(found.minutes, 1), round(middle)),
        (Word("High end"), round(found.high, 1), round(high)),
    )
    columns = (Word("95 % interval"), Word("Saved a case"), Word("Worth a month"))
    # An honest sheet is the goal, also where it says that the tool does not pay.
    is_goal = region in {GOAL, UNCERTAIN, DOES_NOT_PAY}
    return Outcome(region, tuple(figures), Table(columns, rows), is_goal=is_goal)


def _region(low: float, high: float, *, is_compared: bool, is_signed: bool) -> str:
    if not is_compared:
        return NO_COMPARISON
    if not is_signed:
        return NOT_SIGNED
    if low > 0:
        return GOAL
    return UNCERTAIN if high > 0 else DOES_NOT_PAY


def fault(p: Parameters) -> Phrase | None:
    """Say why no fate of the freed time can be signed, or return None."""
    if not any(row["signed"] for row in p["fates"]):
        return Phrase("no line of 'fates' has `signed: true`, so nothing is ever right")
    return None
