"""The SQL that counts every result anew into growth cells: one statement, both engines."""

from datetime import date

from sqlalchemy import Connection, select, union

from db.columns import table
from db.tables import TeamPlace

# Rows a busy unit's cell is spread over, so that results below it need not wait for each other; a
# power of two, because the recount takes the learner's shard by a mask.
SHARDS = 8
MEASURES = (
    "n",
    "total",
    "squares",
    "error_squares",
    "level_1",
    "level_2",
    "level_3",
    "level_4",
    "at_target",
)


def recount_sql(connection: Connection) -> str:
    """Return a SELECT with the columns of growth_cell, over all counted results.

    Results are first summed per unit, month and epoch - a span of days in which no unit was moved -
    and only these few sums are then handed up the tree as it stood in their epoch.
    """
    days = _tree_changes(connection)
    sqlite = connection.dialect.name == "sqlite"
    day = "substr(r.taken_at, 1, 10)" if sqlite else "(r.taken_at AT TIME ZONE 'UTC')::date"
    month = (
        "substr(r.taken_at, 1, 7) || '-01'"
        if sqlite
        else "date_trunc('month', r.taken_at AT TIME ZONE 'UTC')::date"
    )
    theta, error = _thousandths("r.theta", sqlite=sqlite), _thousandths("r.se", sqlite=sqlite)
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in MEASURES)
    levels = ", ".join(
        f"CASE WHEN level = {level} THEN 1 ELSE 0 END AS level_{level}" for level in (1, 2, 3, 4)
    )
    key = "skill, arm, occasion, month"
    return f"""
    WITH RECURSIVE epoch(number, day) AS ({_epochs(days, sqlite=sqlite)}),
    line(team_id, number, unit_id) AS (
        SELECT team.id, epoch.number, team.id FROM team CROSS JOIN epoch
        UNION
        SELECT line.team_id, line.number, place.parent_id
        FROM line JOIN epoch ON epoch.number = line.number
        JOIN team_place place ON place.team_id = line.unit_id
        WHERE place.parent_id IS NOT NULL AND place.starts_on <= epoch.day
          AND (place.ends_on IS NULL OR place.ends_on > epoch.day)
    ), single AS (
        SELECT r.team_at_taking_id AS team_id, {_epoch_of(day, days)} AS number, r.skill,
            coalesce(r.arm, 'none') AS arm, coalesce(r.occasion, 'none') AS occasion,
            {month} AS month, r.learner_id & {SHARDS - 1} AS shard, 1 AS n,
            {theta} AS total, {error} AS error, r.level,
            CASE WHEN r.at_target THEN 1 ELSE 0 END AS at_target
        FROM result r WHERE r.counted AND r.team_at_taking_id IS NOT NULL
    ), measured AS (
        SELECT team_id, number, {key}, shard, n, total, total * total AS squares,
            error * error AS error_squares, {levels}, at_target
        FROM single
    ), grouped AS MATERIALIZED (
        SELECT team_id, number, {key}, shard, {sums} FROM measured
        GROUP BY team_id, number, {key}, shard
    ), handed_up AS (
        SELECT line.unit_id, {key},
            CASE WHEN line.unit_id = grouped.team_id THEN 0 ELSE shard END AS shard,
            {", ".join(MEASURES)}
        FROM grouped JOIN line
          ON line.team_id = grouped.team_id AND line.number = grouped.number
    )
    SELECT team_id, 'team' AS scope, {key}, 0 AS shard, {sums} FROM grouped
    GROUP BY team_id, {key}
    UNION ALL
    SELECT unit_id, 'line', {key}, shard, {sums} FROM handed_up
    GROUP BY unit_id, {key}, shard
    """  # noqa: S608 - put together from constants and days


def _tree_changes(connection: Connection) -> list[date]:
    """Return the days on which a unit was hung somewhere or taken away."""
    places = table(TeamPlace)
    days = union(
        select(places.c.starts_on), select(places.c.ends_on).where(places.c.ends_on.is_not(None))
    )
    return sorted(connection.execute(days).scalars())


def _epochs(days: list[date], *, sqlite: bool) -> str:
    """List the epochs with their first days; epoch 0 lies before the first change."""
    kind = "" if sqlite else "DATE "
    first = [date(1, 1, 1), *days]
    return "VALUES " + ", ".join(f"({n}, {kind}'{day}')" for n, day in enumerate(first))


def _epoch_of(day: str, days: list[date], *, before: int = 0) -> str:
    """Return an expression for the epoch of a day: a search tree of comparisons.

    `before` counts the changes that lie before `days`.
    """
    if not days:
        return str(before)
    middle = len(days) // 2
    later = _epoch_of(day, days[middle + 1 :], before=before + middle + 1)
    earlier = _epoch_of(day, days[:middle], before=before)
    return f"CASE WHEN {day} >= '{days[middle]}' THEN {later} ELSE {earlier} END"


def _thousandths(column: str, *, sqlite: bool) -> str:
    """Return the expression behind `db.commands.growth.thousandths`."""
    if sqlite:
        return f"CAST({column} * 1000.0 + 100000.5 AS INTEGER) - 100000"
    return f"CAST(trunc({column} * 1000.0::float8 + 100000.5::float8) AS BIGINT) - 100000"
