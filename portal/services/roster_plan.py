"""What a roster would change, compared with what stands in the database; pure.

Nothing here reads or writes: the same file and the same state always give the same plan, and a
plan whose changes were made gives an empty one the next time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from db.commands.roster import NewEntry, NewLead, RosterRows, SpanRows
from db.queries.roster import Grant, Lead, ListedPerson, PersonKey, RosterState, Span
from portal.services import roster_faults as faulty
from portal.services.roster_dates import Step, after, follow
from portal.services.roster_faults import RosterFault
from portal.services.roster_file import PersonLine, Roster, shown
from portal.services.roster_teams import Change, ChangeKind, TeamPlan

NO_ROWS = RosterRows()


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes a file asks for, as rows and as words; with faults nothing may be written."""

    rows: RosterRows = NO_ROWS
    changes: tuple[Change, ...] = ()
    faults: tuple[RosterFault, ...] = ()
    unchanged: int = 0
    # Who stood on the roster, no longer does, and so leaves; and those with a last day behind them.
    missing: tuple[int, ...] = ()


@dataclass
class _Draft:
    """A plan while it grows."""

    today: date
    changes: list[Change] = field(default_factory=list)
    faults: list[RosterFault] = field(default_factory=list)
    new_people: list[NewEntry] = field(default_factory=list)
    changed_people: dict[int, dict[str, object]] = field(default_factory=dict)
    member_puts: list[tuple[PersonKey, str, date]] = field(default_factory=list)
    member_edits: dict[int, Span] = field(default_factory=dict)
    member_drops: list[int] = field(default_factory=list)
    new_leads: list[NewLead] = field(default_factory=list)
    lead_edits: dict[int, Lead] = field(default_factory=dict)
    grants: list[tuple[PersonKey, str]] = field(default_factory=list)
    revoked: list[tuple[int, str]] = field(default_factory=list)
    leavers: list[int] = field(default_factory=list)

    def tell(self, row: int, who: str, kind: ChangeKind, detail: str = "") -> None:
        self.changes.append(Change(row, who, kind, detail))


class _Known:
    """The state by person and by code."""

    def __init__(self, state: RosterState) -> None:
        self.people: dict[PersonKey, ListedPerson] = {one.key: one for one in state.people}
        self.members = _by_owner(state.members)
        self.leads: dict[int, list[Lead]] = {}
        for lead in state.leads:
            self.leads.setdefault(lead.person_id, []).append(lead)
        self.grants: dict[int, list[Grant]] = {}
        for grant in state.grants:
            self.grants.setdefault(grant.person_id, []).append(grant)


def plan_roster(
    roster: Roster, *, state: RosterState, today: date, viewer_id: int | None, teams: TeamPlan
) -> Plan:
    """Return what the file changes.

    Parameters
    ----------
    viewer_id
        Who asks; they cannot give themselves a unit to lead. None is the owner of the server.
    teams
        What the same file says of teams, from `plan_teams`.
    """
    draft, known = _Draft(today), _Known(state)
    draft.faults += [*_foreign(roster.people, state=state), *_look_alikes(roster.people, known)]
    for line in roster.people:
        _plan_person(draft, known, line, codes=teams.codes, viewer_id=viewer_id)
    missing = _plan_missing(draft, known, roster)
    _plan_managers(draft, known, state)
    _require_administrator(draft, state)
    touched = {change.who for change in draft.changes}
    return Plan(
        rows=_rows(draft, teams),
        changes=tuple(sorted([*teams.changes, *draft.changes], key=_in_order)),
        faults=tuple(sorted([*teams.faults, *draft.faults], key=lambda one: (one.row, one.column))),
        unchanged=sum(_label(line) not in touched for line in roster.people),
        missing=missing,
    )


def _in_order(change: Change) -> tuple[bool, int]:
    return (change.row == 0, change.row)


def _rows(draft: _Draft, teams: TeamPlan) -> RosterRows:
    return RosterRows(
        new_teams=teams.new,
        renamed_teams=teams.renamed,
        places=teams.places,
        new_people=tuple(draft.new_people),
        changed_people=tuple(draft.changed_people.items()),
        members=SpanRows(
            tuple(draft.member_puts),
            tuple(draft.member_edits.values()),
            tuple(draft.member_drops),
        ),
        new_leads=tuple(draft.new_leads),
        lead_edits=tuple(draft.lead_edits.values()),
        grants=tuple(draft.grants),
        revoked=tuple(draft.revoked),
        leavers=tuple(draft.leavers),
    )


def _label(line: PersonLine) -> str:
    return f"{line.name} ({line.subject})"


def _by_owner(spans: Iterable[Span]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for span in spans:
        found.setdefault(span.owner, []).append(span)
    return found


# --- people ---------------------------------------------------------------------------------------


def _foreign(people: Iterable[PersonLine], *, state: RosterState) -> Iterable[RosterFault]:
    """Find issuers that do not fit: real among invented, or one provider spelled in two ways."""
    spelled: dict[str, str] = {}
    for person in state.people:
        spelled.setdefault(person.issuer.rstrip("/").casefold(), person.issuer)
    for line in people:
        known = spelled.setdefault(line.issuer.rstrip("/").casefold(), line.issuer)
        if state.synthetic and line.issuer != "demo":
            yield faulty.INVENTED.at(line.row, "issuer")
        elif not state.synthetic and line.issuer == "demo":
            yield faulty.NOT_INVENTED.at(line.row, "issuer")
        elif known != line.issuer:
            values = {"came": shown(line.issuer), "known": shown(known)}
            yield faulty.TWO_SPELLINGS.at(line.row, "issuer", **values)


def _look_alikes(people: Iterable[PersonLine], known: _Known) -> Iterable[RosterFault]:
    alike = {(issuer, subject.casefold()): subject for issuer, subject in known.people}
    for line in people:
        subject = alike.get((line.issuer, line.subject.casefold()), line.subject)
        if subject != line.subject and line.key not in known.people:
            values = {"came": shown(line.subject), "known": shown(subject)}
            yield faulty.LOOKS_LIKE_PERSON.at(line.row, "subject", **values)


def _plan_person(
    draft: _Draft,
    known: _Known,
    line: PersonLine,
    *,
    codes: frozenset[str],
    viewer_id: int | None,
) -> None:
    person = known.people.get(line.key)
    gone = line.last_day is not None and line.last_day < draft.today
    if gone and (person is None or not person.active):
        return
    _require_teams(draft, line, codes=codes)
    if person is None:
        profile = line.role_profile or "all-staff"
        entry = NewEntry(line.key, line.name, line.email, profile, line.last_day)
        draft.new_people.append(entry)
        draft.tell(line.row, _label(line), "person added", line.team)
    else:
        _plan_values(draft, line, person=person)
    if gone and person is not None and line.last_day is not None:
        _plan_leaving(draft, known, person, row=line.row, last_day=line.last_day)
        return
    _plan_membership(draft, known, line, person=person)
    _plan_leads(draft, known, line, person=person, viewer_id=viewer_id)
    held = known.grants.get(person.id, []) if person else []
    if not any(grant.role == "employee" for grant in held):
        draft.grants.append((line.key, "employee"))


def _require_teams(draft: _Draft, line: PersonLine, *, codes: frozenset[str]) -> None:
    named: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("team", (line.team,) if line.team else ()),
        ("leads", line.leads or ()),
        ("deputy_for", line.deputy_for or ()),
    )
    for column, wanted in named:
        for code in wanted:
            if code not in codes:
                draft.faults.append(faulty.UNKNOWN_TEAM.at(line.row, column, came=shown(code)))
    for code in set(line.leads or ()) & set(line.deputy_for or ()):
        draft.faults.append(faulty.BOTH.at(line.row, "deputy_for", came=shown(code)))


def _plan_values(draft: _Draft, line: PersonLine, *, person: ListedPerson) -> None:
    wanted = {"name": line.name, "email": line.email}
    if line.role_profile is not None:
        wanted["role_profile"] = line.role_profile
    changed: dict[str, object] = {
        name: value for name, value in wanted.items() if value != getattr(person, name)
    }
    if changed:
        draft.tell(line.row, _label(line), "person changed", ", ".join(sorted(changed)))
    if line.last_day != person.last_day:
        changed["last_day"] = line.last_day
        if person.active:
            detail = f"last_day {line.last_day or '-'}"
            draft.tell(line.row, _label(line), "person changed", detail)
    if not person.on_roster:
        changed["on_roster"] = True
    if not person.active:
        changed["active"] = True
        draft.tell(line.row, _label(line), "person returned", line.team)
    if changed:
        draft.changed_people[person.id] = changed


def _plan_membership(
    draft: _Draft, known: _Known, line: PersonLine, *, person: ListedPerson | None
) -> None:
    history = known.members.get(person.id, []) if person else []
    step = follow(history, target=line.team or None, since=line.team_since, today=draft.today)
    if step.overlaps is not None:
        draft.faults.append(faulty.OVERLAPS.at(line.row, "team_since", until=step.overlaps))
        return
    if step.put is not None:
        draft.member_puts.append((line.key, step.put.target, step.put.starts_on))
    draft.member_edits |= {span.id: span for span in step.edits}
    draft.member_drops += step.drops
    if person is not None and not step.is_nothing:
        draft.tell(line.row, _label(line), "person moved", _move_words(history, step))


def _move_words(history: list[Span], step: Step) -> str:
    """Say from where to where, and from which day on."""
    now = after(history, step)
    last = now[-1] if now else None
    before = history[-1].target if history and history[-1].ends_on is None else "-"
    if last is None:
        return f"{before} to -"
    if last.ends_on is not None:
        return f"{before} to - ({last.ends_on})"
    return f"{before} to {last.target} ({last.starts_on})"


def _plan_leads(
    draft: _Draft,
    known: _Known,
    line: PersonLine,
    *,
    person: ListedPerson | None,
    viewer_id: int | None,
) -> None:
    rows = known.leads.get(person.id, []) if person else []
    running = {
        (one.team, one.kind): one
        for one in rows
        if one.ends_on is None or one.ends_on > draft.today
    }
    for kind, wanted in (("manager", line.leads), ("deputy", line.deputy_for)):
        if wanted is None:
            continue
        for code in wanted:
            held = running.get((code, kind))
            if held is None:
                if person is not None and person.id == viewer_id:
                    column = "leads" if kind == "manager" else "deputy_for"
                    draft.faults.append(faulty.OWN_LEAD.at(line.row, column))
                _begin_lead(draft, line, rows=rows, code=code, kind=kind)
            elif not held.from_roster:
                draft.lead_edits[held.id] = _lead(held, from_roster=True)
        for (code, held_kind), held in running.items():
            if held_kind == kind and held.from_roster and code not in wanted:
                ends_on = max(draft.today, held.starts_on)
                draft.lead_edits.setdefault(held.id, _lead(held, ends_on=ends_on))
                draft.tell(line.row, _label(line), "leads no more", code)


def _begin_lead(draft: _Draft, line: PersonLine, *, rows: list[Lead], code: str, kind: str) -> None:
    starts_on = line.leads_since or draft.today
    draft.tell(line.row, _label(line), "leads", f"{code} ({kind}, {starts_on})")
    same_day = next((one for one in rows if (one.team, one.starts_on) == (code, starts_on)), None)
    if same_day is None:
        draft.new_leads.append(NewLead(line.key, code, kind, starts_on))
        return
    # One row begins on a day: it is taken up again, as a deputy's or a manager's.
    draft.lead_edits[same_day.id] = Lead(
        same_day.id, same_day.person_id, code, kind, starts_on, None, from_roster=True
    )


def _lead(lead: Lead, *, ends_on: date | None = None, from_roster: bool | None = None) -> Lead:
    roster = lead.from_roster if from_roster is None else from_roster
    ends = lead.ends_on if ends_on is None else ends_on
    return Lead(lead.id, lead.person_id, lead.team, lead.kind, lead.starts_on, ends, roster)


# --- leaving and roles ----------------------------------------------------------------------------


def _plan_missing(draft: _Draft, known: _Known, roster: Roster) -> tuple[int, ...]:
    """Let those leave who stood on the roster of an issuer of this file, and no longer do."""
    listed = {line.key for line in roster.people}
    issuers = {line.issuer for line in roster.people}
    gone = [
        person
        for person in known.people.values()
        if person.on_roster
        and person.active
        and person.issuer in issuers
        and person.key not in listed
    ]
    yesterday = date.fromordinal(draft.today.toordinal() - 1)
    for person in gone:
        last_day = min(person.last_day, yesterday) if person.last_day else yesterday
        _plan_leaving(draft, known, person, row=0, last_day=last_day)
    return tuple(person.id for person in gone)


def _plan_leaving(
    draft: _Draft, known: _Known, person: ListedPerson, *, row: int, last_day: date
) -> None:
    """End everything somebody had; the person, their results and the audit stay."""
    label = f"{person.name} ({person.subject})"
    draft.tell(row, label, "person left", str(last_day))
    values = draft.changed_people.setdefault(person.id, {})
    values |= {"active": False, "last_day": last_day}
    draft.leavers.append(person.id)
    away = date.fromordinal(last_day.toordinal() + 1)
    for span in known.members.get(person.id, []):
        if span.ends_on is None or span.ends_on > away:
            ends_on = max(span.starts_on, away)
            draft.member_edits[span.id] = Span(
                span.id, span.owner, span.target, span.starts_on, ends_on
            )
    for lead in known.leads.get(person.id, []):
        if lead.ends_on is None or lead.ends_on > away:
            draft.lead_edits[lead.id] = _lead(lead, ends_on=max(lead.starts_on, away))
    draft.revoked += [(grant.id, "left") for grant in known.grants.get(person.id, [])]


def _plan_managers(draft: _Draft, known: _Known, state: RosterState) -> None:
    """Give the role `manager` to who leads a team, and take back what the roster gave for it."""
    leading = {lead.key for lead in draft.new_leads}
    keys = {person.id: key for key, person in known.people.items()}
    for lead in state.leads:
        now = draft.lead_edits.get(lead.id, lead)
        if now.ends_on is None or now.ends_on > draft.today:
            leading.add(keys[lead.person_id])
    gone = set(draft.leavers)
    managers = {keys[grant.person_id]: grant for grant in state.grants if grant.role == "manager"}
    for key in sorted(leading - set(managers)):
        person = known.people.get(key)
        listed = person is None or person.on_roster or person.id in draft.changed_people
        if listed and (person is None or person.id not in gone):
            draft.grants.append((key, "manager"))
    for key, grant in managers.items():
        if grant.from_roster and key not in leading and grant.person_id not in gone:
            draft.revoked.append((grant.id, "roster"))


def _require_administrator(draft: _Draft, state: RosterState) -> None:
    """Refuse what leaves nobody to administer, at once or when a last day is over."""
    holders = {one.person_id for one in state.grants if one.role == "administrator"}
    before = {one.id: one.last_day for one in state.people if one.active and one.id in holders}
    after = {
        id_: draft.changed_people.get(id_, {}).get("last_day", last_day)
        for id_, last_day in before.items()
        if id_ not in draft.leavers
    }
    stayed, stays = None in before.values(), None in after.values()
    if (before and not after) or (stayed and not stays):
        draft.faults.append(faulty.LAST_ADMINISTRATOR)
