"""An erased person leaves a number: no name, no text, the same counts, a chain that holds."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from db.columns import table
from db.queries.audit import verify_answers, verify_chain
from db.queries.growth import compare_growth
from db.store import Store
from db.tables import Answer
from portal.access import Refused, Viewer
from portal.services.consenting import give_consent
from portal.services.erasing import erase, find_erasable, foresee_erasure, receipt_lines
from portal.services.receipts import full_receipt
from portal.services.retention import DAYS, apply_retention, foresee_retention, retention_lines
from portal.services.rights import give_role
from portal.services.sessions import find_viewer, start_session
from tests.factories import NOW, TODAY, make_person, make_session, make_team
from tests.small_house import House

SECRET = "Zyxwvutia"
LATER = NOW + timedelta(days=1)


def everything(store: Store) -> str:
    """Every value of every row, as one text."""

    def read(connection):
        names = inspect(connection).get_table_names()
        return "\n".join(
            str(tuple(row)) for name in names for row in connection.execute(text(f"TABLE {name}"))
        )

    def read_sqlite(connection):
        names = inspect(connection).get_table_names()
        return "\n".join(
            str(tuple(row))
            for name in names
            for row in connection.execute(text(f"SELECT * FROM {name}"))
        )

    return store.read(read_sqlite if store.dialect == "sqlite" else read)


@pytest.fixture
def administrator(house: House) -> Viewer:
    return house.viewer("employee", "administrator")


@pytest.fixture
def learner(house: House, administrator: Viewer) -> Viewer:
    """Somebody with a name, a check with texts in it, a role with a reason and a consent."""
    team = make_team(house.store, name="Claims")
    viewer = house.viewer(
        name=f"{SECRET} Berg", subject=SECRET, email=f"{SECRET}@norhaven.example", team=team
    )
    attempt = house.start(viewer)
    for shown in house.read(viewer, attempt).questions:
        given = {}
        if shown.question.type == "text":
            given = {"response": {"text": f"my colleague {SECRET}"}}
        house.answer(viewer, attempt, shown.position, **given)
    house.submit(viewer, attempt)
    give_consent(house.store, viewer=viewer, now=NOW)
    give_role(
        house.store,
        viewer=administrator,
        person_id=viewer.person_id,
        role="auditor",
        reason=f"{SECRET} asked",
        now=NOW,
    )
    return viewer


def erase_in(house: House, viewer: Viewer | None, person: int, *, now=LATER):
    return erase(house.store, viewer=viewer, person_id=person, read_item=house.read_item, now=now)


def result_of(house: House, learner: Viewer) -> int:
    return house.store.read(
        lambda c: c.execute(
            text("SELECT id FROM result WHERE learner_id = :id"), {"id": learner.person_id}
        ).scalar_one()
    )


def test_nothing_in_any_table_leads_back_to_an_erased_person(house, administrator, learner):
    assert SECRET in everything(house.store)

    receipt = erase_in(house, administrator, learner.person_id)

    assert SECRET not in everything(house.store)
    assert receipt.texts == 1
    assert receipt.deleted["consent"] == 1


def test_an_erasure_leaves_the_chain_the_counts_and_every_score(house, administrator, learner):
    before = full_receipt(
        house.store, result_id=result_of(house, learner), read_item=house.read_item
    )

    receipt = erase_in(house, administrator, learner.person_id)

    after = full_receipt(
        house.store, result_id=result_of(house, learner), read_item=house.read_item
    )
    assert (before.same, after.same) == (True, True)
    assert receipt.kept["result"] == 1
    assert house.store.read(verify_chain) == []
    assert house.store.read(verify_answers) == []
    assert house.store.read(compare_growth).empty


def test_a_text_put_in_the_place_of_an_erased_one_is_found(house, administrator, learner):
    erase_in(house, administrator, learner.person_id)
    answers = table(Answer)

    house.store.write(
        lambda c: c.execute(
            answers.update()
            .where(answers.c.response == '{"text":""}')
            .values(response='{"text":"trace"}')
        )
    )

    assert [fault.kind for fault in house.store.read(verify_answers)] == ["edited"]


def test_a_dry_run_says_the_same_and_changes_nothing(house, administrator, learner):
    before = everything(house.store)

    foreseen = foresee_erasure(
        house.store,
        viewer=administrator,
        person_id=learner.person_id,
        read_item=house.read_item,
        now=LATER,
    )

    assert everything(house.store) == before
    done = erase_in(house, administrator, learner.person_id)
    assert (foreseen.deleted, foreseen.texts, foreseen.kept) == (
        done.deleted,
        done.texts,
        done.kept,
    )
    assert not foreseen.done
    assert "would be" in "\n".join(receipt_lines(foreseen))
    assert "would be" not in "\n".join(receipt_lines(done))


def test_an_erased_person_is_signed_out_at_once_and_cannot_be_erased_again(house, administrator):
    other = make_person(house.store)
    token = start_session(house.store, person_id=other, now=NOW, hours=8)

    erase_in(house, administrator, other, now=NOW)

    assert find_viewer(house.store, token=token, now=NOW, idle_minutes=30) is None
    with pytest.raises(Refused, match="erased already"):
        erase_in(house, administrator, other)


def test_nobody_erases_themselves_or_somebody_who_is_not_there(house, administrator):
    with pytest.raises(Refused, match="Nobody erases themselves"):
        erase_in(house, administrator, administrator.person_id)
    with pytest.raises(Refused, match="nobody under this address"):
        erase_in(house, administrator, 999_999)


def test_the_last_administrator_stays(house, administrator):
    with pytest.raises(Refused, match="last administrator"):
        erase_in(house, None, administrator.person_id)


def test_a_person_is_named_by_number_or_by_an_address_that_is_theirs_alone(house):
    person = make_person(house.store, email="bo@norhaven.example")

    assert find_erasable(house.store, str(person)) == person
    assert find_erasable(house.store, "bo@norhaven.example") == person
    make_person(house.store, email="bo@norhaven.example")
    for wanted in ("bo@norhaven.example", "nobody@norhaven.example"):
        with pytest.raises(Refused, match="Name the number"):
            find_erasable(house.store, wanted)


# --- retention -----------------------------------------------------------------------------------


def rows_of(receipt) -> dict[str, int]:
    return {line.kind: line.rows for line in receipt.lines}


def test_retention_deletes_what_is_too_old_and_nothing_else(house):
    person = make_person(house.store)
    make_session(house.store, person=person, started_at=NOW - timedelta(days=DAYS["sessions"] + 1))
    kept = make_session(house.store, person=person, started_at=NOW - timedelta(days=2))

    foreseen = foresee_retention(house.store, read_item=house.read_item, now=NOW)
    done = apply_retention(house.store, read_item=house.read_item, now=NOW)

    assert rows_of(foreseen) == rows_of(done)
    assert rows_of(done)["sessions"] == 1
    left = house.store.read(
        lambda c: c.execute(text("SELECT token_hash FROM session")).scalars().all()
    )
    assert left == [kept]
    assert set(
        rows_of(apply_retention(house.store, read_item=house.read_item, now=NOW)).values()
    ) == {0}


def test_a_retention_foreseen_changes_nothing(house):
    person = make_person(house.store)
    make_session(house.store, person=person, started_at=NOW - timedelta(days=400))
    before = everything(house.store)

    lines = retention_lines(foresee_retention(house.store, read_item=house.read_item, now=NOW))

    assert everything(house.store) == before
    assert "  sessions, kept 90 days: 1 would be deleted or emptied" in lines


def test_who_left_long_ago_is_erased_by_retention(house, learner):
    house.store.write(
        lambda c: c.execute(
            text("UPDATE person SET active = :no, last_day = :day WHERE id = :id"),
            {"no": False, "day": str(TODAY), "id": learner.person_id},
        )
    )
    soon, late = NOW + timedelta(days=1095), NOW + timedelta(days=1097)

    early = apply_retention(house.store, read_item=house.read_item, now=soon)
    assert rows_of(early)["people who left"] == 0
    assert SECRET in everything(house.store)
    done = apply_retention(house.store, read_item=house.read_item, now=late)

    assert rows_of(done)["people who left"] == 1
    assert SECRET not in everything(house.store)
    assert house.store.read(verify_chain) == []
    assert house.store.read(verify_answers) == []
