"""Code fences: which are left open, and which lines stand inside one."""

import re

from curriculum.facts import Notes
from curriculum.phrases import Phrase

_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})([^\n]*)")


def mend_fences(lines: list[str], *, start: int, notes: Notes) -> list[str]:
    """Note every fence left open, and close it at the first blank line so that the rest is read.

    A fence is also taken as left open when, before it is closed, another one with an info
    string begins: that one's end would otherwise close it and swallow everything between.
    Line numbers stay as they are.
    """
    mended = lines
    number = start
    while number < len(lines):
        opening = opening_fence(lines[number])
        if opening is None:
            number += 1
            continue
        end, is_closed = _end_of_fence(lines, start=number, sign=opening[0])
        if not is_closed:
            _note_open(lines, number=number, stopped_at=end, notes=notes)
            mended = list(lines) if mended is lines else mended
            gap = _first_gap(lines, start=number + 1, end=end)
            end = gap if gap is not None else end
            if gap is not None:
                mended[gap] = opening[0]
        number = end + 1 if is_closed or (end < len(lines) and lines[end].strip() == "") else end
    return mended


def opening_fence(line: str) -> tuple[str, str] | None:
    """The signs and the info string of a line that opens a fence, else None."""
    if "```" not in line and "~~~" not in line:
        return None
    found = _FENCE.match(line)
    if found is None or (found[2][0] == "`" and "`" in found[3]):
        return None
    return found[2], found[3].strip()


def _end_of_fence(lines: list[str], *, start: int, sign: str) -> tuple[int, bool]:
    """The line that closes a fence, or the line that shows it was left open."""
    for number in range(start + 1, len(lines)):
        found = opening_fence(lines[number])
        if found is None or found[0][0] != sign[0] or len(found[0]) < len(sign):
            continue
        return number, not found[1]
    return len(lines), False


def _note_open(lines: list[str], *, number: int, stopped_at: int, notes: Notes) -> None:
    column = len(lines[number]) - len(lines[number].lstrip()) + 1
    after = (
        Phrase("; the next block begins in line {stopped_at}", stopped_at=stopped_at + 1)
        if stopped_at < len(lines)
        else ""
    )
    message = Phrase(
        "this code fence is never closed{after}; add a line with the same signs at its end",
        after=after,
    )
    notes.add("MD006", number + 1, column, message)


def _first_gap(lines: list[str], *, start: int, end: int) -> int | None:
    for number in range(start, end):
        if not lines[number].strip():
            return number
    return None


def lines_in_fences(lines: list[str], *, start: int, end: int) -> set[int]:
    """Numbers (from 0) of the lines that belong to a fence, its own lines included."""
    inside: set[int] = set()
    number = start
    while number < end:
        opening = opening_fence(lines[number])
        if opening is None:
            number += 1
            continue
        last, _ = _end_of_fence(lines, start=number, sign=opening[0])
        last = min(last, end - 1)
        inside.update(range(number, last + 1))
        number = last + 1
    return inside
