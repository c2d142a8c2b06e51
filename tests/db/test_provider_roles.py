"""Roles follow the provider at each sign-in; what others gave stays, and all of it is audited."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from db.queries.audit import verify_chain
from db.queries.people import find_person
from portal.services.role_map import parse_role_map
from portal.services.sessions import find_viewer, sign_out, take_id_token
from portal.services.signing_in import admit
from tests.factories import NOW, make_person
from tests.sign_in_cookies import ADA, ISSUER, SECRET

MAP = parse_role_map('[roles]\nauthor = ["authors"]\nauditor = ["audit"]\n', name="map")
KINGS = parse_role_map(
    'administrators_by_group = true\n[roles]\nadministrator = ["kings"]\n', name="map"
)


def enter(store, *groups, nonce="n-1", fault=None, role_map=MAP, **changed):
    sign_in = replace(ADA, nonce=nonce, groups=groups, groups_fault=fault, **changed)
    return admit(store, sign_in=sign_in, secret=SECRET, now=NOW, hours=8, role_map=role_map)


def roles(store, person):
    return store.read(lambda c: find_person(c, person)).roles


def changes(store):
    sql = text("SELECT actor, deed, payload FROM audit WHERE deed LIKE 'role %' ORDER BY seq")
    rows = store.read(lambda c: c.execute(sql).all())
    return [(row.actor, row.deed, json.loads(row.payload)) for row in rows]


@pytest.fixture
def ada(store):
    make_person(store, roles=("employee", "administrator"))
    return make_person(store, subject="ada")


def test_roles_follow_the_groups_at_each_sign_in(store, ada):
    enter(store, "authors", "audit", "unknown")
    assert roles(store, ada) == {"employee", "author", "auditor"}

    enter(store, "audit", nonce="n-2")
    assert roles(store, ada) == {"employee", "auditor"}
    enter(store, nonce="n-3")
    assert roles(store, ada) == {"employee"}


def test_each_change_is_an_audit_row_of_the_provider(store, ada):
    enter(store, "authors")
    enter(store, nonce="n-2")

    said = {"role": "author", "why": "provider"}
    assert changes(store) == [("provider", "role given", said), ("provider", "role taken", said)]
    assert store.read(verify_chain) == []


def test_a_role_given_by_hand_is_neither_doubled_nor_taken(store, ada):
    person = make_person(store, subject="bo", roles=("employee", "author"))

    enter(store, "authors", subject="bo")
    enter(store, subject="bo", nonce="n-2")

    assert roles(store, person) == {"employee", "author"}
    assert changes(store) == []


@pytest.mark.parametrize("fault", ["missing", "not a list", "too many"])
def test_no_role_follows_from_groups_that_cannot_be_read(store, ada, fault, caplog):
    enter(store, "authors")

    admission = enter(store, nonce="n-2", fault=fault)

    assert admission.refused is None
    assert roles(store, ada) == {"employee"}
    assert changes(store)[-1] == (
        "provider",
        "role taken",
        {"role": "author", "why": f"groups {fault}"},
    )
    assert "No role of person" in caplog.text


def test_without_a_map_no_role_follows_the_provider(store, ada):
    enter(store, "authors", role_map=None)

    assert roles(store, ada) == {"employee"}


def test_who_is_refused_gets_no_role(store, ada):
    stranger = make_person(store, subject="gone", active=False)

    assert enter(store, "authors", subject="gone").refused == "inactive"
    assert enter(store, "authors", subject="nobody", nonce="n-2").refused == "unknown"
    assert roles(store, stranger) == {"employee"}
    assert changes(store) == []


def test_a_sign_in_used_twice_changes_no_role(store, ada):
    enter(store, "authors")

    assert enter(store, "audit").refused == "used"
    assert roles(store, ada) == {"employee", "author"}


def test_the_last_administrator_stays_whatever_the_groups_say(store):
    person = make_person(store, subject="ada")
    enter(store, "kings", role_map=KINGS)
    assert "administrator" in roles(store, person)

    enter(store, nonce="n-2", role_map=KINGS)
    assert "administrator" in roles(store, person)
    make_person(store, roles=("administrator",))
    enter(store, nonce="n-3", role_map=KINGS)
    assert "administrator" not in roles(store, person)


# --- who is not who they say ---------------------------------------------------------------------


def refusals(store):
    sql = text("SELECT deed, payload FROM audit WHERE deed = 'sign-in refused'")
    return [
        (row.deed, json.loads(row.payload)) for row in store.read(lambda c: c.execute(sql).all())
    ]


def test_the_same_subject_from_another_issuer_is_somebody_else(store, ada):
    admission = enter(store, issuer="https://evil.example")

    assert admission.refused == "unknown"
    assert admission.token == ""
    assert refusals(store) == [("sign-in refused", {"why": "unknown"})]


def test_an_e_mail_address_lets_nobody_in_verified_or_not(store):
    make_person(
        store,
        subject="joan",
        email="joan@norhaven.example",
        roles=("employee", "manager"),
    )

    admission = enter(store, subject="joan@norhaven.example", issuer=ISSUER)

    assert admission.refused == "unknown"
    assert refusals(store) == [("sign-in refused", {"why": "unknown"})]


def test_the_token_of_the_provider_is_given_once_and_only_when_the_session_is_over(store, ada):
    admission = enter(store, id_token="a.b.c")
    kept = text("SELECT id_token FROM session")
    assert store.read(lambda c: c.execute(kept).scalars().all()) == ["a.b.c"]

    assert take_id_token(store, token=admission.token) == ""
    sign_out(store, token=admission.token, now=NOW)

    assert take_id_token(store, token=admission.token) == "a.b.c"
    assert store.read(lambda c: c.execute(kept).scalars().all()) == [None]
    assert take_id_token(store, token=admission.token) == ""
    assert find_viewer(store, token=admission.token, now=NOW, idle_minutes=30) is None
