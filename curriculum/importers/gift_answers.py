"""What stands between the braces of a GIFT question → its type, its answers and feedback."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from curriculum.importers.gift_passages import show_escapes
from curriculum.importers.gift_text import gift_text
from curriculum.importers.question import (
    FULL,
    NO_TEXT,
    Match,
    Number,
    Option,
    QuestionKind,
    Refusal,
    Text,
    TextFormat,
)
from curriculum.phrases import Phrase, Said

_CREDIT = re.compile(r"%\s*(-?\d{1,3}(?:\.\d{0,10})?)\s*%")
_OPEN_TAG = re.compile(r"<[a-zA-Z/][^<>]*\Z")
_TRUE_FALSE = {"T": True, "TRUE": True, "F": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one question."""

    kind: QuestionKind
    options: tuple[Option, ...] = ()
    matches: tuple[Match, ...] = ()
    one_answer: bool = True
    explanation: Text = NO_TEXT
    warnings: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """One answer with the sign before it (`=`, `~`, or nothing for the first)."""

    sign: str
    text: str
    line: int
    is_tight: bool = False


@dataclass(frozen=True, slots=True)
class _Braces:
    """The text between the braces with its escapes hidden."""

    text: str
    default: TextFormat
    line_at: Callable[[int], int]

    def to_text(self, words: str, *, line: int) -> Text:
        return gift_text(words, default=self.default, line=line)


def read_answers(text: str, *, default: TextFormat, line_at: Callable[[int], int]) -> Answers:
    """Read the text between braces; `line_at` gives the line of a position in it.

    Raises
    ------
    Refusal
        If the answers are not well formed.
    """
    explanation = NO_TEXT
    general = text.rfind("####")
    braces = _Braces(text, default, line_at)
    if general >= 0:
        explanation = braces.to_text(text[general + 4 :], line=line_at(general))
        braces = replace(braces, text=text[:general])
    return replace(_by_kind(braces), explanation=explanation)


def _by_kind(braces: _Braces) -> Answers:
    text = braces.text.strip()
    if not text:
        return Answers("essay")
    if text.startswith("#"):
        return _numeric(braces)
    if "~" in text:
        return _choice(braces)
    if "=" in text and "->" in text:
        return _matching(braces)
    word = text.partition("#")[0].strip()
    if word in _TRUE_FALSE or word.upper() in {"TRUE", "FALSE"}:
        return _truefalse(braces, word=word)
    return _short(braces)


def _pieces(braces: _Braces, *, signs: str) -> Iterator[_Piece]:
    """Each answer in turn; what stands before the first sign comes without a sign."""
    text = braces.text
    places = [found.start() for found in re.finditer(f"[{signs}]", text)]
    first = places[0] if places else len(text)
    if text[:first].strip():
        lead = len(text) - len(text.lstrip())
        yield _Piece("", text[:first].strip(), braces.line_at(lead))
    for at, end in pairwise([*places, len(text)]):
        if _OPEN_TAG.search(text[:at].rpartition("\n")[2]) and text.find(">", at) >= 0:
            raise Refusal(
                Phrase("the '{at}' inside an HTML tag is not escaped; write \\{at}", at=text[at]),
                line=braces.line_at(at),
            )
        is_tight = at > 0 and (text[at - 1].isalnum() or text[at - 1] in "\"'")
        yield _Piece(text[at], text[at + 1 : end].strip(), braces.line_at(at), is_tight)


def _credit(words: str, *, otherwise: float) -> tuple[float, str]:
    found = _CREDIT.match(words)
    if found is None:
        return otherwise, words
    return float(found[1]), words[found.end() :].strip()


def _option(
    piece: _Piece, braces: _Braces, *, credit: float, warnings: list[Said] | None = None
) -> Option:
    earned, words = _credit(piece.text, otherwise=credit)
    answer, _, feedback = words.partition("#")
    if warnings is not None and not answer.strip() and feedback.strip():
        # A choice without words says nothing, so its '#' was meant as one of them: a colour, say.
        answer, _, feedback = feedback.partition("#")
        answer = f"#{answer.strip()}"
        warnings.append(
            Phrase(
                "'{answer}' has no words before its '#', so the '#' was read as "
                "one of them; in words it is written \\#",
                answer=answer[:40],
            )
        )
    text = braces.to_text(answer, line=piece.line)
    return Option(text, earned, braces.to_text(feedback, line=piece.line))


def _choice(braces: _Braces) -> Answers:
    warnings: list[Said] = []
    options = []
    pieces = list(_pieces(braces, signs="=~"))
    for piece in pieces:
        credit = FULL if piece.sign == "=" else 0.0
        option = _option(piece, braces, credit=credit, warnings=warnings)
        if option.text.is_empty:
            raise Refusal(
                Phrase("a choice has no words; a '#' that belongs to the words is written \\#"),
                line=piece.line,
            )
        if not piece.sign:
            warnings.append(
                Phrase(
                    "'{raw}' stands before the first '=' or '~'; it was read as a wrong choice",
                    raw=option.text.raw[:40],
                )
            )
        if piece.sign == "=" and piece.is_tight:
            warnings.append(
                Phrase(
                    "the '=' before '{raw}' stands right after a word; if it "
                    "belongs to the words, write \\= and import again",
                    raw=option.text.raw[:40],
                )
            )
        options.append(option)
    one_answer = any(piece.sign == "=" for piece in pieces)
    return Answers(
        "choice", tuple(options), one_answer=one_answer, warnings=tuple(dict.fromkeys(warnings))
    )


def _short(braces: _Braces) -> Answers:
    options = []
    warnings: list[Said] = []
    for piece in _pieces(braces, signs="="):
        option = _option(piece, braces, credit=FULL, warnings=warnings)
        if option.text.is_empty:
            raise Refusal(Phrase("an accepted answer has no words"), line=piece.line)
        options.append(option)
    return Answers("short", tuple(options), warnings=tuple(warnings))


def _truefalse(braces: _Braces, *, word: str) -> Answers:
    is_true = word.upper() in {"T", "TRUE"}
    _, *feedback = braces.text.split("#", 2)
    wrong, right = [*feedback, "", ""][:2]
    line = braces.line_at(len(braces.text) - len(braces.text.lstrip()))
    by_answer = {
        is_true: braces.to_text(right, line=line),
        (not is_true): braces.to_text(wrong, line=line),
    }
    options = tuple(
        Option(
            Text("True" if answer else "False", "plain", line),
            FULL if answer == is_true else 0.0,
            by_answer[answer],
        )
        for answer in (True, False)
    )
    warnings = (
        ()
        if word in _TRUE_FALSE
        else (Phrase("'{word}' was read as {value}", word=word, value=word.upper()),)
    )
    return Answers("truefalse", options, warnings=warnings)


def _matching(braces: _Braces) -> Answers:
    matches = []
    warnings: list[Said] = []
    for piece in _pieces(braces, signs="="):
        prompt, arrow, match = piece.text.partition("->")
        if not arrow:
            raise Refusal(
                Phrase("'{text}' has no '->' to its match", text=show_escapes(piece.text)[:60]),
                line=piece.line,
            )
        match, hash_sign, _ = match.partition("#")
        if hash_sign:
            warnings.append(Phrase("feedback for a pair is not kept; a matching item has none"))
        if not match.strip():
            raise Refusal(
                Phrase(
                    "the prompt '{prompt}' has no match", prompt=show_escapes(prompt).strip()[:60]
                ),
                line=piece.line,
            )
        matches.append(
            Match(braces.to_text(prompt, line=piece.line), braces.to_text(match, line=piece.line))
        )
    return Answers("matching", matches=tuple(matches), warnings=tuple(dict.fromkeys(warnings)))


def _numeric(braces: _Braces) -> Answers:
    start = braces.text.index("#") + 1
    inner = _Braces(braces.text[start:], braces.default, lambda at: braces.line_at(start + at))
    options = []
    for piece in _pieces(inner, signs="=~"):
        credit = 0.0 if piece.sign == "~" else FULL
        option = _option(piece, inner, credit=credit)
        if piece.sign == "~" and option.text.is_empty:
            option = replace(option, text=Text("*", "plain", piece.line))
        words = " ".join(option.text.raw.split())
        options.append(replace(option, number=read_number(words, line=piece.line)))
    if not options:
        raise Refusal(Phrase("no number stands after '{{#'"), line=braces.line_at(0))
    return Answers("numeric", tuple(options))


def read_number(words: str, *, line: int) -> Number:
    """Read `value`, `value:tolerance`, `low..high` or `*`; the numbers stay as written."""
    if ".." in words:
        low, _, high = words.partition("..")
        return Number(low=low.strip(), high=high.strip())
    value, colon, tolerance = words.partition(":")
    if not value.strip() or (colon and not tolerance.strip()):
        raise Refusal(
            Phrase("'{words}' is not a number, value:tolerance or low..high", words=words[:60]),
            line=line,
        )
    return Number(value=value.strip(), tolerance=tolerance.strip())
