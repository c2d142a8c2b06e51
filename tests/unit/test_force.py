"""Which calibrations may be used: enough answers, settled, sound items, a link that holds."""

import numpy as np
import pytest

from assessments.force import calibrate_for_use
from assessments.item_responses import ItemResponses, responses_from_matrix
from assessments.parameters import ItemParameters
from assessments.simulate import simulate_correct

ITEMS = [f"i{number:02d}" for number in range(12)]
A, B = np.linspace(0.8, 1.5, 12), np.linspace(-1.5, 1.5, 12)


def answered(n: int, *, mean: float = 0.0, seed: int = 1) -> ItemResponses:
    rng = np.random.default_rng(seed)
    matrix = simulate_correct(mean + rng.standard_normal(n), a=A, b=B, rng=rng)
    return responses_from_matrix(matrix.astype(float), items=ITEMS)


def test_500_answers_make_a_2pl_and_200_a_rasch_calibration() -> None:
    large = calibrate_for_use(answered(800), live=ITEMS, before=None)
    small = calibrate_for_use(answered(300), live=ITEMS, before=None)

    assert (large.calibration.model, large.usable, large.link) == ("2pl", True, None)
    assert (small.calibration.model, small.usable) == ("rasch", True)


def test_fewer_than_200_are_estimated_and_not_used() -> None:
    found = calibrate_for_use(answered(150), live=ITEMS, before=None)

    assert len(found.calibration.items) == 12
    assert not found.usable
    assert "12 of 12 items have fewer than 200 answers (fewest 150)" in found.obstacles[0]


def test_a_live_item_nobody_answered_stands_in_the_way_of_the_first_calibration() -> None:
    found = calibrate_for_use(answered(300), live=[*ITEMS, "i99"], before=None)

    assert "1 of 13 items have no usable answers" in " ".join(found.obstacles)


def test_a_new_item_waits_once_there_is_a_measured_scale() -> None:
    before = calibrate_for_use(answered(800), live=ITEMS, before=None).items

    found = calibrate_for_use(answered(800, seed=2), live=[*ITEMS, "i99"], before=before)

    assert found.usable
    assert found.pilot == ("i99",)


def test_an_abler_sample_is_put_on_the_scale_of_the_one_before() -> None:
    before = calibrate_for_use(answered(2000), live=ITEMS, before=None).items

    found = calibrate_for_use(answered(2000, mean=0.8, seed=2), live=ITEMS, before=before)

    assert found.usable, found.obstacles
    assert found.link is not None
    assert found.link.intercept == pytest.approx(0.8, abs=0.12)
    gaps = [abs(found.items[one].b - before[one].b) for one in ITEMS]
    assert float(np.mean(gaps)) < 0.15


def test_a_scale_that_shares_too_few_items_is_not_linked() -> None:
    before = {one: ItemParameters(one, 1.0, 0.0, 0.1, 0.1, 900) for one in ITEMS[:4]}

    found = calibrate_for_use(answered(800), live=ITEMS, before=before)

    assert not found.usable
    assert "anchor items are left and 8 are needed" in " ".join(found.obstacles)


def test_an_item_that_strong_learners_miss_is_named() -> None:
    rng = np.random.default_rng(4)
    theta = rng.standard_normal(900)
    matrix = simulate_correct(theta, a=A, b=B, rng=rng).astype(float)
    matrix[:, 3] = 1 - simulate_correct(theta, a=A[3:4], b=B[3:4], rng=rng)[:, 0]

    found = calibrate_for_use(
        responses_from_matrix(matrix, items=ITEMS), live=ITEMS, before=None, model="2pl"
    )

    assert not found.usable
    assert "i03: strong learners choose it less often than weak; check the key." in found.obstacles


def test_nothing_at_all_is_said_in_words() -> None:
    found = calibrate_for_use(answered(1), live=ITEMS, before=None)

    assert not found.usable
    assert "Nothing can be estimated" in " ".join(found.obstacles)
