"""Who may do what, as administrators keep it: roles, leads and sessions of other people."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from db import Connection
from db.commands.people import end_lead, insert_manager, insert_role, revoke_role
from db.commands.roster import lock_people
from db.commands.sessions import end_sessions_of
from db.queries.people import PersonRow, find_person
from db.queries.rights import (
    FoundPerson,
    GrantRow,
    LeadRow,
    count_open_sessions,
    find_erased_at,
    find_found_person,
    others_stay,
    select_found_people,
    select_grants,
    select_leads_of,
    select_team_names,
)
from db.store import Store
from portal import access
from portal.access import Refused, Role, Viewer
from portal.services.evidence import record_deed

LeadKind = Literal["manager", "deputy"]

PAGE = 20
MAX_REASON = 300
MAX_SEARCH = 100
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """A page of the people who fit a search, and how many there are in all."""

    people: tuple[FoundPerson, ...]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True, slots=True)
class PersonRights:
    """One person with everything an administrator may change; `is_self` says it is the viewer."""

    person: FoundPerson
    grants: tuple[GrantRow, ...]
    leads: tuple[LeadRow, ...]
    sessions: int
    is_self: bool
    is_erased: bool


def find_people(
    store: Store, *, viewer: Viewer, wanted: str, page: int, now: datetime
) -> FoundPeople:
    """Return a page of the people whose name, address or subject holds a text; pages from 1."""
    access.require(viewer, "manage people")
    return store.read(lambda c: page_of_people(c, wanted=wanted, page=page, on=now.date()))


def page_of_people(connection: Connection, *, wanted: str, page: int, on: date) -> FoundPeople:
    """Return a page of the people who fit a search, for services that authorised it."""
    number = min(max(page, 1), 100_000)
    count, people = select_found_people(
        connection,
        wanted=wanted.strip()[:MAX_SEARCH].replace("\0", ""),
        on=on,
        limit=PAGE,
        offset=(number - 1) * PAGE,
    )
    return FoundPeople(people, count, number)


def read_rights(store: Store, *, viewer: Viewer, person_id: int, now: datetime) -> PersonRights:
    """Return one person with roles, leads and open sessions.

    Raises
    ------
    Refused
        When there is no such person.
    """
    access.require(viewer, "manage people")

    def read(connection: Connection) -> PersonRights:
        person = find_found_person(connection, person_id, on=now.date())
        if person is None:
            raise Refused("There is nobody under this address. Choose somebody from the list.")
        return PersonRights(
            person=person,
            grants=select_grants(connection, person_id),
            leads=select_leads_of(connection, person_id),
            sessions=count_open_sessions(connection, person_id, now=now),
            is_self=person_id == viewer.person_id,
            is_erased=find_erased_at(connection, person_id) is not None,
        )

    return store.read(read)


def read_team_names(store: Store, *, viewer: Viewer) -> dict[int, str]:
    """Return the teams one can lead: id → name and code."""
    access.require(viewer, "manage people")
    return {id_: f"{name} ({code})" for id_, code, name in store.read(select_team_names)}


def give_role(
    store: Store, *, viewer: Viewer, person_id: int, role: str, reason: str, now: datetime
) -> None:
    """Give somebody else a role; it holds at their next click.

    Raises
    ------
    Refused
        When it is the viewer's own account, the role is held already or does not exist, the
        account is closed, or no reason is given.
    """
    access.require(viewer, "manage people")
    why = _require_reason(reason)
    _require_role(role)
    if person_id == viewer.person_id:
        raise Refused("Nobody gives themselves a role. Ask another administrator.")

    def give(connection: Connection) -> None:
        person = _hold(connection, person_id)
        if not person.is_here(now.date()):
            raise Refused("This account is closed. A role needs an account that is open.")
        if role in person.roles:
            raise Refused("This person has the role already.")
        insert_role(
            connection,
            person_id=person_id,
            role=role,
            granted_by=viewer.person_id,
            now=now,
            reason=why,
        )
        _record(connection, viewer, "role given", person_id, now=now, role=role)

    store.write(give)


def take_role(
    store: Store, *, viewer: Viewer, person_id: int, role: str, reason: str, now: datetime
) -> None:
    """Take a role back; it is gone at the next click.

    Raises
    ------
    Refused
        When it is not held, no reason is given, or nobody would be an administrator any more.
    """
    access.require(viewer, "manage people")
    why = _require_reason(reason)
    _require_role(role)

    def take(connection: Connection) -> None:
        person = _hold(connection, person_id)
        if role not in person.roles:
            raise Refused("This person does not have the role any more.")
        last = role == "administrator" and not others_stay(
            connection, role, person_id=person_id, on=now.date()
        )
        if last and person.active:
            raise Refused(
                "This is the last administrator, or the last without a last day. Give somebody "
                "else the role first, then take it."
            )
        revoke_role(connection, person_id=person_id, role=role, now=now, reason=why)
        _record(connection, viewer, "role taken", person_id, now=now, role=role)

    store.write(take)


def end_sessions(store: Store, *, viewer: Viewer, person_id: int, now: datetime) -> int:
    """Sign somebody out in every browser, at once; return how many there were."""
    access.require(viewer, "manage people")

    def end(connection: Connection) -> int:
        _hold(connection, person_id)
        ended = end_sessions_of(connection, person_id=person_id, by="administrator", now=now)
        _record(connection, viewer, "sessions ended", person_id, now=now, sessions=ended)
        return ended

    return store.write(end)


def give_lead(
    store: Store,
    *,
    viewer: Viewer,
    person_id: int,
    team_id: int,
    kind: str,
    starts_on: date,
    last_day: date | None,
    now: datetime,
) -> None:
    """Let somebody else lead a team or stand in for its lead, from a day to a last day.

    They get the role of manager with it, without which they would see nothing.

    Raises
    ------
    Refused
        When it is the viewer's own account, the days make no span, or the same begins that day.
    """
    access.require(viewer, "manage people")
    if person_id == viewer.person_id:
        raise Refused("Nobody gives themselves a team to lead. Ask another administrator.")
    if kind not in get_args(LeadKind):
        raise Refused("Choose whether this is a manager or a deputy.")
    if last_day is not None and last_day < starts_on:
        raise Refused("The last day lies before the first one. Choose a later one.")
    ends_on = None if last_day is None else date.fromordinal(last_day.toordinal() + 1)

    def give(connection: Connection) -> None:
        person = _hold(connection, person_id)
        if not person.is_here(now.date()):
            raise Refused("This account is closed. A role needs an account that is open.")
        names = {id_: name for id_, _code, name in select_team_names(connection)}
        if team_id not in names:
            raise Refused("There is no such team. Choose one from the list.")
        for lead in select_leads_of(connection, person_id):
            same = lead.team_id == team_id
            if same and _overlap(lead, starts_on=starts_on, ends_on=ends_on):
                raise Refused("This person leads the team in these days already.")
        insert_manager(
            connection,
            person_id=person_id,
            team_id=team_id,
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        if "manager" not in person.roles:
            insert_role(
                connection,
                person_id=person_id,
                role="manager",
                granted_by=viewer.person_id,
                now=now,
                reason=f"leads {names[team_id]}",
            )
            _record(connection, viewer, "role given", person_id, now=now, role="manager")
        days = {"starts_on": str(starts_on), "ends_on": str(ends_on or "")}
        _record(
            connection, viewer, "lead given", person_id, now=now, team=team_id, kind=kind, **days
        )

    store.write(give)


def take_lead(
    store: Store, *, viewer: Viewer, person_id: int, lead_id: int, last_day: date, now: datetime
) -> None:
    """Let a lead end after a last day.

    Raises
    ------
    Refused
        When this person has no such lead that still runs.
    """
    access.require(viewer, "manage people")
    ends_on = date.fromordinal(last_day.toordinal() + 1)

    def take(connection: Connection) -> None:
        _hold(connection, person_id)
        running = {
            lead.id
            for lead in select_leads_of(connection, person_id)
            if lead.ends_on is None or lead.ends_on > now.date()
        }
        if lead_id not in running:
            raise Refused("This has ended already. Look at the list again.")
        end_lead(connection, lead_id=lead_id, ends_on=ends_on)
        _record(
            connection, viewer, "lead taken", person_id, now=now, lead=lead_id, ends_on=str(ends_on)
        )

    store.write(take)


def _overlap(lead: LeadRow, *, starts_on: date, ends_on: date | None) -> bool:
    """Say whether two spans share a day, or begin on the same one."""
    before = lead.ends_on is not None and lead.ends_on <= starts_on
    after = ends_on is not None and ends_on <= lead.starts_on
    return lead.starts_on == starts_on or not (before or after)


def _hold(connection: Connection, person_id: int) -> PersonRow:
    """Return a person, and let nobody else change people meanwhile."""
    lock_people(connection)
    person = find_person(connection, person_id)
    if person is None:
        raise Refused("There is nobody under this address. Choose somebody from the list.")
    return person


def _require_role(role: str) -> None:
    if role not in ROLES:
        raise Refused("There is no such role. Choose one from the list.")


def _require_reason(reason: str) -> str:
    text = " ".join(reason.split())
    if not 3 <= len(text) <= MAX_REASON or not text.isprintable():
        raise Refused("Say why, in 3 to 300 characters. It is kept with the change.")
    return text


def _record(
    connection: Connection,
    viewer: Viewer,
    deed: str,
    person_id: int,
    *,
    now: datetime,
    **payload: object,
) -> None:
    record_deed(
        connection,
        viewer=viewer,
        deed=deed,
        object_=f"person:{person_id}",
        payload=payload,
        now=now,
    )
