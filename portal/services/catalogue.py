"""What is published, as one value: tracks, modules, lessons, skill checks and registers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from curriculum.json_values import registers_from_json
from curriculum.model import Blueprint, Item, Lesson, Objective, Registers
from curriculum.parse import (
    blueprint_from_json,
    item_from_json,
    lesson_from_json,
    module_from_json,
    track_from_json,
)
from db import Connection
from db.queries.content import (
    RevisionRow,
    find_content_version,
    select_graded_items,
    select_heads,
    select_revisions,
)
from db.store import Store

REGISTERS = "registers"


@dataclass(frozen=True, slots=True)
class LessonEntry:
    """A published lesson: its place and size, without its text."""

    id: str
    revision_id: int
    module_id: str
    title: str
    minutes: int
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModuleEntry:
    """A published module with its lessons in order."""

    id: str
    revision_id: int
    title: str
    summary: str
    skills: tuple[str, ...]
    prerequisites: tuple[str, ...]
    objectives: tuple[Objective, ...]
    lessons: tuple[LessonEntry, ...]

    @property
    def minutes(self) -> int:
        """How long the lessons take together."""
        return sum(lesson.minutes for lesson in self.lessons)


@dataclass(frozen=True, slots=True)
class TrackEntry:
    """A published track with its modules in order, and the skill its check measures."""

    id: str
    revision_id: int
    title: str
    summary: str
    audience: tuple[str, ...]
    modules: tuple[ModuleEntry, ...]
    skill: str | None


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """A published skill check: its blueprint and the revisions of the items it may use."""

    id: str
    revision_id: int
    skill: str
    blueprint: Blueprint
    item_revisions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """Published graded work: its blueprint and the revisions of the tasks it may give."""

    id: str
    revision_id: int
    skill: str
    blueprint: Blueprint
    item_revisions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything published, by id; `version` changes whenever any of it does.

    `works` are the blueprints whose items people grade, `checks` all others.
    """

    version: int
    registers: Registers
    tracks: Mapping[str, TrackEntry]
    modules: Mapping[str, ModuleEntry]
    lessons: Mapping[str, LessonEntry]
    checks: Mapping[str, CheckEntry]
    item_revisions: Mapping[str, int]
    works: Mapping[str, WorkEntry] = field(default_factory=dict)

    def works_of(self, skill: str | None) -> tuple[WorkEntry, ...]:
        """Return the graded work of a skill, by its title."""
        found = [work for work in self.works.values() if work.skill == skill]
        return tuple(sorted(found, key=lambda work: (work.blueprint.front.title, work.id)))

    def check_of(self, skill: str | None) -> CheckEntry | None:
        """Return the skill check of a skill, or None when there is none yet."""
        return next((check for check in self.checks.values() if check.skill == skill), None)

    def track_of(self, module_id: str) -> TrackEntry | None:
        """Return the first track that holds a module, or None."""
        return next(
            (
                track
                for track in self.tracks.values()
                if any(module.id == module_id for module in track.modules)
            ),
            None,
        )


def find_lesson_id(catalogue: Catalogue, *, module_id: str, lesson_id: str) -> str:
    """Return the lesson an address names; a module alone means its first lesson."""
    if lesson_id or module_id not in catalogue.modules:
        return lesson_id
    lessons = catalogue.modules[module_id].lessons
    return lessons[0].id if lessons else ""


def content_version(store: Store) -> int:
    """Return a number that grows with every publication; cheap to ask."""
    return store.read(find_content_version)


def read_catalogue(store: Store) -> Catalogue:
    """Read everything published; what is not is left out of the lists that name it."""
    version, heads, items, graded = store.read(_select)
    by_kind: dict[str, list[RevisionRow]] = {}
    for head in heads:
        by_kind.setdefault(head.kind, []).append(head)
    checks = _checks(by_kind.get("blueprint", []), by_kind.get("bank", []), items)
    lessons = _lessons(by_kind.get("lesson", []), by_kind.get("module", []))
    modules = _modules(by_kind.get("module", []), lessons)
    return Catalogue(
        version=version,
        registers=_registers(by_kind.get(REGISTERS, [])),
        tracks=_tracks(by_kind.get("track", []), modules),
        modules=modules,
        lessons=lessons,
        checks={
            id_: replace(one, item_revisions=_without(one.item_revisions, graded))
            for id_, one in checks.items()
            if not _is_graded(one, graded)
        },
        item_revisions=items,
        works={
            id_: WorkEntry(one.id, one.revision_id, one.skill, one.blueprint, one.item_revisions)
            for id_, one in checks.items()
            if _is_graded(one, graded)
        },
    )


def read_item(store: Store, revision_id: int) -> Item:
    """Return an item in one of its revisions."""
    return item_from_json(_body(store, revision_id))


def read_lesson(store: Store, revision_id: int) -> Lesson:
    """Return a lesson in one of its revisions."""
    return lesson_from_json(_body(store, revision_id))


def _body(store: Store, revision_id: int) -> Mapping[str, Any]:
    found = store.read(lambda connection: select_revisions(connection, [revision_id]))
    return found[revision_id].body


def _select(
    connection: Connection,
) -> tuple[int, tuple[RevisionRow, ...], dict[str, int], frozenset[str]]:
    heads, items = select_heads(connection)
    return find_content_version(connection), heads, items, select_graded_items(connection)


def _is_graded(check: CheckEntry, graded: frozenset[str]) -> bool:
    """Say whether people grade every item that a blueprint may pick."""
    return bool(check.item_revisions) and set(check.item_revisions) <= graded


def _without(items: Mapping[str, int], graded: frozenset[str]) -> Mapping[str, int]:
    """Return the items that a key can score; a check never waits for a marker."""
    return {id_: revision for id_, revision in items.items() if id_ not in graded}


def _registers(heads: list[RevisionRow]) -> Registers:
    if not heads:
        return Registers({}, {}, {}, {}, {}, {}, {})
    return registers_from_json(heads[0].body)


def _lessons(heads: list[RevisionRow], modules: list[RevisionRow]) -> dict[str, LessonEntry]:
    module_of = {lesson: row.content_id for row in modules for lesson in row.body["lessons"]}
    entries = {}
    for head in heads:
        if head.content_id not in module_of:
            continue
        lesson = lesson_from_json(head.body)
        entries[head.content_id] = LessonEntry(
            id=head.content_id,
            revision_id=head.id,
            module_id=module_of[head.content_id],
            title=lesson.front.title,
            minutes=lesson.minutes,
            item_ids=tuple(item.id for item in lesson.items),
        )
    return entries


def _modules(
    heads: list[RevisionRow], lessons: Mapping[str, LessonEntry]
) -> dict[str, ModuleEntry]:
    entries = {}
    for head in heads:
        module = module_from_json(head.body)
        entries[head.content_id] = ModuleEntry(
            id=head.content_id,
            revision_id=head.id,
            title=module.front.title,
            summary=module.front.summary,
            skills=module.skills,
            prerequisites=module.prerequisites,
            objectives=module.objectives,
            lessons=tuple(lessons[id_] for id_ in module.lessons if id_ in lessons),
        )
    return entries


def _tracks(heads: list[RevisionRow], modules: Mapping[str, ModuleEntry]) -> dict[str, TrackEntry]:
    entries = {}
    for head in heads:
        track = track_from_json(head.body)
        known = tuple(modules[id_] for id_ in track.modules if id_ in modules)
        skills = [skill for module in known for skill in module.skills]
        entries[head.content_id] = TrackEntry(
            id=head.content_id,
            revision_id=head.id,
            title=track.front.title,
            summary=track.front.summary,
            audience=track.front.audience,
            modules=known,
            skill=skills[0] if skills else None,
        )
    return entries


def _checks(
    heads: list[RevisionRow], banks: list[RevisionRow], items: Mapping[str, int]
) -> dict[str, CheckEntry]:
    held = {row.content_id: row.body["items"] for row in banks}
    entries = {}
    for head in heads:
        blueprint = blueprint_from_json(head.body)
        names = [name for pick in blueprint.picks for name in pick.banks]
        ids = dict.fromkeys(id_ for name in names for id_ in held.get(name, []))
        entries[head.content_id] = CheckEntry(
            id=head.content_id,
            revision_id=head.id,
            skill=blueprint.picks[0].skill,
            blueprint=blueprint,
            item_revisions={id_: items[id_] for id_ in ids if id_ in items},
        )
    return entries
