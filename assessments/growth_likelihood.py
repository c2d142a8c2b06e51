"""The restricted likelihood of the growth model at given variances, and its gradient."""

from dataclasses import dataclass

import numpy as np

from assessments.growth_statistics import GrowthStatistics, Numbers, Symmetric
from assessments.regression import Floats

LEVEL_PARAMETERS = 3
_STEP = 1e-30


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithinLearners:
    """What remains after the learners' lines are integrated out.

    `gram` is Z'W⁻¹Z and `sums` is Z'W⁻¹y per team and arm (teams x 2 x ...), W the learners' part
    of the covariance; `logdet` is log|W| and `squares` y'W⁻¹y.
    """

    gram: Numbers
    sums: Numbers
    logdet: Numbers
    squares: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Generalised least squares at given variance ratios, all relative to the residual variance.

    `cross` is X'W⁻¹Z and `team_sums` Z'W⁻¹y per team, W without the team's own part; `shrink` is
    (I + G M)⁻¹ G with M = Z'W⁻¹Z, zero in a model without teams.
    """

    deviance: Numbers
    sigma2: Numbers
    coefficients: Numbers
    information: Numbers
    cross: Numbers
    team_sums: Numbers
    shrink: Numbers


def relative_covariance(parameters: Numbers) -> Symmetric:
    """The covariance of lines L L' for the lower triangular L with these three entries."""
    a, b, c = (np.asarray(entry) for entry in parameters)
    return Symmetric(first=a * a, cross=a * b, last=b * b + c * c)


def solve(statistics: GrowthStatistics, *, parameters: Numbers) -> Solution:
    """Profiled REML deviance and coefficients at these Cholesky factors (learners, then teams)."""
    within = _integrate_learners(statistics, parameters=parameters[:LEVEL_PARAMETERS])
    return _integrate_teams(statistics, within, parameters=parameters[LEVEL_PARAMETERS:])


def deviance_and_gradient(parameters: Floats, statistics: GrowthStatistics) -> tuple[float, Floats]:
    """Deviance and its gradient by complex steps, exact to rounding.

    Notes
    -----
    Squire and Trapp (1998), SIAM Review 40: f'(x) = Im f(x + ih) / h for an analytic f.
    """
    own, teams = parameters[:LEVEL_PARAMETERS], parameters[LEVEL_PARAMETERS:]
    steps = 1j * _STEP * np.eye(LEVEL_PARAMETERS)
    within = _integrate_learners(statistics, parameters=own)
    value = float(_integrate_teams(statistics, within, parameters=teams).deviance)
    moved = [
        _integrate_teams(
            statistics,
            _integrate_learners(statistics, parameters=own + step),
            parameters=teams,
        )
        for step in steps
    ]
    # The learners' part does not depend on the teams' parameters and is used again.
    if len(teams):
        moved += [_integrate_teams(statistics, within, parameters=teams + step) for step in steps]
    return value, np.array([complex(one.deviance).imag / _STEP for one in moved])


def _integrate_learners(statistics: GrowthStatistics, *, parameters: Numbers) -> _WithinLearners:
    """Integrate the learners' lines out with the Woodbury identity.

    For 2 x 2 matrices (I + SG)⁻¹ is (I + adj G adj S) / det(I + SG), so that everything is plain
    arithmetic on arrays of patterns.
    """
    g, s = relative_covariance(parameters), statistics.gram
    s_det, g_det = s.determinant, g.determinant
    det = 1 + s.first * g.first + 2 * s.cross * g.cross + s.last * g.last + s_det * g_det
    at = statistics.cell_pattern
    z0, z1 = statistics.cell_sums.T
    cells = (
        _per_cell(statistics, (s.first + s_det * g.last) / det),
        _per_cell(statistics, (s.cross - s_det * g.cross) / det),
        _per_cell(statistics, (s.last + s_det * g.first) / det),
        ((1 + g.last * s.last + g.cross * s.cross) / det)[at] * z0
        - ((g.last * s.cross + g.cross * s.first) / det)[at] * z1,
        ((1 + g.cross * s.cross + g.first * s.first) / det)[at] * z1
        - ((g.cross * s.last + g.first * s.cross) / det)[at] * z0,
    )
    index, edges = np.unique(statistics.cell_groups, return_index=True)
    groups = np.zeros((2 * len(statistics.teams), len(cells)), dtype=det.dtype)
    for column, cell in enumerate(cells):
        groups[index, column] = np.add.reduceat(cell, edges)
    squares = statistics.pattern_squares
    explained = (
        ((g.first + g_det * s.last) / det) @ squares.first
        + 2 * ((g.cross - g_det * s.cross) / det) @ squares.cross
        + ((g.last + g_det * s.first) / det) @ squares.last
    )
    return _WithinLearners(
        gram=groups[:, [0, 1, 1, 2]].reshape(-1, 2, 2, 2),
        sums=groups[:, 3:].reshape(-1, 2, 2),
        logdet=statistics.pattern_counts @ np.log(det),
        squares=statistics.score_squares - explained,
    )


def _per_cell(statistics: GrowthStatistics, values: Numbers) -> Numbers:
    """A pattern's value in each of its cells, once per learner."""
    return np.asarray(values[statistics.cell_pattern] * statistics.cell_counts)


def _integrate_teams(
    statistics: GrowthStatistics, within: _WithinLearners, *, parameters: Numbers
) -> Solution:
    """Integrate the teams' lines out, and estimate the fixed effects."""
    # Fixed effects: the line of both arms together, then what the structured arm adds to it.
    parts, heads = [within.gram.sum(axis=1)], [within.sums.sum(axis=1)]
    if statistics.arms > 1:
        parts, heads = [*parts, within.gram[:, 1]], [*heads, within.sums[:, 1]]
    cross, right = np.concatenate(parts, axis=1), np.concatenate(heads, axis=1).sum(axis=0)
    information = _fixed_information([part.sum(axis=0) for part in parts])
    logdet, squares = within.logdet, within.squares
    shrink = np.zeros_like(parts[0])
    if len(parameters):
        g, m = relative_covariance(parameters), parts[0]
        s = Symmetric(first=m[:, 0, 0], cross=m[:, 0, 1], last=m[:, 1, 1])
        g_det = g.determinant
        det = 1 + s.first * g.first + 2 * s.cross * g.cross + s.last * g.last
        det = det + s.determinant * g_det
        shrink = Symmetric(
            first=(g.first + g_det * s.last) / det,
            cross=(g.cross - g_det * s.cross) / det,
            last=(g.last + g_det * s.first) / det,
        ).as_array()
        logdet = logdet + np.log(det).sum()
        turned = cross @ shrink
        information = information - np.einsum("jak,jbk->ab", turned, cross)
        right = right - np.einsum("jak,jk->a", turned, heads[0])
        squares = squares - np.einsum("ji,jik,jk->", heads[0], shrink, heads[0])
    coefficients = np.linalg.solve(information, right)
    free = statistics.observations - len(right)
    sigma2 = (squares - coefficients @ right) / free
    restricted = np.log(np.linalg.det(information))
    return Solution(
        deviance=logdet + restricted + free * (1 + np.log(2 * np.pi * sigma2)),
        sigma2=sigma2,
        coefficients=coefficients,
        information=information,
        cross=cross,
        team_sums=heads[0],
        shrink=shrink,
    )


def _fixed_information(parts: list[Numbers]) -> Numbers:
    """X'W⁻¹X of both arms, the structured arm's columns being the time line switched on."""
    if len(parts) == 1:
        return parts[0]
    return np.block([[parts[0], parts[1]], [parts[1], parts[1]]])
