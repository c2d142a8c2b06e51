"""The queue simulator: people, arrivals and the AI's share, and how long a case then waits."""

from dataclasses import dataclass

from curriculum.activities.base import (
    GOAL,
    Control,
    Figure,
    Outcome,
    Parameters,
    Slider,
    State,
    Table,
    Word,
)
from curriculum.activities.schema import Number, Schema
from curriculum.phrases import Phrase

OVERLOADED, TOO_SLOW, TOO_BUSY, TOO_MANY_ERRORS, IDLE = (
    "overloaded", "too-slow", "too-busy", "too-many-errors", "idle",
)  # fmt: skip
REGIONS = (OVERLOADED, TOO_SLOW, TOO_BUSY, TOO_MANY_ERRORS, IDLE, GOAL)
SCHEMA: Schema = {
    "arrivals": Number(0.1, 100_000, 60.0),
    "minutes": Number(0.1, 480, 8.0),
    "people_from": Number(1, 200, 2, whole=True),
    "people_to": Number(2, 200, 20, whole=True),
    "ai_share_to": Number(0, 95, 80, whole=True),
    "ai_wrong": Number(0, 100, 5.0),
    "errors_limit": Number(0, 1_000_000, 15.0),
    "wait_goal": Number(0.01, 10_000, 10.0),
    "busy_limit": Number(10, 99, 85.0),
    "hours": Number(1, 24, 7.5),
}
# A person too many is a reserve, more than that stands idle.
RESERVE = 2


@dataclass(frozen=True, slots=True)
class Load:
    """How a day goes: `busy` is a share, `wait` in minutes, errors and overtime (hours) a day."""

    busy: float
    wait: float
    errors: float
    overtime: float


def waiting_share(people: int, *, load: float) -> float:
    """Return the share of cases that wait at all: Erlang C, `load` in people kept busy.

    C = B / (1 - u(1 - B)) with u = load / people, and Erlang B by its recursion in the number of
    servers (A. K. Erlang, 1917).
    """
    blocked = 1.0
    for servers in range(1, people + 1):
        blocked = load * blocked / (servers + load * blocked)
    use = load / people
    return blocked / (1 - use * (1 - blocked))


def load_of(p: Parameters, *, people: int, ai_share: float) -> Load:
    """Return the load of a number of people and a share (%) of cases that the AI closes."""
    share, wrong = ai_share / 100, p["ai_wrong"] / 100
    # A case that the AI gets wrong comes back to a person.
    arrivals = p["arrivals"] * (1 - share * (1 - wrong))
    load = arrivals * p["minutes"] / 60
    errors = p["arrivals"] * share * wrong * p["hours"]
    if load >= people:
        return Load(load / people, float("inf"), errors, (load - people) * p["hours"])
    wait = waiting_share(people, load=load) * p["minutes"] / (people - load)
    return Load(load / people, wait, errors, 0.0)


def controls(p: Parameters) -> tuple[Control, ...]:
    """Return how many people, and the share of the AI."""
    low, high = sorted((p["people_from"], p["people_to"]))
    made: tuple[Control, ...] = (Slider("people", Word("People at work"), low, high, 1, low),)
    if p["ai_share_to"]:
        top = p["ai_share_to"]
        made += (Slider("ai_share", Word("Cases the AI closes"), 0, top, 1, 0, "%"),)
    return made


def outcome(p: Parameters, state: State) -> Outcome:
    """Return wait, load, overtime and errors."""
    people = round(float(state.get("people", p["people_from"])))
    share = float(state.get("ai_share", 0))
    here = load_of(p, people=people, ai_share=share)
    region = _region(p, people=people, share=share)
    figures = (
        Figure(Word("Busy"), 100 * here.busy, "%"),
        Figure(Word("Mean wait"), here.wait, Word("minutes"), 1),
        Figure(Word("Overtime a day"), here.overtime, Word("hours"), 1),
        Figure(Word("Errors of the AI a day"), here.errors, digits=1),
    )
    near = [n for n in range(people - 2, people + 3) if n >= 1]
    rows = []
    for number in near:
        other = load_of(p, people=number, ai_share=share)
        wait: str | float = round(other.wait, 1) if other.busy < 1 else Word("grows all day")
        rows.append((str(number), f"{100 * other.busy:.0f} %", wait))
    columns = (Word("People"), Word("Busy"), Word("Mean wait in minutes"))
    return Outcome(region, figures, Table(columns, tuple(rows)), is_goal=region == GOAL)


def _region(p: Parameters, *, people: int, share: float) -> str:
    here = load_of(p, people=people, ai_share=share)
    if here.busy >= 1:
        return OVERLOADED
    if here.errors > p["errors_limit"]:
        return TOO_MANY_ERRORS
    if here.wait > p["wait_goal"]:
        return TOO_SLOW
    if 100 * here.busy > p["busy_limit"]:
        return TOO_BUSY
    fewer = people - RESERVE
    is_idle = fewer >= p["people_from"] and _region(p, people=fewer, share=share) in {GOAL, IDLE}
    return IDLE if is_idle else GOAL


def fault(p: Parameters) -> Phrase | None:
    """Say why no number of people reaches the goal, or return None."""
    low, high = sorted((p["people_from"], p["people_to"]))
    for share in range(0, p["ai_share_to"] + 1, 5):
        # The wait only falls with every further person.
        if _region(p, people=high, share=share) in {GOAL, IDLE} and low <= high:
            return None
    return Phrase("even with all people the wait, the load or the errors stay above their limits")
