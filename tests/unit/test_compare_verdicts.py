"""What may be compared, and what the intervals then say."""

import pytest

from assessments.arms import ArmCounts
from assessments.attrition import measure_attrition
from assessments.baseline import BaselineDifference, category_of
from assessments.verdicts import (
    Evidence,
    benjamini_hochberg,
    data_needs,
    judge_comparability,
    judge_result,
)

LOW_ATTRITION = measure_attrition(
    enrolled=ArmCounts(structured=100, self_directed=100),
    analysed=ArmCounts(structured=95, self_directed=95),
)
HIGH_ATTRITION = measure_attrition(
    enrolled=ArmCounts(structured=100, self_directed=100),
    analysed=ArmCounts(structured=95, self_directed=70),
)


def make_evidence(*, g=0.03, **changes):
    """A self-selected comparison that started level, with what matters changed."""
    difference = BaselineDifference(
        covariate="baseline", g=g, se=0.1, low=g - 0.2, high=g + 0.2, category=category_of(g)
    )
    values = {
        "design": "self_selected",
        "learners": ArmCounts(structured=95, self_directed=95),
        "teams": ArmCounts(structured=10, self_directed=10),
        "reliability": 0.8,
        "attrition": LOW_ATTRITION,
        "baseline": (difference,),
        "baseline_share": 0.95,
        "post_only": False,
        "readable": True,
    }
    return Evidence(**(values | changes))


@pytest.mark.parametrize(
    ("g", "verdict"),
    [
        (0.05, "comparable"),
        (-0.05, "comparable"),
        (0.0500001, "comparable_after_adjustment"),
        (-0.25, "comparable_after_adjustment"),
        (0.2500001, "not_comparable"),
    ],
)
def test_the_baseline_decides_with_its_boundaries_included(g, verdict):
    assert judge_comparability(make_evidence(g=g)) == verdict


def test_the_worst_covariate_decides():
    worst = make_evidence(g=-0.4).baseline
    evidence = make_evidence(g=0.01)

    both = make_evidence(baseline=(*evidence.baseline, *worst))

    assert judge_comparability(both) == "not_comparable"


@pytest.mark.parametrize(
    "changes",
    [
        {"learners": ArmCounts(structured=19, self_directed=95)},
        {"teams": ArmCounts(structured=10, self_directed=3)},
        {"reliability": 0.4999},
        {"readable": False},
    ],
)
@pytest.mark.parametrize("design", ["randomised", "self_selected"])
def test_too_little_data_comes_before_every_other_verdict(changes, design):
    evidence = make_evidence(g=0.9, design=design, **changes)

    assert judge_comparability(evidence) == "insufficient_data"
    assert len(data_needs(evidence)) == 1


def test_exactly_enough_data_is_enough():
    evidence = make_evidence(
        learners=ArmCounts(structured=20, self_directed=20),
        teams=ArmCounts(structured=4, self_directed=4),
        reliability=0.50,
    )

    assert judge_comparability(evidence) == "comparable"


def test_without_teams_there_is_no_team_minimum():
    assert judge_comparability(make_evidence(teams=None)) == "comparable"


def test_a_lottery_with_low_attrition_is_fair_whatever_chance_did_at_the_start():
    assert judge_comparability(make_evidence(g=0.4, design="randomised")) == "comparable_by_design"


def test_a_lottery_with_high_attrition_is_judged_by_its_start():
    evidence = make_evidence(g=0.4, design="randomised", attrition=HIGH_ATTRITION)

    assert judge_comparability(evidence) == "not_comparable"


def test_a_start_measured_for_less_than_four_in_five_is_no_start():
    assert judge_comparability(make_evidence(baseline_share=0.7999)) == "no_baseline"
    assert judge_comparability(make_evidence(baseline_share=0.80)) == "comparable"


def test_a_far_apart_start_is_said_before_a_missing_one():
    assert judge_comparability(make_evidence(g=0.3, baseline_share=0.5)) == "not_comparable"


def test_people_who_chose_and_have_no_pretest_cannot_be_compared():
    evidence = make_evidence(post_only=True, baseline=(), baseline_share=0.0)

    assert judge_comparability(evidence) == "no_baseline"


@pytest.mark.parametrize(
    ("interval", "interval_90", "result"),
    [
        ((0.01, 0.30), (0.03, 0.28), "structured_ahead"),
        ((-0.30, -0.01), (-0.28, -0.03), "self_directed_ahead"),
        ((-0.11, 0.11), (-0.10, 0.10), "practically_equal"),
        ((0.0, 0.12), (0.01, 0.10), "practically_equal"),
        ((-0.26, 0.25), (-0.2, 0.2), "too_uncertain"),
        ((-0.25, 0.25), (-0.2, 0.2), "no_clear_difference"),
        ((-0.05, 0.30), (-0.02, 0.27), "no_clear_difference"),
    ],
)
def test_the_interval_decides_the_result(interval, interval_90, result):
    assert judge_result(interval, interval_90=interval_90) == result


def test_p_values_are_adjusted_as_by_hand():
    # Benjamini and Hochberg (1995), table of 15 p values: four stay below .05.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]

    adjusted = benjamini_hochberg(p)

    assert sum(one <= 0.05 for one in adjusted) == 4
    assert adjusted[0] == pytest.approx(0.0015)
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)
    assert adjusted[-1] == 1.0


def test_adjusted_p_values_keep_the_order_they_came_in():
    assert benjamini_hochberg([0.5, 0.01]) == pytest.approx((0.5, 0.02))
