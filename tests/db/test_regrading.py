"""Corrections of results: foreseen, decided by a second person, done, and told to whom it moves."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from curriculum.model import Item
from db.queries.audit import verify_chain
from db.queries.growth import compare_growth
from db.queries.notices import select_unread
from db.queries.regrades import select_changes
from portal.access import Refused, Viewer
from portal.services import rescoring
from portal.services.receipts import full_receipt
from portal.services.regrade_effects import apply_regrade
from portal.services.regrading import (
    approve_regrade,
    propose_regrade,
    read_regrade,
    read_regrading,
    reject_regrade,
)
from tests.factories import NOW, make_calibration, make_team
from tests.many_checks import follows_the_model, hand_in_many
from tests.small_house import SKILL, House

ITEM = f"{SKILL}.a01"
BANK = "assessments/banks/agent-operations.md"
OLD_KEY = "- [ ] Pay it at once A1\n  > [M101] CANARY wrong one.\n- [x] Ask a person A1\n"
NEW_KEY = "- [x] Pay it at once A1\n  > [M101] CANARY wrong one.\n- [ ] Ask a person A1\n"


def correct_the_key(house: House) -> None:
    """Publish the other option of the first question as the right one."""
    house.edit(BANK, old=OLD_KEY, new=NEW_KEY)
    assert house.publish()["bank.agent-operations"].outcome == "published"


def propose(house: House, viewer: Viewer, **changed: Any) -> int:
    values = {"item_id": ITEM, "kind": "drop", "why": "Two answers are right.", "now": NOW}
    return propose_regrade(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        **(values | changed),
    )


def apply(house: House, regrade_id: int, **more: Any) -> int:
    return apply_regrade(
        house.store,
        regrade_id=regrade_id,
        catalogue=house.catalogue,
        read_item=house.read_item,
        now=NOW,
        **more,
    ).changed


def opened(house: House, viewer: Viewer, regrade_id: int) -> Any:
    return read_regrade(
        house.store,
        viewer=viewer,
        read_item=house.read_item,
        regrade_id=regrade_id,
        min_group=5,
        now=NOW,
    )


def rows(house: House, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in house.store.read(lambda c: c.execute(text(sql)).all())]


def first_is_wrong(item: Item, skill: float, drawn: float) -> bool:
    return item.id != ITEM and follows_the_model(item, skill, drawn)


@pytest.fixture
def proposer(house: House) -> Viewer:
    return house.viewer("approver")


@pytest.fixture
def second(house: House) -> Viewer:
    return house.viewer("approver")


def test_a_corrected_key_gives_new_results_and_keeps_the_old_ones(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    team = make_team(house.store)
    hand_in_many(house, forms="AB", people=20, right=first_is_wrong, team=team)
    before = rows(house, "SELECT id, theta, correct FROM result ORDER BY id")
    correct_the_key(house)

    regrade_id = propose(house, proposer, kind="key")
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
    changed = apply(house, regrade_id)

    after = rows(house, "SELECT id, theta, correct FROM result ORDER BY id")
    assert changed == 20
    assert after[:40] == before
    assert [row[2] for row in after[40:]] == [row[2] + 1 for row in before[:20]]
    assert rows(house, "SELECT count(*) FROM result WHERE in_force AND number = 2") == [(20,)]
    assert rows(house, "SELECT DISTINCT reason, regrade_id FROM result WHERE number = 2") == [
        ("regrade", regrade_id)
    ]
    assert house.store.read(compare_growth).empty
    assert house.store.read(verify_chain) == []


def test_every_figure_after_a_correction_comes_out_again(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=5, right=first_is_wrong)
    correct_the_key(house)
    regrade_id = propose(house, proposer, kind="key")
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
    apply(house, regrade_id)

    receipts = [
        full_receipt(house.store, result_id=row[0], read_item=house.read_item)
        for row in rows(house, "SELECT id FROM result ORDER BY id")
    ]

    assert len(receipts) == 10
    assert all(receipt.same for receipt in receipts)
    assert {line.scored_by for line in receipts[-1].lines} == {1, 2}


def test_a_dropped_question_counts_for_nobody(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=10)

    regrade_id = propose(house, proposer)
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
    apply(house, regrade_id)

    assert rows(house, "SELECT DISTINCT items FROM result WHERE in_force") == [(8,)]
    assert rows(house, "SELECT DISTINCT items FROM result WHERE NOT in_force") == [(9,)]


def test_a_check_handed_in_after_the_approval_is_scored_by_it_at_once(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=3)
    regrade_id = propose(house, proposer)
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)

    hand_in_many(house, forms="A", people=2, seed=9)

    assert rows(house, "SELECT items, count(*) FROM result GROUP BY items ORDER BY items") == [
        (8, 2),
        (9, 3),
    ]


def test_a_correction_may_be_applied_again_without_effect(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=5)
    regrade_id = propose(house, proposer)
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)

    assert [apply(house, regrade_id), apply(house, regrade_id)] == [5, 0]


def test_what_is_foreseen_is_what_happens(house: House, proposer: Viewer, second: Viewer) -> None:
    hand_in_many(house, forms="ABC", people=30)
    regrade_id = propose(house, proposer)
    foreseen = house.store.read(lambda c: select_changes(c, regrade_id))

    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
    apply(house, regrade_id)

    assert len(foreseen) == 30
    assert house.store.read(lambda c: select_changes(c, regrade_id)) == foreseen


def test_a_proposal_changes_no_result(house: House, proposer: Viewer) -> None:
    hand_in_many(house, forms="A", people=5)
    before = rows(house, "SELECT * FROM result ORDER BY id")

    propose(house, proposer)

    assert rows(house, "SELECT * FROM result ORDER BY id") == before
    assert rows(house, "SELECT count(*) FROM notice") == [(0,)]


def test_whoever_proposed_does_not_decide_where_there_is_another(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=2)
    regrade_id = propose(house, proposer)

    with pytest.raises(Refused, match="another approver decides"):
        approve_regrade(house.store, viewer=proposer, regrade_id=regrade_id, now=NOW)

    assert rows(house, "SELECT state FROM regrade") == [("proposed",)]
    assert opened(house, second, regrade_id).barrier is None


def test_the_only_approver_decides_alone_and_that_is_on_record(
    house: House, proposer: Viewer
) -> None:
    hand_in_many(house, forms="A", people=2)
    regrade_id = propose(house, proposer)

    approve_regrade(house.store, viewer=proposer, regrade_id=regrade_id, now=NOW)

    assert rows(house, "SELECT state, waived FROM regrade") == [("approved", True)]
    about = f"SELECT deed, actor FROM audit WHERE object = 'regrade:{regrade_id}' ORDER BY seq"
    assert rows(house, about) == [
        ("regrade proposed", f"person:{proposer.person_id}"),
        ("regrade approved", f"person:{proposer.person_id}"),
    ]


def test_a_correction_is_decided_once(house: House, proposer: Viewer, second: Viewer) -> None:
    hand_in_many(house, forms="A", people=2)
    # The zero is a sign that no database keeps.
    regrade_id = propose(house, proposer, why="Two\0 are right.")
    reject_regrade(house.store, viewer=second, regrade_id=regrade_id, comment="No\0.", now=NOW)

    for decide in (approve_regrade, reject_regrade):
        more = {"comment": ""} if decide is reject_regrade else {}
        with pytest.raises(Refused, match="decided before"):
            decide(house.store, viewer=second, regrade_id=regrade_id, now=NOW, **more)
    with pytest.raises(Refused, match="not approved"):
        apply(house, regrade_id)
    decided = "SELECT deed, actor FROM audit WHERE deed IN ('regrade approved', 'regrade rejected')"
    assert rows(house, decided) == [("regrade rejected", f"person:{second.person_id}")]


def test_an_unchanged_key_cannot_be_corrected(house: House, proposer: Viewer) -> None:
    hand_in_many(house, forms="A", people=2)

    with pytest.raises(Refused, match="Correct the text of the question first"):
        propose(house, proposer, kind="key")


def test_a_question_nobody_met_has_nothing_to_correct(house: House, proposer: Viewer) -> None:
    hand_in_many(house, forms="B", people=2)

    for item in (ITEM, "", "x" * 5000, "m1.single"):
        with pytest.raises(Refused, match="No check that was handed in"):
            propose(house, proposer, item_id=item)


def test_options_that_moved_are_not_rescored(house: House, proposer: Viewer) -> None:
    hand_in_many(house, forms="A", people=2)
    swapped = (
        "- [x] Ask a person A1\n  > CANARY right one.\n"
        "- [ ] Pay it at once A1\n  > [M101] CANARY wrong one.\n"
    )
    house.edit(BANK, old=OLD_KEY + "  > CANARY right one.\n", new=swapped)
    house.publish()

    with pytest.raises(Refused, match="moved to other places"):
        propose(house, proposer, kind="key")


def test_two_corrections_of_one_question_do_not_wait_side_by_side(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=2)
    propose(house, proposer)

    with pytest.raises(Refused, match="waits for a decision already"):
        propose(house, second)


def test_a_key_published_as_a_correction_is_offered_until_somebody_takes_it_up(
    house: House, proposer: Viewer
) -> None:
    hand_in_many(house, forms="A", people=2)
    correct_the_key(house)
    house.store.write(
        lambda c: (
            c.execute(
                text(
                    "INSERT INTO revision_note (revision_id, why, key_choice, waived)"
                    " SELECT max(id), 'The old key was wrong.', 'correction', :no FROM revision"
                    " WHERE content_id = :item"
                ),
                {"item": ITEM, "no": False},
            ).rowcount
        )
    )

    offers = read_regrading(house.store, viewer=proposer).offers
    propose(house, proposer, kind="key")

    assert [(one.item_id, one.number, one.why) for one in offers] == [
        (ITEM, 2, "The old key was wrong.")
    ]
    assert read_regrading(house.store, viewer=proposer).offers == ()


# --- people ---------------------------------------------------------------------------------------


def moved_levels(house: House, proposer: Viewer, second: Viewer, **population: Any) -> int:
    """Drop a question everybody missed, approve that and apply it; return the regrade."""
    hand_in_many(house, forms="A", right=first_is_wrong, **population)
    correct_the_key(house)
    regrade_id = propose(house, proposer, kind="key")
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
    apply(house, regrade_id)
    return regrade_id


def test_who_changes_level_is_told_once_and_nobody_else(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    regrade_id = moved_levels(house, proposer, second, people=40)

    moved = {
        one.learner_id
        for one in house.store.read(lambda c: select_changes(c, regrade_id))
        if one.level_before != one.level_after
    }
    told = {row[0] for row in rows(house, "SELECT person_id FROM notice")}
    assert moved
    assert moved <= told
    assert len(rows(house, "SELECT id FROM notice")) == len(told) < 40
    one = house.store.read(lambda c: select_unread(c, min(moved)))[0]
    assert one.details["level_after"] > one.details["level_before"]


def test_names_are_shown_only_of_the_own_line_with_consent_and_each_look_is_kept(
    house: House, second: Viewer
) -> None:
    mine, other = make_team(house.store, name="Mine"), make_team(house.store, name="Other")
    both = house.viewer("approver", "manager", manages=[mine])
    plain = house.viewer("approver")
    hand_in_many(house, forms="A", people=20, right=first_is_wrong)
    house.store.write(
        lambda c: (
            c.execute(
                text(
                    "INSERT INTO team_member (person_id, team_id, starts_on)"
                    " SELECT id, CASE WHEN id % 2 = 0 THEN :mine ELSE :other END, '2020-01-01'"
                    " FROM person WHERE issuer = 'many'"
                ),
                {"mine": mine, "other": other},
            ).rowcount
        )
    )
    correct_the_key(house)
    regrade_id = propose(house, plain, kind="key")
    assert opened(house, both, regrade_id).named == ()
    house.store.write(
        lambda c: (
            c.execute(
                text(
                    "INSERT INTO consent (person_id, kind, given_at)"
                    " SELECT id, 'levels to managers', :now FROM person WHERE issuer = 'many'"
                ),
                {"now": NOW},
            ).rowcount
        )
    )

    seen, counted = opened(house, both, regrade_id), opened(house, plain, regrade_id)

    line = {row[0] for row in rows(house, "SELECT name, id FROM person WHERE id % 2 = 0")}
    assert {one.name for one in seen.named} <= line
    assert seen.named
    opened(house, both, regrade_id)
    looks = rows(house, "SELECT actor, object FROM audit WHERE deed = 'levels of a person seen'")
    assert len(looks) == len(set(looks)) == len(seen.named)
    assert {actor for actor, _object in looks} == {f"person:{both.person_id}"}
    assert counted.named == ()
    assert counted.moved == seen.moved


def test_small_groups_of_the_list_are_not_counted_out_even_by_subtraction(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=60, right=first_is_wrong)
    correct_the_key(house)

    found = opened(house, second, propose(house, proposer, kind="key"))

    assert found.changed == 60
    assert found.key_before != found.key_after
    assert found.moves
    assert all(one.results >= 6 for one in found.moves)
    hidden = (found.moved or 0) - sum(one.results for one in found.moves)
    assert hidden == 0


def test_a_move_of_few_people_is_not_counted_at_all(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=8, right=first_is_wrong)
    correct_the_key(house)

    found = opened(house, second, propose(house, proposer, kind="key"))

    moved = [
        one
        for one in house.store.read(lambda c: select_changes(c, found.row.id))
        if one.level_before != one.level_after
    ]
    assert 0 < len(moved) < 6
    assert (found.moved, found.moves) == (None, ())


def test_what_is_in_force_already_is_not_corrected_twice(
    house: House, proposer: Viewer, second: Viewer
) -> None:
    hand_in_many(house, forms="A", people=6)
    dropped = propose(house, proposer)
    approve_regrade(house.store, viewer=second, regrade_id=dropped, now=NOW)
    apply(house, dropped)

    with pytest.raises(Refused, match="in force already"):
        propose(house, proposer)
    correct_the_key(house)
    # A later text of the question is another matter: its key may come back into force.
    assert propose(house, proposer, kind="key")


def test_a_recalibration_under_way_does_not_undo_a_correction_made_meanwhile(
    house: House, proposer: Viewer, second: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in_many(house, forms="A", people=6)
    monkeypatch.setattr(rescoring, "BATCH", 2)
    regrade_id = propose(house, proposer)
    done = []

    def correct_once(_share: float, _words: str) -> None:
        if not done:
            approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
            done.append(apply(house, regrade_id))

    rescoring.rescore_skill(
        house.store,
        skill=SKILL,
        catalogue=house.catalogue,
        read_item=house.read_item,
        reason="calibration",
        now=NOW,
        tell=correct_once,
    )

    assert done == [6]
    assert rows(house, "SELECT number, items FROM result WHERE in_force") == [(2, 8)] * 6


def test_a_correction_applied_twice_at_the_same_time_gives_one_new_result_each(
    house: House, proposer: Viewer, second: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in_many(house, forms="A", people=6)
    regrade_id = propose(house, proposer)
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
    between = [lambda: apply(house, regrade_id)]
    look = rescoring.changed_score

    def looked_at(*given: Any, **scale: Any) -> Any:
        found = look(*given, **scale)
        while between:
            assert between.pop()() == 6
        return found

    monkeypatch.setattr(rescoring, "changed_score", looked_at)

    assert apply(house, regrade_id) == 0
    assert rows(house, "SELECT count(*), max(number) FROM result") == [(12, 2)]
    assert rows(house, "SELECT number, items FROM result WHERE in_force") == [(2, 8)] * 6


def test_a_correction_under_way_goes_on_by_parameters_put_in_force_meanwhile(
    house: House, proposer: Viewer, second: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in_many(house, forms="A", people=6)
    monkeypatch.setattr(rescoring, "BATCH", 2)
    regrade_id = propose(house, proposer)
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
    ((old, parameters),) = rows(house, "SELECT id, parameters FROM calibration WHERE in_force")
    known = json.loads(parameters) if isinstance(parameters, str) else parameters
    newer = []

    def calibrate_once(_share: float, _words: object) -> None:
        if not newer:
            newer.append(make_calibration(house.store, skill=SKILL, parameters=known))

    assert apply(house, regrade_id, tell=calibrate_once) == 6

    assert rows(house, "SELECT calibration_id, items FROM result WHERE in_force ORDER BY id") == [
        *[(old, 8)] * 2,
        *[(newer[0], 8)] * 4,
    ]
    assert rows(house, "SELECT count(*) FROM regrade_change") == [(6,)]
