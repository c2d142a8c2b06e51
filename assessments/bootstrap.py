"""A p value for few teams: the restricted wild cluster bootstrap."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.regression import (
    Codes,
    Floats,
    Regression,
    cluster_codes,
    cluster_moments,
    fit_least_squares,
)

FEW_TEAMS = 20
EXHAUSTIVE_TEAMS = 12
DRAWS = 9_999
# Draws that repeat the observed statistic differ from it only in the last binary digits.
_TIE = 1e-9


def wild_bootstrap_p(
    x: Floats,
    y: Floats,
    *,
    names: Sequence[str],
    name: str,
    clusters: Sequence[object] | NDArray[Any],
    seed: int,
) -> float:
    """Two-sided p value of one coefficient with the null imposed and one sign per team.

    With up to 12 teams every combination of signs is used, so the answer is exact and needs no
    seed; otherwise 9,999 seeded draws are added to the observed one.

    Notes
    -----
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90: residuals of the
    model without the coefficient, Rademacher signs, CR1 t statistics. The observed signs are one
    of the combinations, so ties with the observed statistic count and p is never zero.
    """
    full = fit_least_squares(x, y, names=names, clusters=clusters)
    at = full.names.index(name)
    kept = [j for j, column in enumerate(names) if column in full.names and column != name]
    null = fit_least_squares(
        np.asarray(x)[:, kept], y, names=[names[j] for j in kept], clusters=clusters
    )
    codes = cluster_codes(clusters)
    observed = _statistics(full, null, codes=codes, at=at, signs=np.ones((1, full.clusters)))[0]
    signs = _signs(full.clusters, seed=seed)
    drawn = _statistics(full, null, codes=codes, at=at, signs=signs)
    extreme = int(np.sum(drawn >= observed * (1 - _TIE)))
    if full.clusters <= EXHAUSTIVE_TEAMS:
        return extreme / len(signs)
    return (extreme + 1) / (len(signs) + 1)


def _signs(clusters: int, *, seed: int) -> Floats:
    """Signs per draw (rows) and cluster (columns): all combinations, or a seeded sample."""
    if clusters > EXHAUSTIVE_TEAMS:
        return np.random.default_rng(seed).choice([-1.0, 1.0], size=(DRAWS, clusters))
    bits = np.arange(2**clusters)[:, None] >> np.arange(clusters)[None, :] & 1
    return np.asarray(1.0 - 2.0 * bits, dtype=np.float64)


def _statistics(
    full: Regression, null: Regression, *, codes: Codes, at: int, signs: Floats
) -> Floats:
    """Absolute CR1 t statistics (up to a constant) of outcomes rebuilt with these signs.

    Everything is linear in the signs: with w the row of the pseudo-inverse for the coefficient,
    its estimate is the sum of sign x w'u over clusters, and each cluster's score subtracts its
    share of the refitted model.
    """
    unit = np.zeros(len(full.names))
    unit[at] = 1.0
    weights = np.linalg.solve(full.r.T, unit)
    blocks, _ = cluster_moments(full, codes=codes)
    sums = np.stack(
        [
            np.bincount(codes, weights=full.q[:, j] * null.residuals, minlength=full.clusters)
            for j in range(full.q.shape[1])
        ],
        axis=1,
    )
    own = sums @ weights
    shift = np.einsum("gij,j->gi", blocks, weights)
    estimates = signs @ own
    scores = signs * own - (signs @ sums) @ shift.T
    spread = np.sqrt(np.einsum("rg,rg->r", scores, scores))
    return np.abs(estimates) / np.where(spread > 0, spread, np.inf)
