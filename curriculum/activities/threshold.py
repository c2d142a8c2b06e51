"""The threshold bench: where the line between flagged and not flagged goes, and what that costs."""

from dataclasses import dataclass
from statistics import NormalDist

from curriculum.activities.base import (
    GOAL,
    Choice,
    Control,
    Figure,
    Outcome,
    Parameters,
    Slider,
    State,
    Table,
    Word,
)
from curriculum.activities.schema import Number, Rows, Schema, Words
from curriculum.phrases import Phrase

TOO_LOOSE, TOO_STRICT, OVER_CAPACITY = "too-loose", "too-strict", "over-capacity"
REGIONS = (TOO_LOOSE, TOO_STRICT, OVER_CAPACITY, GOAL)
SCHEMA: Schema = {
    "cases": Number(10, 10_000_000, 10_000, whole=True),
    "base_rate": Number(0.001, 50, 1.0),
    "base_rate_to": Number(0.001, 50, optional=True),
    "separation": Number(0.5, 5, 2.0),
    "settings": Rows(
        {"name": Words(80), "catch": Number(0, 100), "false": Number(0, 100)}, 2, 6, optional=True
    ),
    "miss_cost": Number(0, 1_000_000, 100.0),
    "alarm_cost": Number(0, 1_000_000, 5.0),
    "review_cost": Number(0, 1_000_000, 0.0),
    "minutes": Number(0.1, 480, 5.0),
    "hours": Number(1, 12, 6.5),
    "capacity": Number(1, 10_000_000, optional=True, whole=True),
    "precision_goal": Number(1, 99, optional=True),
    "keep_catch": Number(0, 100, 25.0),
}
# Costs this close to the lowest one count as the lowest.
CLOSE = 1.02
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Counts:
    """What a setting makes of all cases; `cost` counts hits that nobody has time for as missed."""

    caught: float
    missed: float
    false: float
    left: float
    cost: float

    @property
    def alerts(self) -> float:
        """Everything flagged."""
        return self.caught + self.false

    @property
    def precision(self) -> float:
        """The share of alerts that are real."""
        return self.caught / self.alerts if self.alerts else 0.0

    @property
    def catch(self) -> float:
        """The share of real cases that are flagged."""
        real = self.caught + self.missed
        return self.caught / real if real else 0.0


def rates(score: float, *, separation: float) -> tuple[float, float]:
    """Return the catch rate and the false-flag rate of a threshold from 0 to 100.

    Scores of both groups are normal with one spread, `separation` spreads apart: the binormal
    model of signal detection (Green and Swets, 1966).
    """
    line = -2 + (separation + 4) * score / 100
    return 1 - _NORMAL.cdf(line - separation), 1 - _NORMAL.cdf(line)


def count(p: Parameters, *, catch: float, false: float, base_rate: float) -> Counts:
    """Return what becomes of all cases at a catch rate, a false-flag rate and a base rate."""
    real = p["cases"] * base_rate / 100
    caught, wrong = real * catch, (p["cases"] - real) * false
    alerts, capacity = caught + wrong, p["capacity"]
    reviewed = min(1.0, capacity / alerts) if capacity and alerts else 1.0
    cost = (real - caught * reviewed) * p["miss_cost"] + wrong * reviewed * p["alarm_cost"]
    cost += alerts * reviewed * p["review_cost"]
    return Counts(caught, real - caught, wrong, p["cases"] - real - wrong, cost)


def controls(p: Parameters) -> tuple[Control, ...]:
    """Return the threshold, or the choice between settings, and the base rate where it moves."""
    first: Control = Slider("threshold", Word("Threshold"), 0, 100, 1, 40)
    if p["settings"]:
        options = tuple((str(n), row["name"]) for n, row in enumerate(p["settings"]))
        first = Choice("setting", Word("Setting"), options, start="0")
    if p["base_rate_to"] is None:
        return (first,)
    low, high = sorted((p["base_rate"], p["base_rate_to"]))
    step = max(round((high - low) / 500, 3), 0.001)
    base = Slider("base_rate", Word("Base rate"), low, high, step, p["base_rate"], "%")
    return (first, base)


def outcome(p: Parameters, state: State) -> Outcome:
    """Return counts, cost and workload of where the line stands."""
    base = float(state.get("base_rate", p["base_rate"]))
    here = _at(p, state, base_rate=base)
    best = _best(p, base_rate=base)
    region = _region(p, here, best=best)
    people = here.alerts * p["minutes"] / (p["hours"] * 60)
    table = Table(
        ("", Word("Flagged"), Word("Not flagged")),
        (
            (Word("Real"), round(here.caught), round(here.missed)),
            (Word("Not real"), round(here.false), round(here.left)),
        ),
    )
    figures = (
        Figure(Word("Real among the flagged"), 100 * here.precision, "%", 1),
        Figure(Word("Caught"), 100 * here.catch, "%", 1),
        Figure(Word("Alerts"), here.alerts),
        Figure(Word("People needed"), people, digits=1),
        Figure(Word("Cost"), here.cost, "€"),
    )
    return Outcome(region, figures, table, is_goal=region == GOAL)


def _at(p: Parameters, state: State, *, base_rate: float) -> Counts:
    if p["settings"]:
        row = p["settings"][int(state.get("setting", "0"))]
        return count(p, catch=row["catch"] / 100, false=row["false"] / 100, base_rate=base_rate)
    catch, false = rates(float(state.get("threshold", 40)), separation=p["separation"])
    return count(p, catch=catch, false=false, base_rate=base_rate)


def _all(p: Parameters, *, base_rate: float) -> list[Counts]:
    states: list[State] = [{"threshold": float(score)} for score in range(101)]
    if p["settings"]:
        states = [{"setting": str(n)} for n in range(len(p["settings"]))]
    return [_at(p, state, base_rate=base_rate) for state in states]


def _best(p: Parameters, *, base_rate: float) -> Counts | None:
    """Return the cheapest setting that the people can work off, None where there is none."""
    fit = [one for one in _all(p, base_rate=base_rate) if _fits(p, one)]
    return min(fit, key=lambda one: one.cost, default=None)


def _fits(p: Parameters, here: Counts) -> bool:
    return p["capacity"] is None or here.alerts <= p["capacity"]


def _region(p: Parameters, here: Counts, *, best: Counts | None) -> str:
    if not _fits(p, here):
        return OVER_CAPACITY
    if p["precision_goal"] is not None:
        if here.precision < p["precision_goal"] / 100:
            return TOO_LOOSE
        return GOAL if here.catch >= p["keep_catch"] / 100 else TOO_STRICT
    if best is None or here.cost <= best.cost * CLOSE:
        return GOAL
    return TOO_STRICT if here.alerts < best.alerts else TOO_LOOSE


def fault(p: Parameters) -> Phrase | None:
    """Say why no threshold reaches the goal, or return None."""
    highest = max(p["base_rate"], p["base_rate_to"] or 0)
    regions = {_region(p, one, best=None) for one in _all(p, base_rate=highest)}
    if GOAL not in regions:
        return Phrase("no threshold reaches the goal within the capacity; change one of them")
    return None
