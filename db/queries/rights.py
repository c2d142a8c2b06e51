"""People as administrators see them: found by a part of their name, with roles, leads, sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from db.columns import table
from db.queries.people import in_force
from db.tables import Person, RoleGrant, Session, Team, TeamManager, TeamMember


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person in a list."""

    id: int
    name: str
    email: str
    active: bool
    on_roster: bool
    last_day: date | None
    team: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role that was given, and taken where it was; `by` is empty for the server's owner."""

    role: str
    by: str
    given_at: datetime
    reason: str
    from_roster: bool
    taken_at: datetime | None
    taken_reason: str


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A team that somebody leads or stands in for; the end no longer counts."""

    id: int
    team_id: int
    team: str
    kind: str
    starts_on: date
    ends_on: date | None
    from_roster: bool


def select_found_people(
    connection: Connection, *, wanted: str, on: date, limit: int, offset: int
) -> tuple[int, tuple[FoundPerson, ...]]:
    """Return how many people fit a text, and a page of them by name."""
    people = table(Person)
    fits = _fits(wanted)
    count = connection.execute(select(func.count()).select_from(people).where(fits)).scalar_one()
    rows = connection.execute(
        _people(on).where(fits).order_by(people.c.name, people.c.id).limit(limit).offset(offset)
    ).all()
    roles = _roles(connection, [row.id for row in rows])
    return count, tuple(_found(row, roles) for row in rows)


def find_found_person(connection: Connection, person_id: int, *, on: date) -> FoundPerson | None:
    """Return one person as the list shows them, or None."""
    row = connection.execute(_people(on).where(table(Person).c.id == person_id)).first()
    return None if row is None else _found(row, _roles(connection, [person_id]))


def _people(on: date) -> Select[tuple[Any, ...]]:
    people, members, teams = table(Person), table(TeamMember), table(Team)
    return (
        select(
            people.c.id,
            people.c.name,
            people.c.email,
            people.c.active,
            people.c.on_roster,
            people.c.last_day,
            func.coalesce(teams.c.name, "").label("team"),
        )
        .outerjoin(members, and_(members.c.person_id == people.c.id, in_force(TeamMember, on)))
        .outerjoin(teams, teams.c.id == members.c.team_id)
    )


def _fits(wanted: str) -> ColumnElement[bool]:
    people = table(Person)
    texts = [people.c[name] for name in ("name", "email", "subject")]
    # SQLite knows the small letters of ASCII only, so a name is also found as it was typed.
    folded = [func.lower(one).contains(wanted.casefold(), autoescape=True) for one in texts]
    typed = [one.contains(wanted, autoescape=True) for one in texts]
    return or_(*folded, *typed) if wanted else people.c.id > 0


def _found(row: Row[*tuple[Any, ...]], roles: dict[int, list[str]]) -> FoundPerson:
    values = {name: getattr(row, name) for name in FoundPerson.__slots__ if name != "roles"}
    return FoundPerson(**values, roles=tuple(sorted(roles.get(values["id"], []))))


def _roles(connection: Connection, people: Iterable[int]) -> dict[int, list[str]]:
    grants = table(RoleGrant)
    rows = connection.execute(
        select(grants.c.person_id, grants.c.role)
        .where(grants.c.person_id.in_(list(people)), grants.c.revoked_at.is_(None))
        .distinct()
    )
    found: dict[int, list[str]] = {}
    for person_id, role in rows:
        found.setdefault(person_id, []).append(role)
    return found


def select_grants(connection: Connection, person_id: int) -> tuple[GrantRow, ...]:
    """Return every role somebody has or had, the newest first."""
    grants, people = table(RoleGrant), table(Person)
    rows = connection.execute(
        select(
            grants.c.role,
            func.coalesce(people.c.name, ""),
            grants.c.granted_at,
            grants.c.reason,
            grants.c.from_roster,
            grants.c.revoked_at,
            grants.c.revoked_reason,
        )
        .outerjoin(people, people.c.id == grants.c.granted_by)
        .where(grants.c.person_id == person_id)
        .order_by(grants.c.granted_at.desc(), grants.c.id.desc())
    )
    return tuple(GrantRow(*row) for row in rows)


def select_leads_of(connection: Connection, person_id: int) -> tuple[LeadRow, ...]:
    """Return every team somebody leads, led or will lead, the newest first."""
    leads, teams = table(TeamManager), table(Team)
    rows = connection.execute(
        select(
            leads.c.id,
            leads.c.team_id,
            teams.c.name,
            leads.c.kind,
            leads.c.starts_on,
            leads.c.ends_on,
            leads.c.from_roster,
        )
        .join(teams, teams.c.id == leads.c.team_id)
        .where(leads.c.person_id == person_id)
        .order_by(leads.c.starts_on.desc(), leads.c.id.desc())
    )
    return tuple(LeadRow(*row) for row in rows)


def count_open_sessions(connection: Connection, person_id: int, *, now: datetime) -> int:
    """Return in how many browsers somebody is signed in."""
    sessions = table(Session)
    return connection.execute(
        select(func.count()).where(
            sessions.c.person_id == person_id,
            sessions.c.ended_at.is_(None),
            sessions.c.ends_at > now,
        )
    ).scalar_one()


def others_stay(connection: Connection, role: str, *, person_id: int, on: date) -> bool:
    """Say whether somebody else holds a role on a day, and stays as far as is known.

    Where this person has a known last day too, whoever is still here is enough.
    """
    grants, people = table(RoleGrant), table(Person)
    known = table(Person).alias("this_person")
    own_day = select(known.c.last_day).where(known.c.id == person_id).scalar_subquery()
    found = connection.execute(
        select(grants.c.id)
        .join(people, people.c.id == grants.c.person_id)
        .where(grants.c.role == role, grants.c.revoked_at.is_(None))
        .where(people.c.active, people.c.id != person_id)
        .where(
            or_(
                people.c.last_day.is_(None),
                and_(people.c.last_day >= on, own_day.is_not(None)),
            )
        )
        .limit(1)
    )
    return found.first() is not None


def select_team_names(connection: Connection) -> tuple[tuple[int, str, str], ...]:
    """Return every team: id, code and name, by name."""
    teams = table(Team)
    rows = connection.execute(
        select(teams.c.id, teams.c.code, teams.c.name).order_by(teams.c.name, teams.c.code)
    )
    return tuple((row[0], row[1], row[2]) for row in rows)


def find_erased_at(connection: Connection, person_id: int) -> datetime | None:
    """Return when a person was erased, or None."""
    people = table(Person)
    found: datetime | None = connection.execute(
        select(people.c.erased_at).where(people.c.id == person_id)
    ).scalar()
    return found


def select_ids_by_email(connection: Connection, email: str) -> tuple[int, ...]:
    """Return the people who have an e-mail address, letter by letter."""
    people = table(Person)
    return tuple(
        connection.execute(
            select(people.c.id).where(people.c.email == email).order_by(people.c.id)
        ).scalars()
    )
