"""Accepted answers of a question → the answer lines of a text or numeric item."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from curriculum.importers.draft import DraftAnswer
from curriculum.importers.markup import to_markdown, to_words
from curriculum.importers.question import Number, Option, Question, Refusal
from curriculum.phrases import Phrase, Said

_PLAIN_LITERAL = re.compile(r"[^\W_](?:[\w '\u2019,;:!?&%/.-]*[\w%!?.])?")
_LIST_LIKE = re.compile(r"\d{1,9}[.)](?:\s|$)")
_FINAL = " .,;:!?…"
_MAX_NUMBER = Decimal(10) ** 15
_MIN_STEP = Decimal(10) ** -15


def text_answers(question: Question, *, notes: list[Said]) -> tuple[DraftAnswer, ...]:
    """Lines of a text item: literals, and patterns where the source has a `*`.

    Raises
    ------
    Refusal
        If no answer earns full credit.
    """
    is_exact = ("case_sensitive", "true") in question.settings
    lines = [
        DraftAnswer(
            _literal(to_words(option.text), is_exact=is_exact),
            _credit(option),
            to_markdown(option.feedback, notes=notes),
        )
        for option in question.options
    ]
    _refuse_without_full(lines)
    return tuple(lines)


def _credit(option: Option) -> float:
    if not 0 <= option.credit <= 100:
        raise Refusal(
            Phrase(
                "an answer earns {credit}%, where 0 to 100 are possible",
                credit=f"{option.credit:g}",
            ),
            line=option.text.line,
        )
    return option.credit


def _refuse_without_full(lines: list[DraftAnswer]) -> None:
    if not any(line.credit >= 100 for line in lines):
        raise Refusal(Phrase("no answer earns full credit"))


def _literal(words: str, *, is_exact: bool) -> str:
    plain = words.replace("\\*", "\ufdd0")
    if "*" in plain:
        return _pattern(plain, is_exact=is_exact)
    words = plain.replace("\ufdd0", "*")
    is_safe = _PLAIN_LITERAL.fullmatch(words) and not _LIST_LIKE.match(words)
    if is_safe:
        return words
    if "`" in words:
        return _pattern(words.replace("*", "\ufdd0"), is_exact=is_exact)
    return f"`{words}`"


def _pattern(words: str, *, is_exact: bool) -> str:
    """A re2 pattern for an answer in which `*` stands for any signs."""
    # Answers come with single spaces and without punctuation at their end.
    words = unicodedata.normalize("NFKC", words)
    kept = words if words.endswith("*") else words.rstrip(_FINAL)
    parts = [_quoted(part.replace("\ufdd0", "*")) for part in kept.split("*")]
    return f"`/^{'.*'.join(parts)}$/{'' if is_exact else 'i'}`"


def _quoted(text: str) -> str:
    return re.sub(r"[^\w\s]", lambda found: f"\\x{{{ord(found[0]):X}}}", text)


def numeric_answers(
    question: Question, *, notes: list[Said]
) -> tuple[tuple[DraftAnswer, ...], str]:
    """Lines of a numeric item, and the feedback for any other number.

    Raises
    ------
    Refusal
        If a number cannot be read or none earns full credit.
    """
    lines = []
    otherwise = ""
    for option in question.options:
        number = option.number or Number()
        feedback = to_markdown(option.feedback, notes=notes)
        if not number.is_any:
            text = _number_text(number, line=option.text.line)
            lines.append(DraftAnswer(text, _credit(option), feedback))
        elif option.credit > 0:
            raise Refusal(Phrase("any number earns credit"), line=option.text.line)
        elif feedback:
            otherwise = f"*For any other number:* {feedback}"
            notes.append(Phrase("the feedback for any other number stands in the explanation now"))
    _refuse_without_full(lines)
    return tuple(lines), otherwise


def _number_text(number: Number, *, line: int) -> str:
    if number.low or number.high:
        low, high = _decimal(number.low, line=line), _decimal(number.high, line=line)
        if low > high:
            reason = Phrase(
                "the range runs backwards: {low} to {high}", low=number.low, high=number.high
            )
            raise Refusal(reason, line=line)
        return f"{low:f} to {high:f}"
    value = _decimal(number.value, line=line)
    percent = "%" if number.tolerance.endswith("%") else ""
    tolerance = _decimal(number.tolerance.rstrip("% ") or "0", line=line)
    if tolerance < 0:
        raise Refusal(
            Phrase("the tolerance {tolerance} is negative", tolerance=number.tolerance), line=line
        )
    return f"{value:f} ± {tolerance:f}{percent}" if tolerance else f"{value:f}"


def _decimal(words: str, *, line: int) -> Decimal:
    try:
        value = Decimal(words.strip().replace("\u2212", "-"))
    except InvalidOperation:
        raise Refusal(Phrase("'{words}' is not a number", words=words[:40]), line=line) from None
    if not value.is_finite() or abs(value) >= _MAX_NUMBER or 0 < abs(value) < _MIN_STEP:
        raise Refusal(
            Phrase("the number {words} is too large or too small", words=words[:40]), line=line
        )
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -15:
        raise Refusal(
            Phrase("the number {words} has too many decimals", words=words[:40]), line=line
        )
    return value.normalize() if exponent != 0 else value.to_integral_value()
