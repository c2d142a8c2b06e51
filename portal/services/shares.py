"""Which shares of team figures may be given exactly: those near 0 or 100 % tell of each person.

A share of fewer than 40 people within 5 points of 0 or 100 % is given only as "nearly all" or
"hardly any". It must not come out by subtraction either: what remains of a unit when the exact
shares of its parts are taken away is treated like a share of its own, and parts are hidden until
it is none that tells too much. Every group that can be worked out is made of such remainders, and
shares that are not near an end do not add up to one that is.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal

from portal.services.disclosure import Part

# `exact`: the share; `nearly all` and `hardly any`: only these words; `hidden`: nothing.
ShareState = Literal["exact", "nearly all", "hardly any", "hidden"]
CODED_SHARE = 0.05
MIN_SHARE = 40


@dataclass(frozen=True, slots=True)
class Hits:
    """How many of how many."""

    n: int
    hits: int

    def without(self, other: "Hits") -> "Hits":
        """Return what is left when a part is taken away."""
        return Hits(self.n - other.n, self.hits - other.hits)


def word_of(share: Hits) -> ShareState:
    """Return how a share may be given as far as its own numbers go."""
    if share.n >= MIN_SHARE or share.n == 0:
        return "exact"
    if share.hits > (1 - CODED_SHARE) * share.n:
        return "nearly all"
    return "hardly any" if share.hits < CODED_SHARE * share.n else "exact"


def decide_shares(
    parts: Mapping[Part, Hits], *, above: Hits, above_state: ShareState, shown: Set[Part]
) -> dict[Part, ShareState]:
    """Decide how the shares of the parts of a unit are given, from how its own is.

    Parameters
    ----------
    parts
        The children of the unit and its own members.
    above, above_state
        The unit itself. Below one that is not exact no share is exact: what remains of a unit
        further up would hang on what is shown here.
    shown
        The parts of which enough people stand behind a figure at all.
    """
    words = {part: word_of(hits) for part, hits in parts.items()}
    exact = {part for part in shown if words[part] == "exact" and above_state == "exact"}
    rest = above
    for part in exact:
        rest = rest.without(parts[part])
    while exact and word_of(rest) != "exact":
        smallest = min(exact, key=lambda one: (parts[one].n, one))
        exact.remove(smallest)
        rest = Hits(rest.n + parts[smallest].n, rest.hits + parts[smallest].hits)
    return {part: _state(words[part], exact=part in exact, shown=part in shown) for part in parts}


def _state(word: ShareState, *, exact: bool, shown: bool) -> ShareState:
    if exact:
        return "exact"
    return word if shown and word != "exact" else "hidden"
