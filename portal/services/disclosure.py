"""Which team figures may be shown: the floor, and what must be hidden with it.

A figure of fewer learners than the floor is hidden. Because units add up to the unit above and
routes add up to all learners, a small group could also be had by adding and subtracting figures
that are each large enough; so further figures are hidden until no sum of figures, however long,
leaves a group smaller than the floor. Decisions go from the top of the organisation downwards and
depend on nothing but the counts, so that every page, filter and export hides the same figures.

Why it holds
    Take the people of a team on one route as an edge. It joins the nearest shown figure of that
    route above the team to the nearest shown figure of all routes above the team. Any sum of shown
    figures gives each end a number and each edge the sum of its two ends; the edges that do not
    come out as zero cut the graph in two. So the smallest group that can be worked out is the
    smallest cut, and it is enough to keep every cut at the floor or above. Where a unit shows all
    of its routes, everything below it hangs together on its own, and can be decided on its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

ALL = "all"
# A unit with its scope.
Part = tuple[int, str]
# Learners of a part by route.
Counts = Mapping[str, int]
# `full`: every route and all together; what lies below hangs together on its own.
# `sum`: all together, and so may every part below. `open`: all together, and the parts right below
# that were decided with it. `hidden`: nothing itself; parts decided with it may show theirs.
State = Literal["full", "sum", "open", "hidden"]


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


def shows(state: State, *, route: str) -> bool:
    """Say whether a part in this state shows a route, or all learners together."""
    return state == "full" or (route == ALL and state != "hidden")


def decide_top(counts: Counts, *, floor: int) -> State:
    """Decide what the top of the organisation shows; nothing above it gives anything away."""
    if _by_route(counts, floor=floor):
        return "full"
    return "sum" if sum(counts.values()) >= floor else "hidden"


def decide_parts(
    parts: Mapping[Part, Counts],
    *,
    above: State,
    inside: Mapping[Part, Mapping[Part, Counts]],
    floor: int,
) -> dict[Part, State]:
    """Decide what the parts of a unit show, from what the unit itself shows.

    Parameters
    ----------
    parts
        The children of the unit and its own members, together the unit; learners by route.
    above
        The state of the unit.
    inside
        The parts of each part that has some.
    floor
        The smallest number of learners that may be shown or worked out.

    Returns
    -------
    dict
        The states of all parts, and of those inside them that were decided with them: all that
        are inside a part which is neither `full` nor `sum`.
    """
    sizes = {part: _size(counts) for part, counts in parts.items()}
    if above == "sum":
        return _decide_sums(sizes, floor=floor)
    if above == "full":
        return _decide_table(parts, inside, floor)
    held = [part for part, n in sizes.items() if n]
    # A single part is the unit itself under another name.
    only = held[0] if len(held) == 1 and shows(above, route=ALL) else None
    return {part: "open" if part == only else "hidden" for part in parts}


def _size(counts: Counts) -> int:
    return sum(counts.values())


def _by_route(counts: Counts, *, floor: int) -> bool:
    found = [n for n in counts.values() if n]
    return bool(found) and min(found) >= floor


def _decide_sums(sizes: Mapping[Part, int], *, floor: int) -> dict[Part, State]:
    """Show the parts that are large enough, and as many fewer as keep the rest large enough."""
    shown = {part for part, n in sizes.items() if n >= floor}
    while shown and 0 < sum(n for part, n in sizes.items() if part not in shown) < floor:
        shown.remove(min(shown, key=lambda part: (sizes[part], part)))
    return {part: "sum" if part in shown else "hidden" for part in sizes}


# --- a unit whose routes are all shown ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a part shows, and which of the parts inside it show all their learners together."""

    state: State
    inner: tuple[Part, ...] = ()


def _decide_table(
    parts: Mapping[Part, Counts], inside: Mapping[Part, Mapping[Part, Counts]], floor: int
) -> dict[Part, State]:
    """Start with all that is large enough, and take back until no cut is too small."""
    table = _Table(parts, {part: inside.get(part, {}) for part in parts}, floor)
    chosen = {part: table.most(part) for part in parts}
    while table.smallest_cut(chosen) is not None:
        steps = [
            (part, step) for part, choice in chosen.items() for step in table.steps(part, choice)
        ]
        part, step = min(steps, key=lambda one: table.price(chosen, *one))
        chosen[part] = step
    states: dict[Part, State] = {part: choice.state for part, choice in chosen.items()}
    for part, choice in chosen.items():
        if choice.state != "full":
            states |= {
                one: "open" if one in choice.inner else "hidden" for one in table.inside[part]
            }
    return states


@dataclass(frozen=True, slots=True)
class _Table:
    """The parts of a unit, and the parts inside them, by route."""

    parts: Mapping[Part, Counts]
    inside: Mapping[Part, Mapping[Part, Counts]]
    floor: int

    def most(self, part: Part) -> _Choice:
        """Return the most that a part may show as far as its own numbers go."""
        if _by_route(self.parts[part], floor=self.floor):
            return _Choice("full")
        return self._below_full(part)

    def steps(self, part: Part, choice: _Choice) -> list[_Choice]:
        """Return the ways to show a little less of a part."""
        if choice.state == "full":
            return [self._below_full(part)]
        steps = [_Choice(choice.state, choice.inner[1:])] if choice.inner else []
        return [*steps, _Choice("hidden", choice.inner)] if choice.state == "open" else steps

    def price(
        self, chosen: Mapping[Part, _Choice], part: Part, step: _Choice
    ) -> tuple[int, int, Part, str]:
        """Order the ways to show less: the safest result first, then the least that is lost."""
        cut = self.smallest_cut({**chosen, part: step})
        safe = self.floor if cut is None else cut
        lost = self._worth(part, chosen[part]) - self._worth(part, step)
        return -safe, lost, part, step.state

    def smallest_cut(self, chosen: Mapping[Part, _Choice]) -> int | None:
        """Return the size of the smallest group that could be worked out, if below the floor."""
        figures, rest = self._figures(chosen)
        cuts = [_size(one) for one in (*figures, rest)]
        cuts += [
            sum(min(_side(one, left), _size(one) - _side(one, left)) for one in (*figures, rest))
            for left in self._splits()
        ]
        return min((cut for cut in cuts if 0 < cut < self.floor), default=None)

    def _below_full(self, part: Part) -> _Choice:
        """Return the most a part may show without its routes; the inner ones smallest first."""
        inner = sorted(
            (_size(counts), one)
            for one, counts in self.inside[part].items()
            if _size(counts) >= self.floor
        )
        large = _size(self.parts[part]) >= self.floor
        return _Choice("open" if large else "hidden", tuple(one for _n, one in inner))

    def _figures(self, chosen: Mapping[Part, _Choice]) -> tuple[list[Counts], Counts]:
        """Return who stands behind each figure of all routes and no finer one; and who behind none.

        Parts that show their routes hang together on their own and are left out.
        """
        figures: list[Counts] = []
        rest: dict[str, int] = {}
        for part, choice in chosen.items():
            if choice.state == "full":
                continue
            inner = [self.inside[part][one] for one in choice.inner]
            left = {
                route: n - sum(one.get(route, 0) for one in inner)
                for route, n in self.parts[part].items()
            }
            figures += inner
            if choice.state == "open":
                figures.append(left)
            else:
                rest = {route: rest.get(route, 0) + n for route, n in left.items()}
        return figures, rest

    def _splits(self) -> list[tuple[str, ...]]:
        """Return one side of every way to put the routes on two sides."""
        routes = sorted({route for counts in self.parts.values() for route in counts})
        return [
            left for size in range(1, len(routes) // 2 + 1) for left in combinations(routes, size)
        ]

    def _worth(self, part: Part, choice: _Choice) -> int:
        """Return how many people stand behind what is shown; routes count twice."""
        inner = self.inside[part]
        if choice.state == "full":
            return 2 * (_size(self.parts[part]) + sum(map(_size, inner.values())))
        own = _size(self.parts[part]) if choice.state == "open" else 0
        return own + sum(_size(inner[one]) for one in choice.inner)


def _side(counts: Counts, routes: Sequence[str]) -> int:
    return sum(counts.get(route, 0) for route in routes)
