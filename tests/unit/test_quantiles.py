"""Quantiles and tails are those of scipy.stats, to the last bit, also where nothing is defined."""

import numpy as np
import pytest
from scipy import stats

from assessments import quantiles

SHARES = np.array([[0.5], [0.6], [0.9], [0.975], [0.9999]])
VALUES = np.array([[-3.0], [0.0], [0.5], [2.2], [40.0]])
FREEDOM = np.array([0.3, 1, 1.5, 2, 5, 28.7, 1e4, 1e8, np.inf, np.nan, 0, -1])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (quantiles.normal_quantile(SHARES), stats.norm.ppf(SHARES)),
        (quantiles.normal_below(VALUES), stats.norm.cdf(VALUES)),
        (quantiles.t_quantile(SHARES, FREEDOM), stats.t.ppf(SHARES, FREEDOM)),
        (quantiles.t_above(VALUES, FREEDOM), stats.t.sf(VALUES, FREEDOM)),
        (
            quantiles.chi_squared_quantile(SHARES, FREEDOM[:8]),
            stats.chi2.ppf(SHARES, FREEDOM[:8]),
        ),
    ],
    ids=["normal quantile", "normal below", "t quantile", "t above", "chi squared quantile"],
)
def test_a_quantile_or_tail_is_that_of_scipy(ours, theirs):
    np.testing.assert_array_equal(ours, theirs)
