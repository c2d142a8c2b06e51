"""The headline of a unit: each mean with its error and its learners, or nothing."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from portal.services.reporting import (
    GROWTH_COLUMNS,
    Mean,
    StartAndEnd,
    mean_with_limits,
    start_and_end,
)


def routes(*rows):
    """Rows of route, occasion, n and mean; one without a mean is hidden."""
    return pd.DataFrame(
        [
            (1, "Fraud", route, occasion, n, score, low, high, score is None)
            for route, occasion, n, score in rows
            for low, high in [(None, None) if score is None else (score - 20, score + 20)]
        ],
        columns=list(GROWTH_COLUMNS),
    )


def test_all_together_speak_for_the_unit_where_they_are_shown():
    shown = routes(
        ("structured", "baseline", 20, 480.0),
        ("structured", "end", 20, 530.0),
        ("all", "baseline", 40, 482.0),
        ("all", "end", 31, 494.0),
    )

    assert start_and_end(shown, floor=10) == (
        StartAndEnd("all", Mean(40, 482.0, 20.0), Mean(31, 494.0, 20.0)),
    )


def test_a_mean_that_is_hidden_or_of_too_few_is_not_set_beside_another():
    hidden = routes(("all", "baseline", 40, 482.0), ("all", "end", None, None))
    few = routes(("all", "baseline", 40, 482.0), ("all", "end", 9, 494.0))

    assert start_and_end(hidden, floor=10) == ()
    assert start_and_end(few, floor=10) == ()


def test_the_range_of_a_small_teams_mean_knows_that_its_spread_is_estimated():
    scores = np.array([-0.4, 0.1, 0.2, 0.5, 0.9, 1.1])

    found = mean_with_limits(len(scores), scores.sum(), (scores**2).sum())

    oracle = DescrStatsW(500 + 100 * scores).tconfint_mean()
    assert found == pytest.approx((6, 500 + 100 * scores.mean(), *oracle))
