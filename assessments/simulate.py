"""Learners whose true skill is known: their programs, their growth and their answers to items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assessments.answers import matching_line
from assessments.example_text import example_of
from assessments.parameters import EXPERT_DISCRIMINATION
from curriculum.model import AnswerLine, Choice, Item, ItemType

Floats = NDArray[np.float64]
Assignment = Literal["lottery", "pretest", "theta0", "motive"]
Dropout = Literal["none", "at_random", "not_at_random"]

OCCASIONS = ("baseline", "end", "plus3", "plus6")
PROGRAM_COLUMNS = (
    *("learner", "team", "arm", "motive", "theta0", "slope"),
    *("occasion", "time", "theta", "score", "se", "dropped"),
)
_ANYTHING_ELSE = "I do not know"
# A wrong option without a misconception is filler; few people choose it.
_FILLER_WEIGHT = 0.4
_RATING_WEIGHT = {"acceptable": 1.0, "poor": 0.6, "harmful": 0.3}
_FROM_WORST = ("harmful", "poor", "acceptable", "best")
# The log-odds of leaving fall by this much per SD of skill, and differ this much by arm.
_DROPOUT_BY_SKILL = -0.4
_DROPOUT_BY_ARM = -0.3


# --- a program and its learners -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramPlan:
    """The truth behind a simulated program.

    Skill is on the θ scale (SD 1 at the start), time in periods; the first occasion is period 0.
    `effect` is what the structured arm gains by period 3 over the same people in the other arm.
    `assignment` draws whole teams by lot, or lets each person choose with the log-odds
    `selection` times the observed pretest, the true skill or the motive. `dropout_rate` is about
    the share that leaves before each later occasion; who leaves, never returns.
    """

    teams: int = 30
    team_size: int = 20
    effect: float = 0.0
    assignment: Assignment = "lottery"
    selection: float = 0.0
    growth_by_skill: float = 0.0
    growth_by_motive: float = 0.0
    dropout: Dropout = "none"
    dropout_rate: float = 0.0
    occasions: tuple[str, ...] = OCCASIONS
    team_variance: float = 0.15
    person_variance: float = 0.85
    mean_slope: float = 0.10
    team_slope_sd: float = 0.05
    person_slope_sd: float = 0.10
    error_sd: float = 0.5


def simulate_program(plan: ProgramPlan, *, rng: np.random.Generator) -> pd.DataFrame:
    """Learners of one program, measured at every occasion, with the truth beside each score.

    Returns
    -------
    pd.DataFrame
        One row per learner and occasion, learner by learner, in the order of time:
        `learner`, `team` (ids as text), `arm` (`structured` or `self_directed`), `motive` (SD 1,
        correlates .3 with `theta0`), `theta0` (true skill at the start), `slope` (true growth per
        period, effect included), `occasion` (name), `time` (periods from the start), `theta`
        (true skill then), `score` (θ plus measurement error; missing once dropped), `se` (its
        standard error), `dropped` (true where the score is missing).

    Notes
    -----
    θ0 = N(0, team variance) + N(0, person variance); motive = .3 θ0 + √.91 N(0, 1); slope = mean
    + team part + person part + `growth_by_skill` θ0 + `growth_by_motive` motive, + effect / 3 in
    the structured arm. Dropout at random depends on the last observed score and the arm, not at
    random on the skill that would have been measured. With the default variances θ0 has
    variance 1.
    """
    team = np.repeat(np.arange(plan.teams), plan.team_size)
    learners = team.size
    theta0 = _split_noise(
        team, rng=rng, team_sd=plan.team_variance**0.5, person_sd=plan.person_variance**0.5
    )
    motive = 0.3 * theta0 + 0.91**0.5 * rng.standard_normal(learners)
    time = np.arange(len(plan.occasions), dtype=np.float64)
    errors = plan.error_sd * rng.standard_normal((learners, time.size))
    basis = {"pretest": theta0 + errors[:, 0], "theta0": theta0, "motive": motive}
    structured = _draw_arms(plan, team=team, basis=basis, rng=rng)
    slope = (
        plan.mean_slope
        + _split_noise(team, rng=rng, team_sd=plan.team_slope_sd, person_sd=plan.person_slope_sd)
        + plan.growth_by_skill * theta0
        + plan.growth_by_motive * motive
        + plan.effect / 3 * structured
    )
    theta = theta0[:, None] + slope[:, None] * time
    dropped = _draw_dropout(plan, theta=theta, score=theta + errors, structured=structured, rng=rng)
    persons = {
        "learner": np.array([f"L{index:06d}" for index in range(learners)], dtype=object),
        "team": np.array([f"T{index:03d}" for index in range(plan.teams)], dtype=object)[team],
        "arm": np.where(structured, "structured", "self_directed").astype(object),
        "motive": motive,
        "theta0": theta0,
        "slope": slope,
    }
    return pd.DataFrame(
        {name: np.repeat(values, time.size) for name, values in persons.items()}
        | {
            "occasion": np.tile(np.array(plan.occasions, dtype=object), learners),
            "time": np.tile(time, learners),
            "theta": theta.ravel(),
            "score": np.where(dropped, np.nan, theta + errors).ravel(),
            "se": plan.error_sd,
            "dropped": dropped.ravel(),
        }
    )


def _split_noise(
    team: NDArray[np.int64], *, rng: np.random.Generator, team_sd: float, person_sd: float
) -> Floats:
    shared = team_sd * rng.standard_normal(int(team.max(initial=-1)) + 1)
    own: Floats = person_sd * rng.standard_normal(team.size)
    return shared[team] + own


def _draw_arms(
    plan: ProgramPlan,
    *,
    team: NDArray[np.int64],
    basis: Mapping[str, Floats],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    if plan.assignment == "lottery":
        drawn = rng.permutation(plan.teams) < plan.teams // 2
        return np.asarray(drawn[team])
    log_odds = plan.selection * basis[plan.assignment]
    return np.asarray(rng.random(team.size) < _logistic(log_odds))


def _draw_dropout(
    plan: ProgramPlan,
    *,
    theta: Floats,
    score: Floats,
    structured: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    dropped = np.zeros(theta.shape, dtype=np.bool_)
    if plan.dropout == "none" or plan.dropout_rate <= 0:
        return dropped
    base = np.log(plan.dropout_rate / (1 - plan.dropout_rate))
    for occasion in range(1, theta.shape[1]):
        at_random = plan.dropout == "at_random"
        cause = score[:, occasion - 1] if at_random else theta[:, occasion]
        log_odds = base + _DROPOUT_BY_SKILL * (cause - cause.mean())
        log_odds = log_odds + _DROPOUT_BY_ARM * (structured - 0.5)
        leaves = rng.random(len(theta)) < _logistic(log_odds)
        dropped[:, occasion] = dropped[:, occasion - 1] | leaves
    return dropped


def _logistic(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)


# --- answers --------------------------------------------------------------------------------------


def simulate_correct(
    theta: Floats, *, a: Floats, b: Floats, rng: np.random.Generator
) -> NDArray[np.int8]:
    """A matrix of right (1) and wrong (0) answers, one row a person, drawn from the 2PL model."""
    chance = _logistic(a * (theta[:, None] - b))
    return (rng.random(chance.shape) < chance).astype(np.int8)


def simulate_responses(
    item: Item,
    *,
    theta: float,
    rng: np.random.Generator,
    discrimination: float = EXPERT_DISCRIMINATION,
    misconceptions: Mapping[str, float] | None = None,
) -> dict[str, object]:
    """One person's admissible response to an item, correct with the model's probability.

    Scoring it gives `correct` with probability 1 / (1 + e^(-a(θ - difficulty))). A wrong answer
    prefers options with a misconception: `misconceptions` gives the weight of each code (1 where
    it is silent), so a person who holds one gets a large weight for it. Graded work and surveys
    get an answer that does not depend on θ.
    """
    chance = 1 / (1 + np.exp(-discrimination * (theta - item.difficulty)))
    draw = _Draw(rng=rng, chance=float(chance), weights=misconceptions or {})
    return _ANSWERS[item.type](item, draw)


@dataclass(frozen=True, slots=True)
class _Draw:
    """What every kind of answer draws from: randomness, the chance to be right, code weights."""

    rng: np.random.Generator
    chance: float
    weights: Mapping[str, float]

    def is_right(self) -> bool:
        return bool(self.rng.random() < self.chance)

    def weight(self, code: str | None) -> float:
        return _FILLER_WEIGHT if code is None else self.weights.get(code, 1.0)

    def pick(self, choices: Sequence[Choice]) -> str:
        weights = [self.weight(c.misconception) * _rating_weight(c) for c in choices]
        return choices[self.weighted(weights)].key

    def weighted(self, weights: Sequence[float]) -> int:
        total = sum(weights)
        shares = [weight / total for weight in weights] if total > 0 else None
        return int(self.rng.choice(len(weights), p=shares))


def _rating_weight(choice: Choice) -> float:
    return _RATING_WEIGHT.get(choice.rating or "", 1.0)


def _single(item: Item, draw: _Draw) -> dict[str, object]:
    return {"choice": _pick_one(item.choices, draw, right=draw.is_right())}


def _pick_one(choices: Sequence[Choice], draw: _Draw, *, right: bool) -> str:
    wanted = [choice for choice in choices if choice.right == right]
    return draw.pick(wanted or choices)


def _survey(item: Item, draw: _Draw) -> dict[str, object]:
    return {"choice": item.choices[int(draw.rng.integers(len(item.choices)))].key}


def _multiple(item: Item, draw: _Draw) -> dict[str, object]:
    key = {choice.key for choice in item.choices if choice.right}
    if draw.is_right():
        return {"choices": sorted(key)}
    # One slip for certain, then further ones now and then; the first never undone.
    first = draw.pick(item.choices)
    slips = {c.key for c in item.choices if draw.rng.random() < 0.15} | {first}
    return {"choices": sorted(key ^ slips)}


def _ordering(item: Item, draw: _Draw) -> dict[str, object]:
    steps = list(range(len(item.ordering)))
    if not draw.is_right() and len(steps) > 1:
        at = int(draw.rng.integers(len(steps) - 1))
        steps[at], steps[at + 1] = steps[at + 1], steps[at]
        if draw.rng.random() < 0.4:
            # Moving the last step to the front leaves no order of two or more steps intact.
            steps = [len(steps) - 1, *(step for step in steps if step != len(steps) - 1)]
    return {"order": [str(step) for step in steps]}


def _matching(item: Item, draw: _Draw) -> dict[str, object]:
    rows = [row for row, pair in enumerate(item.pairs) if pair.prompt]
    pairs = {row: row for row in rows}
    if not draw.is_right():
        row = rows[int(draw.rng.integers(len(rows)))]
        match = item.pairs[row].match
        others = [i for i, pair in enumerate(item.pairs) if pair.match != match]
        if others:
            pairs[row] = others[int(draw.rng.integers(len(others)))]
    return {"pairs": {str(row): str(match) for row, match in pairs.items()}}


def _scenario(item: Item, draw: _Draw) -> dict[str, object]:
    right = draw.is_right()
    best = draw.pick([c for c in item.choices if (c.rating == "best") == right])
    if item.ask == "best":
        return {"best": best}
    rest = [choice for choice in item.choices if choice.key != best]
    rest.sort(key=lambda choice: _FROM_WORST.index(choice.rating or "poor"))
    worst = rest[0].key if draw.is_right() else draw.pick(rest[1:] or rest)
    return {"best": best, "worst": worst}


def _two_tier(item: Item, draw: _Draw) -> dict[str, object]:
    right = draw.is_right()
    choice = right or bool(draw.rng.random() < 0.5)
    return {
        "choice": _pick_one(item.choices, draw, right=choice),
        "reason": _pick_one(item.reasons, draw, right=right),
    }


def _numeric(item: Item, draw: _Draw) -> dict[str, object]:
    full = [line for line in item.answers if line.credit >= 1.0]
    if draw.is_right() and full:
        return {"text": _number(full[0])}
    traps = [_number(line) for line in item.answers if line.credit < 1.0]
    codes = [line.misconception for line in item.answers if line.credit < 1.0]
    middle = float(_number(full[0])) if full else 1.0
    guesses = [f"{middle * factor:.6g}" for factor in (0.1, 0.5, 2.0, 10.0)]
    guesses.append(f"{abs(middle) * 3 + 100:.6g}")
    return {"text": _wrong_text(item, draw, texts=[*traps, *guesses], codes=codes)}


def _text(item: Item, draw: _Draw) -> dict[str, object]:
    texts = [_sample_text(line) for line in item.answers if line.credit >= 1.0]
    right = [text for text in texts if _is_full(item, text)]
    if draw.is_right() and right:
        return {"text": right[int(draw.rng.integers(len(right)))]}
    traps = [_sample_text(line) for line in item.answers if line.credit < 1.0]
    codes = [line.misconception for line in item.answers if line.credit < 1.0]
    return {"text": _wrong_text(item, draw, texts=[*traps, _ANYTHING_ELSE], codes=codes)}


def _wrong_text(
    item: Item, draw: _Draw, *, texts: Sequence[str], codes: Sequence[str | None]
) -> str:
    padded = [*codes, *[None] * (len(texts) - len(codes))]
    wrong = [
        (text, draw.weight(code))
        for text, code in zip(texts, padded, strict=True)
        if text.strip() and not _is_full(item, text)
    ]
    if not wrong:
        return texts[-1]
    return wrong[draw.weighted([weight for _, weight in wrong])][0]


def _is_full(item: Item, text: str) -> bool:
    line = matching_line(item, text)
    return line is not None and line.credit >= 1.0


def _number(line: AnswerLine) -> str:
    low = line.low if line.low is not None else 0.0
    high = line.high if line.high is not None else low
    return f"{low + (high - low) / 2:.15g}"


def _sample_text(line: AnswerLine) -> str:
    return line.literal if line.literal is not None else example_of(line.pattern or "")


def _essay(item: Item, draw: _Draw) -> dict[str, object]:
    if item.submission != "text":
        return {"text": f"https://work.example/{int(draw.rng.integers(10**6)):06d}"}
    return {"text": " ".join(["draft"] * max(item.min_words or 1, 1))}


_ANSWERS: dict[ItemType, Callable[[Item, _Draw], dict[str, object]]] = {
    "single": _single,
    "truefalse": _single,
    "survey": _survey,
    "multiple": _multiple,
    "highlight": _multiple,
    "numeric": _numeric,
    "text": _text,
    "ordering": _ordering,
    "matching": _matching,
    "scenario": _scenario,
    "two-tier": _two_tier,
    "rubric": _essay,
}
