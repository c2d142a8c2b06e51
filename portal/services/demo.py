"""The demonstration: an invented year at the bank of the case bible, through the real services."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from assessments.simulate import ProgramPlan, simulate_program
from db import Connection
from db.commands.people import allow_pauses, insert_instance
from db.schema import APPLICATION
from db.store import Store
from portal.services.catalogue import Catalogue, read_catalogue, read_item
from portal.services.computing import compare_now
from portal.services.counting import count_answers
from portal.services.demo_deeds import Course, read_a_lesson, study, take_checks, viewer_of
from portal.services.demo_works import fill_works
from portal.services.draws import ARMS, Arm, Place
from portal.services.measuring import item_reader
from portal.services.organisation import Organisation, build_organisation
from portal.services.people import LAST_PROGRAM
from portal.services.programs import (
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

    def build(connection: Connection) -> list[Course]:
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
    # Outside: what is missing of these, the worker of the server does. To count a year at once
    # takes memory that Python keeps; better here, in a process that ends, than in the server.
    tell(f"{compare_now(store, catalogue=catalogue, now=now)} programs compared")
    counted = count_answers(store, catalogue=catalogue, read_item=item_reader(store), now=now)
    tell(f"answers of {len(counted)} banks and modules counted")


def _build(
    inside: Store,
    catalogue: Catalogue,
    *,
    plan: DemoPlan,
    now: datetime,
    tell: Callable[[str], None],
) -> list[Course]:
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
            taken = take_checks(
                inside, course, catalogue, occasion=occasion, read=read, rng=rng, tell=tell
            )
            tell(f"{course.track.title}, {occasion}: {taken} checks taken")
        study(inside, course, catalogue, rng=rng)
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
) -> Course:
    track = catalogue.tracks["workflow"]
    lead = viewer_of(organisation.staff["program_lead"], "program_lead")
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
    return Course(track, program, arms, _with_effect(truth, arms, TRUE_EFFECT), _days(begin))


def _chosen_course(
    store: Store,
    organisation: Organisation,
    catalogue: Catalogue,
    plan: DemoPlan,  # noqa: ARG001 - both courses are made alike
    *,
    rng: np.random.Generator,
    begin: datetime,
) -> Course:
    track = catalogue.tracks["agents"]
    lead = viewer_of(organisation.staff["program_lead"], "program_lead")
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
    return Course(track, program, arms, _with_effect(truth, arms, 0.0), _days(begin))


def _with_effect(truth: pd.DataFrame, arms: Mapping[int, Arm], effect: float) -> pd.DataFrame:
    """Give the structured arm its true gain, in equal parts per period."""
    arm = truth["person"].map(arms)
    gain = effect / (len(OCCASIONS) - 1) * truth["time"] * (arm == "structured")
    return truth.assign(arm=arm, theta=truth["theta"] + gain)


def _arm(word: str) -> Arm:
    return ARMS[0] if word == "structured" else ARMS[1]


def _prepare_personas(
    store: Store, organisation: Organisation, catalogue: Catalogue, *, now: datetime
) -> None:
    """Leave the employee of the entry page half way through a track, with a check to take."""
    lead = viewer_of(organisation.staff["program_lead"], "program_lead")
    learner = viewer_of(organisation.staff["employee"], "employee")
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
    read_a_lesson(store, learner, catalogue, lessons[0].id, at=yesterday, done=True)
    read_a_lesson(store, learner, catalogue, lessons[1].id, at=yesterday, done=False)


def _tell_truth(course: Course, tell: Callable[[str], None]) -> None:
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
