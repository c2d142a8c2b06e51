"""Which team figures may be shown: the floor, and what must be hidden with it.

A figure of fewer learners than the floor is hidden. Because units add up to the unit above and
routes add up to all learners, one hidden figure could be had by subtraction; so further figures
are hidden until every group that could be had that way is at least as large as the floor.
Decisions go from the top of the organisation downwards and depend on nothing but the counts, so
that every page, filter and export hides the same cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ALL = "all"
# A unit with its scope.
Part = tuple[int, str]
# A part and a route, or all learners of the part.
Cell = tuple[Part, str]


@dataclass(frozen=True, slots=True)
class Floor:
    """The smallest group whose mean is shown, and the smallest whose change is spoken of.

    `mean` counts the viewer as one who knows the own score: 5 others need 6 learners.
    """

    mean: int
    change: int

    @classmethod
    def of(cls, min_group: int) -> "Floor":
        """Return the floors that follow from the smallest group besides the viewer."""
        return cls(mean=min_group + 1, change=2 * min_group)


def hidden_cells(
    counts: Mapping[Cell, int],
    *,
    parts: Sequence[Part],
    routes: Sequence[str],
    shown_above: frozenset[str],
    floor: int,
) -> frozenset[Cell]:
    """Decide which cells of one table stay hidden: parts of a unit by route.

    Parameters
    ----------
    counts
        Learners per (part, route), and per (part, `ALL`); a missing cell has none.
    parts
        The children of a unit and its own members: together they are the unit.
    routes
        The routes: together they are all learners of a part.
    shown_above
        The routes (or `ALL`) whose total over all parts is shown, or could be had.
    floor
        The smallest number of learners that may be shown.

    Notes
    -----
    Complementary suppression by repeated passes over the lines of the table. Where the total of a
    line is known, the learners hidden in it must be none or at least the floor; where the total is
    hidden, somebody in the line must be, or adding up would give it away. Else the smallest cell
    still shown is hidden too. It ends because each pass hides at least one cell.
    """
    cells = [(part, route) for part in parts for route in (ALL, *routes)]
    hidden = {cell for cell in cells if 0 < counts.get(cell, 0) < floor}
    changed = True
    while changed:
        changed = False
        for line, total_known in _lines(parts, routes, shown_above, hidden):
            small = _cell_to_hide(line, counts, hidden, floor=floor if total_known else 1)
            if small is not None:
                hidden.add(small)
                changed = True
    return frozenset(hidden)


def _lines(
    parts: Sequence[Part],
    routes: Sequence[str],
    shown_above: frozenset[str],
    hidden: set[Cell],
) -> list[tuple[list[Cell], bool]]:
    """List every line that adds up to a total, and whether that total is known."""
    columns = [
        ([(part, route) for part in parts], route in shown_above) for route in (ALL, *routes)
    ]
    rows = [([(part, route) for route in routes], (part, ALL) not in hidden) for part in parts]
    return columns + rows


def _cell_to_hide(
    line: list[Cell], counts: Mapping[Cell, int], hidden: set[Cell], *, floor: int
) -> Cell | None:
    lost = sum(counts.get(cell, 0) for cell in line if cell in hidden)
    shown = [cell for cell in line if cell not in hidden and counts.get(cell, 0) > 0]
    if lost >= floor or (lost == 0 and floor > 1):
        return None
    return min(shown, key=lambda cell: (counts[cell], str(cell)), default=None)
