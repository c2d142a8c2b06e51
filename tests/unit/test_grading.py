"""Marks of several people: who settles a difference, what passes, and how well markers agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from assessments.agreement import kappa_error, measure_agreement, weighted_kappa
from assessments.grading import (
    drawn_task,
    final_marks,
    grading_order,
    has_passed,
    places_apart,
    require_marks,
    seats_needed,
)

MARKS = st.lists(st.integers(0, 4), min_size=3, max_size=3)


def drawn_pairs(n, *, seed=1):
    """Marks of two people who see the same work, each with an error of their own."""
    rng = np.random.default_rng(seed)
    true = rng.normal(2.4, 1.0, n)
    one, two = (np.clip(np.round(true + rng.normal(0, 0.6, n)), 0, 4) for _ in range(2))
    return [(int(a), int(b)) for a, b in zip(one, two, strict=True)]


def test_two_points_apart_on_one_row_ask_for_a_third_marker():
    assert places_apart((3, 4, 2), (3, 3, 4)) == (2,)
    assert seats_needed([(3, 3), (3, 1)], markers=2) == (1, 2, 3)
    assert seats_needed([(3, 3), (2, 4)], markers=2) == (1, 2)
    assert seats_needed([(0, 4)], markers=1) == (1,)


def test_two_who_agree_within_a_point_give_their_mean():
    assert final_marks([(3, 4), (3, 3)], markers=2) == (3.0, 3.5)
    assert final_marks([(2, 4)], markers=1) == (2.0, 4.0)


def test_a_third_marker_gives_the_median_of_every_row():
    assert final_marks([(1, 3), (3, 4), (3, 3)], markers=2) == (3.0, 3.0)


def test_nothing_is_decided_before_every_seat_is_in():
    assert final_marks([], markers=1) is None
    assert final_marks([(3, 3)], markers=2) is None
    assert final_marks([(3, 3), (3, 1)], markers=2) is None


def test_one_row_below_three_does_not_pass_whatever_the_mean():
    assert has_passed((3.0, 3.0, 3.0))
    assert not has_passed((4.0, 4.0, 2.5))
    assert not has_passed(())


@given(first=MARKS, second=MARKS, third=MARKS)
def test_a_final_mark_lies_between_the_marks_it_comes_from(first, second, third):
    marks = final_marks([first, second, third], markers=2)

    for mark, given_marks in zip(marks, zip(first, second, third, strict=True), strict=True):
        assert min(given_marks) <= mark <= max(given_marks)


@pytest.mark.parametrize("marks", [(3,), (3, 5), (-1, 3), (3, 2.5), (True, 3), (3, 3, 3)])
def test_marks_that_are_none_are_refused(marks):
    with pytest.raises(ValueError, match="2 whole marks from 0 to 4"):
        require_marks(marks, rows=2)


def test_markers_meet_the_same_works_each_in_an_order_of_their_own():
    ids = range(1, 21)
    ada, ben = grading_order(ids, marker="1"), grading_order(ids, marker="2")

    assert sorted(ada) == sorted(ben) == list(ids)
    assert ada not in (ben, tuple(ids))
    assert grading_order(reversed(ids), marker="1") == ada


def test_a_learner_always_gets_the_same_task():
    tasks = {drawn_task(["b", "a"], learner=str(n), work="w") for n in range(40)}

    assert tasks == {"a", "b"}
    assert drawn_task(["a", "b"], learner="7", work="w") == drawn_task(
        ["b", "a"], learner="7", work="w"
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kappa_and_its_error_are_those_of_statsmodels(seed):
    pairs = drawn_pairs(60, seed=seed)
    table = np.zeros((5, 5))
    for one, two in pairs:
        table[one, two] += 1

    found = cohens_kappa(table, wt="quadratic")

    assert weighted_kappa(pairs) == pytest.approx(found.kappa, rel=1e-10)
    assert kappa_error(pairs) == pytest.approx(np.sqrt(found.var_kappa), rel=1e-10)


def test_kappa_of_two_marks_is_that_of_the_textbook():
    # 50 proposals, 20 yes-yes, 15 no-no, 5 and 10 apart: p_o = .7, p_e = .5, kappa = .4.
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15

    assert weighted_kappa(pairs, categories=2) == pytest.approx(0.4)


def test_leaving_out_single_marks_gives_the_error_of_the_formula():
    pairs = drawn_pairs(400)

    found = measure_agreement([[pair] for pair in pairs])

    assert found.se == pytest.approx(kappa_error(pairs), rel=0.05)
    assert found.low < found.kappa < found.high


def test_marks_of_one_work_that_go_together_make_the_error_larger():
    rng = np.random.default_rng(4)
    works = []
    for _ in range(60):
        # One lenient and one strict reading of the whole work: its rows are no six witnesses.
        shift = int(rng.integers(-1, 2))
        true = rng.integers(1, 4, 6)
        works.append([(int(mark), int(np.clip(mark + shift, 0, 4))) for mark in true])

    clustered = measure_agreement(works).se

    assert clustered > 1.2 * kappa_error([pair for work in works for pair in work])


def test_agreement_that_cannot_be_had_is_none_and_never_a_number():
    found = measure_agreement([[(3, 3), (3, 3)]])

    assert (found.kappa, found.se, found.low, found.same) == (None, None, None, 1.0)
    with pytest.raises(ValueError, match="at least one work"):
        measure_agreement([])
    with pytest.raises(ValueError, match="from 0 to 4"):
        weighted_kappa([(5, 1)])
