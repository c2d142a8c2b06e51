"""Blueprint → form: which items, in which order, and in which order people meet forms A, B, C."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from curriculum.model import Blueprint, Choice, Item, Pick

FORMS = ("A", "B", "C")
DAYS_BEFORE_AN_ITEM_RETURNS = 180
# Each half holds every form once in every place, so any three people in a row are balanced.
_ORDER_HALVES = (
    (("A", "B", "C"), ("B", "C", "A"), ("C", "A", "B")),
    (("A", "C", "B"), ("B", "A", "C"), ("C", "B", "A")),
)
# Sentences of a text and the steps of a scale lose their meaning out of order.
_NEVER_SHUFFLED = {"highlight", "survey"}


def assemble(
    blueprint: Blueprint,
    items: Iterable[Item],
    *,
    form: str,
    seed: int | str,
    seen: Collection[str] = (),
    banks: Mapping[str, str] | None = None,
) -> tuple[str, ...] | str:
    """The ids of a form's items in their order, or a sentence that names what is missing.

    Parameters
    ----------
    items
        The items of the blueprint's banks. Only published ones of the wanted form are used.
    form
        A, B or C; a pick that names a form of its own keeps to that one, and an item that
        names none stands on any.
    seed
        The same seed gives the same form.
    seen
        Ids that this person has met lately (`recently_seen`); they are never used.
    banks
        Item id → bank id. With it every pick keeps to the banks it names.

    Notes
    -----
    Picks may overlap; an assignment is found whenever one exists (augmenting paths, Kuhn 1955).
    Where a pick leaves cell or level open, its items are spread evenly over both.
    """
    rng = _generator(seed, blueprint.front.id, form)
    usable = [item for item in items if item.id not in seen and _is_used(item)]
    by_id = {item.id: item for item in usable}
    candidates = [
        _spread([i for i in usable if _fits(i, pick=pick, form=form, banks=banks)], rng=rng)
        for pick in blueprint.picks
    ]
    chosen = _assign(blueprint.picks, candidates=candidates)
    if isinstance(chosen, int):
        return _shortfall(blueprint.picks[chosen], form=form, there=len(candidates[chosen]))
    if blueprint.shuffle:
        return tuple(chosen[index] for index in rng.permutation(len(chosen)))
    return tuple(sorted(chosen, key=lambda item_id: (by_id[item_id].level or 0, item_id)))


def shortfalls(
    blueprint: Blueprint,
    items: Iterable[Item],
    *,
    forms: Sequence[str] = FORMS,
    banks: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """A sentence for every pick that some form cannot meet; empty when all forms can be made."""
    pool = [item for item in items if _is_used(item)]
    found: list[str] = []
    for form in forms:
        short = []
        for pick in blueprint.picks:
            there = sum(_fits(item, pick=pick, form=form, banks=banks) for item in pool)
            if there < pick.n:
                short.append(_shortfall(pick, form=form, there=there))
        if not short:
            made = assemble(blueprint, pool, form=form, seed=0, banks=banks)
            short = [made] if isinstance(made, str) else []
        found += short
    return tuple(dict.fromkeys(found))


def _is_used(item: Item) -> bool:
    """Say whether a form may hold an item: a check never waits for somebody to grade it."""
    return item.type != "rubric" and item.status in {None, "published"}


def recently_seen(met: Mapping[str, date], *, on: date) -> frozenset[str]:
    """The ids a person met within the last 180 days, from the day each was last met."""
    return frozenset(
        item_id for item_id, day in met.items() if (on - day).days <= DAYS_BEFORE_AN_ITEM_RETURNS
    )


def form_order(
    learner_key: str, *, team: str, cohort: str, seed: int | str, members: Sequence[str] = ()
) -> tuple[str, str, str]:
    """The order in which a person meets the forms, drawn and balanced within team and cohort.

    `members` are the keys of the team's learners in the order they joined the cohort, this one
    among them. Any three in a row from the first on then meet each form once at each
    occasion. Later joiners never change an order already drawn. A person who is not among the
    members gets an order drawn for that person alone.
    """
    if learner_key not in members:
        rng = _generator(seed, cohort, team, learner_key)
        half = _ORDER_HALVES[int(rng.integers(2))]
        return half[int(rng.integers(3))]
    place = members.index(learner_key)
    rng = _generator(seed, cohort, team, str(place // 6))
    halves = [_ORDER_HALVES[index] for index in rng.permutation(2)]
    block = [half[index] for half in halves for index in rng.permutation(3)]
    return block[place % 6]


# --- options in the order shown -------------------------------------------------------------------


def shuffled_choices(item: Item, *, seed: int | str) -> tuple[Choice, ...]:
    """The options in the order shown; with `show`, all right ones and a sample of the wrong."""
    rng = _generator(seed, item.id, "choices")
    shown = item.choices
    if item.show is not None:
        wrong = [choice.key for choice in shown if not _is_key(choice)]
        sample = {wrong[index] for index in rng.permutation(len(wrong))[: item.show]}
        shown = tuple(choice for choice in shown if _is_key(choice) or choice.key in sample)
    return _in_drawn_order(item, shown, rng=rng)


def shuffled_reasons(item: Item, *, seed: int | str) -> tuple[Choice, ...]:
    """The reasons of a two-tier item in the order shown."""
    return _in_drawn_order(item, item.reasons, rng=_generator(seed, item.id, "reasons"))


def shuffled_steps(item: Item, *, seed: int | str) -> tuple[str, ...]:
    """The steps of an ordering item as indices, never in the right order."""
    steps = [str(index) for index in range(len(item.ordering))]
    drawn = [steps[index] for index in _generator(seed, item.id, "steps").permutation(len(steps))]
    return tuple(drawn if drawn != steps else [*steps[1:], *steps[:1]])


def shuffled_matches(item: Item, *, seed: int | str) -> tuple[str, ...]:
    """The rows whose matches are offered, as indices; equal matches are offered once."""
    first: dict[str, str] = {}
    for index, pair in enumerate(item.pairs):
        first.setdefault(pair.match, str(index))
    rows = list(first.values())
    return tuple(
        rows[index] for index in _generator(seed, item.id, "matches").permutation(len(rows))
    )


def _in_drawn_order(
    item: Item, choices: Sequence[Choice], *, rng: np.random.Generator
) -> tuple[Choice, ...]:
    if not item.shuffle or item.type in _NEVER_SHUFFLED:
        return tuple(choices)
    return tuple(choices[index] for index in rng.permutation(len(choices)))


def _is_key(choice: Choice) -> bool:
    return choice.right or choice.rating == "best"


# --- picking --------------------------------------------------------------------------------------


def _generator(*parts: int | str) -> np.random.Generator:
    """Randomness that depends on all parts, alike on every machine and in every process."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def _fits(item: Item, *, pick: Pick, form: str, banks: Mapping[str, str] | None) -> bool:
    return (
        item.skill == pick.skill
        and item.form in {None, pick.form or form}
        and pick.level in {None, item.level}
        and pick.cell in {None, item.cell}
        and (banks is None or not pick.banks or banks.get(item.id) in pick.banks)
    )


def _spread(items: Sequence[Item], *, rng: np.random.Generator) -> tuple[str, ...]:
    """The ids shuffled, then dealt so that cells and levels take turns."""
    drawn = [items[index] for index in rng.permutation(len(items))]
    in_cell: dict[str | None, int] = defaultdict(int)
    in_both: dict[tuple[str | None, int | None], int] = defaultdict(int)
    dealt: list[Item] = []
    while drawn:
        item = min(drawn, key=lambda i: (in_cell[i.cell] + in_both[i.cell, i.level], i.level or 0))
        drawn.remove(item)
        dealt.append(item)
        in_cell[item.cell] += 1
        in_both[item.cell, item.level] += 1
    return tuple(item.id for item in dealt)


def _assign(picks: Sequence[Pick], *, candidates: Sequence[Sequence[str]]) -> tuple[str, ...] | int:
    """An item for every place of every pick, or the index of a pick that cannot be met."""
    places = [index for index, pick in enumerate(picks) for _ in range(pick.n)]
    # The choosiest picks go first; the others then rarely have to give way.
    places.sort(key=lambda index: len(candidates[index]) - picks[index].n)
    taken: dict[str, int] = {}
    for place in range(len(places)):
        if not _find(place, places=places, candidates=candidates, taken=taken, tried=set()):
            return places[place]
    return tuple(sorted(taken, key=taken.__getitem__))


def _find(
    place: int,
    *,
    places: Sequence[int],
    candidates: Sequence[Sequence[str]],
    taken: dict[str, int],
    tried: set[str],
) -> bool:
    """Give the place a free item, or one whose holder can move to another."""
    ids = candidates[places[place]]
    for item_id in sorted(ids, key=lambda candidate: candidate in taken):
        if item_id in tried:
            continue
        tried.add(item_id)
        holder = taken.get(item_id)
        if holder is None or _find(
            holder, places=places, candidates=candidates, taken=taken, tried=tried
        ):
            taken[item_id] = place
            return True
    return False


def _shortfall(pick: Pick, *, form: str, there: int) -> str:
    cell = f"cell {pick.cell}" if pick.cell else "any cell"
    level = f"level {pick.level}" if pick.level is not None else "any level"
    fits = "1 item fits" if there == 1 else f"{there} items fit"
    others = " and other picks need some of them" if there >= pick.n else ""
    return (
        f"Form {pick.form or form} needs {pick.n} of {pick.skill}, {cell}, {level}, "
        f"but {fits}{others}."
    )
