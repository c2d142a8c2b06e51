"""Calibration in the database: judged before it is used, versioned, and nothing is lost by it."""

from typing import Any

import pytest
from sqlalchemy import text

from curriculum.model import Item
from curriculum.phrases import Joined, Phrase
from db.queries.calibrations import select_calibrations
from db.queries.growth import compare_growth
from portal.access import Refused
from portal.services.calibrating import Calibrated, calibrate_skill
from portal.services.measuring import read_scales
from tests.factories import NOW
from tests.many_checks import follows_the_model, hand_in_many
from tests.small_house import SKILL, House

# What a calibration finds is the same arithmetic on both: tests of that alone ask for one.
ENGINES = ("sqlite", "postgresql")


def calibrate(house: House, **changed: Any) -> Calibrated:
    values = {"skill": SKILL, "model": "auto", "now": NOW}
    return calibrate_skill(
        house.store,
        catalogue=house.catalogue,
        read_item=house.read_item,
        **(values | changed),
    )


def rows(house: House, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in house.store.read(lambda c: c.execute(text(sql)).all())]


def test_enough_answers_put_a_measured_calibration_in_force(full_house: House) -> None:
    done = calibrate(full_house)

    assert done.in_force, done.sentences
    assert (done.model, done.version, done.checks) == ("rasch", 2, 630)
    assert done.rescored == 630
    first, prior = full_house.store.read(lambda c: select_calibrations(c, skill=SKILL))
    assert (first.in_force, prior.in_force) == (True, False)
    assert (first.converged, first.answers, first.verdict) == (True, 630 * 9, "")
    assert len(first.parameters) == 27
    assert all(one["n"] == 210 and one["se_b"] > 0 for one in first.parameters.values())


@pytest.mark.parametrize(
    ("full_house", "calibrated_house"), [(one, one) for one in ENGINES], indirect=True, ids=ENGINES
)
def test_a_recalibration_writes_new_results_beside_the_old_ones(
    full_house: House, calibrated_house: House
) -> None:
    results = "SELECT attempt_id, theta, calibration_id FROM result ORDER BY id"

    before, after = rows(full_house, results), rows(calibrated_house, results)

    in_force = rows(
        calibrated_house, "SELECT attempt_id, number, reason, counted FROM result WHERE in_force"
    )
    assert len(before) == 630
    assert after[:630] == before
    assert len(after) == 1260
    assert {row[1:] for row in in_force} == {(2, "calibration", True)}
    assert len({row[0] for row in in_force}) == 630
    assert calibrated_house.store.read(compare_growth).empty


@pytest.mark.parametrize("calibrated_house", ["sqlite"], indirect=True)
def test_calibrating_twice_scores_nothing_a_third_time(calibrated_house: House) -> None:
    again = calibrate(calibrated_house)

    assert again.in_force, again.sentences
    assert "scale of version 2" in again.sentences[1]
    thetas = rows(
        calibrated_house,
        "SELECT max(abs(a.theta - b.theta)) FROM result a JOIN result b"
        " ON b.attempt_id = a.attempt_id AND b.number = 3 WHERE a.number = 2",
    )
    assert thetas[0][0] < 0.001


def test_too_few_answers_leave_the_last_good_calibration_in_force(house: House) -> None:
    hand_in_many(house, people=30)

    done = calibrate(house)

    assert not done.in_force
    assert "version 1 stays in force" in done.sentences[0]
    assert "fewer than 200 answers" in " ".join(done.sentences)
    assert rows(house, "SELECT version FROM calibration WHERE in_force") == [(1,)]
    assert rows(house, "SELECT count(*) FROM result") == [(90,)]


def test_why_it_is_not_in_force_can_be_said_in_another_language(house: House) -> None:
    hand_in_many(house, people=30)
    calibrate(house)

    newest = read_scales(house.store, viewer=house.viewer("author"), skill=SKILL).versions[0]

    assert isinstance(newest.verdict, Joined)
    assert all(isinstance(part, Phrase) for part in newest.verdict.parts)
    assert "fewer than 200 answers" in newest.verdict


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_an_item_everybody_got_right_is_named_and_changes_nothing(house: House) -> None:
    def easy(item: Item, skill: float, drawn: float) -> bool:
        return item.id.endswith("a01") or follows_the_model(item, skill, drawn)

    hand_in_many(house, right=easy)

    done = calibrate(house)

    assert not done.in_force
    assert f"{SKILL}.a01: everyone got it right" in " ".join(done.sentences)
    assert rows(house, "SELECT version FROM calibration WHERE in_force") == [(1,)]


def test_a_group_of_one_is_said_in_words(house: House) -> None:
    hand_in_many(house, forms="A", people=1)

    done = calibrate(house)

    assert not done.in_force
    assert "Nothing can be estimated: " in " ".join(done.sentences)


def test_nobody_at_all_is_said_in_words(house: House) -> None:
    house.published_something = True

    assert "Nothing can be estimated" in " ".join(calibrate(house).sentences)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_a_key_that_works_against_skill_keeps_the_2pl_out(house: House) -> None:
    def inverted(item: Item, skill: float, drawn: float) -> bool:
        return follows_the_model(item, -3 * skill if item.id.endswith("b01") else skill, drawn)

    hand_in_many(house, right=inverted)

    done = calibrate(house, model="2pl")

    assert not done.in_force
    assert f"{SKILL}.b01" in str(house.store.read(lambda c: select_calibrations(c))[0].details)


def test_an_unknown_skill_is_refused_with_those_there_are(house: House) -> None:
    with pytest.raises(Refused, match=f"Those there are: {SKILL}"):
        calibrate(house, skill="knitting")


def test_a_check_after_the_calibration_is_scored_with_it(calibrated_house: House) -> None:
    viewer = calibrated_house.viewer()
    attempt_id = calibrated_house.take_check(viewer)

    found = rows(
        calibrated_house,
        "SELECT c.version, r.number, r.in_force FROM result r JOIN calibration c"
        f" ON c.id = r.calibration_id WHERE r.attempt_id = {attempt_id}",
    )
    assert found == [(2, 1, True)]


def test_a_question_added_after_a_calibration_is_asked_and_does_not_count_yet(
    calibrated_house: House,
) -> None:
    calibrated_house.edit(
        "assessments/banks/agent-operations.md",
        old=f"id: {SKILL}.a01\n",
        new=f"id: {SKILL}.a31\n",
    )
    assert calibrated_house.publish()["bank.agent-operations"].outcome == "published"

    hand_in_many(calibrated_house, forms="A", people=3, seed=4)

    found = rows(
        calibrated_house,
        "SELECT items, version FROM result r JOIN calibration c"
        " ON c.id = r.calibration_id ORDER BY r.id DESC LIMIT 3",
    )
    assert found == [(8, 2)] * 3


def test_a_form_that_is_mostly_new_is_scored_by_the_experts_difficulties(
    calibrated_house: House,
) -> None:
    place = calibrated_house.folder / "assessments/banks/agent-operations.md"
    place.write_text(place.read_text().replace(f"id: {SKILL}.a0", f"id: {SKILL}.a4"))
    assert calibrated_house.publish()["bank.agent-operations"].outcome == "published"

    hand_in_many(calibrated_house, forms="A", people=3, seed=4)

    found = rows(
        calibrated_house,
        "SELECT items, model, c.in_force FROM result r JOIN calibration c"
        " ON c.id = r.calibration_id ORDER BY r.id DESC LIMIT 3",
    )
    assert [(row[0], row[1], bool(row[2])) for row in found] == [(9, "prior", False)] * 3
