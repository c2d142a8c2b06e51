"""Whether an item is harder for one group than for equally able others (Mantel-Haenszel)."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assessments.item_responses import ItemResponses

Floats = NDArray[np.float64]

# Holland and Thayer (1988): the log odds ratio on the ETS delta scale.
DELTA = -2.35
SMALL_D, LARGE_D = 1.0, 1.5
DIF_COLUMNS = ("item_id", "reference", "focal", "n", "alpha", "d", "se_d", "ets_class")


def dif_table(responses: ItemResponses, *, groups: Sequence[str] | None) -> pd.DataFrame:
    """Mantel-Haenszel differential functioning of every item, each group against the largest.

    Parameters
    ----------
    groups
        One name per learner, in their order; "" for none. The largest group is the reference
        (of equals the first by name).

    Returns
    -------
    pd.DataFrame
        One row per item and focal group: `item_id`, `reference`, `focal`, `n` (answers of both),
        `alpha` (common odds ratio; above 1 the reference finds it easier), `d` (-2.35 ln alpha;
        below 0 the focal group finds it harder), `se_d`, `ets_class` (A, B, C; missing where
        undefined). Empty without two groups.

    Notes
    -----
    Learners are matched on their total score, the studied item included (Holland and Thayer
    1988); where people saw different items, on right answers and answers given. Classes by size
    alone: A |D| < 1, C |D| ≥ 1.5. Variance of ln alpha: Robins, Breslow and Greenland (1986),
    Biometrics 42.
    """
    names = [name for name, _ in _by_size(groups or ())]
    if len(names) < 2:
        return pd.DataFrame(columns=list(DIF_COLUMNS))
    group = np.array(groups, dtype=object)
    stratum = _strata(responses)
    tables = [
        _compare(responses, stratum=stratum, group=group, reference=names[0], focal=focal)
        for focal in names[1:]
    ]
    return pd.concat(tables, ignore_index=True)


def _by_size(groups: Sequence[str]) -> list[tuple[str, int]]:
    counts = Counter(name for name in groups if name)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _strata(responses: ItemResponses) -> NDArray[np.int64]:
    """For each learner the number of the stratum: same answers given, same answers right."""
    learners = len(responses.learners)
    right = np.bincount(responses.learner, weights=responses.correct, minlength=learners)
    given = np.bincount(responses.learner, minlength=learners)
    code = given.astype(np.int64) * (len(responses.items) + 1) + right.astype(np.int64)
    _, stratum = np.unique(code, return_inverse=True)
    return stratum.astype(np.int64)


def _compare(
    responses: ItemResponses,
    *,
    stratum: NDArray[np.int64],
    group: NDArray[np.object_],
    reference: str,
    focal: str,
) -> pd.DataFrame:
    cells = _cells(
        responses,
        stratum=stratum,
        side=np.where(group == reference, 0, np.where(group == focal, 1, 2)),
    )
    alpha, variance = _common_odds_ratio(cells)
    d = DELTA * np.log(alpha)
    return pd.DataFrame(
        {
            "item_id": responses.items,
            "reference": reference,
            "focal": focal,
            "n": cells.sum(axis=(1, 2, 3)).astype(np.int64),
            "alpha": alpha,
            "d": d,
            "se_d": -DELTA * np.sqrt(variance),
            "ets_class": [_ets_class(size) for size in np.abs(d)],
        }
    )


def _cells(
    responses: ItemResponses, *, stratum: NDArray[np.int64], side: NDArray[np.int64]
) -> Floats:
    """Counts by item, stratum, side (reference, focal) and answer (wrong, right)."""
    kept = side[responses.learner] < 2
    learner, item = responses.learner[kept], responses.item[kept]
    strata = int(stratum.max(initial=0)) + 1
    cell = (item * strata + stratum[learner]) * 4 + side[learner] * 2
    cell = cell + responses.correct[kept].astype(np.int64)
    counts = np.bincount(cell, minlength=len(responses.items) * strata * 4)
    return counts.reshape(len(responses.items), strata, 2, 2).astype(np.float64)


def _common_odds_ratio(cells: Floats) -> tuple[Floats, Floats]:
    """Mantel and Haenszel's odds ratio of each item and the variance of its logarithm."""
    total = np.maximum(cells.sum(axis=(2, 3)), 1)
    ref_wrong, ref_right = cells[:, :, 0, 0], cells[:, :, 0, 1]
    foc_wrong, foc_right = cells[:, :, 1, 0], cells[:, :, 1, 1]
    for_reference, for_focal = ref_right * foc_wrong / total, ref_wrong * foc_right / total
    agree, differ = (ref_right + foc_wrong) / total, (ref_wrong + foc_right) / total
    r, s = for_reference.sum(axis=1), for_focal.sum(axis=1)
    r = np.where((r > 0) & (s > 0), r, np.nan)
    s = np.where(np.isnan(r), np.nan, s)
    variance = (
        (agree * for_reference).sum(axis=1) / (2 * r**2)
        + (agree * for_focal + differ * for_reference).sum(axis=1) / (2 * r * s)
        + (differ * for_focal).sum(axis=1) / (2 * s**2)
    )
    return r / s, variance


def _ets_class(size: float) -> str | None:
    if np.isnan(size):
        return None
    if size < SMALL_D:
        return "A"
    return "C" if size >= LARGE_D else "B"
