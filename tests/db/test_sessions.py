"""Signed in or not: limits, endings and roles count at the very next step."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from db.queries.audit import verify_chain
from db.store import Store
from portal.access import Refused, Viewer, require
from portal.services.sessions import (
    find_viewer,
    keep_session,
    sign_out,
    sign_out_everywhere,
    start_session,
)
from tests.factories import NOW, grant_role, make_person

IDLE = 30


def sign_in(store: Store, person: int, *, now=NOW, hours: int = 8) -> str:
    return start_session(store, person_id=person, now=now, hours=hours)


def look(store: Store, token: str, *, now=NOW) -> Viewer | None:
    return find_viewer(store, token=token, now=now, idle_minutes=IDLE)


def test_who_is_signed_in_is_found_in_one_statement_at_every_click(store: Store) -> None:
    token = sign_in(store, make_person(store, roles=("employee", "manager", "auditor")))
    asked = []

    @event.listens_for(store._asker, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    viewer = look(store, token)

    assert viewer is not None
    assert viewer.roles == {"employee", "manager", "auditor"}
    assert len([one for one in asked if one != "BEGIN"]) == 1


def later(**amount) -> object:
    return NOW + timedelta(**amount)


def test_a_token_stands_for_its_person_with_roles_and_profile(store: Store) -> None:
    person = make_person(
        store, name="Ada Lind", roles=("employee", "manager"), role_profile="builder"
    )

    viewer = look(store, sign_in(store, person))

    assert viewer == Viewer(person, "Ada Lind", frozenset({"employee", "manager"}), "builder", "en")


def test_the_database_never_holds_a_token(store: Store) -> None:
    token = sign_in(store, make_person(store))

    for name in ("session", "audit"):
        rows = store.read(lambda c, name=name: c.execute(text(f"SELECT * FROM {name}")).all())
        assert rows
        assert token not in repr(rows)


def test_an_unknown_token_is_worth_nothing(store: Store) -> None:
    token = sign_in(store, make_person(store))

    for other in ("", "x", token[:-1], token + "x", token.swapcase()):
        assert look(store, other) is None


def test_a_session_left_alone_ends(store: Store) -> None:
    token = sign_in(store, make_person(store))

    assert look(store, token, now=later(minutes=IDLE - 1)) is not None
    assert look(store, token, now=later(minutes=IDLE)) is None


def test_a_session_in_use_goes_on(store: Store) -> None:
    token = sign_in(store, make_person(store))
    keep_session(store, token=token, now=later(minutes=20))

    assert look(store, token, now=later(minutes=45)) is not None
    assert look(store, token, now=later(minutes=51)) is None


def test_a_session_ends_after_its_hours_however_much_it_is_used(store: Store) -> None:
    token = sign_in(store, make_person(store), hours=1)
    for minutes in (20, 40, 59):
        keep_session(store, token=token, now=later(minutes=minutes))

    assert look(store, token, now=later(minutes=59)) is not None
    assert look(store, token, now=later(minutes=60)) is None


def test_a_session_ended_elsewhere_is_worth_nothing_at_once(store: Store) -> None:
    person = make_person(store)
    laptop, phone = sign_in(store, person), sign_in(store, person)

    sign_out(store, token=laptop, now=NOW)

    assert look(store, laptop) is None
    assert look(store, phone) is not None


def test_signing_out_everywhere_ends_every_own_session_and_no_other(store: Store) -> None:
    mine, other = make_person(store), make_person(store)
    tokens = [sign_in(store, mine) for _ in range(3)]
    theirs = sign_in(store, other)
    viewer = look(store, tokens[0])
    assert viewer is not None

    ended = sign_out_everywhere(store, viewer=viewer, now=NOW)

    assert ended == 3
    assert [look(store, token) for token in tokens] == [None] * 3
    assert look(store, theirs) is not None


def test_an_ended_session_cannot_be_kept_alive(store: Store) -> None:
    token = sign_in(store, make_person(store))
    sign_out(store, token=token, now=NOW)

    keep_session(store, token=token, now=later(minutes=5))

    assert look(store, token, now=later(minutes=5)) is None


def test_signing_out_twice_is_no_fault(store: Store) -> None:
    token = sign_in(store, make_person(store))

    for one in (token, token, "never-known"):
        sign_out(store, token=one, now=NOW)

    assert look(store, token) is None


def test_a_role_taken_back_works_at_the_next_call(store: Store) -> None:
    person = make_person(store, roles=("employee", "author"))
    token = sign_in(store, person)
    before = look(store, token)
    assert before is not None
    require(before, "publish lessons")

    store.write(
        lambda c: c.execute(
            text("UPDATE role_grant SET revoked_at = granted_at WHERE role = 'author'")
        )
    )

    after = look(store, token)
    assert after is not None
    with pytest.raises(Refused, match="role author"):
        require(after, "publish lessons")


def test_a_role_given_works_at_the_next_call(store: Store) -> None:
    person = make_person(store)
    token = sign_in(store, person)

    grant_role(store, person=person, role="manager")

    viewer = look(store, token)
    assert viewer is not None
    assert viewer.roles == {"employee", "manager"}


def test_a_person_who_left_is_out_at_once_and_cannot_come_back(store: Store) -> None:
    person = make_person(store)
    token = sign_in(store, person)

    store.write(lambda c: c.execute(text("UPDATE person SET active = false")))

    assert look(store, token) is None
    with pytest.raises(Refused, match="not active"):
        sign_in(store, person)


def test_nobody_can_sign_in_as_a_person_who_does_not_exist(store: Store) -> None:
    with pytest.raises(Refused, match="not active"):
        sign_in(store, 4711)


def test_signing_in_and_out_is_on_record(store: Store) -> None:
    person = make_person(store)
    sign_out(store, token=sign_in(store, person), now=NOW)

    deeds = store.read(
        lambda c: c.execute(text("SELECT actor, deed FROM audit ORDER BY seq")).all()
    )

    assert [tuple(row) for row in deeds] == [
        (f"person:{person}", "signed in"),
        (f"person:{person}", "signed out"),
    ]
    assert store.read(verify_chain) == []
