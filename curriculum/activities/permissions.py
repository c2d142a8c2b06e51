"""The permission board: what an agent may use freely, on request or never, and its reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

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
from curriculum.activities.schema import Number, Rows, Schema, Words
from curriculum.phrases import Phrase

TOO_OPEN, TOO_MANY_ASKS, TOO_CLOSED = "too-open", "too-many-asks", "too-closed"
REGIONS = (OPEN, TOO_OPEN, TOO_MANY_ASKS, TOO_CLOSED, GOAL)
SCHEMA: Schema = {
    "tools": Rows(
        {
            "tool": Words(120),
            "calls": Number(0, 100_000),
            "harm": Number(0, 10_000_000),
            "wrong": Number(0, 100, 1.0),
            "value": Number(0, 1_000_000, 0.0),
            "why": Words(default=""),
        },
        3,
        8,
    ),
    "harm_limit": Number(0, 100_000_000),
    "asks_limit": Number(0, 10_000, 20, whole=True),
    "caught": Number(0, 100, 90.0),
    "value_goal": Number(0, 100, 80.0),
}
WAYS = ("free", "ask", "never")
_WORDS = (Word("may use freely"), Word("asks first"), Word("never"))


@dataclass(frozen=True, slots=True)
class Board:
    """What a way of granting tools leads to, each per hour; `kept` is a share of the value."""

    harm: float
    asks: float
    kept: float


def board(p: Parameters, ways: Sequence[str]) -> Board:
    """Return reachable harm, requests to people, and how much of the work stays possible.

    Harm is calls * share that is wrong * damage of one; of what a person sees, only the share
    that the person does not notice gets through.
    """
    harm = asks = kept = 0.0
    slips = 1 - p["caught"] / 100
    for tool, way in zip(p["tools"], ways, strict=True):
        through = {"free": 1.0, "ask": slips, "never": 0.0}[way]
        harm += tool["calls"] * tool["wrong"] / 100 * tool["harm"] * through
        asks += tool["calls"] if way == "ask" else 0
        kept += tool["value"] if way != "never" else 0
    total = sum(tool["value"] for tool in p["tools"])
    return Board(harm, asks, kept / total if total else 1.0)


def controls(p: Parameters) -> tuple[Control, ...]:
    """Return one choice for each tool."""
    ways = tuple(zip(WAYS, _WORDS, strict=True))
    return tuple(Choice(f"tool{n}", row["tool"], ways) for n, row in enumerate(p["tools"]))


def exhibit(p: Parameters) -> Table:
    """Return what is known of each tool."""
    columns = (
        Word("Tool"), Word("Calls an hour"), Word("Wrong"), Word("Damage of one"),
        Word("Worth an hour"),
    )  # fmt: skip
    rows = tuple(
        (row["tool"], row["calls"], f"{row['wrong']:g} %", row["harm"], row["value"])
        for row in p["tools"]
    )
    return Table(columns, rows)


def outcome(p: Parameters, state: State) -> Outcome:
    """Return the reachable harm per hour, and what is still possible."""
    made = controls(p)
    ways = [str(state.get(one.key, "never")) for one in made]
    here = board(p, ways)
    region = _region(p, here) if every_choice_made(made, state) else OPEN
    figures = (
        Figure(Word("Reachable harm an hour"), here.harm, "€"),
        Figure(Word("Requests an hour"), here.asks),
        Figure(Word("Work still possible"), 100 * here.kept, "%"),
    )
    notes = () if region in {OPEN, GOAL} else _reasons(p, ways, region)
    return Outcome(region, figures, notes=notes, is_goal=region == GOAL)


def _reasons(p: Parameters, ways: Sequence[str], region: str) -> tuple[str, ...]:
    wanted = {TOO_OPEN: "free", TOO_MANY_ASKS: "ask", TOO_CLOSED: "never"}[region]
    found = [row for row, way in zip(p["tools"], ways, strict=True) if way == wanted and row["why"]]
    heaviest = sorted(found, key=lambda row: -row["calls"] * row["wrong"] * row["harm"])
    return tuple(row["why"] for row in heaviest[:2])


def _region(p: Parameters, here: Board) -> str:
    if here.harm > p["harm_limit"]:
        return TOO_OPEN
    if here.asks > p["asks_limit"]:
        return TOO_MANY_ASKS
    return GOAL if here.kept >= p["value_goal"] / 100 else TOO_CLOSED


def fault(p: Parameters) -> Phrase | None:
    """Say why no way of granting tools reaches the goal, or return None."""
    for ways in product(WAYS, repeat=len(p["tools"])):
        if _region(p, board(p, ways)) == GOAL:
            return None
    return Phrase("no sorting of the tools stays below both limits and keeps that much of the work")
