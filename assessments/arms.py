"""The two ways of learning that are compared, and counts kept for each of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

STRUCTURED = "structured"
SELF_DIRECTED = "self_directed"
ARMS = (STRUCTURED, SELF_DIRECTED)

Design = Literal["randomised", "self_selected"]
DESIGNS: tuple[Design, ...] = ("randomised", "self_selected")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCounts:
    """How many of something each arm holds."""

    structured: int
    self_directed: int

    @property
    def total(self) -> int:
        """Both arms together."""
        return self.structured + self.self_directed

    @property
    def smaller(self) -> int:
        """The count of the arm that holds fewer."""
        return min(self.structured, self.self_directed)

    def as_dict(self) -> dict[str, int]:
        """Counts by arm name."""
        return {STRUCTURED: self.structured, SELF_DIRECTED: self.self_directed}


def count_by_arm(arms: Iterable[object]) -> ArmCounts:
    """Count how often each arm occurs in `arms`."""
    values = list(arms)
    return ArmCounts(structured=values.count(STRUCTURED), self_directed=values.count(SELF_DIRECTED))
