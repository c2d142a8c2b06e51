"""One row of a table of questions → a question."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from curriculum.importers.question import (
    FULL,
    HARD_BREAK,
    Match,
    Number,
    Option,
    Question,
    QuestionKind,
    Refusal,
    Text,
    TextFormat,
)
from curriculum.phrases import Phrase, Said

TYPES: Mapping[str, QuestionKind] = {
    "single": "choice",
    "multiple": "choice",
    "truefalse": "truefalse",
    "text": "short",
    "numeric": "numeric",
    "matching": "matching",
    "ordering": "ordering",
    "rubric": "essay",
}
_FORMATS: Mapping[str, TextFormat] = {
    "": "plain",
    "plain": "plain",
    "markdown": "markdown",
    "html": "html",
}
_CREDIT = re.compile(r"\(\s*(\d{1,3}(?:\.\d{1,7})?)\s*%\s*\)\s*")
_SPREAD = re.compile(r"(.+?)\s*(?:±|\+\s*/?\s*-)\s*(.+)")
_RANGE = re.compile(r"(.+?)\s*(?:\bto\b|\.\.)\s*(.+)")
_CELLS: Mapping[str, tuple[str, ...]] = {
    "single": ("choice", "feedback", "right"),
    "multiple": ("choice", "feedback", "right"),
    "truefalse": ("feedback", "right"),
    "text": ("answer", "feedback", "case_sensitive"),
    "numeric": ("answer", "feedback", "unit"),
    "matching": ("prompt", "match"),
    "ordering": ("step",),
    "rubric": ("model_answer",),
}
_ALL = frozenset(name for names in _CELLS.values() for name in names)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a row by column, and how their texts are written."""

    cells: Mapping[str, str]
    type_name: str
    format: TextFormat
    line: int

    def text(self, name: str) -> Text:
        raw = self.cells.get(name, "")
        if self.format == "plain":
            raw = HARD_BREAK.join(line.strip() for line in raw.split("\n"))
        return Text(raw, self.format, self.line)

    def numbered(self, name: str) -> dict[int, str]:
        """The filled cells of a numbered column."""
        found = {}
        for column, cell in self.cells.items():
            stem, _, number = column.rpartition("_")
            if cell and stem == name and number.isdecimal():
                found[int(number)] = cell
        return dict(sorted(found.items()))


def read_row(
    cells: Mapping[str, str], *, type_name: str, number: int, line: int, notes: list[Said]
) -> Question:
    """The question of a row whose type is known; `notes` holds what was noticed before.

    Raises
    ------
    Refusal
        If a cell that the type needs is missing or cannot be read.
    """
    form = cells.get("format", "").lower()
    if form not in _FORMATS:
        raise Refusal(
            Phrase("unknown format '{form}'; known are plain, markdown and html", form=form[:30])
        )
    row = _Cells(cells, type_name, _FORMATS[form], line)
    if row.text("question").is_empty:
        raise Refusal(Phrase("the cell 'question' is empty"))
    notes.extend(_without_use(row))
    key = _KEYS[type_name](row)
    return Question(
        kind=TYPES[type_name],
        number=number,
        line=line,
        name=" ".join(cells.get("name", "").split()),
        stem=row.text("question"),
        type_name=type_name,
        options=key.options,
        matches=key.matches,
        steps=key.steps,
        one_answer=type_name != "multiple",
        explanation=row.text("explanation"),
        hints=(row.text("hint"),) if cells.get("hint") else (),
        grader_notes=row.text("model_answer"),
        settings=_settings(row),
        tags=tuple(tag.strip() for tag in cells.get("tags", "").split(";") if tag.strip()),
        warnings=tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class _Key:
    options: tuple[Option, ...] = ()
    matches: tuple[Match, ...] = ()
    steps: tuple[Text, ...] = ()


def _without_use(row: _Cells) -> list[Said]:
    notes: list[Said] = []
    for column, cell in row.cells.items():
        stem = re.sub(r"_\d+$", "", column)
        if cell and stem in _ALL and stem not in _CELLS[row.type_name]:
            notes.append(
                Phrase(
                    "'{column}' means nothing for {type_name} and is not kept",
                    column=column,
                    type_name=row.type_name,
                )
            )
    return notes


def _choice_key(row: _Cells) -> _Key:
    choices = row.numbered("choice")
    feedback = row.numbered("feedback")
    right = {_number(word) for word in re.split(r"[\s;,]+", row.cells.get("right", "")) if word}
    if not right:
        raise Refusal(Phrase("the cell 'right' is empty; it names the right choice, as 2 or b"))
    _refuse_loose(feedback, choices, what=Phrase("feedback"))
    missing = sorted(right - set(choices))
    if missing:
        raise Refusal(Phrase("'right' names choice {missing}, which is empty", missing=missing[0]))
    if row.type_name == "single" and len(right) > 1:
        raise Refusal(
            Phrase("a single question has one right choice; write 'multiple' for several")
        )
    credit = FULL / len(right)
    return _Key(
        tuple(
            Option(
                row.text(f"choice_{n}"),
                credit if n in right else _cost(row, wrong=len(choices) - len(right)),
                row.text(f"feedback_{n}"),
            )
            for n in choices
        )
    )


def _cost(row: _Cells, *, wrong: int) -> float:
    """A table says nothing of costs, so a wrong choice costs what it does in our scoring."""
    return -FULL / wrong if row.type_name == "multiple" else 0.0


def _number(word: str) -> int:
    if word.isdecimal() and len(word) < 3:
        return int(word)
    if len(word) == 1 and word.isascii() and word.isalpha():
        return ord(word.lower()) - ord("a") + 1
    raise Refusal(
        Phrase("'right' should name choices by number or letter, not '{word}'", word=word[:30])
    )


def _refuse_loose(loose: Mapping[int, str], held: Mapping[int, str], *, what: Said) -> None:
    for number in loose:
        if number not in held:
            raise Refusal(
                Phrase(
                    "{what} {number} belongs to nothing; its cell beside it is empty",
                    what=what,
                    number=number,
                )
            )


def _truefalse_key(row: _Cells) -> _Key:
    word = row.cells.get("right", "").lower()
    if word not in {"true", "false", "t", "f"}:
        raise Refusal(Phrase("the cell 'right' of a truefalse question should be true or false"))
    _refuse_loose(row.numbered("feedback"), {1: "", 2: ""}, what=Phrase("feedback"))
    return _Key(
        tuple(
            Option(
                Text(answer.capitalize(), "plain", row.line),
                FULL if answer.startswith(word[0]) else 0.0,
                row.text(f"feedback_{number}"),
            )
            for number, answer in enumerate(("true", "false"), start=1)
        )
    )


def _answers_key(row: _Cells) -> _Key:
    answers = row.numbered("answer")
    if not answers:
        raise Refusal(
            Phrase("a {type_name} question needs the cell 'answer_1'", type_name=row.type_name)
        )
    _refuse_loose(row.numbered("feedback"), answers, what=Phrase("feedback"))
    options = []
    for number, cell in answers.items():
        credit, words = FULL, cell
        if (found := _CREDIT.match(cell)) is not None:
            credit, words = float(found[1]), cell[found.end() :]
        # An asterisk in a table is an asterisk.
        text = Text(
            words if row.type_name == "numeric" else words.replace("*", "\\*"), "plain", row.line
        )
        figure = _figure(words) if row.type_name == "numeric" else None
        options.append(Option(text, credit, row.text(f"feedback_{number}"), figure))
    return _Key(tuple(options))


def _figure(words: str) -> Number:
    if (found := _SPREAD.fullmatch(words)) is not None:
        return Number(value=found[1], tolerance=found[2])
    if (found := _RANGE.fullmatch(words)) is not None:
        return Number(low=found[1], high=found[2])
    return Number(value=words)


def _matching_key(row: _Cells) -> _Key:
    prompts, matches = row.numbered("prompt"), row.numbered("match")
    _refuse_loose(prompts, matches, what=Phrase("prompt"))
    return _Key(
        matches=tuple(Match(row.text(f"prompt_{n}"), row.text(f"match_{n}")) for n in matches)
    )


def _ordering_key(row: _Cells) -> _Key:
    steps = row.numbered("step")
    if len(steps) < 2:
        raise Refusal(Phrase("an ordering question needs 'step_1' and 'step_2' or more"))
    return _Key(steps=tuple(row.text(f"step_{n}") for n in steps))


def _no_key(row: _Cells) -> _Key:  # noqa: ARG001
    return _Key()


_KEYS: Mapping[str, Callable[[_Cells], _Key]] = {
    "single": _choice_key,
    "multiple": _choice_key,
    "truefalse": _truefalse_key,
    "text": _answers_key,
    "numeric": _answers_key,
    "matching": _matching_key,
    "ordering": _ordering_key,
    "rubric": _no_key,
}


def _settings(row: _Cells) -> tuple[tuple[str, str], ...]:
    settings = []
    level = row.cells.get("level", "")
    if level:
        if level not in {"1", "2", "3", "4"}:
            raise Refusal(Phrase("'level' should be 1, 2, 3 or 4, not '{level}'", level=level[:20]))
        settings.append(("level", level))
    points = row.cells.get("points", "")
    if points:
        if not re.fullmatch(r"\d{1,4}(?:\.\d{1,4})?", points) or not 0 < float(points) <= 1000:
            raise Refusal(
                Phrase("'points' should be a number above 0, not '{points}'", points=points[:20])
            )
        settings.append(("points", points))
    if row.cells.get("unit") and row.type_name == "numeric":
        settings.append(("unit", row.cells["unit"]))
    if row.type_name == "text" and _is_yes(row.cells.get("case_sensitive", "")):
        settings.append(("case_sensitive", "true"))
    return tuple(settings)


def _is_yes(word: str) -> bool:
    if word.lower() not in {"", "true", "false", "yes", "no", "1", "0"}:
        raise Refusal(
            Phrase("'case_sensitive' should be true or false, not '{word}'", word=word[:20])
        )
    return word.lower() in {"true", "yes", "1"}
