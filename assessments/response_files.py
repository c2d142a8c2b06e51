"""Files of answers: `learner_id, item_id, correct` and, where known, what stands in `OPTIONAL`."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from assessments.table_files import TableFile, TableFileError, quoted, read_table

NEEDED = ("learner_id", "item_id", "correct")
OPTIONAL = ("form", "option", "misconception", "seconds")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseFile:
    """Answers as they were read.

    `rows` has `learner_id`, `item_id`, `correct` (1 or 0) and those of `group`, `form`, `option`,
    `misconception`, `seconds` (to answer; missing where not timed) that the file has. Rows without
    `correct` are questions that were not answered and are left out.
    """

    rows: pd.DataFrame
    warnings: tuple[str, ...]


def read_responses(path: Path, *, group: str | None = None, form: bool = False) -> ResponseFile:
    """Read a file of answers; `group` names the column of groups, `form` asks for that column.

    Raises
    ------
    TableFileError
        Naming file, row and column of the first fault.
    """
    table = read_table(path)
    table.require([*NEEDED, *([group] if group is not None else []), *(["form"] if form else [])])
    rows = pd.DataFrame(
        {
            "learner_id": table.texts("learner_id"),
            "item_id": table.texts("item_id"),
            "correct": _read_correct(table),
        }
    )
    if group is not None:
        rows["group"] = table.cells[group]
        _require_one_group(table, rows=rows, column=group)
    for name in OPTIONAL:
        if name in table.cells.columns:
            rows[name] = _read_optional(table, name=name, form=form)
    _require_single_answers(table, rows=rows)
    known = {*NEEDED, *OPTIONAL, group}
    extra = [name for name in table.cells.columns if name not in known]
    answered = rows[rows["correct"].notna()].reset_index(drop=True)
    if answered.empty:
        message = "expected at least one answer, 0 or 1; all cells are empty"
        raise TableFileError(path=path, column="correct", message=message)
    return ResponseFile(rows=answered, warnings=_remarks(rows, answered=answered, extra=extra))


def _read_optional(table: TableFile, *, name: str, form: bool) -> pd.Series:
    if name == "seconds":
        return table.numbers(name, lowest=0.0)
    return table.texts(name) if name == "form" and form else table.cells[name]


def _remarks(rows: pd.DataFrame, *, answered: pd.DataFrame, extra: list[str]) -> tuple[str, ...]:
    remarks = []
    if extra:
        remarks.append(f"Columns not used: {', '.join(extra)}.")
    if len(answered) < len(rows):
        remarks.append(f"{len(rows) - len(answered)} rows without an answer are left out.")
    return tuple(remarks)


def _read_correct(table: TableFile) -> pd.Series:
    correct = table.numbers("correct")
    wrong = correct.notna() & ~correct.isin([0.0, 1.0])
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        found = table.cells["correct"].iloc[at]
        raise table.fail(at=at, column="correct", message=f"expected 0 or 1, found {quoted(found)}")
    return correct


def _require_one_group(table: TableFile, *, rows: pd.DataFrame, column: str) -> None:
    first = rows.groupby("learner_id", sort=False)["group"].transform("first")
    other = (rows["group"] != first).to_numpy()
    if other.any():
        at = int(other.argmax())
        learner, group = rows["learner_id"].iloc[at], rows["group"].iloc[at]
        raise table.fail(
            at=at,
            column=column,
            message=f"expected {first.iloc[at]!r} as before for learner {learner}, found {group!r}",
        )


def _require_single_answers(table: TableFile, *, rows: pd.DataFrame) -> None:
    again = rows.duplicated(["learner_id", "item_id"]).to_numpy()
    if again.any():
        at = int(again.argmax())
        learner, item = rows["learner_id"].iloc[at], rows["item_id"].iloc[at]
        raise table.fail(
            at=at,
            column="item_id",
            message=f"expected one answer per learner and item; learner {learner} has a second "
            f"one to {item}",
        )
