"""Files for spreadsheets: no cell of them is ever computed; pure."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet reads as the beginning of a formula, its wide forms and a leading tab included.
_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = "0123456789.,"


def safe_cell(value: object) -> object:
    """Return a cell so that a spreadsheet shows it and computes nothing.

    Numbers stay numbers; a text that begins like a formula gets an apostrophe before it. A blank
    before the sign does not help an attacker: it is looked through.
    """
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    begins = text.lstrip(" \u00a0")
    if not begins.startswith(_BEGINS) or _is_number(begins):
        return text
    return f"'{text}"


def _is_number(text: str) -> bool:
    """Say whether a text is a signed number, which computes to itself."""
    rest = text[1:]
    return text[0] in "+-" and bool(rest) and all(mark in _NUMBER for mark in rest)


def csv_text(header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as comma-separated values, every cell safe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return out.getvalue()


def csv_bytes(header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as a spreadsheet opens it: UTF-8 with its mark."""
    return csv_text(header, rows).encode("utf-8-sig")
