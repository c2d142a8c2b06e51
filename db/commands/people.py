"""Adding people, teams, roles and what the database is."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, insert, text, update

from db.columns import table
from db.commands.sessions import end_sessions_of
from db.tables import Instance, Person, RoleGrant, Team, TeamManager, TeamMember, TeamPlace


def insert_instance(
    connection: Connection, *, application: str, synthetic: bool, now: datetime
) -> None:
    """Write down what this database is; it can be said only once."""
    connection.execute(
        insert(Instance).values(id=1, application=application, synthetic=synthetic, created_at=now)
    )


def allow_pauses(connection: Connection) -> None:
    """Let this one transaction think for long between two statements; the next may not."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def insert_person(
    connection: Connection,
    *,
    issuer: str,
    subject: str,
    name: str,
    email: str,
    role_profile: str,
    now: datetime,
) -> int:
    """Add a person and return the id."""
    result = connection.execute(
        insert(Person).values(
            issuer=issuer,
            subject=subject,
            name=name,
            email=email,
            role_profile=role_profile,
            language="en",
            active=True,
            created_at=now,
        )
    )
    return _new_id(result.inserted_primary_key)


def insert_role(
    connection: Connection,
    *,
    person_id: int,
    role: str,
    granted_by: int | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Give a person a role."""
    connection.execute(
        insert(RoleGrant).values(
            person_id=person_id, role=role, granted_by=granted_by, granted_at=now, reason=reason
        )
    )


def revoke_role(
    connection: Connection, *, person_id: int, role: str, now: datetime, reason: str = ""
) -> int:
    """Take a role back; return how many grants ended."""
    grants = table(RoleGrant)
    done = connection.execute(
        update(grants)
        .where(
            grants.c.person_id == person_id, grants.c.role == role, grants.c.revoked_at.is_(None)
        )
        .values(revoked_at=now, revoked_reason=reason)
    )
    return done.rowcount


def insert_team(
    connection: Connection, *, code: str, name: str, parent_id: int | None, starts_on: date
) -> int:
    """Add a team under a unit, and return its id."""
    result = connection.execute(insert(Team).values(code=code, name=name))
    team_id = _new_id(result.inserted_primary_key)
    connection.execute(
        insert(TeamPlace).values(team_id=team_id, parent_id=parent_id, starts_on=starts_on)
    )
    return team_id


def insert_member(connection: Connection, *, person_id: int, team_id: int, starts_on: date) -> None:
    """Put a person into a team."""
    connection.execute(
        insert(TeamMember).values(person_id=person_id, team_id=team_id, starts_on=starts_on)
    )


def insert_manager(
    connection: Connection,
    *,
    person_id: int,
    team_id: int,
    kind: str,
    starts_on: date,
    ends_on: date | None = None,
) -> None:
    """Make a person lead a team or stand in for its lead, until a day where one is given."""
    connection.execute(
        insert(TeamManager).values(
            person_id=person_id, team_id=team_id, kind=kind, starts_on=starts_on, ends_on=ends_on
        )
    )


def end_lead(connection: Connection, *, lead_id: int, ends_on: date) -> None:
    """Let a lead end on a day that no longer counts; one that lies ahead never begins."""
    leads = table(TeamManager)
    ends = case((leads.c.starts_on > ends_on, leads.c.starts_on), else_=ends_on)
    connection.execute(update(leads).where(leads.c.id == lead_id).values(ends_on=ends))


def insert_people(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add many people at once; each row names every column of `person` but the id."""
    connection.execute(insert(Person), [dict(row) for row in rows])


def end_account(
    connection: Connection, *, person_id: int, last_day: date, why: str, now: datetime
) -> None:
    """End what somebody had: account, sessions, teams, leads and roles; the person stays."""
    people, grants, away = table(Person), table(RoleGrant), last_day + timedelta(days=1)
    connection.execute(
        update(people).where(people.c.id == person_id).values(active=False, last_day=last_day)
    )
    end_sessions_of(connection, person_id=person_id, by="leaving", now=now)
    connection.execute(
        update(grants)
        .where(grants.c.person_id == person_id, grants.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=why)
    )
    for model in (TeamMember, TeamManager):
        rows = table(model)
        running = (rows.c.person_id == person_id) & (
            rows.c.ends_on.is_(None) | (rows.c.ends_on > away)
        )
        ahead = rows.c.starts_on > away
        connection.execute(
            update(rows).where(running).values(ends_on=case((ahead, rows.c.starts_on), else_=away))
        )


def _new_id(primary_key: Any) -> int:  # noqa: ANN401 - SQLAlchemy's own type
    if primary_key is None:
        raise RuntimeError("the database returned no id for a new row")
    return int(primary_key[0])
