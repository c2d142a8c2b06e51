"""A whole program with its people and results at once, from the rows of a simulation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

from db.columns import table
from db.store import Store
from db.tables import (
    Attempt,
    Cohort,
    Enrolment,
    Lottery,
    Occasion,
    Person,
    Result,
    Team,
    TeamMember,
    TeamPlace,
)
from tests.factories.attempts import make_calibration
from tests.factories.content import require_content
from tests.factories.programs import make_program
from tests.factories.rows import LONG_AGO, NOW, TODAY, next_number

DAYS = {"baseline": 0, "end": 90, "plus3": 180, "plus6": 270}
ISSUER = "https://id.norhaven.example"


@dataclass(frozen=True)
class MadeProgram:
    """A program in the database: ids of its teams and learners by their names in the rows."""

    id: int
    teams: Mapping[str, int]
    learners: Mapping[str, int]


def make_measured_program(
    store: Store,
    rows: pd.DataFrame,
    *,
    name: str | None = None,
    track_id: str = "agents",
    skill: str = "agent-operations",
    drawn: bool = True,
    parent: int | None = None,
) -> MadeProgram:
    """Add a program with everyone enrolled and measured as the rows say; growth cells stay as is.

    Parameters
    ----------
    rows
        `learner`, `team`, `arm`, `occasion`, `score` (θ; missing: not measured), `se`.
    """
    name = name or f"Program {next_number()}"
    design = "lottery" if drawn else "self"
    program = make_program(store, name=name, track_id=track_id, design=design)
    check = f"check.{skill}"
    revision = require_content(store, check, kind="blueprint")
    calibration = make_calibration(store, skill=skill, in_force=False)

    def fill(connection: Connection) -> MadeProgram:
        if drawn:
            _add(connection, Lottery, [_lottery(program)])
        people = rows.drop_duplicates("learner")
        teams = _teams(connection, sorted(set(people["team"])), parent=parent)
        learners = _learners(connection, people, teams)
        cohorts = _cohorts(connection, program, name)
        enrolments = _enrol(connection, people, teams, learners, cohorts, drawn=drawn)
        measured = rows.dropna(subset=["score"]).to_dict("records")
        attempts = _add(
            connection,
            Attempt,
            [
                {
                    "learner_id": learners[row["learner"]],
                    "kind": "check",
                    "content_id": check,
                    "revision_id": revision,
                    "skill": skill,
                    "form": "A",
                    "seed": 1,
                    "language": "en",
                    "enrolment_id": enrolments[row["learner"]],
                    "team_at_taking_id": teams[row["team"]],
                    "started_at": _taken(row),
                    "submitted_at": _taken(row),
                }
                for row in measured
            ],
        )
        _add(
            connection,
            Result,
            [
                _result(row, attempt, calibration, skill, enrolments, learners, teams)
                for row, attempt in zip(measured, attempts, strict=True)
            ],
        )
        return MadeProgram(program, teams, learners)

    return store.write(fill)


def _add(connection: Connection, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> list:
    """Add rows and return their ids in the same order."""
    into = table(model)
    if not rows:
        return []
    statement = insert(into).returning(into.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())


def _lottery(program: int) -> dict[str, Any]:
    return {
        "program_id": program,
        "seed": 7,
        "method": "individuals within team",
        "list_hash": "test",
        "drawn_at": NOW,
    }


def _teams(connection: Connection, names: list[str], *, parent: int | None) -> dict[str, int]:
    rows = [{"code": f"team-{next_number()}", "name": f"Team {name}"} for name in names]
    ids = _add(connection, Team, rows)
    places = [{"team_id": team, "parent_id": parent, "starts_on": LONG_AGO} for team in ids]
    _add(connection, TeamPlace, places)
    return dict(zip(names, ids, strict=True))


def _learners(
    connection: Connection, people: pd.DataFrame, teams: Mapping[str, int]
) -> dict[str, int]:
    rows = []
    for _ in range(len(people)):
        number = next_number()
        rows.append(
            {
                "issuer": ISSUER,
                "subject": f"measured-{number}",
                "name": "Ada Lind",
                "email": f"measured{number}@norhaven.example",
                "role_profile": "all-staff",
                "language": "en",
                "active": True,
                "created_at": NOW,
            }
        )
    ids = _add(connection, Person, rows)
    members = [
        {"person_id": person, "team_id": teams[team], "starts_on": LONG_AGO}
        for person, team in zip(ids, people["team"], strict=True)
    ]
    _add(connection, TeamMember, members)
    return dict(zip(people["learner"], ids, strict=True))


def _cohorts(connection: Connection, program: int, name: str) -> dict[str, int]:
    arms = ["structured", "self_directed"]
    rows = [
        {"program_id": program, "name": f"{name} {arm}", "arm": arm, "starts_on": TODAY}
        for arm in arms
    ]
    ids = _add(connection, Cohort, rows)
    windows = [
        {
            "cohort_id": cohort,
            "kind": kind,
            "opens_on": TODAY + timedelta(days=days - 10),
            "closes_on": TODAY + timedelta(days=days + 20),
        }
        for cohort in ids
        for kind, days in DAYS.items()
    ]
    _add(connection, Occasion, windows)
    return dict(zip(arms, ids, strict=True))


def _enrol(
    connection: Connection,
    people: pd.DataFrame,
    teams: Mapping[str, int],
    learners: Mapping[str, int],
    cohorts: Mapping[str, int],
    *,
    drawn: bool,
) -> dict[str, int]:
    rows = [
        {
            "learner_id": learners[row["learner"]],
            "cohort_id": cohorts[row["arm"]],
            "arm": row["arm"],
            "team_at_start_id": teams[row["team"]],
            "starts_on": TODAY,
            "assigned_by": "lottery" if drawn else "self",
            "assigned_at": NOW,
        }
        for row in people.to_dict("records")
    ]
    return dict(zip(people["learner"], _add(connection, Enrolment, rows), strict=True))


def _taken(row: Mapping[str, Any]) -> Any:
    return NOW + timedelta(days=DAYS[row["occasion"]])


def _result(
    row: Mapping[str, Any],
    attempt: int,
    calibration: int,
    skill: str,
    enrolments: Mapping[str, int],
    learners: Mapping[str, int],
    teams: Mapping[str, int],
) -> dict[str, Any]:
    theta = float(row["score"])
    level = 1 + (theta >= -0.5) + (theta >= 0.5) + (theta >= 1.5)
    return {
        "attempt_id": attempt,
        "number": 1,
        "calibration_id": calibration,
        "learner_id": learners[row["learner"]],
        "skill": skill,
        "theta": theta,
        "se": float(row["se"]),
        "eap": theta * 0.8,
        "eap_sd": 0.4,
        "items": 12,
        "correct": 6,
        "level": level,
        "at_target": level >= 3,
        "cells": {},
        "arm": row["arm"],
        "occasion": row["occasion"],
        "team_at_taking_id": teams[row["team"]],
        "enrolment_id": enrolments[row["learner"]],
        "role_profile": "all-staff",
        "taken_at": _taken(row),
        "scored_at": _taken(row),
        "code_version": "test",
        "counts_for": f"{enrolments[row['learner']]}:{row['occasion']}",
        "counted": True,
        "in_force": True,
        "reason": "submitted",
        "keys": {},
    }
