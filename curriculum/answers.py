"""Answer lines of numeric and text items, and the tables of matching and rubric items."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import re2

from curriculum.choices import Entry
from curriculum.document import Block, Document
from curriculum.facts import Notes
from curriculum.inline import without_links
from curriculum.model import AnswerLine, Pair, RubricRow
from curriculum.phrases import Phrase, Said

MAX_PATTERN = 500
_CREDIT = re.compile(r"\(\s*([^()%]{1,12}?)\s*%\s*\)\s*")
_NUMBER = r"[+\-\u2212\u2013]?(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,2})?"
_EXACT = re.compile(_NUMBER)
_SPREAD = re.compile(rf"({_NUMBER})\s*(?:±|\+\s*/?\s*-)\s*({_NUMBER})\s*(%?)")
_RANGE = re.compile(rf"({_NUMBER})\s+to\s+({_NUMBER})")
_DASH_RANGE = re.compile(rf"({_NUMBER})\s*(?:-|\u2013|\u2014|\.\.+|until)\s*({_NUMBER})")
_PATTERN = re.compile(r"`/(.*)/([a-zA-Z]*)`", re.DOTALL)
_LOOSE_PATTERN = re.compile(r"/.+/[a-z]*")
WEIGHTS_TOTAL = 100
RUBRIC_HEAD = ("0", "1", "2", "3", "4")


def numeric_answers(entries: Sequence[Entry], *, document: Document) -> tuple[AnswerLine, ...]:
    """Read the lines of a numeric item; faults are noted at the line itself."""
    answers = []
    for entry in entries:
        credit, text = _credit(entry, notes=document.notes)
        bounds = _bounds(text, line=entry.line, notes=document.notes)
        if bounds is not None and credit is not None:
            low, high = bounds
            answers.append(
                AnswerLine(
                    credit,
                    low=low,
                    high=high,
                    feedback=entry.feedback,
                    misconception=entry.misconception,
                    line=entry.line,
                )
            )
    return tuple(answers)


def text_answers(entries: Sequence[Entry], *, document: Document) -> tuple[AnswerLine, ...]:
    """Read the lines of a text item; faults are noted at the line itself."""
    answers = []
    for entry in entries:
        credit, text = _credit(entry, notes=document.notes)
        answer = _text_answer(text, entry=entry, credit=credit or 0.0, notes=document.notes)
        if answer is not None and credit is not None:
            answers.append(answer)
    return tuple(answers)


def check_credit(
    answers: Sequence[AnswerLine], *, notes: Notes, line: int, entries: Sequence[Entry]
) -> None:
    """Note an answer list without a line that earns full credit."""
    if not entries:
        notes.add("ANS004", line, 1, Phrase("the answer list is empty; write '- ' and an answer"))
    elif len(answers) == len(entries) and not any(answer.credit == 1 for answer in answers):
        message = Phrase("no answer earns full credit; write one line without '(50%)'")
        notes.add("ANS004", line, 1, message)


def _credit(entry: Entry, *, notes: Notes) -> tuple[float | None, str]:
    found = _CREDIT.match(entry.text)
    if found is None:
        return 1.0, entry.text.strip()
    rest = entry.text[found.end() :].strip()
    try:
        credit = Decimal(found[1])
    except InvalidOperation:
        credit = Decimal(-1)
    if not credit.is_finite() or not 0 <= credit <= 100:
        message = Phrase(
            "the credit '({credit}%)' should be a number from 0 to 100", credit=found[1]
        )
        notes.add("ANS005", entry.line, 3, message)
        return None, rest
    return float(credit / 100), rest


def _bounds(text: str, *, line: int, notes: Notes) -> tuple[float, float] | None:
    if _EXACT.fullmatch(text):
        value = _decimal(text)
        return float(value), float(value)
    if found := _SPREAD.fullmatch(text):
        middle, spread = _decimal(found[1]), _decimal(found[2])
        if spread < 0:
            message = Phrase("the tolerance after ± should not be negative")
            notes.add("ANS002", line, 3, message)
            return None
        width = abs(middle) * spread / 100 if found[3] else spread
        return float(middle - width), float(middle + width)
    if found := _RANGE.fullmatch(text):
        low, high = _decimal(found[1]), _decimal(found[2])
        if low > high:
            message = Phrase(
                "the range runs backwards; write '{low} to {high}'",
                low=found[2],
                high=found[1],
            )
            notes.add("ANS002", line, 3, message)
            return None
        return float(low), float(high)
    notes.add("ANS001", line, 3, _unreadable(text))
    return None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace("\u2212", "-").replace("\u2013", "-"))


def _unreadable(text: str) -> Phrase:
    said = Phrase(
        "'{text}' cannot be read as a number; write 75, 75 ± 0.5, 250 ± 5% or 70 to 74",
        text=text[:60],
    )
    if found := _DASH_RANGE.fullmatch(text):
        return Phrase(
            "{said}. Did you mean '{low} to {high}'?",
            said=said,
            low=found[1],
            high=found[2],
        )
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        point, plain = text.replace(",", "."), text.replace(",", "")
        return Phrase(
            "{said}. Did you mean '{point}' or '{plain}'?", said=said, point=point, plain=plain
        )
    if re.fullmatch(rf"{_NUMBER}\s*\D{{1,12}}", text):
        return Phrase("{said}. A unit belongs into the setting `unit:`", said=said)
    return said


def _text_answer(text: str, *, entry: Entry, credit: float, notes: Notes) -> AnswerLine | None:
    found = _PATTERN.fullmatch(text)
    if found is None:
        if _LOOSE_PATTERN.fullmatch(text):
            message = Phrase("a pattern stands in back quotes: `{text}`", text=text[:60])
            notes.add("ANS003", entry.line, 3, message)
            return None
        if not text.strip("`. "):
            notes.add("ANS001", entry.line, 3, Phrase("the answer is empty"))
            return None
        literal = text[1:-1] if re.fullmatch(r"`[^`]+`", text) else text
        return AnswerLine(
            credit,
            literal=literal,
            feedback=entry.feedback,
            misconception=entry.misconception,
            line=entry.line,
        )
    if not _is_pattern(found[1], flags=found[2], line=entry.line, notes=notes):
        return None
    return AnswerLine(
        credit,
        pattern=found[1],
        ignore_case="i" in found[2],
        feedback=entry.feedback,
        misconception=entry.misconception,
        line=entry.line,
    )


def _is_pattern(pattern: str, *, flags: str, line: int, notes: Notes) -> bool:
    reason: Said | None = None
    if flags not in {"", "i"}:
        reason = Phrase(
            "unknown flag '{flags}'; only i (ignore case) may follow the last /", flags=flags
        )
    elif len(pattern) > MAX_PATTERN:
        reason = Phrase(
            "it has {size} characters, at most {most} are allowed",
            size=len(pattern),
            most=MAX_PATTERN,
        )
    elif not pattern:
        reason = Phrase("it is empty and would match everything")
    else:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 1 << 20
        try:
            re2.compile(pattern, options)
        except re2.error as fault:
            detail = fault.args[0] if fault.args else fault
            said = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
            reason = Phrase(
                "{said}. Look-ahead, look-behind and back references are not supported", said=said
            )
    if reason:
        notes.add(
            "ANS003", line, 3, Phrase("the pattern is no valid expression: {reason}", reason=reason)
        )
    return reason is None


def table_rows(block: Block) -> list[tuple[int, list[str]]]:
    """Rows of a table with their line, from 1; the heading comes first."""
    rows: list[tuple[int, list[str]]] = []
    for token in block.tokens:
        if token.type == "tr_open":
            rows.append(((token.map[0] if token.map else block.start) + 1, []))
        elif token.type == "inline" and rows:
            rows[-1][1].append(token.content.strip())
    return rows


def matching_pairs(block: Block, *, document: Document) -> tuple[Pair, ...]:
    """Read the table of a matching item."""
    rows = table_rows(block)
    if len(rows[0][1]) != 2:
        message = Phrase(
            "the table of a matching item has two columns, not {size}", size=len(rows[0][1])
        )
        document.notes.add("MAT002", rows[0][0], 1, message)
        return ()
    pairs = []
    seen: dict[str, int] = {}
    for line, cells in rows[1:]:
        prompt, match = (
            without_links(cell, path=document.path, keep_images=True) for cell in cells
        )
        if not match:
            said = (
                Phrase("the prompt '{prompt}'", prompt=prompt[:60])
                if prompt
                else Phrase("this row")
            )
            document.notes.add(
                "MAT001", line, 1, Phrase("{said} has no match in the second column", said=said)
            )
        elif prompt and prompt in seen:
            message = Phrase("this prompt stands in line {line} too", line=seen[prompt])
            document.notes.add("MAT003", line, 1, message)
        else:
            seen[prompt] = line
            pairs.append(Pair(prompt, match))
    if sum(1 for pair in pairs if pair.prompt) < 2 and len(rows) < 3:
        message = Phrase("a matching item needs at least two prompts")
        document.notes.add("MAT002", rows[0][0], 1, message)
    return tuple(pairs)


def rubric_rows(block: Block, *, document: Document) -> tuple[RubricRow, ...]:
    """Read the table of a rubric."""
    rows = table_rows(block)
    head = [cell.casefold() for cell in rows[0][1]]
    expected = ["criterion", "weight", *RUBRIC_HEAD]
    if head != expected:
        message = Phrase(
            "the table should have the columns Criterion, Weight, 0, 1, 2, 3, 4, not {columns}",
            columns=", ".join(rows[0][1]),
        )
        document.notes.add("RUB002", rows[0][0], 1, message)
        return ()
    read = [_rubric_row(line, cells, document=document) for line, cells in rows[1:]]
    kept = tuple(row for row in read if row is not None)
    total = sum(row.weight for row in kept)
    if len(kept) == len(read) and abs(total - WEIGHTS_TOTAL) > 1e-6:
        message = Phrase("the weights add up to {total}, not 100", total=f"{total:g}")
        document.notes.add("RUB001", rows[0][0], 1, message)
    return kept


def _rubric_row(line: int, cells: Sequence[str], *, document: Document) -> RubricRow | None:
    weight = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?)\s*%?", cells[1])
    if weight is None:
        message = Phrase(
            "the weight '{weight}' should be a number of percent", weight=cells[1][:40]
        )
        document.notes.add("RUB002", line, 1, message)
        return None
    for place, cell in enumerate(cells):
        if not cell:
            name = ("Criterion", "Weight", *RUBRIC_HEAD)[place]
            message = Phrase("the cell '{name}' is empty; say what earns it", name=name)
            document.notes.add("RUB002", line, 1, message)
            return None
    low, *more = cells[2:]
    return RubricRow(cells[0], float(weight[1]), (low, *more))  # type: ignore[arg-type]
