"""What the invented people of the demonstration did: checks they took, lessons they read."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from assessments.simulate import simulate_responses
from curriculum.model import Item
from db.store import Store
from portal.access import Role, Viewer
from portal.services.catalogue import Catalogue, TrackEntry
from portal.services.checks import answer_question, read_check, start_check, submit_check
from portal.services.draws import Arm
from portal.services.learning import SEED_RANGE, ReadItem, complete_lesson, open_lesson
from portal.services.programs import StartedProgram

# How often somebody answers with hardly a look.
RAPID = 0.03


@dataclass(frozen=True, slots=True)
class Course:
    """A program as it is simulated: its track, design, people and their true skill."""

    track: TrackEntry
    program: StartedProgram
    arms: Mapping[int, Arm]
    truth: pd.DataFrame
    taken_on: Mapping[str, datetime]


def take_checks(
    store: Store,
    course: Course,
    catalogue: Catalogue,
    *,
    occasion: str,
    read: ReadItem,
    rng: np.random.Generator,
    tell: Callable[[str], None],
) -> int:
    """Let everyone who has not left take the check of an occasion; return how many did."""
    rows = course.truth[(course.truth["occasion"] == occasion) & ~course.truth["dropped"]]
    day = course.taken_on[occasion]
    batch = 25
    for first in range(0, len(rows), batch):
        draw = np.random.default_rng(int(rng.integers(SEED_RANGE)))
        part = rows.iloc[first : first + batch]
        for person_id, theta in zip(part["person"], part["theta"], strict=True):
            _take_check(
                store,
                viewer_of(int(person_id), "employee"),
                catalogue,
                skill=str(course.track.skill),
                theta=float(theta),
                read=read,
                rng=draw,
                at=day + timedelta(hours=float(draw.uniform(-72, 72))),
            )
        if first and first % 2000 == 0:
            tell(f"  {first} of {len(rows)} checks")
    return len(rows)


def _take_check(
    store: Store,
    viewer: Viewer,
    catalogue: Catalogue,
    *,
    skill: str,
    theta: float,
    read: ReadItem,
    rng: np.random.Generator,
    at: datetime,
) -> None:
    """Start a check, answer every item as someone of this true skill would, and hand it in."""
    attempt_id = start_check(
        store,
        viewer=viewer,
        catalogue=catalogue,
        read_item=read,
        skill=skill,
        seed=int(rng.integers(SEED_RANGE)),
        now=at,
    )
    check = read_check(
        store, viewer=viewer, catalogue=catalogue, read_item=read, attempt_id=attempt_id, now=at
    )
    revisions = catalogue.item_revisions
    # A draw of its own: how long somebody took moves no answer.
    draw = np.random.default_rng(attempt_id)
    for number, open_question in enumerate(check.questions):
        item: Item = read(revisions[open_question.question.item_id])
        answer_question(
            store,
            viewer=viewer,
            read_item=read,
            attempt_id=attempt_id,
            position=open_question.position,
            response=simulate_responses(item, theta=theta, rng=rng),
            operation_id=f"demo-{attempt_id}-{open_question.position}",
            now=at + timedelta(seconds=60 * (number + 1)),
            seconds=_seconds(item, draw=draw),
        )
    submit_check(
        store,
        viewer=viewer,
        catalogue=catalogue,
        read_item=read,
        attempt_id=attempt_id,
        now=at + timedelta(minutes=14),
    )


def _seconds(item: Item, *, draw: np.random.Generator) -> float:
    """Return how long somebody took: about what the author expects, now and then hardly a look."""
    if draw.random() < RAPID:
        return round(float(draw.uniform(1.0, 4.0)), 1)
    typical = 0.8 * (item.seconds or 60)
    return round(min(float(draw.lognormal(np.log(typical), 0.4)), 300.0), 1)


def study(store: Store, course: Course, catalogue: Catalogue, *, rng: np.random.Generator) -> None:
    """Let most people finish the lessons: nearly all of the structured arm, most of the other."""
    share = {"structured": 0.9, "self_directed": 0.65}
    readers = [person for person, arm in sorted(course.arms.items()) if rng.random() < share[arm]]
    at = course.taken_on["baseline"] + timedelta(days=30)
    for person_id in readers:
        viewer = viewer_of(person_id, "employee")
        for module in course.track.modules:
            for lesson in module.lessons:
                read_a_lesson(store, viewer, catalogue, lesson.id, at=at, done=True)


def read_a_lesson(
    store: Store, viewer: Viewer, catalogue: Catalogue, lesson_id: str, *, at: datetime, done: bool
) -> None:
    """Open a lesson as somebody invented, and read it to its end where it is to be done."""
    open_lesson(
        store,
        viewer=viewer,
        catalogue=catalogue,
        lesson_id=lesson_id,
        seed=secrets.randbelow(SEED_RANGE),
        now=at,
    )
    if done:
        complete_lesson(store, viewer=viewer, catalogue=catalogue, lesson_id=lesson_id, now=at)


def viewer_of(person_id: int, role: Role) -> Viewer:
    """Return how the services see somebody invented, who may use one role besides learning."""
    return Viewer(
        person_id=person_id,
        name="",
        roles=frozenset({role, "employee"}),
        role_profile="",
    )
