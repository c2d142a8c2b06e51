"""A roster is taken over whole or not at all, by its days; a second time it changes nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from db.columns import table
from db.queries.audit import verify_chain
from db.queries.people import (
    find_person,
    find_person_by_subject,
    find_team_of,
    select_led_teams,
    select_subtree,
)
from db.store import Store
from db.tables import Audit, Person, Session, Team
from portal.access import Refused, Viewer
from portal.services.roster import RosterReport, check_roster, end_due_accounts, load_roster
from portal.services.sessions import find_viewer, start_session
from tests.factories import NOW, TODAY, grant_role, make_instance, make_person

ISSUER = "https://id.norhaven.example"
PROFILES = ("all-staff", "builder")
COLUMNS = (
    "issuer", "subject", "name", "email", "role_profile", "team", "team_since", "leads",
    "deputy_for", "leads_since", "last_day", "team_name", "parent_team", "parent_since",
)  # fmt: skip
LATER = NOW + timedelta(days=30)


def person(subject: str, *, team: str = "T1", **cells: str) -> dict[str, str]:
    base = {"issuer": ISSUER, "subject": subject, "name": f"Person {subject}", "team": team}
    return base | {"email": f"{subject}@norhaven.example"} | cells


def team(
    code: str, *, parent: str = "", since: str = "2026-01-01", name: str = ""
) -> dict[str, str]:
    return {
        "team": code,
        "team_name": name or f"Team {code}",
        "parent_team": parent,
        "parent_since": since,
    }


TREE = (team("BANK"), team("D1", parent="BANK"), team("T1", parent="D1"), team("T2", parent="D1"))


def csv(rows: Iterable[Mapping[str, str]], *, columns: tuple[str, ...] = COLUMNS) -> bytes:
    lines = [",".join(columns)]
    lines += [",".join(row.get(name, "") for name in columns) for row in rows]
    return "\n".join(lines).encode()


@dataclass
class Desk:
    """An administrator with a store, loading files."""

    store: Store
    viewer: Viewer

    def load(self, *rows: Mapping[str, str], now=NOW, **values) -> RosterReport:
        columns = values.pop("columns", COLUMNS)
        return load_roster(
            self.store,
            viewer=values.pop("viewer", self.viewer),
            data=csv(rows, columns=columns),
            profiles=PROFILES,
            now=now,
            **values,
        )

    def id_of(self, subject: str) -> int:
        found = self.store.read(lambda c: find_person_by_subject(c, issuer=ISSUER, subject=subject))
        assert found is not None
        return found

    def team_of(self, subject: str, *, on: date) -> str | None:
        teams = table(Team)
        team_id = self.store.read(lambda c: find_team_of(c, self.id_of(subject), on=on))
        codes = self.store.read(lambda c: dict(c.execute(select(teams.c.id, teams.c.code)).all()))
        return codes.get(team_id)

    def roles(self, subject: str) -> set[str]:
        row = self.store.read(lambda c: find_person(c, self.id_of(subject)))
        assert row is not None
        return set(row.roles)


@pytest.fixture
def desk(store: Store) -> Desk:
    make_instance(store, synthetic=False)
    person_id = make_person(store, roles=("administrator",), subject="admin")
    return Desk(store, Viewer(person_id, "Ada Lind", frozenset({"administrator"}), "builder"))


def rows_of(store: Store) -> dict[str, list[tuple]]:
    """Every row that a roster could touch, and the audit."""
    names = ("person", "team", "team_place", "team_member", "team_manager", "role_grant", "audit")
    tables = Person.metadata.tables
    return {
        name: [
            tuple(row) for row in store.read(lambda c, n=name: c.execute(select(tables[n])).all())
        ]
        for name in names
    }


def test_people_teams_and_leads_are_taken_over(desk):
    report = desk.load(
        *TREE,
        person("boss", team="D1", leads="D1", name="Bo Berg", role_profile="builder"),
        person("s1"),
        person("s2", team="T2", deputy_for="T2"),
    )

    led = desk.store.read(lambda c: select_led_teams(c, desk.id_of("boss"), on=TODAY))
    line = desk.store.read(lambda c: select_subtree(c, led, on=TODAY))
    assert report.written
    assert report.counts == {"leads": 2, "person added": 3, "team added": 4}
    assert [one.code for one in line] == ["D1", "T1", "T2"]
    assert desk.roles("boss") == {"employee", "manager"}
    assert desk.roles("s1") == {"employee"}
    assert desk.team_of("s2", on=TODAY) == "T2"


def test_the_same_file_a_second_time_changes_nothing(desk):
    rows = (
        *TREE,
        person("boss", team="D1", leads="D1;T1", leads_since="2026-02-01"),
        person("s1", team_since="2026-01-15", last_day="2026-12-31"),
        person("s2", team="T2", team_since="2026-04-01", deputy_for="D1"),
    )
    desk.load(*rows)
    before = rows_of(desk.store)

    again = [desk.load(*rows), desk.load(*rows, now=NOW + timedelta(days=1))]

    assert [report.written for report in again] == [False, False]
    assert [report.changes for report in again] == [(), ()]
    assert again[0].unchanged == 3
    assert rows_of(desk.store) == before


def test_a_dry_run_tells_the_same_and_changes_nothing(desk):
    before = rows_of(desk.store)
    data = csv([*TREE, person("s1")])

    told = check_roster(desk.store, viewer=desk.viewer, data=data, profiles=PROFILES, now=NOW)

    assert rows_of(desk.store) == before
    assert not told.written
    assert told.changes == desk.load(*TREE, person("s1")).changes
    assert [(one.row, one.kind) for one in told.changes][-1] == (6, "person added")


def test_a_move_holds_from_its_day_on_and_not_before(desk):
    desk.load(*TREE, person("s1", team_since="2026-01-01"))

    report = desk.load(*TREE, person("s1", team="T2", team_since="2026-03-20"))

    assert [(one.kind, one.detail) for one in report.changes] == [
        ("person moved", "T1 to T2 (2026-03-20)")
    ]
    assert desk.team_of("s1", on=date(2026, 3, 19)) == "T1"
    assert desk.team_of("s1", on=date(2026, 3, 20)) == "T2"


def test_a_planned_move_can_be_called_off(desk):
    desk.load(*TREE, person("s1", team_since="2026-01-01"))
    desk.load(*TREE, person("s1", team="T2", team_since="2026-04-01"))

    desk.load(*TREE, person("s1", team_since="2026-01-01"))

    assert desk.team_of("s1", on=date(2026, 5, 1)) == "T1"
    assert not desk.load(*TREE, person("s1", team_since="2026-01-01")).changes


def test_a_team_that_moves_keeps_where_it_hung_before(desk):
    desk.load(*TREE, team("D2", parent="BANK"), person("s1"))

    desk.load(*TREE[:3], team("D2", parent="BANK"), team("T2", parent="D2", since="2026-03-10"))

    def below(code: str, on: date) -> set[str]:
        teams = table(Team)
        root = desk.store.read(
            lambda c: c.execute(select(teams.c.id).where(teams.c.code == code)).scalar_one()
        )
        found = desk.store.read(lambda c: select_subtree(c, [root], on=on))
        return {one.code for one in found}

    assert "T2" in below("D1", date(2026, 3, 9))
    assert "T2" not in below("D1", date(2026, 3, 10))
    assert "T2" in below("D2", date(2026, 3, 10))


def test_a_leaver_is_signed_out_at_once_and_stays_in_the_database(desk):
    desk.load(*TREE, person("boss", leads="T1"), person("s1"))
    token = start_session(desk.store, person_id=desk.id_of("boss"), now=NOW, hours=8)

    report = desk.load(*TREE, person("boss", leads="T1", last_day="2026-03-01"), person("s1"))

    assert report.counts["person left"] == 1
    assert find_viewer(desk.store, token=token, now=NOW, idle_minutes=30) is None
    assert desk.store.read(lambda c: c.execute(select(table(Session).c.ended_by)).scalar()) == (
        "leaving"
    )
    assert desk.roles("boss") == set()
    assert desk.team_of("boss", on=TODAY) is None
    assert desk.store.read(lambda c: select_led_teams(c, desk.id_of("boss"), on=TODAY)) == ()
    with pytest.raises(Refused, match="not active"):
        start_session(desk.store, person_id=desk.id_of("boss"), now=NOW, hours=8)


def test_who_is_missing_from_the_file_leaves_and_may_return_without_old_roles(desk):
    desk.load(*TREE, person("s1"), person("s2", leads="T2"))
    desk.load(*TREE, person("s1"))
    assert desk.roles("s2") == set()

    report = desk.load(*TREE, person("s1"), person("s2"), now=LATER)

    assert report.counts["person returned"] == 1
    assert desk.roles("s2") == {"employee"}
    assert desk.team_of("s2", on=LATER.date()) == "T1"


def test_half_a_file_is_refused_until_the_number_of_leavers_is_confirmed(desk):
    everybody = [person(f"s{number}") for number in range(30)]
    desk.load(*TREE, *everybody)
    before = rows_of(desk.store)

    with pytest.raises(Refused, match="15 people of the roster are missing"):
        desk.load(*TREE, *everybody[:15])
    with pytest.raises(Refused):
        desk.load(*TREE, *everybody[:15], leavers=14)
    assert rows_of(desk.store) == before

    assert desk.load(*TREE, *everybody[:15], leavers=15).counts == {"person left": 15}


def test_people_of_another_issuer_and_those_added_by_hand_stay(desk):
    desk.load(*TREE, person("s1"))

    desk.load(*TREE, person("s1"), {**person("s1"), "issuer": "https://other.example"})

    report = desk.load(*TREE, {**person("s1"), "issuer": "https://other.example"})
    assert report.changes == ()
    assert desk.roles("admin") == {"administrator"}
    assert desk.roles("s1") == {"employee"}


def test_the_same_subject_of_another_issuer_is_somebody_else(desk):
    desk.load(*TREE, person("s1"), {**person("s1"), "issuer": "https://other.example"})

    other = desk.store.read(
        lambda c: find_person_by_subject(c, issuer="https://other.example", subject="s1")
    )
    assert other not in (None, desk.id_of("s1"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([team("A", parent="B"), team("B", parent="A")], "row 2, parent_team: From 2026-01-01"),
        ([team("A", parent="A")], "row 2, parent_team: From 2026-01-01"),
        ([team("A", parent="C"), team("B", parent="A"), team("C", parent="B")], "A > C > B > A"),
        ([team("A", parent="NOWHERE")], "row 2, parent_team: The parent team “NOWHERE”"),
        ([person("s1", team="NOWHERE")], "row 2, team: The team “NOWHERE” is not known"),
        ([team("A"), person("s1", team="A", leads="B")], "row 3, leads: The team “B”"),
        (
            [team("A"), person("s1", team="A", leads="A", deputy_for="A")],
            "row 3, deputy_for: The team “A” stands in leads",
        ),
        ([team("A"), team("a")], "row 3, team: The team code “a” looks like “A”"),
        (
            [team(f"L{n}", parent=f"L{n - 1}" if n else "") for n in range(25)],
            "deeper than 20 levels",
        ),
        ([team("A"), person("ADMIN", team="A")], "row 3, subject: The subject “ADMIN” looks"),
        (
            [team("A"), {**person("s1", team="A"), "issuer": ISSUER + "/"}],
            "row 3, issuer: The issuer",
        ),
        ([team("A"), {**person("s1", team="A"), "issuer": "demo"}], "row 3, issuer: The issuer"),
    ],
)
def test_cycles_orphans_and_look_alikes_are_refused_with_their_rows(desk, rows, said):
    before = rows_of(desk.store)

    report = desk.load(*rows)

    assert said in "\n".join(str(fault) for fault in report.faults)
    assert not report.written
    assert rows_of(desk.store) | {"audit": []} == before | {"audit": []}


def test_a_cycle_that_a_planned_move_would_close_is_refused(desk):
    desk.load(team("A"), team("B", parent="A"), team("C", parent="A"), person("s1", team="A"))
    desk.load(team("B", parent="C", since="2026-06-01"), person("s1", team="A"))

    report = desk.load(team("C", parent="B", since="2026-04-01"), person("s1", team="A"))

    assert ["From 2026-06-01" in str(fault) for fault in report.faults] == [True]


def test_one_bad_row_of_many_keeps_everything_out(desk):
    before = rows_of(desk.store)

    report = desk.load(*TREE, *[person(f"s{n}") for n in range(20)], person("bad", name="=1+1"))

    after = rows_of(desk.store)
    assert [str(fault).split(":")[0] for fault in report.faults] == ["row 26, name"]
    assert len(after.pop("audit")) == len(before.pop("audit")) + 1
    assert after == before
    kept = desk.store.read(
        lambda c: c.execute(text("SELECT deed, payload FROM audit ORDER BY seq DESC")).first()
    )
    assert kept is not None
    assert kept.deed == "refused a roster"
    assert json.loads(kept.payload) == {"faults": 1, "file_sha256": report.file_hash}


def test_a_move_before_the_day_of_the_last_one_is_refused(desk):
    desk.load(*TREE, person("s1", team_since="2026-02-01"))

    (fault,) = desk.load(*TREE, person("s1", team="T2", team_since="2026-01-01")).faults

    assert str(fault).startswith("row 6, team_since: From this day on it would overlap")


def test_an_administrator_cannot_give_themselves_a_team_by_a_roster(desk):
    row = person("admin", leads="D1")

    (fault,) = desk.load(*TREE, row).faults
    assert "give yourself" in str(fault)

    assert desk.load(*TREE, row, viewer=None).written
    assert "manager" in desk.roles("admin")


@pytest.mark.parametrize("last_day", ["2026-01-31", "2026-03-02", "2026-12-31"])
def test_the_last_administrator_cannot_leave_by_a_roster_neither_now_nor_later(desk, last_day):
    desk.load(*TREE, person("admin"), viewer=None)

    (fault,) = desk.load(*TREE, person("admin", last_day=last_day)).faults

    assert "administrator" in str(fault)
    assert "administrator" in desk.roles("admin")


def test_of_two_administrators_one_may_have_a_last_day_and_the_other_then_stays(desk):
    lines = [*TREE, person("admin"), person("s1")]
    desk.load(*lines, viewer=None)
    grant_role(desk.store, person=desk.id_of("s1"), role="administrator")

    assert desk.load(*TREE, person("admin", last_day="2026-12-31"), person("s1")).written
    assert desk.load(*TREE, person("admin", last_day="2026-11-30"), person("s1")).written
    (fault,) = desk.load(
        *TREE, person("admin", last_day="2026-12-31"), person("s1", last_day="2027-01-31")
    ).faults
    assert "administrator" in str(fault)


def test_leads_of_an_administrator_survive_a_roster_that_knows_nothing_of_leads(desk):
    desk.load(*TREE, person("s1", leads="T1"))
    columns = tuple(name for name in COLUMNS if name not in {"leads", "deputy_for", "leads_since"})

    report = desk.load(*TREE, person("s1"), columns=columns)

    assert report.changes == ()
    assert "manager" in desk.roles("s1")


def test_who_leads_no_team_any_more_is_no_manager_any_more(desk):
    desk.load(*TREE, person("s1", leads="T1;T2"))
    desk.load(*TREE, person("s1", leads="T1"))
    assert "manager" in desk.roles("s1")

    desk.load(*TREE, person("s1", leads=""))

    assert "manager" not in desk.roles("s1")
    assert desk.store.read(lambda c: select_led_teams(c, desk.id_of("s1"), on=TODAY)) == ()
    desk.load(*TREE, person("s1", leads="T1"))
    assert "manager" in desk.roles("s1")


def test_a_load_leaves_one_deed_with_counts_and_no_name(desk):
    desk.load(*TREE, person("s1", name="Xenia Secret"), person("s2", leads="T1"))
    desk.load(*TREE, person("s1", name="Xenia Secret"))

    audit = table(Audit)
    rows = desk.store.read(
        lambda c: c.execute(select(audit.c.deed, audit.c.actor, audit.c.payload)).all()
    )
    assert [row.deed for row in rows].count("loaded a roster") == 2
    assert "account ended" in [row.deed for row in rows]
    assert {row.actor for row in rows} == {f"person:{desk.viewer.person_id}"}
    assert "Xenia" not in str(rows)
    assert desk.store.read(verify_chain) == []


def test_an_account_ends_by_itself_after_the_last_day(desk):
    desk.load(*TREE, person("s1", last_day="2026-03-10", leads="T1"))
    on = NOW + timedelta(days=8)
    token = start_session(desk.store, person_id=desk.id_of("s1"), now=on, hours=24)

    after = NOW + timedelta(days=9)
    assert find_viewer(desk.store, token=token, now=on, idle_minutes=30) is not None
    assert find_viewer(desk.store, token=token, now=after, idle_minutes=60 * 48) is None
    assert end_due_accounts(desk.store, today=after.date(), now=after) == 1
    assert end_due_accounts(desk.store, today=after.date(), now=after) == 0
    assert desk.roles("s1") == set()
    assert desk.team_of("s1", on=after.date()) is None
    assert desk.team_of("s1", on=date(2026, 3, 10)) == "T1"


def test_a_roster_of_real_people_stays_out_of_invented_ones(store):
    make_instance(store, synthetic=True)
    data = csv([*TREE, person("s1")])

    report = load_roster(store, viewer=None, data=data, profiles=PROFILES, now=NOW)

    assert "invented" in str(report.faults[0])
    assert not report.written
