"""A question of another system → a draft in our terms, with a warning for all that changes."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from curriculum.importers.convert_answers import numeric_answers, text_answers
from curriculum.importers.convert_choices import choices_of, says_above
from curriculum.importers.draft import Draft
from curriculum.importers.escape import escape_line
from curriculum.importers.markup import to_line, to_markdown, to_words
from curriculum.importers.question import Question, Refusal, Text
from curriculum.phrases import Phrase, Said

MAX_TITLE = 90
MAX_NAME_SLUG = 30
MAX_SLUG = 34
# What graders see until the author writes criteria; the points are those of every rubric.
_RUBRIC = (
    "Answers the question",
    "100",
    "Nothing that answers it",
    "A small part of what is asked",
    "About half of what is asked",
    "Nearly all of what is asked, with gaps",
    "All that is asked, correct and clear",
)


@dataclass(frozen=True, slots=True)
class Filing:
    """What an import is told about every item: its skill, its source and that source's slug."""

    skill: str
    source: str
    slug: str


def to_draft(question: Question, *, filing: Filing, notes: list[Said]) -> Draft:
    """The draft of one question; `notes` takes what was changed or left out.

    Raises
    ------
    Refusal
        If the question cannot be said in our format.
    """
    notes.extend(question.warnings)
    stem = to_markdown(question.stem, notes=notes)
    if not re.sub(r"\(picture[^)]*\)", "", stem).strip():
        raise Refusal(Phrase("the question consists of a picture only"), line=question.stem.line)
    draft = Draft(
        id="",
        type="text",
        skill=filing.skill,
        title=_title(question),
        stem=stem,
        origin=_origin(question, filing=filing),
        settings=question.settings,
        tags=tuple(dict.fromkeys(tag for tag in question.tags if tag != "imported")),
        hint="\n\n".join(to_markdown(hint, notes=notes) for hint in question.hints),
        explanation=to_markdown(question.explanation, notes=notes),
    )
    whole = _BY_KIND[question.kind](draft, question, notes)
    return replace(whole, id=item_id(question, filing=filing))


def item_id(question: Question, *, filing: Filing) -> str:
    """An id from the source, the question's name or number, and what it asks.

    It stays the same when the file is imported again, also when other questions were added to it.
    """
    name = _slug(question.name)[:MAX_NAME_SLUG].strip("-") or f"q{question.number}"
    return f"{filing.slug}.{name}-{_digest(question)}"


def source_slug(source: str) -> str:
    """The slug of a source file's name; a long one ends in a hash, so that no two are alike."""
    slug = _slug(source)
    if slug and len(slug) <= MAX_SLUG:
        return slug
    digest = hashlib.sha256(source.encode("utf-8", errors="replace")).hexdigest()[:6]
    return f"{slug[: MAX_SLUG - 7].strip('-') or 'file'}-{digest}"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _digest(question: Question) -> str:
    texts = [question.kind, question.stem.raw, str(question.one_answer)]
    for option in question.options:
        texts += [option.text.raw, f"{option.credit:g}", str(option.number)]
    for match in question.matches:
        texts += [match.prompt.raw, match.match.raw]
    texts += [step.raw for step in question.steps]
    folded = "\0".join(" ".join(text.split()) for text in texts)
    return hashlib.sha256(folded.encode("utf-8", errors="replace")).hexdigest()[:8]


def _title(question: Question) -> str:
    words = " ".join(question.name.split()) or to_words(question.stem)
    if len(words) > MAX_TITLE:
        words = f"{words[: MAX_TITLE - 1].rsplit(' ', 1)[0]}…"
    # A row of '#' at the end would be taken as the end of the heading.
    return re.sub(r"#+$", lambda found: "\\#" * len(found[0]), escape_line(words)) or "Question"


def _origin(question: Question, *, filing: Filing) -> tuple[str, ...]:
    lines = [f"imported from {filing.source}, question {question.number}, line {question.line}"]
    if question.category:
        lines.append(f"category {question.category}")
    if question.source_id:
        lines.append(f"id in the source {question.source_id}")
    return tuple(lines)


def _choice(draft: Draft, question: Question, notes: list[Said]) -> Draft:
    type_, choices = choices_of(question, notes=notes)
    settings = dict(draft.settings)
    if type_ == "multiple":
        settings["scoring"] = "partial"
    if says_above(choices) and settings.get("shuffle") != "false":
        settings["shuffle"] = "false"
        notes.append(Phrase("a choice says 'above', so the choices are not shuffled"))
    return replace(draft, type=type_, choices=choices, settings=tuple(settings.items()))


def _truefalse(draft: Draft, question: Question, notes: list[Said]) -> Draft:
    _, choices = choices_of(question, notes=notes)
    settings = {**dict(draft.settings), "shuffle": "false"}
    return replace(draft, type="truefalse", choices=choices, settings=tuple(settings.items()))


def _short(draft: Draft, question: Question, notes: list[Said]) -> Draft:
    return replace(draft, type="text", answers=text_answers(question, notes=notes))


def _numeric(draft: Draft, question: Question, notes: list[Said]) -> Draft:
    answers, otherwise = numeric_answers(question, notes=notes)
    explanation = "\n\n".join(text for text in (draft.explanation, otherwise) if text)
    return replace(draft, type="numeric", answers=answers, explanation=explanation)


def _matching(draft: Draft, question: Question, notes: list[Said]) -> Draft:
    pairs = tuple(
        (_cell(match.prompt, notes=notes), _cell(match.match, notes=notes))
        for match in question.matches
    )
    prompts = [prompt for prompt, _ in pairs if prompt]
    if len(prompts) < 2:
        raise Refusal(Phrase("a matching question needs two prompts or more"))
    if len(set(prompts)) < len(prompts):
        raise Refusal(Phrase("two prompts are alike, so their matches cannot be told apart"))
    settings = (*draft.settings, ("scoring", "partial"))
    return replace(draft, type="matching", pairs=pairs, settings=settings)


def _cell(text: Text, *, notes: list[Said]) -> str:
    return to_line(text, notes=notes).replace("|", "\\|")


def _ordering(draft: Draft, question: Question, notes: list[Said]) -> Draft:
    steps = tuple(to_line(step, notes=notes) for step in question.steps)
    return replace(draft, type="ordering", steps=steps)


def _essay(draft: Draft, question: Question, notes: list[Said]) -> Draft:
    model_answer = to_markdown(question.grader_notes, notes=notes)
    notes.append(
        Phrase("the source has no rubric; a general one stands there until you write criteria")
    )
    return replace(
        draft,
        type="rubric",
        rubric=(_RUBRIC,),
        model_answer=model_answer,
    )


_BY_KIND: dict[str, Callable[[Draft, Question, list[Said]], Draft]] = {
    "choice": _choice,
    "truefalse": _truefalse,
    "short": _short,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}
