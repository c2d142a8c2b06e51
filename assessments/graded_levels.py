"""The highest level, which needs work that people graded: what a check alone may give, and when."""

from assessments.irt import LevelBand

# Choosing an answer cannot show designing, docs/decisions/0008: no check gives this level alone.
GRADED_LEVEL = 4


def level_given(level: int, *, has_graded_work: bool) -> int:
    """Return the level that is given for an estimated one."""
    return level if has_graded_work else min(level, GRADED_LEVEL - 1)


def band_given(band: LevelBand, *, has_graded_work: bool) -> LevelBand:
    """Return the levels that are given for those an estimate spans.

    Without passed graded work of the skill the highest one is level 3; `needs_graded_work` then
    says that the estimate reaches further.
    """
    if has_graded_work or band.levels[-1] < GRADED_LEVEL:
        return band
    levels = tuple(level for level in band.levels if level < GRADED_LEVEL) or (GRADED_LEVEL - 1,)
    text = f"L{levels[0]}" if len(levels) == 1 else f"between L{levels[0]} and L{levels[-1]}"
    return LevelBand(levels=levels, text=text, needs_graded_work=True)
