"""Rules across files: ids used twice, dead links, lists, coverage; and what blocks publishing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from curriculum.check_coverage import coverage_problems
from curriculum.check_references import excused_kinds, known_in_registers, register_problems
from curriculum.facts import (
    MAX_GUESSES,
    Definition,
    Facts,
    Reference,
    did_you_mean,
    find_nearest,
    kind_word,
    problem,
)
from curriculum.identities import ANY_ITEMS, NAMELESS
from curriculum.model import Curriculum, Problem, Registers
from curriculum.phrases import Phrase, Said

__all__ = [
    "KINDS_MEANT",
    "blocking_problems",
    "check_files",
    "overdue_problems",
    "register_problems",
]

# What each kind of reference may mean.
KINDS_MEANT: Mapping[str, tuple[str, ...]] = {
    "item": ("item",),
    "twin": ("item",),
    "track": ("track",),
    "module": ("module",),
    "bank": ("bank",),
    "listed_lesson": ("lesson",),
    "listed_module": ("module",),
    "prerequisite": ("module", "lesson"),
    "original": ("track", "module", "lesson", "bank", "blueprint", "item"),
}
_WANTED = {"prerequisite": Phrase("module or lesson"), "original": Phrase("original")}
# The same the other way round: which references a definition can answer.
_MEANT_BY: dict[str, list[str]] = {}
for _kind, _wanted in KINDS_MEANT.items():
    for _defined in _wanted:
        _MEANT_BY.setdefault(_defined, []).append(_kind)
# What lists a lesson or module.
_HOLDER = {"lesson": "module", "module": "track"}
_CODES = {"item": "LNK001", "track": "LNK001", "module_link": "LNK001", "twin": "COV005"}
# Faults that are warnings while writing but stop a module from being published.
_BLOCKING_WARNINGS = frozenset({"FM012"})


def check_files(
    files: Sequence[Facts],
    *,
    registers: Registers,
    today: date | None = None,
    register_faults: Sequence[Problem] = (),
) -> list[Problem]:
    """Every fault that shows only when files are seen together.

    What only follows from a fault is left out: mentions of something whose own file or register
    cannot be read, and rules on items that have a fault of their own.
    """
    places = _places(files)
    problems = _duplicates(places, retired=registers.retired_ids)
    paths = {facts.path for facts in files}
    known = known_in_registers(registers) | _known_in_files(places, paths=paths)
    # Nearly every reference is sound, and one look tells; only the others are judged.
    doubtful = [
        (facts, [ref for ref in facts.references if (ref[0], ref[1]) not in known])
        for facts in files
    ]
    excused = _excused(files, doubtful=doubtful, places=places, retired=registers.retired_ids)
    unjudged = excused_kinds(
        (ref for _, refs in doubtful for ref in refs), registers=registers, faults=register_faults
    )
    for facts, refs in doubtful:
        judged = [ref for ref in refs if ref.kind not in unjudged]
        told = len(problems)
        problems += register_problems(facts, registers=registers, references=judged)
        for ref in judged:
            if (ref.kind, ref.target) not in excused:
                problems += _reference_problems(
                    facts,
                    ref,
                    places=places,
                    paths=paths,
                    retired=registers.retired_ids,
                    after=len(problems) - told,
                )
    if today is not None:
        problems += overdue_problems(files, today=today)
    problems += _cycles(files)
    problems += _lists(files, places=places)
    problems += coverage_problems(files, errors=_error_lines(files, problems))
    return sorted(set(problems))


def _excused(
    files: Sequence[Facts],
    *,
    doubtful: Sequence[tuple[Facts, Sequence[Reference]]],
    places: Mapping[str, list[tuple[Facts, Definition]]],
    retired: frozenset[str],
) -> set[tuple[str, str]]:
    """Kind and target of mentions that may mean something whose own id is the fault.

    There are as many of these as files and items without an id that can be used, and ids given
    twice, behind which another one is missing.
    """
    spare = Counter(d.kind for facts in files for d in facts.definitions if d.id == NAMELESS)
    for found in places.values():
        spare.update(definition.kind for _, definition in found[1:])
    missing: dict[str, set[str]] = {}
    for _, refs in doubtful if spare else ():
        for ref in refs:
            if ref.kind in KINDS_MEANT and ref.target not in places and ref.target not in retired:
                missing.setdefault(ref.kind, set()).add(ref.target)
    return {
        (kind, target)
        for kind, targets in missing.items()
        if len(targets) <= sum(spare[one] for one in KINDS_MEANT[kind])
        or ("item" in KINDS_MEANT[kind] and spare[ANY_ITEMS])
        for target in targets
    }


def _error_lines(files: Sequence[Facts], problems: Sequence[Problem]) -> dict[str, set[int]]:
    lines: dict[str, set[int]] = {}
    for fault in (*problems, *(fault for facts in files for fault in facts.problems)):
        if fault.level == "error":
            lines.setdefault(fault.path, set()).add(fault.line)
    return lines


def _known_in_files(
    places: Mapping[str, list[tuple[Facts, Definition]]], *, paths: set[str]
) -> set[tuple[str, str]]:
    known = {("path", path) for path in paths}
    for id_, found in places.items():
        for _facts, definition in found:
            known.update([(kind, id_) for kind in _MEANT_BY.get(definition.kind, ())])
    return known


def _places(files: Sequence[Facts]) -> dict[str, list[tuple[Facts, Definition]]]:
    places: dict[str, list[tuple[Facts, Definition]]] = {}
    for facts in files:
        for definition in facts.definitions:
            if definition.id == NAMELESS:
                continue
            places.setdefault(definition.id, []).append((facts, definition))
    return places


def _duplicates(
    places: Mapping[str, list[tuple[Facts, Definition]]], *, retired: frozenset[str]
) -> list[Problem]:
    problems = []
    for id_, found in places.items():
        if len(found) > 1:
            for facts, here in found:
                others = [
                    f"{other.path}:{there.line}" for other, there in found if there is not here
                ]
                message = Phrase(
                    "the id '{id}' is used twice, also in {others}",
                    id=id_,
                    others=", ".join(others[:3]),
                )
                problems.append(_at(facts, here.line, here.column, "ID001", message))
        if id_ in retired:
            for facts, here in found:
                message = Phrase(
                    "the id '{id}' was used before and is retired; choose another", id=id_
                )
                problems.append(_at(facts, here.line, here.column, "ID002", message))
    return problems


def _at(facts: Facts, line: int, column: int, code: str, message: Said) -> Problem:
    return problem(code, facts.path, line=line, column=column, message=message)


def _reference_problems(
    facts: Facts,
    ref: Reference,
    *,
    places: Mapping[str, list[tuple[Facts, Definition]]],
    paths: set[str],
    retired: frozenset[str],
    after: int,
) -> list[Problem]:
    if ref.kind == "path":
        if ref.target in paths:
            return []
        guess = did_you_mean(ref.target, paths, after=after)
        message = Phrase(
            "the file '{target}' does not exist.{guess}", target=ref.target[:120], guess=guess
        )
        return [_at(facts, ref.line, ref.column, "LNK002", message)]
    kinds = KINDS_MEANT.get(ref.kind)
    if kinds is None or any(d.kind in kinds for _, d in places.get(ref.target, ())):
        return []
    what = _WANTED.get(ref.kind) or kind_word(kinds[0])
    if ref.target in retired:
        reason: str = Phrase("; that id is retired")
    elif ref.target in places:
        reason = Phrase(
            "; that id names another kind: {kind}",
            kind=kind_word(places[ref.target][0][1].kind),
        )
    else:
        known = (id_ for id_, found in places.items() if any(d.kind in kinds for _, d in found))
        reason = Phrase(".{guess}", guess=did_you_mean(ref.target, known, after=after))
    code = _CODES.get(ref.kind, "REF009")
    return [
        _at(
            facts,
            ref.line,
            ref.column,
            code,
            Phrase(
                "unknown {what} '{target}'{reason}",
                what=what,
                target=ref.target[:80],
                reason=reason,
            ),
        )
    ]


def overdue_problems(files: Sequence[Facts], *, today: date) -> list[Problem]:
    """Files whose review is overdue."""
    return [fault for facts in files for fault in _overdue(facts, today=today)]


def _overdue(facts: Facts, *, today: date) -> list[Problem]:
    reviewed = str(facts.data.get("reviewed") or "")
    days = facts.data.get("review_every_days")
    if not reviewed or not isinstance(days, int) or facts.data.get("status") == "retired":
        return []
    due = date.fromisoformat(reviewed) + timedelta(days=days)
    if today <= due:
        return []
    late = (today - due).days
    code = "FM012" if today > due + timedelta(days=days) else "FM011"
    message = Phrase(
        "the review was due on {due}, {late} days ago; read it again and set `reviewed`",
        due=str(due),
        late=late,
    )
    line = facts.data.get("reviewed_line")
    return [_at(facts, line if isinstance(line, int) else 1, 1, code, message)]


def _cycles(files: Sequence[Facts]) -> list[Problem]:
    """One fault for every reference that closes a circle of prerequisites."""
    edges = {
        facts.id: [(ref.target, ref) for ref in facts.references if ref.kind == "prerequisite"]
        for facts in files
        if facts.id
    }
    owners = {facts.id: facts for facts in files if facts.id}
    problems = []
    done: set[str] = set()
    for start in edges:
        stack = [(start, iter(edges[start]))]
        trail = [start]
        while stack:
            node, following = stack[-1]
            step = next(following, None)
            if step is None:
                done.add(node)
                stack.pop()
                trail.pop()
            elif step[0] in trail:
                ring = [*trail[trail.index(step[0]) :], step[0]]
                problems.append(_circle(ring, edges=edges, owners=owners))
            elif step[0] in edges and step[0] not in done:
                stack.append((step[0], iter(edges[step[0]])))
                trail.append(step[0])
    return problems


def _circle(
    ring: Sequence[str],
    *,
    edges: Mapping[str, list[tuple[str, Reference]]],
    owners: Mapping[str, Facts],
) -> Problem:
    """The fault at the reference that asks an early file to come after a later one."""
    start = min(range(len(ring) - 1), key=lambda place: owners[ring[place]].path)
    ring = [*ring[start:-1], *ring[: start + 1]]
    ref = next(ref for target, ref in edges[ring[0]] if target == ring[1])
    message = Phrase("prerequisites run in a circle: {ring}", ring=" → ".join(ring))
    return _at(owners[ring[0]], ref.line, ref.column, "REF010", message)


def _lists(
    files: Sequence[Facts], *, places: Mapping[str, list[tuple[Facts, Definition]]]
) -> list[Problem]:
    """Lessons in no module or in two, modules in no track."""
    problems = []
    holders: dict[str, str] = {}
    for facts in files:
        for ref in facts.references:
            if ref.kind == "listed_lesson" and ref.target in holders:
                message = Phrase(
                    "the lesson '{target}' is listed in {holders} already",
                    target=ref.target,
                    holders=holders[ref.target],
                )
                problems.append(_at(facts, ref.line, ref.column, "REF013", message))
            if ref.kind in {"listed_lesson", "listed_module"}:
                holders.setdefault(ref.target, f"{facts.path}:{ref.line}")
    unread = {facts.kind for facts in files if _has_unread_list(facts)}
    misspelt = [target for target in holders if target not in places]
    for facts in files:
        if facts.kind not in {"lesson", "module"} or not facts.id or facts.id in holders:
            continue
        # A list that cannot be read may hold it, and one that misspells it is told so itself.
        if _HOLDER[facts.kind] in unread or any(
            find_nearest(target, [facts.id]) for target in misspelt[:MAX_GUESSES]
        ):
            continue
        if facts.data.get("status") == "retired":
            continue
        code, where = ("REF012", "module") if facts.kind == "lesson" else ("REF011", "track")
        line, column = _place_of_id(facts)
        message = Phrase(
            "the {kind} '{id}' is in no {where}; learners cannot reach it",
            kind=kind_word(facts.kind),
            id=facts.id,
            where=kind_word(where),
        )
        problems.append(_at(facts, line, column, code, message))
    return problems


def _has_unread_list(facts: Facts) -> bool:
    lists = {"listed_lesson", "listed_module"}
    is_holder = facts.kind in _HOLDER.values()
    return (
        is_holder
        and any(fault.level == "error" for fault in facts.problems)
        and not any(ref.kind in lists for ref in facts.references)
    )


def _place_of_id(facts: Facts) -> tuple[int, int]:
    for definition in facts.definitions:
        if definition.id == facts.id:
            return definition.line, definition.column
    return 1, 1


def blocking_problems(curriculum: Curriculum, id_: str) -> tuple[Problem, ...]:
    """Errors that stop a module, bank, blueprint or track from being published.

    These are the errors in its own files and in files it refers to directly: included texts,
    linked items, prerequisites. For a bank they include its blueprints, for a blueprint its banks.

    Raises
    ------
    KeyError
        If nothing in the curriculum has this id.
    """
    own = curriculum.paths[id_]
    folder = own.rpartition("/")[0] + "/" if own.endswith("/module.md") else None
    paths = {own}
    if folder is not None:
        paths |= {path for path in curriculum.references if path.startswith(folder)}
        paths |= {p.path for p in curriculum.problems if p.path.startswith(folder)}
    paths |= {curriculum.paths[i] for i in _listed(curriculum, id_) if i in curriculum.paths}
    if any(path.startswith("assessments/banks/") for path in paths):
        paths |= {
            path
            for path, used in curriculum.references.items()
            if own in used and path.startswith("assessments/blueprints/")
        }
    for path in tuple(paths):
        paths.update(curriculum.references.get(path, ()))
    return tuple(
        found
        for found in curriculum.problems
        if found.path in paths and (found.level == "error" or found.code in _BLOCKING_WARNINGS)
    )


def _listed(curriculum: Curriculum, id_: str) -> tuple[str, ...]:
    module = curriculum.modules.get(id_)
    return module.lessons if module is not None else ()
