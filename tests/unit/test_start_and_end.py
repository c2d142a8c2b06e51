"""The headline of a unit: each mean with its error and its learners, or nothing."""

import pandas as pd

from portal.services.reporting import GROWTH_COLUMNS, Mean, StartAndEnd, start_and_end


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
