"""People, their roles, their teams, and who leads whom."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import starmap

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.sql import ColumnElement

from db.columns import table
from db.hot import Statement
from db.tables import Instance, Person, RoleGrant, TeamManager, TeamMember, TeamPlace

# A line of ten thousand people has a thousand teams: they go as one value, and nothing is compiled.
AMONG = {"sqlite": "IN (SELECT value FROM json_each(:teams))", "postgresql": "= ANY(:teams)"}
_WALK = (
    "WITH RECURSIVE walk(team_id, parent_id, depth) AS (SELECT team_id, parent_id, 0"
    " FROM team_place WHERE team_id {among} AND starts_on <= :on"
    " AND (ends_on IS NULL OR ends_on > :on)"
    " UNION SELECT p.team_id, p.parent_id, w.depth + 1 FROM team_place p"
    " JOIN walk w ON p.parent_id = w.team_id WHERE p.starts_on <= :on"
    " AND (p.ends_on IS NULL OR p.ends_on > :on) AND w.depth < :deepest)"
    " SELECT t.id, t.code, t.name, w.parent_id, w.depth FROM (SELECT team_id,"
    " max(parent_id) AS parent_id, min(depth) AS depth FROM walk GROUP BY team_id) w"
    " JOIN team t ON t.id = w.team_id"
)
_COUNT = (
    "SELECT m.team_id, count(*) FROM team_member m WHERE m.team_id {among}"
    " AND m.starts_on <= :on AND (m.ends_on IS NULL OR m.ends_on > :on) AND NOT EXISTS"
    " (SELECT 1 FROM person p WHERE p.id = m.person_id AND NOT p.active) GROUP BY m.team_id"
)
WALK = {name: Statement(_WALK.format(among=among)) for name, among in AMONG.items()}
COUNT = {name: Statement(_COUNT.format(among=among)) for name, among in AMONG.items()}

# No organisation is deeper; a walk that goes on met a circle.
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with the roles in force."""

    id: int
    name: str
    email: str
    role_profile: str
    language: str
    active: bool
    roles: frozenset[str]
    last_day: date | None = None

    def is_here(self, on: date) -> bool:
        """Say whether the account holds on a day; the last day at work is one of them."""
        return self.active and (self.last_day is None or on <= self.last_day)


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team, and how deep it hangs below the unit that was asked for (0 is the unit itself)."""

    id: int
    code: str
    name: str
    parent_id: int | None
    depth: int


def in_force(model: type[TeamMember | TeamManager | TeamPlace], on: date) -> ColumnElement[bool]:
    """Return the condition that a dated row holds on a day; its end day no longer counts."""
    starts, ends = table(model).c.starts_on, table(model).c.ends_on
    return and_(starts <= on, or_(ends.is_(None), ends > on))


def find_person(connection: Connection, person_id: int) -> PersonRow | None:
    """Return the person, or None."""
    people = select_people(connection, [person_id])
    return people[0] if people else None


def find_person_by_subject(connection: Connection, *, issuer: str, subject: str) -> int | None:
    """Return the id of the person who signs in as this subject at this issuer, or None."""
    persons = table(Person)
    found = connection.execute(
        select(persons.c.id).where(persons.c.issuer == issuer, persons.c.subject == subject)
    ).scalar()
    return None if found is None else int(found)


def select_people(connection: Connection, ids: Sequence[int]) -> tuple[PersonRow, ...]:
    """Return people with their roles, in the order of their ids."""
    people, grants = table(Person), table(RoleGrant)
    rows = connection.execute(
        select(people, grants.c.role)
        .outerjoin(grants, and_(grants.c.person_id == people.c.id, grants.c.revoked_at.is_(None)))
        .where(people.c.id.in_(ids))
        .order_by(people.c.id)
    ).all()
    roles: dict[int, set[str]] = {}
    for row in rows:
        roles.setdefault(row.id, set()).update([row.role] if row.role else [])
    first = {row.id: row for row in reversed(rows)}
    return tuple(
        PersonRow(
            id=person_id,
            name=first[person_id].name,
            email=first[person_id].email,
            role_profile=first[person_id].role_profile,
            language=first[person_id].language,
            active=first[person_id].active,
            roles=frozenset(found),
            last_day=first[person_id].last_day,
        )
        for person_id, found in roles.items()
    )


def select_people_with_role(connection: Connection, role: str) -> tuple[int, ...]:
    """Return the ids of active people who hold a role, first granted first."""
    people, grants = table(Person), table(RoleGrant)
    return tuple(
        connection.execute(
            select(grants.c.person_id)
            .join(people, people.c.id == grants.c.person_id)
            .where(grants.c.role == role, grants.c.revoked_at.is_(None), people.c.active)
            .order_by(grants.c.id)
        ).scalars()
    )


def select_overdue_accounts(connection: Connection, *, on: date) -> tuple[tuple[int, date], ...]:
    """Return the active people whose last day lies before a day, with that last day."""
    people = table(Person)
    rows = connection.execute(
        select(people.c.id, people.c.last_day)
        .where(people.c.active, people.c.last_day < on)
        .order_by(people.c.id)
    )
    return tuple((row[0], row[1]) for row in rows)


def find_team_of(connection: Connection, person_id: int, *, on: date) -> int | None:
    """Return the id of the team a person works in on a day, or None."""
    members = table(TeamMember)
    found = connection.execute(
        select(members.c.team_id).where(members.c.person_id == person_id, in_force(TeamMember, on))
    ).scalar()
    return None if found is None else int(found)


def select_led_teams(connection: Connection, person_id: int, *, on: date) -> tuple[int, ...]:
    """Return the teams a person leads, or stands in for, on a day."""
    leads = table(TeamManager)
    return tuple(
        connection.execute(
            select(leads.c.team_id)
            .where(leads.c.person_id == person_id, in_force(TeamManager, on))
            .order_by(leads.c.team_id)
        ).scalars()
    )


def select_roots(connection: Connection, *, on: date) -> tuple[int, ...]:
    """Return the units that hang under nothing on a day."""
    places = table(TeamPlace)
    return tuple(
        connection.execute(
            select(places.c.team_id)
            .where(places.c.parent_id.is_(None), in_force(TeamPlace, on))
            .order_by(places.c.team_id)
        ).scalars()
    )


def select_path(connection: Connection, team_id: int, *, on: date) -> tuple[int, ...]:
    """Return the units from the top of the organisation down to a team, the team last."""
    places = table(TeamPlace)
    path = [team_id]
    while len(path) <= DEEPEST:
        parent = connection.execute(
            select(places.c.parent_id).where(places.c.team_id == path[0], in_force(TeamPlace, on))
        ).scalar()
        if parent is None or parent in path:
            break
        path.insert(0, int(parent))
    return tuple(path)


def select_subtree(
    connection: Connection, team_ids: Sequence[int], *, on: date, deepest: int = DEEPEST
) -> tuple[TeamRow, ...]:
    """Return the teams and everything below them on a day, each once, nearest first.

    UNION (not UNION ALL) ends the walk should the tree ever hold a cycle.
    """
    rows = WALK[connection.dialect.name].run(
        connection, teams=_as_value(connection, team_ids), on=on, deepest=deepest
    )
    # Sorted here: databases put names in an order of their own, and take their time.
    return tuple(sorted(starmap(TeamRow, rows), key=lambda team: (team.depth, team.name)))


def _as_value(connection: Connection, ids: Sequence[int]) -> str | list[int]:
    return json.dumps(list(ids)) if connection.dialect.name == "sqlite" else list(ids)


def count_members(connection: Connection, team_ids: Sequence[int], *, on: date) -> dict[int, int]:
    """Return how many active people work in each team on a day; teams without any are left out."""
    rows = COUNT[connection.dialect.name].run(
        connection, teams=_as_value(connection, team_ids), on=on
    )
    return {row[0]: row[1] for row in rows}


def find_instance(connection: Connection) -> bool | None:
    """Return whether the people in this database are invented; None when it was never filled."""
    instances = table(Instance)
    found = connection.execute(select(instances.c.synthetic)).scalar()
    return None if found is None else bool(found)
