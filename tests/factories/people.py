"""People, their roles, and the teams they work in."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from db.schema import APPLICATION
from db.store import Store
from db.tables import Instance, Person, RoleGrant, Session, Team, TeamManager, TeamMember, TeamPlace
from tests.factories.rows import LONG_AGO, NOW, add_row, next_number


def make_instance(store: Store, *, synthetic: bool = True, application: str = APPLICATION) -> int:
    """Say what the database is."""
    return add_row(
        store, Instance, id=1, application=application, synthetic=synthetic, created_at=NOW
    )


def make_person(
    store: Store,
    *,
    name: str = "Ada Lind",
    issuer: str = "https://id.norhaven.example",
    subject: str | None = None,
    email: str | None = None,
    role_profile: str = "all-staff",
    language: str = "en",
    active: bool = True,
    last_day: date | None = None,
    roles: Sequence[str] = ("employee",),
    team: int | None = None,
    manages: Sequence[int] = (),
) -> int:
    """Add a person with their roles, their team, and the teams they manage."""
    number = next_number()
    person = add_row(
        store,
        Person,
        issuer=issuer,
        subject=subject or f"subject-{number}",
        name=name,
        email=email or f"person{number}@norhaven.example",
        role_profile=role_profile,
        language=language,
        active=active,
        last_day=last_day,
        created_at=NOW,
    )
    for role in roles:
        grant_role(store, person=person, role=role)
    if team is not None:
        join_team(store, person=person, team=team)
    for managed in manages:
        lead_team(store, person=person, team=managed)
    return person


def grant_role(store: Store, *, person: int, role: str, revoked_at: datetime | None = None) -> int:
    """Give a person a role."""
    return add_row(
        store, RoleGrant, person_id=person, role=role, granted_at=NOW, revoked_at=revoked_at
    )


def make_session(
    store: Store, *, person: int, token_hash: str | None = None, started_at: datetime = NOW
) -> str:
    """Sign a person in; return the hash of the token."""
    return add_row(
        store,
        Session,
        token_hash=token_hash or f"{next_number():064d}",
        person_id=person,
        started_at=started_at,
        seen_at=started_at,
        ends_at=started_at + timedelta(hours=8),
    )


def make_team(
    store: Store,
    *,
    name: str = "Claims",
    code: str | None = None,
    parent: int | None = None,
    since: date = LONG_AGO,
    members: int = 0,
) -> int:
    """Add a team below its parent, with as many members as asked for."""
    code = code or f"team-{next_number()}"
    team = add_row(store, Team, code=code, name=name)
    place_team(store, team=team, parent=parent, starts_on=since)
    for _ in range(members):
        make_person(store, team=team)
    return team


def place_team(
    store: Store,
    *,
    team: int,
    parent: int | None,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> int:
    """Hang a team under a parent for a while."""
    return add_row(
        store, TeamPlace, team_id=team, parent_id=parent, starts_on=starts_on, ends_on=ends_on
    )


def join_team(
    store: Store,
    *,
    person: int,
    team: int,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> int:
    """Put a person into a team for a while."""
    return add_row(
        store, TeamMember, person_id=person, team_id=team, starts_on=starts_on, ends_on=ends_on
    )


def lead_team(
    store: Store,
    *,
    person: int,
    team: int,
    kind: str = "manager",
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> int:
    """Let a person lead a team, or stand in for its lead, for a while."""
    return add_row(
        store,
        TeamManager,
        person_id=person,
        team_id=team,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
    )
