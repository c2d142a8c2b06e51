"""The demonstration: an invented year at the bank of the case bible, through the real services."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from assessments.simulate import ProgramPlan, simulate_program, simulate_responses
from curriculum.model import Item
from db import Connection
from db.commands.people import allow_pauses, insert_instance
from db.schema import APPLICATION
from db.store import Store
from portal.access import Role, Viewer
from portal.services.catalogue import Catalogue, TrackEntry, read_catalogue, read_item
from portal.services.checks import answer_question, read_check, start_check, submit_check
from portal.services.computing import compare_now
from portal.services.demo_works import fill_works
from portal.services.draws import ARMS, Arm, Place
from portal.services.learning import SEED_RANGE, ReadItem, complete_lesson, open_lesson
from portal.services.organisation import Organisation, build_organisation
from portal.services.people import LAST_PROGRAM
from portal.services.programs import (
    StartedProgram,
    Window,
    create_program,
    draw_places,
    record_choices,
)
from portal.services.tracks import choose_start

T = TypeVar("T")
# What the structured arm truly gains by the last occasion, in SD; printed with the truth.
TRUE_EFFECT = 0.45
# How strongly the motivated choose the structured arm where people choose: the log-odds per SD.
SELECTION = 0.9
LEFT_EARLY = 0.07
RAPID = 0.03
OCCASIONS = ("baseline", "end", "plus6")


class DemoRefused(ValueError):
    """The demonstration cannot be made as asked."""


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """How large the demonstration is; `months` is the span from the first check to today."""

    people: int = 240
    months: int = 12
    seed: int = 7

    def __post_init__(self) -> None:
        """Refuse what would not work."""
        if not 8 <= self.people <= 100_000:
            raise DemoRefused(f"--people is {self.people}; expected 8 to 100,000.")
        if not 9 <= self.months <= 60:
            raise DemoRefused(
                f"--months is {self.months}; expected 9 to 60, for the last check comes about "
                "eight months after the first."
            )


@dataclass(frozen=True, slots=True)
class _Course:
    """A program as it is simulated: its track, design, people and their true skill."""

    track: TrackEntry
    program: StartedProgram
    arms: Mapping[int, Arm]
    truth: pd.DataFrame
    taken_on: Mapping[str, datetime]


class _Inside:
    """A store whose reads and writes all happen in one open transaction: one commit for many."""

    def __init__(self, connection: Connection, *, stopped: threading.Event) -> None:
        self._connection = connection
        self._stopped = stopped

    def read(self, fn: Callable[[Connection], T]) -> T:
        """Read inside the transaction."""
        self._go_on()
        return fn(self._connection)

    def write(self, fn: Callable[[Connection], T]) -> T:
        """Write inside the transaction."""
        self._go_on()
        return fn(self._connection)

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise DemoRefused("The demonstration was stopped; nothing of it was kept.")


def fill_demo(store: Store, *, plan: DemoPlan, now: datetime, tell: Callable[[str], None]) -> None:
    """Fill an empty database with an invented organisation and its year.

    Every check is started, answered item by item and handed in through the services that real
    people use, at the time it was taken. The known truth is told at the end. All of it is one
    transaction: a fill that is killed half way leaves the database as empty as it was.
    """
    catalogue = read_catalogue(store)
    missing = [id_ for id_ in ("workflow", "agents", "rag") if id_ not in catalogue.tracks]
    if missing:
        raise DemoRefused(
            f"The demonstration needs the published track {missing[0]!r}; run "
            "`python -m portal publish` and mend what it reports."
        )
    stopped = threading.Event()

    def build(connection: Connection) -> list[_Course]:
        allow_pauses(connection)
        inside = cast("Store", _Inside(connection, stopped=stopped))
        return _build(inside, catalogue, plan=plan, now=now, tell=tell)

    try:
        courses = store.write(build)
    except BaseException:
        # On SQLite another thread builds; it would go on to the end after Ctrl+C.
        stopped.set()
        raise
    for course in courses:
        _tell_truth(course, tell)
    # Outside: what is missing of the comparisons, the worker of the server computes.
    tell(f"{compare_now(store, catalogue=catalogue, now=now)} programs compared")


def _build(
    inside: Store,
    catalogue: Catalogue,
    *,
    plan: DemoPlan,
    now: datetime,
    tell: Callable[[str], None],
) -> list[_Course]:
    """Write the whole organisation and its year; the same rows whenever it is run again."""
    rng = np.random.default_rng(plan.seed)
    begin = now - timedelta(days=round(plan.months * 30.4))
    read = lru_cache(maxsize=2000)(lambda revision: read_item(inside, revision))

    def organise(connection: Connection) -> Organisation:
        insert_instance(connection, application=APPLICATION, synthetic=True, now=now)
        return build_organisation(
            connection, people=plan.people, rng=rng, starts_on=begin.date(), now=begin
        )

    organisation = inside.write(organise)
    tell(f"{plan.people} people in {len(organisation.teams)} teams")
    courses = [
        _lottery_course(inside, organisation, catalogue, plan, rng=rng, begin=begin),
        _chosen_course(inside, organisation, catalogue, plan, rng=rng, begin=begin),
    ]
    for course in courses:
        for occasion in OCCASIONS:
            taken = _take_checks(
                inside, course, catalogue, occasion=occasion, read=read, rng=rng, tell=tell
            )
            tell(f"{course.track.title}, {occasion}: {taken} checks taken")
        _study(inside, course, catalogue, rng=rng)
    _prepare_personas(inside, organisation, catalogue, now=now)
    graded = fill_works(
        inside,
        learners=[member for team in organisation.teams for member in team.members],
        staff=organisation.staff,
        catalogue=catalogue,
        read_item=read,
        rng=rng,
        now=now,
    )
    tell(f"{graded} pieces of graded work handed in")
    return courses


# --- the two programs -----------------------------------------------------------------------------


def _days(begin: datetime) -> dict[str, datetime]:
    return {
        "baseline": begin + timedelta(days=10),
        "end": begin + timedelta(days=92),
        "plus6": begin + timedelta(days=92 + 183),
    }


def _windows(begin: datetime) -> list[Window]:
    return [
        Window(kind, (day - timedelta(days=10)).date(), (day + timedelta(days=20)).date())
        for kind, day in _days(begin).items()
    ]


def _truth(
    organisation: Organisation, *, rng: np.random.Generator, selection: float
) -> pd.DataFrame:
    """Draw true skills from the generator of the simulations, a row per learner and occasion."""
    largest = max(len(team.members) for team in organisation.teams)
    frame = simulate_program(
        ProgramPlan(
            teams=len(organisation.teams),
            team_size=largest,
            assignment="theta0",
            selection=selection,
            dropout="at_random",
            dropout_rate=LEFT_EARLY,
            occasions=OCCASIONS,
            mean_slope=0.12,
        ),
        rng=rng,
    )
    frame["seat"] = frame.groupby(["team", "occasion"]).cumcount()
    seats = {
        (f"T{index:03d}", seat): learner
        for index, team in enumerate(organisation.teams)
        for seat, learner in enumerate(team.members)
    }
    keys = zip(frame["team"], frame["seat"], strict=True)
    frame["person"] = [seats.get(key, 0) for key in keys]
    return frame[frame["person"] > 0]


def _places(organisation: Organisation) -> list[Place]:
    return [Place(learner, team.team_id) for team in organisation.teams for learner in team.members]


def _lottery_course(
    store: Store,
    organisation: Organisation,
    catalogue: Catalogue,
    plan: DemoPlan,
    *,
    rng: np.random.Generator,
    begin: datetime,
) -> _Course:
    track = catalogue.tracks["workflow"]
    lead = _viewer(organisation.staff["program_lead"], "program_lead")
    program = create_program(
        store,
        viewer=lead,
        catalogue=catalogue,
        name="Workflow redesign, places drawn by lot",
        track_id=track.id,
        design="lottery",
        starts_on=(begin + timedelta(days=31)).date(),
        windows=_windows(begin),
        now=begin,
    )
    arms = draw_places(
        store,
        viewer=lead,
        program=program,
        places=_places(organisation),
        seed=plan.seed,
        track_id=track.id,
        starts_on=(begin + timedelta(days=31)).date(),
        now=begin,
    )
    truth = _truth(organisation, rng=rng, selection=0.0)
    return _Course(track, program, arms, _with_effect(truth, arms, TRUE_EFFECT), _days(begin))


def _chosen_course(
    store: Store,
    organisation: Organisation,
    catalogue: Catalogue,
    plan: DemoPlan,  # noqa: ARG001 - both courses are made alike
    *,
    rng: np.random.Generator,
    begin: datetime,
) -> _Course:
    track = catalogue.tracks["agents"]
    lead = _viewer(organisation.staff["program_lead"], "program_lead")
    starts_on = (begin + timedelta(days=31)).date()
    program = create_program(
        store,
        viewer=lead,
        catalogue=catalogue,
        name="AI agents, everyone chose their own route",
        track_id=track.id,
        design="self",
        starts_on=starts_on,
        windows=_windows(begin),
        now=begin,
    )
    truth = _truth(organisation, rng=rng, selection=SELECTION)
    chosen = truth.drop_duplicates("person").set_index("person")["arm"]
    arms = {int(str(person)): _arm(str(arm)) for person, arm in chosen.items()}
    record_choices(
        store,
        viewer=lead,
        program=program,
        choices={place: arms[place.learner_id] for place in _places(organisation)},
        track_id=track.id,
        starts_on=starts_on,
        now=begin,
    )
    # Nothing is gained by the route here: what a plain comparison shows is who chose it.
    return _Course(track, program, arms, _with_effect(truth, arms, 0.0), _days(begin))


def _with_effect(truth: pd.DataFrame, arms: Mapping[int, Arm], effect: float) -> pd.DataFrame:
    """Give the structured arm its true gain, in equal parts per period."""
    arm = truth["person"].map(arms)
    gain = effect / (len(OCCASIONS) - 1) * truth["time"] * (arm == "structured")
    return truth.assign(arm=arm, theta=truth["theta"] + gain)


def _arm(word: str) -> Arm:
    return ARMS[0] if word == "structured" else ARMS[1]


# --- what people did ------------------------------------------------------------------------------


def _take_checks(
    store: Store,
    course: _Course,
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
                _viewer(int(person_id), "employee"),
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


def _study(
    store: Store, course: _Course, catalogue: Catalogue, *, rng: np.random.Generator
) -> None:
    """Let most people finish the lessons: nearly all of the structured arm, most of the other."""
    share = {"structured": 0.9, "self_directed": 0.65}
    readers = [person for person, arm in sorted(course.arms.items()) if rng.random() < share[arm]]
    at = course.taken_on["baseline"] + timedelta(days=30)
    for person_id in readers:
        viewer = _viewer(person_id, "employee")
        for module in course.track.modules:
            for lesson in module.lessons:
                _read_lesson(store, viewer, catalogue, lesson.id, at=at, done=True)


def _read_lesson(
    store: Store, viewer: Viewer, catalogue: Catalogue, lesson_id: str, *, at: datetime, done: bool
) -> None:
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


def _prepare_personas(
    store: Store, organisation: Organisation, catalogue: Catalogue, *, now: datetime
) -> None:
    """Leave the employee of the entry page half way through a track, with a check to take."""
    lead = _viewer(organisation.staff["program_lead"], "program_lead")
    learner = _viewer(organisation.staff["employee"], "employee")
    track = catalogue.tracks["rag"]
    program = create_program(
        store,
        viewer=lead,
        catalogue=catalogue,
        name=LAST_PROGRAM,
        track_id=track.id,
        design="self",
        starts_on=now.date(),
        windows=[Window("baseline", now.date(), (now + timedelta(days=12)).date())],
        now=now,
    )
    record_choices(
        store,
        viewer=lead,
        program=program,
        choices={Place(learner.person_id, organisation.divisions[0]): "structured"},
        track_id=track.id,
        starts_on=now.date(),
        now=now,
    )
    workflow = catalogue.tracks["workflow"]
    choose_start(
        store,
        viewer=learner,
        catalogue=catalogue,
        track_id=workflow.id,
        choice="skipped",
        now=now - timedelta(days=3),
    )
    lessons = workflow.modules[0].lessons
    yesterday = now - timedelta(days=1)
    _read_lesson(store, learner, catalogue, lessons[0].id, at=yesterday, done=True)
    _read_lesson(store, learner, catalogue, lessons[1].id, at=yesterday, done=False)


def _viewer(person_id: int, role: Role) -> Viewer:
    return Viewer(
        person_id=person_id,
        name="",
        roles=frozenset({role, "employee"}),
        role_profile="",
    )


def _tell_truth(course: _Course, tell: Callable[[str], None]) -> None:
    """Print what is true about the people who were invented."""
    tell(f"Known truth, {course.track.title}: mean true skill by arm (n)")
    wide: Any = course.truth.groupby(["arm", "occasion"])["theta"].agg(["mean", "size"])
    for arm in ARMS:
        cells = [
            f"{occasion} {wide.loc[(arm, occasion), 'mean']:+.2f} "
            f"({int(wide.loc[(arm, occasion), 'size'])})"
            for occasion in OCCASIONS
            if (arm, occasion) in wide.index
        ]
        tell(f"  {arm}: " + ", ".join(cells))
