"""Who is compared: from rows of scores to one row per learner with a start and a target."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assessments.arms import ARMS, ArmCounts, count_by_arm
from curriculum.phrases import Number, Phrase

COLUMNS = ("learner", "team", "cohort", "arm", "skill", "occasion", "time", "score", "se")
# Names without capitals and what `_PASSED_OVER` matches, from first to last.
_KNOWN_OCCASIONS = (
    *("pre", "pretest", "before", "baseline", "start", "mid", "middle"),
    *("end", "post", "posttest", "after", "plus3", "plus6"),
)
_PASSED_OVER = re.compile(r"[\s_-]|months?$")
_ISO_DATE = re.compile(r"\d{4}-\d{2}(-\d{2}([T ][\d:.Z+-]+)?)?")
_DATE_WITH_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_COUNTED = re.compile(r"(.*\D)(\d{1,9})")


class ComparisonInputError(ValueError):
    """Rows that cannot be compared as they stand; `said` is which and why."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnalysisSet:
    """One skill at one target occasion.

    `learners` has one row per analysed learner: `learner`, `team`, `arm`, `baseline`,
    `baseline_se`, `post`, `post_se`, the columns named in `covariates` (numbers; categories became
    0/1 columns) and the stratum in the column named by `strata`, if there is one. In a post-only
    set `baseline` is missing throughout.
    `observations` keeps every score up to the target, for growth. `baseline_share` is the share of
    starters with a score before the target.
    """

    skill: str
    occasion: str
    learners: pd.DataFrame
    observations: pd.DataFrame
    covariates: tuple[str, ...]
    strata: str | None
    enrolled: ArmCounts
    baseline_share: float
    post_only: bool
    warnings: tuple[str, ...]

    @property
    def counts(self) -> ArmCounts:
        """Analysed learners per arm."""
        return count_by_arm(self.learners["arm"])

    @property
    def teams(self) -> ArmCounts:
        """Starting teams per arm among the analysed."""
        pairs = self.learners[["team", "arm"]].drop_duplicates()
        return count_by_arm(pairs["arm"])


def occasion_order(rows: pd.DataFrame) -> list[str]:
    """Occasions from first to last: by median time, then by their names, else as they appear."""
    seen = _occasions_of(rows)
    order = _order_by_name(seen) or seen
    times = _median_times(rows)
    if times.notna().all():
        return sorted(order, key=lambda name: float(times[name]))
    return order


def order_of_the_file(rows: pd.DataFrame) -> list[str] | None:
    """The occasions, where nothing but their place in the file says which came first; else None."""
    seen = _occasions_of(rows)
    times = _median_times(rows)
    timed = bool(times.notna().all()) and times.is_unique
    return None if timed or len(seen) < 2 or _order_by_name(seen) else occasion_order(rows)


def _occasions_of(rows: pd.DataFrame) -> list[str]:
    """Occasions as they appear."""
    return [str(value) for value in rows["occasion"].drop_duplicates()]


def _median_times(rows: pd.DataFrame) -> pd.Series:
    """Median time of each occasion, missing where it is nowhere known."""
    return rows.groupby(rows["occasion"].astype(str), sort=False)["time"].median()


def _order_by_name(seen: Sequence[str]) -> list[str] | None:
    """Numbers, known names, dates or counted names from first to last; None for other names."""
    numbers = pd.to_numeric(pd.Series(seen), errors="coerce")
    if numbers.notna().all():
        return sorted(seen, key=float)
    plain = {name: _PASSED_OVER.sub("", name.casefold().replace("+", "plus")) for name in seen}
    if all(name in _KNOWN_OCCASIONS for name in plain.values()):
        return sorted(seen, key=lambda name: _KNOWN_OCCASIONS.index(plain[name]))
    if all(_ISO_DATE.fullmatch(name) for name in seen):
        return sorted(seen)
    dates = [_DATE_WITH_DOTS.fullmatch(name) for name in seen]
    found = {one[0]: (int(one[3]), int(one[2]), int(one[1])) for one in dates if one}
    if len(found) == len(seen):
        return sorted(seen, key=found.__getitem__)
    counts = [_COUNTED.fullmatch(name) for name in seen]
    places = {one[0]: int(one[2]) for one in counts if one}
    if len(places) == len(seen) and len({one[1].casefold() for one in counts if one}) == 1:
        return sorted(seen, key=places.__getitem__)
    return None


def check_rows(rows: pd.DataFrame) -> None:
    """Refuse rows in which a learner has two arms, or two rows for one skill and occasion.

    Raises
    ------
    ComparisonInputError
        Naming the first learner concerned.
    """
    unknown = rows.loc[~rows["arm"].isin(ARMS), "arm"]
    if len(unknown):
        raise ComparisonInputError(
            Phrase(
                "arm must be one of {arms}; found {found}",
                arms=", ".join(ARMS),
                found=str(unknown.iloc[0]),
            )
        )
    arms = rows.groupby("learner", sort=False)["arm"].nunique()
    if (arms > 1).any():
        raise ComparisonInputError(
            Phrase("learner {learner} is in two arms", learner=str(arms[arms > 1].index[0]))
        )
    double = rows.duplicated(["learner", "skill", "occasion"])
    if double.any():
        row = rows[double].iloc[0]
        raise ComparisonInputError(
            Phrase(
                "learner {learner} has two rows for {skill} at {occasion}",
                learner=str(row["learner"]),
                skill=str(row["skill"]),
                occasion=str(row["occasion"]),
            )
        )


def build_analysis_set(
    rows: pd.DataFrame,
    *,
    skill: str,
    order: Sequence[str],
    target: str,
    covariates: Sequence[str] = (),
    strata: str | None = None,
    enrolled: pd.DataFrame | None = None,
) -> AnalysisSet:
    """Learners of one skill with their first score and their score at the target occasion.

    Parameters
    ----------
    rows
        As in `assessments.compare.compare_arms`, already checked by `check_rows`.
    order
        All occasions from first to last; scores after `target` are left out.
    enrolled
        Everyone who started (`learner`, `arm`), beyond those who have rows.
    """
    own = rows[rows["skill"] == skill]
    rank = {name: place for place, name in enumerate(order)}
    own = own.assign(rank=own["occasion"].astype(str).map(rank)).sort_values("rank", kind="stable")
    own = own[own["rank"] <= rank[target]]
    people = own.drop_duplicates("learner")[["learner", "team", "arm"]].set_index("learner")
    scored = own[own["score"].notna()]
    before = scored[scored["rank"] < rank[target]].drop_duplicates("learner").set_index("learner")
    after = scored[scored["rank"] == rank[target]].set_index("learner")
    people = people.assign(
        baseline=before["score"], baseline_se=before["se"], post=after["score"], post_se=after["se"]
    )
    post_only = before.empty
    starters, warnings = _starters(people, enrolled=enrolled)
    wanted = ["post"] if post_only else ["baseline", "post"]
    analysed = people.dropna(subset=wanted)
    described, names = _describe(own, covariates=covariates, strata=strata)
    analysed = analysed.join(described)
    whole = analysed.dropna(subset=[*names, *([strata] if strata is not None else [])])
    if len(whole) < len(analysed):
        warnings.append(
            Phrase(
                "{n} learners lack a covariate or stratum and are left out",
                n=Number(len(analysed) - len(whole)),
            )
        )
    late = int((before["rank"] > 0).sum())
    if late:
        warnings.append(
            Phrase(
                "{n} learners were first measured after the first occasion; their starting point "
                "may already hold some learning",
                n=Number(late),
            )
        )
    return AnalysisSet(
        skill=skill,
        occasion=target,
        learners=whole.reset_index(),
        observations=scored.drop(columns="rank"),
        covariates=tuple(names),
        strata=strata,
        enrolled=count_by_arm(starters),
        baseline_share=len(before) / len(starters) if len(starters) else 0.0,
        post_only=post_only,
        warnings=tuple(warnings),
    )


def _starters(
    people: pd.DataFrame, *, enrolled: pd.DataFrame | None
) -> tuple[pd.Series, list[Phrase]]:
    """Arm of everyone who started, by learner, and what is odd about the list."""
    if enrolled is None:
        return people["arm"], []
    listed = enrolled.drop_duplicates("learner").set_index("learner")["arm"]
    both = listed.index.intersection(people.index)
    moved = both[(listed[both] != people.loc[both, "arm"]).to_numpy()]
    if len(moved):
        raise ComparisonInputError(
            Phrase(
                "learner {learner} is {listed} in the enrolment list but {found} in the scores",
                learner=str(moved[0]),
                listed=str(listed[moved[0]]),
                found=str(people.loc[moved[0], "arm"]),
            )
        )
    extra = people.index.difference(listed.index)
    warnings = (
        [
            Phrase(
                "{n} learners have scores but are not in the enrolment list; they count as "
                "enrolled",
                n=Number(len(extra)),
            )
        ]
        if len(extra)
        else []
    )
    return pd.concat([listed, people.loc[extra, "arm"]]), warnings


def _describe(
    own: pd.DataFrame, *, covariates: Sequence[str], strata: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """Covariates and stratum per learner, and the names of the columns of the covariates."""
    # The team of a learner is known already: places may have been drawn within teams.
    stratum = [] if strata in {None, "team"} else [strata]
    columns = [*covariates, *stratum]
    if not columns:
        return pd.DataFrame(index=own["learner"].drop_duplicates()), []
    first = own.groupby("learner", sort=False)[columns].first()
    parts = [_as_numbers(first[name]) for name in covariates]
    names = [column for part in parts for column in part.columns]
    return pd.concat([*parts, first[stratum]], axis=1), names


def _as_numbers(values: pd.Series) -> pd.DataFrame:
    """A numeric column as it is, any other as one 0/1 column per category."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float).to_frame()
    return indicators(values, drop_first=False)


def indicators(values: pd.Series, *, drop_first: bool) -> pd.DataFrame:
    """One 0/1 column per category (`name=category`), missing where the category is."""
    levels = sorted(values.dropna().unique(), key=str)
    if drop_first or len(levels) == 2:
        levels = levels[1:]
    columns = {
        f"{values.name}={level}": np.where(values.isna(), np.nan, (values == level).astype(float))
        for level in levels
    }
    return pd.DataFrame(columns, index=values.index)
