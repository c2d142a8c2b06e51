"""Writing a roster down: teams, people, and what is dated between them, many rows at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from db.columns import table
from db.queries.roster import Lead, PersonKey, Span
from db.tables import Person, RoleGrant, Session, Team, TeamManager, TeamMember, TeamPlace

AT_ONCE = 10_000  # rows in one statement


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A person who was not known."""

    key: PersonKey
    name: str
    email: str
    role_profile: str
    last_day: date | None


@dataclass(frozen=True, slots=True)
class NewLead:
    """That a person begins to lead a team or to stand in for its lead."""

    key: PersonKey
    team: str
    kind: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class SpanRows:
    """Spans to add as (owner, target, first day), to write anew, and to take out by id."""

    puts: tuple[tuple[Any, str, date], ...] = ()
    edits: tuple[Span, ...] = ()
    drops: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterRows:
    """All that a roster changes; people by issuer and subject, teams by code."""

    new_teams: tuple[tuple[str, str], ...] = ()
    renamed_teams: tuple[tuple[str, str], ...] = ()
    places: SpanRows = SpanRows()
    new_people: tuple[NewEntry, ...] = ()
    changed_people: tuple[tuple[int, Mapping[str, Any]], ...] = ()
    members: SpanRows = SpanRows()
    new_leads: tuple[NewLead, ...] = ()
    lead_edits: tuple[Lead, ...] = ()
    grants: tuple[tuple[PersonKey, str], ...] = ()
    revoked: tuple[tuple[int, str], ...] = ()
    leavers: tuple[int, ...] = ()


def lock_people(connection: Connection) -> None:
    """Let nobody else change people, teams and roles until the transaction ends.

    SQLite lets one writer in at a time and needs no lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('people', 0))"))


def write_roster(
    connection: Connection, *, rows: RosterRows, granted_by: int | None, now: datetime
) -> dict[PersonKey, int]:
    """Write everything down; return the ids of the people who were added."""
    _write_teams(connection, rows)
    _write_people(connection, rows, now=now)
    new = _ids_of(connection, [entry.key for entry in rows.new_people])
    known = {**new, **_ids_of(connection, _others(rows, new=new))}
    codes = _codes(connection)
    _write_spans(
        connection,
        TeamPlace,
        rows.places,
        owner=("team_id", codes.__getitem__),
        target=("parent_id", codes.get),
    )
    _write_spans(
        connection,
        TeamMember,
        rows.members,
        owner=("person_id", known.__getitem__),
        target=("team_id", codes.__getitem__),
    )
    _write_leads(connection, rows, known=known, codes=codes)
    _write_roles(connection, rows, known=known, granted_by=granted_by, now=now)
    _end_sessions(connection, rows.leavers, now=now)
    return new


def _others(rows: RosterRows, *, new: Mapping[PersonKey, int]) -> list[PersonKey]:
    wanted = {owner for owner, _target, _day in rows.members.puts}
    wanted |= {lead.key for lead in rows.new_leads} | {key for key, _role in rows.grants}
    return [key for key in wanted if key not in new]


def _write_teams(connection: Connection, rows: RosterRows) -> None:
    teams = table(Team)
    _add(connection, teams, [{"code": code, "name": name} for code, name in rows.new_teams])
    _many(
        connection,
        update(teams).where(teams.c.code == bindparam("of")).values(name=bindparam("name_")),
        [{"of": code, "name_": name} for code, name in rows.renamed_teams],
    )


def _write_people(connection: Connection, rows: RosterRows, *, now: datetime) -> None:
    people = table(Person)
    _add(
        connection,
        people,
        [
            {
                "issuer": entry.key[0],
                "subject": entry.key[1],
                "name": entry.name,
                "email": entry.email,
                "role_profile": entry.role_profile,
                "language": "en",
                "active": True,
                "created_at": now,
                "on_roster": True,
                "last_day": entry.last_day,
            }
            for entry in rows.new_people
        ],
    )
    # One statement for each set of columns: what a row leaves out is left alone.
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for person_id, values in rows.changed_people:
        bound = {f"{name}_": value for name, value in values.items()}
        by_columns.setdefault(tuple(sorted(values)), []).append({"of": person_id, **bound})
    for names, found in by_columns.items():
        statement = update(people).where(people.c.id == bindparam("of"))
        _many(connection, statement.values({name: bindparam(f"{name}_") for name in names}), found)


def _ids_of(connection: Connection, keys: Iterable[PersonKey]) -> dict[PersonKey, int]:
    wanted = set(keys)
    people = table(Person)
    if not wanted:
        return {}
    rows = connection.execute(
        select(people.c.issuer, people.c.subject, people.c.id).where(
            people.c.issuer.in_({issuer for issuer, _subject in wanted})
        )
    )
    return {(row[0], row[1]): row[2] for row in rows if (row[0], row[1]) in wanted}


def _codes(connection: Connection) -> dict[str, int]:
    teams = table(Team)
    return {row[0]: row[1] for row in connection.execute(select(teams.c.code, teams.c.id))}


def _write_spans(
    connection: Connection,
    model: type[TeamMember | TeamPlace],
    spans: SpanRows,
    *,
    owner: tuple[str, Any],
    target: tuple[str, Any],
) -> None:
    rows = table(model)
    (owner_column, find_owner), (target_column, find_target) = owner, target
    _many(
        connection,
        delete(rows).where(rows.c.id == bindparam("of")),
        [{"of": i} for i in spans.drops],
    )
    _many(
        connection,
        update(rows)
        .where(rows.c.id == bindparam("of"))
        .values(
            {
                target_column: bindparam("target_"),
                "starts_on": bindparam("starts_"),
                "ends_on": bindparam("ends_"),
            }
        ),
        [
            {
                "of": span.id,
                "target_": find_target(span.target),
                "starts_": span.starts_on,
                "ends_": span.ends_on,
            }
            for span in spans.edits
        ],
    )
    _add(
        connection,
        rows,
        [
            {owner_column: find_owner(key), target_column: find_target(code), "starts_on": day}
            for key, code, day in spans.puts
        ],
    )


def _write_leads(
    connection: Connection,
    rows: RosterRows,
    *,
    known: Mapping[PersonKey, int],
    codes: Mapping[str, int],
) -> None:
    leads = table(TeamManager)
    _many(
        connection,
        update(leads)
        .where(leads.c.id == bindparam("of"))
        .values(
            kind=bindparam("kind_"), ends_on=bindparam("ends_"), from_roster=bindparam("roster_")
        ),
        [
            {"of": one.id, "kind_": one.kind, "ends_": one.ends_on, "roster_": one.from_roster}
            for one in rows.lead_edits
        ],
    )
    _add(
        connection,
        leads,
        [
            {
                "person_id": known[lead.key],
                "team_id": codes[lead.team],
                "kind": lead.kind,
                "starts_on": lead.starts_on,
                "from_roster": True,
            }
            for lead in rows.new_leads
        ],
    )


def _write_roles(
    connection: Connection,
    rows: RosterRows,
    *,
    known: Mapping[PersonKey, int],
    granted_by: int | None,
    now: datetime,
) -> None:
    grants = table(RoleGrant)
    _many(
        connection,
        update(grants)
        .where(grants.c.id == bindparam("of"))
        .values(revoked_at=now, revoked_reason=bindparam("why")),
        [{"of": grant_id, "why": why} for grant_id, why in rows.revoked],
    )
    _add(
        connection,
        grants,
        [
            {
                "person_id": known[key],
                "role": role,
                "granted_by": granted_by,
                "granted_at": now,
                "reason": "roster",
                "from_roster": True,
            }
            for key, role in rows.grants
        ],
    )


def _end_sessions(connection: Connection, people: Sequence[int], *, now: datetime) -> None:
    sessions = table(Session)
    _many(
        connection,
        update(sessions)
        .where(sessions.c.person_id == bindparam("of"), sessions.c.ended_at.is_(None))
        .values(ended_at=now, ended_by="leaving"),
        [{"of": person_id} for person_id in people],
    )


def _add(connection: Connection, rows_of: Table, rows: list[dict[str, Any]]) -> None:
    """Insert many rows; on PostgreSQL as one array for each column, many thousands at a time.

    Sent one by one they took it several times as long.
    """
    if connection.dialect.name != "postgresql":
        _many(connection, insert(rows_of), rows)
        return
    for first in range(0, len(rows), AT_ONCE):
        part = rows[first : first + AT_ONCE]
        arrays = [bindparam(name, type_=ARRAY(rows_of.c[name].type)) for name in part[0]]
        found = select(*(func.unnest(one).label(one.key) for one in arrays))
        connection.execute(
            insert(rows_of).from_select(list(part[0]), found),
            {name: [row[name] for row in part] for name in part[0]},
        )


def _many(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401
    """Run a statement for many rows; for none it would run once, with nothing bound."""
    if rows:
        connection.execute(statement, rows)
