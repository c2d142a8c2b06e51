"""An invented organisation: units on three levels, teams of many sizes, people with names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from db import Connection
from db.commands.people import (
    insert_manager,
    insert_member,
    insert_person,
    insert_role,
    insert_team,
)
from portal.services.people import PERSONA_ISSUER

MEDIAN_TEAM, SMALLEST_TEAM, LARGEST_TEAM = 8, 4, 30
TEAMS_PER_DIVISION = 7
AREAS = (
    "Fraud Operations", "Compliance", "Payments Operations", "Customer Care", "Risk",
    "Retail Lending", "Corporate Banking", "Technology", "Finance", "Operations Control",
)  # fmt: skip
FIRST_NAMES = (
    "Amara", "Bea", "Chidi", "Dana", "Elif", "Farid", "Greta", "Hana", "Ines", "Jonas", "Kofi",
    "Lena", "Mateo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tomasz", "Uma",
    "Viktor", "Wanda", "Xenia", "Yusuf", "Zofia", "Aiko", "Bruno", "Carmen", "Dmitri", "Esther",
)  # fmt: skip
LAST_NAMES = (
    "Adeyemi", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova",
    "Jansen", "Kowalska", "Larsen", "Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Rossi",
    "Silva", "Tanaka", "Ueda", "Varga", "Weber", "Yilmaz", "Zhang", "Andersson", "Byrne",
)  # fmt: skip
ROLE_PROFILES = ("case-handler", "all-staff", "risk-compliance-audit", "builder")
ROLE_SHARES = (0.45, 0.35, 0.12, 0.08)


@dataclass(frozen=True, slots=True)
class TeamOfPeople:
    """A team at the bottom of the tree, with its members."""

    team_id: int
    division: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """Everybody who was invented; `staff` holds those with special roles by their role."""

    root_id: int
    divisions: tuple[int, ...]
    teams: tuple[TeamOfPeople, ...]
    staff: dict[str, int]


def team_sizes(people: int, *, rng: np.random.Generator) -> list[int]:
    """Split people into teams of 4 to 30, median about 8; fewer than 8 people make one team.

    Sizes are log-normal around the median; what is left over is spread over the teams.
    """
    if people < 2 * SMALLEST_TEAM:
        return [people]
    sizes: list[int] = []
    while sum(sizes) < people:
        drawn = round(float(np.exp(rng.normal(np.log(MEDIAN_TEAM), 0.5))))
        sizes.append(min(max(drawn, SMALLEST_TEAM), LARGEST_TEAM))
    surplus = sum(sizes) - people
    if sizes[-1] - surplus >= SMALLEST_TEAM:
        sizes[-1] -= surplus
        return sizes
    left = sizes.pop() - surplus
    for extra in range(left):
        sizes[int(np.argsort(sizes)[extra % len(sizes)])] += 1
    return sizes


def build_organisation(
    connection: Connection,
    *,
    people: int,
    rng: np.random.Generator,
    starts_on: date,
    now: datetime,
) -> Organisation:
    """Write down an invented organisation of so many learners, and the staff around it."""
    sizes = team_sizes(people, rng=rng)
    root_id = insert_team(
        connection, code="NORHAVEN", name="Norhaven Bank", parent_id=None, starts_on=starts_on
    )
    divisions: list[int] = []
    teams: list[TeamOfPeople] = []
    for index, size in enumerate(sizes):
        division, place = divmod(index, TEAMS_PER_DIVISION)
        area = AREAS[division % len(AREAS)]
        if place == 0:
            round_ = division // len(AREAS)
            divisions.append(
                insert_team(
                    connection,
                    code=f"D{division + 1:03d}",
                    name=area if round_ == 0 else f"{area} {round_ + 1}",
                    parent_id=root_id,
                    starts_on=starts_on,
                )
            )
        team_id = insert_team(
            connection,
            code=f"T{index + 1:04d}",
            name=f"{area} {place + 1}" if division < len(AREAS) else f"{area} {index + 1}",
            parent_id=divisions[-1],
            starts_on=starts_on,
        )
        members = _members(connection, size, team_id, rng=rng, starts_on=starts_on, now=now)
        teams.append(TeamOfPeople(team_id, divisions[-1], members))
    staff = _staff(connection, root_id, divisions, starts_on=starts_on, now=now)
    _lead_teams(connection, teams, starts_on=starts_on, now=now)
    return Organisation(root_id, tuple(divisions), tuple(teams), staff)


def _members(
    connection: Connection,
    size: int,
    team_id: int,
    *,
    rng: np.random.Generator,
    starts_on: date,
    now: datetime,
) -> tuple[int, ...]:
    members = []
    for place in range(size):
        name = f"{_pick(FIRST_NAMES, rng)} {_pick(LAST_NAMES, rng)}"
        person_id = insert_person(
            connection,
            issuer=PERSONA_ISSUER,
            subject=f"team-{team_id}-{place}",
            name=name,
            email=f"person.{team_id}.{place}@norhaven.example",
            role_profile=str(rng.choice(ROLE_PROFILES, p=ROLE_SHARES)),
            now=now,
        )
        insert_role(connection, person_id=person_id, role="employee", granted_by=None, now=now)
        insert_member(connection, person_id=person_id, team_id=team_id, starts_on=starts_on)
        members.append(person_id)
    return tuple(members)


def _lead_teams(
    connection: Connection, teams: Sequence[TeamOfPeople], *, starts_on: date, now: datetime
) -> None:
    """Make the first member of every team its manager."""
    for team in teams:
        lead = team.members[0]
        insert_role(connection, person_id=lead, role="manager", granted_by=None, now=now)
        insert_manager(
            connection, person_id=lead, team_id=team.team_id, kind="manager", starts_on=starts_on
        )


def _staff(
    connection: Connection,
    root_id: int,
    divisions: Sequence[int],
    *,
    starts_on: date,
    now: datetime,
) -> dict[str, int]:
    """Add the people whom the entry page offers, and those who keep the house in order."""
    wanted = {
        "employee": ("Mara Lindqvist", "case-handler", ("employee",), divisions[0]),
        "manager": ("Joanna Weiss", "team-manager", ("employee", "manager"), root_id),
        "author": ("Emeka Obi", "builder", ("employee", "author"), root_id),
        "program_lead": ("Sofia Marin", "executive", ("employee", "program_lead"), root_id),
        "approver": ("Yusuf Demir", "ai-integrator", ("employee", "approver"), root_id),
        "auditor": ("Helena Brandt", "risk-compliance-audit", ("employee", "auditor"), root_id),
        "sponsor": ("Lukas Meyer", "executive", ("employee", "sponsor"), root_id),
        "administrator": ("Noor Aziz", "builder", ("employee", "administrator"), root_id),
        "accommodations_officer": (
            "Tessa Novak",
            "all-staff",
            ("employee", "accommodations_officer"),
            root_id,
        ),
        "assessor": ("Ines Duarte", "ai-integrator", ("employee", "author"), root_id),
        "assessor-two": ("Lukas Brandt", "ai-integrator", ("employee", "approver"), root_id),
    }
    staff = {}
    for key, (name, profile, roles, team_id) in wanted.items():
        first, last = name.lower().split()
        staff[key] = insert_person(
            connection,
            issuer=PERSONA_ISSUER,
            subject=key,
            name=name,
            email=f"{first}.{last}@norhaven.example",
            role_profile=profile,
            now=now,
        )
        for role in roles:
            insert_role(connection, person_id=staff[key], role=role, granted_by=None, now=now)
        insert_member(connection, person_id=staff[key], team_id=team_id, starts_on=starts_on)
    led = divisions[:2] if len(divisions) > 2 else [root_id]
    for unit_id in led:
        insert_manager(
            connection,
            person_id=staff["manager"],
            team_id=unit_id,
            kind="manager",
            starts_on=starts_on,
        )
    return staff


def _pick(names: Sequence[str], rng: np.random.Generator) -> str:
    return names[int(rng.integers(len(names)))]
