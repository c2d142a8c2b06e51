"""Item parameters of a skill: those in force, and every version before."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from db.columns import table
from db.tables import Person
from db.tables_results import Calibration


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """One version of the item parameters of a skill.

    `parameters` maps an item id to its `a` and `b` and, where they were estimated, `se_a`, `se_b`
    and `n`. `verdict` says why an estimate was not put in force; `maker` is who asked for it.
    """

    id: int
    skill: str
    version: int
    model: str
    parameters: Mapping[str, Any]
    learners: int
    answers: int
    converged: bool | None
    details: Mapping[str, Any]
    verdict: str
    code_version: str
    made_at: datetime
    in_force: bool
    maker: str | None


def find_calibration(connection: Connection, *, skill: str) -> CalibrationRow | None:
    """Return the calibration in force for a skill, or None."""
    rows = table(Calibration)
    return _first(connection, _calibrations().where(rows.c.skill == skill, rows.c.in_force))


def find_calibration_by_id(connection: Connection, calibration_id: int) -> CalibrationRow | None:
    """Return a calibration in force or not, or None."""
    return _first(connection, _calibrations().where(table(Calibration).c.id == calibration_id))


def find_prior(connection: Connection, *, skill: str) -> CalibrationRow | None:
    """Return the newest of the experts' difficulties for a skill, or None."""
    rows = table(Calibration)
    return _first(
        connection,
        _calibrations()
        .where(rows.c.skill == skill, rows.c.model == "prior")
        .order_by(rows.c.version.desc())
        .limit(1),
    )


def select_calibrations(
    connection: Connection, *, skill: str | None = None
) -> tuple[CalibrationRow, ...]:
    """Return every version of a skill, or of all skills, the newest first."""
    rows = table(Calibration)
    query = _calibrations().order_by(rows.c.skill, rows.c.version.desc())
    if skill is not None:
        query = query.where(rows.c.skill == skill)
    return tuple(CalibrationRow(*tuple[Any, ...](row)) for row in connection.execute(query))


def _first(connection: Connection, query: Select[Any]) -> CalibrationRow | None:
    row = connection.execute(query).first()
    return None if row is None else CalibrationRow(*tuple[Any, ...](row))


def _calibrations() -> Select[Any]:
    rows, people = table(Calibration), table(Person)
    names = [field.name for field in fields(CalibrationRow) if field.name != "maker"]
    return select(*[rows.c[name] for name in names], people.c.name).outerjoin(
        people, people.c.id == rows.c.made_by
    )
