"""Growth as stored: cells of teams and lines, who is below a unit, and the recount."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import pandas as pd
from sqlalchemy import Connection, Date, Select, bindparam, func, select, text

from db.columns import table
from db.recount import MEASURES, recount_sql
from db.tables import GrowthCell

CELL_KEY = ("team_id", "scope", "skill", "arm", "occasion", "month")
GROWTH_COLUMNS = (
    "team_id",
    "skill",
    "arm",
    "occasion",
    "month",
    "n",
    "theta_sum",
    "theta_squares",
    "error_squares",
    "level_1",
    "level_2",
    "level_3",
    "level_4",
    "at_target",
)

_LINE = text(
    "WITH RECURSIVE line(team_id) AS (SELECT id FROM team WHERE id = :team_id UNION"
    " SELECT place.team_id FROM line JOIN team_place place ON place.parent_id = line.team_id"
    " WHERE place.starts_on <= :day AND (place.ends_on IS NULL OR place.ends_on > :day))"
    " SELECT team_id FROM line ORDER BY CASE WHEN team_id = :team_id THEN 0 ELSE 1 END, team_id"
).bindparams(bindparam("day", type_=Date()))
_MANAGED = text(
    "SELECT DISTINCT team_id FROM team_manager WHERE person_id = :person_id"
    " AND starts_on <= :day AND (ends_on IS NULL OR ends_on > :day) ORDER BY team_id"
).bindparams(bindparam("day", type_=Date()))


def select_growth(
    connection: Connection,
    *,
    team_ids: Sequence[int],
    scope: Literal["team", "line"],
    skill: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> pd.DataFrame:
    """Return the stored growth of some units, per skill, arm, occasion and month.

    Parameters
    ----------
    scope
        `team`: a unit's own members. `line`: them and everyone below, by the tree of the day the
        check was taken. Lines of a unit and of one below it overlap; never add them up.
    since, until
        Months are whole: both of these days lie in a month that belongs to the answer.

    Returns
    -------
    pd.DataFrame
        One row per (`team_id`, `skill`, `arm`, `occasion`, `month`): `month` (first day),
        `n` (counted results), `theta_sum` (logits), `theta_squares` and `error_squares` (squared
        logits: Σ θ² and Σ se²), `level_1` … `level_4` and `at_target` (results). `arm` and
        `occasion` are `none` where the check belonged to no program. Sums, not means: small groups
        have to be joined or withheld before anything is divided.
    """
    rows = connection.execute(
        _growth_query(team_ids, scope=scope, skill=skill, since=since, until=until)
    ).all()
    frame = pd.DataFrame.from_records(rows, columns=list(GROWTH_COLUMNS))
    counts = ["team_id", "n", "level_1", "level_2", "level_3", "level_4", "at_target"]
    frame = frame.astype(dict.fromkeys(counts, "int64"))
    frame["month"] = pd.to_datetime(frame["month"])
    frame["theta_sum"] = frame["theta_sum"].astype("int64") / 1e3
    for squares in ("theta_squares", "error_squares"):
        frame[squares] = frame[squares].astype("int64") / 1e6
    return frame


def _growth_query(
    team_ids: Sequence[int],
    *,
    scope: str,
    skill: str | None,
    since: date | None,
    until: date | None,
) -> Select[Any]:
    cells = table(GrowthCell)
    key = [cells.c[name] for name in CELL_KEY if name != "scope"]
    query = (
        select(*key, *(func.sum(cells.c[name]).label(name) for name in MEASURES))
        .where(cells.c.team_id.in_(list(team_ids)), cells.c.scope == scope)
        .group_by(*key)
        .having(func.sum(cells.c.n) > 0)
        .order_by(*key)
    )
    if skill is not None:
        query = query.where(cells.c.skill == skill)
    if since is not None:
        query = query.where(cells.c.month >= since.replace(day=1))
    return query if until is None else query.where(cells.c.month <= until)


def select_line(connection: Connection, *, team_id: int, on: date) -> list[int]:
    """Return a unit, first, and every unit below it on a day; a circle is walked once."""
    return list(connection.execute(_LINE, {"team_id": team_id, "day": on}).scalars())


def select_managed(connection: Connection, person_id: int, on: date) -> list[int]:
    """Return the units a person leads on a day, as manager or deputy; not the units below."""
    return list(connection.execute(_MANAGED, {"person_id": person_id, "day": on}).scalars())


def compare_growth(connection: Connection) -> pd.DataFrame:
    """Count every result anew and return where the stored cells say something else.

    Returns
    -------
    pd.DataFrame
        No rows when they agree. Else, per cell, a row of `side` `stored` and one of `recount`
        (either may be missing): the key (`team_id`, `scope`, `skill`, `arm`, `occasion`, `month`)
        and the integers as they stand in growth_cell.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    key, sums = ", ".join(CELL_KEY), ", ".join(f"CAST(sum({m}) AS BIGINT)" for m in MEASURES)
    recount = recount_sql(connection)
    rows = connection.exec_driver_sql(
        f"""
        WITH recount AS MATERIALIZED (
            SELECT {key}, {sums} FROM ({recount}) counted GROUP BY {key}
        ), stored AS MATERIALIZED (
            SELECT {key}, {sums} FROM growth_cell GROUP BY {key} HAVING sum(n) <> 0
        )
        SELECT 'stored', only_stored.* FROM
            (SELECT * FROM stored EXCEPT SELECT * FROM recount) only_stored
        UNION ALL
        SELECT 'recount', only_counted.* FROM
            (SELECT * FROM recount EXCEPT SELECT * FROM stored) only_counted
        """  # noqa: S608 - put together from constants and days
    ).all()
    return pd.DataFrame.from_records(rows, columns=["side", *CELL_KEY, *MEASURES])
