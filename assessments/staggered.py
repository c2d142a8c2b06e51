"""Effects when teams start at different times: each cohort against those who have not started."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assessments.quantiles import t_quantile
from assessments.regression import Floats, estimate_coefficient, fit_least_squares

_MIN_TEAMS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTimeEffect:
    """Mean effect on the teams that start in period `start`, in period `period` (ATT(g, t)).

    Before the start it is a check: it should be near zero if the groups moved alike.
    """

    start: int
    period: int
    learners: int
    control_learners: int
    estimate: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEffect:
    """Mean effect so many periods after the start, over all cohorts observed then."""

    since_start: int
    learners: int
    estimate: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StaggeredEffects:
    """The event study and the group-time effects it averages."""

    group_time: tuple[GroupTimeEffect, ...]
    event_study: tuple[EventEffect, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Contrast:
    """One ATT(g, t) and what each team contributes to its error."""

    effect: GroupTimeEffect
    influence: pd.Series


def estimate_staggered_effects(rows: pd.DataFrame) -> StaggeredEffects:
    """Estimate ATT(g, t) with base period g - 1, and their event study.

    Parameters
    ----------
    rows
        One row per learner and period of one skill: `learner`, `team`, `start` (the period in which
        the team starts; missing: not within the study), `period` (whole numbers), `score`.

    Returns
    -------
    StaggeredEffects
        Only pairs (g, t) with a base period and with at least two teams on either side. Nobody who
        has started by `t` serves as a control.

    Notes
    -----
    Callaway and Sant'Anna (2021), Journal of Econometrics 225, unconditional parallel trends,
    not-yet-treated controls, universal base period. Errors are CR2, clustered on the team; the
    event study adds the teams' influences over its cohorts, weighted by learners.
    """
    scored = rows[rows["score"].notna()]
    people = scored.drop_duplicates("learner").set_index("learner")[["team", "start"]]
    scores = scored.pivot_table(index="learner", columns="period", values="score").loc[people.index]
    starts = sorted(int(start) for start in people["start"].dropna().unique())
    contrasts = []
    for start in starts:
        if start - 1 not in scores.columns:
            continue
        for period in sorted(int(value) for value in scores.columns):
            found = _contrast(people, scores, start=start, period=period)
            if found is not None:
                contrasts.append(found)
    return StaggeredEffects(
        group_time=tuple(contrast.effect for contrast in contrasts),
        event_study=_event_study(contrasts),
    )


def _contrast(
    people: pd.DataFrame, scores: pd.DataFrame, *, start: int, period: int
) -> _Contrast | None:
    """ATT(start, period), or None in the base period itself or with too few teams."""
    base = start - 1
    if period == base:
        return None
    change = (scores[period] - scores[base]).dropna()
    own = people.loc[change.index]
    later = own["start"].isna() | (own["start"] > max(period, base))
    started = own["start"] == start
    used = started | (later & ~started)
    change, own, started = change[used], own[used], started[used]
    if min(own.loc[started, "team"].nunique(), own.loc[~started, "team"].nunique()) < _MIN_TEAMS:
        return None
    treated_column = started.to_numpy(dtype=np.float64)
    x: Floats = np.column_stack([np.ones_like(treated_column), treated_column])
    fit = fit_least_squares(
        x, change.to_numpy(dtype=float), names=("before", "effect"), clusters=own["team"].to_numpy()
    )
    effect = estimate_coefficient(fit, name="effect")
    low, high = effect.interval()
    treated = int(started.sum())
    share = np.where(started, 1 / treated, -1 / (len(change) - treated))
    pieces: Floats = share * fit.residuals
    influence = pd.Series(pieces).groupby(own["team"].to_numpy()).sum()
    # CR1 and CR2 differ by a factor here; carrying it keeps both tables consistent.
    scale = effect.se_cr2 / float(np.linalg.norm(influence)) if influence.any() else 1.0
    return _Contrast(
        effect=GroupTimeEffect(
            start=start,
            period=period,
            learners=treated,
            control_learners=len(change) - treated,
            estimate=effect.estimate,
            se=effect.se_cr2,
            low=low,
            high=high,
        ),
        influence=influence * scale,
    )


def _event_study(contrasts: list[_Contrast]) -> tuple[EventEffect, ...]:
    """Average the effects at the same distance from the start, weighted by learners."""
    found = []
    for since in sorted({one.effect.period - one.effect.start for one in contrasts}):
        same = [one for one in contrasts if one.effect.period - one.effect.start == since]
        learners = sum(one.effect.learners for one in same)
        weights = [one.effect.learners / learners for one in same]
        estimate = sum(w * one.effect.estimate for w, one in zip(weights, same, strict=True))
        parts = [w * one.influence for w, one in zip(weights, same, strict=True)]
        total = pd.concat(parts).groupby(level=0).sum()
        se = float(np.linalg.norm(total))
        half = float(t_quantile(0.975, max(len(total) - 2, 1))) * se
        found.append(
            EventEffect(
                since_start=since,
                learners=learners,
                estimate=estimate,
                se=se,
                low=estimate - half,
                high=estimate + half,
            )
        )
    return tuple(found)
