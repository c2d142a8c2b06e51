"""The curriculum on disk beside what is published: faults, differences, and what to publish."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from curriculum.check import blocking_problems
from curriculum.model import Curriculum, Item, Lesson, Problem
from db import Connection
from db.queries.content import RevisionRow, select_hashes, select_heads
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.inserting import is_changed
from portal.services.pictures import ReadImage
from portal.services.reconciling import Plan, reconcile
from portal.services.units import Unit, units_of

Standing = Literal["published", "changed", "new", "draft", "blocked", "conflict", "retired"]
Reread = Callable[[Mapping[str, str]], Curriculum]


@dataclass(frozen=True, slots=True)
class ModuleOverview:
    """A module: how disk stands to what is published, and every fault in or behind it.

    `newer_in_browser` says that disk holds an older text of a part of it; that is no fault.
    """

    id: str
    title: str
    path: str
    standing: Standing
    lessons: tuple[str, ...]
    problems: tuple[Problem, ...]
    published_at: datetime | None
    newer_in_browser: bool


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


@dataclass(frozen=True, slots=True)
class _Live:
    """What people see, beside what a publication from disk would make of it."""

    heads: Mapping[str, RevisionRow]
    items: Mapping[str, int]
    hashes: Mapping[str, tuple[str, ...]]
    plan: Plan


def read_overview(
    store: Store,
    *,
    viewer: Viewer,
    curriculum: Curriculum,
    reread: Reread,
    read_image: ReadImage,
) -> Overview:
    """Return tracks and modules with their faults and their standing.

    `curriculum` is what is on disk; `reread` reads it with newer texts of the browser in place, as
    a publication would, so that a module is called changed only where publishing would do
    something.
    """
    access.require(viewer, "read drafts")

    def read(connection: Connection) -> _Live:
        heads, items = select_heads(connection)
        return _Live(
            {head.content_id: head for head in heads},
            items,
            select_hashes(connection),
            reconcile(connection, curriculum),
        )

    live = store.read(read)
    if live.plan.texts:
        curriculum = reread(live.plan.texts)
    units = {unit.id: unit for unit in units_of(curriculum, read_image=read_image)}
    modules = {
        id_: _module_overview(curriculum, id_, unit=units[id_], live=live)
        for id_ in curriculum.modules
    }
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
    curriculum: Curriculum, module_id: str, *, unit: Unit, live: _Live
) -> ModuleOverview:
    module = curriculum.modules[module_id]
    folder = module.front.path.rpartition("/")[0] + "/"
    blocking = blocking_problems(curriculum, module_id)
    own = [one for one in curriculum.problems if one.path.startswith(folder)]
    problems = tuple(dict.fromkeys([*blocking, *own]))
    head = live.heads.get(module_id)
    held = {module_id, *module.lessons}
    return ModuleOverview(
        id=module_id,
        title=module.front.title,
        path=module.front.path,
        standing=_standing(unit, held=held, live=live),
        lessons=module.lessons,
        problems=problems,
        published_at=head.published_at if head else None,
        newer_in_browser=bool(held & live.plan.stale),
    )


def _standing(unit: Unit, *, held: set[str], live: _Live) -> Standing:
    if unit.problems:
        return "blocked"
    if unit.status == "retired":
        return "retired"
    if unit.status != "published":
        return "draft"
    if unit.id not in live.heads:
        return "new"
    shown = {*live.heads, *live.items}
    if any(is_changed(one, live.hashes) or one.content_id not in shown for one in unit.revisions):
        return "changed"
    return "conflict" if held & set(live.plan.conflicts) else "published"
