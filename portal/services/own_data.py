"""Check your own data: a file in memory, its verdict, and nothing that is kept."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from assessments.analysis_set import ComparisonInputError
from assessments.arms import ARMS, Design, count_by_arm
from assessments.attrition import Attrition, measure_attrition
from assessments.compare import Comparison, compare_arms
from assessments.growth import growth_curves
from assessments.growth_model import fit_growth_model_or_reason
from assessments.score_files import ReadingRules, read_measured, scores_of
from assessments.table_files import TableFile, TableFileError, parse_table
from curriculum.phrases import Joined, Number, Phrase
from portal import access
from portal.access import Viewer
from portal.services.compared import Compared, describe_compared
from portal.services.disclosure import Floor
from portal.services.reporting import GROWTH_COLUMNS

# A hundred thousand rows of a long file; what is larger belongs on the command line.
MOST_BYTES = 5 * 1024 * 1024
MEASURED = ("analysed", "measured", "completed", "retained")


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file as it was brought: its name for messages, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read, as the options of the command line say it."""

    design: Design = "self_selected"
    teams: bool = True
    covariates: tuple[str, ...] = ()
    strata: str | None = None
    target: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class OwnVerdict:
    """What a file says of one skill."""

    skill: str
    compared: Compared


@dataclass(frozen=True, slots=True)
class OwnGrowth:
    """Growth in a file: the mean of each arm over time, together only where they may be compared.

    `curves` has the columns `reporting.GROWTH_COLUMNS`, without limits where nothing says how sure
    a mean is; `slope` and `slope_se` are growth per unit of time in all, None where no model could
    be fitted, and `notes` says why.
    """

    skill: str
    curves: pd.DataFrame
    together: bool
    slope: float | None
    slope_se: float | None
    learners: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnAttrition:
    """Who was lost in a file, for one skill; no skill where the file names none."""

    skill: str
    attrition: Attrition


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file cannot be used: the same words as on the command line."""

    message: str


def compare_file(
    *, viewer: Viewer, file: OwnFile, wanted: Wanted, min_group: int
) -> tuple[OwnVerdict, ...] | Fault:
    """Compare the arms of a file, a verdict per skill, as `python -m assessments compare` does."""
    access.require(viewer, "compare programs")
    try:
        scores = scores_of(_table(file), rules=_rules(wanted))
        found = compare_arms(
            scores.rows,
            design=wanted.design,
            covariates=wanted.covariates,
            strata=wanted.strata,
            target=wanted.target,
            teams=wanted.teams,
        )
    except (TableFileError, ComparisonInputError) as error:
        return _fault(file, error)
    floor = Floor.of(min_group)
    return tuple(
        OwnVerdict(
            one.skill, _described(one, rows=scores.rows, floor=floor, warnings=scores.warnings)
        )
        for one in found
    )


def grow_file(
    *, viewer: Viewer, file: OwnFile, wanted: Wanted, min_group: int
) -> tuple[OwnGrowth, ...] | Fault:
    """Return growth in a file by arm and skill, as `python -m assessments growth` does."""
    access.require(viewer, "compare programs")
    try:
        table = _table(file)
        columns = table.cells.columns
        teams = "team_id" in columns
        rules = ReadingRules(teams=teams, arms="arm" in columns, time=wanted.time)
        scores = scores_of(table, rules=rules)
        return tuple(
            _growth(
                scores.rows[scores.rows["skill"] == skill],
                wanted=replace(wanted, teams=teams),
                warnings=scores.warnings,
                floor=Floor.of(min_group),
            )
            for skill in dict.fromkeys(scores.rows["skill"])
        )
    except (TableFileError, ComparisonInputError) as error:
        return _fault(file, error)


def lose_file(*, viewer: Viewer, file: OwnFile) -> tuple[OwnAttrition, ...] | Fault:
    """Return who was lost in a file by arm, as `python -m assessments attrition` does."""
    access.require(viewer, "compare programs")
    try:
        table = _table(file)
        column = next((name for name in MEASURED if name in table.cells.columns), None)
        if column is not None:
            people = read_measured(table, column=column)
            counted = measure_attrition(
                enrolled=count_by_arm(people["arm"]),
                analysed=count_by_arm(people.loc[people["measured"], "arm"]),
            )
            return (OwnAttrition("", counted),)
        rows = scores_of(table, rules=ReadingRules(teams=False)).rows
        found = compare_arms(rows, design="self_selected", teams=False)
    except (TableFileError, ComparisonInputError) as error:
        return _fault(file, error)
    return tuple(OwnAttrition(one.skill, one.attrition) for one in found)


def _table(file: OwnFile) -> TableFile:
    path = Path(file.name)
    if len(file.content) > MOST_BYTES:
        raise TableFileError(
            path=path,
            message=Phrase(
                "expected at most {most} MB; use the command line for more",
                most=Number(MOST_BYTES // 2**20),
            ),
        )
    return parse_table(file.content, path=path)


def _rules(wanted: Wanted) -> ReadingRules:
    return ReadingRules(
        teams=wanted.teams,
        time=wanted.time,
        covariates=wanted.covariates,
        strata=wanted.strata,
    )


def _fault(file: OwnFile, error: TableFileError | ComparisonInputError) -> Fault:
    if isinstance(error, TableFileError):
        return Fault(error.said)
    return Fault(Phrase("{place}: {message}", place=file.name, message=error.said))


def _described(
    comparison: Comparison, *, rows: pd.DataFrame, floor: Floor, warnings: Sequence[str]
) -> Compared:
    own = rows[rows["skill"] == comparison.skill]
    times = own.loc[own["occasion"] == comparison.occasion, "time"].dropna()
    return describe_compared(
        replace(comparison, warnings=(*warnings, *comparison.warnings)),
        rows=own,
        months=float(times.mean()) if len(times) else None,
        team_names={},
        own_teams=None,
        floor=floor,
    )


def _growth(
    own: pd.DataFrame, *, wanted: Wanted, warnings: Sequence[str], floor: Floor
) -> OwnGrowth:
    timed = own.assign(
        time=own["time"]
        if own["time"].notna().any()
        else pd.to_numeric(own["occasion"], errors="coerce")
    )
    notes, together = list(warnings), True
    if own["arm"].nunique() == len(ARMS):
        verdict = compare_arms(own, design=wanted.design, teams=wanted.teams)[0]
        together = not verdict.withheld
        if verdict.withheld:
            apart = Phrase("The arms' growth is not compared.")
            notes.append(Joined([verdict.sentence, apart]))
    measured = timed.dropna(subset=["time", "score"])
    model = fit_growth_model_or_reason(measured, teams=wanted.teams)
    if isinstance(model, str):
        notes.append(Phrase("no growth model: {why}", why=model))
    learners = int(own.loc[own["score"].notna(), "learner"].nunique())
    large = learners >= floor.change and together and not isinstance(model, str)
    return OwnGrowth(
        skill=str(own["skill"].iloc[0]),
        curves=_curves(timed, floor=floor),
        together=together,
        slope=model.slope if large and not isinstance(model, str) else None,
        slope_se=model.se if large and not isinstance(model, str) else None,
        learners=learners,
        notes=tuple(notes),
    )


def _curves(rows: pd.DataFrame, *, floor: Floor) -> pd.DataFrame:
    shown = []
    for row in growth_curves(rows).to_dict("records"):
        hidden = int(row["learners"]) < floor.mean
        limits = (None, None) if math.isnan(row["low"]) else (float(row["low"]), float(row["high"]))
        figures = (int(row["learners"]), float(row["mean"]), *limits)
        kept = (None, None, None, None) if hidden else figures
        shown.append((0, "", row["arm"], row["occasion"], *kept, hidden))
    return pd.DataFrame(shown, columns=list(GROWTH_COLUMNS))


def example_file() -> bytes:
    """Return a small file that may be compared, to look at and to fill in: a made-up lottery."""
    lines = ["learner_id,team_id,cohort,arm,skill,occasion,time_months,score,se"]
    for learner in range(1, 61):
        arm = ARMS[learner % 2]
        team = f"team-{learner % 5 + 1}"
        start = 460 + (learner * 37) % 80
        gain = 22 + (learner * 13) % 25 + (8 if arm == ARMS[0] else 0)
        for occasion, month, score in (("baseline", 0, start), ("end", 3, start + gain)):
            lines.append(
                f"L{learner:03d},{team},spring,{arm},agent-operations,{occasion},{month},{score},12"
            )
    return ("\n".join(lines) + "\n").encode()
