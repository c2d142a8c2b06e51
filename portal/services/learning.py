"""The learner's way through tracks, modules and lessons."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assessments.scoring import Feedback, check_response, feedback
from curriculum.model import Item
from db import Connection
from db.commands.answers import SavedAnswer, save_answer
from db.commands.audit import append_audit
from db.commands.learning import (
    NewAttempt,
    add_items,
    finish_lesson,
    insert_assignment,
    insert_attempt,
    save_progress,
    save_start_choice,
)
from db.commands.results import close_attempt
from db.queries.learning import (
    AttemptItemRow,
    ProgressRow,
    find_attempt,
    find_open_attempt,
    find_start_choice,
    select_assignments,
    select_attempt_items,
    select_checks,
    select_progress,
)
from db.queries.people import select_people
from db.queries.programs import WindowRow, select_windows
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue, LessonEntry, ModuleEntry, TrackEntry
from portal.services.evidence import ORGANISATION, actor

State = Literal["done", "in progress", "not started", "locked"]
ReadItem = Callable[[int], Item]

# A seed is drawn into 31 bits: it must fit every database's integer.
SEED_RANGE = 2**31


@dataclass(frozen=True, slots=True)
class ModuleCard:
    """A module as one learner meets it. `locked_by` names what must be done before."""

    module: ModuleEntry
    state: State
    lessons_done: int
    next_lesson: LessonEntry | None
    done_at: datetime | None
    locked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrackCard:
    """A track as one learner meets it. `assigned_by` is empty when it was the learner's choice."""

    track: TrackEntry
    state: State
    modules_done: int
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
class Home:
    """The first page: where to continue, the tracks, the checks that are open or ahead."""

    go_on: Continue | None
    tracks: tuple[TrackCard, ...]
    windows: tuple[WindowRow, ...]
    open_check: int | None


@dataclass(frozen=True, slots=True)
class OpenLesson:
    """A lesson that is open, with the answers given to its checks so far."""

    lesson: LessonEntry
    module: ModuleEntry
    track: TrackEntry | None
    attempt_id: int
    seed: int
    answers: Mapping[str, AttemptItemRow]
    done_at: datetime | None
    previous: LessonEntry | None
    following: LessonEntry | None


@dataclass(frozen=True, slots=True)
class Explained:
    """What may be shown of a check after the learner answered; empty before."""

    lines: tuple[Feedback, ...]
    response: Mapping[str, object]
    explanation: str
    answered_at: datetime | None


def read_home(store: Store, *, viewer: Viewer, catalogue: Catalogue) -> Home:
    """Return what the learner's first page shows."""
    access.require(viewer, "learn")
    progress = store.read(lambda connection: select_progress(connection, viewer.person_id))
    windows, checks = store.read(
        lambda connection: (
            select_windows(connection, viewer.person_id),
            select_checks(connection, viewer.person_id),
        )
    )
    taken = {check.occasion_id for check in checks if check.submitted_at is not None}
    cards = read_tracks(store, viewer=viewer, catalogue=catalogue)
    return Home(
        go_on=_continue(cards, progress),
        tracks=tuple(card for card in cards if card.assigned),
        windows=tuple(window for window in windows if window.occasion_id not in taken),
        open_check=next((check.id for check in checks if check.submitted_at is None), None),
    )


def read_tracks(store: Store, *, viewer: Viewer, catalogue: Catalogue) -> tuple[TrackCard, ...]:
    """Return every published track as the learner meets it: own ones first, nearest due first."""
    access.require(viewer, "learn")

    def read(connection: Connection) -> tuple[TrackCard, ...]:
        progress = select_progress(connection, viewer.person_id)
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
                _module_card(module, progress=progress, catalogue=catalogue)
                for module in track.modules
            )
            done = sum(card.state == "done" for card in modules)
            cards.append(
                TrackCard(
                    track=track,
                    state=_track_state(modules),
                    modules_done=done,
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
        insert_assignment(
            connection,
            learner_id=viewer.person_id,
            track_id=track_id,
            assigned_by=None,
            due_on=None,
            now=now,
        )
        _audit(connection, viewer, deed="chose a track", object_=f"track:{track_id}", now=now)

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
        insert_assignment(
            connection,
            learner_id=viewer.person_id,
            track_id=track_id,
            assigned_by=None,
            due_on=None,
            now=now,
        )
        save_start_choice(
            connection, learner_id=viewer.person_id, track_id=track_id, choice=choice, now=now
        )
        _audit(
            connection,
            viewer,
            deed=f"{choice} the starting check",
            object_=f"track:{track_id}",
            now=now,
        )

    store.write(choose)


def open_lesson(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    lesson_id: str,
    seed: int,
    now: datetime,
) -> OpenLesson:
    """Open a lesson: note the place and start, or go on with, the practice on its checks.

    Raises
    ------
    Refused
        When there is no such published lesson.
    """
    access.require(viewer, "learn")
    entry = catalogue.lessons.get(lesson_id)
    if entry is None:
        raise Refused("This lesson is not published. Choose another one from your tracks.")
    module = catalogue.modules[entry.module_id]

    def open_(connection: Connection) -> OpenLesson:
        save_progress(
            connection,
            learner_id=viewer.person_id,
            lesson_id=lesson_id,
            module_id=module.id,
            revision_id=entry.revision_id,
            now=now,
        )
        attempt_id = _practice(
            connection, viewer=viewer, entry=entry, catalogue=catalogue, seed=seed, now=now
        )
        return _read_lesson(connection, viewer, catalogue, entry, attempt_id)

    return store.write(open_)


def answer_check(
    store: Store,
    *,
    viewer: Viewer,
    read_item: ReadItem,
    attempt_id: int,
    position: int,
    response: Mapping[str, object],
    operation_id: str,
    now: datetime,
) -> SavedAnswer:
    """Save an answer to a check inside a lesson; only then may its explanation be shown.

    Raises
    ------
    Refused
        When the attempt is another person's, the question is not in it, or the answer is none
        that this question offers.
    """
    access.require(viewer, "learn")
    item = _item_of(store, viewer, read_item, attempt_id=attempt_id, position=position)
    problem = check_response(item, response)
    if problem is not None:
        raise Refused(problem)
    return store.write(
        lambda connection: save_answer(
            connection,
            attempt_id=attempt_id,
            learner_id=viewer.person_id,
            position=position,
            operation_id=operation_id,
            response=json.dumps(response, sort_keys=True),
            seconds=None,
            now=now,
        )
    )


def explain_answer(
    store: Store, *, viewer: Viewer, read_item: ReadItem, attempt_id: int, position: int
) -> Explained:
    """Return the explanation of every option, once the learner has answered; before, nothing."""
    access.require(viewer, "learn")
    item = _item_of(store, viewer, read_item, attempt_id=attempt_id, position=position)
    rows = store.read(lambda connection: select_attempt_items(connection, attempt_id))
    row = next(row for row in rows if row.position == position)
    if row.response is None:
        return Explained(lines=(), response={}, explanation="", answered_at=None)
    response = json.loads(row.response)
    return Explained(
        lines=feedback(item, response),
        response=response,
        explanation=item.explanation,
        answered_at=row.answered_at,
    )


def complete_lesson(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, lesson_id: str, now: datetime
) -> bool:
    """Mark a lesson as done; return False when it was done before."""
    access.require(viewer, "learn")
    if lesson_id not in catalogue.lessons:
        raise Refused("This lesson is not published. Choose another one from your tracks.")

    def complete(connection: Connection) -> bool:
        fresh = finish_lesson(connection, learner_id=viewer.person_id, lesson_id=lesson_id, now=now)
        if fresh:
            _audit(connection, viewer, deed="finished", object_=f"lesson:{lesson_id}", now=now)
        return fresh

    return store.write(complete)


# --- how far a learner is -------------------------------------------------------------------------


def _module_card(
    module: ModuleEntry, *, progress: Mapping[str, ProgressRow], catalogue: Catalogue
) -> ModuleCard:
    done = [row for row in _done(module, progress) if row is not None]
    finished = len(done) == len(module.lessons) > 0
    opened = any(lesson.id in progress for lesson in module.lessons)
    locked = tuple(
        catalogue.modules[id_].title
        for id_ in module.prerequisites
        if id_ in catalogue.modules and not _is_done(catalogue.modules[id_], progress)
    )
    state: State = "not started"
    if finished:
        state = "done"
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
        done_at=max(done) if finished else None,
        locked_by=locked if state == "locked" else (),
    )


def _done(module: ModuleEntry, progress: Mapping[str, ProgressRow]) -> list[datetime | None]:
    return [
        progress[lesson.id].done_at if lesson.id in progress else None for lesson in module.lessons
    ]


def _is_done(module: ModuleEntry, progress: Mapping[str, ProgressRow]) -> bool:
    return bool(module.lessons) and None not in _done(module, progress)


def _track_state(modules: tuple[ModuleCard, ...]) -> State:
    if modules and all(card.state == "done" for card in modules):
        return "done"
    begun = any(card.state in {"done", "in progress"} for card in modules)
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
                if any(lesson.id == lesson_id for lesson in module.module.lessons):
                    return _continue_at(card.track, module.module, lesson_id, progress)
    for card in (card for card in cards if card.assigned):
        for module in card.modules:
            if module.next_lesson is not None and module.state != "locked":
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


# --- the practice inside a lesson -----------------------------------------------------------------


def _practice(
    connection: Connection,
    *,
    viewer: Viewer,
    entry: LessonEntry,
    catalogue: Catalogue,
    seed: int,
    now: datetime,
) -> int:
    revisions = [catalogue.item_revisions[item_id] for item_id in entry.item_ids]
    current = find_open_attempt(connection, learner_id=viewer.person_id, content_id=entry.id)
    if current is not None and current.revision_id == entry.revision_id:
        known = {row.revision_id for row in select_attempt_items(connection, current.id)}
        add_items(
            connection,
            attempt_id=current.id,
            item_revisions=[row for row in revisions if row not in known],
        )
        return current.id
    if current is not None:
        close_attempt(connection, attempt_id=current.id, learner_id=viewer.person_id, now=now)
    return insert_attempt(
        connection,
        attempt=NewAttempt(
            learner_id=viewer.person_id,
            kind="practice",
            content_id=entry.id,
            revision_id=entry.revision_id,
            skill=None,
            form=None,
            seed=seed % SEED_RANGE,
            language=viewer.language,
            item_revisions=revisions,
        ),
        now=now,
    )


def _read_lesson(
    connection: Connection,
    viewer: Viewer,
    catalogue: Catalogue,
    entry: LessonEntry,
    attempt_id: int,
) -> OpenLesson:
    module = catalogue.modules[entry.module_id]
    attempt = find_attempt(connection, attempt_id)
    rows = {row.revision_id: row for row in select_attempt_items(connection, attempt_id)}
    place = [lesson.id for lesson in module.lessons].index(entry.id)
    return OpenLesson(
        lesson=entry,
        module=module,
        track=catalogue.track_of(module.id),
        attempt_id=attempt_id,
        seed=attempt.seed if attempt else 0,
        answers={
            item_id: rows[catalogue.item_revisions[item_id]]
            for item_id in entry.item_ids
            if catalogue.item_revisions[item_id] in rows
        },
        done_at=select_progress(connection, viewer.person_id)[entry.id].done_at,
        previous=module.lessons[place - 1] if place else None,
        following=module.lessons[place + 1] if place + 1 < len(module.lessons) else None,
    )


def _item_of(
    store: Store, viewer: Viewer, read_item: ReadItem, *, attempt_id: int, position: int
) -> Item:
    attempt = store.read(lambda connection: find_attempt(connection, attempt_id))
    access.require_own(viewer, owner_id=attempt.learner_id if attempt else None)
    if attempt is not None and attempt.kind != "practice":
        raise Refused("A skill check gives no explanations. Its result page says what to work on.")
    rows = store.read(lambda connection: select_attempt_items(connection, attempt_id))
    found = next((row.revision_id for row in rows if row.position == position), None)
    if found is None:
        raise Refused("This question is not part of the lesson. Open the lesson again.")
    return read_item(found)


def _require_track(catalogue: Catalogue, track_id: str) -> None:
    if track_id not in catalogue.tracks:
        raise Refused("This track is not published. Choose one from My tracks.")


def _audit(
    connection: Connection, viewer: Viewer, *, deed: str, object_: str, now: datetime
) -> None:
    append_audit(
        connection,
        stream=ORGANISATION,
        actor=actor(viewer),
        deed=deed,
        object_=object_,
        payload={},
        now=now,
    )


def find_track_card(
    cards: tuple[TrackCard, ...], *, track_id: str, module_id: str
) -> TrackCard | None:
    """Return the track an address names, by its own id or by one of its modules."""
    for card in cards:
        if card.track.id == track_id:
            return card
        if module_id and any(module.module.id == module_id for module in card.modules):
            return card
    return None
