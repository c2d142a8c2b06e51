"""Rapid guesses: answers that came before their question can have been read; pure.

Wise and Ma (2012, NCME), normative threshold NT10: a tenth of the mean time of the item, ten
seconds at most. Wise and Kong (2005, Applied Measurement in Education 18): more than a tenth of
such answers in a test say little of what its taker can do.
"""

SHARE_OF_MEAN = 0.10
LONGEST = 10.0  # seconds
# Where neither a mean nor the author's own estimate is known.
UNKNOWN = 5.0  # seconds
# So many timed answers make a mean; before, the seconds that the author expects stand for it.
ENOUGH = 100
NOTABLE = 0.10


def rapid_threshold(*, expected: float | None, mean: float | None, timed: int) -> float:
    """Return the seconds below which an answer is a rapid guess.

    `expected` are the author's seconds, `mean` is that of `timed` answers.
    """
    typical = mean if mean is not None and timed >= ENOUGH else expected
    return UNKNOWN if typical is None else min(LONGEST, SHARE_OF_MEAN * typical)


def is_notable(rapid: int, *, timed: int) -> bool:
    """Say whether so many of the timed answers were guessed that the result says less."""
    return timed > 0 and rapid / timed > NOTABLE
