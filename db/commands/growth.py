"""Stored growth: moving its integers with each result, and counting them anew."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from db.hot import Statement
from db.recount import MEASURES, SHARDS, recount_sql

# The unit itself counts twice: for its own members (team) and for everyone from it down (line).
# Cells are touched in one order everywhere, so that two results never wait for each other.
MOVE_CELLS = Statement(
    """
    INSERT INTO growth_cell (team_id, scope, skill, arm, occasion, month, shard,
        n, total, squares, error_squares, level_1, level_2, level_3, level_4, at_target)
    WITH RECURSIVE line(unit_id) AS (
        SELECT id FROM team WHERE id = :team_id
        UNION
        SELECT place.parent_id FROM line JOIN team_place place ON place.team_id = line.unit_id
        WHERE place.parent_id IS NOT NULL AND place.starts_on <= :day
          AND (place.ends_on IS NULL OR place.ends_on > :day)
    ), cell(unit_id, scope, shard) AS (
        SELECT unit_id, 'team', 0 FROM line WHERE unit_id = :team_id
        UNION ALL
        SELECT unit_id, 'line', CASE WHEN unit_id = :team_id THEN 0 ELSE :shard END FROM line
    )
    SELECT unit_id, scope, :skill, :arm, :occasion, :month, shard, :n, :total, :squares,
        :error_squares, :level_1, :level_2, :level_3, :level_4, :at_target
    FROM cell WHERE true ORDER BY unit_id, scope
    ON CONFLICT (team_id, scope, skill, arm, occasion, month, shard) DO UPDATE SET
        n = growth_cell.n + excluded.n,
        total = growth_cell.total + excluded.total,
        squares = growth_cell.squares + excluded.squares,
        error_squares = growth_cell.error_squares + excluded.error_squares,
        level_1 = growth_cell.level_1 + excluded.level_1,
        level_2 = growth_cell.level_2 + excluded.level_2,
        level_3 = growth_cell.level_3 + excluded.level_3,
        level_4 = growth_cell.level_4 + excluded.level_4,
        at_target = growth_cell.at_target + excluded.at_target
    """
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the cells need to know of one counted result; `day` is the UTC day it was taken."""

    learner_id: int
    team_id: int
    skill: str
    arm: str | None
    occasion: str | None
    day: date
    theta: float
    se: float
    level: int
    at_target: bool


def thousandths(value: float) -> int:
    """Return a number in whole thousandths, halves upwards.

    The same three steps stand in the recount; they come out the same in Python, SQLite and
    PostgreSQL, whose own rounding of halves differs. Good for ±100.
    """
    return int(value * 1000.0 + 100_000.5) - 100_000


def move_cells(connection: Connection, *, result: Counted, by: int) -> None:
    """Add a counted result to its unit and to every unit above it (`by=1`), or take it back (-1).

    The units above are those of the day the check was taken.
    """
    theta, se = thousandths(result.theta), thousandths(result.se)
    levels = {f"level_{level}": by * (result.level == level) for level in (1, 2, 3, 4)}
    MOVE_CELLS.run(
        connection,
        team_id=result.team_id,
        day=result.day,
        shard=result.learner_id % SHARDS,
        skill=result.skill,
        arm=result.arm or "none",
        occasion=result.occasion or "none",
        month=result.day.replace(day=1),
        n=by,
        total=by * theta,
        squares=by * theta * theta,
        error_squares=by * se * se,
        at_target=by * result.at_target,
        **levels,
    )


def rebuild_growth(connection: Connection) -> int:
    """Throw the stored cells away and count every result anew; return the number of cells.

    Needed after the past was corrected: a unit hung elsewhere from an earlier day on. Results that
    are being written meanwhile wait, and are then added.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("LOCK TABLE growth_cell IN EXCLUSIVE MODE"))
    connection.execute(text("DELETE FROM growth_cell"))
    columns = f"team_id, scope, skill, arm, occasion, month, shard, {', '.join(MEASURES)}"
    recount = recount_sql(connection)
    done = connection.exec_driver_sql(f"INSERT INTO growth_cell ({columns}) {recount}")
    return done.rowcount
