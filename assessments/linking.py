"""Putting a new form on the scale of an old one through the items both share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.irt import NODE_WEIGHTS, NODES, chance_correct
from assessments.parameters import ItemParameters
from curriculum.phrases import Number, Phrase

Floats = NDArray[np.float64]

ANCHORS_NEEDED = 8
# An anchor moved when its difficulty is off by more than 0.3 logits and by more than three of its
# standard errors; where no errors are known, by more than half a logit.
_MOVED, _MOVED_SURELY, _SURE = 0.5, 0.3, 3.0


@dataclass(frozen=True, slots=True)
class Link:
    """The line θ_old = slope · θ_new + intercept and the anchors it rests on.

    `dropped` are anchors whose difficulty moved. `usable` is false with fewer than eight anchors
    left; `warnings` say so. `loss` is the mean squared difference of the two test curves.
    """

    slope: float
    intercept: float
    anchors: tuple[str, ...]
    dropped: tuple[str, ...]
    loss: float
    usable: bool
    warnings: tuple[str, ...]


def link_forms(new: Mapping[str, ItemParameters], *, old: Mapping[str, ItemParameters]) -> Link:
    """The Stocking-Lord link from the new scale to the old one, moved anchors dropped.

    The anchor that moved farthest is dropped first and the link is found again, until all
    stay. Without any common item the scales are left as they are, with a warning.

    Notes
    -----
    Stocking and Lord (1983), Applied Psychological Measurement 7: slope and intercept minimise
    the weighted squared difference of the anchors' test characteristic curves, here over 61
    points with standard normal weights, on both scales in turn.
    """
    anchors = sorted(set(new) & set(old))
    dropped: list[str] = []
    if not anchors:
        return Link(1.0, 0.0, (), (), 0.0, usable=False, warnings=(_too_few(0),))
    slope, intercept, loss = _stocking_lord(new, old=old, anchors=anchors)
    while len(anchors) > 2 and (
        moved := _moved(new, old=old, anchors=anchors, line=(slope, intercept))
    ):
        anchors.remove(moved)
        dropped.append(moved)
        slope, intercept, loss = _stocking_lord(new, old=old, anchors=anchors)
    warnings = [
        Phrase("{item}: its difficulty moved; it no longer serves as an anchor.", item=item)
        for item in dropped
    ]
    if len(anchors) < ANCHORS_NEEDED:
        warnings.append(_too_few(len(anchors)))
    return Link(
        slope,
        intercept,
        tuple(anchors),
        tuple(dropped),
        loss,
        usable=len(anchors) >= ANCHORS_NEEDED,
        warnings=tuple(warnings),
    )


def mean_sigma(
    new: Mapping[str, ItemParameters], *, old: Mapping[str, ItemParameters]
) -> tuple[float, float]:
    """Slope and intercept from the means and spreads of the anchors' difficulties, to compare.

    It weighs a badly known difficulty like a well known one, so it errs more than Stocking-Lord.
    """
    anchors = sorted(set(new) & set(old))
    fresh = np.array([new[item].b for item in anchors])
    known = np.array([old[item].b for item in anchors])
    slope = float(known.std() / fresh.std())
    return slope, float(known.mean() - slope * fresh.mean())


def on_old_scale(item: ItemParameters, *, link: Link) -> ItemParameters:
    """The item's parameters on the old scale; the link's own error is not added."""
    return ItemParameters(
        item_id=item.item_id,
        a=item.a / link.slope,
        b=link.slope * item.b + link.intercept,
        se_a=None if item.se_a is None else item.se_a / link.slope,
        se_b=None if item.se_b is None else item.se_b * link.slope,
        n=item.n,
    )


def _too_few(count: int) -> Phrase:
    return Phrase(
        "Only {n} anchor items are left and {needed} are needed: the link is not to be put in "
        "force.",
        n=Number(count),
        needed=Number(ANCHORS_NEEDED),
    )


def _stocking_lord(
    new: Mapping[str, ItemParameters],
    *,
    old: Mapping[str, ItemParameters],
    anchors: Sequence[str],
) -> tuple[float, float, float]:
    a_new, b_new = _columns(new, anchors=anchors)
    a_old, b_old = _columns(old, anchors=anchors)
    target = chance_correct(NODES, a=a_old, b=b_old).sum(axis=1)
    back = chance_correct(NODES, a=a_new, b=b_new).sum(axis=1)

    def loss(line: Floats) -> float:
        slope, intercept = float(np.exp(line[0])), float(line[1])
        moved = chance_correct(NODES, a=a_new / slope, b=slope * b_new + intercept)
        returned = chance_correct(NODES, a=a_old * slope, b=(b_old - intercept) / slope)
        gaps = (target - moved.sum(axis=1)) ** 2 + (back - returned.sum(axis=1)) ** 2
        return float(NODE_WEIGHTS @ gaps) / 2

    # The slope is searched as its logarithm, so that it stays positive.
    start = np.array([0.0, float(np.median(b_old - b_new))])
    # 20 MB of memory, needed only here.
    from scipy.optimize import minimize  # noqa: PLC0415

    found = minimize(loss, start, method="BFGS", options={"gtol": 1e-9})
    return float(np.exp(found.x[0])), float(found.x[1]), float(found.fun)


def _moved(
    new: Mapping[str, ItemParameters],
    *,
    old: Mapping[str, ItemParameters],
    anchors: Sequence[str],
    line: tuple[float, float],
) -> str | None:
    """The anchor that is farthest off the line, if it is too far off."""
    slope, intercept = line
    _, b_new = _columns(new, anchors=anchors)
    _, b_old = _columns(old, anchors=anchors)
    gaps = np.abs(b_old - (slope * b_new + intercept))
    errors = np.array([np.hypot((new[i].se_b or 0.0) * slope, old[i].se_b or 0.0) for i in anchors])
    # A poorly known difficulty may lie far off by chance; that alone is no sign of a move.
    limit = np.maximum(np.where(errors > 0, _MOVED_SURELY, _MOVED), _SURE * errors)
    farthest = int(np.argmax(gaps - limit))
    return anchors[farthest] if gaps[farthest] > limit[farthest] else None


def _columns(
    parameters: Mapping[str, ItemParameters], *, anchors: Sequence[str]
) -> tuple[Floats, Floats]:
    chosen = [parameters[item] for item in anchors]
    return np.array([item.a for item in chosen]), np.array([item.b for item in chosen])
