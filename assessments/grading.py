"""Marks of several people → one result: who grades next, each mark, and passed or not."""

import hashlib
from collections.abc import Iterable, Sequence
from statistics import median

from assessments.scoring import RUBRIC_TOP

# docs/decisions/0008: two who differ so far on a criterion are settled by a third.
APART = 2
PASS_MARK = 3
FIRST_SEATS = (1, 2)
THIRD_SEAT = 3

Marks = Sequence[int]


def require_marks(marks: Marks, *, rows: int) -> None:
    """Pass for one whole mark from 0 to 4 for each row of the rubric.

    Raises
    ------
    ValueError
        Otherwise; it says what was expected.
    """
    whole = all(isinstance(mark, int) and not isinstance(mark, bool) for mark in marks)
    if len(marks) != rows or not whole or not all(0 <= mark <= RUBRIC_TOP for mark in marks):
        raise ValueError(f"expected {rows} whole marks from 0 to {RUBRIC_TOP}")


def places_apart(first: Marks, second: Marks) -> tuple[int, ...]:
    """Return the rows on which two markers differ by two points or more."""
    pairs = zip(first, second, strict=True)
    return tuple(place for place, (one, two) in enumerate(pairs) if abs(one - two) >= APART)


def seats_needed(gradings: Sequence[Marks], *, markers: int) -> tuple[int, ...]:
    """Return the seats that a submission needs in all, as far as the gradings tell.

    A work of one marker has seat 1, one of two has seats 1 and 2; seat 3 comes once two markers
    are in and differ by two points on some row.
    """
    first = FIRST_SEATS[:markers]
    if markers == 2 and len(gradings) >= 2 and places_apart(gradings[0], gradings[1]):
        return (*first, THIRD_SEAT)
    return first


def final_marks(gradings: Sequence[Marks], *, markers: int) -> tuple[float, ...] | None:
    """Return the mark of each row once every seat is in, else None.

    One marker: that mark. Two: their mean. Three: the median of the three, on every row.
    `gradings` stand in the order of their seats.
    """
    needed = len(seats_needed(gradings, markers=markers))
    if not gradings or len(gradings) < needed:
        return None
    rows = zip(*gradings[:needed], strict=True)
    return tuple(float(median(row)) for row in rows)


def has_passed(marks: Sequence[float]) -> bool:
    """Say whether work is passed: a final mark of 3 or more in every row."""
    return bool(marks) and all(mark >= PASS_MARK for mark in marks)


def grading_order(ids: Iterable[int], *, marker: str) -> tuple[int, ...]:
    """Return submissions in the order drawn for one marker; the same every time it is asked.

    Markers meet them in different orders, so that tiring or getting used to it hits no one work.
    """
    return tuple(
        sorted(ids, key=lambda id_: hashlib.sha256(f"{marker}:{id_}".encode()).hexdigest())
    )


def drawn_task(item_ids: Sequence[str], *, learner: str, work: str) -> str:
    """Return which of several tasks a learner gets for a piece of work; always the same one."""
    ids = sorted(item_ids)
    digest = hashlib.sha256(f"{work}:{learner}".encode()).digest()
    return ids[int.from_bytes(digest[:8]) % len(ids)]
