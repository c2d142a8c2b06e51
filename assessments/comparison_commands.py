"""The commands compare, growth, attrition and simulate of `python -m assessments`."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from assessments.analysis_set import ComparisonInputError
from assessments.arms import ARMS, DESIGNS, count_by_arm
from assessments.attrition import Attrition, measure_attrition
from assessments.compare import Comparison, compare_arms
from assessments.comparison_json import (
    Json,
    attrition_to_json,
    comparison_to_json,
    curves_to_json,
    growth_model_to_json,
    team_slopes_to_json,
)
from assessments.comparison_text import attrition_to_text, comparison_to_text, growth_to_text
from assessments.growth import growth_curves, team_curves
from assessments.growth_model import GrowthModel, fit_growth_model_or_reason
from assessments.score_files import (
    ReadingRules,
    read_enrolled,
    read_measured,
    read_scores,
)
from assessments.simulation_report import (
    REPETITIONS,
    SCENARIOS,
    report_scenario,
    report_to_json,
    report_to_text,
)
from assessments.table_files import TableFileError, read_table

# argparse has no public name for what add_subparsers returns, and it takes no type at run time.
Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_BAD_INPUT = 2
_MEASURED = ("analysed", "measured", "completed", "retained")


def register(subparsers: Parsers) -> None:
    """Add the commands; each sets `run`, which takes the parsed arguments and returns a code."""
    _add_compare(subparsers)
    growth = _add(subparsers, "growth", _run_growth, help_="growth by arm and team")
    growth.add_argument("file", type=Path, metavar="FILE.csv")
    growth.add_argument(
        "--time", metavar="COLUMN", help="column of the time; time_months if absent"
    )
    growth.add_argument(
        "--design",
        choices=DESIGNS,
        default="self_selected",
        help="whether places were drawn by lot",
    )
    attrition = _add(subparsers, "attrition", _run_attrition, help_="who was lost, by arm")
    attrition.add_argument("file", type=Path, metavar="ENROLLED.csv")
    simulate = _add(
        subparsers, "simulate", _run_simulate, help_="the estimators on programs of known effect"
    )
    simulate.add_argument("--repetitions", type=_positive, default=REPETITIONS, metavar="N")
    simulate.add_argument("--seed", type=int, default=1, metavar="N")
    simulate.add_argument(
        "--scenario", action="append", choices=[one.name for one in SCENARIOS], metavar="NAME"
    )


def _add_compare(subparsers: Parsers) -> None:
    compare = _add(
        subparsers, "compare", _run_compare, help_="structured against self-directed learning"
    )
    compare.add_argument("file", type=Path, metavar="FILE.csv")
    compare.add_argument(
        "--design",
        choices=DESIGNS,
        default="self_selected",
        help="randomised only if places were drawn by lot before the start",
    )
    compare.add_argument("--strata", metavar="COLUMN", help="strata within which places were drawn")
    compare.add_argument(
        "--covariates", type=_names, default=(), metavar="a,b", help="known before the arm was"
    )
    compare.add_argument("--time", metavar="COLUMN", help="column of the time in months")
    compare.add_argument("--target", metavar="OCCASION", help="the last occasion if absent")
    compare.add_argument("--no-teams", action="store_true", help="learners are independent")
    compare.add_argument("--enrolled", type=Path, metavar="FILE.csv", help="everyone who started")


def _add(
    subparsers: Parsers, name: str, run: Callable[[argparse.Namespace], str], *, help_: str
) -> argparse.ArgumentParser:
    """A command with `--format`, whose faults in files end with code 2 and one line."""
    parser = subparsers.add_parser(name, help=help_)
    parser.add_argument("--format", choices=("json", "text"), default="json")

    def guarded(arguments: argparse.Namespace) -> int:
        try:
            text = run(arguments)
        except TableFileError as error:
            sys.stderr.write(f"{error}\n")
            return _BAD_INPUT
        except ComparisonInputError as error:
            sys.stderr.write(f"{arguments.file}: {error}\n")
            return _BAD_INPUT
        sys.stdout.write(f"{text}\n")
        return 0

    parser.set_defaults(run=guarded)
    return parser


def _names(text: str) -> tuple[str, ...]:
    """Column names between commas, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _positive(text: str) -> int:
    """A whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("expected a whole number above zero")
    return number


def _as_text(value: object) -> str:
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False)


def _run_compare(arguments: argparse.Namespace) -> str:
    rules = ReadingRules(
        teams=not arguments.no_teams,
        time=arguments.time,
        covariates=arguments.covariates,
        strata=arguments.strata,
    )
    scores = read_scores(arguments.file, rules=rules)
    enrolled = None if arguments.enrolled is None else read_enrolled(arguments.enrolled)
    comparisons = compare_arms(
        scores.rows,
        design=arguments.design,
        covariates=arguments.covariates,
        strata=arguments.strata,
        target=arguments.target,
        teams=rules.teams,
        enrolled=enrolled,
    )
    comparisons = tuple(
        replace(one, warnings=(*scores.warnings, *one.warnings)) for one in comparisons
    )
    if arguments.format == "text":
        return "\n\n".join(comparison_to_text(one) for one in comparisons)
    return _as_text({"comparisons": [comparison_to_json(one) for one in comparisons]})


def _run_growth(arguments: argparse.Namespace) -> str:
    columns = read_table(arguments.file).cells.columns
    rules = ReadingRules(teams="team_id" in columns, arms="arm" in columns, time=arguments.time)
    scores = read_scores(arguments.file, rules=rules)
    rows = scores.rows.assign(time=_times(scores.rows))
    blocks, texts = [], []
    for skill in dict.fromkeys(rows["skill"]):
        own = rows[rows["skill"] == skill]
        verdict = _arms_verdict(own, design=arguments.design, rules=rules)
        found = fit_growth_model_or_reason(own.dropna(subset=["time", "score"]), teams=rules.teams)
        model = None if isinstance(found, str) else found
        notes = [*scores.warnings, *([f"no growth model: {found}"] if model is None else [])]
        show = verdict is None or not verdict.withheld
        if verdict is not None and verdict.withheld:
            notes.append(f"{verdict.sentence} The arms' growth is not compared.")
        curves = growth_curves(own)
        block = _growth_block(own, model=model, curves=curves, rules=rules, show_arms=show)
        blocks.append(
            {"skill": skill}
            | block
            | {"comparability": None if verdict is None else verdict.comparability}
            | {"warnings": notes}
        )
        text = growth_to_text(skill, model, curves, show_arms=show)
        texts.append("\n".join([text, *(f"  note: {note}" for note in notes)]))
    return "\n\n".join(texts) if arguments.format == "text" else _as_text({"growth": blocks})


def _growth_block(
    own: pd.DataFrame,
    *,
    model: GrowthModel | None,
    curves: pd.DataFrame,
    rules: ReadingRules,
    show_arms: bool,
) -> Json:
    """One skill's growth model, mean curves and team slopes."""
    scored = own[own["score"].notna()]
    by_team = curves_to_json(team_curves(own), keys=("team", "arm")) if rules.teams else []
    return {
        "n": int(scored["learner"].nunique()),
        "teams": int(scored["team"].nunique()) if rules.teams else None,
        "observations": len(scored),
        **growth_model_to_json(model, show_arms=show_arms),
        "df": None if model is None or not show_arms else model.df,
        "curves": curves_to_json(curves, keys=("arm",)),
        "team_curves": by_team,
        "team_slopes": team_slopes_to_json(model),
    }


def _times(rows: pd.DataFrame) -> pd.Series:
    """The time column, or the occasions' numbers where the file has no time."""
    if rows["time"].notna().any():
        return rows["time"]
    return pd.to_numeric(rows["occasion"], errors="coerce")


def _arms_verdict(own: pd.DataFrame, *, design: str, rules: ReadingRules) -> Comparison | None:
    """Whether the arms' growth may be set side by side; None with one arm."""
    if own["arm"].nunique() < len(ARMS):
        return None
    return compare_arms(
        own, design="randomised" if design == "randomised" else "self_selected", teams=rules.teams
    )[0]


def _run_attrition(arguments: argparse.Namespace) -> str:
    table = read_table(arguments.file)
    column = next((name for name in _MEASURED if name in table.cells.columns), None)
    if column is None:
        scores = read_scores(arguments.file, rules=ReadingRules(teams=False))
        found = {
            one.skill: one.attrition
            for one in compare_arms(scores.rows, design="self_selected", teams=False)
        }
    else:
        people = read_measured(table, column=column)
        found = {
            "": measure_attrition(
                enrolled=count_by_arm(people["arm"]),
                analysed=count_by_arm(people.loc[people["measured"], "arm"]),
            )
        }
    if arguments.format == "text":
        return "\n".join(
            f"{skill or 'attrition'}: {attrition_to_text(one)}" for skill, one in found.items()
        )
    blocks = [_attrition_block(skill, attrition=one) for skill, one in found.items()]
    return _as_text(blocks[0] if len(blocks) == 1 else {"skills": blocks})


def _attrition_block(skill: str, *, attrition: Attrition) -> Json:
    """One skill's attrition with the counts behind it."""
    return {
        **({"skill": skill} if skill else {}),
        **attrition_to_json(attrition),
        "enrolled": attrition.enrolled.as_dict(),
        "analysed": attrition.analysed.as_dict(),
    }


def _run_simulate(arguments: argparse.Namespace) -> str:
    wanted = arguments.scenario or [one.name for one in SCENARIOS]
    reports = [
        report_scenario(one, repetitions=arguments.repetitions, seed=arguments.seed)
        for one in SCENARIOS
        if one.name in wanted
    ]
    if arguments.format == "text":
        return "\n".join(report_to_text(report) for report in reports)
    return _as_text(
        {"seed": arguments.seed, "scenarios": [report_to_json(report) for report in reports]}
    )
