"""GIFT text → one passage for each question: comments, categories, blank lines and escapes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from curriculum.importers.question import HARD_BREAK
from curriculum.importers.source_text import MAX_LINE
from curriculum.phrases import Phrase, Said

_ESCAPABLE = ":#={}~\\"
# Noncharacters stand for escaped signs, so that no later search takes those for control signs.
_HIDDEN = {sign: chr(0xFDD0 + n) for n, sign in enumerate(_ESCAPABLE)} | {"n": HARD_BREAK}
_SHOWN = str.maketrans({hidden: sign for sign, hidden in _HIDDEN.items() if sign != "n"})
_ESCAPE = re.compile(r"\\([:#={}~\\n])")
_CATEGORY = "$CATEGORY:"
_BRACE = re.compile(r"[{}]")
_NEXT_NAME = re.compile(r"\}[^\n{}]*\n(?:[ \t]*\n)*[ \t]*(::)")
MAX_QUESTION = 60_000
MAX_SPLIT = 2000
_NO_LINE = 10**9
# A question is joined over blank lines at most this often; beyond that a brace was forgotten.
MAX_JOINED = 60


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one question: escapes hidden, comments taken out, line ends as in the file.

    `line` is where its first words stand. `fault` says why it cannot be read at all.
    """

    line: int
    body: str
    comments: tuple[tuple[int, str], ...] = ()
    category: str = ""
    warnings: tuple[Said, ...] = ()
    fault: Said | None = None
    fault_line: int = 0

    def line_at(self, at: int) -> int:
        """The line of the file on which a position of the body stands."""
        return self.line + self.body.count("\n", 0, at)


def hide_escapes(text: str) -> str:
    """Text in which every escaped sign is a noncharacter and a written line break is U+2028."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _HIDDEN[found[1]], text)


def show_escapes(text: str) -> str:
    """Text with the signs that were escaped."""
    return text.translate(_SHOWN)


def read_passages(text: str) -> tuple[list[Passage], list[str]]:
    """The passages of a file and the categories it names, both in order."""
    categories: list[str] = []
    found = [_passage(start, lines, categories) for start, lines in _between_blanks(text)]
    whole = _joined([passage for passage in found if passage.body.strip() or passage.fault])
    return [piece for passage in whole for piece in _split(passage)], categories


def _between_blanks(text: str) -> Iterator[tuple[int, list[str]]]:
    lines: list[str] = []
    start = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            start = start if lines else number
            lines.append(line)
        elif lines:
            yield start, lines
            lines = []
    if lines:
        yield start, lines


def _passage(start: int, lines: Sequence[str], categories: list[str]) -> Passage:
    comments = []
    kept: list[str] = []
    fault: Said | None = None
    fault_line = 0
    for number, line in enumerate(lines, start=start):
        words = line.strip()
        if len(line) > MAX_LINE and not fault:
            fault_line = number
            fault = Phrase(
                "the line has {size} characters; at most {most} are read",
                size=len(line),
                most=MAX_LINE,
            )
        is_first = not any(kept)
        if words.startswith("//"):
            comments.append((number, words[2:]))
            kept.append("")
        elif is_first and words.startswith(_CATEGORY):
            categories.append(show_escapes(hide_escapes(words.removeprefix(_CATEGORY).strip())))
            kept.append("")
        else:
            kept.append(line)
    skipped = next((n for n, line in enumerate(kept) if line), len(kept))
    body = hide_escapes("\n".join(kept[skipped:]))
    return Passage(
        line=start + skipped,
        body=body[:200] if fault else body,
        comments=tuple(comments),
        category=categories[-1] if categories else "",
        fault=fault,
        fault_line=fault_line,
    )


def _joined(passages: Sequence[Passage]) -> list[Passage]:
    """Put together what a blank line between an opening and its closing brace took apart."""
    whole = []
    place = 0
    while place < len(passages):
        passage = passages[place]
        last = _last_of(passages, place)
        for follower in passages[place + 1 : last + 1]:
            passage = _with(passage, follower)
        if last > place:
            message = Phrase("a blank line stands inside the braces; it was passed over")
            passage = replace(passage, warnings=(*passage.warnings, message))
        whole.append(passage)
        place = last + 1
    return whole


def _last_of(passages: Sequence[Passage], place: int) -> int:
    if passages[place].fault or not _is_open(passages[place].body):
        return place
    for number in range(place + 1, min(place + 1 + MAX_JOINED, len(passages))):
        follower = passages[number]
        if follower.body.lstrip().startswith("::") or follower.fault:
            return place
        if follower.category != passages[place].category:
            return place
        brace = _BRACE.search(follower.body)
        if brace is not None:
            return number if brace[0] == "}" else place
    return place


def _is_open(body: str) -> bool:
    return body.rfind("{") > body.rfind("}")


def _with(first: Passage, second: Passage) -> Passage:
    gap = second.line - first.line - first.body.count("\n")
    return replace(
        first,
        body=f"{first.body}{chr(10) * gap}{second.body}",
        comments=(*first.comments, *second.comments),
    )


def _split(passage: Passage) -> list[Passage]:
    """Take questions apart that follow each other without a blank line."""
    opened = passage.body.find("{")
    seams = [found for found in _NEXT_NAME.finditer(passage.body) if 0 <= opened < found.start()]
    if not seams or len(seams) > MAX_SPLIT:
        return [_bounded(passage)]
    message = Phrase("no blank line stands before or after this question")
    whole = replace(passage, warnings=(*passage.warnings, message))
    pieces = []
    begin, line, closed = 0, passage.line, 0
    for seam in [*seams, None]:
        end = seam.start(1) if seam is not None else len(passage.body)
        body = passage.body[begin:end]
        # A comment below the closing brace belongs to the question after it.
        last = line + body.rstrip().count("\n") if seam is not None else _NO_LINE
        mine = tuple(note for note in passage.comments if closed < note[0] <= last)
        pieces.append(_bounded(replace(whole, line=line, body=body, comments=mine)))
        begin, line, closed = end, line + body.count("\n"), last
    return pieces


def _bounded(passage: Passage) -> Passage:
    size = len(passage.body)
    if passage.fault or size <= MAX_QUESTION:
        return passage
    fault = Phrase(
        "the question has {size} characters; at most {most} are read",
        size=size,
        most=MAX_QUESTION,
    )
    return replace(passage, body=passage.body[:200], fault=fault, fault_line=passage.line)
