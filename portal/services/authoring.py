"""The curriculum on disk beside what is published: faults, differences, and what to publish."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from curriculum.check import blocking_problems
from curriculum.model import Curriculum, Item, Lesson, Problem
from db import Connection
from db.queries.content import RevisionRow, select_heads
from db.store import Store
from portal import access
from portal.access import Refused, Viewer

Standing = Literal["published", "changed", "new", "draft", "blocked"]


@dataclass(frozen=True, slots=True)
class ModuleOverview:
    """A module on disk: how it stands to what is published, and every fault in or behind it."""

    id: str
    title: str
    path: str
    standing: Standing
    lessons: tuple[str, ...]
    problems: tuple[Problem, ...]
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrackOverview:
    """A track on disk with its modules in order."""

    id: str
    title: str
    modules: tuple[ModuleOverview, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on disk. `other_problems` stand in files that belong to no module of a track."""

    tracks: tuple[TrackOverview, ...]
    loose: tuple[ModuleOverview, ...]
    other_problems: tuple[Problem, ...]


def read_overview(store: Store, *, viewer: Viewer, curriculum: Curriculum) -> Overview:
    """Return tracks and modules on disk with their faults and their standing."""
    access.require(viewer, "read drafts")

    def read(connection: Connection) -> dict[str, RevisionRow]:
        heads, _items = select_heads(connection)
        return {head.content_id: head for head in heads}

    live = store.read(read)
    modules = {id_: _module_overview(curriculum, id_, live) for id_ in curriculum.modules}
    tracks = tuple(
        TrackOverview(
            track.front.id,
            track.front.title,
            tuple(modules[id_] for id_ in track.modules if id_ in modules),
        )
        for track in curriculum.tracks.values()
    )
    placed = {module.id for track in tracks for module in track.modules}
    told = {problem for module in modules.values() for problem in module.problems}
    return Overview(
        tracks=tracks,
        loose=tuple(module for id_, module in modules.items() if id_ not in placed),
        other_problems=tuple(one for one in curriculum.problems if one not in told),
    )


def read_draft_lesson(
    *, viewer: Viewer, curriculum: Curriculum, module_id: str, lesson_id: str
) -> tuple[Lesson, Mapping[str, Item]]:
    """Return a lesson as it stands on disk, with its items by id.

    Raises
    ------
    Refused
        When there is no such lesson that can be read; its faults say why.
    """
    access.require(viewer, "read drafts")
    module = curriculum.modules.get(module_id)
    wanted = lesson_id or (module.lessons[0] if module and module.lessons else "")
    lesson = curriculum.lessons.get(wanted)
    if lesson is None:
        raise Refused(
            "This lesson cannot be previewed: it is missing or has errors. Lessons lists them."
        )
    return lesson, {item.id: item for item in lesson.items}


def _module_overview(
    curriculum: Curriculum, module_id: str, live: Mapping[str, RevisionRow]
) -> ModuleOverview:
    module = curriculum.modules[module_id]
    folder = module.front.path.rpartition("/")[0] + "/"
    blocking = blocking_problems(curriculum, module_id)
    own = [one for one in curriculum.problems if one.path.startswith(folder)]
    problems = tuple(dict.fromkeys([*blocking, *own]))
    head = live.get(module_id)
    return ModuleOverview(
        id=module_id,
        title=module.front.title,
        path=module.front.path,
        standing=_standing(curriculum, module_id, live, blocked=bool(blocking)),
        lessons=module.lessons,
        problems=problems,
        published_at=head.published_at if head else None,
    )


def _standing(
    curriculum: Curriculum, module_id: str, live: Mapping[str, RevisionRow], *, blocked: bool
) -> Standing:
    module = curriculum.modules[module_id]
    if blocked:
        return "blocked"
    if module.front.status != "published":
        return "draft"
    if module_id not in live:
        return "new"
    hashes = {module_id: module.front.content_hash} | {
        id_: curriculum.lessons[id_].front.content_hash
        for id_ in module.lessons
        if id_ in curriculum.lessons
    }
    same = all(id_ in live and live[id_].content_hash == hash_ for id_, hash_ in hashes.items())
    return "published" if same else "changed"
