"""Keeping item parameters: versioned, never changed, one in force for a skill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from db.columns import table
from db.tables_results import Calibration

# Any constant: two calibrations kept at once wait for each other on it.
CALIBRATION_LOCK = 7_310_522_933


@dataclass(frozen=True, slots=True)
class NewCalibration:
    """Item parameters about to be kept; `verdict` says why they are not to be put in force."""

    skill: str
    model: Literal["prior", "rasch", "2pl"]
    parameters: Mapping[str, Any]
    learners: int
    answers: int
    converged: bool | None
    details: Mapping[str, Any]
    verdict: str
    code_version: str
    made_by: int | None = None


def lock_calibrations(connection: Connection) -> None:
    """Let one transaction at a time decide which parameters are in force."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(CALIBRATION_LOCK)))


def keep_calibration(
    connection: Connection, *, calibration: NewCalibration, in_force: bool, now: datetime
) -> int:
    """Add the next version; where it is to be in force, those before stay on record only."""
    lock_calibrations(connection)
    rows = table(Calibration)
    mine = rows.c.skill == calibration.skill
    if in_force:
        connection.execute(update(rows).where(mine, rows.c.in_force).values(in_force=False))
    last = connection.execute(select(func.max(rows.c.version)).where(mine)).scalar()
    values = {name: getattr(calibration, name) for name in NewCalibration.__slots__}
    values["parameters"] = dict(calibration.parameters)
    values["details"] = dict(calibration.details)
    return int(
        connection.execute(
            insert(rows)
            .values(**values, version=(last or 0) + 1, made_at=now, in_force=in_force)
            .returning(rows.c.id)
        ).scalar_one()
    )
