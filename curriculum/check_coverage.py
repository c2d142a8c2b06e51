"""Rules on what is assessed: blueprints against banks, twins, objectives, links to secure items."""

from collections.abc import Container, Iterable, Mapping, Sequence, Set
from typing import Any, cast

from curriculum.facts import Facts, ItemFacts, problem
from curriculum.model import Problem
from curriculum.phrases import Joined, Phrase, Said
from curriculum.wording import overlap

LESSON_OVERLAP = 0.50
_NOT_IN_USE = frozenset({"retired"})


def coverage_problems(files: Sequence[Facts], *, errors: Mapping[str, Set[int]]) -> list[Problem]:
    """Every fault of coverage; `errors` are the lines, by path, on which something else is wrong.

    An item with a fault of its own is not judged, nor is a form drawn from its bank.
    """
    items = {item.id: (facts, item) for facts in files for item in facts.items}
    twins = _twins(files, items=items, errors=errors)
    faulty = {*errors, *(fault.path for fault in twins)}
    return [
        *_linked_secure_items(files, items=items),
        *twins,
        *_without_twins(files),
        *_picks(files, errors=errors, faulty=faulty),
        *_graded_work(files, faulty=faulty),
        *_skills(files, faulty=errors),
        *_objectives(files, faulty=errors),
        *_copies(files),
    ]


def _linked_secure_items(
    files: Sequence[Facts], *, items: Mapping[str, tuple[Facts, ItemFacts]]
) -> list[Problem]:
    # A secure item with faults is no item yet, but its id must not be linked either.
    secure = {
        definition.id
        for facts in files
        if facts.kind == "bank" and facts.data.get("use") == "summative"
        for definition in facts.definitions
        if definition.kind == "item"
    } | {id_ for id_, (facts, _) in items.items() if facts.data.get("use") == "summative"}
    return [
        problem(
            "COV003",
            facts.path,
            line=ref.line,
            column=ref.column,
            message=Phrase(
                "'{target}' is a secure item of a summative bank and may not be linked",
                target=ref.target,
            ),
        )
        for facts in files
        if facts.kind != "blueprint"
        for ref in facts.references
        if ref.kind == "item" and ref.target in secure
    ]


def _twins(
    files: Sequence[Facts],
    *,
    items: Mapping[str, tuple[Facts, ItemFacts]],
    errors: Mapping[str, Set[int]],
) -> list[Problem]:
    """Items that differ from their twins, each once: the one that differs from most of them."""
    differing: dict[str, dict[str, list[Phrase]]] = {}
    for facts in files:
        for item in facts.items:
            for twin in item.twin:
                if twin not in items or any(_is_faulty(*items[i], errors) for i in (item.id, twin)):
                    continue
                if item.id == twin or _differences(item, items[twin][1]):
                    differing.setdefault(item.id, {})[twin] = _differences(item, items[twin][1])
                    differing.setdefault(twin, {})[item.id] = _differences(items[twin][1], item)
    found = []
    told: set[frozenset[str]] = set()
    for id_ in sorted(differing, key=lambda one: -len(differing[one])):
        facts, item = items[id_]
        for twin, words in differing[id_].items():
            if frozenset((id_, twin)) in told:
                continue
            told.add(frozenset((id_, twin)))
            message = Phrase(
                "the twin '{twin}' {words}", twin=twin, words=Joined(words, between=", ")
            )
            found.append(problem("COV006", facts.path, line=item.line, column=1, message=message))
    return found


def _is_faulty(facts: Facts, item: ItemFacts, errors: Mapping[str, Set[int]]) -> bool:
    return any(item.line <= line <= item.last_line for line in errors.get(facts.path, ()))


def _without_twins(files: Sequence[Facts]) -> list[Problem]:
    """Items of a form that name no parallel item, where their skill has several forms."""
    secure = [facts for facts in files if facts.data.get("use") == "summative"]
    forms: dict[str, set[str]] = {}
    for facts in secure:
        for item in facts.items:
            if item.form is not None:
                forms.setdefault(item.skill, set()).add(item.form)
    problems = []
    for facts in secure:
        for item in facts.items:
            others = sorted(forms.get(item.skill, set()) - {item.form or ""})
            if item.form is not None and others and not item.twin:
                message = Phrase(
                    "name the parallel item on form {others}: `twin: [id]`, so "
                    "that the forms measure the same",
                    others=", ".join(others),
                )
                problems.append(
                    problem("COV007", facts.path, line=item.line, column=1, message=message)
                )
    return problems


def _differences(item: ItemFacts, twin: ItemFacts) -> list[Phrase]:
    if item.id == twin.id:
        return [Phrase("is the item itself")]
    said = []
    for name in ("skill", "cell", "level", "type"):
        mine, other = getattr(item, name), getattr(twin, name)
        if mine != other:
            said.append(
                Phrase(
                    "has the {name} {other}, not {mine}",
                    name=name,
                    other=str(other),
                    mine=str(mine),
                )
            )
    if item.form is not None and item.form == twin.form:
        said.append(Phrase("is on the same form {form}", form=item.form))
    return said


def _picks(
    files: Sequence[Facts], *, errors: Mapping[str, Set[int]], faulty: Set[str]
) -> list[Problem]:
    banks = {facts.id: facts for facts in files if facts.kind == "bank" and facts.id}
    sound = {id_ for id_, facts in banks.items() if facts.path not in faulty}
    problems = []
    for facts in files:
        rows = cast("list[list[Any]]", facts.data.get("picks") or [])
        picks = [
            row
            for row in rows
            if sound.issuperset(row[2]) and row[6] not in errors.get(facts.path, ())
        ]
        pool = [item for row in picks for bank in row[2] for item in banks[bank].items]
        short: dict[int, dict[str | None, int]] = {}
        for form in _forms(pool, picks=picks):
            for place, missing in _short_picks(picks, banks=banks, form=form).items():
                short.setdefault(place, {})[form] = missing
        problems += [_short_pick(facts, picks[place], short=short[place]) for place in short]
    return problems


def _graded_work(files: Sequence[Facts], *, faulty: Set[str]) -> list[Problem]:
    """Blueprints that mix items people grade with items a key scores, or pick several tasks."""
    banks = {f.id: f for f in files if f.kind == "bank" and f.id and f.path not in faulty}
    problems = []
    for facts in files:
        picks = cast("list[list[Any]]", facts.data.get("picks") or [])
        items = [
            item
            for row in picks
            for bank in row[2]
            if bank in banks
            for item in banks[bank].items
            if item.status not in _NOT_IN_USE
        ]
        graded = {item.id for item in items if item.type == "rubric"}
        if not graded:
            continue
        message: Said | None = None
        if len(graded) < len({item.id for item in items}):
            message = Phrase(
                "people grade '{graded}', a key scores other items of these "
                "banks; give graded work a bank and a blueprint of its own",
                graded=min(graded),
            )
        elif sum(row[1] for row in picks) != 1:
            message = Phrase("a blueprint of graded work gives one task: one pick with `n: 1`")
        if message:
            line, column = picks[0][6:8]
            problems.append(
                problem("COV008", facts.path, line=line, column=column, message=message)
            )
    return problems


def _forms(pool: Sequence[ItemFacts], *, picks: Sequence[list[Any]]) -> list[str | None]:
    """The forms that are assembled: each letter among the items, or one form without a letter."""
    if not picks:
        return []
    letters: set[str] = {item.form for item in pool if item.form}
    return [*sorted(letters)] or [None]


def _short_picks(
    picks: Sequence[list[Any]], *, banks: Mapping[str, Facts], form: str | None
) -> dict[int, int]:
    """Return how many items the picks of one form lack, when every item is used once at most.

    Slots are matched with items along augmenting paths (Kuhn 1955), so that a pick that could
    take other items leaves the rare ones to those who need them.
    """
    taken: dict[str, int] = {}
    slots: list[list[str]] = []
    missing: dict[int, int] = {}
    for place, row in enumerate(picks):
        if row[5] is not None and form is not None and row[5] != form:
            continue
        fitting = [
            item.id for bank in row[2] for item in banks[bank].items if _fits(item, row, form)
        ]
        for _ in range(row[1]):
            slots.append(fitting)
            if not _seat(len(slots) - 1, slots=slots, taken=taken):
                missing[place] = missing.get(place, 0) + 1
    return missing


def _fits(item: ItemFacts, row: Sequence[Any], form: str | None) -> bool:
    skill, _, _, level, cell, wanted = row[:6]
    return (
        item.skill == skill
        and (level is None or item.level == level)
        and (cell is None or item.cell == cell)
        and item.status not in _NOT_IN_USE
        and (item.form is None or item.form == (wanted or form))
    )


def _seat(slot: int, *, slots: Sequence[Sequence[str]], taken: dict[str, int]) -> bool:
    """Find an item for a slot, moving other slots to other items where that helps."""
    origin: dict[str, tuple[int, str | None]] = {}
    queue: list[tuple[int, str | None]] = [(slot, None)]
    while queue:
        current, via = queue.pop()
        for item in slots[current]:
            if item in origin:
                continue
            origin[item] = (current, via)
            if item not in taken:
                _move(item, origin=origin, taken=taken)
                return True
            queue.append((taken[item], item))
    return False


def _move(
    item: str, *, origin: Mapping[str, tuple[int, str | None]], taken: dict[str, int]
) -> None:
    step: str | None = item
    while step is not None:
        slot, via = origin[step]
        taken[step] = slot
        step = via


def _short_pick(facts: Facts, row: Sequence[Any], *, short: Mapping[str | None, int]) -> Problem:
    skill, n, from_, level, cell, wanted, line, column = row
    details = [Phrase("skill {skill}", skill=skill)]
    details += [Phrase("level {level}", level=level)] if level is not None else []
    details += [Phrase("cell {cell}", cell=cell)] if cell else []
    given = [
        Phrase("{n} on form {form}", n=n - missing, form=str(wanted or form))
        if wanted or form
        else str(n - missing)
        for form, missing in short.items()
    ]
    message = Phrase(
        "{n} items are asked for ({details}), but {banks} can give only {given}",
        n=n,
        details=Joined(details, between=", "),
        banks=", ".join(from_),
        given=Joined(given, between=", "),
    )
    return problem("COV001", facts.path, line=line, column=column, message=message)


def _skills(files: Sequence[Facts], *, faulty: Container[str]) -> list[Problem]:
    """Skills that a module promises and no blueprint assesses."""
    blueprints = [facts for facts in files if facts.kind == "blueprint"]
    if any(facts.path in faulty for facts in blueprints):
        return []
    assessed = {
        ref.target for facts in blueprints for ref in facts.references if ref.kind == "skill"
    }
    problems = []
    seen: set[tuple[str, str]] = set()
    for facts in files:
        for ref in facts.references if facts.kind == "module" else ():
            if ref.kind != "skill" or ref.target in assessed or (facts.path, ref.target) in seen:
                continue
            seen.add((facts.path, ref.target))
            message = Phrase("no blueprint assesses the skill '{target}'", target=ref.target)
            problems.append(
                problem("COV002", facts.path, line=ref.line, column=ref.column, message=message)
            )
    return problems


def _objectives(files: Sequence[Facts], *, faulty: Container[str]) -> list[Problem]:
    """Objectives of lessons and modules for which no item is found."""
    lessons = {facts.id: facts for facts in files if facts.kind == "lesson" and facts.id}
    by_item = {item.id: item for facts in files for item in facts.items}
    problems = []
    for facts in files:
        rows = cast("list[list[Any]]", facts.data.get("objectives") or [])
        if not rows:
            continue
        if _has_faulty_items(facts, lessons=lessons, faulty=faulty):
            continue
        items = list(_items_of(facts, lessons=lessons, by_item=by_item))
        for number, (text, skill, line, column) in enumerate(rows, start=1):
            own = str(number) if facts.kind == "lesson" else None
            if not any(_serves(item, own_number=own, text=text, skill=skill) for item in items):
                message = Phrase(
                    "no item checks the objective '{text}'; name it in `objective:` of one",
                    text=text[:60],
                )
                problems.append(
                    problem("COV004", facts.path, line=line, column=column, message=message)
                )
    return problems


def _has_faulty_items(
    facts: Facts, *, lessons: Mapping[str, Facts], faulty: Container[str]
) -> bool:
    """Whether an item may be missing only because it has an error of its own."""
    listed = [lessons.get(ref.target) for ref in facts.references if ref.kind == "listed_lesson"]
    return any(one is None or one.path in faulty for one in (facts, *listed))


def _items_of(
    facts: Facts, *, lessons: Mapping[str, Facts], by_item: Mapping[str, ItemFacts]
) -> Iterable[ItemFacts]:
    yield from facts.items
    for ref in facts.references:
        if ref.kind == "item" and ref.target in by_item:
            yield by_item[ref.target]
        elif ref.kind == "listed_lesson" and ref.target in lessons:
            yield from _items_of(lessons[ref.target], lessons=lessons, by_item=by_item)


def _serves(item: ItemFacts, *, own_number: str | None, text: str, skill: str) -> bool:
    """Whether an item names the objective by number or text, or names none and has its skill."""
    named = item.objective.strip() if item.objective else ""
    if own_number is not None and named.isdigit():
        return named == own_number
    if not named or named.isdigit():
        return not skill or item.skill == skill
    return _folded(named) == _folded(text)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _copies(files: Sequence[Facts]) -> list[Problem]:
    """Secure items whose wording stands in a check that every learner may read."""
    secure = [
        (facts, item)
        for facts in files
        if facts.data.get("use") == "summative"
        for item in facts.items
        if item.shingles
    ]
    if not secure:
        return []
    wanted = {value for _, item in secure for value in item.shingles}
    open_items: dict[int, list[tuple[Facts, ItemFacts]]] = {}
    for facts in files:
        if facts.kind != "lesson" and facts.data.get("use") != "formative":
            continue
        for item in facts.items:
            for value in item.shingles:
                if value in wanted:
                    open_items.setdefault(value, []).append((facts, item))
    return [found for facts, item in secure for found in _copy(facts, item, open_items=open_items)]


def _copy(
    facts: Facts, item: ItemFacts, *, open_items: Mapping[int, list[tuple[Facts, ItemFacts]]]
) -> list[Problem]:
    near = {
        other.id: (place, other)
        for value in item.shingles
        for place, other in open_items.get(value, ())[:50]
    }
    for place, other in near.values():
        share = overlap(item.shingles, other.shingles)
        if share > LESSON_OVERLAP:
            message = Phrase(
                "about {share}% of the wording stands in the open check '{id}' ({path}:{line})",
                share=round(100 * share),
                id=other.id,
                path=place.path,
                line=other.line,
            )
            return [problem("CUE010", facts.path, line=item.line, column=1, message=message)]
    return []
