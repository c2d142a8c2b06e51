"""The LSAT, sections 6 and 7: 1,000 people, 5 items each (Bock, Lieberman 1970, Psychometrika)."""

import numpy as np

# How often each of the 32 patterns occurred, from 00000 (all wrong) to 11111.
PATTERN_COUNTS = (
    *(3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15),
    *(10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298),
)
SECTION_7_COUNTS = (
    *(12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28),
    *(7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308),
)
LSAT6_ITEMS = ("1", "2", "3", "4", "5")


def lsat6_matrix():
    return _matrix(PATTERN_COUNTS)


def lsat7_matrix():
    return _matrix(SECTION_7_COUNTS)


def _matrix(counts):
    patterns = np.array([[int(digit) for digit in f"{index:05b}"] for index in range(32)])
    return np.repeat(patterns, counts, axis=0)
