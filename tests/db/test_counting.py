"""How questions behave, counted from the database: figures, options, flags, misconceptions."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from curriculum.model import Item
from db.queries.statistics import (
    ItemFigures,
    select_form_figures,
    select_held,
    select_item_figures,
)
from portal.services.counting import count_answers
from portal.services.item_figures import read_owners
from portal.services.learning import answer_check
from tests.factories import NOW
from tests.many_checks import follows_the_model, hand_in_many, wrong_answer
from tests.small_house import LESSON, SKILL, House, right_answer

BANK = "bank.agent-operations"
AFTER = NOW + timedelta(hours=1)


def count(house: House, **changed: Any) -> tuple[str, ...]:
    return count_answers(
        house.store,
        catalogue=house.catalogue,
        read_item=house.read_item,
        **({"now": AFTER} | changed),
    )


def figures(house: House, item_id: str) -> ItemFigures:
    return house.store.read(lambda c: select_item_figures(c, item_ids=[item_id]))[0]


def one_in_three(item: Item, skill: float, drawn: float) -> bool:
    return drawn < 1 / 3


def test_share_and_number_are_those_of_the_answers(house: House) -> None:
    hand_in_many(house, forms="AB", people=40)

    assert count(house) == (BANK,)

    found = figures(house, f"{SKILL}.a01")
    right, n = house.store.read(
        lambda c: c.execute(
            text(
                'SELECT sum(CASE WHEN response = \'{"choice": "b"}\' THEN 1 ELSE 0 END), count(*)'
                " FROM answer JOIN attempt_item i ON i.attempt_id = answer.attempt_id"
                " AND i.position = answer.position JOIN revision r ON r.id = i.revision_id"
                " WHERE r.content_id = :item"
            ),
            {"item": f"{SKILL}.a01"},
        ).one()
    )
    assert (found.n, found.share_correct) == (n, pytest.approx(right / n))
    assert n == 40


def test_every_form_has_its_reliability(house: House) -> None:
    hand_in_many(house, forms="AB", people=60)
    count(house)

    forms = house.store.read(lambda c: select_form_figures(c, owner_id=BANK))

    assert [(one.form, one.n, one.items) for one in forms] == [("A", 60, 9), ("B", 60, 9)]
    assert all(one.kr20 is not None and 0.3 < one.kr20 < 0.9 for one in forms)


def test_a_wrong_key_is_flagged_with_the_option_that_strong_learners_choose(house: House) -> None:
    def wrong_key(item: Item, skill: float, drawn: float) -> bool:
        strong = follows_the_model(item, 2 * skill, drawn)
        return not strong if item.id == f"{SKILL}.a01" else strong

    hand_in_many(house, forms="A", people=120, right=wrong_key)
    count(house)

    flags = figures(house, f"{SKILL}.a01").flags

    assert [(one["flag"], one["option"]) for one in flags] == [("check the key", "a")]


def test_options_say_who_picks_them(house: House) -> None:
    hand_in_many(house, forms="A", people=80)
    count(house)

    options = {one["option"]: one for one in figures(house, f"{SKILL}.a01").options}

    assert set(options) == {"a", "b", "c"}
    assert options["b"]["right"]
    assert options["b"]["strong"] > options["b"]["weak"]
    assert options["a"]["strong"] < options["a"]["weak"]
    assert options["c"]["n"] == 0
    assert options["a"]["misconception"] == "M101"


def test_misconceptions_count_people_and_not_answers(house: House) -> None:
    hand_in_many(house, forms="A", people=30, right=one_in_three)
    count(house)

    held = house.store.read(lambda c: select_held(c, owner_id=BANK))

    assert [(one.code, one.learners) for one in held] == [("M101", 30)]
    assert held[0].holders <= 30 < held[0].times


def test_an_item_harder_for_one_role_of_equal_skill_is_told(house: House) -> None:
    def harder(item: Item, skill: float, drawn: float) -> bool:
        easier = item.id != f"{SKILL}.a01"
        return follows_the_model(item, skill, drawn) if easier else drawn < 0.15

    hand_in_many(house, forms="A", people=150)
    first = house.store.read(lambda c: c.execute(text("SELECT max(id) FROM result")).scalar_one())
    hand_in_many(house, forms="A", people=150, right=harder, seed=3)
    house.store.write(
        lambda c: (
            c.execute(
                text("UPDATE result SET role_profile = 'all-staff' WHERE id > :first"),
                {"first": first},
            ).rowcount
        )
    )
    count(house)

    found = figures(house, f"{SKILL}.a01")

    role = next(one for one in found.dif if one["by"] == "role")
    assert (role["reference"], role["focal"], role["ets_class"]) == ("all-staff", "builder", "C")
    assert "unequal between groups" in {one["flag"] for one in found.flags}


def test_nothing_is_counted_again_while_nothing_is_new(house: House) -> None:
    hand_in_many(house, forms="A", people=10)

    assert count(house) == (BANK,)
    assert count(house) == ()
    hand_in_many(house, forms="B", people=10, at=AFTER, seed=5)
    assert count(house, now=AFTER + timedelta(hours=1)) == (BANK,)


def test_questions_in_lessons_count_the_first_answer_of_everybody(house: House) -> None:
    house.published_something = True
    item_id = "m1.single"
    item = house.read_item(house.catalogue.item_revisions[item_id])
    for right_first in (True, False, False):
        viewer = house.viewer()
        opened = house.open(viewer, LESSON)
        answers = [right_answer(item), wrong_answer(item)]
        for number, response in enumerate(answers if right_first else reversed(answers)):
            answer_check(
                house.store,
                viewer=viewer,
                read_item=house.read_item,
                attempt_id=opened.attempt_id,
                position=opened.answers[item_id].position,
                response=response,
                operation_id=f"{viewer.person_id}-{number}",
                now=NOW,
            )

    author = house.viewer("author")
    before = read_owners(house.store, viewer=author, catalogue=house.catalogue)
    assert count(house) == ("m1",)
    # The page of questions opens at the first of these.
    owners = read_owners(house.store, viewer=author, catalogue=house.catalogue)
    assert {one.id for one in before if one.counted} == set()
    assert {one.id for one in owners if one.counted} == {"m1"}
    found = figures(house, item_id)
    assert (found.kind, found.n, found.share_correct) == ("practice", 3, pytest.approx(1 / 3))
