"""Right and wrong answers of many learners to many items, most of them not seen by everybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ItemResponses:
    """Answers as three columns of equal length, sorted by learner.

    `learner` and `item` are positions in `learners` and `items`; `correct` is 1 or 0. An answer
    that is not here was not asked for: it counts neither as right nor as wrong.
    """

    learners: tuple[str, ...]
    items: tuple[str, ...]
    learner: Indices
    item: Indices
    correct: Floats

    @property
    def answers_per_item(self) -> Indices:
        """How many learners answered each item."""
        return np.bincount(self.item, minlength=len(self.items)).astype(np.int64)

    @property
    def right_per_item(self) -> Floats:
        """How many learners answered each item right."""
        right = np.bincount(self.item, weights=self.correct, minlength=len(self.items))
        return right.astype(np.float64)

    def answered(self) -> "sparse.csr_matrix":
        """Learners by items: 1 where an answer was given."""
        return self._matrix(np.ones(self.correct.size))

    def right(self) -> "sparse.csr_matrix":
        """Learners by items: 1 where the answer was right."""
        return self._matrix(self.correct)

    def _matrix(self, values: Floats) -> "sparse.csr_matrix":
        # Only calibration and item reports of many people need it; scoring one check, in every
        # server process, does not: eight megabytes and a tenth of a second saved there.
        from scipy.sparse import csr_matrix  # noqa: PLC0415

        shape = (len(self.learners), len(self.items))
        return csr_matrix((values, (self.learner, self.item)), shape=shape)

    def only_items(self, keep: NDArray[np.bool_]) -> "ItemResponses":
        """The same learners with some of the items; learners left without an answer are dropped."""
        chosen = keep[self.item]
        learners, learner = np.unique(self.learner[chosen], return_inverse=True)
        position = np.cumsum(keep) - 1
        return ItemResponses(
            learners=tuple(self.learners[index] for index in learners),
            items=tuple(item for item, kept in zip(self.items, keep, strict=True) if kept),
            learner=learner.astype(np.int64),
            item=position[self.item[chosen]],
            correct=self.correct[chosen],
        )


def responses_from_long(frame: pd.DataFrame) -> ItemResponses:
    """Answers from a table with `learner_id`, `item_id` and `correct` (0 or 1), one row an answer.

    Learners and items come in the order of their ids.

    Raises
    ------
    ValueError
        If a learner answered an item twice, or `correct` is neither 0 nor 1.
    """
    learner, learners = pd.factorize(frame["learner_id"], sort=True)
    item, items = pd.factorize(frame["item_id"], sort=True)
    correct = frame["correct"].to_numpy(dtype=np.float64)
    if not np.isin(correct, (0.0, 1.0)).all():
        raise ValueError("`correct` must be 0 or 1")
    order = np.lexsort((item, learner))
    learner, item = learner[order].astype(np.int64), item[order].astype(np.int64)
    if np.any((np.diff(learner) == 0) & (np.diff(item) == 0)):
        raise ValueError("a learner answered an item twice")
    return ItemResponses(
        learners=tuple(learners.astype(str)),
        items=tuple(items.astype(str)),
        learner=learner,
        item=item,
        correct=correct[order],
    )


def responses_from_matrix(matrix: NDArray[np.generic], *, items: Sequence[str]) -> ItemResponses:
    """Answers from a matrix of learners by items: 1 right, 0 wrong, NaN not asked."""
    values = np.asarray(matrix, dtype=np.float64)
    learner, item = np.nonzero(~np.isnan(values))
    return ItemResponses(
        learners=tuple(str(index) for index in range(len(values))),
        items=tuple(items),
        learner=learner.astype(np.int64),
        item=item.astype(np.int64),
        correct=values[learner, item],
    )


def row_blocks(rows: int, *, size: int = 20_000) -> Iterator[slice]:
    """Slices that cover all rows, so that no work array grows with the number of learners."""
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))
