"""Rapid guesses: the limit below which an answer cannot rest on reading, and when it matters."""

import pytest

from assessments.pace import ENOUGH, is_notable, rapid_threshold


@pytest.mark.parametrize(
    ("expected", "mean", "timed", "limit"),
    [
        (None, None, 0, 5.0),
        (60, None, 0, 6.0),
        (150, None, 0, 10.0),
        (60, 30.0, ENOUGH - 1, 6.0),
        (60, 30.0, ENOUGH, 3.0),
        (60, 400.0, ENOUGH, 10.0),
    ],
)
def test_the_limit_is_a_tenth_of_the_usual_time_and_ten_seconds_at_most(
    expected: float | None, mean: float | None, timed: int, limit: float
) -> None:
    assert rapid_threshold(expected=expected, mean=mean, timed=timed) == pytest.approx(limit)


def test_one_guess_in_twelve_is_not_worth_a_word_and_two_are() -> None:
    assert not is_notable(0, timed=0)
    assert not is_notable(1, timed=12)
    assert is_notable(2, timed=12)
