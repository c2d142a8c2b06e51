"""Consents: what somebody lets others see, in whose line they work, and who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from db.chain import ORGANISATION
from db.columns import table
from db.queries.people import DEEPEST, in_force, select_led_teams, select_path, select_subtree
from db.tables import Person, Team, TeamManager, TeamMember
from db.tables_guard import Audit
from db.tables_privacy import Consent


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent from when it was given until it was withdrawn."""

    id: int
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """Somebody of the own line who lets their managers see their levels."""

    person_id: int
    name: str
    team: str
    role_profile: str
    given_at: datetime


def select_consents(connection: Connection, person_id: int, *, kind: str) -> tuple[ConsentRow, ...]:
    """Return a person's consents of a kind, the newest first."""
    rows = table(Consent)
    found = connection.execute(
        select(rows.c.id, rows.c.given_at, rows.c.withdrawn_at)
        .where(rows.c.person_id == person_id, rows.c.kind == kind)
        .order_by(rows.c.given_at.desc(), rows.c.id.desc())
    )
    return tuple(ConsentRow(*row) for row in found)


def select_consenting(
    connection: Connection, manager_id: int, *, kind: str, on: date, person_id: int | None = None
) -> tuple[ShownPerson, ...]:
    """Return the active people below a manager on a day whose consent stands, by name."""
    line = _line(connection, manager_id, on=on)
    people, members = table(Person), table(TeamMember)
    teams, consents = table(Team), table(Consent)
    query = (
        select(people.c.id, people.c.name, teams.c.name, people.c.role_profile, consents.c.given_at)
        .join(members, members.c.person_id == people.c.id)
        .join(teams, teams.c.id == members.c.team_id)
        .join(consents, consents.c.person_id == people.c.id)
        .where(
            people.c.active,
            people.c.id != manager_id,
            members.c.team_id.in_(line),
            in_force(TeamMember, on),
            consents.c.kind == kind,
            consents.c.withdrawn_at.is_(None),
        )
        .order_by(people.c.name, people.c.id)
    )
    if person_id is not None:
        query = query.where(people.c.id == person_id)
    return tuple(ShownPerson(*row) for row in connection.execute(query))


def _line(connection: Connection, manager_id: int, *, on: date) -> Sequence[int]:
    led = select_led_teams(connection, manager_id, on=on)
    return [row.id for row in select_subtree(connection, led, on=on)] if led else []


def select_managers_above(connection: Connection, team_id: int, *, on: date) -> tuple[str, ...]:
    """Return the names of those who lead a team or a unit above it on a day, the nearest first."""
    path = select_path(connection, team_id, on=on)[-DEEPEST:]
    leads, people = table(TeamManager), table(Person)
    rows = connection.execute(
        select(leads.c.team_id, people.c.name)
        .join(people, people.c.id == leads.c.person_id)
        .where(leads.c.team_id.in_(path), in_force(TeamManager, on), people.c.active)
        .order_by(people.c.name)
    ).all()
    nearest = sorted(rows, key=lambda row: -path.index(row.team_id))
    return tuple(dict.fromkeys(row.name for row in nearest))


def select_looks(
    connection: Connection, person_id: int, *, deed: str, limit: int = 50
) -> tuple[tuple[datetime, str], ...]:
    """Return when a deed was done to a person and by whom, the newest first."""
    deeds = table(Audit)
    rows = connection.execute(
        select(deeds.c.at, deeds.c.actor)
        .where(
            deeds.c.stream == ORGANISATION,
            deeds.c.object == f"person:{person_id}",
            deeds.c.deed == deed,
        )
        .order_by(deeds.c.seq.desc())
        .limit(limit)
    ).all()
    ids = {int(row.actor.partition(":")[2]) for row in rows if row.actor.startswith("person:")}
    people = table(Person)
    names = {
        f"person:{row.id}": row.name
        for row in connection.execute(
            select(people.c.id, people.c.name).where(people.c.id.in_(ids))
        )
    }
    return tuple((row.at, names.get(row.actor, row.actor)) for row in rows)


def find_last_look(
    connection: Connection, *, actor: str, person_id: int, deed: str
) -> datetime | None:
    """Return when somebody last did a deed to a person, or None."""
    deeds = table(Audit)
    found: datetime | None = connection.execute(
        select(deeds.c.at)
        .where(
            deeds.c.stream == ORGANISATION,
            deeds.c.object == f"person:{person_id}",
            deeds.c.deed == deed,
            deeds.c.actor == actor,
        )
        .order_by(deeds.c.seq.desc())
        .limit(1)
    ).scalar()
    return found
