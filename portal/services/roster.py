"""The roster: what a file would change, and the change of all of it or of nothing."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from db import Connection
from db.commands.audit import append_audits
from db.commands.limits import spend
from db.commands.people import end_account
from db.commands.roster import lock_people, write_roster
from db.queries.people import select_overdue_accounts
from db.queries.roster import RosterState, select_roster_state
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import ORGANISATION, actor, record_deed
from portal.services.refusals import REFUSALS
from portal.services.roster_faults import RosterFault
from portal.services.roster_file import Roster, read_roster
from portal.services.roster_plan import NO_ROWS, Plan, plan_roster
from portal.services.roster_teams import Change, ChangeKind, count_kinds, plan_teams

# So many may be missing from a file without a word; more looks like half a file.
FEW_LEAVERS = 10
SHARE_OF_LEAVERS = 0.1
MAX_TRIES = 3


@dataclass(frozen=True, slots=True)
class RosterReport:
    """What a file changes or changed, row by row, or why it is refused."""

    changes: tuple[Change, ...]
    faults: tuple[RosterFault, ...]
    people: int
    unchanged: int
    missing: int
    file_hash: str
    written: bool = False

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """Return how many changes there are of each kind."""
        return count_kinds(self.changes)


def check_roster(
    store: Store,
    *,
    viewer: Viewer | None,
    data: bytes,
    profiles: Collection[str],
    now: datetime,
) -> RosterReport:
    """Return what a file would change, and change nothing; a faulty one is noted for auditors.

    Parameters
    ----------
    viewer
        An administrator; None is the command line of whoever holds the server.
    profiles
        The ids of the role profiles a person may have.
    """
    if viewer is not None:
        access.require(viewer, "manage people")
    roster = read_roster(data, profiles=profiles)
    plan = _plan(roster, state=store.read(select_roster_state), viewer=viewer, now=now)
    report = _report(plan, roster=roster, data=data, written=False)
    if plan.faults and viewer is not None:
        _note_refused(store, report, viewer=viewer, now=now)
    return report


def load_roster(
    store: Store,
    *,
    viewer: Viewer | None,
    data: bytes,
    profiles: Collection[str],
    now: datetime,
    leavers: int | None = None,
) -> RosterReport:
    """Make every change a file asks for, or none; a file that changes nothing leaves no trace.

    Parameters
    ----------
    leavers
        How many people may leave because the file does not name them, when they are many; the
        number that `check_roster` told.

    Raises
    ------
    Refused
        When many people are missing from the file and nobody confirmed how many, or when people
        and teams were changed by somebody else the whole time.
    """
    if viewer is not None:
        access.require(viewer, "manage people")
    roster = read_roster(data, profiles=profiles)
    for _try in range(MAX_TRIES):
        # Planned outside the transaction: others can write while a long file is compared.
        state = store.read(select_roster_state)
        plan = _plan(roster, state=state, viewer=viewer, now=now)
        report = _report(plan, roster=roster, data=data, written=False)
        if plan.faults:
            _note_refused(store, report, viewer=viewer, now=now)
        if plan.faults or plan.rows == NO_ROWS:
            return report
        _require_few_leavers(plan, state=state, leavers=leavers)
        if _write(store, plan, state=state, viewer=viewer, report=report, now=now):
            return _report(plan, roster=roster, data=data, written=True)
    raise Refused("Somebody else changed people or teams meanwhile. Load the file again.")


def _note_refused(
    store: Store, report: RosterReport, *, viewer: Viewer | None, now: datetime
) -> None:
    """Write down that a file was kept out: its hash and how many faults, nothing that it says."""

    def note(connection: Connection) -> None:
        if spend(connection, REFUSALS, who=actor(viewer), now=now) is None:
            record_deed(
                connection,
                viewer=viewer,
                deed="refused a roster",
                object_=f"roster:{report.file_hash[:16]}",
                payload={"file_sha256": report.file_hash, "faults": len(report.faults)},
                now=now,
            )

    store.write(note)


def _plan(roster: Roster, *, state: RosterState, viewer: Viewer | None, now: datetime) -> Plan:
    if roster.faults:
        return Plan(faults=roster.faults)
    today = now.date()
    return plan_roster(
        roster,
        state=state,
        today=today,
        viewer_id=None if viewer is None else viewer.person_id,
        teams=plan_teams(roster.teams, state=state, today=today),
    )


def _report(plan: Plan, *, roster: Roster, data: bytes, written: bool) -> RosterReport:
    return RosterReport(
        changes=plan.changes,
        faults=plan.faults,
        people=len(roster.people),
        unchanged=plan.unchanged,
        missing=len(plan.missing),
        file_hash=hashlib.sha256(data).hexdigest(),
        written=written,
    )


def _require_few_leavers(plan: Plan, *, state: RosterState, leavers: int | None) -> None:
    missing = len(plan.missing)
    listed = sum(person.on_roster and person.active for person in state.people)
    if missing > max(FEW_LEAVERS, SHARE_OF_LEAVERS * listed) and leavers != missing:
        raise Refused(
            "{n} people of the roster are missing from this file and would leave. Confirm the "
            "number, or load the whole file.",
            n=missing,
        )


def _write(
    store: Store,
    plan: Plan,
    *,
    state: RosterState,
    viewer: Viewer | None,
    report: RosterReport,
    now: datetime,
) -> bool:
    """Write a plan; False, and nothing is written, when it was made for another state."""

    def write(connection: Connection) -> bool:
        lock_people(connection)
        if select_roster_state(connection) != state:
            return False
        by = None if viewer is None else viewer.person_id
        write_roster(connection, rows=plan.rows, granted_by=by, now=now)
        _audit_people(connection, plan, state=state, viewer=viewer, now=now)
        record_deed(
            connection,
            viewer=viewer,
            deed="loaded a roster",
            object_=f"roster:{report.file_hash[:16]}",
            payload={
                "file_sha256": report.file_hash,
                "people": report.people,
                **{str(kind): count for kind, count in count_kinds(plan.changes).items()},
            },
            now=now,
        )
        return True

    return store.write(write)


def _audit_people(
    connection: Connection, plan: Plan, *, state: RosterState, viewer: Viewer | None, now: datetime
) -> None:
    """Write down who left, and whose right to see a team came or went; the rest is counted."""
    owners = {grant.id: grant for grant in state.grants}
    ids = {person.key: person.id for person in state.people}
    deeds = [("account ended", person_id, {"why": "roster"}) for person_id in plan.rows.leavers]
    deeds += [
        ("role taken", owners[grant_id].person_id, {"role": owners[grant_id].role, "why": why})
        for grant_id, why in plan.rows.revoked
    ]
    deeds += [
        ("role given", ids[key], {"role": role, "why": "roster"})
        for key, role in plan.rows.grants
        if key in ids
    ]
    append_audits(
        connection,
        stream=ORGANISATION,
        actor=actor(viewer),
        deeds=[(deed, f"person:{person_id}", payload) for deed, person_id, payload in deeds],
        now=now,
    )


def end_due_accounts(store: Store, *, today: date, now: datetime) -> int:
    """End every account whose last day is over; return how many. Work that comes round daily."""

    def end(connection: Connection) -> int:
        lock_people(connection)
        due = select_overdue_accounts(connection, on=today)
        for person_id, last_day in due:
            end_account(connection, person_id=person_id, last_day=last_day, why="left", now=now)
        append_audits(
            connection,
            stream=ORGANISATION,
            actor="portal",
            deeds=[("account ended", f"person:{id_}", {"why": "last day"}) for id_, _day in due],
            now=now,
        )
        return len(due)

    return store.write(end)
