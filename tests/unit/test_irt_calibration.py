"""Calibration against published answers, direct maximisation and simulated truth."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from assessments.calibration import calibrate
from assessments.irt import NODE_WEIGHTS, NODES, chance_correct
from assessments.item_responses import responses_from_long, responses_from_matrix
from assessments.simulate import simulate_correct
from tests.unit.lsat6 import LSAT6_ITEMS, lsat6_matrix, lsat7_matrix


def load_lsat6():
    return responses_from_matrix(lsat6_matrix(), items=LSAT6_ITEMS)


def simulated(n, a, b, seed=1):
    rng = np.random.default_rng(seed)
    return simulate_correct(rng.standard_normal(n), a=a, b=b, rng=rng).astype(float)


def columns(result):
    names = ("a", "b", "se_a", "se_b")
    return {name: [getattr(item, name) for item in result.items] for name in names}


def test_the_2pl_of_the_lsat_reproduces_the_published_estimates():
    # Rizopoulos (2006), Journal of Statistical Software 17(5): ltm on the same data.
    result = calibrate(load_lsat6(), model="2pl")

    found = columns(result)
    assert result.log_likelihood == pytest.approx(-2466.653, abs=0.001)
    assert found["a"] == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=0.002)
    assert found["b"] == pytest.approx([-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], abs=0.005)
    assert found["se_a"] == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2100], abs=0.001)
    assert found["se_b"] == pytest.approx([0.8669, 0.3073, 0.0997, 0.4341, 0.8700], abs=0.003)
    assert result.converged


@pytest.mark.parametrize(
    ("load", "a", "b", "log_likelihood"),
    [
        (
            lsat6_matrix,
            [0.825659522, 0.722744197, 0.890874534, 0.688367972, 0.656855939],
            [-3.358811137, -1.370057624, -0.279666231, -1.866381031, -3.125906796],
            -2466.6533773981,
        ),
        (
            lsat7_matrix,
            [0.987545889, 1.080837138, 1.707477658, 0.764989873, 0.735672712],
            [-1.879260156, -0.747540553, -1.057235622, -0.635302270, -2.520764411],
            -2658.8051135520,
        ),
    ],
)
def test_the_2pl_stands_where_r_ends(load, a, b, log_likelihood):
    # R 4.2.2, ltm 1.2-0 with 101 points, called anew from where it stopped until it no longer
    # moves: bench/r_figures.R. The maximum by 4,001 points and Newton's method, apart from R and
    # the portal, is the same to nine decimals: bench/irt_outside.py.
    result = calibrate(responses_from_matrix(load(), items=LSAT6_ITEMS), model="2pl")

    found = columns(result)
    assert found["a"] == pytest.approx(a, abs=1e-6)
    assert found["b"] == pytest.approx(b, abs=1e-6)
    # The points of the search end at ±6, which alone would cost 1e-7.
    assert result.log_likelihood == pytest.approx(log_likelihood, abs=1e-9)


def test_the_rasch_model_stands_where_a_mixed_model_of_r_does():
    # R 4.2.2, lme4 1.1-31: correct ~ 0 + item + (1 | learner), 25 adaptive points a learner.
    result = calibrate(load_lsat6(), model="rasch")

    found = columns(result)
    b_in_r = [-3.615267747, -1.322421631, -0.317630712, -1.730092238, -2.780175064]
    assert found["a"] == pytest.approx([0.755134005] * 5, abs=1e-5)
    assert found["b"] == pytest.approx(b_in_r, abs=1e-5)
    assert result.log_likelihood == pytest.approx(-2466.9375995787, abs=1e-8)


def test_the_rasch_model_of_the_lsat_reproduces_the_published_estimates():
    result = calibrate(load_lsat6(), model="rasch")

    found = columns(result)
    assert result.log_likelihood == pytest.approx(-2466.938, abs=0.001)
    assert found["a"] == pytest.approx([0.7551] * 5, abs=0.0005)
    assert found["b"] == pytest.approx([-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=0.001)
    assert found["se_b"] == pytest.approx([0.3266, 0.1422, 0.0977, 0.1691, 0.2510], abs=0.0005)
    assert found["se_a"] == pytest.approx([0.0694] * 5, abs=0.0005)


def test_the_2pl_of_the_other_section_reproduces_what_r_prints():
    # The documentation of R's mirt, which prints a and d = -ab.
    responses = responses_from_matrix(lsat7_matrix(), items=LSAT6_ITEMS)
    result = calibrate(responses, model="2pl")

    found = columns(result)
    intercepts = -np.array(found["a"]) * np.array(found["b"])
    assert result.log_likelihood == pytest.approx(-2658.805, abs=0.001)
    assert found["a"] == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=0.002)
    assert intercepts == pytest.approx([1.856, 0.808, 1.804, 0.486, 1.855], abs=0.002)


@pytest.mark.parametrize("model", ["2pl", "rasch"])
def test_full_and_sparse_matrices_lead_to_the_same_figures(model, monkeypatch):
    matrix = simulated(300, np.linspace(0.8, 1.5, 8), np.linspace(-1.5, 1.5, 8)).astype(float)
    matrix[np.random.default_rng(3).random(matrix.shape) < 0.3] = np.nan
    responses = responses_from_matrix(matrix, items=[f"i{index}" for index in range(8)])
    full = calibrate(responses, model=model)

    monkeypatch.setattr("assessments.calibration._FULL_CELLS", 0)
    sparse = calibrate(responses, model=model)

    assert sparse.log_likelihood == pytest.approx(full.log_likelihood, abs=1e-9)
    for name in ("a", "b", "se_a", "se_b"):
        assert columns(sparse)[name] == pytest.approx(columns(full)[name], rel=1e-7)


def test_no_general_optimiser_finds_a_higher_likelihood():
    a, b = np.array([0.8, 1.2, 1.6, 1.0, 1.4]), np.array([-1.0, 0.0, 0.5, 1.0, -0.5])
    matrix = simulated(1000, a, b)
    matrix[np.random.default_rng(2).random(matrix.shape) < 0.2] = np.nan
    matrix = matrix[~np.isnan(matrix).all(axis=1)]

    def loss(vector):
        p = chance_correct(NODES, a=vector[:5], b=vector[5:])
        each = np.where(matrix[:, None, :] == 1, np.log(p), np.log(1 - p))
        curve = np.where(np.isnan(matrix)[:, None, :], 0.0, each).sum(axis=2)
        return -np.log(np.exp(curve) @ NODE_WEIGHTS).sum()

    result = calibrate(responses_from_matrix(matrix, items="vwxyz"), model="2pl")
    found = columns(result)
    free = minimize(loss, np.array(found["a"] + found["b"]) + 0.05, method="BFGS")

    assert result.log_likelihood == pytest.approx(-free.fun, abs=1e-4)
    assert found["a"] == pytest.approx(free.x[:5], abs=0.01)
    assert found["b"] == pytest.approx(free.x[5:], abs=0.01)


def test_the_estimates_lie_as_far_from_the_truth_as_their_errors_say():
    rng = np.random.default_rng(11)
    a, b = rng.uniform(0.7, 1.8, 30), rng.normal(0, 1, 30)

    found = columns(
        calibrate(
            responses_from_matrix(simulated(1500, a, b), items=[f"i{k:02d}" for k in range(30)]),
            model="2pl",
        )
    )

    z_a = (np.array(found["a"]) - a) / found["se_a"]
    z_b = (np.array(found["b"]) - b) / found["se_b"]
    assert 0.7 < np.sqrt(np.mean(z_a**2)) < 1.3
    assert 0.7 < np.sqrt(np.mean(z_b**2)) < 1.4


def test_errors_from_cross_products_agree_with_the_observed_information(monkeypatch):
    a, b = np.array([0.8, 1.0, 1.3, 1.6, 1.1]), np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    responses = responses_from_matrix(simulated(6000, a, b), items="vwxyz")

    observed = columns(calibrate(responses, model="2pl"))
    monkeypatch.setattr("assessments.calibration._OBSERVED_BUDGET", 0)
    crossed = columns(calibrate(responses, model="2pl"))

    assert crossed["se_a"] == pytest.approx(observed["se_a"], rel=0.08)
    assert crossed["se_b"] == pytest.approx(observed["se_b"], rel=0.08)


def test_items_that_different_people_saw_are_estimated_on_one_scale():
    a, b = np.full(20, 1.2), np.linspace(-2, 2, 20)
    matrix = simulated(8000, a, b, seed=4)
    matrix[:4000, 12:], matrix[4000:, :8] = np.nan, np.nan

    found = columns(
        calibrate(
            responses_from_matrix(matrix, items=[f"i{k:02d}" for k in range(20)]), model="2pl"
        )
    )

    assert found["b"] == pytest.approx(b, abs=0.2)


def test_an_item_that_everyone_got_right_is_left_out_with_a_word():
    matrix = simulated(300, np.ones(6), np.linspace(-1, 1, 6))
    matrix[:, 2], matrix[:, 4] = 1.0, 0.0

    result = calibrate(responses_from_matrix(matrix, items="uvwxyz"), model="2pl")

    assert [item.item_id for item in result.items] == ["u", "v", "x", "z"]
    assert "w: everyone got it right, so it has no finite difficulty." in result.warnings
    assert "y: no one got it right, so it has no finite difficulty." in result.warnings


@pytest.mark.parametrize("people", [0, 1])
def test_a_group_of_one_or_none_gives_a_sentence_and_no_items(people):
    matrix = np.array([[1.0, 0.0, 1.0, 0.0]])[:people].reshape(people, 4)

    result = calibrate(responses_from_matrix(matrix, items="wxyz"), model="2pl")

    assert (result.items, result.log_likelihood, result.converged) == ((), None, False)
    assert "Nothing can be estimated" in result.warnings[-1]


def test_an_item_keyed_the_wrong_way_round_is_named():
    matrix = simulated(800, np.full(6, 1.5), np.linspace(-1, 1, 6))
    matrix[:, 3] = 1 - matrix[:, 3]

    result = calibrate(responses_from_matrix(matrix, items="uvwxyz"), model="2pl")

    assert "x: negative discrimination, check the key." in result.warnings


def test_too_few_answers_are_warned_about_and_still_estimated():
    matrix = simulated(150, np.ones(6), np.linspace(-1, 1, 6))

    result = calibrate(responses_from_matrix(matrix, items="uvwxyz"), model="rasch")

    assert len(result.items) == 6
    assert "fewer than 200 answers (fewest 150)" in result.warnings[0]


def test_answers_that_determine_nothing_end_in_words():
    matrix = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]] * 20)

    result = calibrate(responses_from_matrix(matrix, items="xyz"), model="2pl")

    assert any("edge of the range" in warning for warning in result.warnings)


def test_not_settling_within_the_cycles_is_said(monkeypatch):
    monkeypatch.setattr("assessments.calibration.MAX_CYCLES", 1)

    result = calibrate(load_lsat6(), model="2pl")

    assert not result.converged
    assert "did not settle" in result.warnings[0]


def test_a_learner_who_answered_an_item_twice_is_refused():
    frame = pd.DataFrame({"learner_id": ["l", "l"], "item_id": ["i", "i"], "correct": [1, 0]})

    with pytest.raises(ValueError, match="twice"):
        responses_from_long(frame)


def test_long_answers_and_a_matrix_are_the_same_thing():
    matrix = simulated(200, np.ones(4), np.linspace(-1, 1, 4))
    rows = [
        {"learner_id": f"{i:03d}", "item_id": name, "correct": int(matrix[i, j])}
        for j, name in enumerate("wxyz")
        for i in range(200)
    ]

    long = calibrate(responses_from_long(pd.DataFrame(rows)), model="rasch")
    wide = calibrate(responses_from_matrix(matrix, items="wxyz"), model="rasch")

    assert columns(long) == columns(wide)
