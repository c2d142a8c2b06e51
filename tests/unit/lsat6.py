"""The LSAT, section 6: 1,000 test takers, 5 items (Bock and Lieberman 1970, Psychometrika 35)."""

import numpy as np

# How often each of the 32 patterns occurred, from 00000 (all wrong) to 11111.
PATTERN_COUNTS = (
    *(3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15),
    *(10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298),
)
LSAT6_ITEMS = ("1", "2", "3", "4", "5")


def lsat6_matrix():
    patterns = np.array([[int(digit) for digit in f"{index:05b}"] for index in range(32)])
    return np.repeat(patterns, PATTERN_COUNTS, axis=0)
