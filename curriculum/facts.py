"""What one file says about itself and others: its faults, ids and references, each with a place."""

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple

from curriculum.codes import CODES
from curriculum.model import Problem
from curriculum.phrases import Phrase, Said

# The time that one file may take with words that are nearly right.
MAX_GUESSES = 20
_KINDS = {
    "track": Phrase("track"),
    "module": Phrase("module"),
    "lesson": Phrase("lesson"),
    "bank": Phrase("bank"),
    "blueprint": Phrase("blueprint"),
    "item": Phrase("item"),
    "activity": Phrase("activity"),
    "transfer": Phrase("transfer prompt"),
}


class Reference(NamedTuple):
    """A mention of something defined elsewhere; `kind` says what `target` should be."""

    kind: str
    target: str
    line: int
    column: int


class Definition(NamedTuple):
    """An id given to something in this file."""

    kind: str
    id: str
    line: int
    column: int


class ItemFacts(NamedTuple):
    """What rules across files need to know of an item."""

    id: str
    type: str
    skill: str
    level: int | None
    cell: str | None
    form: str | None
    twin: tuple[str, ...]
    objective: str | None
    line: int
    last_line: int
    status: str | None
    # Packed, since a large folder has hundreds of thousands of these numbers.
    shingles: Sequence[int] = array("I")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules across files need to know of one file.

    `data` holds what only one kind of file has, in JSON values: `use` of a bank, `picks` of a
    blueprint, `objectives` of a lesson or module, `reviewed` with its line, `review_every_days`.
    """

    path: str
    kind: str
    id: str | None
    problems: tuple[Problem, ...]
    definitions: tuple[Definition, ...]
    references: tuple[Reference, ...]
    items: tuple[ItemFacts, ...] = ()
    data: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


class Notes:
    """Collects what is found while one file is read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.references: list[Reference] = []
        self.definitions: list[Definition] = []

    def add(self, code: str, line: int, column: int, message: Said) -> None:
        """Note a fault at a line and column, both from 1."""
        self.problems.append(problem(code, self.path, line=line, column=column, message=message))

    def refer(self, kind: str, target: str, line: int, column: int) -> None:
        """Note that this file mentions something defined elsewhere."""
        # The same few names are mentioned over and over; one copy of each is enough.
        self.references.append(Reference(kind, sys.intern(target), line, column))

    def define(self, kind: str, id_: str, line: int, column: int) -> None:
        """Note that this file gives an id to something."""
        self.definitions.append(Definition(kind, id_, line, column))

    def errors(self) -> int:
        """How many errors were noted so far."""
        return sum(1 for found in self.problems if found.level == "error")


def problem(code: str, path: str, *, line: int, column: int, message: Said) -> Problem:
    """A fault with the level that its code has."""
    return Problem(path, max(1, line), max(1, column), CODES[code][0], code, message)


def kind_word(kind: str) -> str:
    """Name a kind of file, or of what stands in one, to be said in any language."""
    return _KINDS.get(kind, kind)


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant."""
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold()[:100], by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str], *, after: int = 0) -> str:
    """Return ` Did you mean 'x'?` for a near miss, else nothing.

    `after` is how many faults were told before; behind so many nobody needs a guess any more, and
    thousands of them would hold the check up.
    """
    near = find_nearest(word, known) if after < MAX_GUESSES else None
    return Phrase(" Did you mean '{near}'?", near=near) if near is not None else ""
