"""Who is given level 4: everywhere a level is shown or counted, only with passed graded work."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from db.columns import table
from db.store import Store
from db.tables_graded import GradedResult, Submission
from db.tables_results import Result
from portal.services.receipts import full_receipt
from portal.services.results import read_result
from portal.services.skills import read_skills
from tests.factories import NOW, add_row, make_person
from tests.small_house import SKILL, House


@pytest.fixture
def strong(house: House):
    """Somebody whose check reaches level 4: every answer right."""
    viewer = house.viewer()
    return viewer, house.take_check(viewer)


def pass_work(store: Store, house: House, *, learner: int, passed: bool = True, at=NOW) -> None:
    submission = add_row(
        store,
        Submission,
        work_id="check.agent-operations",
        revision_id=house.catalogue.item_revisions["m1.rubric"],
        learner_id=learner,
        skill=SKILL,
        number=1,
        kind="text",
        markers=1,
        size=4,
        sha256="0" * 64,
        handed_in_at=at,
    )
    add_row(
        store,
        GradedResult,
        submission_id=submission,
        learner_id=learner,
        skill=SKILL,
        marks=[3 if passed else 2],
        share=0.75 if passed else 0.5,
        passed=passed,
        decided_at=at,
    )


def kept_level(house: House) -> int:
    rows = table(Result)
    return house.store.read(lambda c: c.execute(select(rows.c.level)).scalar_one())


def test_without_graded_work_the_strongest_check_gives_level_3(house, strong):
    viewer, attempt_id = strong

    found = read_result(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        attempt_id=attempt_id,
    )
    own = read_skills(house.store, viewer=viewer, catalogue=house.catalogue)[0]

    assert found.result.theta > 1.5
    assert (found.band.levels[-1], found.band.needs_graded_work) == (3, True)
    assert (own.band.levels[-1], own.band.needs_graded_work) == (3, True)
    assert kept_level(house) == 3


def test_work_that_was_passed_gives_level_4_at_once_and_keeps_the_result(house, strong):
    viewer, _attempt = strong

    pass_work(house.store, house, learner=viewer.person_id, at=NOW + timedelta(days=1))

    own = read_skills(house.store, viewer=viewer, catalogue=house.catalogue)[0]
    assert (own.band.levels[-1], own.band.needs_graded_work) == (4, False)
    assert kept_level(house) == 3
    assert full_receipt(house.store, result_id=own.latest.id, read_item=house.read_item).same


def test_a_check_taken_after_the_work_was_passed_counts_at_level_4(house):
    viewer = house.viewer()
    pass_work(house.store, house, learner=viewer.person_id, at=NOW - timedelta(days=1))

    attempt_id = house.take_check(viewer)

    found = read_result(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        attempt_id=attempt_id,
    )
    assert kept_level(house) == 4
    assert full_receipt(house.store, result_id=found.result.id, read_item=house.read_item).same


def test_work_that_was_not_passed_or_is_anothers_gives_nothing(house, strong):
    viewer, _attempt = strong
    pass_work(house.store, house, learner=viewer.person_id, passed=False)
    pass_work(house.store, house, learner=make_person(house.store))

    own = read_skills(house.store, viewer=viewer, catalogue=house.catalogue)[0]

    assert own.band.levels[-1] == 3
