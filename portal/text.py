"""Every word of the interface in the reader's language; dates and numbers by locale."""

import gettext
import re
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import NumberPattern, parse_pattern

from curriculum.phrases import Joined, Phrase, Value

LOCALES = Path(__file__).with_name("locales")
DEFAULT_LANGUAGE = "en"
THIN_SPACE = "\u2009"
MINUS = "\u2212"

# What means something to Streamlit's Markdown, the colon of `:material/` and `:red[` included.
_MARKUP = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~$:&^=]")

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue."""
    return tuple(sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir()))


def use_language(language: str) -> None:
    """Speak this language in the current run; an unknown one falls back to English."""
    _language.set(language if language in languages() else DEFAULT_LANGUAGE)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / "portal.mo"
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


@cache
def _locale(language: str) -> Locale:
    # English pages write dates and numbers the British way: 28 Nov, not Nov 28.
    return Locale.parse("en_GB" if language == "en" else language)


def _(message: str) -> str:
    """Return the message in the reader's language."""
    return _catalogue(_language.get()).gettext(message)


def known_text(text: str) -> str:
    """Return a text that another room holds ready, such as a word of an activity."""
    return _catalogue(_language.get()).gettext(text)


def phrase_text(text: str) -> str:
    """Return what is said of figures or files in the reader's language; other texts as they are."""
    if isinstance(text, Joined):
        return text.between.join(phrase_text(part) for part in text.parts)
    if not isinstance(text, Phrase):
        return text
    values = {name: _value_text(value) for name, value in text.values.items()}
    return _catalogue(_language.get()).gettext(text.wording).format(**values)


def _value_text(value: Value) -> str:
    if isinstance(value, str):
        return phrase_text(value)
    if isinstance(value, int):
        return str(value)
    write = signed_text if value.signed else number_text
    return write(value.value, digits=value.digits)


def plural(one: str, many: str, count: int) -> str:
    """Return the right form for a count, with `{n}` filled in."""
    text = _catalogue(_language.get()).ngettext(one, many, count)
    return text.format(n=number_text(count))


def sentence_text(refusal: object) -> str:
    """Return the sentence of a refusal or fault in the reader's language, its days by locale."""
    said = getattr(refusal, "sentence", refusal)
    if isinstance(said, Phrase):
        return phrase_text(said)
    sentence = str(said)
    values = {
        name: date_text(value) if isinstance(value, date) else phrase_text(value)
        for name, value in getattr(refusal, "values", {}).items()
    }
    text = _catalogue(_language.get()).gettext(sentence)
    return text.format(**values) if values else text


def plain(text: str) -> str:
    """Return a name so that Markdown shows it as it is: no markup, icon or formula comes of it."""
    return _MARKUP.sub(r"\\\g<0>", text)


def storable(text: str) -> str:
    """Return a text without what no database keeps: zeros, and halves of letters."""
    return text.encode("utf-8", errors="replace").decode().replace("\0", "\ufffd")


def date_text(day: date | datetime) -> str:
    """Return a day as `Fri 28 Nov 2025`."""
    return format_date(day, format="EEE d MMM yyyy", locale=_locale(_language.get()))


def time_text(moment: datetime) -> str:
    """Return the time of a moment as `10:42`, in the server's zone."""
    return format_time(moment.astimezone(), format="HH:mm", locale=_locale(_language.get()))


def month_text(day: date) -> str:
    """Return a month as `Oct 2026`."""
    return format_date(day, format="MMM yyyy", locale=_locale(_language.get()))


def number_text(value: float, *, digits: int = 0) -> str:
    """Return a number with grouping and a real minus sign."""
    text = str(_pattern(digits).apply(value, _locale(_language.get())))
    return text.replace("-", MINUS)


@cache
def _pattern(digits: int) -> NumberPattern:
    # Reading the pattern takes longer than writing a number by it.
    return parse_pattern("#,##0" + ("." + "0" * digits if digits else ""))


def signed_text(value: float, *, digits: int = 0) -> str:
    """Return a difference with its sign."""
    text = number_text(value, digits=digits)
    return text if text.startswith(MINUS) else f"+{text}"


def percent_text(share: float) -> str:
    """Return a share as whole per cent with a thin space."""
    return f"{number_text(100 * share)}{THIN_SPACE}%"
