"""Programs whose learners have scores: rows of a simulation put into the tables as they stand."""

from collections.abc import Mapping
from datetime import timedelta

import pandas as pd

from db.store import Store
from tests.factories import (
    NOW,
    make_attempt,
    make_calibration,
    make_cohort,
    make_enrolment,
    make_occasion,
    make_person,
    make_program,
    make_result,
    make_team,
)
from tests.small_house import SKILL

DAYS = {"baseline": 0, "end": 92, "plus3": 184, "plus6": 276}


def measure(
    store: Store, rows: pd.DataFrame, *, people: Mapping[str, tuple[int, int]], teams: Mapping
) -> None:
    """Give everyone a result for each of their scores; `people` holds enrolment and person."""
    calibration = make_calibration(store, skill=SKILL)
    for row in rows.dropna(subset=["score"]).itertuples():
        enrolment, person = people[row.learner]
        taken_at = NOW + timedelta(days=DAYS[row.occasion])
        attempt = make_attempt(
            store,
            learner=person,
            content_id="check.agent-operations",
            items=0,
            enrolment=enrolment,
            started_at=taken_at,
            submitted_at=taken_at,
        )
        make_result(
            store,
            attempt=attempt,
            calibration=calibration,
            theta=row.score,
            se=row.se,
            arm=row.arm,
            occasion=row.occasion,
            team=teams[row.team],
            enrolment=enrolment,
            taken_at=taken_at,
        )


def make_measured_program(store: Store, rows: pd.DataFrame, *, design: str = "lottery") -> int:
    """Add a program with these learners, teams, arms and scores; nothing is drawn."""
    program = make_program(store, design=design)
    cohorts = {
        arm: make_cohort(store, program=program, arm=arm) for arm in sorted(rows["arm"].unique())
    }
    for cohort in cohorts.values():
        for kind in rows["occasion"].unique():
            opens_on = (NOW + timedelta(days=DAYS[kind])).date()
            make_occasion(store, cohort=cohort, kind=kind, opens_on=opens_on)
    teams = {name: make_team(store, name=name) for name in rows["team"].unique()}
    people = {}
    for one in rows.drop_duplicates("learner").itertuples():
        person = make_person(store, team=teams[one.team])
        enrolment = make_enrolment(
            store, learner=person, cohort=cohorts[one.arm], arm=one.arm, team=teams[one.team]
        )
        people[one.learner] = (enrolment, person)
    measure(store, rows, people=people, teams=teams)
    return program
