"""Rules across files: ids used twice, dead links, lists, coverage; and what blocks publishing."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from curriculum.check_coverage import coverage_problems
from curriculum.check_references import known_in_registers, register_problems
from curriculum.facts import Definition, Facts, Reference, did_you_mean, problem
from curriculum.model import Curriculum, Problem, Registers

__all__ = ["blocking_problems", "check_files", "overdue_problems", "register_problems"]

_KINDS: Mapping[str, tuple[str, ...]] = {
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
# The same the other way round: which references a definition can answer.
_MEANT_BY: dict[str, list[str]] = {}
for _kind, _wanted in _KINDS.items():
    for _defined in _wanted:
        _MEANT_BY.setdefault(_defined, []).append(_kind)
_CODES = {"item": "LNK001", "track": "LNK001", "module_link": "LNK001", "twin": "COV005"}
# Faults that are warnings while writing but stop a module from being published.
_BLOCKING_WARNINGS = frozenset({"FM012"})


def check_files(
    files: Sequence[Facts], *, registers: Registers, today: date | None = None
) -> list[Problem]:
    """Every fault that shows only when files are seen together."""
    places = _places(files)
    problems = _duplicates(places, retired=registers.retired_ids)
    paths = {facts.path for facts in files}
    known = known_in_registers(registers) | _known_in_files(places, paths=paths)
    for facts in files:
        # Nearly every reference is sound, and one look tells; only the others are judged.
        doubtful = [ref for ref in facts.references if (ref[0], ref[1]) not in known]
        problems += register_problems(facts, registers=registers, references=doubtful)
        for ref in doubtful:
            problems += _reference_problems(
                facts, ref, places=places, paths=paths, retired=registers.retired_ids
            )
    if today is not None:
        problems += overdue_problems(files, today=today)
    problems += _cycles(files)
    problems += _lists(files)
    problems += coverage_problems(files)
    return sorted(set(problems))


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
                message = f"the id '{id_}' is used twice, also in {', '.join(others[:3])}"
                problems.append(_at(facts, here.line, here.column, "ID001", message))
        if id_ in retired:
            for facts, here in found:
                message = f"the id '{id_}' was used before and is retired; choose another"
                problems.append(_at(facts, here.line, here.column, "ID002", message))
    return problems


def _at(facts: Facts, line: int, column: int, code: str, message: str) -> Problem:
    return problem(code, facts.path, line=line, column=column, message=message)


def _reference_problems(
    facts: Facts,
    ref: Reference,
    *,
    places: Mapping[str, list[tuple[Facts, Definition]]],
    paths: set[str],
    retired: frozenset[str],
) -> list[Problem]:
    if ref.kind == "path":
        if ref.target in paths:
            return []
        guess = did_you_mean(ref.target, paths)
        message = f"the file '{ref.target[:120]}' does not exist.{guess}"
        return [_at(facts, ref.line, ref.column, "LNK002", message)]
    kinds = _KINDS.get(ref.kind)
    if kinds is None or any(d.kind in kinds for _, d in places.get(ref.target, ())):
        return []
    what = " or ".join(kinds) if ref.kind != "original" else "original"
    if ref.target in retired:
        reason = "; that id is retired"
    elif ref.target in places:
        reason = f"; that id belongs to a {places[ref.target][0][1].kind}"
    else:
        known = [id_ for id_, found in places.items() if any(d.kind in kinds for _, d in found)]
        reason = "." + did_you_mean(ref.target, known)
    code = _CODES.get(ref.kind, "REF009")
    return [_at(facts, ref.line, ref.column, code, f"unknown {what} '{ref.target[:80]}'{reason}")]


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
    message = f"the review was due on {due}, {late} days ago; read it again and set `reviewed`"
    return [_at(facts, 1, 1, code, message)]


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
                message = f"prerequisites run in a circle: {' → '.join(ring)}"
                facts = owners[node]
                problems.append(_at(facts, step[1].line, step[1].column, "REF010", message))
            elif step[0] in edges and step[0] not in done:
                stack.append((step[0], iter(edges[step[0]])))
                trail.append(step[0])
    return problems


def _lists(files: Sequence[Facts]) -> list[Problem]:
    """Lessons in no module or in two, modules in no track."""
    problems = []
    holders: dict[str, str] = {}
    for facts in files:
        for ref in facts.references:
            if ref.kind == "listed_lesson" and ref.target in holders:
                message = f"the lesson '{ref.target}' is listed in {holders[ref.target]} already"
                problems.append(_at(facts, ref.line, ref.column, "REF013", message))
            if ref.kind in {"listed_lesson", "listed_module"}:
                holders.setdefault(ref.target, f"{facts.path}:{ref.line}")
    for facts in files:
        if facts.kind not in {"lesson", "module"} or not facts.id or facts.id in holders:
            continue
        if facts.data.get("status") == "retired":
            continue
        code, where = ("REF012", "module") if facts.kind == "lesson" else ("REF011", "track")
        line, column = _place_of_id(facts)
        message = f"the {facts.kind} '{facts.id}' is in no {where}; learners cannot reach it"
        problems.append(_at(facts, line, column, code, message))
    return problems


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
