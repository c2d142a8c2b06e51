"""How far a learner is: home, the tracks, the modules, and choosing a track."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from db import Connection
from db.commands.learning import (
    insert_assignment,
    save_start_choice,
)
from db.queries.learning import (
    ProgressRow,
    find_start_choice,
    select_assignments,
    select_checks,
    select_progress,
)
from db.queries.people import select_people
from db.queries.programs import WindowRow, select_windows
from db.queries.tested_out import TestedOutRow, select_tested_out
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue, LessonEntry, ModuleEntry, TrackEntry
from portal.services.evidence import record_deed
from portal.services.standing import join_standing_cohort
from portal.services.testing_out import check_out_of

State = Literal["done", "tested out", "in progress", "not started", "locked"]
# A module in one of these is no longer to be taken.
BEHIND: frozenset[State] = frozenset({"done", "tested out"})


@dataclass(frozen=True, slots=True)
class ModuleCard:
    """A module as one learner meets it. `locked_by` names what must be done before.

    `done_at` is also the moment of testing out; `test_out` is the skill of the check that does.
    """

    module: ModuleEntry
    state: State
    lessons_done: int
    next_lesson: LessonEntry | None
    done_at: datetime | None
    locked_by: tuple[str, ...]
    test_out: str | None = None


@dataclass(frozen=True, slots=True)
class TrackCard:
    """A track as one learner meets it. `assigned_by` is empty when it was the learner's choice.

    `modules_done` counts those tested out too, `tested_out` these alone.
    """

    track: TrackEntry
    state: State
    modules_done: int
    tested_out: int
    modules: tuple[ModuleCard, ...]
    assigned: bool
    assigned_by: str
    due_on: date | None
    start: str | None


@dataclass(frozen=True, slots=True)
class Continue:
    """Where the learner stopped: the lesson, its module and track, and how much is left."""

    lesson: LessonEntry
    module: ModuleEntry
    track: TrackEntry
    number: int
    minutes_left: int


@dataclass(frozen=True, slots=True)
class DueCheck:
    """A skill check that a program asks for: open now, or ahead.

    `skill` is None where there is no check yet. `starts` says that it also answers where the
    learner starts in the track.
    """

    program: str
    kind: str
    track_id: str
    skill: str | None
    opens_on: date
    closes_on: date
    open: bool
    starts: bool


@dataclass(frozen=True, slots=True)
class Home:
    """The first page: where to continue, the tracks, the checks that are open or ahead."""

    go_on: Continue | None
    tracks: tuple[TrackCard, ...]
    windows: tuple[DueCheck, ...]
    open_check: int | None


def read_home(store: Store, *, viewer: Viewer, catalogue: Catalogue, now: datetime) -> Home:
    """Return what the learner's first page shows; a check whose time is over is not due."""
    access.require(viewer, "learn")
    progress = store.read(lambda connection: select_progress(connection, viewer.person_id))
    windows, checks = store.read(
        lambda connection: (
            select_windows(connection, viewer.person_id),
            select_checks(connection, viewer.person_id),
        )
    )
    taken = {(one.occasion_id, one.skill) for one in checks if one.submitted_at is not None}
    cards = read_tracks(store, viewer=viewer, catalogue=catalogue)
    asked = {card.track.id for card in cards if card.start is None}
    return Home(
        go_on=_continue(cards, progress),
        tracks=tuple(card for card in cards if card.assigned),
        windows=tuple(
            _due_check(one, catalogue=catalogue, asked=asked, today=now.date())
            for one in windows
            if (one.occasion_id, _skill_of(one, catalogue)) not in taken
            and one.closes_on >= now.date()
        ),
        open_check=next((check.id for check in checks if check.submitted_at is None), None),
    )


def read_tracks(store: Store, *, viewer: Viewer, catalogue: Catalogue) -> tuple[TrackCard, ...]:
    """Return every published track as the learner meets it: own ones first, nearest due first."""
    access.require(viewer, "learn")

    def read(connection: Connection) -> tuple[TrackCard, ...]:
        progress = select_progress(connection, viewer.person_id)
        behind = _Behind(progress, select_tested_out(connection, viewer.person_id))
        assignments = {
            row.track_id: row for row in select_assignments(connection, viewer.person_id)
        }
        givers = [row.assigned_by for row in assignments.values() if row.assigned_by]
        names = {person.id: person.name for person in select_people(connection, givers)}
        order = [*assignments, *(id_ for id_ in catalogue.tracks if id_ not in assignments)]
        cards = []
        for track_id in order:
            if track_id not in catalogue.tracks:
                continue
            track, given = catalogue.tracks[track_id], assignments.get(track_id)
            modules = tuple(
                _module_card(module, behind=behind, catalogue=catalogue) for module in track.modules
            )
            done = sum(card.state in BEHIND for card in modules)
            cards.append(
                TrackCard(
                    track=track,
                    state=_track_state(modules),
                    modules_done=done,
                    tested_out=sum(card.state == "tested out" for card in modules),
                    modules=modules,
                    assigned=given is not None,
                    assigned_by=names.get(given.assigned_by or 0, "") if given else "",
                    due_on=given.due_on if given else None,
                    start=find_start_choice(
                        connection, learner_id=viewer.person_id, track_id=track_id
                    ),
                )
            )
        return tuple(cards)

    return store.read(read)


def take_track(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, track_id: str, now: datetime
) -> None:
    """Put a track on the learner's own list."""
    access.require(viewer, "learn")
    _require_track(catalogue, track_id)

    def take(connection: Connection) -> None:
        _assign(connection, viewer, catalogue, track_id, deed="chose a track", now=now)

    store.write(take)


def choose_start(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    track_id: str,
    choice: Literal["taken", "skipped"],
    now: datetime,
) -> None:
    """Record whether the learner takes or skips the check offered before a track."""
    access.require(viewer, "learn")
    _require_track(catalogue, track_id)

    def choose(connection: Connection) -> None:
        deed = f"{choice} the starting check"
        _assign(connection, viewer, catalogue, track_id, deed=deed, now=now)
        save_start_choice(
            connection, learner_id=viewer.person_id, track_id=track_id, choice=choice, now=now
        )

    store.write(choose)


def find_track_card(
    cards: tuple[TrackCard, ...], *, track_id: str, module_id: str
) -> TrackCard | None:
    """Return the track an address names, by its own id or by one of its modules."""
    holding = (
        card
        for card in cards
        if module_id and any(module.module.id == module_id for module in card.modules)
    )
    named = (card for card in cards if card.track.id == track_id)
    return next(named, None) or next(holding, None)


# --- how far a learner is -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Behind:
    """What a learner has behind them: lessons as far as they are, and modules tested out."""

    progress: Mapping[str, ProgressRow]
    tested_out: Mapping[str, TestedOutRow]

    def holds(self, module: ModuleEntry) -> bool:
        """Say whether a module is done or tested out."""
        return module.id in self.tested_out or _is_done(module, self.progress)


def _module_card(module: ModuleEntry, *, behind: _Behind, catalogue: Catalogue) -> ModuleCard:
    progress, tested_out = behind.progress, behind.tested_out.get(module.id)
    done = [row for row in _done(module, progress) if row is not None]
    finished = len(done) == len(module.lessons) > 0
    opened = any(lesson.id in progress for lesson in module.lessons)
    locked = tuple(
        catalogue.modules[id_].title
        for id_ in module.prerequisites
        if id_ in catalogue.modules and not behind.holds(catalogue.modules[id_])
    )
    state: State = "not started"
    check = check_out_of(catalogue, module.id)
    if finished:
        state = "done"
    elif tested_out is not None:
        state = "tested out"
    elif opened:
        state = "in progress"
    elif locked:
        state = "locked"
    return ModuleCard(
        module=module,
        state=state,
        lessons_done=len(done),
        next_lesson=next(
            (
                lesson
                for lesson in module.lessons
                if lesson.id not in progress or progress[lesson.id].done_at is None
            ),
            None,
        ),
        done_at=max(done) if finished else tested_out.given_at if tested_out else None,
        locked_by=locked if state == "locked" else (),
        test_out=check.skill if check and state in {"locked", "not started"} else None,
    )


def _done(module: ModuleEntry, progress: Mapping[str, ProgressRow]) -> list[datetime | None]:
    return [
        progress[lesson.id].done_at if lesson.id in progress else None for lesson in module.lessons
    ]


def _is_done(module: ModuleEntry, progress: Mapping[str, ProgressRow]) -> bool:
    return bool(module.lessons) and None not in _done(module, progress)


def _track_state(modules: tuple[ModuleCard, ...]) -> State:
    if modules and all(card.state in BEHIND for card in modules):
        return "tested out" if all(card.state == "tested out" for card in modules) else "done"
    begun = any(card.state in BEHIND or card.state == "in progress" for card in modules)
    return "in progress" if begun else "not started"


def _continue(cards: tuple[TrackCard, ...], progress: Mapping[str, ProgressRow]) -> Continue | None:
    """Choose the lesson seen last that is not done, else the first one of the nearest track."""
    seen = sorted(
        (row for row in progress.values() if row.done_at is None),
        key=lambda row: row.seen_at,
        reverse=True,
    )
    wanted = [row.lesson_id for row in seen]
    for lesson_id in wanted:
        for card in cards:
            for module in card.modules:
                held = any(lesson.id == lesson_id for lesson in module.module.lessons)
                if held and module.state != "tested out":
                    return _continue_at(card.track, module.module, lesson_id, progress)
    for card in (card for card in cards if card.assigned):
        for module in card.modules:
            wanted_on = module.state not in {"locked", "tested out"}
            if module.next_lesson is not None and wanted_on:
                return _continue_at(card.track, module.module, module.next_lesson.id, progress)
    return None


def _continue_at(
    track: TrackEntry,
    module: ModuleEntry,
    lesson_id: str,
    progress: Mapping[str, ProgressRow],
) -> Continue:
    number = next(n for n, one in enumerate(module.lessons, 1) if one.id == lesson_id)
    left = [
        lesson.minutes
        for lesson in module.lessons
        if lesson.id not in progress or progress[lesson.id].done_at is None
    ]
    return Continue(module.lessons[number - 1], module, track, number, sum(left))


def _require_track(catalogue: Catalogue, track_id: str) -> None:
    if track_id not in catalogue.tracks:
        raise Refused("This track is not published. Choose one from My tracks.")


def _due_check(
    window: WindowRow, *, catalogue: Catalogue, asked: Set[str], today: date
) -> DueCheck:
    skill = _skill_of(window, catalogue)
    return DueCheck(
        program=window.program,
        kind=window.kind,
        track_id=window.track_id,
        skill=skill if catalogue.check_of(skill) is not None else None,
        opens_on=window.opens_on,
        closes_on=window.closes_on,
        open=window.opens_on <= today,
        starts=window.kind == "baseline" and window.track_id in asked,
    )


def _skill_of(window: WindowRow, catalogue: Catalogue) -> str | None:
    track = catalogue.tracks.get(window.track_id)
    return None if track is None else track.skill


def _assign(
    connection: Connection,
    viewer: Viewer,
    catalogue: Catalogue,
    track_id: str,
    *,
    deed: str,
    now: datetime,
) -> None:
    """Put the track on the viewer's own list, unless it stands there, and record the deed.

    Who was given the track by nobody learns it on the self-directed route.
    """
    if track_id not in {row.track_id for row in select_assignments(connection, viewer.person_id)}:
        join_standing_cohort(
            connection,
            viewer=viewer,
            track=catalogue.tracks[track_id],
            tracks=catalogue.tracks,
            now=now,
        )
    insert_assignment(
        connection,
        learner_id=viewer.person_id,
        track_id=track_id,
        assigned_by=None,
        due_on=None,
        now=now,
    )
    record_deed(connection, viewer=viewer, deed=deed, object_=f"track:{track_id}", now=now)
