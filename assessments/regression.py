"""Least squares with standard errors that hold when learners come in teams."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assessments.quantiles import t_above, t_quantile
from curriculum.phrases import Phrase

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

# A column whose part not explained by the columns before it is smaller than this share of its own
# length adds nothing (the tolerance that R's lm uses).
_ALIASED = 1e-7
# Directions of a team's hat matrix that the fit determines completely carry no residual; their
# inverse square root is taken as zero (Moore-Penrose), as Pustejovsky and Tipton propose.
_SATURATED = 1e-10
# With more columns than this, the k x k matrices of all teams together take too much room and time.
_WIDE = 24
# Residuals below this share of the outcome's spread are rounding, not noise.
_EXACT = 1e-12


class AliasedTermError(ValueError):
    """The wanted coefficient cannot be told apart from other columns of the model; `said`: why."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A least squares fit `y = X b + e` in its QR form `X = Q R`.

    `codes` numbers each row's cluster from 0 (None: every row stands alone). `dropped` names
    columns left out because earlier columns already determine them. `absorbed` counts the columns
    that were taken out of `X` and `y` beforehand.
    """

    names: tuple[str, ...]
    dropped: tuple[str, ...]
    coefficients: Floats
    q: Floats
    r: Floats
    residuals: Floats
    codes: Codes | None
    clusters: int
    exact: bool
    absorbed: int = 0

    @property
    def rows(self) -> int:
        """Number of observations."""
        return int(self.q.shape[0])

    @property
    def residual_df(self) -> int:
        """Observations minus estimated coefficients."""
        return self.rows - len(self.names) - self.absorbed


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient with its classical and cluster-robust standard errors.

    `se_cr1` is the usual sandwich times G/(G-1) · (N-1)/(N-k); `se_cr2` the bias-reduced one with
    Satterthwaite `df`. Without clusters they are HC1 and HC2. `se` is what p and interval rest on:
    `se_cr2`, or with the error of an earlier step that the columns came from.
    """

    name: str
    estimate: float
    se_classical: float
    residual_df: int
    se_cr1: float
    se_cr2: float
    se: float
    df: float

    @property
    def p(self) -> float:
        """Two-sided p value from the standard error and its degrees of freedom."""
        if self.se == 0:
            return 1.0 if self.estimate == 0 else 0.0
        return float(2 * t_above(abs(self.estimate) / self.se, self.df))

    def interval(self, *, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval from the standard error and its degrees of freedom."""
        half = float(t_quantile(0.5 + level / 2, self.df)) * self.se
        return self.estimate - half, self.estimate + half


def fit_least_squares(
    x: Floats,
    y: Floats,
    *,
    names: Sequence[str],
    clusters: Sequence[object] | NDArray[Any] | None = None,
    absorbed: int = 0,
) -> Regression:
    """Regress `y` on the columns of `x`, leaving out columns that earlier ones determine.

    Parameters
    ----------
    x
        Design matrix with its intercept, one column per name; put what matters first.
    clusters
        Team of each row; None when rows are independent.
    absorbed
        How many columns were taken out of `x` and `y` before; they cost degrees of freedom.
    """
    x = np.asarray(x, dtype=np.float64)
    kept = _independent_columns(x)
    q, r = np.linalg.qr(x[:, kept])
    coefficients = np.linalg.solve(r, q.T @ y)
    residuals = y - x[:, kept] @ coefficients
    codes: Codes | None = None
    count = len(y)
    if clusters is not None:
        codes = cluster_codes(clusters)
        count = int(codes.max(initial=-1)) + 1
        codes = None if count == len(y) else codes
    spread = float(np.linalg.norm(y - y.mean())) if len(y) else 0.0
    return Regression(
        names=tuple(names[j] for j in kept),
        dropped=tuple(name for j, name in enumerate(names) if j not in kept),
        coefficients=coefficients,
        q=q,
        r=r,
        residuals=residuals,
        codes=codes,
        clusters=count,
        exact=bool(np.linalg.norm(residuals) <= _EXACT * max(spread, float(np.abs(y).max()))),
        absorbed=absorbed,
    )


def cluster_codes(clusters: Sequence[object] | NDArray[Any]) -> Codes:
    """Number the clusters from 0 in the order in which they appear."""
    return np.asarray(pd.factorize(np.asarray(clusters))[0], dtype=np.intp)


def _independent_columns(x: Floats) -> list[int]:
    """Columns that are not a combination of the columns before them."""
    kept = list(range(x.shape[1]))
    lengths = np.linalg.norm(x, axis=0)
    while kept:
        pivots = np.abs(np.diag(np.linalg.qr(x[:, kept], mode="r")))
        if len(pivots) < len(kept):
            kept.pop()
            continue
        aliased = pivots <= _ALIASED * lengths[kept]
        if not aliased.any():
            break
        kept.pop(int(np.argmax(aliased)))
    return kept


def estimate_coefficient(
    fit: Regression, *, name: str, first_step: Floats | None = None
) -> Coefficient:
    """One coefficient of a fit with CR1 and CR2 standard errors and Satterthwaite df.

    Parameters
    ----------
    first_step
        By row, how much the coefficient moves with that row through columns that were themselves
        estimated from the rows; it enters `se` alone.

    Raises
    ------
    AliasedTermError
        If the column was left out, or there are too few rows or clusters for a standard error.

    Notes
    -----
    CR2: Bell and McCaffrey (2002), Survey Methodology 28; Satterthwaite df and the pseudo-inverse
    for saturated teams: Pustejovsky and Tipton (2018), JBES 36, eq. 6 and 11, with independent
    errors as the working model. A team's adjusted block is never formed at its own size: with
    `X = QR` all that is needed are the k x k matrices `Q_g'Q_g`, so the cost is O(N k²); with many
    columns a small team is taken at its own size after all.
    A first step is added team by team before squaring: Murphy and Topel (1985), JBES 3, in the form
    that holds for teams, Hardin (2002), Stata Journal 2.
    """
    if name not in fit.names:
        raise AliasedTermError(
            Phrase("{name} cannot be told apart from the other columns of the model", name=name)
        )
    if fit.residual_df < 1 or fit.clusters < 2:
        raise AliasedTermError(
            Phrase("{name}: too few rows or teams to estimate a standard error", name=name)
        )
    at = fit.names.index(name)
    unit = np.zeros(len(fit.names))
    unit[at] = 1.0
    weights = np.asarray(np.linalg.solve(fit.r.T, unit), dtype=np.float64)
    sigma2 = float(fit.residuals @ fit.residuals) / fit.residual_df
    scores, adjusted, df = (
        _lone_rows(fit, weights=weights)
        if fit.codes is None
        else _clustered(fit, codes=fit.codes, weights=weights)
    )
    n, k, g = fit.rows, len(fit.names) + fit.absorbed, fit.clusters
    cr1 = g / (g - 1) * (n - 1) / (n - k) * float(scores @ scores)
    whole = adjusted
    if first_step is not None:
        own = first_step if fit.codes is None else np.bincount(fit.codes, first_step, minlength=g)
        whole = adjusted + math.sqrt(g / (g - 1)) * own
    return Coefficient(
        name=name,
        estimate=float(fit.coefficients[at]),
        se_classical=float(np.sqrt(sigma2 * (weights @ weights))),
        residual_df=fit.residual_df,
        se_cr1=float(np.sqrt(cr1)),
        se_cr2=float(np.linalg.norm(adjusted)),
        se=float(np.linalg.norm(whole)),
        df=df,
    )


def weights_of_rows(fit: Regression, *, name: str) -> Floats:
    """What each row's outcome adds to a coefficient: its row of X (X'X)^-1."""
    unit = np.zeros(len(fit.names))
    unit[fit.names.index(name)] = 1.0
    return np.asarray(fit.q @ np.linalg.solve(fit.r.T, unit), dtype=np.float64)


def _lone_rows(fit: Regression, *, weights: Floats) -> tuple[Floats, Floats, float]:
    """Scores, HC2-adjusted scores and Satterthwaite df when every row is its own cluster."""
    influence = fit.q @ weights
    leverage = np.einsum("ij,ij->i", fit.q, fit.q)
    scaled = influence * _inverse_roots(1 - leverage)
    scores = influence * fit.residuals
    return scores, scaled * fit.residuals, _satterthwaite(scaled**2, scaled[:, None] * fit.q)


def _clustered(fit: Regression, *, codes: Codes, weights: Floats) -> tuple[Floats, Floats, float]:
    """Scores, CR2-adjusted scores and Satterthwaite df, one entry per cluster."""
    if len(fit.names) > _WIDE:
        return _clustered_wide(fit, codes=codes, weights=weights)
    blocks, sums = cluster_moments(fit, codes=codes)
    values, vectors = np.linalg.eigh(np.eye(len(fit.names)) - blocks)
    # (I - K_g)^(-1/2) w for every cluster g, K_g = Q_g'Q_g.
    along = np.einsum("gji,j->gi", vectors, weights) * _inverse_roots(values)
    turned = np.einsum("gij,gj->gi", vectors, along)
    pushed = np.einsum("gij,gj->gi", blocks, turned)
    own = np.einsum("gi,gi->g", turned, pushed)
    return sums @ weights, np.einsum("gi,gi->g", turned, sums), _satterthwaite(own, pushed)


def _clustered_wide(
    fit: Regression, *, codes: Codes, weights: Floats
) -> tuple[Floats, Floats, float]:
    """The same for hundreds of columns, such as dummies of strata: one cluster after the other."""
    scores, adjusted = np.empty(fit.clusters), np.empty(fit.clusters)
    own, pushed = np.empty(fit.clusters), np.empty((fit.clusters, len(fit.names)))
    q, residuals, spans = _by_cluster(fit, codes=codes)
    influence = q @ weights
    for at, span in enumerate(spans):
        row = _adjusted_row(q[span], weights=weights)
        scores[at], adjusted[at] = influence[span] @ residuals[span], row @ residuals[span]
        own[at], pushed[at] = row @ row, q[span].T @ row
    return scores, adjusted, _satterthwaite(own, pushed)


def _adjusted_row(q: Floats, *, weights: Floats) -> Floats:
    """One cluster's (I - QQ')^(-1/2) Q w = Q (I - Q'Q)^(-1/2) w, in whichever form is smaller."""
    rows, columns = q.shape
    if rows <= columns:
        values, vectors = np.linalg.eigh(np.eye(rows) - q @ q.T)
        return np.asarray(vectors @ (_inverse_roots(values) * (vectors.T @ (q @ weights))))
    values, vectors = np.linalg.eigh(np.eye(columns) - q.T @ q)
    return np.asarray(q @ (vectors @ (_inverse_roots(values) * (vectors.T @ weights))))


def _inverse_roots(values: Floats) -> Floats:
    """The inverse square roots of eigenvalues, zero where a cluster is saturated."""
    free = np.maximum(values, _SATURATED)
    return np.asarray(np.where(values > _SATURATED, 1 / np.sqrt(free), 0.0))


def cluster_moments(fit: Regression, *, codes: Codes) -> tuple[Floats, Floats]:
    """Per cluster: `Q_g'Q_g` (clusters x k x k) and `Q_g'e_g` (clusters x k)."""
    q, residuals, spans = _by_cluster(fit, codes=codes)
    blocks = np.stack([q[span].T @ q[span] for span in spans])
    starts = [span.start for span in spans]
    return blocks, np.add.reduceat(q * residuals[:, None], starts, axis=0)


def _by_cluster(fit: Regression, *, codes: Codes) -> tuple[Floats, Floats, list[slice]]:
    """Q and the residuals with each cluster's rows side by side, and where they stand."""
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(fit.clusters + 1))
    spans = [slice(int(a), int(b)) for a, b in itertools.pairwise(edges)]
    return fit.q[order], fit.residuals[order], spans


def _satterthwaite(own: Floats, pushed: Floats) -> float:
    """Degrees of freedom (tr P)² / tr(P²) of P = diag(own) - pushed pushed'.

    Entry (g, h) of P is the covariance of the adjusted scores of clusters g and h when errors are
    independent with equal variance.
    """
    diagonal = own - np.einsum("gi,gi->g", pushed, pushed)
    cross = pushed.T @ pushed
    squares = (
        float(np.einsum("ij,ij->", cross, cross))
        - 2 * float(own @ np.einsum("gi,gi->g", pushed, pushed))
        + float(own @ own)
    )
    return float(diagonal.sum() ** 2 / squares) if squares > 0 else 1.0
