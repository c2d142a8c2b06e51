"""Text of an author's file → a track, module, lesson, bank or blueprint, with all its faults.

Every `parse_*` returns the value, or None where the file has errors, and the faults found in it.
Rules that need other files are in `curriculum.check`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from types import MappingProxyType

from curriculum.body import INCLUDE, Body, read_body, read_snippet
from curriculum.check_references import register_problems
from curriculum.document import Document, read_document
from curriculum.facts import Facts, Notes
from curriculum.fields import Fields
from curriculum.front import Mapping as YamlMapping
from curriculum.identities import define_anyway, define_unread
from curriculum.json_values import (
    bank_from_json,
    bank_to_json,
    blueprint_from_json,
    blueprint_to_json,
    item_from_json,
    item_to_json,
    lesson_from_json,
    lesson_to_json,
    module_from_json,
    module_to_json,
    track_from_json,
    track_to_json,
)
from curriculum.metadata import (
    USES,
    front_fields,
    kind_of,
    objectives,
    read_front,
    references,
)
from curriculum.model import (
    Bank,
    Blueprint,
    Front,
    Item,
    Lesson,
    Module,
    Problem,
    Registers,
    Track,
)
from curriculum.parse_assessments import bank_body, blueprint_settings
from curriculum.phrases import Phrase
from curriculum.sensitive import note_secrets
from curriculum.text import MAX_BYTES, content_hash, normalised
from curriculum.timing import note_minutes
from curriculum.whole_file import note_raw_lines, to_item_facts

__all__ = [
    "Parsed",
    "bank_from_json",
    "bank_to_json",
    "blueprint_from_json",
    "blueprint_to_json",
    "item_from_json",
    "item_to_json",
    "lesson_from_json",
    "lesson_to_json",
    "module_from_json",
    "module_to_json",
    "parse_bank",
    "parse_blueprint",
    "parse_lesson",
    "parse_module",
    "parse_track",
    "read_file",
    "track_from_json",
    "track_to_json",
]

Value = Track | Module | Lesson | Bank | Blueprint
Snippets = Mapping[str, str]
_NO_SNIPPETS: Snippets = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of one file. `value` may be there although `facts` lists errors."""

    value: Value | None
    facts: Facts


def parse_lesson(
    text: str, *, path: str, registers: Registers, snippets: Snippets = _NO_SNIPPETS
) -> tuple[Lesson | None, tuple[Problem, ...]]:
    """Read a lesson; `path` is its place below the content folder.

    `snippets` holds the texts it may include, by path.
    """
    value, problems = _parse(text, path=path, kind="lesson", registers=registers, snippets=snippets)
    return (value if isinstance(value, Lesson) else None), problems


def parse_module(
    text: str, *, path: str, registers: Registers, snippets: Snippets = _NO_SNIPPETS
) -> tuple[Module | None, tuple[Problem, ...]]:
    """Read a module.md."""
    value, problems = _parse(text, path=path, kind="module", registers=registers, snippets=snippets)
    return (value if isinstance(value, Module) else None), problems


def parse_track(
    text: str, *, path: str, registers: Registers, snippets: Snippets = _NO_SNIPPETS
) -> tuple[Track | None, tuple[Problem, ...]]:
    """Read a track."""
    value, problems = _parse(text, path=path, kind="track", registers=registers, snippets=snippets)
    return (value if isinstance(value, Track) else None), problems


def parse_bank(
    text: str, *, path: str, registers: Registers
) -> tuple[Bank | None, tuple[Problem, ...]]:
    """Read a bank of items; None if any of its items has an error."""
    value, problems = _parse(
        text, path=path, kind="bank", registers=registers, snippets=_NO_SNIPPETS
    )
    return (value if isinstance(value, Bank) else None), problems


def parse_blueprint(
    text: str, *, path: str, registers: Registers
) -> tuple[Blueprint | None, tuple[Problem, ...]]:
    """Read a blueprint."""
    value, problems = _parse(
        text, path=path, kind="blueprint", registers=registers, snippets=_NO_SNIPPETS
    )
    return (value if isinstance(value, Blueprint) else None), problems


def _parse(
    text: str, *, path: str, kind: str, registers: Registers, snippets: Snippets
) -> tuple[Value | None, tuple[Problem, ...]]:
    parsed = read_file(text, path=path, kind=kind, snippets=snippets)
    problems = (*parsed.facts.problems, *register_problems(parsed.facts, registers=registers))
    has_errors = any(problem.level == "error" for problem in problems)
    return (None if has_errors else parsed.value), tuple(sorted(problems))


def read_file(
    text: str, *, path: str, kind: str | None, snippets: Snippets = _NO_SNIPPETS
) -> Parsed:
    """Read one file without the registers; with `kind` None its schema says what it is."""
    notes = Notes(path)
    plain = normalised(text, notes=notes)
    if plain is None:
        define_unread(kind, text[:MAX_BYTES].split("\n", 60), notes=notes)
        return Parsed(None, _facts(notes, kind=kind or "", front=None))
    note_secrets(plain, notes=notes)
    if kind == "snippet":
        read_snippet(plain, notes=notes)
        return Parsed(None, _facts(notes, kind="snippet", front=None))
    document = read_document(plain, notes=notes)
    note_raw_lines(document)
    if document.front is None and any(fault.code == "FM006" for fault in notes.problems):
        define_unread(kind, document.lines, notes=notes)
        return Parsed(None, _facts(notes, kind=kind or "", front=None))
    found = kind_of(document.front, expected=kind, notes=notes)
    if found is None or not isinstance(document.front, YamlMapping):
        _read_without_front(document, kind=found or kind, snippets=snippets)
        if found or kind:
            front_lines = document.lines[: document.body_start or 1]
            define_anyway(found or str(kind), front_lines, first_line=1, notes=notes)
        return Parsed(None, _facts(notes, kind=found or kind or "", front=None))
    fields = front_fields(document.front, kind=found, notes=notes)
    used = [place for place in included_paths(plain, path=path) if place in snippets]
    digest = content_hash(plain, *(snippets[place] for place in used))
    front = read_front(fields, kind=found, path=path, content_hash=digest)
    return _READERS[found](document, fields, front, snippets)


def included_paths(text: str, *, path: str) -> list[str]:
    """Paths below the content folder that a text wants to include, whether or not they exist."""
    return [normpath(join(dirname(path), found["target"])) for found in INCLUDE.finditer(text)]


def _read_without_front(document: Document, *, kind: str | None, snippets: Snippets) -> None:
    """Find the faults of a body whose front matter cannot be used."""
    if kind == "bank":
        bank_body(document, use=None)
    elif kind in {"track", "module", "lesson"}:
        read_body(document, items_allowed=kind == "lesson", snippets=snippets)


def _read_lesson(document: Document, fields: Fields, front: Front, snippets: Snippets) -> Parsed:
    minutes = fields.integer("minutes", low=1, high=240)
    promised = objectives(fields)
    skills = references(fields, "skills", kind="skill")
    prerequisites = references(fields, "prerequisites", kind="prerequisite")
    body = read_body(document, items_allowed=True, snippets=snippets)
    note_minutes(document, fields=fields, minutes=minutes, body=body)
    lesson = Lesson(
        front=front,
        minutes=minutes or 1,
        objectives=promised,
        skills=skills,
        prerequisites=prerequisites,
        blocks=body.pieces,
        items=tuple(body.items),
        footnotes=MappingProxyType(dict(document.footnotes)),
    )
    return _parsed(lesson, document, body=body, data=_promise_data(fields, lesson.objectives))


def _read_module(document: Document, fields: Fields, front: Front, snippets: Snippets) -> Parsed:
    lessons = references(fields, "lessons", kind="listed_lesson")
    promised = objectives(fields)
    skills = references(fields, "skills", kind="skill")
    prerequisites = references(fields, "prerequisites", kind="prerequisite")
    body = read_body(document, items_allowed=False, snippets=snippets)
    module = Module(
        front=front,
        lessons=lessons,
        objectives=promised,
        skills=skills,
        prerequisites=prerequisites,
        blocks=body.pieces,
    )
    data = {**_promise_data(fields, module.objectives), "lessons": list(lessons)}
    return _parsed(module, document, data=data)


def _promise_data(fields: Fields, promised: tuple[object, ...]) -> dict[str, object]:
    """Objectives and skills with their lines, for the rules on coverage."""
    nodes = fields.maps("objectives", expected=Phrase("objectives")) if promised else ()
    rows = []
    for node in nodes:
        entry = node.entries.get("text")
        skill = node.entries.get("skill")
        text = getattr(entry[1], "text", "") if entry else ""
        rows.append([text, getattr(skill[1], "text", "") if skill else "", node.line, node.column])
    return {"objectives": rows}


def _read_track(document: Document, fields: Fields, front: Front, snippets: Snippets) -> Parsed:
    modules = references(fields, "modules", kind="listed_module")
    expires = fields.integer("expires_after_days", low=90, high=1825)
    body = read_body(document, items_allowed=False, snippets=snippets)
    track = Track(front=front, modules=modules, blocks=body.pieces, expires_after_days=expires)
    return _parsed(track, document, data={"modules": list(modules)})


def _read_bank(document: Document, fields: Fields, front: Front, snippets: Snippets) -> Parsed:  # noqa: ARG001
    use = fields.option("use", USES)
    body = bank_body(document, use=use)
    bank = Bank(front=front, use=use or "formative", items=tuple(body.items))  # type: ignore[arg-type]
    return _parsed(bank, document, body=body, data={"use": use or ""})


def _read_blueprint(
    document: Document,
    fields: Fields,
    front: Front,
    snippets: Snippets,
) -> Parsed:
    settings, picks = blueprint_settings(fields)
    read_body(document, items_allowed=False, snippets=snippets)
    blueprint = Blueprint(front=front, **settings)
    return _parsed(blueprint, document, data={"picks": picks})


_READERS: dict[str, Callable[[Document, Fields, Front, Snippets], Parsed]] = {
    "lesson": _read_lesson,
    "module": _read_module,
    "track": _read_track,
    "bank": _read_bank,
    "blueprint": _read_blueprint,
}


def _parsed(
    value: Value,
    document: Document,
    *,
    data: dict[str, object],
    body: Body | None = None,
) -> Parsed:
    front = value.front
    items: tuple[Item, ...] = tuple(body.items) if body else ()
    _note_licence(document, items=items)
    kept = {
        **data,
        "reviewed": front.reviewed.isoformat() if front.reviewed else "",
        "reviewed_line": _line_of_review(document),
        "review_every_days": front.review_every_days,
        "status": front.status,
        "language": front.language,
    }
    facts = _facts(document.notes, kind=front.schema.partition("/")[0], front=front)
    return Parsed(
        value,
        Facts(
            path=facts.path,
            kind=facts.kind,
            id=facts.id,
            problems=facts.problems,
            definitions=facts.definitions,
            references=facts.references,
            items=to_item_facts(items, ends=body.item_ends if body else (), kind=facts.kind),
            data=kept,
        ),
    )


def _line_of_review(document: Document) -> int:
    front = document.front
    entry = front.entries.get("reviewed") if isinstance(front, YamlMapping) else None
    return entry[0].line if entry is not None else 1


def _note_licence(document: Document, *, items: tuple[Item, ...]) -> None:
    front = document.front
    has_licence = isinstance(front, YamlMapping) and "licence" in front.entries
    for item in items if not has_licence else ():
        if "imported" in item.tags:
            message = Phrase("imported text needs `licence:` in the front matter of this file")
            document.notes.add("FM013", item.line, 1, message)


def _facts(notes: Notes, *, kind: str, front: Front | None) -> Facts:
    return Facts(
        path=notes.path,
        kind=kind,
        id=front.id if front and front.id else None,
        problems=tuple(sorted(set(notes.problems))),
        definitions=tuple(notes.definitions),
        references=tuple(notes.references),
    )
