"""Reading what a learner typed: folded text, and numbers in the ways people write them."""

import math
import re
import unicodedata
from functools import lru_cache
from typing import Any

import re2

from curriculum.model import AnswerLine, Item

MAX_CHARACTERS = 20_000

_FINAL_PUNCTUATION = ".,;:!?…"
_MINUS_SIGNS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d", "-"))
_NUMBER = re.compile(r"([+-]?)(\d[\d., ']*|[.,]\d+)(?:[eE]([+-]?\d{1,3}))?")
_GROUPED = re.compile(r"\d{1,3}([., '])\d{3}(?:\1\d{3})*")
# Signs a learner may write for the unit that the author named.
_UNIT_SIGNS = {
    "%": ("percent", "per cent"),
    "eur": ("€", "euro", "euros"),
    "€": ("eur", "euro", "euros"),
    "usd": ("$",),
    "gbp": ("£",),
}
# Bounds such as 0.75 + 0.005 are sums of binary fractions; this slack keeps "inclusive" true.
_SLACK = 1e-9


def folded_text(text: str, *, case_sensitive: bool = False) -> str:
    """Text as literals are compared: NFKC, single spaces, no final punctuation, case folded."""
    folded = " ".join(unicodedata.normalize("NFKC", text).split())
    folded = folded.rstrip(_FINAL_PUNCTUATION + " ")
    return folded if case_sensitive else unicodedata.normalize("NFKC", folded.casefold())


def number_readings(text: str, *, unit: str | None = None) -> tuple[float, ...]:
    """All numbers that a text may mean, the likeliest first; empty when it is no number.

    Notes
    -----
    The rules, in this order:

    - The item's unit may stand before or after the number (also `€` for EUR, `percent` for %);
      any other word or sign makes it no number.
    - Every Unicode minus or dash in front is a minus; a `+` is allowed; `1.5e3` is allowed.
    - Spaces of every width and apostrophes separate thousands, in groups of exactly three.
    - Comma and point together: the last kind is the decimal sign, the other separates thousands.
    - One kind more than once: it separates thousands (`1.234.567`).
    - One kind once: it is the decimal sign, whether comma or point. When it could just as well
      separate thousands (`1,234` but not `0,234` or `1,23`), both readings are kept, since
      the learner's country decides and the text does not show it.
    - NaN, infinity and numbers too large for a float are no numbers.
    """
    match = _NUMBER.fullmatch(_without_unit(_plain_signs(text), unit=unit))
    if match is None:
        return ()
    sign, digits, exponent = match.groups()
    readings = (f"{sign}{plain}e{exponent or 0}" for plain in _plain_digits(digits))
    numbers = (float(reading) for reading in readings)
    return tuple(number for number in numbers if math.isfinite(number))


def matching_line(item: Item, text: str) -> AnswerLine | None:
    """The line of a numeric or text item with the highest credit that the text meets.

    Of several with the same credit the first counts.
    """
    matches = _numeric_matches if item.type == "numeric" else _text_matches
    return max(matches(item, text), key=lambda line: line.credit, default=None)


def _plain_signs(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").translate(_MINUS_SIGNS)
    plain = " ".join(plain.split())
    return re.sub(r"^([+-]) (?=[\d.,])", r"\1", plain)


def _without_unit(text: str, *, unit: str | None) -> str:
    if not unit:
        return text
    name = unicodedata.normalize("NFKC", unit).casefold().strip()
    for sign in sorted((name, *_UNIT_SIGNS.get(name, ())), key=len, reverse=True):
        if text.casefold().endswith(sign):
            return text[: len(text) - len(sign)].rstrip()
        if text.casefold().startswith(sign):
            return text[len(sign) :].lstrip()
    return text


def _plain_digits(digits: str) -> tuple[str, ...]:
    """The digits with at most a decimal point, in one or two readings; empty if malformed."""
    kinds = {character for character in digits if not character.isdecimal()}
    marks = kinds & {".", ","}
    if len(marks) == 2:
        decimal = max(marks, key=digits.rindex)
        whole, _, fraction = digits.rpartition(decimal)
        return _decimal(whole, fraction)
    if not marks:
        return _decimal(digits, "")
    (mark,) = marks
    if digits.count(mark) > 1:
        return (_ungrouped(digits),) if _GROUPED.fullmatch(digits) else ()
    whole, _, fraction = digits.partition(mark)
    decimal_reading = _decimal(whole, fraction)
    if _GROUPED.fullmatch(digits) and not digits.startswith("0"):
        return (*decimal_reading, _ungrouped(digits))
    return decimal_reading


def _decimal(whole: str, fraction: str) -> tuple[str, ...]:
    if fraction and not fraction.isdecimal():
        return ()
    if whole.isdecimal() or not whole:
        return (f"{whole or 0}.{fraction or 0}",)
    return (f"{_ungrouped(whole)}.{fraction or 0}",) if _GROUPED.fullmatch(whole) else ()


def _ungrouped(digits: str) -> str:
    return "".join(character for character in digits if character.isdecimal())


def _numeric_matches(item: Item, text: str) -> list[AnswerLine]:
    numbers = number_readings(text, unit=item.unit)
    return [line for line in item.answers if any(_within(line, number) for number in numbers)]


def _within(line: AnswerLine, number: float) -> bool:
    if line.low is None or line.high is None:
        return False
    slack = _SLACK * max(abs(line.low), abs(line.high))
    return line.low - slack <= number <= line.high + slack


def _text_matches(item: Item, text: str) -> list[AnswerLine]:
    return [line for line in item.answers if _meets(line, text, case_sensitive=item.case_sensitive)]


def _meets(line: AnswerLine, text: str, *, case_sensitive: bool) -> bool:
    if line.pattern is not None:
        pattern = compiled_pattern(line.pattern, ignore_case=line.ignore_case)
        return pattern.search(folded_text(text, case_sensitive=True)) is not None
    if line.literal is None:
        return False
    return folded_text(text, case_sensitive=case_sensitive) == folded_text(
        line.literal, case_sensitive=case_sensitive
    )


@lru_cache(maxsize=1024)
def compiled_pattern(pattern: str, *, ignore_case: bool = False) -> Any:  # noqa: ANN401
    """A re2 pattern: linear time whatever the text, so no answer can stall the server.

    It is searched anywhere in the answer; authors anchor it with `^` and `$` where they mean all
    of it.
    """
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.log_errors = False
    return re2.compile(pattern, options)
