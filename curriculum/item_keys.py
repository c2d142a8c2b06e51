"""The key of an item, type by type."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from curriculum import choices as lists
from curriculum.answers import (
    check_credit,
    matching_pairs,
    numeric_answers,
    rubric_rows,
    text_answers,
)
from curriculum.document import Block, Document
from curriculum.item_settings import Settings
from curriculum.model import Choice
from curriculum.phrases import Phrase

# Types whose key is a list with boxes.
TASK_LISTS = ("single", "multiple", "truefalse", "highlight", "two-tier")
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


@dataclass(slots=True)
class Section:
    """The blocks of an item, sorted into its stem and its parts."""

    heading: Block
    settings: Block
    stem: list[Block] = field(default_factory=list)
    parts: dict[str, tuple[Block, list[Block]]] = field(default_factory=dict)
    end: int = 0

    def part(self, name: str) -> list[Block]:
        """The blocks of a part; none when it is missing."""
        return self.parts[name][1] if name in self.parts else []


def read_key(
    type_: str,
    key: list[Block],
    *,
    section: Section,
    settings: Settings,
    document: Document,
) -> Settings:
    """What the list, table or part of a type adds to its settings."""
    line = section.heading.start + 1
    if type_ in TASK_LISTS:
        return _ticked(type_, key, section=section, settings=settings, document=document)
    if type_ == "scenario":
        return _scenario(key, document=document, line=line)
    if type_ in {"numeric", "text"}:
        return _answers(type_, section=section, document=document)
    if type_ == "ordering":
        bullets = (b.start + 1 for b in section.stem if b.kind == "bullet_list")
        return _ordering(key, document=document, line=next(bullets, line))
    if type_ == "matching":
        return _matching(key, document=document, line=line)
    if type_ == "rubric":
        return _rubric(section, document=document)
    return _survey(key, document=document, line=line)


def _ticked(
    type_: str,
    key: list[Block],
    *,
    section: Section,
    settings: Settings,
    document: Document,
) -> Settings:
    line = section.heading.start + 1
    near = note_boxes(section, document=document)
    entries = [e for b in key for e in lists.read_entries(b, document=document)]
    if not entries and not near:
        message = Phrase(
            "a {kind} item needs a list of choices: '- [ ] wrong', '- [x] right'", kind=type_
        )
        document.notes.add("CHO013", line, 1, message)
    found = _checked(entries, near, line=line, type_=type_, document=document)
    shuffle = settings["shuffle"] and type_ != "highlight"
    lists.note_above(found, document=document, shuffle=shuffle)
    lists.note_lettered(found, document=document)
    _check_count(type_, found, settings=settings, document=document, line=line, near=near)
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
    second: tuple[Choice, ...] = ()
    if part is not None:
        second = _checked(reasons, near, line=place, type_="single", document=document)
        _check_count("single", second, settings={}, document=document, line=place, near=near)
    return {"choices": found, "reasons": second, "shuffle": shuffle}


def _checked(
    entries: list[lists.Entry],
    near: set[int],
    *,
    line: int,
    type_: str,
    document: Document,
) -> tuple[Choice, ...]:
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
    type_: str,
    found: Sequence[Choice],
    *,
    settings: Settings,
    document: Document,
    line: int,
    near: set[int],
) -> None:
    notes = document.notes
    if found and not near and len(found) < 2:
        notes.add("CHO009", line, 1, Phrase("an item needs at least two choices"))
    if type_ == "truefalse" and len(found) > 2:
        notes.add(
            "CHO009",
            line,
            1,
            Phrase("a truefalse item has two choices, not {size}", size=len(found)),
        )
    right = sum(choice.right for choice in found)
    if type_ == "multiple" and right and not says_how_many(settings["stem"], right):
        message = Phrase("the stem should say how many to pick, as in 'Pick {right}'", right=right)
        notes.add("CHO012", line, 1, message)


def _scenario(key: list[Block], *, document: Document, line: int) -> Settings:
    entries = [e for b in key for e in lists.read_entries(b, document=document)]
    if len(entries) < 2:
        message = Phrase("a scenario needs a list of rated actions: '- **Best:** ...'")
        document.notes.add("CHO013", line, 1, message)
    actions = lists.as_actions(entries, document=document)
    lists.check_actions(actions, document=document, line=line)
    return {"choices": actions}


def _answers(type_: str, *, section: Section, document: Document) -> Settings:
    if "Answer" not in section.parts:
        return {}
    heading, inside = section.parts["Answer"]
    blocks = [b for b in inside if b.kind in {"bullet_list", "ordered_list"}]
    for block in inside:
        if block not in blocks:
            note_extra(block, type_="single", document=document)
    entries = [e for b in blocks for e in lists.read_entries(b, document=document)]
    read = numeric_answers if type_ == "numeric" else text_answers
    found = read(entries, document=document)
    check_credit(found, notes=document.notes, line=heading.start + 1, entries=entries)
    return {"answers": found}


def _ordering(key: list[Block], *, document: Document, line: int) -> Settings:
    steps = [e for b in key for e in lists.read_entries(b, document=document)]
    if len(steps) < 2:
        message = Phrase(
            "an ordering item needs a numbered list of two steps or more, in the right order"
        )
        document.notes.add("ORD001", line, 1, message)
    lists.note_alike(lists.as_choices(steps, document=document), document=document)
    return {"ordering": tuple(step.text for step in steps)}


def _matching(key: list[Block], *, document: Document, line: int) -> Settings:
    if not key:
        message = Phrase("a matching item needs a table of two columns: prompt and match")
        document.notes.add("MAT002", line, 1, message)
        return {}
    return {"pairs": matching_pairs(key[0], document=document)}


def _rubric(section: Section, *, document: Document) -> Settings:
    line = section.heading.start + 1
    if "Model answer" not in section.parts:
        message = Phrase("markers need a part 'Model answer' to mark by")
        document.notes.add("RUB003", line, 1, message)
    if "Rubric" not in section.parts:
        return {}
    heading, inside = section.parts["Rubric"]
    table = next((block for block in inside if block.kind == "table"), None)
    if table is None:
        message = Phrase("the part 'Rubric' needs a table: Criterion, Weight, 0, 1, 2, 3, 4")
        document.notes.add("RUB002", heading.start + 1, 1, message)
        return {}
    return {"rubric": rubric_rows(table, document=document)}


def _survey(key: list[Block], *, document: Document, line: int) -> Settings:
    entries = [e for b in key for e in lists.read_entries(b, document=document)]
    if len(entries) < 2:
        message = Phrase("a survey item needs a list of answers; a numbered list is a scale")
        document.notes.add("CHO013", line, 1, message)
    for entry in entries:
        if entry.checked is not None:
            message = Phrase("a survey has no right answer; remove the box")
            document.notes.add("CHO004", entry.line, 3, message)
    found = lists.as_choices(entries, document=document)
    lists.note_alike(found, document=document)
    is_scale = bool(key) and key[0].kind == "ordered_list"
    return {"choices": found, "shuffle": False} if is_scale else {"choices": found}


def note_boxes(section: Section, *, document: Document) -> set[int]:
    """Note boxes that are nearly right; return their lines."""
    reason = section.parts.get("Reason")
    first_part = min((b.start for b, _ in section.parts.values()), default=section.end)
    found = lists.note_near_misses(document, start=section.settings.end, end=first_part)
    if reason is not None and reason[1]:
        end = reason[1][-1].end
        found |= lists.note_near_misses(document, start=reason[0].end, end=end)
    return found


def note_extra(block: Block, *, type_: str, document: Document) -> None:
    """Note a block after the key, which no page would show."""
    if block.kind in {"blockquote", "alert"} and type_ in {*TASK_LISTS, "scenario"}:
        lists.note_loose_feedback([block], document=document)
    elif block.kind != "hr" and type_:
        message = Phrase(
            "text after the choices is lost; move it above them or under '### Explanation'"
        )
        document.notes.add("ITM012", block.start + 1, 1, message)


def says_how_many(stem: str, number: int) -> bool:
    """Whether a stem names the number of right choices, in digits or as a word."""
    words = _NUMBER_WORDS.get(number, "")
    return bool(re.search(rf"\b(?:{number}{'|' + words if words else ''})\b", stem, re.IGNORECASE))
