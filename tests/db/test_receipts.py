"""The receipt of a result: complete for whoever holds the server, without a key on the page."""

import json

import pytest
from sqlalchemy import text, update

from db.columns import table
from db.tables import Answer, Result
from portal.access import Refused
from portal.services.calibrating import calibrate_skill
from portal.services.receipts import Receipt, full_receipt, read_own_receipt, receipt_text
from tests.factories import NOW
from tests.small_house import CHECK_SIZE, SKILL, House


def newest_result(house: House) -> int:
    return house.store.read(lambda c: c.execute(text("SELECT max(id) FROM result")).scalar_one())


def receipt_of(house: House, result_id: int) -> Receipt:
    return full_receipt(house.store, result_id=result_id, read_item=house.read_item)


def test_every_figure_of_a_result_comes_out_again_to_the_last_bit(house: House) -> None:
    viewer = house.viewer()
    house.take_check(viewer)

    receipt = receipt_of(house, newest_result(house))

    assert receipt.same, receipt_text(receipt)
    assert {figure.name for figure in receipt.figures} > {"theta", "se", "eap", "eap_sd", "level"}
    assert len(receipt.lines) == CHECK_SIZE
    assert all(line.correct for line in receipt.lines)
    assert "to the last bit" in receipt_text(receipt)


def test_results_of_many_checks_come_out_again_after_a_recalibration(full_house: House) -> None:
    calibrate_skill(
        full_house.store,
        skill=SKILL,
        catalogue=full_house.catalogue,
        read_item=full_house.read_item,
        now=NOW,
    )

    last = newest_result(full_house)
    results = [receipt_of(full_house, last - back) for back in (1259, 1160, 630, 629, 360, 0)]

    assert [one.calibration.version for one in results] == [1, 1, 1, 2, 2, 2]
    assert [one.result.in_force for one in results] == [False] * 3 + [True] * 3
    assert all(one.same for one in results)


def test_an_answer_changed_afterwards_shows_in_the_receipt(house: House) -> None:
    viewer = house.viewer()
    house.take_check(viewer)
    single = next(
        line
        for line in receipt_of(house, newest_result(house)).lines
        if json.loads(line.response or "{}").keys() == {"choice"}
    )
    answers = table(Answer)
    house.store.write(
        lambda c: (
            c.execute(
                update(answers)
                .where(answers.c.position == single.position)
                .values(response='{"choice": "z"}')
            ).rowcount
        )
    )

    changed = receipt_of(house, newest_result(house))

    assert not changed.same
    assert "Not as it is kept" in receipt_text(changed)
    assert "correct" in {figure.name for figure in changed.figures if not figure.same}


def test_a_figure_changed_by_one_bit_shows_in_the_receipt(house: House) -> None:
    house.take_check(house.viewer())
    results = table(Result)
    house.store.write(
        lambda c: c.execute(update(results).values(eap=results.c.eap + 1e-15)).rowcount
    )

    receipt = receipt_of(house, newest_result(house))

    assert [figure.name for figure in receipt.figures if not figure.same] == ["eap"]


def test_a_result_that_is_not_there_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="no result 4711"):
        receipt_of(house, 4711)


def test_the_own_receipt_holds_no_word_of_a_question_or_a_key(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.take_check(viewer)

    receipt = read_own_receipt(
        house.store, viewer=viewer, attempt_id=attempt_id, read_item=house.read_item
    )

    shown = repr((receipt.questions, receipt.figures, receipt.earlier))
    assert receipt.same
    assert len(receipt.questions) == CHECK_SIZE
    assert SKILL + "." not in shown
    assert "CANARY" not in shown
    assert "correct=" not in shown
    assert "parts 5/5" not in shown


def test_nobody_reads_the_receipt_of_somebody_else(house: House) -> None:
    attempt_id = house.take_check(house.viewer())

    with pytest.raises(Refused, match="nothing of yours"):
        read_own_receipt(
            house.store, viewer=house.viewer(), attempt_id=attempt_id, read_item=house.read_item
        )


@pytest.mark.parametrize("number", [-1, 0, 999_999, 2**63, 10**25])
def test_a_number_that_no_result_has_is_refused_in_words(house: House, number: int) -> None:
    with pytest.raises(Refused, match="There is no result"):
        receipt_of(house, number)
