"""Administrators give and take roles, leads and sessions of others; each with its reason."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from db.columns import table
from db.queries.audit import verify_chain
from db.queries.people import select_led_teams
from db.store import Store
from db.tables import Audit, Person
from portal import access
from portal.access import Refused, Viewer
from portal.services.rights import (
    end_sessions,
    find_people,
    give_lead,
    give_role,
    read_rights,
    read_team_names,
    take_lead,
    take_role,
)
from portal.services.sessions import find_viewer, sign_out_everywhere, start_session
from tests.factories import NOW, TODAY, make_person, make_session, make_team

WHY = "Asked for by the head of claims"


def administrator(store: Store, name: str = "Ada Lind") -> Viewer:
    person_id = make_person(store, name=name, roles=("employee", "administrator"))
    return Viewer(person_id, name, frozenset({"employee", "administrator"}), "builder")


@pytest.fixture
def viewer(store: Store) -> Viewer:
    return administrator(store)


@pytest.fixture
def other(store: Store) -> int:
    return make_person(store, name="Bo Berg")


def roles(store: Store, viewer: Viewer, person_id: int) -> tuple[str, ...]:
    return read_rights(store, viewer=viewer, person_id=person_id, now=NOW).person.roles


def deeds(store: Store) -> list[tuple[str, str, str]]:
    audit = table(Audit)
    rows = store.read(
        lambda c: c.execute(select(audit.c.deed, audit.c.actor, audit.c.object)).all()
    )
    return [tuple(row) for row in rows]


def lead(store: Store, viewer: Viewer, person_id: int, team: int, **values):
    given = {"kind": "deputy", "starts_on": TODAY, "last_day": None}
    give_lead(store, viewer=viewer, person_id=person_id, team_id=team, now=NOW, **(given | values))


def test_a_role_works_at_the_next_click_and_is_gone_at_the_next_click(store, viewer, other):
    token = start_session(store, person_id=other, now=NOW, hours=8)

    def see():
        found = find_viewer(store, token=token, now=NOW, idle_minutes=30)
        assert found is not None
        return access.may(found, "read the audit trail")

    assert not see()
    give_role(store, viewer=viewer, person_id=other, role="auditor", reason=WHY, now=NOW)
    assert see()
    take_role(store, viewer=viewer, person_id=other, role="auditor", reason=WHY, now=NOW)
    assert not see()


def test_who_gave_a_role_when_and_why_stays_after_it_was_taken(store, viewer, other):
    give_role(store, viewer=viewer, person_id=other, role="auditor", reason=f" {WHY} ", now=NOW)
    later = NOW + timedelta(days=2)
    take_role(store, viewer=viewer, person_id=other, role="auditor", reason="Moved on", now=later)

    (grant, _employee) = read_rights(store, viewer=viewer, person_id=other, now=later).grants
    assert (grant.role, grant.by, grant.given_at, grant.reason) == ("auditor", "Ada Lind", NOW, WHY)
    assert (grant.taken_at, grant.taken_reason) == (later, "Moved on")
    actor, object_ = f"person:{viewer.person_id}", f"person:{other}"
    assert deeds(store) == [("role given", actor, object_), ("role taken", actor, object_)]
    assert store.read(verify_chain) == []


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 301, "abc\x00def"])
def test_a_role_without_a_reason_is_refused(store, viewer, other, reason):
    with pytest.raises(Refused, match="Say why"):
        give_role(store, viewer=viewer, person_id=other, role="auditor", reason=reason, now=NOW)

    assert roles(store, viewer, other) == ("employee",)
    assert deeds(store) == []


@pytest.mark.parametrize("role", ["auditor", "administrator", "manager", "employee"])
def test_nobody_gives_themselves_a_role(store, viewer, role):
    before = roles(store, viewer, viewer.person_id)

    with pytest.raises(Refused, match="themselves"):
        give_role(store, viewer=viewer, person_id=viewer.person_id, role=role, reason=WHY, now=NOW)

    assert roles(store, viewer, viewer.person_id) == before


def test_nobody_gives_themselves_a_team(store, viewer):
    with pytest.raises(Refused, match="themselves"):
        lead(store, viewer, viewer.person_id, make_team(store))

    assert "manager" not in roles(store, viewer, viewer.person_id)


@pytest.mark.parametrize("second", [{"active": False}, {"last_day": TODAY + timedelta(days=30)}])
def test_the_last_administrator_who_stays_cannot_go(store, viewer, second):
    make_person(store, roles=("administrator",), **second)

    with pytest.raises(Refused, match="last administrator"):
        take_role(
            store,
            viewer=viewer,
            person_id=viewer.person_id,
            role="administrator",
            reason=WHY,
            now=NOW,
        )

    assert "administrator" in roles(store, viewer, viewer.person_id)


def test_where_every_last_day_is_known_an_administrator_may_go_while_another_is_here(store, viewer):
    second = administrator(store, "Bo Berg")
    days = update(table(Person)).values(last_day=TODAY + timedelta(days=30))
    store.write(lambda connection: connection.execute(days))

    take_role(
        store, viewer=second, person_id=viewer.person_id, role="administrator", reason=WHY, now=NOW
    )

    assert "administrator" not in roles(store, second, viewer.person_id)


def test_of_two_administrators_one_may_go(store, viewer):
    second = administrator(store, "Bo Berg")

    take_role(
        store, viewer=second, person_id=viewer.person_id, role="administrator", reason=WHY, now=NOW
    )
    with pytest.raises(Refused, match="last administrator"):
        take_role(
            store,
            viewer=second,
            person_id=second.person_id,
            role="administrator",
            reason=WHY,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("role", "said"),
    [("wizard", "no such role"), ("", "no such role"), ("employee", "has the role already")],
)
def test_a_forged_or_doubled_role_is_refused(store, viewer, other, role, said):
    with pytest.raises(Refused, match=said):
        give_role(store, viewer=viewer, person_id=other, role=role, reason=WHY, now=NOW)


def test_a_role_is_neither_given_to_a_closed_account_nor_to_nobody(store, viewer):
    closed = make_person(store, active=False)

    with pytest.raises(Refused, match="closed"):
        give_role(store, viewer=viewer, person_id=closed, role="auditor", reason=WHY, now=NOW)
    with pytest.raises(Refused, match="nobody"):
        give_role(store, viewer=viewer, person_id=10**9, role="auditor", reason=WHY, now=NOW)


def test_sessions_that_an_administrator_ends_are_worth_nothing_at_once(store, viewer, other):
    tokens = [start_session(store, person_id=other, now=NOW, hours=8) for _ in range(3)]
    mine = start_session(store, person_id=viewer.person_id, now=NOW, hours=8)

    assert read_rights(store, viewer=viewer, person_id=other, now=NOW).sessions == 3
    assert end_sessions(store, viewer=viewer, person_id=other, now=NOW) == 3

    for token in tokens:
        assert find_viewer(store, token=token, now=NOW, idle_minutes=30) is None
    assert find_viewer(store, token=mine, now=NOW, idle_minutes=30) is not None
    assert ("sessions ended", f"person:{viewer.person_id}", f"person:{other}") in deeds(store)


def test_signing_out_everywhere_ends_the_own_sessions_only(store, viewer, other):
    mine = [start_session(store, person_id=other, now=NOW, hours=8) for _ in range(2)]
    make_session(store, person=viewer.person_id)

    ended = sign_out_everywhere(
        store, viewer=Viewer(other, "Bo", frozenset({"employee"}), "builder"), now=NOW
    )

    assert ended == 2
    assert find_viewer(store, token=mine[0], now=NOW, idle_minutes=30) is None
    assert read_rights(store, viewer=viewer, person_id=viewer.person_id, now=NOW).sessions == 1


def test_a_deputy_stands_in_from_a_day_to_a_last_day(store, viewer, other):
    team = make_team(store)
    lead(store, viewer, other, team, starts_on=date(2026, 3, 10), last_day=date(2026, 3, 20))

    def led(on: date) -> tuple[int, ...]:
        return store.read(lambda c: select_led_teams(c, other, on=on))

    assert [led(date(2026, 3, day)) for day in (9, 10, 20, 21)] == [(), (team,), (team,), ()]
    assert "manager" in roles(store, viewer, other)


def test_a_team_has_several_managers_and_one_of_them_ends(store, viewer, other):
    team, third = make_team(store), make_person(store)
    for person in (other, third):
        lead(store, viewer, person, team, kind="manager", starts_on=date(2026, 1, 1))
    (row,) = read_rights(store, viewer=viewer, person_id=other, now=NOW).leads

    take_lead(store, viewer=viewer, person_id=other, lead_id=row.id, last_day=TODAY, now=NOW)

    tomorrow = TODAY + timedelta(days=1)
    led = [
        store.read(lambda c, p=person: select_led_teams(c, p, on=tomorrow))
        for person in (other, third)
    ]
    assert led == [(), (team,)]
    with pytest.raises(Refused, match="ended already"):
        take_lead(
            store,
            viewer=viewer,
            person_id=other,
            lead_id=row.id,
            last_day=TODAY,
            now=NOW + timedelta(days=2),
        )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "king"}, "manager or a deputy"),
        ({"last_day": TODAY - timedelta(days=1)}, "before the first"),
        ({"team": 10**9}, "no such team"),
    ],
)
def test_a_forged_lead_is_refused(store, viewer, other, values, said):
    days = {name: value for name, value in values.items() if name != "team"}
    team = values.get("team") or make_team(store)

    with pytest.raises(Refused, match=said):
        lead(store, viewer, other, team, **days)


def test_the_same_team_twice_in_the_same_days_is_refused(store, viewer, other):
    team = make_team(store)
    lead(store, viewer, other, team)

    with pytest.raises(Refused, match="in these days already"):
        lead(store, viewer, other, team, kind="manager", starts_on=TODAY + timedelta(days=3))


def test_a_lead_of_somebody_else_cannot_be_ended_under_another_name(store, viewer, other):
    third = make_person(store)
    lead(store, viewer, third, make_team(store))
    (row,) = read_rights(store, viewer=viewer, person_id=third, now=NOW).leads

    with pytest.raises(Refused):
        take_lead(store, viewer=viewer, person_id=other, lead_id=row.id, last_day=TODAY, now=NOW)


def test_people_are_found_by_a_part_of_name_address_or_subject(store, viewer):
    make_person(store, name="Özgür O'Neil 100%", subject="u-77", email="oe@norhaven.example")
    make_person(store, name="Someone Else")

    def names(wanted: str) -> list[str]:
        found = find_people(store, viewer=viewer, wanted=wanted, page=1, now=NOW)
        return [person.name for person in found.people]

    for wanted in ("Özg", "o'neil", "100%", "U-77", " oe@NORHAVEN "):
        assert names(wanted) == ["Özgür O'Neil 100%"]
    assert names("%") == ["Özgür O'Neil 100%"]
    assert names("_____") == []
    assert names("nobody\0") == []


def test_long_lists_come_in_pages(store, viewer):
    for number in range(25):
        make_person(store, name=f"Person {number:02d}")

    first = find_people(store, viewer=viewer, wanted="", page=1, now=NOW)
    second = find_people(store, viewer=viewer, wanted="", page=2, now=NOW)
    far = find_people(store, viewer=viewer, wanted="", page=10**30, now=NOW)

    assert (first.count, first.pages, len(first.people), len(second.people)) == (26, 2, 20, 6)
    assert not {one.id for one in first.people} & {one.id for one in second.people}
    assert far.people == ()


def test_teams_are_offered_with_their_codes(store, viewer):
    team = make_team(store, name="Claims", code="T1")

    assert read_team_names(store, viewer=viewer) == {team: "Claims (T1)"}
