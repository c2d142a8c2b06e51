"""Everything a roster is compared with: people, teams, and all that is dated between them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from db.columns import table
from db.queries.people import find_instance
from db.tables import Person, RoleGrant, Team, TeamManager, TeamMember, TeamPlace

PersonKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person as the roster knows them."""

    id: int
    issuer: str
    subject: str
    name: str
    email: str
    role_profile: str
    active: bool
    on_roster: bool
    last_day: date | None

    @property
    def key(self) -> PersonKey:
        """Who it is, everywhere."""
        return self.issuer, self.subject


@dataclass(frozen=True, slots=True)
class Span:
    """That something belonged somewhere from a day until a day (exclusive).

    `owner` is the id of a person or team, `target` the code of the team; empty is the very top.
    """

    id: int
    owner: int
    target: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Lead:
    """That a person leads a team or stands in for its lead."""

    id: int
    person_id: int
    team: str
    kind: str
    starts_on: date
    ends_on: date | None
    from_roster: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in force."""

    id: int
    person_id: int
    role: str
    from_roster: bool


@dataclass(frozen=True, slots=True)
class RosterState:
    """All of it at one moment; two that are equal would take the same changes."""

    people: tuple[ListedPerson, ...]
    teams: tuple[tuple[int, str, str], ...]
    members: tuple[Span, ...]
    places: tuple[Span, ...]
    leads: tuple[Lead, ...]
    grants: tuple[Grant, ...]
    synthetic: bool | None


def select_roster_state(connection: Connection) -> RosterState:
    """Read what a roster is compared with."""
    teams, people, grants = table(Team), table(Person), table(RoleGrant)
    leads = table(TeamManager)
    found = connection.execute(select(teams.c.id, teams.c.code, teams.c.name).order_by(teams.c.id))
    known = tuple((row[0], row[1], row[2]) for row in found)
    codes = {id_: code for id_, code, _name in known}
    columns = [people.c[name] for name in ListedPerson.__slots__]
    return RosterState(
        people=tuple(
            ListedPerson(*row) for row in connection.execute(select(*columns).order_by(people.c.id))
        ),
        teams=known,
        members=_spans(connection, TeamMember, owner="person_id", target="team_id", codes=codes),
        places=_spans(connection, TeamPlace, owner="team_id", target="parent_id", codes=codes),
        leads=tuple(
            Lead(row[0], row[1], codes[row[2]], *row[3:])
            for row in connection.execute(
                select(
                    leads.c.id,
                    leads.c.person_id,
                    leads.c.team_id,
                    leads.c.kind,
                    leads.c.starts_on,
                    leads.c.ends_on,
                    leads.c.from_roster,
                ).order_by(leads.c.person_id, leads.c.starts_on, leads.c.id)
            )
        ),
        grants=tuple(
            Grant(*row)
            for row in connection.execute(
                select(grants.c.id, grants.c.person_id, grants.c.role, grants.c.from_roster)
                .where(grants.c.revoked_at.is_(None))
                .order_by(grants.c.id)
            )
        ),
        synthetic=find_instance(connection),
    )


def _spans(
    connection: Connection,
    model: type[TeamMember | TeamPlace],
    *,
    owner: str,
    target: str,
    codes: dict[int, str],
) -> tuple[Span, ...]:
    rows = table(model)
    found = connection.execute(
        select(rows.c.id, rows.c[owner], rows.c[target], rows.c.starts_on, rows.c.ends_on).order_by(
            rows.c[owner], rows.c.starts_on
        )
    )
    return tuple(Span(row[0], row[1], codes.get(row[2], ""), row[3], row[4]) for row in found)
