"""A table of questions, one row each → questions. The columns are these.

| column | what it holds |
|---|---|
| `question` | the words of the question; the only column that must be there |
| `type` | `single` (the default), `multiple`, `truefalse`, `text`, `numeric`, `matching`, |
| | `ordering` or `rubric` |
| `name`, `explanation`, `hint`, `model_answer` | texts of their own |
| `format` | `plain` (the default), `markdown` or `html`, for all texts of the row |
| `choice_1` … `choice_26` | the choices of `single` and `multiple` |
| `right` | the right choices, as `2`, `b` or `1;3`; for `truefalse` the word `true` or `false` |
| `answer_1` … | for `text` and `numeric`, as `75`, `75 ± 0.5`, `70 to 74`, `(50%) 74` |
| `feedback_1` … | for the choice or answer of that number; of `truefalse`, 1 is true |
| `prompt_1`, `match_1` … | the pairs of `matching`; a match without a prompt is a distractor |
| `step_1` … | the steps of `ordering`, in the right order |
| `level`, `points`, `unit`, `case_sensitive` | settings of the item |
| `tags` | words between semicolons |

Comma, semicolon and tab are found by themselves, from the line of names.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from curriculum.facts import did_you_mean
from curriculum.importers.csv_rows import TYPES, read_row
from curriculum.importers.question import MAX_QUESTIONS, Fault, Question, Reading, Refusal, Refused
from curriculum.importers.source_text import MAX_LINE
from curriculum.phrases import Phrase, Said

_TEXTS = (
    "question", "type", "name", "explanation", "hint", "model_answer", "format", "right", "level",
    "points", "unit", "case_sensitive", "tags",
)  # fmt: skip
_NUMBERED = ("choice", "answer", "feedback", "prompt", "match", "step")
MAX_NUMBER = 26
MAX_COLUMNS = 300
COLUMNS = frozenset(
    {*_TEXTS, *(f"{name}_{n}" for name in _NUMBERED for n in range(1, MAX_NUMBER + 1))}
)
# An open quotation mark swallows the rest of a file; so often the reader starts again behind one.
MAX_RESTARTS = 5


@dataclass(frozen=True, slots=True)
class _Row:
    """One row with the line it begins on; `fault` says why it could not be taken apart."""

    line: int
    cells: Sequence[str] = ()
    fault: Said | None = None
    fault_line: int = 0
    ends_reading: bool = False


def read_csv(text: str) -> Reading | Fault:
    """Every row of a table; a fault when its first line names no `question`."""
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if line.strip()), None)
    if start is None:
        return Fault(1, 1, Phrase("the file is empty"))
    delimiter, start = _delimiter(lines, start=start)
    rows = _rows(lines, start=start, delimiter=delimiter)
    header = next(rows, _Row(start + 1))
    names = [_column(cell) for cell in header.cells]
    fault = _header_fault(names, row=header)
    if fault is not None:
        return fault
    questions: list[Question | Refused] = []
    for row in rows:
        if row.fault or any(cell.strip() for cell in row.cells):
            questions.append(_read(row, names=names, number=len(questions) + 1))
        if len(questions) > MAX_QUESTIONS:
            break
    return Reading(questions=tuple(questions))


def _delimiter(lines: Sequence[str], *, start: int) -> tuple[str, int]:
    """The sign between cells, and the line of names."""
    first = lines[start].strip()
    if re.fullmatch(r"sep=[,;\t]", first):
        return first[4], start + 1
    counts = {sign: lines[start].count(sign) for sign in ",;\t"}
    return max(counts, key=lambda sign: counts[sign]), start


def _column(cell: str) -> str:
    name = re.sub(r"[\s-]+", "_", cell.strip().lower())
    letter = re.fullmatch(r"([a-z]+)_([a-z])", name)
    if letter is not None and letter[1] in _NUMBERED:
        return f"{letter[1]}_{ord(letter[2]) - ord('a') + 1}"
    return name


def _header_fault(names: Sequence[str], *, row: _Row) -> Fault | None:
    if row.fault:
        return Fault(row.fault_line, 1, row.fault)
    if len(names) > MAX_COLUMNS:
        return Fault(
            row.line,
            1,
            Phrase(
                "{size} columns; at most {most} are read",
                size=len(names),
                most=MAX_COLUMNS,
            ),
        )
    if "question" not in names:
        guess = did_you_mean("question", [name for name in names if name])
        reason = Phrase(
            "the first line names no column 'question'; it names {names}.{guess}",
            names=", ".join(names)[:120],
            guess=guess,
        )
        return Fault(row.line, 1, reason)
    twice = next((name for n, name in enumerate(names) if name and name in names[:n]), None)
    return (
        Fault(row.line, 1, Phrase("two columns are called '{twice}'", twice=twice))
        if twice
        else None
    )


def _rows(lines: Sequence[str], *, start: int, delimiter: str) -> Iterator[_Row]:
    for _ in range(MAX_RESTARTS):
        stopped_at = -1
        for row in _rows_from(lines, start=start, delimiter=delimiter):
            if row.ends_reading:
                stopped_at = row.line
            yield row
        if stopped_at < 0:
            return
        start = stopped_at
    rest = len(lines) - start
    yield _Row(
        start + 1,
        fault=Phrase("too many open quotation marks; {rest} lines are not read", rest=rest),
    )


def _rows_from(lines: Sequence[str], *, start: int, delimiter: str) -> Iterator[_Row]:
    source = (f"{lines[n]}\n" for n in range(start, len(lines)))
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        line = start + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            reason, swallowed = _reason(str(fault)), _is_swallowed(str(fault))
            yield _Row(line, fault=reason, fault_line=line, ends_reading=swallowed)
            if swallowed:
                return
            continue
        last = start + reader.line_num
        long = next((n for n in range(line, last + 1) if len(lines[n - 1]) > MAX_LINE), None)
        if long is not None:
            size = len(lines[long - 1])
            reason = Phrase(
                "the line has {size} characters; at most {most} are read",
                size=size,
                most=MAX_LINE,
            )
            yield _Row(line, fault=reason, fault_line=long)
        else:
            yield _Row(line, cells)


def _is_swallowed(message: str) -> bool:
    """Whether a row went on over the lines after it, so that reading starts again behind it."""
    return "unexpected end" in message or "field larger" in message


def _reason(message: str) -> Phrase:
    if "unexpected end" in message:
        return Phrase("a quotation mark of this row is never closed")
    if "field larger" in message:
        return Phrase("a cell of this row is too long, or its quotation mark is never closed")
    return Phrase("the row cannot be taken apart: {message}", message=message)


def _read(row: _Row, *, names: Sequence[str], number: int) -> Question | Refused:
    if row.fault:
        return Refused(number, row.line, "", row.fault, row.fault_line or row.line)
    cells = {name: cell.strip() for name, cell in zip(names, row.cells, strict=False)}
    name = " ".join(cells.get("name", "").split())
    type_name = cells.get("type", "").lower() or "single"
    try:
        if any(cell.strip() for cell in row.cells[len(names) :]):
            raise Refusal(_too_many(row, names=names))  # noqa: TRY301
        if type_name not in TYPES:
            guess = did_you_mean(type_name, TYPES)
            known = ", ".join(TYPES)
            said = Phrase(
                "unknown type '{type_name}'; known are {known}.{guess}",
                type_name=type_name[:30],
                known=known,
                guess=guess,
            )
            raise Refusal(said)  # noqa: TRY301
        return read_row(
            cells, type_name=type_name, number=number, line=row.line, notes=_unknown(cells)
        )
    except Refusal as refusal:
        return Refused(number, row.line, name, refusal.reason, refusal.line or row.line, type_name)


def _too_many(row: _Row, *, names: Sequence[str]) -> Phrase:
    return Phrase(
        "the row has {size} cells for {columns} columns; a cell that holds the "
        "separator stands in quotation marks",
        size=len(row.cells),
        columns=len(names),
    )


def _unknown(cells: Mapping[str, str]) -> list[Said]:
    notes: list[Said] = []
    for name, cell in cells.items():
        if cell and name not in COLUMNS:
            notes.append(_unknown_column(name))
    return notes


@lru_cache(maxsize=MAX_COLUMNS)
def _unknown_column(name: str) -> Phrase:
    guess = did_you_mean(name, COLUMNS) if name else ""
    return Phrase(
        "the column '{name}' is unknown and not kept.{guess}", name=name[:40], guess=guess
    )
