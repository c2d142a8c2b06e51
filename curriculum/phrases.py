"""Sentences that read in English as they stand, and can be said in another language piece by piece.

A phrase is a text whose wording and values stay known, so that a page can look the wording up in
its catalogue and write the values the way its reader does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A number within a phrase, with so many decimals."""

    value: float
    digits: int = 0
    signed: bool = False

    def __str__(self) -> str:
        """Write it in English."""
        return format(self.value, f"{'+' if self.signed else ''},.{self.digits}f")


class Phrase(str):
    """A wording with its values filled in; `Phrase("{n} learners", n=Number(12))`.

    A value is a text (kept as it is), a number, another phrase, or a `Joined`.
    """

    wording: str
    values: "Mapping[str, Value]"

    def __new__(cls, wording: str, **values: "Value") -> "Phrase":
        """Fill the values in."""
        made = super().__new__(cls, wording.format(**values))
        made.wording, made.values = wording, values
        return made

    @classmethod
    def again(cls, wording: str, values: "Mapping[str, Value]") -> "Phrase":
        """Make a phrase of a wording that was kept."""
        return cls(wording, **values)


class Joined(str):
    """Phrases one after the other, with the same text between each two."""

    parts: tuple[str, ...]
    between: str

    def __new__(cls, parts: Iterable[str], *, between: str = " ") -> "Joined":
        """Join them."""
        kept = tuple(parts)
        made = super().__new__(cls, between.join(kept))
        made.parts, made.between = kept, between
        return made


Value: TypeAlias = str | Number
