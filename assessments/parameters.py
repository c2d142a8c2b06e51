"""Item parameters, and which of them are in force: the experts' priors or a calibration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from curriculum.model import Item

Model = Literal["rasch", "2pl"]
Basis = Literal["expert", "rasch", "2pl"]
Floats = NDArray[np.float64]

# Twelve items with priors spread over -2..2 then promise the reliability of .70 that pages quote.
EXPERT_DISCRIMINATION = 1.1
ANSWERS_NEEDED: dict[Model, int] = {"rasch": 200, "2pl": 500}


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Discrimination and difficulty of one item, P = 1/(1 + e^(-a(θ - b))), without 1.7.

    `se_a` and `se_b` are None where nothing was estimated or no error could be had; `n` counts
    the answers behind the figures.
    """

    item_id: str
    a: float
    b: float
    se_a: float | None = None
    se_b: float | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters in force and, in `note`, a sentence that says where they come from."""

    items: Mapping[str, ItemParameters]
    basis: Basis
    note: str

    def slopes(self, ids: Iterable[str]) -> tuple[Floats, Floats]:
        """Discriminations and difficulties of the named items, in their order."""
        chosen = [self.items[item_id] for item_id in ids]
        return np.array([item.a for item in chosen]), np.array([item.b for item in chosen])


def expert_parameters(items: Iterable[Item]) -> Parameters:
    """The experts' prior difficulties with one fixed discrimination for all items."""
    return Parameters(
        items={
            item.id: ItemParameters(item.id, EXPERT_DISCRIMINATION, item.difficulty)
            for item in items
        },
        basis="expert",
        note="The difficulties are the authors' estimates; no calibration is in force yet.",
    )


def parameters_in_force(
    items: Iterable[Item], *, model: Model, estimates: Iterable[ItemParameters]
) -> Parameters:
    """The calibrated parameters where every item has enough answers, else the experts' priors.

    The two are never mixed, for they lie on different scales. An item that the calibration
    could not estimate counts as one with too few answers.
    """
    wanted = tuple(items)
    known = {estimate.item_id: estimate for estimate in estimates}
    needed = ANSWERS_NEEDED[model]
    short = [item.id for item in wanted if item.id not in known or known[item.id].n < needed]
    if not short and wanted:
        fewest = min(known[item.id].n for item in wanted)
        name = "Rasch" if model == "rasch" else "2PL"
        return Parameters(
            items={item.id: known[item.id] for item in wanted},
            basis=model,
            note=f"The difficulties come from a {name} calibration, {fewest} answers or more each.",
        )
    prior = expert_parameters(wanted)
    note = (
        f"The difficulties are the authors' estimates: {len(short)} of {len(wanted)} items have "
        f"fewer than {needed} usable answers."
    )
    return Parameters(items=prior.items, basis="expert", note=note)
