"""How well two markers agree: quadratic-weighted kappa with its error, and how often they meet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[int, int]

CATEGORIES = 5
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two markers agree on `n` marks of `works` pieces of work.

    `kappa` is quadratic-weighted, `se` its standard error and `low` to `high` its 95 % interval;
    they are None where everybody gave one and the same mark, or the error cannot be had. `same`
    and `near` are the shares of equal marks and of marks at most one point apart.
    """

    works: int
    n: int
    kappa: float | None
    se: float | None
    low: float | None
    high: float | None
    same: float
    near: float


def weighted_kappa(pairs: Sequence[Pair], *, categories: int = CATEGORIES) -> float | None:
    """Return Cohen's kappa with quadratic weights, or None where it is not defined.

    Notes
    -----
    Cohen (1968): κ = 1 - Σ v p_o / Σ v p_e with v = (i - j)². It is not defined where both markers
    gave one and the same mark throughout.
    """
    table = _table(pairs, categories=categories)
    distance = _distances(categories)
    expected = float((distance * np.outer(table.sum(axis=1), table.sum(axis=0))).sum())
    if expected == 0:
        return None
    return 1.0 - float((distance * table).sum()) / expected


def kappa_error(pairs: Sequence[Pair], *, categories: int = CATEGORIES) -> float | None:
    """Return the large-sample standard error of the weighted kappa of independent pairs.

    Notes
    -----
    Fleiss, Cohen & Everitt (1969), the formula that does not assume κ = 0.
    """
    kappa = weighted_kappa(pairs, categories=categories)
    if kappa is None:
        return None
    table = _table(pairs, categories=categories)
    weights = 1 - _distances(categories) / (categories - 1) ** 2
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    expected = float((weights * np.outer(rows, columns)).sum())
    row_means, column_means = weights @ columns, rows @ weights
    spread = weights - np.add.outer(row_means, column_means) * (1 - kappa)
    inner = float((table * spread**2).sum()) - (kappa - expected * (1 - kappa)) ** 2
    return float(np.sqrt(max(inner, 0.0) / len(pairs)) / (1 - expected))


def measure_agreement(works: Sequence[Sequence[Pair]]) -> Agreement:
    """Return the agreement of two markers over pieces of work, each with a pair for each row.

    Notes
    -----
    Marks of one work are not independent of each other. The error leaves out one work at a time
    (jackknife over works); it needs at least two works, and as many as can be had.
    """
    pairs = [pair for work in works for pair in work]
    if not pairs:
        raise ValueError("agreement needs at least one work with two gradings")
    kappa, se = weighted_kappa(pairs), _jackknife(works)
    gaps = np.abs(np.array([one - two for one, two in pairs]))
    return Agreement(
        works=len(works),
        n=len(pairs),
        kappa=kappa,
        se=se,
        low=None if kappa is None or se is None else max(-1.0, kappa - Z95 * se),
        high=None if kappa is None or se is None else min(1.0, kappa + Z95 * se),
        same=float((gaps == 0).mean()),
        near=float((gaps <= 1).mean()),
    )


def _jackknife(works: Sequence[Sequence[Pair]]) -> float | None:
    if len(works) < 2:
        return None
    without = [
        weighted_kappa([pair for place, work in enumerate(works) if place != left for pair in work])
        for left in range(len(works))
    ]
    known = [value for value in without if value is not None]
    if len(known) < len(works):
        return None
    values = np.array(known)
    size = len(values)
    return float(np.sqrt((size - 1) / size * ((values - values.mean()) ** 2).sum()))


def _table(pairs: Sequence[Pair], *, categories: int) -> Floats:
    counts = np.zeros((categories, categories))
    for first, second in pairs:
        if not (0 <= first < categories and 0 <= second < categories):
            raise ValueError(f"expected marks from 0 to {categories - 1}, got {first}, {second}")
        counts[first, second] += 1
    return counts / len(pairs)


def _distances(categories: int) -> Floats:
    marks = np.arange(categories, dtype=np.float64)
    return np.asarray(np.subtract.outer(marks, marks) ** 2)
