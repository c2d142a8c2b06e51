"""Linking of forms: known lines are found again and moved anchors are dropped."""

import numpy as np
import pytest

from assessments.calibration import calibrate
from assessments.irt import NODE_WEIGHTS, NODES, chance_correct
from assessments.item_responses import responses_from_matrix
from assessments.linking import link_forms, mean_sigma, on_old_scale
from assessments.parameters import ItemParameters
from assessments.simulate import simulate_correct

A = np.linspace(0.7, 1.6, 12)
B = np.linspace(-1.8, 1.8, 12)


def make_form(a, b, se=0.1, prefix="i"):
    return {
        f"{prefix}{k:02d}": ItemParameters(f"{prefix}{k:02d}", ai, bi, se, se)
        for k, (ai, bi) in enumerate(zip(a, b, strict=True))
    }


def moved_form(slope, intercept):
    """The same items as a group with other mean and spread would see them."""
    return make_form(A * slope, (B - intercept) / slope)


def test_an_exact_line_is_found_again():
    link = link_forms(moved_form(1.3, 0.4), old=make_form(A, B))

    assert (link.slope, link.intercept) == pytest.approx((1.3, 0.4), abs=1e-5)
    assert link.usable
    assert link.loss == pytest.approx(0, abs=1e-9)


def test_a_linked_item_has_its_old_parameters():
    new = moved_form(1.3, 0.4)
    link = link_forms(new, old=make_form(A, B))

    item = on_old_scale(new["i03"], link=link)

    assert (item.a, item.b) == pytest.approx((A[3], B[3]), abs=1e-4)
    assert item.se_b == pytest.approx(0.13, abs=1e-4)


def test_an_anchor_whose_difficulty_moved_is_dropped_and_named():
    new = moved_form(1.1, -0.3)
    new["i05"] = ItemParameters("i05", new["i05"].a, new["i05"].b + 1.2, 0.1, 0.1)

    link = link_forms(new, old=make_form(A, B))

    assert link.dropped == ("i05",)
    assert (link.slope, link.intercept) == pytest.approx((1.1, -0.3), abs=1e-4)
    assert "i05: its difficulty moved" in link.warnings[0]


def test_a_difficulty_that_is_only_badly_known_stays_an_anchor():
    new = moved_form(1.0, 0.0)
    new["i05"] = ItemParameters("i05", new["i05"].a, new["i05"].b + 0.5, 0.3, 0.3)

    assert link_forms(new, old=make_form(A, B)).dropped == ()


@pytest.mark.parametrize(("anchors", "usable"), [(7, False), (8, True)])
def test_fewer_than_eight_anchors_are_not_enough(anchors, usable):
    new = dict(list(moved_form(1.0, 0.2).items())[:anchors])

    link = link_forms(new, old=make_form(A, B))

    assert link.usable == usable
    assert any("8 are needed" in warning for warning in link.warnings) != usable


def test_forms_without_a_common_item_stay_where_they_are():
    link = link_forms(make_form(A, B, prefix="n"), old=make_form(A, B))

    assert (link.slope, link.intercept, link.usable) == (1.0, 0.0, False)
    assert "Only 0 anchor items" in link.warnings[0]


def test_no_neighbouring_line_has_a_lower_loss():
    rng = np.random.default_rng(3)
    new = make_form(
        A * 1.2 * np.exp(rng.normal(0, 0.1, 12)), (B - 0.2) / 1.2 + rng.normal(0, 0.1, 12)
    )

    link = link_forms(new, old=make_form(A, B))

    def loss(slope, intercept):
        a, b = (np.array([getattr(item, name) for item in new.values()]) for name in "ab")
        there = chance_correct(NODES, a=a / slope, b=slope * b + intercept) - chance_correct(
            NODES, a=A, b=B
        )
        back = chance_correct(NODES, a=a, b=b) - chance_correct(
            NODES, a=A * slope, b=(B - intercept) / slope
        )
        gaps = there.sum(axis=1) ** 2 + back.sum(axis=1) ** 2
        return float(NODE_WEIGHTS @ gaps) / 2

    found = loss(link.slope, link.intercept)
    assert link.loss == pytest.approx(found)
    for step in (-0.005, 0.005):
        assert loss(link.slope + step, link.intercept) > found
        assert loss(link.slope, link.intercept + step) > found


def test_stocking_lord_errs_less_than_mean_and_sigma():
    errors = {"curves": [], "moments": []}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        forms = []
        for theta in (rng.standard_normal(700), 0.5 + 1.2 * rng.standard_normal(700)):
            drawn = simulate_correct(theta, a=A, b=B + np.where(B > 1.5, 1.0, 0.0), rng=rng)
            result = calibrate(
                responses_from_matrix(drawn, items=[f"i{k:02d}" for k in range(12)]), model="2pl"
            )
            forms.append({item.item_id: item for item in result.items})
        link = link_forms(forms[1], old=forms[0])
        slope, intercept = mean_sigma(forms[1], old=forms[0])
        errors["curves"].append((link.slope - 1.2, link.intercept - 0.5))
        errors["moments"].append((slope - 1.2, intercept - 0.5))

    rms = {name: float(np.sqrt(np.mean(np.square(found)))) for name, found in errors.items()}

    assert rms["curves"] < 0.09
    assert rms["curves"] < rms["moments"]
