"""Faults of single blocks that would otherwise be read as ordinary text."""

import re

from curriculum.document import Block, Document
from curriculum.facts import did_you_mean
from curriculum.identities import define_anyway
from curriculum.phrases import Phrase

PART_FENCES = ("item", "activity", "transfer", "mermaid")


def note_fence(block: Block, *, document: Document) -> None:
    """Note a fence that should stand elsewhere, or whose info string looks misspelt."""
    word = block.info.strip().split()[0] if block.info.strip() else ""
    line = block.start + 1
    if word == "item":
        message = Phrase(
            "an item block stands straight after its heading; move it, or add a heading above"
        )
        document.notes.add("ITM001", line, 1, message)
        define_item_of(block, document=document)
        return
    guess = did_you_mean(word, PART_FENCES) if word not in PART_FENCES else ""
    settings = re.search(r"^(type|kind|follow_up_days):", block.text, re.MULTILINE)
    if guess and (settings or word.casefold() in PART_FENCES):
        message = Phrase("'{word}' is no known block.{guess}", word=word[:40], guess=guess)
        document.notes.add("ITM011", line, 1, message)
        if "'item'" in guess:
            define_item_of(block, document=document)


def define_item_of(block: Block, *, document: Document) -> None:
    """Note the id of an item that is not read, so that whoever mentions it is not blamed."""
    lines = block.text.split("\n")
    define_anyway("item", lines, first_line=block.start + 2, notes=document.notes)


def note_inner_fences(block: Block, *, document: Document) -> None:
    """Note items and activities that stand inside a list or quote, where they are not read."""
    for token in block.tokens:
        word = token.info.strip()
        if token.type == "fence" and token.level and word in {"item", "activity", "transfer"}:
            line = (token.map[0] if token.map else block.start) + 1
            message = Phrase(
                "'{word}' blocks stand at column 1, not inside a list or quote", word=word
            )
            document.notes.add("ITM001", line, 1, message)


def note_quote(block: Block, *, document: Document) -> None:
    """Note a quote that was meant as a callout."""
    first = document.lines[block.start].lstrip("> ").strip()
    found = re.match(r"\[!\s*([A-Za-z]+)\s*\](.*)", first)
    if found is None:
        return
    kinds = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")
    if found[2].strip() and found[1].upper() in kinds:
        message = Phrase(
            "the text of a callout starts on the line after [!{kind}]", kind=found[1].upper()
        )
    else:
        message = Phrase(
            "unknown callout '{kind}'; use one of {kinds}.{guess}",
            kind=found[1],
            kinds=", ".join(kinds),
            guess=did_you_mean(found[1], kinds),
        )
    document.notes.add("MD009", block.start + 1, 1, message)
