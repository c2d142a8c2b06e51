"""What several benches of items need: names, answers drawn from the model, columns of estimates."""

import numpy as np

from assessments.calibration import Calibration
from assessments.simulate import simulate_correct


def names(n: int) -> list[str]:
    return [f"i{index:03d}" for index in range(n)]


def drawn(rng: np.random.Generator, n: int, a, b, mean: float = 0.0, sd: float = 1.0) -> np.ndarray:
    return simulate_correct(mean + sd * rng.standard_normal(n), a=a, b=b, rng=rng)


def columns(result: Calibration) -> tuple[np.ndarray, ...]:
    return tuple(
        np.array([getattr(item, name) for item in result.items], dtype=float)
        for name in ("a", "b", "se_a", "se_b")
    )
