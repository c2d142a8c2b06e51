"""The commands about items: calibrate, link and items."""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assessments.calibration import Calibration, calibrate
from assessments.item_responses import responses_from_long
from assessments.item_statistics import (
    ItemReport,
    form_statistics,
    item_report,
    misconceptions_by_holders,
    option_report,
)
from assessments.linking import Link, link_forms, on_old_scale
from assessments.pace import rapid_threshold
from assessments.parameters import ItemParameters
from assessments.response_files import ResponseFile, read_responses
from assessments.table_files import TableFileError

# argparse has no public name for what add_subparsers returns, and it takes no type at run time.
Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_BAD_INPUT = 2


def register(subparsers: Parsers) -> None:
    """Add the commands; each sets `run`, which takes the parsed arguments and returns a code."""
    estimate = _add(subparsers, "calibrate", run_calibrate, help_="estimate the items' parameters")
    estimate.add_argument("--model", choices=("rasch", "2pl"), default="2pl")
    link = _add(subparsers, "link", run_link, help_="put forms with common items on one scale")
    link.add_argument("--model", choices=("rasch", "2pl"), default="2pl")
    items = _add(subparsers, "items", run_items, help_="how each item behaves")
    items.add_argument("--group", metavar="COLUMN", help="column of groups to compare")


def _add(
    subparsers: Parsers, name: str, run: Callable[[argparse.Namespace], str], *, help_: str
) -> argparse.ArgumentParser:
    """A command on a file of answers, whose faults end with code 2 and one line."""
    parser = subparsers.add_parser(name, help=help_)
    parser.add_argument("file", type=Path, metavar="RESPONSES.csv")
    parser.add_argument("--format", choices=("json", "text"), default="json")

    def guarded(arguments: argparse.Namespace) -> int:
        try:
            text = run(arguments)
        except TableFileError as error:
            sys.stderr.write(f"{error}\n")
            return _BAD_INPUT
        sys.stdout.write(f"{text}\n")
        return 0

    parser.set_defaults(run=guarded)
    return parser


# --- calibrate ------------------------------------------------------------------------------------


def run_calibrate(arguments: argparse.Namespace) -> str:
    """Estimate the items; always, with a warning where the answers are too few for use."""
    file = read_responses(arguments.file)
    responses = responses_from_long(file.rows)
    result = calibrate(responses, model=arguments.model)
    answer: dict[str, object] = {
        "model": result.model,
        "n": result.n,
        "log_likelihood": result.log_likelihood,
        "kr20": form_statistics(responses).kr20,
        "converged": result.converged,
        "items": _item_rows(result, ids=responses.items),
        "warnings": [*file.warnings, *result.warnings],
    }
    return _as_json(answer) if arguments.format == "json" else _calibration_text(answer)


def _item_rows(result: Calibration, *, ids: Sequence[str]) -> list[dict[str, object]]:
    """A row for every item of the file; one that could not be estimated has empty figures."""
    known = {item.item_id: item for item in result.items}
    return [_item_row(known.get(item_id), item_id=item_id) for item_id in ids]


def _item_row(item: ItemParameters | None, *, item_id: str) -> dict[str, object]:
    names = ("a", "b", "se_a", "se_b")
    figures = {name: None if item is None else getattr(item, name) for name in names}
    return {"item_id": item_id, **figures}


def _calibration_text(answer: Mapping[str, object]) -> str:
    head = (
        f"{answer['model']}: {answer['n']} learners, log-likelihood "
        f"{_shown(answer['log_likelihood'], 3)}, KR-20 {_shown(answer['kr20'], 3)}"
    )
    columns = ("item_id", "a", "b", "se_a", "se_b")
    return _page([head, _table(columns, rows=answer["items"])], warnings=answer["warnings"])


# --- link -----------------------------------------------------------------------------------------


def run_link(arguments: argparse.Namespace) -> str:
    """Estimate every form on its own and put all on the scale of the first by name."""
    file = read_responses(arguments.file, form=True)
    estimated = {
        str(form): calibrate(responses_from_long(rows), model=arguments.model)
        for form, rows in file.rows.groupby("form")
    }
    warnings = list(file.warnings)
    for form, result in estimated.items():
        warnings += [f"Form {form}: {warning}" for warning in result.warnings]
    reference, *others = sorted(estimated)
    old = _by_id(estimated[reference])
    links = {form: link_forms(_by_id(estimated[form]), old=old) for form in others}
    if not links:
        warnings.append(f"Only form {reference} is in the file: there is nothing to link.")
    for form, link in links.items():
        warnings += [f"Form {form}: {warning}" for warning in link.warnings]
    answer: dict[str, object] = {
        "model": arguments.model,
        "reference": reference,
        "links": [_link_row(link, form=form) for form, link in links.items()],
        "items": _linked_rows(estimated, links=links),
        "warnings": warnings,
    }
    return _as_json(answer) if arguments.format == "json" else _link_text(answer)


def _by_id(result: Calibration) -> dict[str, ItemParameters]:
    return {item.item_id: item for item in result.items}


def _link_row(link: Link, *, form: str) -> dict[str, object]:
    return {
        "form": form,
        "slope": link.slope,
        "intercept": link.intercept,
        "anchors": list(link.anchors),
        "dropped": list(link.dropped),
        "loss": link.loss,
        "usable": link.usable,
    }


def _linked_rows(
    estimated: Mapping[str, Calibration], *, links: Mapping[str, Link]
) -> list[dict[str, object]]:
    rows = []
    for form, result in sorted(estimated.items()):
        for item in result.items:
            linked = on_old_scale(item, link=links[form]) if form in links else item
            rows.append({"form": form, **_item_row(linked, item_id=item.item_id)})
    return rows


def _link_text(answer: Mapping[str, object]) -> str:
    head = f"{answer['model']}, on the scale of form {answer['reference']}"
    links = _table(("form", "slope", "intercept", "anchors", "dropped"), rows=answer["links"])
    items = _table(("form", "item_id", "a", "b", "se_a", "se_b"), rows=answer["items"])
    return _page([head, links, items], warnings=answer["warnings"])


# --- items ----------------------------------------------------------------------------------------


def run_items(arguments: argparse.Namespace) -> str:
    """The item report, with unequal functioning where a column of groups is named."""
    file = read_responses(arguments.file, group=arguments.group)
    responses = responses_from_long(file.rows)
    groups = None
    if arguments.group is not None:
        of = file.rows.drop_duplicates("learner_id").set_index("learner_id")["group"]
        groups = [str(of[learner]) for learner in responses.learners]
    report = item_report(responses, groups=groups)
    answer: dict[str, object] = {
        "n": len(responses.learners),
        "kr20": report.test.kr20,
        "sem": report.test.sem,
        "mean": report.test.mean,
        "sd": report.test.sd,
        "items": _with_paces(_report_rows(report), rows=file.rows),
        "warnings": [*file.warnings, *report.warnings],
    }
    if groups is not None and report.dif.empty:
        answer["warnings"] = [
            *file.warnings,
            *report.warnings,
            "Fewer than two groups: nothing to compare.",
        ]
    answer |= _details(file)
    return _as_json(answer) if arguments.format == "json" else _items_text(answer)


def _report_rows(report: ItemReport) -> list[dict[str, object]]:
    dif: dict[str, list[dict[str, object]]] = {}
    for row in report.dif.to_dict("records"):
        plain = {str(name): _plain(value) for name, value in row.items()}
        dif.setdefault(str(plain.pop("item_id")), []).append(plain)
    rows = []
    for row in report.items.to_dict("records"):
        compared = dif.get(row["item_id"], [])
        worst = max(compared, key=lambda found: abs(_number(found["d"])), default={})
        rows.append(
            {str(name): _plain(value) for name, value in row.items() if name != "flags"}
            | {
                "flags": list(row["flags"]),
                "mh_alpha": worst.get("alpha"),
                "mh_d": worst.get("d"),
                "ets_class": worst.get("ets_class"),
                "dif": compared,
            }
        )
    return rows


def _with_paces(items: list[dict[str, object]], *, rows: pd.DataFrame) -> list[dict[str, object]]:
    """Add how long each item takes and the share of rapid guesses, where answers were timed."""
    if "seconds" not in rows.columns:
        return items
    paces = {
        str(item_id): _pace(seconds.dropna().to_numpy(dtype=float))
        for item_id, seconds in rows.groupby("item_id", sort=False)["seconds"]
    }
    return [item | paces[str(item["item_id"])] for item in items]


def _pace(seconds: NDArray[np.float64]) -> dict[str, object]:
    if not seconds.size:
        return {"timed": 0, "mean_seconds": None, "share_rapid": None}
    mean = float(seconds.mean())
    threshold = rapid_threshold(expected=None, mean=mean, timed=seconds.size)
    return {
        "timed": int(seconds.size),
        "mean_seconds": mean,
        "share_rapid": float((seconds < threshold).mean()),
    }


def _details(file: ResponseFile) -> dict[str, object]:
    """What can be said beyond the items where the file has more columns."""
    details: dict[str, object] = {}
    if "form" in file.rows.columns:
        details["forms"] = [
            {"form": str(form), **_form_row(rows)} for form, rows in file.rows.groupby("form")
        ]
    if "option" in file.rows.columns:
        chosen = file.rows[file.rows["option"] != ""]
        details["options"] = _records(
            option_report(chosen, responses=responses_from_long(file.rows))
        )
    if "misconception" in file.rows.columns:
        details["misconceptions"] = _records(misconceptions_by_holders(file.rows))
    return details


def _form_row(rows: pd.DataFrame) -> dict[str, object]:
    found = form_statistics(responses_from_long(rows))
    return {"n": found.n, "items": found.items, "kr20": found.kr20, "sem": found.sem}


def _items_text(answer: Mapping[str, object]) -> str:
    head = (
        f"{answer['n']} learners, KR-20 {_shown(answer['kr20'], 3)}, "
        f"SEM {_shown(answer['sem'], 3)} items"
    )
    columns = ("item_id", "n", "share_correct", "item_rest", "mh_d", "ets_class", "flags")
    parts = [head, _table(columns, rows=answer["items"])]
    if any("timed" in row for row in _each(answer["items"])):
        paces = ("item_id", "timed", "mean_seconds", "share_rapid")
        parts.append(_table(paces, rows=answer["items"]))
    extras = {
        "forms": ("form", "n", "items", "kr20", "sem"),
        "options": ("item_id", "option", "n", "share", "share_strong", "share_weak"),
        "misconceptions": ("misconception", "holders", "times", "share"),
    }
    parts += [_table(names, rows=answer[key]) for key, names in extras.items() if key in answer]
    return _page(parts, warnings=answer["warnings"])


# --- output ---------------------------------------------------------------------------------------


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def _plain(value: object) -> object:
    """A value as JSON knows it: NaN is null, numpy scalars are numbers."""
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _as_json(answer: Mapping[str, object]) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False)


def _shown(value: object, digits: int = 3) -> str:
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


def _table(columns: Sequence[str], *, rows: object) -> str:
    cells = [list(columns)]
    cells += [[_shown(row.get(name)) for name in columns] for row in _each(rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _each(rows: object) -> Iterable[Mapping[str, object]]:
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _page(parts: Sequence[str], *, warnings: object) -> str:
    said = [f"warning: {warning}" for warning in warnings] if isinstance(warnings, list) else []
    return "\n\n".join([*parts, *(["\n".join(said)] if said else [])])
