"""Attrition against the What Works Clearinghouse boundary."""

import pytest

from assessments.arms import ArmCounts
from assessments.attrition import attrition_boundary, measure_attrition


def counts(structured, self_directed):
    return ArmCounts(structured=structured, self_directed=self_directed)


@pytest.mark.parametrize(
    ("overall", "cautious", "optimistic"),
    [(0, 5.7, 10.0), (10, 6.3, 10.9), (28, 4.4, 8.8), (57, 0.0, 2.3)],
)
def test_the_boundary_is_the_published_one(overall, cautious, optimistic):
    assert attrition_boundary(overall) == pytest.approx(cautious)
    assert attrition_boundary(overall, column="optimistic") == pytest.approx(optimistic)


def test_between_two_rows_the_boundary_is_a_straight_line():
    assert attrition_boundary(18.5) == pytest.approx(5.6)


def test_beyond_the_last_row_nothing_is_tolerable():
    attrition = measure_attrition(enrolled=counts(100, 100), analysed=counts(40, 40))

    assert attrition.overall == pytest.approx(60)
    assert attrition.differential == 0
    assert attrition.boundary is None
    assert not attrition.within


def test_a_difference_exactly_on_the_boundary_is_within():
    # 10 % overall tolerates 6.3 points: 68.5 and 131.5 lost of 1,000 each, times two.
    attrition = measure_attrition(enrolled=counts(2000, 2000), analysed=counts(1863, 1737))

    assert attrition.overall == pytest.approx(10)
    assert attrition.differential == pytest.approx(6.3)
    assert attrition.within


def test_one_learner_more_is_beyond_the_boundary():
    attrition = measure_attrition(enrolled=counts(2000, 2000), analysed=counts(1864, 1736))

    assert not attrition.within


def test_unequal_arms_weigh_by_learners_in_the_overall_figure():
    attrition = measure_attrition(enrolled=counts(300, 100), analysed=counts(270, 70))

    assert attrition.overall == pytest.approx(15)
    assert attrition.differential == pytest.approx(20)
    assert not attrition.within


def test_an_empty_arm_has_no_attrition_to_compare():
    attrition = measure_attrition(enrolled=counts(30, 0), analysed=counts(30, 0))

    assert attrition.differential is None
    assert not attrition.within


def test_more_analysed_than_enrolled_is_refused():
    with pytest.raises(ValueError, match="count each learner once"):
        measure_attrition(enrolled=counts(10, 10), analysed=counts(11, 10))
