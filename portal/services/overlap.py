"""Whether the figures of a program may stand beside those of teams, for who sees both.

A manager sees the routes of a program and the routes of the organisation. Where other programs
measure the same skill, or where a few learners have only one of two scores, the difference of two
figures is a figure of those few. So managers see the routes of a program only while it is the only
one that measures its skill, and what is linear in the scores of the analysed - the gain, and the
difference at the start - only while nobody, or enough people, are measured but not analysed.

How many people any sum of figures leaves at the least
    Figures of teams do not tell the analysed from the rest of the same team and route. A sum that
    takes the analysed away from such a team leaves the rest, one that does not leaves the analysed;
    so it speaks of at least min(analysed, rest) people there, summed over teams.
"""

import pandas as pd


def smallest_rest(rows: pd.DataFrame, *, target: str) -> int | None:
    """Return of how many people a sum of figures would speak at the least; None where of nobody.

    Parameters
    ----------
    rows
        One row per learner and occasion with a score: `learner`, `team`, `arm`, `occasion`.
    """
    occasions = rows.groupby("learner")["occasion"].agg(set)
    people = rows.drop_duplicates("learner").set_index("learner")[["team", "arm"]]
    both = occasions.map(lambda found: {"baseline", target} <= found)
    rests = []
    for occasion in ("baseline", target):
        measured = occasions.map(lambda found, one=occasion: one in found)
        frame = people.assign(both=both, rest=measured & ~both)
        cells = frame.groupby(["team", "arm"])[["both", "rest"]].sum()
        least = cells.min(axis=1).groupby(level="arm").sum()
        left = cells["rest"].groupby(level="arm").sum()
        rests += [int(least[arm]) for arm in left.index if left[arm] > 0]
    return min(rests, default=None)
