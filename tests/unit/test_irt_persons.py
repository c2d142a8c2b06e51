"""Skill estimates of persons, against direct integration and optimisation and against truth."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from assessments.irt import (
    chance_correct,
    estimate_skill,
    estimate_skills,
    expected_reliability,
    form_information,
    level_band,
    level_cuts,
    measurement_error,
    reliability,
    scale_score,
)
from assessments.item_responses import responses_from_matrix
from assessments.parameters import (
    EXPERT_DISCRIMINATION,
    ItemParameters,
    Parameters,
    expert_parameters,
    parameters_in_force,
)
from assessments.simulate import simulate_correct
from curriculum.model import Item, Skill, SkillLevel

A = np.array([0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 0.7, 0.9, 1.1, 1.3, 1.5, 1.0])
B = np.linspace(-2.0, 2.0, 12)
IDS = tuple(f"i{index:02d}" for index in range(12))
CUTS = (-0.5, 0.5, 1.5)


def make_parameters(a=A, b=B):
    items = {item: ItemParameters(item, *pair) for item, *pair in zip(IDS, a, b, strict=False)}
    return Parameters(items, "2pl", "Known.")


def make_items(n, difficulty=0.5):
    return [
        Item(f"i{k:02d}", "single", "ai-sense", "T", "S", difficulty=difficulty) for k in range(n)
    ]


def log_likelihood(theta, answers):
    p = 1 / (1 + np.exp(-A * (theta - B)))
    return float((answers * np.log(p) + (1 - answers) * np.log(1 - p)).sum())


def patterns(n=40):
    theta = np.random.default_rng(1).standard_normal(n)
    drawn = simulate_correct(theta, a=A, b=B, rng=np.random.default_rng(2))
    return [np.zeros(12), np.ones(12), *drawn]


@pytest.mark.parametrize("answers", patterns())
def test_the_eap_and_its_sd_agree_with_direct_integration(answers):
    estimate = estimate_skill(
        dict(zip(IDS, answers > 0, strict=True)), parameters=make_parameters()
    )

    def density(theta):
        return np.exp(log_likelihood(theta, answers) - theta**2 / 2)

    mass = quad(density, -10, 10)[0]
    mean = quad(lambda t: t * density(t), -10, 10)[0] / mass
    variance = quad(lambda t: (t - mean) ** 2 * density(t), -10, 10)[0] / mass
    assert estimate.eap == pytest.approx(mean, abs=1e-6)
    assert estimate.sd == pytest.approx(variance**0.5, abs=1e-6)


@pytest.mark.parametrize("answers", patterns())
def test_warms_estimate_maximises_the_weighted_likelihood(answers):
    estimate = estimate_skill(
        dict(zip(IDS, answers > 0, strict=True)), parameters=make_parameters()
    )

    def loss(theta):
        information = form_information(np.array([theta]), a=A, b=B)[0]
        return -log_likelihood(theta, answers) - 0.5 * np.log(information)

    best = minimize_scalar(loss, bounds=(-8, 8), method="bounded", options={"xatol": 1e-10})
    assert estimate.wle == pytest.approx(best.x, abs=1e-6)
    assert estimate.se == pytest.approx(
        measurement_error(np.array([best.x]), a=A, b=B)[0], abs=1e-6
    )


def test_all_right_and_all_wrong_have_finite_estimates():
    right, wrong = (
        estimate_skill(dict.fromkeys(IDS, answer), parameters=make_parameters())
        for answer in (True, False)
    )

    assert 2 < right.wle < 5
    assert -5 < wrong.wle < -2
    assert right.se > 0.8


def test_the_batch_gives_what_each_person_gets_alone_whatever_items_they_saw():
    answers = np.array(patterns(60), dtype=float)
    answers[np.random.default_rng(3).random(answers.shape) < 0.4] = np.nan
    parameters = make_parameters()

    batch = estimate_skills(responses_from_matrix(answers, items=IDS), parameters=parameters)

    for row, person in zip(answers, batch.itertuples(), strict=True):
        seen = {item: bool(x) for item, x in zip(IDS, row, strict=True) if not np.isnan(x)}
        alone = estimate_skill(seen, parameters=parameters)
        assert (person.eap, person.sd, person.wle, person.se) == pytest.approx(
            (alone.eap, alone.sd, alone.wle, alone.se), abs=1e-8
        )
        assert person.items == len(seen)


def test_a_learner_without_an_answer_keeps_the_prior_and_gets_no_weighted_estimate():
    answers = np.array([[1.0, 0.0, 1.0], [np.nan] * 3])

    batch = estimate_skills(
        responses_from_matrix(answers, items=IDS[:3]), parameters=make_parameters()
    )

    assert (batch["eap"][1], batch["sd"][1]) == pytest.approx((0.0, 1.0), abs=1e-6)
    assert np.isnan(batch["wle"][1])


def test_warms_estimate_is_nearly_unbiased_and_its_error_covers():
    for theta in (-1.0, 0.0, 1.0):
        drawn = simulate_correct(np.full(4000, theta), a=A, b=B, rng=np.random.default_rng(5))

        skills = estimate_skills(
            responses_from_matrix(drawn, items=IDS), parameters=make_parameters()
        )

        inside = (skills["wle"] - theta).abs() <= 1.96 * skills["se"]
        assert skills["wle"].mean() == pytest.approx(theta, abs=0.05)
        assert 0.92 <= inside.mean() <= 0.98
        assert abs(skills["eap"].mean() - theta) >= abs(skills["wle"].mean() - theta) - 0.02


def test_twelve_items_shrink_the_growth_that_an_eap_shows_but_not_the_weighted_estimate():
    start = np.random.default_rng(8).standard_normal(20_000)
    ones = np.ones(12)
    gains = {}
    for name, theta in (("before", start), ("after", start + 0.5)):
        drawn = simulate_correct(theta, a=ones, b=B, rng=np.random.default_rng(len(name)))
        gains[name] = estimate_skills(
            responses_from_matrix(drawn, items=IDS), parameters=make_parameters(ones)
        )

    growth = {
        kind: gains["after"][kind].mean() - gains["before"][kind].mean() for kind in ("eap", "wle")
    }

    assert growth["eap"] < 0.36
    assert growth["wle"] == pytest.approx(0.5, abs=0.03)


def test_an_answer_to_an_item_without_parameters_is_refused():
    with pytest.raises(ValueError, match="item zzz"):
        estimate_skill({"zzz": True}, parameters=make_parameters())
    with pytest.raises(ValueError, match="without an answer"):
        estimate_skill({}, parameters=make_parameters())


def test_the_chance_never_overflows():
    chance = chance_correct(np.array([-1e6, 0.0, 1e6]), a=np.array([10.0]), b=np.array([0.0]))

    assert chance.ravel().tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(("items", "promised"), [(12, 0.70), (24, 0.83), (30, 0.86)])
def test_longer_forms_promise_the_reliability_that_the_pages_quote(items, promised):
    b = np.tile(np.linspace(-1.6, 1.6, 6), items // 6)

    found = expected_reliability(np.full(items, EXPERT_DISCRIMINATION), b=b)

    assert found == pytest.approx(promised, abs=0.015)


def test_observed_reliability_matches_the_share_of_true_variance():
    theta = np.random.default_rng(1).standard_normal(20_000)
    drawn = simulate_correct(theta, a=A, b=B, rng=np.random.default_rng(2))
    skills = estimate_skills(responses_from_matrix(drawn, items=IDS), parameters=make_parameters())

    found = reliability(skills["wle"].to_numpy(), errors=skills["se"].to_numpy())

    assert found == pytest.approx(np.corrcoef(theta, skills["wle"])[0, 1] ** 2, abs=0.05)
    assert reliability(np.array([0.3]), errors=np.array([0.5])) is None
    assert reliability(np.array([0.3, 0.31]), errors=np.array([0.5, 0.5])) == 0.0


@pytest.mark.parametrize(
    ("theta", "se", "levels", "text"),
    [
        (-2.0, 0.5, (1,), "L1"),
        (0.0, 0.2, (2,), "L2"),
        (0.4, 0.5, (2, 3), "between L2 and L3"),
        (0.5, 0.0, (3,), "L3"),
        (0.5, 1.5, (1, 2, 3, 4), "between L1 and L4"),
        (9.0, 0.5, (4,), "L4"),
    ],
)
def test_the_band_names_every_level_it_touches(theta, se, levels, text):
    band = level_band(theta, se=se, cuts=CUTS)

    assert (band.levels, band.text) == (levels, text)


def test_the_cuts_of_a_skill_leave_out_the_first_level_and_an_unset_cut_is_out_of_reach():
    levels = tuple(
        SkillLevel(level, "Name", ("Does.",), cut, "provisional", 0.1)
        for level, cut in ((1, None), (2, -0.8), (3, 0.3), (4, None))
    )

    cuts = level_cuts(Skill("ai-sense", "AI sense", "Text.", {}, levels))

    assert cuts == (-0.8, 0.3, float("inf"))
    assert level_band(9.0, se=1.0, cuts=cuts).text == "L3"


def test_the_scale_starts_at_five_hundred():
    assert scale_score(0.0) == 500
    assert scale_score(-1.25) == 375


def test_without_a_calibration_the_authors_difficulties_hold_and_it_is_said():
    parameters = expert_parameters(make_items(1))

    assert parameters.items["i00"].b == 0.5
    assert parameters.items["i00"].a == EXPERT_DISCRIMINATION
    assert "authors" in parameters.note


@pytest.mark.parametrize(
    ("model", "n", "basis"),
    [
        ("rasch", 199, "expert"),
        ("rasch", 200, "rasch"),
        ("2pl", 499, "expert"),
        ("2pl", 500, "2pl"),
    ],
)
def test_a_calibration_comes_into_force_only_with_enough_answers_per_item(model, n, basis):
    estimates = [ItemParameters("i00", 1.5, 0.1, n=9000), ItemParameters("i01", 1.5, 0.1, n=n)]

    parameters = parameters_in_force(make_items(2), model=model, estimates=estimates)

    assert parameters.basis == basis
    assert parameters.items["i00"].b == (0.5 if basis == "expert" else 0.1)


def test_an_item_missing_from_the_calibration_keeps_all_items_on_the_authors_scale():
    estimates = [ItemParameters("i00", 1.5, 0.1, n=9000)]

    parameters = parameters_in_force(make_items(2), model="2pl", estimates=estimates)

    assert parameters.basis == "expert"
    assert "1 of 2 items" in parameters.note
