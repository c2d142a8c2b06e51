"""One section of Markdown → an item with its key."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from curriculum.block_faults import define_item_of
from curriculum.document import Block, Document
from curriculum.facts import did_you_mean
from curriculum.fields import Fields
from curriculum.hashes import key_hash
from curriculum.inline import scan_block, without_links
from curriculum.item_keys import TASK_LISTS, Section, note_boxes, note_extra, read_key
from curriculum.item_settings import Settings, read_settings
from curriculum.model import Item
from curriculum.phrases import Phrase
from curriculum.text import content_hash

PARTS = ("Answer", "Reason", "Hint", "Explanation", "Rubric", "Model answer", "Sources")
TEXT_PARTS = ("Hint", "Explanation", "Model answer", "Sources")
PARTS_OF: dict[str, str] = {
    "numeric": "Answer",
    "text": "Answer",
    "two-tier": "Reason",
    "rubric": "Rubric",
}
_LISTS = ("bullet_list", "ordered_list")
_KEY_KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TASK_LISTS, _LISTS),
    "scenario": ("bullet_list",),
    "survey": _LISTS,
    "ordering": ("ordered_list",),
    "matching": ("table",),
}
_BOX = re.compile(r"\s*(?:[-*+]|\d+[.)])\s*\[[^\]]{0,2}\]")
_BOLD_RATING = re.compile(r"\s*[-*+]\s+\*\*\s*\w+\s*:?\s*\*\*", re.IGNORECASE)


def read_item(blocks: Sequence[Block], *, document: Document) -> Item | None:
    """Read an item from its heading, its settings and what follows; None if it has errors."""
    notes = document.notes
    before = notes.errors()
    heading = blocks[0]
    if heading.level not in {2, 3}:
        message = Phrase("an item stands under a '## ' or '### ' heading")
        notes.add("ITM001", heading.start + 1, 1, message)
    section = _section(blocks, document=document)
    for block in blocks[2:]:
        scan_block(block, document=document)
    read = read_settings(section.settings, document=document)
    if read is None:
        return None
    settings, fields = read
    _check_parts(section, type_=settings["type"], document=document)
    item = _read(section, settings=settings, fields=fields, document=document)
    if item is None or notes.errors() > before:
        return None
    text = document.slice(heading.start, section.end)
    hashed = replace(item, content_hash=content_hash(text))
    return replace(hashed, key_hash=key_hash(hashed))


def _section(blocks: Sequence[Block], *, document: Document) -> Section:
    heading, settings, *rest = blocks
    section = Section(heading, settings, end=blocks[-1].end)
    current = section.stem
    inside: Block | None = None
    for block, follower in zip_longest(rest, rest[1:]):
        if _is_item_inside(block, follower):
            current, inside = _open_item_inside(block, follower, document=document), follower
        elif block.kind == "heading" and block.level == heading.level + 1:
            current = _open_part(block, section=section, document=document)
        else:
            if block is not inside:
                _note_misplaced(block, document=document)
            current.append(block)
    return section


def _is_item_inside(block: Block, follower: Block | None) -> bool:
    is_item = follower is not None and follower.kind == "fence" and follower.info.strip() == "item"
    return block.kind == "heading" and is_item


def _open_item_inside(block: Block, fence: Block, *, document: Document) -> list[Block]:
    marks = "#" * (block.level - 1)
    message = Phrase(
        "this item stands inside the one above; its heading should begin with '{marks} '",
        marks=marks,
    )
    document.notes.add("ITM001", block.start + 1, 1, message)
    define_item_of(fence, document=document)
    return []


def _open_part(block: Block, *, section: Section, document: Document) -> list[Block]:
    notes = document.notes
    word = " ".join(block.text.split()).strip(":* ")
    name = next((part for part in PARTS if part.casefold() == word.casefold()), None)
    inside: list[Block] = []
    if name is None:
        guess = did_you_mean(word, PARTS)
        message = Phrase(
            "'{word}' is no part of an item; parts are {parts}.{guess}",
            word=word[:60],
            parts=", ".join(PARTS),
            guess=guess,
        )
        notes.add("ITM003", block.start + 1, block.level + 2, message)
    elif name in section.parts:
        first = section.parts[name][0].start + 1
        message = Phrase("'{name}' is given twice, first in line {first}", name=name, first=first)
        notes.add("ITM005", block.start + 1, 1, message)
    else:
        section.parts[name] = (block, inside)
    return inside


def _note_misplaced(block: Block, *, document: Document) -> None:
    word = block.info.strip().split()[0] if block.kind == "fence" and block.info.strip() else ""
    if word == "item":
        message = Phrase("a second item block; an item has one, straight after its heading")
        document.notes.add("ITM001", block.start + 1, 1, message)
    elif word in {"activity", "transfer"}:
        message = Phrase(
            "'{word}' blocks do not belong in an item; move it below another heading", word=word
        )
        document.notes.add("ITM012", block.start + 1, 1, message)


def _check_parts(section: Section, *, type_: str, document: Document) -> None:
    needed = PARTS_OF.get(type_)
    if needed and needed not in section.parts:
        level = "#" * (section.heading.level + 1)
        near = _looks_like(section, needed)
        message = Phrase(
            "a {kind} item needs a part '{level} {needed}'{hint}",
            kind=type_,
            level=level,
            needed=needed,
            hint=Phrase("; line {near} may be meant", near=near) if near else "",
        )
        document.notes.add("ITM004", section.heading.start + 1, 1, message)
    for name, (block, inside) in section.parts.items():
        misfit = name not in TEXT_PARTS and type_ and name != needed
        if misfit:
            message = Phrase("a {kind} item has no part '{name}'", kind=type_, name=name)
            document.notes.add("ITM012", block.start + 1, 1, message)
        elif not inside:
            document.notes.add(
                "ITM004", block.start + 1, 1, Phrase("the part '{name}' is empty", name=name)
            )


def _looks_like(section: Section, name: str) -> int | None:
    for block in section.stem:
        text = block.text if block.kind == "heading" else ""
        if text.strip(" :*").casefold() == name.casefold():
            return block.start + 1
    return None


def _read(
    section: Section, *, settings: Settings, fields: Fields, document: Document
) -> Item | None:
    type_ = settings["type"]
    key_block, extra = _key_blocks(section, type_=type_)
    stem_end = key_block[0].start if key_block else section.end
    if not key_block and section.parts:
        stem_end = min(block.start for block, _ in section.parts.values())
    title = without_links(section.heading.text, path=document.path, keep_images=False)
    stem = _markdown(section.settings.end, stem_end, document=document)
    settings = {
        **settings,
        "title": title.strip(),
        "stem": stem,
        "path": document.path,
        "line": section.heading.start + 1,
    }
    if not stem:
        message = Phrase("the item asks nothing; write the question under its settings")
        document.notes.add("ITM010", section.heading.start + 1, 1, message)
    for block in extra:
        note_extra(block, type_=type_, document=document)
    if not type_:
        note_boxes(section, document=document)
        return None
    settings |= read_key(type_, key_block, section=section, settings=settings, document=document)
    settings |= _texts(section, document=document)
    _note_shown(settings, fields=fields)
    if fields.faulty:
        return None
    return Item(**settings)


def _note_shown(settings: Settings, *, fields: Fields) -> None:
    where, choices = fields.value("show"), settings.get("choices", ())
    wrong = sum(not choice.right for choice in choices)
    if where is not None and choices and (settings["show"] or 0) > wrong:
        message = Phrase(
            "'show' asks for more wrong choices than the {wrong} there are", wrong=wrong
        )
        fields.fault("CHO011", where, message)


def _key_blocks(section: Section, *, type_: str) -> tuple[list[Block], list[Block]]:
    """The blocks that hold the key, and those after them that belong to nothing."""
    kinds = _KEY_KINDS.get(type_, ())
    first = _first_key_block(section.stem, type_=type_, kinds=kinds)
    if first is None:
        return [], []
    rest = section.stem[first:]
    key = [b for b in rest if b.kind in kinds and (b is rest[0] or b.kind in _LISTS)]
    return key, [b for b in rest if b not in key]


def _texts(section: Section, *, document: Document) -> Settings:
    texts = {}
    for name in TEXT_PARTS:
        inside = section.part(name)
        if inside:
            texts[name] = _markdown(inside[0].start, inside[-1].end, document=document)
    explanation = texts.get("Explanation", "")
    if "Sources" in texts:
        explanation = f"{explanation}\n\n**Sources**\n\n{texts['Sources']}".strip()
    return {
        "hint": texts.get("Hint", ""),
        "explanation": explanation,
        "model_answer": texts.get("Model answer", ""),
    }


def _markdown(start: int, end: int, *, document: Document) -> str:
    """Some lines as Markdown that stands alone: with the footnotes it points to."""
    text = without_links(document.slice(start, end), path=document.path, keep_images=True)
    labels = dict.fromkeys(re.findall(r"\[\^([^\]\s]+)\](?!:)", text))
    notes = [
        f"[^{label}]: {document.footnotes[label]}"
        for label in labels
        if label in document.footnotes
    ]
    return "\n\n".join([text.strip(), *notes]).strip()


def _first_key_block(stem: Sequence[Block], *, type_: str, kinds: tuple[str, ...]) -> int | None:
    """Index of the block with which the key begins: the exhibit before it may hold lists too."""
    candidates = [n for n, block in enumerate(stem) if block.kind in kinds]
    if not candidates:
        return None
    if type_ in TASK_LISTS:
        return next((n for n in candidates if _is_boxed(stem[n])), candidates[-1])
    if type_ == "scenario":
        return next((n for n in candidates if _is_rated(stem[n])), candidates[-1])
    return candidates[-1]


def _is_boxed(block: Block) -> bool:
    return any(
        "checked" in token.meta or _BOX.match(f"- {token.content}")
        for token in block.tokens
        if token.type in {"list_item_open", "inline"}
    )


def _is_rated(block: Block) -> bool:
    return any(
        _BOLD_RATING.match(f"- {token.content}")
        for token in block.tokens
        if token.type == "inline" and token.level == 3
    )
