"""Level 4 is only given with graded work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.graded_levels import band_given, level_given
from assessments.irt import LevelBand, level_band

CUTS = (-0.5, 0.5, 1.5)


@pytest.mark.parametrize(("estimated", "shown"), [(1, 1), (2, 2), (3, 3), (4, 3)])
def test_a_check_alone_never_gives_level_4(estimated, shown):
    assert level_given(estimated, has_graded_work=False) == shown
    assert level_given(estimated, has_graded_work=True) == estimated


@pytest.mark.parametrize(
    ("levels", "shown", "words"),
    [
        ((4,), (3,), "L3"),
        ((3, 4), (3,), "L3"),
        ((2, 3, 4), (2, 3), "between L2 and L3"),
        ((1, 2, 3, 4), (1, 2, 3), "between L1 and L3"),
    ],
)
def test_a_band_that_reaches_level_4_ends_at_3_and_says_so(levels, shown, words):
    band = band_given(LevelBand(levels, "as estimated"), has_graded_work=False)

    assert (band.levels, band.text, band.needs_graded_work) == (shown, words, True)


@given(theta=st.floats(-6, 6), se=st.floats(0.01, 2))
def test_graded_work_leaves_every_band_as_it_is(theta, se):
    band = level_band(theta, se=se, cuts=CUTS)

    assert band_given(band, has_graded_work=True) == band
    given_ = band_given(band, has_graded_work=False)
    assert 4 not in given_.levels
    assert given_.needs_graded_work == (4 in band.levels)
