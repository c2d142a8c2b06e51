"""GIFT, the plain-text format of Moodle, as its documentation and its exports have it → questions.

Where the documentation is silent the rules are those of Moodle itself: a blank line ends a
question, `=` beside `~` makes a single-choice question, only `~` a question with several right
answers, and the first text after `#` in true/false answers is for the wrong answer.
"""

import re
from dataclasses import dataclass

from curriculum.importers.gift_answers import read_answers
from curriculum.importers.gift_passages import Passage, hide_escapes, read_passages, show_escapes
from curriculum.importers.gift_text import gift_text
from curriculum.importers.question import MAX_QUESTIONS, Question, Reading, Refusal, Refused
from curriculum.phrases import Phrase, Said

_BLANK = "_____"
_ID = re.compile(r"\[id:((?:\\\]|[^\]])+)\]")
_TAG = re.compile(r"\[tag:((?:\\\]|[^\]])+)\]")


@dataclass(frozen=True, slots=True)
class _Parts:
    """A passage taken apart: the words of the question, and the answers between its braces."""

    name: str
    stem: str
    answers: str
    answers_at: int
    warnings: tuple[Said, ...]


def read_gift(text: str) -> Reading:
    """Every question of a GIFT text, each read or refused by itself."""
    passages, categories = read_passages(text)
    first = passages[: MAX_QUESTIONS + 1]
    questions = tuple(_read(passage, number=n) for n, passage in enumerate(first, start=1))
    return Reading(questions=questions, categories=tuple(categories))


def _read(passage: Passage, *, number: int) -> Question | Refused:
    name = ""
    if passage.fault:
        return Refused(number, passage.line, name, passage.fault, passage.fault_line)
    try:
        name, rest_at, warnings = _name(passage)
        parts = _parts(passage, name=name, start=rest_at, warnings=warnings)
        return _question(passage, parts, number=number)
    except Refusal as refusal:
        line = refusal.line or passage.line
        kind = "description" if refusal.reason.startswith("not a question") else ""
        return Refused(number, passage.line, name, refusal.reason, line, kind)


def _name(passage: Passage) -> tuple[str, int, tuple[Said, ...]]:
    """The name, the position after it, and warnings."""
    body = passage.body
    start = len(body) - len(body.lstrip())
    if not body.startswith("::", start):
        return "", start, ()
    end = body.find("::", start + 2)
    if end < 0:
        return (
            "",
            start + 2,
            (Phrase("the name is not closed with '::'; it was read as the question"),),
        )
    name = " ".join(show_escapes(body[start + 2 : end]).replace("\u2028", " ").split())
    return name, end + 2, ()


def _parts(passage: Passage, *, name: str, start: int, warnings: tuple[Said, ...]) -> _Parts:
    body = passage.body
    opening, closing = body.find("{", start), body.find("}", start)
    if opening < 0 and closing < 0:
        raise Refusal(Phrase("not a question: the text has no answers in braces"))
    if opening < 0 or 0 <= closing < opening:
        raise Refusal(
            Phrase("this '}}' closes nothing; a brace in the text is written \\}}"),
            line=passage.line_at(closing),
        )
    if closing < 0:
        raise Refusal(
            Phrase("this '{{' is never closed; a brace in the text is written \\{{"),
            line=passage.line_at(opening),
        )
    _refuse_more_braces(passage, opening=opening, closing=closing)
    before, after = body[start:opening], body[closing + 1 :]
    stem = f"{before}{_BLANK}{after}" if after.strip() else before
    return _Parts(name, stem, body[opening + 1 : closing], opening + 1, warnings)


def _refuse_more_braces(passage: Passage, *, opening: int, closing: int) -> None:
    body = passage.body
    inner = body.find("{", opening + 1)
    if 0 <= inner < closing:
        raise Refusal(
            Phrase("a '{{' stands inside the answers; a brace in the text is written \\{{"),
            line=passage.line_at(inner),
        )
    later = min((at for at in (inner, body.find("}", closing + 1)) if at >= 0), default=-1)
    if later >= 0:
        raise Refusal(
            Phrase(
                "more than one pair of braces; leave a blank line between two "
                "questions, and write braces in the text as \\{{ and \\}}"
            ),
            line=passage.line_at(later),
        )


def _question(passage: Passage, parts: _Parts, *, number: int) -> Question:
    stem = gift_text(parts.stem, default="moodle", line=passage.line)
    if stem.is_empty:
        raise Refusal(Phrase("the question has no words before its answers"))
    answers = read_answers(
        parts.answers,
        default=stem.format,
        line_at=lambda at: passage.line_at(parts.answers_at + at),
    )
    comments = "\n".join(words for _, words in passage.comments)
    found_id = _ID.search(comments)
    return Question(
        kind=answers.kind,
        number=number,
        line=passage.line,
        name=parts.name,
        stem=stem,
        type_name=answers.kind,
        options=answers.options,
        matches=answers.matches,
        one_answer=answers.one_answer,
        explanation=answers.explanation,
        tags=tuple(_plain(tag) for tag in _TAG.findall(comments)),
        source_id=_plain(found_id[1]) if found_id else "",
        category=passage.category,
        warnings=(*passage.warnings, *parts.warnings, *answers.warnings),
    )


def _plain(text: str) -> str:
    return show_escapes(hide_escapes(text)).replace("\\]", "]").strip()
