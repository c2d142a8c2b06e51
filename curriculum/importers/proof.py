"""Reads a draft back with our own parser: what it says must be what the source said."""

from collections.abc import Iterable

from curriculum.check_references import register_problems
from curriculum.importers.draft import Draft, item_markdown
from curriculum.importers.question import Refusal
from curriculum.model import Bank, Item, Registers
from curriculum.parse import read_file
from curriculum.phrases import Phrase

_FRONT = """\
---
schema: bank/1
id: imported.proof
title: Proof
owner: imports@norhaven.example
status: draft
use: formative
licence: internal
---

# Proof

"""
_PATH = "imported.md"
# The owner of the proof is nobody; faults of its front matter are not the draft's.
_FIRST_LINE = _FRONT.count("\n")
_SETTINGS, _TAGS, _TITLE = Phrase("settings"), Phrase("tags"), Phrase("title")
_QUESTION, _CHOICES, _ANSWERS = Phrase("question"), Phrase("choices"), Phrase("answers")
_PAIRS, _STEPS, _HINT = Phrase("pairs"), Phrase("steps"), Phrase("hint")
_EXPLANATION, _MODEL_ANSWER = Phrase("explanation"), Phrase("model answer")


def proven_markdown(draft: Draft, *, registers: Registers | None) -> str:
    """The Markdown of a draft, after our parser has read it back as the same item.

    Without `registers` nothing is looked up in them.

    Raises
    ------
    Refusal
        If our checker reports an error, or reads something else than what was meant.
    """
    markdown = item_markdown(draft)
    parsed = read_file(f"{_FRONT}{markdown}", path=_PATH, kind="bank")
    faults = [*parsed.facts.problems]
    if registers is not None:
        mentions = [ref for ref in parsed.facts.references if ref.line > _FIRST_LINE]
        faults += register_problems(parsed.facts, registers=registers, references=mentions)
    for fault in sorted(faults):
        if fault.level == "error" and fault.line > _FIRST_LINE:
            raise Refusal(
                Phrase(
                    "our checker refuses the item ({code}): {message}",
                    code=fault.code,
                    message=fault.message,
                )
            )
    items = parsed.value.items if isinstance(parsed.value, Bank) else ()
    if len(items) != 1:
        raise Refusal(Phrase("written in our format it would not be one item"))
    for what, meant, read in _readings(draft, items[0]):
        if _folded(meant) != _folded(read):
            raise Refusal(
                Phrase("written in our format its {what} would read differently", what=what)
            )
    return markdown


def _readings(
    draft: Draft, item: Item
) -> Iterable[tuple[Phrase, Iterable[object], Iterable[object]]]:
    """What each part of the draft says, beside what was read of it."""
    yield _SETTINGS, [draft.id, draft.type, draft.skill], [item.id, item.type, item.skill]
    yield _TAGS, ["imported", *draft.tags], item.tags
    yield _TITLE, [draft.title], [item.title]
    yield _QUESTION, [draft.stem], [item.stem]
    yield (
        _CHOICES,
        [x for c in draft.choices for x in ("\n".join(c.blocks), c.right, c.feedback)],
        [x for c in item.choices for x in (c.text, c.right, c.feedback)],
    )
    yield (
        _ANSWERS,
        [x for a in draft.answers for x in (f"{a.credit / 100:.6f}", a.feedback)],
        [x for a in item.answers for x in (f"{a.credit:.6f}", a.feedback)],
    )
    yield (
        _PAIRS,
        [cell.replace("\\|", "|") for pair in draft.pairs for cell in pair],
        [cell for pair in item.pairs for cell in (pair.prompt, pair.match)],
    )
    yield _STEPS, draft.steps, item.ordering
    yield _HINT, [draft.hint], [item.hint]
    yield _EXPLANATION, [draft.explanation], [item.explanation]
    yield _MODEL_ANSWER, [draft.model_answer], [item.model_answer]


def _folded(values: Iterable[object]) -> list[str]:
    return ["".join(str(value).split()) for value in values]
