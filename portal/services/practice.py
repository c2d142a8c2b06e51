"""Practice inside lessons: activities that keep where one stands, actions at one's own desk."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from curriculum.activities.base import clean_state, start_state
from curriculum.activities.kinds import KINDS, complete
from curriculum.model import Activity, Block, Lesson, Reveal, Tabs, Transfer
from db import Connection
from db.commands.practice import (
    ActionOutcome,
    PracticePlace,
    delete_plan,
    update_outcome,
    upsert_activity,
    upsert_plan,
)
from db.queries.practice import (
    DeskActionRow,
    find_activity_work,
    select_desk_actions,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.evidence import record_deed

ReadLesson = Callable[[int], Lesson]
P = TypeVar("P", Activity, Transfer)

MAX_PLAN = 500
# After "not yet" the portal asks once more a week later.
ASK_AGAIN = timedelta(days=7)
OPEN_OUTCOMES = ("planned", "not yet")


@dataclass(frozen=True, slots=True)
class Work:
    """Where a learner stands in an activity; `saves` is 0 before it was begun."""

    state: Mapping[str, float | str]
    saves: int = 0
    saved_at: datetime | None = None
    goal_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueAction:
    """An action at one's own desk that the portal asks about now."""

    transfer_id: str
    lesson_id: str
    lesson_title: str
    prompt: str
    plan: str
    planned_at: datetime


def read_work(store: Store, *, viewer: Viewer, activity: Activity) -> Work:
    """Return where the viewer stands in an activity; what no longer fits it starts anew."""
    access.require(viewer, "learn")
    row = store.read(
        lambda connection: find_activity_work(
            connection, learner_id=viewer.person_id, activity_id=activity.id
        )
    )
    controls = KINDS[activity.kind].controls(complete(activity.kind, activity.parameters))
    if row is None:
        return Work(start_state(controls))
    state = clean_state(controls, json.loads(row.state))
    return Work(state, row.saves, row.saved_at, row.goal_at)


def save_work(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_lesson: ReadLesson,
    lesson_id: str,
    activity_id: str,
    state: Mapping[str, object],
    now: datetime,
) -> None:
    """Keep where the viewer stands in an activity of a published lesson.

    Raises
    ------
    Refused
        When there is no such activity in the lesson.
    """
    access.require(viewer, "learn")
    activity, place = _practice(
        Activity, activity_id, lesson_id, viewer=viewer, catalogue=catalogue, read=read_lesson
    )
    kind = KINDS[activity.kind]
    parameters = complete(activity.kind, activity.parameters)
    clean = clean_state(kind.controls(parameters), state)
    outcome = kind.outcome(parameters, clean)
    store.write(
        lambda connection: upsert_activity(
            connection,
            place=place,
            state=json.dumps(clean, sort_keys=True),
            region=outcome.region,
            is_goal=outcome.is_goal,
            now=now,
        )
    )


def read_actions(store: Store, *, viewer: Viewer) -> tuple[DeskActionRow, ...]:
    """Return everything the viewer planned at their desk, the newest plan first."""
    access.require(viewer, "see own record")
    return store.read(lambda connection: select_desk_actions(connection, viewer.person_id))


def plan_action(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_lesson: ReadLesson,
    lesson_id: str,
    transfer_id: str,
    plan: str,
    now: datetime,
) -> None:
    """Keep what the viewer means to do at their desk; an empty text takes the plan back.

    Raises
    ------
    Refused
        When there is no such prompt in the lesson, or the text is too long.
    """
    access.require(viewer, "learn")
    transfer, place = _practice(
        Transfer, transfer_id, lesson_id, viewer=viewer, catalogue=catalogue, read=read_lesson
    )
    words = plan.replace("\0", "").strip()
    if len(words) > MAX_PLAN:
        raise Refused("Keep your plan to {most} characters.", most=MAX_PLAN)
    if not words:
        store.write(
            lambda connection: delete_plan(
                connection, learner_id=viewer.person_id, transfer_id=transfer_id
            )
        )
        return
    asked_at = now + timedelta(days=transfer.follow_up_days)
    store.write(
        lambda connection: upsert_plan(
            connection, place=place, plan=words, follow_up_at=asked_at, now=now
        )
    )


def answer_action(
    store: Store,
    *,
    viewer: Viewer,
    transfer_id: str,
    outcome: ActionOutcome,
    note: str,
    now: datetime,
) -> None:
    """Keep what came of an action; "not yet" puts the question off by a week.

    Raises
    ------
    Refused
        When the viewer planned no such action, or says what cannot be said.
    """
    access.require(viewer, "learn")
    if outcome not in {"done", "not yet", "dropped"}:
        raise Refused("Choose what came of it first.")
    words = note.replace("\0", "").strip()[:MAX_PLAN]
    later = now + ASK_AGAIN

    def answer(connection: Connection) -> None:
        known = {row.transfer_id for row in select_desk_actions(connection, viewer.person_id)}
        if transfer_id not in known:
            raise Refused("There is nothing of yours under this address. Start again from Home.")
        is_new = update_outcome(
            connection,
            learner_id=viewer.person_id,
            transfer_id=transfer_id,
            outcome=outcome,
            note=words,
            follow_up_at=later,
            now=now,
        )
        if is_new:
            record_deed(
                connection,
                viewer=viewer,
                deed="answered a desk action",
                object_=f"transfer:{transfer_id}",
                payload={"outcome": outcome},
                now=now,
            )

    store.write(answer)


def due_actions(
    store: Store, *, viewer: Viewer, read_lesson: ReadLesson, now: datetime
) -> tuple[DueAction, ...]:
    """Return the actions the portal asks about now, the oldest plan first."""
    access.require(viewer, "learn")
    rows = store.read(lambda connection: select_desk_actions(connection, viewer.person_id))
    due = []
    for row in reversed(rows):
        if row.outcome not in OPEN_OUTCOMES or row.follow_up_at > now:
            continue
        # The words of the day it was planned, whatever the lesson says by now.
        lesson = read_lesson(row.revision_id)
        prompt = _find(lesson.blocks, Transfer, row.transfer_id)
        due.append(
            DueAction(
                row.transfer_id,
                row.lesson_id,
                lesson.front.title,
                prompt.prompt if prompt else "",
                row.plan,
                row.planned_at,
            )
        )
    return tuple(due)


def _practice(
    kind: type[P],
    practice_id: str,
    lesson_id: str,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read: ReadLesson,
) -> tuple[P, PracticePlace]:
    entry = catalogue.lessons.get(lesson_id)
    found = None if entry is None else _find(read(entry.revision_id).blocks, kind, practice_id)
    if entry is None or found is None:
        raise Refused("This is not part of the lesson any more. Open the lesson again.")
    place = PracticePlace(viewer.person_id, practice_id, lesson_id, entry.revision_id)
    return found, place


def _find(blocks: tuple[Block, ...], kind: type[P], id_: str) -> P | None:
    return next((one for one in _walk(blocks) if isinstance(one, kind) and one.id == id_), None)


def _walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Reveal):
            yield from _walk(block.blocks)
        elif isinstance(block, Tabs):
            for _name, inner in block.tabs:
                yield from _walk(inner)
