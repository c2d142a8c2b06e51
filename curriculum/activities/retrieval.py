"""The retrieval bench: what chunk size, depth and ranking do to found passages, on seeded data."""

import math
import random
from dataclasses import dataclass
from functools import lru_cache
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
from curriculum.activities.schema import Number, Schema
from curriculum.phrases import Phrase

MISSES, TOO_LONG, TOO_SLOW = "misses", "too-long", "too-slow"
REGIONS = (MISSES, TOO_LONG, TOO_SLOW, GOAL)
SCHEMA: Schema = {
    "seed": Number(0, 1_000_000, 7, whole=True),
    "questions": Number(10, 200, 50, whole=True),
    "recall_goal": Number(10, 99, 80.0),
    "token_budget": Number(100, 100_000, 3_000, whole=True),
    "ms_budget": Number(20, 10_000, 400, whole=True),
}
CHUNKS = (100, 200, 400, 800)
DEEPEST = 20
# How far a right passage stands above the crowd, in spreads: small chunks lose their context,
# large ones dilute the sentence that matters.
_SIGNAL = {100: 1.9, 200: 2.5, 400: 2.6, 800: 2.0}
_TOKENS_OF_COLLECTION = 160_000
_SHARE_OF_EXACT_QUESTIONS = 0.3
_RIGHT_PASSAGES = 2
_RERANKED = 30
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Setting:
    """How passages are cut and ranked."""

    chunk: int
    hybrid: bool
    rerank: bool


@lru_cache(maxsize=256)
def ranks(setting: Setting, *, seed: int, questions: int) -> tuple[tuple[int, ...], ...]:
    """Return, per question, at which places its right passages come, the best one first.

    The same draws serve every setting, so that a difference is one of settings and not of luck.
    How many of the crowd score above a right passage is a Poisson number.
    """
    source = random.Random(seed)  # noqa: S311 - teaching data, the same on every run
    found = []
    for _question in range(questions):
        is_exact = source.random() < _SHARE_OF_EXACT_QUESTIONS
        places = []
        for _passage in range(_RIGHT_PASSAGES):
            luck, crowd, second = source.gauss(0, 1), source.random(), source.random()
            signal = _SIGNAL[setting.chunk]
            if is_exact:
                # Names and numbers carry little meaning; a search for words finds them.
                signal += 0.5 if setting.hybrid else -1.2
            above = (1 - _NORMAL.cdf(signal + luck)) * _TOKENS_OF_COLLECTION / setting.chunk
            place = 1 + _poisson(above, crowd)
            if setting.rerank and place <= _RERANKED:
                place = 1 + _poisson((place - 1) / 4, second)
            places.append(place)
        found.append(tuple(sorted(places)))
    return tuple(found)


def _poisson(mean: float, draw: float) -> int:
    """Return the Poisson number at a quantile; far out the normal curve is near enough."""
    if mean > 200:
        far = _NORMAL.inv_cdf(min(max(draw, 1e-9), 1 - 1e-9))
        return max(0, round(mean + math.sqrt(mean) * far))
    probability = total = math.exp(-mean)
    number = 0
    while total < draw and number < 1000:
        number += 1
        probability *= mean / number
        total += probability
    return number


def recall(found: tuple[tuple[int, ...], ...], *, k: int) -> float:
    """Return the mean share of right passages among the first k."""
    return sum(sum(place <= k for place in places) / len(places) for places in found) / len(found)


def mean_reciprocal_rank(found: tuple[tuple[int, ...], ...], *, k: int) -> float:
    """Return the mean of 1 / place of the first right passage; 0 for none among the first k."""
    return sum(1 / places[0] if places[0] <= k else 0.0 for places in found) / len(found)


def milliseconds(setting: Setting, *, k: int) -> float:
    """Return what one search takes."""
    return 60.0 + 40 * setting.hybrid + 220 * setting.rerank + 4 * k


def controls(_p: Parameters) -> tuple[Control, ...]:
    """Return chunk size, depth, and the two switches."""
    switch = (("off", Word("off")), ("on", Word("on")))
    chunks = tuple((str(size), str(size)) for size in CHUNKS)
    return (
        Choice("chunk", Word("Tokens in a chunk"), chunks, start="800"),
        Slider("k", Word("Passages handed over"), 1, DEEPEST, 1, 3),
        Choice("hybrid", Word("Search for words too"), switch, start="off"),
        Choice("rerank", Word("Rank again"), switch, start="off"),
    )


def outcome(p: Parameters, state: State) -> Outcome:
    """Return how much is found, and what it costs in tokens and time."""
    setting = Setting(
        int(state.get("chunk", "800")), state.get("hybrid") == "on", state.get("rerank") == "on"
    )
    k = round(float(state.get("k", 3)))
    found = ranks(setting, seed=p["seed"], questions=p["questions"])
    tokens, time = k * setting.chunk, milliseconds(setting, k=k)
    share = 100 * recall(found, k=k)
    region = _region(p, share=share, tokens=tokens, time=time)
    sample = tuple(
        (f"{number}", places[0], sum(place <= k for place in places))
        for number, places in enumerate(found[:5], 1)
    )
    figures = (
        Figure(Word("Right passages found"), share, "%", 1),
        Figure(Word("Mean of 1 / first place"), mean_reciprocal_rank(found, k=k), digits=2),
        Figure(Word("Tokens handed over"), tokens),
        Figure(Word("Milliseconds"), time),
        Figure(Word("Questions"), p["questions"]),
    )
    columns = (Word("Question"), Word("Place of the first right passage"), Word("Found of 2"))
    return Outcome(region, figures, Table(columns, sample), is_goal=region == GOAL)


def _region(p: Parameters, *, share: float, tokens: float, time: float) -> str:
    if tokens > p["token_budget"]:
        return TOO_LONG
    if time > p["ms_budget"]:
        return TOO_SLOW
    return GOAL if share >= p["recall_goal"] else MISSES


def fault(p: Parameters) -> Phrase | None:
    """Say why no setting reaches the goal, or return None."""
    for chunk in CHUNKS:
        for hybrid in (False, True):
            for rerank in (False, True):
                setting = Setting(chunk, hybrid, rerank)
                found = ranks(setting, seed=p["seed"], questions=p["questions"])
                for k in range(1, DEEPEST + 1):
                    figures = {
                        "share": 100 * recall(found, k=k),
                        "tokens": k * chunk,
                        "time": milliseconds(setting, k=k),
                    }
                    if _region(p, **figures) == GOAL:
                        return None
    return Phrase("no setting finds that much within the budgets; lower the goal or raise a budget")
