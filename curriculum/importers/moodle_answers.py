"""The answers of each type of question in Moodle XML."""

from dataclasses import dataclass, replace

from curriculum.importers.moodle_text import is_on, text_of, words_of
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
from curriculum.importers.xml_tree import Node
from curriculum.phrases import Phrase, Said

# What Moodle puts there itself says nothing about the question.
_STANDARD_FEEDBACK = frozenset(
    {
        "your answer is correct.",
        "your answer is partially correct.",
        "your answer is incorrect.",
        "<p>your answer is correct.</p>",
        "<p>your answer is partially correct.</p>",
        "<p>your answer is incorrect.</p>",
    }
)
_COMBINED = {
    "correctfeedback": Phrase("right"),
    "partiallycorrectfeedback": Phrase("partly right"),
    "incorrectfeedback": Phrase("wrong"),
}


@dataclass(frozen=True, slots=True)
class Answering:
    """What a type of question adds to its text."""

    kind: QuestionKind
    options: tuple[Option, ...] = ()
    matches: tuple[Match, ...] = ()
    steps: tuple[Text, ...] = ()
    one_answer: bool = True
    settings: tuple[tuple[str, str], ...] = ()
    grader_notes: Text = NO_TEXT


def _options(node: Node, *, default: TextFormat, notes: list[Said]) -> list[tuple[Option, Node]]:
    found = []
    for answer in node.all("answer"):
        # Some exports write an empty element where there are no answers.
        if not answer.children and not answer.attributes and not answer.text.strip():
            continue
        option = Option(
            text_of(answer, default=default, notes=notes),
            _credit(answer),
            text_of(answer.first("feedback"), default="html", notes=notes),
        )
        notes.extend(
            Phrase("<{tag}> in line {line} is not kept", tag=child.tag[:40], line=child.line)
            for child in answer.children
            if child.tag not in {"text", "feedback", "file", "tolerance"}
        )
        found.append((option, answer))
    return found


def _credit(answer: Node) -> float:
    words, credit = _fraction(answer, otherwise="0")
    if not -FULL <= credit <= FULL:
        raise Refusal(
            Phrase("the fraction '{words}' is no number of percent", words=words[:20]),
            line=answer.line,
        )
    return credit


def _fraction(answer: Node, *, otherwise: str) -> tuple[str, float]:
    """The fraction as written and as a number, which is none (NaN) where it cannot be read."""
    words = answer.attributes.get("fraction", otherwise).strip()
    try:
        return words, float(words)
    except ValueError:
        return words, float("nan")


def _note_combined(node: Node, notes: list[Said]) -> None:
    for tag, what in _COMBINED.items():
        text = text_of(node.first(tag), default="html", notes=notes)
        words = " ".join(text.raw.replace("\\(\\)", "").split())
        if words and words.lower() not in _STANDARD_FEEDBACK:
            notes.append(
                Phrase("the feedback for {what} answers as a whole is not kept", what=what)
            )


def _shuffle(node: Node) -> tuple[tuple[str, str], ...]:
    return () if is_on(node.first("shuffleanswers"), default=True) else (("shuffle", "false"),)


def choice_answers(node: Node, notes: list[Said]) -> Answering:
    """Choices, of which one or several may be picked."""
    _note_combined(node, notes)
    return Answering(
        "choice",
        tuple(option for option, _ in _options(node, default="html", notes=notes)),
        one_answer=is_on(node.first("single"), default=True),
        settings=_shuffle(node),
    )


def truefalse_answers(node: Node, notes: list[Said]) -> Answering:
    """True and false, in this order."""
    by_word = {
        option.text.raw.strip().lower(): option
        for option, _ in _options(node, default="plain", notes=notes)
    }
    if set(by_word) != {"true", "false"}:
        raise Refusal(Phrase("the answers of a true/false question should be 'true' and 'false'"))
    options = tuple(
        replace(by_word[word], text=replace(by_word[word].text, raw=word.capitalize()))
        for word in ("true", "false")
    )
    return Answering("truefalse", options)


def short_answers(node: Node, notes: list[Said]) -> Answering:
    """Words that are accepted."""
    options = []
    for option, answer in _options(node, default="plain", notes=notes):
        if option.text.is_empty:
            raise Refusal(Phrase("an accepted answer has no words"), line=answer.line)
        options.append(option)
    settings = (("case_sensitive", "true"),) if is_on(node.first("usecase")) else ()
    return Answering("short", tuple(options), settings=settings)


def numeric_answers(node: Node, notes: list[Said]) -> Answering:
    """Numbers with their tolerance, and the unit they are in."""
    options = []
    for option, answer in _options(node, default="plain", notes=notes):
        number = Number(
            value=option.text.raw.strip(), tolerance=words_of(answer.first("tolerance"))
        )
        options.append(replace(option, number=number))
    return Answering("numeric", tuple(options), settings=_unit(node, notes))


def _unit(node: Node, notes: list[Said]) -> tuple[tuple[str, str], ...]:
    units = node.first("units")
    found = units.all("unit") if units is not None else []
    names = [(words_of(u.first("unit_name")), words_of(u.first("multiplier"))) for u in found]
    base = next((name for name, factor in names if _is_one(factor)), "")
    others = [name for name, factor in names if name != base]
    if others:
        notes.append(
            Phrase(
                "answers in {others} are not accepted; the item has one unit",
                others=", ".join(others)[:60],
            )
        )
    if words_of(node.first("unitgradingtype")) not in {"", "0"}:
        notes.append(Phrase("points for the unit are not kept"))
    return (("unit", base),) if base else ()


def _is_one(factor: str) -> bool:
    try:
        return float(factor or "1") == 1
    except ValueError:
        return False


def matching_answers(node: Node, notes: list[Said]) -> Answering:
    """Prompts and what belongs to them."""
    _note_combined(node, notes)
    matches = []
    for pair in node.all("subquestion"):
        prompt = text_of(pair, default="html", notes=notes)
        match = text_of(pair.first("answer"), default="plain", notes=notes)
        if match.is_empty:
            raise Refusal(Phrase("a prompt has no match"), line=pair.line)
        matches.append(Match(prompt, match))
    return Answering("matching", matches=tuple(matches), settings=_shuffle(node))


def ordering_answers(node: Node, notes: list[Said]) -> Answering:
    """Steps in their right order, which the fraction of each counts."""
    _note_combined(node, notes)
    placed = []
    for number, answer in enumerate(node.all("answer")):
        step = text_of(answer, default="html", notes=notes)
        if step.is_empty:
            raise Refusal(Phrase("a step has no words"), line=answer.line)
        if not text_of(answer.first("feedback"), default="html", notes=notes).is_empty:
            notes.append(Phrase("feedback for a step is not kept; an ordering item has none"))
        placed.append((_place(answer), number, step))
    if len(placed) < 2:
        raise Refusal(
            Phrase("an ordering question needs two steps or more, not {size}", size=len(placed))
        )
    if words_of(node.first("selecttype")).upper() not in {"", "0", "ALL"}:
        notes.append(
            Phrase("the source asks for some of the steps only; here all of them are asked")
        )
    all_or_nothing = words_of(node.first("gradingtype")).upper() in {"-1", "ALL_OR_NOTHING"}
    return Answering(
        "ordering",
        steps=tuple(step for _, _, step in sorted(placed, key=lambda one: one[:2])),
        settings=() if all_or_nothing else (("scoring", "partial"),),
    )


def _place(answer: Node) -> float:
    words, place = _fraction(answer, otherwise="")
    # Without a place of its own a step cannot be put in order.
    if not 0 < place <= 1000:
        raise Refusal(
            Phrase("the fraction '{words}' is no place in an order", words=words[:20]),
            line=answer.line,
        )
    return place


def essay_answers(node: Node, notes: list[Said]) -> Answering:
    """A text that people grade."""
    settings = []
    if not text_of(node.first("responsetemplate"), default="html", notes=notes).is_empty:
        notes.append(Phrase("the template for the answer is not kept"))
    attachments = words_of(node.first("attachments")) not in {"", "0"}
    if words_of(node.first("responseformat")) == "noinline":
        settings.append(("submission", "file"))
    elif attachments:
        notes.append(Phrase("files cannot be handed in beside a text; the item takes the text"))
    for tag, name in (("minwordlimit", "min_words"), ("maxwordlimit", "max_words")):
        words = words_of(node.first(tag))
        if words.isdecimal() and 0 < int(words[:6]) <= 10_000:
            settings.append((name, words))
    return Answering(
        "essay",
        settings=tuple(settings),
        grader_notes=text_of(node.first("graderinfo"), default="html", notes=notes),
    )
