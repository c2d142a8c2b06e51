"""What the growth model needs of the scores: sums per learner, gathered by team and arm."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assessments.arms import STRUCTURED
from assessments.regression import Codes, Floats

# Real, or complex while the growth model takes its gradient.
Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Symmetric:
    """Symmetric 2 x 2 matrices [[first, cross], [cross, last]], one per entry of the arrays."""

    first: Numbers
    cross: Numbers
    last: Numbers

    @property
    def determinant(self) -> Numbers:
        """Determinant of each matrix."""
        return np.asarray(self.first * self.last - self.cross * self.cross)

    def as_array(self) -> Numbers:
        """The same with the matrices written out along the last two axes."""
        flat = np.stack([self.first, self.cross, self.cross, self.last], axis=-1)
        return np.asarray(flat.reshape(*flat.shape[:-1], 2, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeScale:
    """Time and score as the model sees them: centred, time also in standard deviations."""

    center: float
    spread: float
    score_mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthStatistics:
    """Sufficient statistics of a straight line per learner.

    Learners with the same times share a pattern. `gram` holds each pattern's Z'Z for Z = [1, t],
    `pattern_counts` its learners and `pattern_squares` the sum of Z'y y'Z over
    them. A cell is a pattern within a team and an arm: `cell_sums` is its Z'y, `cell_counts` its
    learners. Cells are sorted by `cell_groups`, the number 2 · team + arm. `noise_squares` is what
    the learners' own least squares lines leave unexplained.
    """

    scale: TimeScale
    teams: tuple[object, ...]
    team_learners: NDArray[np.intp]
    arms: int
    learners: int
    observations: int
    score_squares: float
    noise_squares: float
    gram: Symmetric
    pattern_counts: Floats
    pattern_squares: Symmetric
    cell_pattern: Codes
    cell_groups: Codes
    cell_counts: Floats
    cell_sums: Floats
    longest: int


def collect_growth_statistics(observations: pd.DataFrame) -> GrowthStatistics:
    """Sums per learner, pattern and cell.

    Parameters
    ----------
    observations
        One row per learner and occasion, nothing missing: `learner`, `team`, `arm`, `time`,
        `score`. A learner's team and arm are those of its first row.
    """
    time = observations["time"].to_numpy(dtype=float)
    score = observations["score"].to_numpy(dtype=float)
    spread = float(time.std())
    scale = TimeScale(
        center=float(time.mean()), spread=spread or 1.0, score_mean=float(score.mean())
    )
    t, y = (time - scale.center) / scale.spread, score - scale.score_mean
    learner = pd.factorize(observations["learner"])[0]
    sums: Floats = np.stack(
        [np.bincount(learner, weights=w) for w in (np.ones_like(t), t, t * t, y, t * y)], axis=1
    )
    first = np.unique(learner, return_index=True)[1]
    team, names = pd.factorize(observations["team"].iloc[first])
    arm = (observations["arm"].iloc[first] == STRUCTURED).to_numpy().astype(np.intp)
    gram, pattern, counts, squares = _patterns(sums)
    key = (team.astype(np.intp) * 2 + arm) * len(counts) + pattern
    cells, index = np.unique(key, return_inverse=True)
    return GrowthStatistics(
        scale=scale,
        teams=tuple(names),
        team_learners=np.bincount(team, minlength=len(names)),
        arms=len(np.unique(arm)),
        learners=len(sums),
        observations=len(y),
        score_squares=float(y @ y),
        noise_squares=_noise_squares(
            sums, scores=np.bincount(learner, weights=y * y).astype(np.float64)
        ),
        gram=gram,
        pattern_counts=counts,
        pattern_squares=squares,
        cell_pattern=cells % len(counts),
        cell_groups=cells // len(counts),
        cell_counts=np.bincount(index).astype(float),
        cell_sums=np.stack([np.bincount(index, weights=sums[:, 3 + j]) for j in (0, 1)], axis=1),
        longest=int(sums[:, 0].max()),
    )


def _noise_squares(sums: Floats, *, scores: Floats) -> float:
    """Squares left by each learner's own line; `scores` holds the sums of squared scores."""
    n, st, stt, sy, sty = sums.T
    spread = stt - st * st / n
    along = sty - st * sy / n
    steady = spread > 1e-12 * np.maximum(stt, 1.0)
    explained = np.where(steady, along**2 / np.where(steady, spread, 1.0), 0.0)
    return float((scores - sy * sy / n - explained).sum())


def _patterns(sums: Floats) -> tuple[Symmetric, Codes, Floats, Symmetric]:
    """Gram matrices of the distinct time patterns, each learner's pattern, counts and Z'y y'Z."""
    # Rounding merges patterns whose sums differ only by the order in which they were added.
    distinct, pattern = np.unique(np.round(sums[:, :3], 9), axis=0, return_inverse=True)
    pattern = pattern.reshape(-1)
    sy, sty = sums[:, 3], sums[:, 4]
    return (
        Symmetric(first=distinct[:, 0], cross=distinct[:, 1], last=distinct[:, 2]),
        pattern,
        np.asarray(np.bincount(pattern), dtype=np.float64),
        Symmetric(
            first=np.bincount(pattern, weights=sy * sy),
            cross=np.bincount(pattern, weights=sy * sty),
            last=np.bincount(pattern, weights=sty * sty),
        ),
    )
