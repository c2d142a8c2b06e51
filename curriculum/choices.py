"""Lists of an item: choices with their boxes, ratings and feedback."""

import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from markdown_it.token import Token

from curriculum.document import Block, Document
from curriculum.facts import did_you_mean
from curriculum.fences import lines_in_fences
from curriculum.inline import without_links
from curriculum.model import Choice, Rating
from curriculum.phrases import Phrase
from curriculum.wording import plain_text

KEYS = string.ascii_lowercase
RATINGS = ("Best", "Acceptable", "Poor", "Harmful")
MISCONCEPTION = re.compile(r"\[(M\d{2,4})\][ \t]*")

_MARKER = re.compile(r"(\s*)((?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$))(\[[ xX]\][ \t]+)?")
_RATING = re.compile(r"\*\*\s*([^*:]{1,40}?)\s*(?::\s*\*\*|\*\*\s*:)[ \t]*")
_PLAIN_RATING = re.compile(r"[*_]{0,2}(\w{3,12})[*_]{0,2}\s*:\s*[*_]{0,2}\s*")
_MISCODED = re.compile(r"\[([A-Za-z]{1,3}[ -]?\d{1,5})\]")
_ABOVE = re.compile(r"\b(all|none|both|neither|any)\b[^.]{0,12}\babove\b", re.IGNORECASE)
# "A and C", "both (a) and (b)", "options 1, 2 and 4", "only B", "neither A nor B".
_LETTERED = re.compile(
    r"(?:both|only|either|neither|not)?\s*(?:(?:answer|choice|option)s?\s+)?"
    r"(?:\(?[A-F1-6]\)?)(?:\s*,\s*\(?[A-F1-6]\)?)*\s*(?:and|or|nor|&|\+)\s*\(?[A-F1-6]\)?"
    r"(?:\s+(?:only|are (?:right|correct|true)|together))?"
    r"|(?:both|only|answer|choice|option)\s+(?:answer |choice |option )?\(?[A-F]\)?",
    re.IGNORECASE,
)
_QUOTE = "[\u201c\u201d\u2018\u2019\"']"
_SPACES = "\u00a0\u2007\u202f\u2009\u3000"
# A bullet, a box and what is wrong with it. The first pattern that fits says how to mend it.
_NEAR_MISSES = (
    (re.compile(r"\s*[-*+]\[[^\]]{0,3}\](?!\()"), Phrase("put a space between '-' and '['")),
    (
        re.compile(rf"\s*(?:[-*+][{_SPACES}]|[-*+] *\[[{_SPACES}]\]|[-*+] +\[[xX ]\][{_SPACES}])"),
        Phrase("a no-break space stands here; type an ordinary space"),
    ),
    (re.compile(r"\s*[-*+] +\[\](?!\()"), Phrase("write '[ ]' with a space, or '[x]'")),
    (
        re.compile(r"\s*[-*+] +\[(?: +[xX] *| *[xX] +| {2,})\]"),
        Phrase("write '[ ]' or '[x]' exactly"),
    ),
    (re.compile(r"\s*[-*+] +\[[ xX]\][^\s(\[]"), Phrase("put a space after the box")),
    (
        re.compile(
            rf"\s*[-*+] +(?:{_QUOTE}\[[ xX]?\]{_QUOTE}|\[{_QUOTE}[ xX]?{_QUOTE}\]"
            rf"|{_QUOTE}[ xX]?{_QUOTE}\s)"
        ),
        Phrase("quotation marks stand in the box; write '[ ]' or '[x]'"),
    ),
    (
        re.compile(
            r"\s*[-*+] +\[[\u2713\u2714\u2717\u2718xX\u00d7\u221a*oO.\-]\](?=\s)(?<!\[[xX]\])"
        ),
        Phrase("tick with '[x]'"),
    ),
    (
        re.compile(r"\s*[-*+] +[(\uff3b\u3010\u2610\u2611\u2612{][ xX]?[)\uff3d\u3011}]?\s+"),
        Phrase("write the box with square brackets: '[ ]' or '[x]'"),
    ),
    (
        re.compile(r"\s*[\u2010-\u2015\u2022\u2212\u00b7]\s*\["),
        Phrase("start the line with a plain '-'"),
    ),
    (re.compile(r"\[[ xX]\]\s"), Phrase("start the line with '- '")),
    (re.compile(r"\s+[-*+] +\[[ xX]\] "), Phrase("choices stand at column 1")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: `line` counts from 1, `checked` is None without a box."""

    text: str
    line: int
    checked: bool | None
    feedback: str
    misconception: str | None
    has_extra: bool = False


def read_entries(block: Block, *, document: Document) -> list[Entry]:
    """The entries of a list with the feedback quoted under each."""
    entries = []
    tokens = block.tokens
    starts = [n for n, t in enumerate(tokens) if t.type == "list_item_open" and t.level == 1]
    for place, first in enumerate(starts):
        last = starts[place + 1] if place + 1 < len(starts) else len(tokens) - 1
        entries.append(_entry(tokens[first:last], block=block, document=document))
    return entries


def _entry(tokens: Sequence[Token], *, block: Block, document: Document) -> Entry:
    start, end = tokens[0].map or [block.start, block.end]
    quotes = [t.map for t in tokens if t.level == 2 and t.type == "blockquote_open" and t.map]
    quotes += [t.map for t in tokens if t.level == 2 and t.type == "alert_open" and t.map]
    lines = document.lines[start : quotes[0][0] if quotes else end]
    feedback, code = _feedback(quotes, document=document)
    return Entry(
        text=without_links(_item_text(lines), path=document.path, keep_images=True),
        line=start + 1,
        checked=cast("bool | None", tokens[0].meta.get("checked")),
        feedback=feedback,
        misconception=code,
        has_extra=any(t.type == "fence" for t in tokens),
    )


def _item_text(lines: Sequence[str]) -> str:
    marker = _MARKER.match(lines[0])
    if marker is None:
        return "\n".join(lines).strip()
    width = len(marker[1]) + len(marker[2])
    rest = [line[width:] if not line[:width].strip() else line.lstrip() for line in lines[1:]]
    return "\n".join([lines[0][marker.end() :], *rest]).strip()


def _feedback(quotes: Sequence[Sequence[int]], *, document: Document) -> tuple[str, str | None]:
    if not quotes:
        return "", None
    texts = []
    for start, end in quotes:
        lines = [re.sub(r"^\s*>[ \t]?", "", line) for line in document.lines[start:end]]
        texts.append("\n".join(line.rstrip() for line in lines).strip())
    text = "\n\n".join(texts)
    line = quotes[0][0] + 1
    column = document.lines[quotes[0][0]].find("[") + 1
    found = MISCONCEPTION.match(text)
    if found:
        document.notes.refer("misconception", found[1], line, max(1, column))
        text = text[found.end() :]
    elif near := _MISCODED.match(text):
        message = Phrase(
            "'[{near}]' is no misconception code; a code is M and digits, such as M101",
            near=near[1],
        )
        document.notes.add("REF005", line, max(1, column), message)
    plain = without_links(text, path=document.path, keep_images=True)
    return plain, found[1] if found else None


def note_near_misses(document: Document, *, start: int, end: int) -> set[int]:
    """Note boxes that are nearly right; return their lines, from 1."""
    fenced = lines_in_fences(document.lines, start=start, end=end)
    found = set()
    for number in range(start, end):
        line = document.lines[number]
        if number in fenced or not line.strip():
            continue
        for pattern, mending in _NEAR_MISSES:
            if match := pattern.match(line):
                column = match.end() - len(match[0].lstrip()) + 1
                message = Phrase("this box is not read as a choice: {mending}", mending=mending)
                document.notes.add("CHO004", number + 1, column, message)
                found.add(number + 1)
                break
    return found


def note_loose_feedback(blocks: Sequence[Block], *, document: Document) -> None:
    """Note quotes that stand beside the list instead of under a choice."""
    for block in blocks:
        if block.kind in {"blockquote", "alert"}:
            message = Phrase(
                "indent feedback by two spaces, so that it belongs to the choice above"
            )
            document.notes.add("CHO010", block.start + 1, 1, message)


def as_choices(entries: Sequence[Entry], *, document: Document) -> tuple[Choice, ...]:
    """Choices keyed a, b, c, ... in the authored order."""
    if len(entries) > len(KEYS):
        message = Phrase(
            "at most {most} choices are read, not {size}", most=len(KEYS), size=len(entries)
        )
        document.notes.add("CHO009", entries[len(KEYS)].line, 1, message)
    return tuple(
        Choice(
            key=key,
            text=entry.text,
            right=bool(entry.checked),
            feedback=entry.feedback,
            misconception=entry.misconception,
            line=entry.line,
        )
        for key, entry in zip(KEYS, entries, strict=False)
    )


def as_actions(entries: Sequence[Entry], *, document: Document) -> tuple[Choice, ...]:
    """Rated actions of a scenario."""
    actions = []
    for key, entry in zip(KEYS, entries, strict=False):
        rating, text = _rating(entry, document=document)
        if not text:
            document.notes.add(
                "CHO013", entry.line, 1, Phrase("the action has no text after its rating")
            )
        actions.append(
            Choice(
                key, text, rating == "best", entry.feedback, entry.misconception, rating, entry.line
            )
        )
    return tuple(actions)


def _rating(entry: Entry, *, document: Document) -> tuple[Rating | None, str]:
    notes = document.notes
    if entry.checked is not None:
        notes.add(
            "CHO004", entry.line, 1, Phrase("an action has a rating, not a box: `- **Best:** ...`")
        )
    found = _RATING.match(entry.text)
    word = found[1] if found else ""
    if found and word.capitalize() in RATINGS:
        return cast("Rating", word.casefold()), entry.text[found.end() :].strip()
    plain = _PLAIN_RATING.match(entry.text)
    word = word or (plain[1] if plain else "")
    guess = did_you_mean(word, RATINGS) if word else ""
    said = (
        Phrase("unknown rating '{word}'", word=word) if word else Phrase("the action has no rating")
    )
    expected = Phrase("start it with **Best:**, **Acceptable:**, **Poor:** or **Harmful:**")
    whole = Phrase("{said}; {expected}.{guess}", said=said, expected=expected, guess=guess)
    notes.add("SCN002", entry.line, 3, whole)
    return None, entry.text


def check_actions(actions: Sequence[Choice], *, document: Document, line: int) -> None:
    """Note a scenario without exactly one Best, and actions without feedback."""
    notes = document.notes
    best = [action for action in actions if action.rating == "best"]
    for action in best[1:]:
        message = Phrase(
            "a second Best; the first stands in line {line}. Rate one of them Acceptable",
            line=best[0].line,
        )
        notes.add("SCN001", action.line, 1, message)
    if not best and actions and all(action.rating for action in actions):
        notes.add("SCN001", line, 1, Phrase("no action is rated **Best:**"))
    for action in actions:
        if not action.feedback:
            message = Phrase(
                "each action of a scenario needs feedback: '  > ' and a reason under it"
            )
            notes.add("CHO008", action.line, 1, message)
    note_alike(actions, document=document)


def check_boxes(entries: Sequence[Entry], *, document: Document, near_misses: set[int]) -> None:
    """Note entries of a task list that have no box."""
    for entry in entries:
        if entry.checked is None and entry.line not in near_misses:
            message = Phrase(
                "this choice has no box; write '- [ ]' or '- [x]'. Put words between two lists"
            )
            document.notes.add("CHO003", entry.line, 1, message)


def check_ticks(
    choices: Sequence[Choice], *, document: Document, line: int, only_one: bool
) -> None:
    """Note a list with no choice ticked, or several where one is right."""
    ticked = [choice for choice in choices if choice.right]
    if not ticked:
        place = choices[0].line if choices else line
        document.notes.add("CHO001", place, 1, Phrase("no choice is right; tick one with '- [x]'"))
    if only_one and len(ticked) > 1:
        lines = ", ".join(str(choice.line) for choice in ticked)
        for choice in ticked:
            message = Phrase(
                "only one choice may be right (ticked in lines {lines}), or use type: multiple",
                lines=lines,
            )
            document.notes.add("CHO002", choice.line, 1, message)


def note_alike(choices: Sequence[Choice], *, document: Document) -> None:
    """Note choices whose wording is the same, and choices without words."""
    seen: dict[str, int] = {}
    for choice in choices:
        words = folded(choice.text)
        if not choice.text.strip():
            document.notes.add("CHO013", choice.line, 1, Phrase("the choice has no text"))
        elif words in seen:
            message = Phrase(
                "this choice says the same as the one in line {words}", words=seen[words]
            )
            document.notes.add("CHO005", choice.line, 1, message)
        else:
            seen[words] = choice.line


def folded(text: str) -> str:
    """Words of a choice without case, signs at the end and extra spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(plain.split()).rstrip(" .;,!")


def note_above(choices: Sequence[Choice], *, document: Document, shuffle: bool) -> None:
    """Note 'all of the above' where the portal will shuffle."""
    for choice in choices if shuffle else ():
        if _ABOVE.search(choice.text) and len(choice.text.split()) <= 8:
            message = Phrase(
                "'{text}' means nothing once choices are shuffled; write it out",
                text=choice.text[:40],
            )
            document.notes.add("CHO006", choice.line, 1, message)


def note_lettered(choices: Sequence[Choice], *, document: Document) -> None:
    """Note 'A and C' and the like: learners see no letters, and such choices help guessers."""
    for choice in choices:
        if _LETTERED.fullmatch(plain_text(choice.text).strip(" .")):
            message = Phrase(
                "'{text}' names other choices; write out what it means", text=choice.text[:40]
            )
            document.notes.add("CHO014", choice.line, 1, message)


def note_missing_feedback(choices: Sequence[Choice], *, document: Document) -> None:
    """Note choices that explain nothing."""
    for choice in choices:
        if not choice.feedback:
            message = Phrase("no feedback; write '  > ' and a reason under the choice")
            document.notes.add("CHO007", choice.line, 1, message)
