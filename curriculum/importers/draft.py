"""A draft: an imported question in our terms, and the Markdown an author goes on with."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from curriculum.importers.html_blocks import indented
from curriculum.model import ItemType

_PLAIN_SCALAR = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_RUBRIC_HEAD = ("Criterion", "Weight", "0", "1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class DraftChoice:
    """One choice: its blocks of Markdown and its feedback."""

    blocks: tuple[str, ...]
    right: bool
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class DraftAnswer:
    """One line of an answer part as our format writes it, without its credit."""

    text: str
    credit: float
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One item to be; texts are Markdown. `origin` says where in the source it stood."""

    id: str
    type: ItemType
    skill: str
    title: str
    stem: str
    origin: tuple[str, ...]
    settings: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    choices: tuple[DraftChoice, ...] = ()
    answers: tuple[DraftAnswer, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    rubric: tuple[tuple[str, ...], ...] = ()
    hint: str = ""
    explanation: str = ""
    model_answer: str = ""


def item_markdown(draft: Draft) -> str:
    """The item: heading, settings, stem, key and parts."""
    blocks = [f"## {draft.title}", _settings(draft), draft.stem]
    if draft.choices:
        blocks.append("\n".join(_choice(choice) for choice in draft.choices))
    if draft.pairs:
        head = ("Prompt", "Match")
        blocks.append(_table(head, draft.pairs))
    if draft.steps:
        blocks.append("\n".join(f"{n}. {step}" for n, step in enumerate(draft.steps, start=1)))
    if draft.answers:
        blocks += ["### Answer", "\n".join(_answer(answer) for answer in draft.answers)]
    if draft.rubric:
        blocks += ["### Rubric", _table(_RUBRIC_HEAD, draft.rubric)]
    parts = (
        ("Hint", draft.hint),
        ("Model answer", draft.model_answer),
        ("Explanation", draft.explanation),
    )
    for name, text in parts:
        if text:
            blocks += [f"### {name}", text]
    return "\n\n".join(blocks) + "\n"


def _settings(draft: Draft) -> str:
    tags = ", ".join(yaml_text(tag) for tag in ("imported", *draft.tags))
    lines = [
        *(f"# {_comment(words)}" for words in draft.origin),
        f"id: {draft.id}",
        f"type: {draft.type}",
        f"skill: {draft.skill}",
        *(
            f"{name}: {yaml_text(value) if name == 'unit' else value}"
            for name, value in draft.settings
        ),
        f"tags: [{tags}]",
        "status: draft",
    ]
    return "\n".join(["```item", *lines, "```"])


def _comment(words: str) -> str:
    return " ".join(words.replace("```", "'''").split())[:300]


def yaml_text(words: str) -> str:
    """A text as a YAML value that is read back as the same text."""
    if _PLAIN_SCALAR.fullmatch(words) and words.casefold() not in _WORDS_OF_YAML:
        return words
    return json.dumps(words, ensure_ascii=False)


_WORDS_OF_YAML = frozenset({"true", "false", "yes", "no", "on", "off", "null", "none", "y", "n"})


def _choice(choice: DraftChoice) -> str:
    box = "[x]" if choice.right else "[ ]"
    first, *rest = choice.blocks
    text = indented([f"{box} {first}", *rest], first="- ")
    return f"{text}{_feedback(choice.feedback)}"


def _answer(answer: DraftAnswer) -> str:
    credit = "" if answer.credit >= 100 else f"({answer.credit:.7g}%) "
    return f"- {credit}{answer.text}{_feedback(answer.feedback)}"


def _feedback(feedback: str) -> str:
    if not feedback:
        return ""
    return "".join(f"\n  > {line}".rstrip(" ") for line in feedback.split("\n"))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
