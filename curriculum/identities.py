"""Ids of files and items that cannot be read: nobody who mentions them has made a mistake."""

import re
from collections.abc import Sequence

from curriculum.facts import Notes

# The id of something that has none which can be used.
NAMELESS = ""
# Stands for items of which nobody knows how many there are.
ANY_ITEMS = "items"
_ID_LINE = re.compile(r"id:[ \t]+[\"']?([a-z0-9]+(?:[.-][a-z0-9]+)*)[\"']?[ \t]*")
_LINES_READ = 60


def define_anyway(kind: str, lines: Sequence[str], *, first_line: int, notes: Notes) -> None:
    """Note the id that stands in settings nobody could read, or that there is none."""
    for number, line in enumerate(lines[:_LINES_READ], start=first_line):
        found = _ID_LINE.fullmatch(line.rstrip("\r"))
        if found is not None:
            notes.define(kind, found[1], number, found.start(1) + 1)
            return
    notes.define(kind, NAMELESS, first_line, 1)


def define_unread(kind: str | None, lines: Sequence[str], *, notes: Notes) -> None:
    """Note the id of a file of which nothing was read, and that it may hold any items."""
    if kind in {None, "", "snippet"}:
        return
    define_anyway(str(kind), lines, first_line=1, notes=notes)
    if kind in {"lesson", "bank"}:
        notes.define(ANY_ITEMS, NAMELESS, 1, 1)
