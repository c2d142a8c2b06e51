"""Responses → skill: EAP, Warm's estimate, their errors, levels and reliability."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assessments.item_responses import ItemResponses, row_blocks
from assessments.parameters import Basis, Parameters
from curriculum.model import Skill

Floats = NDArray[np.float64]


def normal_weights(nodes: Floats) -> Floats:
    """The share of a standard normal θ that each of evenly spaced nodes stands for."""
    density = np.exp(-(nodes**2) / 2)
    return np.asarray(density / density.sum())


NODES: Floats = np.linspace(-6.0, 6.0, 61)
NODE_WEIGHTS: Floats = normal_weights(NODES)
# Central 80 % of a normal distribution: a level is named alone only if both ends lie in it.
LEVEL_BAND_Z = 1.2815515655446004
_GRID: Floats = np.linspace(-8.0, 8.0, 65)
_GRID_STEP = 0.25
_NEWTON_STEPS = 12


@dataclass(frozen=True, slots=True)
class SkillEstimate:
    """A person's skill on the θ scale (standard normal in the calibration sample).

    `eap` with its posterior SD `sd` is what a person sees as a band; `wle` with its standard
    error `se` is what growth and comparisons use. `items` counts the answers, `basis` names the
    parameters in force.
    """

    eap: float
    sd: float
    wle: float
    se: float
    items: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class LevelBand:
    """The levels that a score's 80 % band touches, and how a page says so.

    `needs_graded_work` says that it touches the highest level too, which no check gives alone.
    """

    levels: tuple[int, ...]
    text: str
    needs_graded_work: bool = False


def chance_correct(theta: Floats, *, a: Floats, b: Floats) -> Floats:
    """P = 1/(1 + e^(-a(θ - b))), one row for each θ and one column for each item."""
    # tanh neither overflows nor warns, however far θ lies from the item.
    logit = np.asarray(a * (np.asarray(theta, dtype=np.float64)[:, None] - b))
    return np.asarray(0.5 + 0.5 * np.tanh(logit / 2))


def form_information(theta: Floats, *, a: Floats, b: Floats) -> Floats:
    """Fisher information of the items at each θ: Σ a² P (1 - P)."""
    p = chance_correct(theta, a=a, b=b)
    return np.asarray((a**2 * p * (1 - p)).sum(axis=1))


def measurement_error(theta: Floats, *, a: Floats, b: Floats) -> Floats:
    """Standard error of measurement at each θ: 1/√information."""
    return np.asarray(1 / np.sqrt(form_information(theta, a=a, b=b)))


def expected_reliability(a: Floats, *, b: Floats) -> float:
    """Reliability that a form promises: 1/(1 + mean error variance) for θ standard normal."""
    information = form_information(NODES, a=a, b=b)
    return float(1 / (1 + (NODE_WEIGHTS / information).sum()))


def reliability(estimates: Floats, *, errors: Floats) -> float | None:
    """1 - mean(se²)/var of the estimates of a group; None for fewer than two different scores.

    It is never below 0.
    """
    if estimates.size < 2 or np.ptp(estimates) == 0:
        return None
    share = 1 - float(np.mean(errors**2)) / float(np.var(estimates, ddof=1))
    return max(0.0, share)


def scale_score(theta: float) -> float:
    """The score people see: 500 + 100 θ."""
    return 500.0 + 100.0 * theta


def level_cuts(skill: Skill) -> tuple[float, ...]:
    """The cut scores of a skill above its first level; a cut that is not set is out of reach."""
    cuts = (level.cut for level in sorted(skill.levels, key=lambda level: level.level)[1:])
    return tuple(math.inf if cut is None else cut for cut in cuts)


def level_band(theta: float, *, se: float, cuts: Sequence[float]) -> LevelBand:
    """The levels within θ ± 1.28 standard errors (its central 80 %).

    `cuts` are the lower ends of level 2, 3, ... in rising order; a score on a cut has the level.
    """
    low, high = (
        1 + sum(end >= cut for cut in cuts)
        for end in (theta - LEVEL_BAND_Z * se, theta + LEVEL_BAND_Z * se)
    )
    text = f"L{low}" if low == high else f"between L{low} and L{high}"
    return LevelBand(levels=tuple(range(low, high + 1)), text=text)


# --- one person ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PreparedItems:
    """What estimating needs to know of a set of items, worked out once for all who met them."""

    ids: tuple[str, ...]
    basis: Basis
    a: Floats
    b: Floats
    node_missed: Floats
    grid_curve: Floats


def prepare_items(ids: Sequence[str], *, parameters: Parameters) -> PreparedItems:
    """Work out what does not depend on the answers.

    Raises
    ------
    ValueError
        If there is no item, or one has no parameters.
    """
    if not ids:
        raise ValueError("a skill cannot be estimated without an answer")
    unknown = [item_id for item_id in ids if item_id not in parameters.items]
    if unknown:
        raise ValueError(f"no parameters are in force for item {unknown[0]}")
    a, b = parameters.slopes(ids)
    with np.errstate(divide="ignore"):
        weighted = 0.5 * np.log(form_information(_GRID, a=a, b=b))
    return PreparedItems(
        ids=tuple(ids),
        basis=parameters.basis,
        a=a,
        b=b,
        node_missed=_log_wrong(NODES, a=a, b=b).sum(axis=0) + np.log(NODE_WEIGHTS),
        grid_curve=_log_wrong(_GRID, a=a, b=b).sum(axis=0) + weighted,
    )


def estimate_skill(responses: Mapping[str, bool], *, parameters: Parameters) -> SkillEstimate:
    """Skill of one person from the items answered (id → correct).

    Raises
    ------
    ValueError
        If there is no answer, or an item has no parameters.

    Notes
    -----
    EAP: Bock and Mislevy (1982), standard normal prior on 61 points. Warm (1989), Psychometrika
    54: the root of Σ a(x - P) + J/(2I), J = Σ a³PQ(1 - 2P); finite for all right and all wrong.
    Its standard error is 1/√I at the estimate.
    """
    items = prepare_items(tuple(responses), parameters=parameters)
    return estimate_prepared(items, correct=tuple(responses.values()))


def estimate_prepared(items: PreparedItems, *, correct: Sequence[bool]) -> SkillEstimate:
    """Skill of one person who met these items, right or not in their order."""
    x = np.array(correct, dtype=np.float64)
    total = float(x @ items.a)
    curve = total * NODES + items.node_missed
    weight = np.exp(curve - curve.max())
    weight /= weight.sum()
    eap = float(weight @ NODES)
    spread = float(weight @ NODES**2) - eap**2
    start = float(_GRID[np.argmax(total * _GRID + items.grid_curve)])
    wle, se = _refine_one(x, items=items, start=start)
    return SkillEstimate(
        eap=eap,
        sd=math.sqrt(max(spread, 0.0)),
        wle=wle,
        se=se,
        items=len(items.ids),
        basis=items.basis,
    )


def _refine_one(x: Floats, *, items: PreparedItems, start: float) -> tuple[float, float]:
    """Newton's method from the grid point for one person; `_refine` does the same for many."""
    theta, information = start, 1.0
    a, b = items.a, items.b
    for _ in range(_NEWTON_STEPS):
        p = 0.5 + 0.5 * np.tanh(a * (theta - b) / 2)
        spread = a * a * p * (1 - p)
        information = max(float(spread.sum()), 1e-12)
        skew = float((spread * a * (1 - 2 * p)).sum())
        bend = float((spread * a * a * (1 - 6 * p * (1 - p))).sum())
        gradient = float((a * (x - p)).sum()) + skew / (2 * information)
        hessian = -information + (bend * information - skew**2) / (2 * information**2)
        step = -gradient / min(hessian, -1e-12) if hessian < 0 else gradient
        moved = min(max(theta + step, start - _GRID_STEP), start + _GRID_STEP)
        if abs(moved - theta) < 1e-10:
            break
        theta = moved
    return theta, 1 / math.sqrt(information)


# --- many people ----------------------------------------------------------------------------------


def estimate_skills(responses: ItemResponses, *, parameters: Parameters) -> pd.DataFrame:
    """Skill of every learner at once, as `estimate_skill` gives it.

    Returns
    -------
    pd.DataFrame
        One row per learner, in the order of `responses.learners`: `learner`, `eap`, `sd`, `wle`,
        `se` (θ scale) and `items` (answers used). A learner without an answer has the prior's
        `eap` 0 and `sd` 1, and no `wle` or `se`.
    """
    if not responses.learners:
        return pd.DataFrame(columns=["learner", "eap", "sd", "wle", "se", "items"])
    a, b = parameters.slopes(responses.items)
    answered, right = responses.answered(), responses.right()
    tables = (_log_wrong(NODES, a=a, b=b), _log_wrong(_GRID, a=a, b=b))
    information = (a**2 * _variance(_GRID, a=a, b=b)).T
    blocks = []
    for rows in row_blocks(len(responses.learners)):
        total, some = right[rows] @ a, answered[rows]
        eap, sd = _posterior(total, missed=some @ tables[0])
        start = _grid_start(total, missed=some @ tables[1], information=some @ information)
        blocks.append((eap, sd, start))
    eap, sd, start = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    wle, se = _refine(responses, a=a, b=b, start=start)
    items = np.bincount(responses.learner, minlength=len(responses.learners))
    return pd.DataFrame(
        {
            "learner": responses.learners,
            "eap": eap,
            "sd": sd,
            "wle": np.where(items > 0, wle, np.nan),
            "se": np.where(items > 0, se, np.nan),
            "items": items,
        }
    )


def _variance(theta: Floats, *, a: Floats, b: Floats) -> Floats:
    p = chance_correct(theta, a=a, b=b)
    return np.asarray(p * (1 - p))


def _log_wrong(theta: Floats, *, a: Floats, b: Floats) -> Floats:
    """One row an item, one column a θ: log(1 - P) + a b x-free part of the log-likelihood.

    The log-likelihood is Σ x a(θ - b) + Σ log(1 - P). Its part Σ x a b does not depend on θ and
    cancels, so a person's curve is θ Σ x a + Σ log(1 - P): one number and one sum of rows.
    """
    logit = a[:, None] * (theta[None, :] - b[:, None])
    return np.asarray(-np.logaddexp(0.0, logit))


def _posterior(total: Floats, *, missed: Floats) -> tuple[Floats, Floats]:
    """EAP and posterior SD from Σ x a and the sums of log(1 - P) at the nodes."""
    curve = total[:, None] * NODES + missed + np.log(NODE_WEIGHTS)
    weight = np.exp(curve - curve.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    eap = weight @ NODES
    spread = weight @ NODES**2 - eap**2
    return eap, np.sqrt(np.maximum(spread, 0.0))


def _grid_start(total: Floats, *, missed: Floats, information: Floats) -> Floats:
    """The grid point with the highest weighted likelihood: it may have more than one hill."""
    with np.errstate(divide="ignore"):
        curve = total[:, None] * _GRID + missed + 0.5 * np.log(information)
    return np.asarray(_GRID[np.argmax(curve, axis=1)])


def _refine(data: ItemResponses, *, a: Floats, b: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Newton's method from the grid point, kept within one grid step of it."""
    theta = start.copy()
    information = np.ones_like(theta)
    slope, place = a[data.item], b[data.item]
    for _ in range(_NEWTON_STEPS):
        p = 0.5 + 0.5 * np.tanh(slope * (theta[data.learner] - place) / 2)
        pq = p * (1 - p)
        sums = [
            np.bincount(data.learner, weights=terms, minlength=theta.size).astype(np.float64)
            for terms in (
                slope * (data.correct - p),
                slope**2 * pq,
                slope**3 * pq * (1 - 2 * p),
                slope**4 * pq * (1 - 6 * pq),
            )
        ]
        score, information, skew, bend = sums
        information = np.maximum(information, 1e-12)
        gradient = score + skew / (2 * information)
        hessian = -information + (bend * information - skew**2) / (2 * information**2)
        step = np.where(hessian < 0, -gradient / np.minimum(hessian, -1e-12), gradient)
        moved = np.clip(theta + step, start - _GRID_STEP, start + _GRID_STEP)
        if np.max(np.abs(moved - theta), initial=0.0) < 1e-10:
            break
        theta = moved
    return theta, 1 / np.sqrt(information)
