"""A lesson under a learner's hands: open it, answer its checks, finish it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assessments.scoring import Feedback, check_response, feedback
from curriculum.model import Item
from db import Connection
from db.commands.answers import SavedAnswer, save_answer
from db.commands.learning import (
    NewAttempt,
    add_items,
    finish_lesson,
    insert_attempt,
    save_progress,
)
from db.commands.results import close_attempt
from db.queries.learning import (
    AttemptItemRow,
    find_attempt,
    find_open_attempt,
    select_attempt_items,
    select_progress,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue, LessonEntry, ModuleEntry, TrackEntry
from portal.services.evidence import record_deed

ReadItem = Callable[[int], Item]

# A seed is drawn into 31 bits: it must fit every database's integer.
SEED_RANGE = 2**31


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
            record_deed(
                connection, viewer=viewer, deed="finished", object_=f"lesson:{lesson_id}", now=now
            )
        return fresh

    return store.write(complete)


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
