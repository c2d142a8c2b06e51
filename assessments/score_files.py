"""Files of scores and of enrolments, long or wide, as rows that can be compared."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from assessments.arms import ARMS
from assessments.table_files import (
    MISSING,
    TableFile,
    TableFileError,
    quoted,
    read_table,
    shortened,
)
from curriculum.phrases import Number, Phrase

TIME_COLUMN = "time_months"
_TEAM_HINT = Phrase("If learners do not come in teams, say so (on the command line: --no-teams)")
_KNOWN_SKILL = "score"
_WIDE = ("pre", "post")
_MAX_CATEGORIES = 20
# What was measured later, who a learner is and which arm it is in cannot describe its start; the
# last names are taken by the columns of the analysis.
_NO_COVARIATES = frozenset(
    {"learner_id", "team_id", "arm", "skill", "occasion", "score", "se", "pre", "post"}
    | {"pre_se", "post_se", "se_pre", "se_post", "learner", "team", "time", "at", "rank"}
    | {"baseline", "baseline_se", "intercept"}
)
# Letters of the Cyrillic and the Greek alphabet that look like Latin ones.
_LOOK_ALIKE = str.maketrans(
    "\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf",
    "SIJABEKMHOPCTXaeopcyxsijABEZHIKMNOPTYXo",
)
# Names seen for the standard error of a wide score, in the order they are looked for.
_WIDE_SE = {name: (f"{name}_se", f"se_{name}") for name in _WIDE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """Which columns a file must have beyond learner and score, and which have a special role."""

    teams: bool = True
    arms: bool = True
    time: str | None = None
    covariates: tuple[str, ...] = ()
    strata: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreFile:
    """Rows as `assessments.compare.compare_arms` takes them, and what was odd about the file."""

    rows: pd.DataFrame
    warnings: tuple[str, ...]


def read_scores(path: Path, *, rules: ReadingRules) -> ScoreFile:
    """Read a long file (one row per learner and occasion) or a wide one (`pre`, `post`).

    Raises
    ------
    TableFileError
        Naming file, row and column of the first fault.
    """
    return scores_of(read_table(path), rules=rules)


def scores_of(table: TableFile, *, rules: ReadingRules) -> ScoreFile:
    """Read the scores of a table in memory, as `read_scores` does of a file."""
    wide = "score" not in table.cells.columns and "post" in table.cells.columns
    needed = ["learner_id"]
    if rules.arms:
        needed.append("arm")
    needed.append("post" if wide else "score")
    table.require(needed)
    if rules.teams:
        table.require(["team_id"], hint=_TEAM_HINT)
    strata = [rules.strata] if rules.strata is not None else []
    table.require([*rules.covariates, *strata])
    # Places are often drawn within teams.
    for name in [*rules.covariates, *(one for one in strata if one != "team_id")]:
        if name in _NO_COVARIATES:
            raise TableFileError(
                path=table.path,
                row=1,
                column=name,
                message=Phrase("expected a covariate of another name"),
            )
    people = _read_people(table, rules=rules)
    rows = (
        _read_wide(table, people=people) if wide else _read_long(table, people=people, rules=rules)
    )
    _check_learners(table, rows=rows)
    used = _used_columns(table, rules=rules, wide=wide)
    ignored = [name for name in table.cells.columns if name not in used]
    warnings = []
    if ignored:
        warnings.append(Phrase("columns not used: {names}", names=", ".join(ignored)))
    warnings += _alike(table, columns=["learner_id", *(["team_id"] if rules.teams else [])])
    first = rows.groupby("learner", sort=False)["team"].transform("first")
    moved = rows.loc[rows["team"] != first, "learner"].nunique()
    if rules.teams and moved:
        warnings.append(
            Phrase(
                "{n} learners changed teams; the team of their first row counts", n=Number(moved)
            )
        )
    return ScoreFile(rows=rows.drop(columns="at"), warnings=tuple(warnings))


def _alike(table: TableFile, *, columns: Sequence[str]) -> list[Phrase]:
    """Warn of ids that a reader would take for one: people or teams may have been split."""
    warnings = []
    for column in columns:
        seen: dict[str, str] = {}
        pairs = [
            (first, value)
            for value in table.cells[column].unique()
            if (first := seen.setdefault(_as_read(value), value)) != value
        ]
        if pairs:
            warnings.append(
                Phrase(
                    "{column}: some values look alike but are counted apart, such as {one} and "
                    "{other}; times this happens: {n}",
                    column=column,
                    n=Number(len(pairs)),
                    one=ascii(shortened(pairs[0][0], most=40)),
                    other=ascii(shortened(pairs[0][1], most=40)),
                )
            )
    return warnings


def _as_read(value: str) -> str:
    """An id without what the eye does not see: capitals, spaces, letters of other alphabets."""
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value).translate(_LOOK_ALIKE)
        value = "".join(sign for sign in value if unicodedata.category(sign) != "Cf")
    return "".join(value.split()).casefold()


def read_enrolled(path: Path) -> pd.DataFrame:
    """Read who started: `learner`, `arm` and, where the file has it, `skill`."""
    table = read_table(path)
    table.require(["learner_id", "arm"])
    rows = pd.DataFrame({"learner": table.texts("learner_id"), "arm": _read_arms(table)})
    keys = ["learner"]
    if "skill" in table.cells.columns:
        rows["skill"] = table.texts("skill")
        keys.append("skill")
    _refuse_two_arms(table, rows=rows)
    _refuse_repeats(table, rows=rows, keys=keys, column="learner_id")
    return rows


def read_measured(table: TableFile, *, column: str) -> pd.DataFrame:
    """Read starters with a yes/no column: `learner`, `arm`, `measured` (true or false)."""
    rows = pd.DataFrame({"learner": table.texts("learner_id"), "arm": _read_arms(table)})
    answers = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    measured = table.texts(column).str.lower().map(answers)
    if measured.isna().any():
        at = int(measured.isna().to_numpy().argmax())
        found = table.cells[column].iloc[at]
        raise table.fail(
            at=at,
            column=column,
            message=Phrase("expected 1 or 0, found {found}", found=quoted(found)),
        )
    rows["measured"] = measured.astype(bool)
    _refuse_two_arms(table, rows=rows)
    _refuse_repeats(table, rows=rows, keys=["learner"], column="learner_id")
    return rows


def _read_people(table: TableFile, *, rules: ReadingRules) -> pd.DataFrame:
    """What every row says about its learner; `at` keeps the row's place for messages."""
    cells = table.cells
    blank = pd.Series([""] * len(cells), dtype=object)
    learner = table.texts("learner_id")
    people = pd.DataFrame(
        {
            "learner": learner,
            "team": table.texts("team_id")
            if "team_id" in cells.columns and rules.teams
            else learner,
            "cohort": cells.get("cohort", blank),
            "arm": _read_arms(table) if "arm" in cells.columns else ARMS[1],
            "skill": table.texts("skill") if "skill" in cells.columns else _KNOWN_SKILL,
            "at": range(len(cells)),
        }
    )
    for name in rules.covariates:
        people[name] = _read_covariate(table, column=name)
    if rules.strata is not None:
        values = cells[rules.strata]
        people[rules.strata] = values.mask(values.isin(MISSING))
    return people


def _read_covariate(table: TableFile, *, column: str) -> pd.Series:
    """Numbers if every filled cell is one, else categories."""
    values = table.cells[column]
    filled = values[~values.isin(MISSING)]
    if len(filled) and pd.to_numeric(filled, errors="coerce").notna().all():
        return table.numbers(column)
    if filled.nunique() > _MAX_CATEGORIES:
        raise TableFileError(
            path=table.path,
            column=column,
            message=Phrase(
                "expected numbers or at most {most} categories, found {found}",
                most=Number(_MAX_CATEGORIES),
                found=Number(filled.nunique()),
            ),
        )
    return values.mask(values.isin(MISSING))


def _read_arms(table: TableFile) -> pd.Series:
    """Arms by their names; hyphens, spaces and capitals are forgiven."""
    arms = table.texts("arm").str.lower().str.replace("-", "_").str.replace(" ", "_")
    unknown = (~arms.isin(ARMS)).to_numpy()
    if unknown.any():
        at = int(unknown.argmax())
        raise table.fail(
            at=at,
            column="arm",
            message=Phrase(
                "expected {one} or {other}, found {found}",
                one=ARMS[0],
                other=ARMS[1],
                found=quoted(table.cells["arm"].iloc[at]),
            ),
        )
    return arms


def _read_long(table: TableFile, *, people: pd.DataFrame, rules: ReadingRules) -> pd.DataFrame:
    """One row per learner, skill and occasion."""
    columns = table.cells.columns
    clock = rules.time or TIME_COLUMN
    if rules.time is not None:
        table.require([rules.time])
    missing = pd.Series([float("nan")] * len(people))
    rows = people.assign(
        time=table.numbers(clock, lowest=0.0) if clock in columns else missing,
        score=table.numbers("score"),
        se=table.numbers("se", lowest=0.0) if "se" in columns else missing,
    )
    if "occasion" in columns:
        rows["occasion"] = _read_occasions(table, scores=rows["score"])
    elif clock in columns:
        rows["occasion"] = table.texts(clock)
    else:
        rows["occasion"] = "post"
    keys = ["learner", "skill", "occasion"]
    _refuse_repeats(table, rows=rows, keys=keys, column="occasion")
    return rows


def _read_occasions(table: TableFile, *, scores: pd.Series) -> pd.Series:
    """Occasions; a row that only says who enrolled may leave it empty."""
    named = table.cells["occasion"]
    filled = named[named != ""]
    if filled.empty or ((named == "") & scores.notna()).any():
        return table.texts("occasion")
    return named.where(named != "", filled.iloc[0])


def _read_wide(table: TableFile, *, people: pd.DataFrame) -> pd.DataFrame:
    """Two rows per learner, `pre` and `post`; only `post` in a file without a pretest."""
    _refuse_repeats(table, rows=people, keys=["learner", "skill"], column="learner_id")
    parts = []
    for place, name in enumerate(_WIDE):
        if name not in table.cells.columns:
            continue
        se = next((column for column in _WIDE_SE[name] if column in table.cells.columns), None)
        parts.append(
            people.assign(
                occasion=name,
                time=float(place),
                score=table.numbers(name),
                se=table.numbers(se, lowest=0.0) if se is not None else float("nan"),
            )
        )
    return pd.concat(parts, ignore_index=True)


def _check_learners(table: TableFile, *, rows: pd.DataFrame) -> None:
    """Refuse a learner in two arms, and a file without any score."""
    _refuse_two_arms(table, rows=rows)
    if rows["score"].notna().sum() == 0:
        raise TableFileError(path=table.path, message=Phrase("expected scores, found none"))


def _refuse_two_arms(table: TableFile, *, rows: pd.DataFrame) -> None:
    """The arm is frozen at the start, so a learner has one."""
    first = rows.groupby("learner", sort=False)["arm"].transform("first")
    other = (rows["arm"] != first).to_numpy()
    if other.any():
        at = int(other.argmax())
        row = rows.iloc[at]
        raise table.fail(
            at=int(row["at"]) if "at" in rows.columns else at,
            column="arm",
            message=Phrase(
                "expected {arm} as in learner {learner}'s first row, found {found}",
                arm=str(first.iloc[at]),
                learner=str(row["learner"]),
                found=str(row["arm"]),
            ),
        )


def _refuse_repeats(
    table: TableFile, *, rows: pd.DataFrame, keys: Sequence[str], column: str
) -> None:
    """Each learner has one row per skill and occasion."""
    repeated = rows.duplicated(list(keys)).to_numpy()
    if repeated.any():
        at = int(repeated.argmax())
        row = rows.iloc[at]
        same = (rows[list(keys)] == row[list(keys)]).all(axis=1).to_numpy()
        named = ", ".join(f"{key} {row[key]}" for key in keys)
        raise table.fail(
            at=at,
            column=column,
            message=Phrase(
                "expected one row for {what}; row {row} is it already",
                what=named,
                row=str(int(same.argmax()) + 2),
            ),
        )


def _used_columns(table: TableFile, *, rules: ReadingRules, wide: bool) -> set[str]:
    """Columns whose values play a part."""
    used = {"learner_id", "team_id", "cohort", "arm", "skill", *rules.covariates}
    if rules.strata is not None:
        used.add(rules.strata)
    if not wide:
        return used | {"occasion", "score", "se", rules.time or TIME_COLUMN}
    for name in _WIDE:
        known = [column for column in _WIDE_SE[name] if column in table.cells.columns]
        used |= {name, *known[:1]}
    return used
