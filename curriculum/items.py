"""One section of Markdown → an item with its key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from curriculum import choices as lists
from curriculum.answers import (
    check_credit,
    matching_pairs,
    numeric_answers,
    rubric_rows,
    text_answers,
)
from curriculum.document import Block, Document
from curriculum.facts import did_you_mean
from curriculum.fields import Fields
from curriculum.hashes import key_hash
from curriculum.inline import scan_block, without_links
from curriculum.item_settings import Settings, read_settings
from curriculum.model import Item
from curriculum.text import content_hash

PARTS = ("Answer", "Reason", "Hint", "Explanation", "Rubric", "Model answer", "Sources")
TEXT_PARTS = ("Hint", "Explanation", "Model answer", "Sources")
# Types whose key is a list, a table or a part of its own.
TASK_LISTS = ("single", "multiple", "truefalse", "highlight", "two-tier")
PARTS_OF: dict[str, str] = {
    "numeric": "Answer",
    "text": "Answer",
    "two-tier": "Reason",
    "rubric": "Rubric",
}
_NUMBER_WORDS = {
    1: "one",
    2: "two|both|pair",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
}
_BOX = re.compile(r"\s*(?:[-*+]|\d+[.)])\s*\[[^\]]{0,2}\]")
_BOLD_RATING = re.compile(r"\s*[-*+]\s+\*\*\s*\w+\s*:?\s*\*\*", re.IGNORECASE)


@dataclass(slots=True)
class _Section:
    """The blocks of an item, sorted into its stem and its parts."""

    heading: Block
    settings: Block
    stem: list[Block] = field(default_factory=list)
    parts: dict[str, tuple[Block, list[Block]]] = field(default_factory=dict)
    end: int = 0

    def part(self, name: str) -> list[Block]:
        return self.parts[name][1] if name in self.parts else []


def read_item(blocks: Sequence[Block], *, document: Document) -> Item | None:
    """Read an item from its heading, its settings and what follows; None if it has errors."""
    notes = document.notes
    before = notes.errors()
    heading = blocks[0]
    if heading.level not in {2, 3}:
        message = "an item stands under a '## ' or '### ' heading"
        notes.add("ITM001", heading.start + 1, 1, message)
    section = _section(blocks, document=document)
    for block in blocks[2:]:
        scan_block(block, document=document)
    read = read_settings(section.settings, document=document)
    if read is None:
        return None
    settings, fields = read
    _check_parts(section, type_=settings["type"], document=document)
    item = _ITEM_READER.read(section, settings=settings, fields=fields, document=document)
    if item is None or notes.errors() > before:
        return None
    text = document.slice(heading.start, section.end)
    hashed = replace(item, content_hash=content_hash(text))
    return replace(hashed, key_hash=key_hash(hashed))


def _section(blocks: Sequence[Block], *, document: Document) -> _Section:
    heading, settings, *rest = blocks
    section = _Section(heading, settings, end=blocks[-1].end)
    current = section.stem
    for block in rest:
        if block.kind == "heading" and block.level == heading.level + 1:
            current = _open_part(block, section=section, document=document)
        else:
            _note_misplaced(block, document=document)
            current.append(block)
    return section


def _open_part(block: Block, *, section: _Section, document: Document) -> list[Block]:
    notes = document.notes
    word = " ".join(block.text.split()).strip(":* ")
    name = next((part for part in PARTS if part.casefold() == word.casefold()), None)
    inside: list[Block] = []
    if name is None:
        guess = did_you_mean(word, PARTS)
        message = f"'{word[:60]}' is no part of an item; parts are {', '.join(PARTS)}.{guess}"
        notes.add("ITM003", block.start + 1, block.level + 2, message)
    elif name in section.parts:
        first = section.parts[name][0].start + 1
        message = f"'{name}' is given twice, first in line {first}"
        notes.add("ITM005", block.start + 1, 1, message)
    else:
        section.parts[name] = (block, inside)
    return inside


def _note_misplaced(block: Block, *, document: Document) -> None:
    word = block.info.strip().split()[0] if block.kind == "fence" and block.info.strip() else ""
    if word == "item":
        message = "a second item block; an item has one, straight after its heading"
        document.notes.add("ITM001", block.start + 1, 1, message)
    elif word in {"activity", "transfer"}:
        message = f"'{word}' blocks do not belong in an item; move it below another heading"
        document.notes.add("ITM012", block.start + 1, 1, message)


def _check_parts(section: _Section, *, type_: str, document: Document) -> None:
    needed = PARTS_OF.get(type_)
    if needed and needed not in section.parts:
        level = "#" * (section.heading.level + 1)
        message = f"a {type_} item needs a part '{level} {needed}'"
        if near := _looks_like(section, needed):
            message += f"; line {near} may be meant"
        document.notes.add("ITM004", section.heading.start + 1, 1, message)
    for name, (block, inside) in section.parts.items():
        misfit = name not in TEXT_PARTS and type_ and name != needed
        if misfit:
            message = f"a {type_} item has no part '{name}'"
            document.notes.add("ITM012", block.start + 1, 1, message)
        elif not inside:
            document.notes.add("ITM004", block.start + 1, 1, f"the part '{name}' is empty")


def _looks_like(section: _Section, name: str) -> int | None:
    for block in section.stem:
        text = block.text if block.kind == "heading" else ""
        if text.strip(" :*").casefold() == name.casefold():
            return block.start + 1
    return None


class _ItemReader:
    """Reads the key of each type; `read` puts the item together."""

    def read(
        self, section: _Section, *, settings: Settings, fields: Fields, document: Document
    ) -> Item | None:
        type_ = settings["type"]
        key_block, extra = self._key_blocks(section, type_=type_)
        stem_end = key_block[0].start if key_block else section.end
        if not key_block and section.parts:
            stem_end = min(block.start for block, _ in section.parts.values())
        title = without_links(section.heading.text, path=document.path, keep_images=False)
        stem = self._markdown(section.settings.end, stem_end, document=document)
        settings = {
            **settings,
            "title": title.strip(),
            "stem": stem,
            "path": document.path,
            "line": section.heading.start + 1,
        }
        if not stem:
            message = "the item asks nothing; write the question under its settings"
            document.notes.add("ITM010", section.heading.start + 1, 1, message)
        for block in extra:
            self._note_extra(block, type_=type_, document=document)
        if not type_:
            self._near_misses(section, document=document)
            return None
        settings |= self._key(
            type_, key_block, section=section, settings=settings, document=document
        )
        settings |= self._texts(section, document=document)
        if fields.faulty:
            return None
        return Item(**settings)

    def _key_blocks(self, section: _Section, *, type_: str) -> tuple[list[Block], list[Block]]:
        """The blocks that hold the key, and those after them that belong to nothing."""
        kinds = _KEY_KINDS.get(type_, ())
        first = _first_key_block(section.stem, type_=type_, kinds=kinds)
        if first is None:
            return [], []
        rest = section.stem[first:]
        key = [b for b in rest if b.kind in kinds and (b is rest[0] or (len(kinds) and _is_more(b)))]
        return key, [b for b in rest if b not in key]

    def _note_extra(self, block: Block, *, type_: str, document: Document) -> None:
        if block.kind in {"blockquote", "alert"} and type_ in {*TASK_LISTS, "scenario"}:
            lists.note_loose_feedback([block], document=document)
        elif block.kind not in {"hr"} and type_:
            message = (
                "text after the choices is lost; move it above them or under '### Explanation'"
            )
            document.notes.add("ITM012", block.start + 1, 1, message)

    def _near_misses(self, section: _Section, *, document: Document) -> set[int]:
        reason = section.parts.get("Reason")
        first_part = min((b.start for b, _ in section.parts.values()), default=section.end)
        found = lists.note_near_misses(document, start=section.settings.end, end=first_part)
        if reason is not None and reason[1]:
            end = reason[1][-1].end
            found |= lists.note_near_misses(document, start=reason[0].end, end=end)
        return found

    def _key(
        self,
        type_: str,
        key: list[Block],
        *,
        section: _Section,
        settings: Settings,
        document: Document,
    ) -> Settings:
        line = section.heading.start + 1
        if type_ in TASK_LISTS:
            return self._ticked(type_, key, section=section, settings=settings, document=document)
        if type_ == "scenario":
            return self._scenario(key, document=document, line=line)
        if type_ in {"numeric", "text"}:
            return self._answers(type_, section=section, document=document)
        if type_ == "ordering":
            return self._ordering(key, document=document, line=line)
        if type_ == "matching":
            return self._matching(key, document=document, line=line)
        if type_ == "rubric":
            return self._rubric(section, document=document)
        return self._survey(key, document=document, line=line)

    def _ticked(
        self,
        type_: str,
        key: list[Block],
        *,
        section: _Section,
        settings: Settings,
        document: Document,
    ) -> Settings:
        line = section.heading.start + 1
        near = self._near_misses(section, document=document)
        entries = [e for b in key for e in lists.read_entries(b, document=document)]
        if not entries and not near:
            message = f"a {type_} item needs a list of choices: '- [ ] wrong', '- [x] right'"
            document.notes.add("CHO013", line, 1, message)
        found = self._checked(entries, near, line=line, type_=type_, document=document)
        shuffle = settings["shuffle"] and type_ != "highlight"
        lists.note_above(found, document=document, shuffle=shuffle)
        self._check_count(type_, found, settings=settings, document=document, line=line, near=near)
        if type_ != "two-tier":
            return {"choices": found, "shuffle": shuffle}
        reasons = [
            entry
            for block in section.part("Reason")
            if block.kind in {"bullet_list", "ordered_list"}
            for entry in lists.read_entries(block, document=document)
        ]
        part = section.parts.get("Reason")
        place = part[0].start + 1 if part else line
        second: tuple[lists.Choice, ...] = ()
        if part is not None:
            second = self._checked(reasons, near, line=place, type_="single", document=document)
            self._check_count(
                "single", second, settings={"show": None}, document=document, line=place, near=near
            )
        return {"choices": found, "reasons": second, "shuffle": shuffle}

    def _checked(
        self,
        entries: list[lists.Entry],
        near: set[int],
        *,
        line: int,
        type_: str,
        document: Document,
    ) -> tuple[lists.Choice, ...]:
        lists.check_boxes(entries, document=document, near_misses=near)
        found = lists.as_choices(entries, document=document)
        lists.note_alike(found, document=document)
        complete = not near and all(entry.checked is not None for entry in entries)
        if (complete and entries) or sum(choice.right for choice in found) > 1:
            only_one = type_ in {"single", "truefalse", "two-tier"}
            lists.check_ticks(found, document=document, line=line, only_one=only_one)
        lists.note_missing_feedback(found, document=document)
        return found

    def _check_count(
        self,
        type_: str,
        found: Sequence[lists.Choice],
        *,
        settings: Settings,
        document: Document,
        line: int,
        near: set[int],
    ) -> None:
        notes = document.notes
        if found and not near and len(found) < 2:
            notes.add("CHO009", line, 1, "an item needs at least two choices")
        if type_ == "truefalse" and len(found) > 2:
            notes.add("CHO009", line, 1, f"a truefalse item has two choices, not {len(found)}")
        wrong = sum(1 for choice in found if not choice.right)
        show = settings["show"]
        if show is not None and show > wrong:
            message = f"'show: {show}' asks for more wrong choices than the {wrong} there are"
            notes.add("CHO011", line, 1, message)
        right = len(found) - wrong
        if type_ == "multiple" and right and not says_how_many(settings["stem"], right):
            message = f"the stem should say how many to pick, as in 'Pick {right}'"
            notes.add("CHO012", line, 1, message)

    def _scenario(self, key: list[Block], *, document: Document, line: int) -> Settings:
        entries = [e for b in key for e in lists.read_entries(b, document=document)]
        if len(entries) < 2:
            message = "a scenario needs a list of rated actions: '- **Best:** ...'"
            document.notes.add("CHO013", line, 1, message)
        actions = lists.as_actions(entries, document=document)
        lists.check_actions(actions, document=document, line=line)
        return {"choices": actions}

    def _answers(self, type_: str, *, section: _Section, document: Document) -> Settings:
        if "Answer" not in section.parts:
            return {}
        heading, inside = section.parts["Answer"]
        blocks = [b for b in inside if b.kind in {"bullet_list", "ordered_list"}]
        for block in inside:
            if block not in blocks:
                self._note_extra(block, type_="single", document=document)
        entries = [e for b in blocks for e in lists.read_entries(b, document=document)]
        read = numeric_answers if type_ == "numeric" else text_answers
        found = read(entries, document=document)
        check_credit(found, notes=document.notes, line=heading.start + 1, entries=entries)
        return {"answers": found}

    def _ordering(self, key: list[Block], *, document: Document, line: int) -> Settings:
        steps = [e for b in key for e in lists.read_entries(b, document=document)]
        if len(steps) < 2:
            message = (
                "an ordering item needs a numbered list of two steps or more, in the right order"
            )
            document.notes.add("ORD001", line, 1, message)
        lists.note_alike(lists.as_choices(steps, document=document), document=document)
        return {"ordering": tuple(step.text for step in steps)}

    def _matching(self, key: list[Block], *, document: Document, line: int) -> Settings:
        if not key:
            message = "a matching item needs a table of two columns: prompt and match"
            document.notes.add("MAT002", line, 1, message)
            return {}
        return {"pairs": matching_pairs(key[0], document=document)}

    def _rubric(self, section: _Section, *, document: Document) -> Settings:
        line = section.heading.start + 1
        if "Model answer" not in section.parts:
            message = "markers need a part 'Model answer' to mark by"
            document.notes.add("RUB003", line, 1, message)
        if "Rubric" not in section.parts:
            return {}
        heading, inside = section.parts["Rubric"]
        table = next((block for block in inside if block.kind == "table"), None)
        if table is None:
            message = "the part 'Rubric' needs a table: Criterion, Weight, 0, 1, 2, 3, 4"
            document.notes.add("RUB002", heading.start + 1, 1, message)
            return {}
        return {"rubric": rubric_rows(table, document=document)}

    def _survey(self, key: list[Block], *, document: Document, line: int) -> Settings:
        entries = [e for b in key for e in lists.read_entries(b, document=document)]
        if len(entries) < 2:
            message = "a survey item needs a list of answers; a numbered list is a scale"
            document.notes.add("CHO013", line, 1, message)
        for entry in entries:
            if entry.checked is not None:
                message = "a survey has no right answer; remove the box"
                document.notes.add("CHO004", entry.line, 3, message)
        found = lists.as_choices(entries, document=document)
        lists.note_alike(found, document=document)
        is_scale = bool(key) and key[0].kind == "ordered_list"
        return {"choices": found, "shuffle": False} if is_scale else {"choices": found}

    def _texts(self, section: _Section, *, document: Document) -> Settings:
        texts = {}
        for name in TEXT_PARTS:
            inside = section.part(name)
            if inside:
                texts[name] = self._markdown(inside[0].start, inside[-1].end, document=document)
        explanation = texts.get("Explanation", "")
        if "Sources" in texts:
            explanation = f"{explanation}\n\n**Sources**\n\n{texts['Sources']}".strip()
        return {
            "hint": texts.get("Hint", ""),
            "explanation": explanation,
            "model_answer": texts.get("Model answer", ""),
        }

    def _markdown(self, start: int, end: int, *, document: Document) -> str:
        """Some lines as Markdown that stands alone: with the footnotes it points to."""
        text = without_links(document.slice(start, end), path=document.path, keep_images=True)
        labels = dict.fromkeys(re.findall(r"\[\^([^\]\s]+)\](?!:)", text))
        notes = [
            f"[^{label}]: {document.footnotes[label]}"
            for label in labels
            if label in document.footnotes
        ]
        return "\n\n".join([text.strip(), *notes]).strip()


_ITEM_READER = _ItemReader()
_LISTS = ("bullet_list", "ordered_list")
_KEY_KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TASK_LISTS, _LISTS),
    "scenario": ("bullet_list",),
    "survey": _LISTS,
    "ordering": ("ordered_list",),
    "matching": ("table",),
}


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


def _is_more(block: Block) -> bool:
    return block.kind in _LISTS


def says_how_many(stem: str, number: int) -> bool:
    """Whether a stem names the number of right choices, in digits or as a word."""
    words = _NUMBER_WORDS.get(number, "")
    return bool(re.search(rf"\b(?:{number}{'|' + words if words else ''})\b", stem, re.IGNORECASE))
