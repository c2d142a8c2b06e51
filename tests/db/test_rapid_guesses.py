"""Rapid guesses: marked at handing in, not scored down, left out of what items are judged by."""

from typing import Any

import pytest
from sqlalchemy import text

from portal.access import Viewer
from portal.services import calibrating
from portal.services.counting import count_answers
from portal.services.item_figures import read_lines
from portal.services.results import CheckResult, read_result
from tests.factories import NOW
from tests.small_house import SKILL, House


def taken(house: House, viewer: Viewer, seconds: dict[int, float | None]) -> int:
    """Take a check whose questions took so long; those that are not named are not answered."""
    attempt_id = house.start(viewer)
    for position, time in seconds.items():
        house.answer(viewer, attempt_id, position, seconds=time)
    house.submit(viewer, attempt_id)
    return attempt_id


def result(house: House, viewer: Viewer, attempt_id: int) -> CheckResult:
    return read_result(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        attempt_id=attempt_id,
    )


def marks(house: House, attempt_id: int) -> list[tuple[Any, ...]]:
    sql = f"SELECT seconds, rapid FROM attempt_item WHERE attempt_id = {attempt_id}"
    found = house.store.read(lambda c: c.execute(text(f"{sql} ORDER BY position")).all())
    return [(row[0], None if row[1] is None else bool(row[1])) for row in found]


def test_an_answer_too_fast_to_be_read_is_marked_and_counts_like_any_other(house: House) -> None:
    fast, slow = house.viewer(), house.viewer()
    guessed = taken(house, fast, {0: 1.5, 1: 40.0, 2: None, 3: 2.0})
    read = taken(house, slow, {0: 30.0, 1: 40.0, 2: 30.0, 3: 60.0})

    first, second = result(house, fast, guessed), result(house, slow, read)

    assert marks(house, guessed)[:5] == [
        (1.5, True),
        (40.0, False),
        (None, None),
        (2.0, True),
        (None, None),
    ]
    assert (first.rapid, first.timed) == (2, 3)
    assert (second.rapid, second.timed) == (0, 4)
    assert first.result.theta == pytest.approx(second.result.theta, abs=1.0)
    assert first.result.correct == second.result.correct


def test_a_guess_that_was_thought_over_is_no_guess(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    house.answer(viewer, attempt_id, 0, seconds=1.0, operation_id="one")
    house.answer(viewer, attempt_id, 0, seconds=45.0, operation_id="two")
    house.answer(viewer, attempt_id, 1, seconds=50.0, operation_id="three")
    house.answer(viewer, attempt_id, 1, seconds=0.5, operation_id="four")
    house.submit(viewer, attempt_id)

    assert marks(house, attempt_id)[:2] == [(45.0, False), (50.0, False)]


def test_authors_see_how_many_guess_and_how_long_a_question_takes(house: House) -> None:
    # Of sixteen people six or more meet the same of three forms.
    for _number in range(16):
        taken(house, house.viewer(), {0: 1.0, 1: 41.0})
    count_answers(house.store, catalogue=house.catalogue, read_item=house.read_item, now=NOW)

    lines = read_lines(
        house.store,
        viewer=house.viewer("author"),
        item_ids=list(house.catalogue.item_revisions),
        min_group=5,
    )

    paces = [one.pace for one in lines.values() if one.pace is not None]
    assert {(one.seconds, one.rapid) for one in paces} == {(1.0, 1.0), (41.0, 0.0)}
    assert min(one.n for one in paces) >= 6


def test_a_calibration_leaves_rapid_guesses_out(house: House) -> None:
    viewer, other = house.viewer(), house.viewer()
    taken(house, viewer, {0: 1.0, 1: 30.0})
    taken(house, other, {0: 30.0, 1: 30.0})

    done = calibrating.calibrate_skill(
        house.store,
        skill=SKILL,
        catalogue=house.catalogue,
        read_item=house.read_item,
        now=NOW,
    )

    assert (done.checks, done.answers) == (2, 17)
