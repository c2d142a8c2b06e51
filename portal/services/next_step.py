"""The one thing to do next for a skill: a check that waits, a lesson on a weak topic, a track."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from db import Connection
from db.queries.learning import (
    AttemptRow,
    ProgressRow,
    ResultRow,
    select_checks,
    select_progress,
    select_results,
    select_seen_items,
)
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue, LessonEntry
from portal.services.checks import FORGET_AFTER, has_form_left
from portal.services.learning import ReadItem
from portal.services.own_work import WorkCard, read_works
from portal.services.skills import read_skills
from portal.services.tracks import BEHIND, DueCheck, TrackCard, read_home, read_tracks

Kind = Literal["open check", "due check", "work", "check", "lesson", "read again", "track"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where to go: a kind, and the keys of the address it needs.

    `cell` is the topic that a lesson is offered for, `program` whose check is due, `work` what is
    graded for the highest level.
    """

    kind: Kind
    skill: str
    track_id: str = ""
    attempt_id: int | None = None
    lesson: LessonEntry | None = None
    cell: str | None = None
    program: str = ""
    starts: bool = False
    work: WorkCard | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What of the viewer's record a next step depends on."""

    skill: str
    checks: tuple[AttemptRow, ...]
    latest: ResultRow | None
    progress: Mapping[str, ProgressRow]
    cards: tuple[TrackCard, ...]
    due: tuple[DueCheck, ...]
    works: tuple[WorkCard, ...]
    seen: frozenset[str]


def find_next_step(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    skill: str,
    read_item: ReadItem,
    now: datetime,
) -> NextStep | None:
    """Return the one thing to do next for a skill; None when nothing teaches or checks it.

    A check that is open or due comes first, then graded work where only that is missing for the
    highest level; then, of who was measured, a lesson on the weakest topic that has one left, any
    lesson left, and a new check once the pause is over.
    """
    access.require(viewer, "learn")
    home = read_home(store, viewer=viewer, catalogue=catalogue, now=now)
    cards = read_tracks(store, viewer=viewer, catalogue=catalogue)
    works = _works_wanted(store, viewer=viewer, catalogue=catalogue, skill=skill, now=now)

    def read(connection: Connection) -> _Known:
        checks = select_checks(connection, viewer.person_id)
        results = select_results(connection, viewer.person_id)
        return _Known(
            skill=skill,
            checks=tuple(row for row in checks if row.skill == skill),
            latest=next((row for row in reversed(results) if row.skill == skill), None),
            progress=select_progress(connection, viewer.person_id),
            cards=cards,
            due=tuple(one for one in home.windows if one.open and one.skill == skill),
            works=works,
            seen=select_seen_items(
                connection, learner_id=viewer.person_id, since=now - FORGET_AFTER
            ),
        )

    known = store.read(read)
    steps = _steps(known, catalogue=catalogue, read_item=read_item, now=now)
    return next(steps, None)


def lessons_on(
    catalogue: Catalogue, *, skill: str, read_item: ReadItem
) -> Mapping[str, tuple[LessonEntry, ...]]:
    """Return the published lessons that ask about each topic of a skill, in their order."""
    found: dict[str, list[LessonEntry]] = {}
    for module in catalogue.modules.values():
        if skill not in module.skills:
            continue
        for lesson in module.lessons:
            revisions = (catalogue.item_revisions.get(id_) for id_ in lesson.item_ids)
            items = [read_item(revision) for revision in revisions if revision is not None]
            for cell in dict.fromkeys(item.cell for item in items if item.skill == skill):
                if cell is not None:
                    found.setdefault(cell, []).append(lesson)
    return {cell: tuple(lessons) for cell, lessons in found.items()}


def _steps(
    known: _Known, *, catalogue: Catalogue, read_item: ReadItem, now: datetime
) -> Iterator[NextStep]:
    """Yield what there is to do, the most urgent first."""
    waiting = [row.id for row in known.checks if row.submitted_at is None]
    if waiting:
        yield NextStep("open check", known.skill, attempt_id=waiting[0])
    for one in known.due:
        yield NextStep(
            "due check",
            known.skill,
            track_id=one.track_id,
            program=one.program,
            starts=one.starts,
        )
    for work in known.works:
        yield NextStep("work", known.skill, work=work)
    track = next((c.track.id for c in known.cards if c.track.skill == known.skill), "")
    check = NextStep("check", known.skill, track_id=track)
    may_check = bool(track) and _is_open(known, catalogue=catalogue, read_item=read_item, now=now)
    if known.latest is None and may_check:
        yield check
    weak = list(_weak_lessons(known, catalogue=catalogue, read_item=read_item))
    yield from (one for one in weak if not _is_done(known, one))
    yield from _lessons_left(known)
    if may_check:
        yield check
    if weak:
        first = weak[0]
        yield NextStep("read again", known.skill, lesson=first.lesson, cell=first.cell)
    if track:
        yield NextStep("track", known.skill, track_id=track)


def _works_wanted(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, skill: str, now: datetime
) -> tuple[WorkCard, ...]:
    """Return the work to hand in where the check reaches the highest level, unless some waits."""
    skills = read_skills(store, viewer=viewer, catalogue=catalogue)
    band = next((own.band for own in skills if own.skill.id == skill), None)
    if band is None or not band.needs_graded_work:
        return ()
    works = read_works(store, viewer=viewer, catalogue=catalogue, skill=skill, now=now)
    if any(work.stand == "waiting" for work in works):
        return ()
    return tuple(work for work in works if work.stand in {"open", "not yet"})


def _is_open(known: _Known, *, catalogue: Catalogue, read_item: ReadItem, now: datetime) -> bool:
    """Say whether the check may be started: the pause is over, and a form is left."""
    check = catalogue.check_of(known.skill)
    if check is None:
        return False
    plan = check.blueprint
    counted = known.checks[-plan.attempts :]
    if len(counted) == plan.attempts and (
        counted[0].started_at + timedelta(days=plan.cooldown_days) > now
    ):
        return False
    items = [read_item(revision) for revision in check.item_revisions.values()]
    return has_form_left(check, items, seen=known.seen)


def _weak_lessons(
    known: _Known, *, catalogue: Catalogue, read_item: ReadItem
) -> Iterator[NextStep]:
    """Yield the lessons one may open on topics that were not all right, the weakest first."""
    if known.latest is None:
        return
    shares = {cell: right / asked for cell, (right, asked) in known.latest.cells.items()}
    lessons = lessons_on(catalogue, skill=known.skill, read_item=read_item)
    open_ = _open_modules(known)
    for cell in sorted(shares, key=shares.__getitem__):
        for lesson in lessons.get(cell, ()):
            if shares[cell] < 1 and lesson.module_id in open_:
                yield NextStep("lesson", known.skill, lesson=lesson, cell=cell)


def _lessons_left(known: _Known) -> Iterator[NextStep]:
    for card in known.cards:
        for module in card.modules:
            if module.state in {"locked", *BEHIND} or known.skill not in module.module.skills:
                continue
            if module.next_lesson is not None:
                yield NextStep("lesson", known.skill, lesson=module.next_lesson)


def _open_modules(known: _Known) -> set[str]:
    return {
        module.module.id
        for card in known.cards
        for module in card.modules
        if module.state != "locked"
    }


def _is_done(known: _Known, step: NextStep) -> bool:
    row = known.progress.get(step.lesson.id) if step.lesson else None
    return row is not None and row.done_at is not None
