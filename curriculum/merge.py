"""Three-way merge of texts, line by line; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Literal

MANY = 1_000_000  # pairs of lines that are looked at one by one
Side = Literal["ours", "theirs", "both"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Lines that both sides changed differently, and the line of `ours` (from 1) they start on."""

    line: int
    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text; None where there are conflicts."""

    text: str | None
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class _Common:
    """Lines that all three texts share: where they start in each, and how many."""

    base: int
    ours: int
    theirs: int
    size: int


def merge(base: str, *, ours: str, theirs: str, sides: Sequence[Side] = ()) -> Merged:
    """Put the changes of both sides together, or name every place where they disagree.

    `sides` says for each such place, in order, whose lines stay; ours come first where both do.
    A stretch changed by one side only is taken from that side; a stretch changed by both alike is
    taken once. Changes that touch each other without a common line between them are a conflict.
    Line ends are evened out when the sides differ in them.
    """
    if ours == theirs or theirs == base:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    lines = [_lines(text) for text in (base, ours, theirs)]
    merged: list[str] = []
    conflicts: list[Conflict] = []
    at = _Common(0, 0, 0, 0)
    for common in _common(*lines):
        old = lines[0][at.base : common.base]
        mine = lines[1][at.ours : common.ours]
        other = lines[2][at.theirs : common.theirs]
        if mine == other or other == old:
            merged += mine
        elif mine == old:
            merged += other
        else:
            conflicts.append(Conflict(at.ours + 1, *("".join(part) for part in (old, mine, other))))
            side = sides[len(conflicts) - 1] if len(conflicts) <= len(sides) else "ours"
            merged += {"ours": mine, "theirs": other, "both": [*mine, *other]}[side]
        merged += lines[0][common.base : common.base + common.size]
        at = _Common(
            common.base + common.size, common.ours + common.size, common.theirs + common.size, 0
        )
    if len(conflicts) > len(sides):
        return Merged(None, tuple(conflicts))
    return Merged("".join(merged))


def diff_text(before: str, after: str, *, before_name: str, after_name: str) -> str:
    """Return a unified diff of two texts, empty when they are equal."""
    lines = unified_diff(
        _lines(before), _lines(after), fromfile=before_name, tofile=after_name, n=3
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


def line_matcher(before: Sequence[str], after: Sequence[str]) -> SequenceMatcher[str]:
    """Return what compares two texts; of very long ones, frequent lines are no landmarks."""
    return SequenceMatcher(None, before, after, autojunk=len(before) * len(after) > MANY)


def _matching(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int]]:
    """Stretches that two texts share, in order; what they begin and end with is found at once."""
    most = min(len(before), len(after))
    start = next((n for n in range(most) if before[n] != after[n]), most)
    most -= start
    end = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    middle = line_matcher(before[start : len(before) - end], after[start : len(after) - end])
    inner = [(i + start, j + start, size) for i, j, size in middle.get_matching_blocks() if size]
    return [
        (0, 0, start),
        *inner,
        (len(before) - end, len(after) - end, end),
        (len(before), len(after), 0),
    ]


def _common(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[_Common]:
    """Return the stretches all three share, in order, ending with an empty one at the end."""
    left, right = _matching(base, ours), _matching(base, theirs)
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        (left_at, left_other, left_size), (right_at, right_other, right_size) = left[i], right[j]
        start = max(left_at, right_at)
        end = min(left_at + left_size, right_at + right_size)
        if start < end:
            found.append(
                _Common(
                    start,
                    left_other + start - left_at,
                    right_other + start - right_at,
                    end - start,
                )
            )
        if left_at + left_size <= right_at + right_size:
            i += 1
        else:
            j += 1
    return [*found, _Common(len(base), len(ours), len(theirs), 0)]
