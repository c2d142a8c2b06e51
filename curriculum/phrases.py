"""Sentences that read in English as they stand, and can be said in another language piece by piece.

A phrase is a text whose wording and values stay known, so that a page can look the wording up in
its catalogue and write the values the way its reader does.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


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

    A value is a text or a whole number (both kept as they are, as an id or a line), a `Number`,
    another phrase, or a `Joined`. Braces around no name stand doubled in the wording.
    """

    wording: str
    values: "Mapping[str, Value]"

    def __new__(cls, wording: str, **values: "Value") -> "Phrase":
        """Fill the values in."""
        made = super().__new__(cls, wording.format(**values))
        made.wording, made.values = wording, values
        return made

    def __reduce__(self) -> "tuple[object, ...]":
        """Keep wording and values in copies and caches."""
        return Phrase.again, (self.wording, dict(self.values))

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

    def __reduce__(self) -> "tuple[object, ...]":
        """Keep the parts in copies and caches."""
        return _joined_again, (self.parts, self.between)


def _joined_again(parts: tuple[str, ...], between: str) -> Joined:
    return Joined(parts, between=between)


Value: TypeAlias = str | int | Number
# What is said to people.
Said: TypeAlias = Phrase | Joined


def to_plain(value: Value) -> object:
    """A value as JSON knows it; a text that is no phrase stays as it is."""
    if isinstance(value, Phrase):
        values = {name: to_plain(one) for name, one in value.values.items()}
        return {"wording": value.wording, "values": values}
    if isinstance(value, Joined):
        return {"parts": [to_plain(one) for one in value.parts], "between": value.between}
    if isinstance(value, Number):
        # Not every reader of JSON takes what is not finite.
        kept = value.value if math.isfinite(value.value) else str(float(value.value))
        return {"value": kept, "digits": value.digits, "signed": value.signed}
    return value


def text_from_plain(plain: Any) -> str:  # noqa: ANN401 - any JSON
    """The text that `to_plain` was given; KeyError, TypeError or ValueError when it was not."""
    if isinstance(plain, str):
        return plain
    if "parts" in plain:
        return Joined([text_from_plain(one) for one in plain["parts"]], between=plain["between"])
    values = {name: _value_from_plain(one) for name, one in plain["values"].items()}
    return Phrase.again(plain["wording"], values)


def _value_from_plain(plain: Any) -> Value:  # noqa: ANN401 - any JSON
    if isinstance(plain, int):
        return plain
    if isinstance(plain, dict) and "digits" in plain:
        value = plain["value"]
        # A count stays a count, so that the same phrase is written again.
        kept = _NOT_FINITE[value] if isinstance(value, str) else value
        return Number(kept, plain["digits"], plain["signed"])
    return text_from_plain(plain)
