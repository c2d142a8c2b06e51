"""Rules on raw lines, and the short form of items that rules across files work on."""

import re
from array import array
from collections.abc import Sequence

from curriculum.document import Document
from curriculum.facts import ItemFacts
from curriculum.fences import lines_in_fences
from curriculum.model import Item
from curriculum.phrases import Phrase
from curriculum.wording import shingles

_COLONS = re.compile(r"(\s*)(?:>\s*)*(:::+.*)")
_TIGHT_HEADING = re.compile(r"#{1,6}[^#\s]")


def note_raw_lines(document: Document) -> None:
    """Note what Markdown would take for ordinary text: `:::` and headings without a space."""
    text_lines = document.lines
    suspects = [
        number
        for number in range(document.body_start, len(text_lines))
        if ":::" in text_lines[number] or text_lines[number].startswith("#")
    ]
    if not suspects:
        return
    fenced: set[int] | None = None
    opened = -1
    for number in suspects:
        line = text_lines[number]
        colons = _COLONS.fullmatch(line)
        if not colons and not _TIGHT_HEADING.match(line):
            continue
        if fenced is None:
            fenced = lines_in_fences(text_lines, start=document.body_start, end=len(text_lines))
        if number in fenced:
            continue
        if colons and colons[2].strip(":") == "" and number > opened >= 0:
            # This line only closes what another one opened, which is told of it.
            opened = -1
        elif colons:
            opened = number
            message = Phrase(
                "':::' blocks are not part of the format; use a callout `> [!NOTE]` or <details>"
            )
            document.notes.add("MD005", number + 1, colons.start(2) + 1, message)
        else:
            message = Phrase("put a space after the '#' signs, or this is no heading")
            document.notes.add("MD008", number + 1, 1, message)


def to_item_facts(
    items: Sequence[Item], *, ends: Sequence[int], kind: str
) -> tuple[ItemFacts, ...]:
    """The short form of items; wording is kept for single items of lessons and banks alike."""
    return tuple(
        ItemFacts(
            id=item.id,
            type=item.type,
            skill=item.skill,
            level=item.level,
            cell=item.cell,
            form=item.form,
            twin=item.twin,
            objective=item.objective,
            line=item.line,
            last_line=end,
            status=item.status,
            shingles=array("I", shingles(item) if kind in {"bank", "lesson"} else ()),
        )
        for item, end in zip(items, ends, strict=True)
    )
