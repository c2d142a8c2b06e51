"""Growth as stored: cells of teams and lines, who is below a unit, and the recount."""

from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Date, bindparam, text

from db.hot import Statement
from db.recount import MEASURES, recount_sql

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
# Of these, what is made of a team's figures on its pages.
_SUMS = itemgetter(
    *map(
        GROWTH_COLUMNS.index,
        ("team_id", "arm", "occasion", "n", "theta_sum", "theta_squares", "at_target"),
    )
)
# What the stored integers are divided by: thousandths of a logit, and their squares.
UNITS = {"theta_sum": 1e3, "theta_squares": 1e6, "error_squares": 1e6}

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
    query, values = _growth_query(team_ids, scope=scope, skill=skill, since=since, until=until)
    rows = Statement(query).run(connection, **values).all()
    found = zip(*rows, strict=True) if rows else [()] * len(GROWTH_COLUMNS)
    # From arrays whose types are known: pandas takes many times as long to find them out.
    return pd.DataFrame(
        {name: _array(name, column) for name, column in zip(GROWTH_COLUMNS, found, strict=True)}
    )


def select_sums(
    connection: Connection, *, team_ids: Sequence[int], scope: Literal["team", "line"], skill: str
) -> list[tuple[int, str, str, int, float, float, int]]:
    """Return some of what `select_growth` does, of one skill, as rows: a frame takes far longer.

    Each row is `team_id`, `arm`, `occasion`, `n`, `theta_sum`, `theta_squares`, `at_target` of a
    month.
    """
    query, values = _growth_query(team_ids, scope=scope, skill=skill, since=None, until=None)
    rows = Statement(query).run(connection, **values)
    total, squares = UNITS["theta_sum"], UNITS["theta_squares"]
    return [
        (team, arm, occasion, n, of_theta / total, of_squares / squares, hits)
        for team, arm, occasion, n, of_theta, of_squares, hits in map(_SUMS, rows)
    ]


def _array(name: str, column: Sequence[Any]) -> "np.ndarray[Any, Any]":
    if name in {"skill", "arm", "occasion"}:
        return np.array(column, dtype=object)
    if name == "month":
        return np.array(column, dtype="datetime64[s]")
    whole = np.array(column, dtype="int64")
    return whole / UNITS[name] if name in UNITS else whole


def _growth_query(
    team_ids: Sequence[int],
    *,
    scope: str,
    skill: str | None,
    since: date | None,
    until: date | None,
) -> tuple[str, dict[str, Any]]:
    """Return the text and values; ids stand in the text, because lists have no placeholder."""
    ids = ", ".join(str(int(team_id)) for team_id in team_ids) or "NULL"
    asked = {
        "scope = :scope": scope,
        "skill = :skill": skill,
        "month >= :since": None if since is None else since.replace(day=1),
        "month <= :until": until,
    }
    given = {condition: value for condition, value in asked.items() if value is not None}
    values = {condition.partition(":")[2]: value for condition, value in given.items()}
    key = "team_id, skill, arm, occasion, month"
    where = " AND ".join([f"team_id IN ({ids})", *given])
    if scope == "team":  # never sharded, so that there is nothing to add up
        return (
            f"SELECT {key}, {', '.join(MEASURES)} FROM growth_cell"  # noqa: S608
            f" WHERE {where} AND n > 0 ORDER BY {key}",
            values,
        )
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in MEASURES)
    return (
        f"SELECT {key}, {sums} FROM growth_cell WHERE {where}"  # noqa: S608
        f" GROUP BY {key} HAVING sum(n) > 0 ORDER BY {key}",
        values,
    )


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
