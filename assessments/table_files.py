"""Tables people bring as CSV files, and what is wrong with them, by row and column."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from curriculum.phrases import Joined, Number, Phrase

MISSING = frozenset({"", "NA", "NaN", "nan"})
# Squares and products of larger numbers would lose what differs between learners.
LARGEST = 1e12
# What other programs put between cells, by the name a message gives it.
_OTHER_SEPARATORS = {";": Phrase("semicolons"), "\t": Phrase("tabs")}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MOST_SHOWN = 60


class TableFileError(ValueError):
    """A file that cannot be used: where the fault is, what was expected and what stood there.

    `row` counts from 1 with the header; 0 when the fault is the file's as a whole. `said` is all of
    it.
    """

    def __init__(self, *, path: Path, message: str, row: int = 0, column: str = "") -> None:
        places = [str(path)]
        if row:
            places.append(Phrase("row {row}", row=str(row)))
        if column:
            places.append(Phrase("column {column}", column=column))
        place = Joined(places, between=", ")
        self.said = Phrase("{place}: {message}", place=place, message=message)
        super().__init__(self.said)
        self.path, self.row, self.column = path, row, column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableFile:
    """A CSV file's cells as stripped text, and its path for messages."""

    path: Path
    cells: pd.DataFrame

    def require(self, columns: Sequence[str], *, hint: str = "") -> None:
        """Refuse the file when one of these columns is missing."""
        for column in columns:
            if column not in self.cells.columns:
                found = shortened(", ".join(self.cells.columns), most=5 * _MOST_SHOWN)
                said = Phrase("expected this column; found {found}.", found=found)
                raise TableFileError(
                    path=self.path,
                    row=1,
                    column=column,
                    message=Joined([said, hint] if hint else [said]),
                )

    def fail(self, *, at: int, column: str, message: str) -> TableFileError:
        """The error for the data row with this position (from 0)."""
        return TableFileError(path=self.path, row=at + 2, column=column, message=message)

    def texts(self, column: str) -> pd.Series:
        """A column that may not be empty."""
        values = self.cells[column]
        empty = (values == "").to_numpy()
        if empty.any():
            raise self.fail(
                at=int(np.argmax(empty)),
                column=column,
                message=Phrase("expected a value, found nothing"),
            )
        return values

    def numbers(self, column: str, *, lowest: float | None = None) -> pd.Series:
        """A column of finite numbers, missing where the cell is empty."""
        values = self.cells[column]
        missing = values.isin(MISSING)
        numbers = pd.to_numeric(values.mask(missing), errors="coerce").astype(float)
        wrong = (~missing & ~(numbers.abs() <= LARGEST)).to_numpy()
        if wrong.any():
            at = int(np.argmax(wrong))
            said = Phrase(
                "expected a finite number (up to {most}) or nothing, found {found}",
                most=f"{LARGEST:g}",
                found=quoted(values.iloc[at]),
            )
            raise self.fail(at=at, column=column, message=said)
        low = np.zeros(len(numbers), bool) if lowest is None else (numbers < lowest).to_numpy()
        if low.any():
            at = int(np.argmax(low))
            said = Phrase(
                "expected a number of {least} or more, found {found}",
                least=f"{lowest:g}",
                found=quoted(values.iloc[at]),
            )
            raise self.fail(at=at, column=column, message=said)
        return numbers


def quoted(cell: str) -> str:
    """A cell as a message shows it: in quotes, and cut where it is long."""
    return repr(shortened(cell, most=_MOST_SHOWN))


def shortened(text: str, *, most: int) -> str:
    """A text of at most so many characters; dots say that more follows."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def read_table(path: Path) -> TableFile:
    """Read a CSV file in UTF-8 with a header.

    Raises
    ------
    TableFileError
        If it cannot be opened or decoded, is empty, repeats a column or has a row of other length.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableFileError(
            path=path,
            message=Phrase("expected a readable file: {why}", why=str(error.strerror or error)),
        ) from error
    return parse_table(content, path=path)


def parse_table(content: bytes, *, path: Path) -> TableFile:
    """Read the bytes of a CSV file; nothing is opened, the path only names it in messages.

    Raises
    ------
    TableFileError
        As `read_table`.
    """
    text = _decode(content, path=path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    try:
        for number, row in enumerate(reader, start=1):
            if not header:
                _refuse_other_separators(path, row=row)
                header = _read_header(path, row=row)
                continue
            if row and len(row) != len(header):
                raise TableFileError(
                    path=path,
                    row=number,
                    message=Phrase(
                        "expected {expected} cells, found {found}",
                        expected=Number(len(header)),
                        found=Number(len(row)),
                    ),
                )
            rows.append(row or [""] * len(header))
    except csv.Error as error:
        raise TableFileError(
            path=path,
            row=reader.line_num,
            message=Phrase("expected comma-separated values: {why}", why=str(error)),
        ) from error
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise TableFileError(path=path, message=Phrase("expected a header and at least one row"))
    columns = {
        name: pd.Series([cell.strip() for cell in cells], dtype=object)
        for name, cells in zip(header, zip(*rows, strict=True), strict=True)
    }
    return TableFile(path=path, cells=pd.DataFrame(columns))


def _decode(content: bytes, *, path: Path) -> str:
    """The file's text, or an error that says at which row it stops being UTF-8."""
    if content.startswith(_UTF16_MARKS):
        raise TableFileError(
            path=path,
            row=1,
            message=Phrase("expected UTF-8 text, found UTF-16; save the file as UTF-8"),
        )
    zero = content.find(b"\0")
    if zero >= 0:
        # Valid UTF-8, and yet no text: a file of another kind, or UTF-16 without its mark.
        raise _not_text(content, at=zero, path=path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(content, at=error.start, path=path) from error


def _not_text(content: bytes, *, at: int, path: Path) -> TableFileError:
    """The error for a byte that cannot stand in a text."""
    return TableFileError(
        path=path,
        row=content[:at].count(b"\n") + 1,
        message=Phrase(
            "expected UTF-8 text, found byte {byte}; save the file as UTF-8",
            byte=f"0x{content[at]:02x}",
        ),
    )


def _refuse_other_separators(path: Path, *, row: Sequence[str]) -> None:
    """Refuse a header that is one cell because something else stands between its names."""
    for sign, name in _OTHER_SEPARATORS.items():
        if len(row) == 1 and sign in row[0].strip():
            raise TableFileError(
                path=path,
                row=1,
                message=Phrase(
                    "expected commas between the cells, found {found}; save the file with commas",
                    found=name,
                ),
            )


def _read_header(path: Path, *, row: list[str]) -> list[str]:
    """Column names, each once."""
    header = [name.strip() for name in row]
    for name in header:
        if not name:
            raise TableFileError(
                path=path, row=1, message=Phrase("expected a name for every column")
            )
        if header.count(name) > 1:
            raise TableFileError(
                path=path,
                row=1,
                column=name,
                message=Phrase("expected each column once, found it twice"),
            )
    return header
