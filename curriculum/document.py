"""A file in pieces: its front matter, its lines, and its top-level blocks with their lines."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from curriculum.facts import Notes
from curriculum.fences import mend_fences
from curriculum.front import Mapping as YamlMapping
from curriculum.front import Node as YamlNode
from curriculum.front import read_yaml
from curriculum.phrases import Phrase
from curriculum.plain_paragraphs import plain_paragraph

MAX_NESTING = 60
_DEEP = 40
INLINE_RULES = [
    "text",
    "escape",
    "backticks",
    "link",
    "image",
    "footnote_ref",
    "autolink",
    "html_inline",
]
# Only these begin something that must be looked at; the rest is passed over in one step.
_PASSED_OVER = re.compile(r"[^\\`\[\]!<]+")
_MARKERS = re.compile(r"(?:[ \t]*(?:>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+")
_MARKER = re.compile(r">|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)")
_KEY_LINE = re.compile(r"[a-z_]+:(?:\s|$)")
_LIST_LINE = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block: lines `start` to `end` (from 0, end not included) of the file."""

    kind: str
    start: int
    end: int
    tokens: Sequence[Token]
    level: int = 0
    text: str = ""
    info: str = ""


@dataclass(slots=True)
class Document:
    """One file, read as far as blocks. `lines` are all lines of the file."""

    path: str
    lines: list[str]
    front: YamlNode | None
    blocks: list[Block]
    env: dict[str, Any]
    notes: Notes
    body_start: int = 0
    footnotes: dict[str, str] = field(default_factory=dict)

    def slice(self, start: int, end: int) -> str:
        """The Markdown of some lines, without blank lines around it."""
        return "\n".join(self.lines[start:end]).strip("\n").rstrip()


@lru_cache(maxsize=1)
def markdown_parser() -> MarkdownIt:
    """The one parser. Inline text is parsed only where something in it must be checked."""
    _hush_parser()
    md = MarkdownIt("gfm-like2", {"linkify": False, "maxNesting": MAX_NESTING})
    md.use(footnote_plugin, inline=False, move_to_end=False, always_match_refs=True)
    md.core.ruler.enableOnly(["normalize", "block"])
    md.block.ruler.before("table", "plain_paragraph", plain_paragraph)
    # Bold, strikes and entities need no checking, and cost half of the time.
    md.inline.ruler.enableOnly(INLINE_RULES)
    md.inline.ruler2.enableOnly([])
    md.inline.ruler.at("text", _pass_over)
    # Every link must be seen as it was written, so that the checker can judge it.
    md.normalizeLink = _unchanged  # type: ignore[method-assign]
    md.validateLink = _accepted  # type: ignore[method-assign]
    return md


def _hush_parser() -> None:
    """Take the parser's debug notes away: asking whether to write them is 5 % of every parse."""
    for name, logger in logging.root.manager.loggerDict.items():
        if name.startswith("markdown_it.") and isinstance(logger, logging.Logger):
            setattr(logger, "debug", _say_nothing)  # noqa: B010 - a method of somebody else's


def _say_nothing(*_words: object) -> None:
    return None


def _pass_over(state: StateInline, silent: bool) -> bool:
    found = _PASSED_OVER.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def _unchanged(url: str) -> str:
    return url


def _accepted(url: str) -> bool:  # noqa: ARG001
    return True


def read_document(text: str, *, notes: Notes, needs_front: bool = True) -> Document:
    """Split normalised text into front matter and blocks."""
    lines = text.split("\n")
    front, body_start = _front(lines, notes=notes, needed=needs_front)
    document = Document(notes.path, lines, front, [], {}, notes, body_start)
    body = mend_fences(lines, start=body_start, notes=notes)
    if _is_too_deep(body, start=body_start, notes=notes):
        return document
    source = "\n" * body_start + "\n".join(body[body_start:])
    try:
        tokens = markdown_parser().parse(source, document.env)
    except (RecursionError, IndexError, ValueError, AssertionError) as fault:
        # The public parser has failed on odd input before; an author must still get an answer.
        notes.add(
            "MD007",
            body_start + 1,
            1,
            Phrase("the text cannot be parsed ({fault}); simplify it", fault=str(fault)),
        )
        return document
    _note_depth(tokens, notes=notes)
    document.blocks = _blocks(tokens, lines=lines)
    return document


def _front(lines: list[str], *, notes: Notes, needed: bool) -> tuple[YamlNode | None, int]:
    if lines[0].rstrip() != "---":
        return _front_without_start(lines, notes=notes) if needed else (None, 0)
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            text = "\n".join(lines[1:number])
            root = read_yaml(text, notes=notes, first_line=2)
            if root is None and not text.strip():
                notes.add(
                    "FM005", 1, 1, Phrase("the front matter is empty; it needs at least an id")
                )
            return root, number + 1
    notes.add("FM006", 1, 1, Phrase("the front matter has no second '---' line to close it"))
    return _front_without_end(lines, notes=notes)


def _front_without_start(lines: list[str], *, notes: Notes) -> tuple[YamlNode | None, int]:
    """Note that no front matter begins in the first line, and read what is meant as one."""
    notes.add(
        "FM005",
        1,
        1,
        Phrase(
            "no front matter: the first line should be '---', followed by `key: "
            "value` lines and a second '---'"
        ),
    )
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    after = start + 1 if lines[start].rstrip() == "---" else start
    end = next((n for n in range(after, len(lines)) if lines[n].rstrip() == "---"), None)
    if end is None or _KEY_LINE.match(lines[after]) is None:
        return None, 0
    return read_yaml("\n".join(lines[after:end]), notes=notes, first_line=after + 1), end + 1


def _front_without_end(lines: list[str], *, notes: Notes) -> tuple[YamlNode | None, int]:
    """Read front matter up to the first blank line or heading, where that makes sense."""
    rest = range(1, len(lines))
    end = next((n for n in rest if not lines[n].strip() or lines[n].startswith("#")), len(lines))
    apart = Notes(notes.path)
    root = read_yaml("\n".join(lines[1:end]), notes=apart, first_line=2)
    is_front = isinstance(root, YamlMapping) and {"schema", "id"} <= root.entries.keys()
    return (root, end) if is_front and not apart.problems else (None, len(lines))


def _is_too_deep(lines: list[str], *, start: int, notes: Notes) -> bool:
    for number, line in enumerate(lines[start:], start=start + 1):
        if len(line) <= _DEEP:
            continue
        run = _MARKERS.match(line)
        quotes = len(_MARKER.findall(run[0])) if run else 0
        listed = _LIST_LINE.match(line)
        indent = (len(line) - len(line.lstrip())) // 2 if listed else 0
        if quotes + indent > _DEEP:
            notes.add(
                "MD007",
                number,
                1,
                Phrase(
                    "quotes or lists are nested {depth} levels deep; at most "
                    "{most} are read, and beyond that text would be lost",
                    depth=quotes + indent,
                    most=_DEEP,
                ),
            )
            return True
    return False


def _note_depth(tokens: list[Token], *, notes: Notes) -> None:
    for token in tokens:
        if token.level >= MAX_NESTING - 1:
            line = (token.map[0] if token.map else 0) + 1
            message = Phrase("text is nested so deeply that the parser drops it; use fewer levels")
            notes.add("MD007", line, 1, message)
            return


def _blocks(tokens: list[Token], *, lines: list[str]) -> list[Block]:
    blocks = []
    index = 0
    while index < len(tokens):
        first = tokens[index]
        end = index + 1
        if first.nesting == 1:
            while tokens[end].level > first.level or tokens[end].nesting != -1:
                end += 1
            end += 1
        blocks.append(_block(tokens[index:end], lines=lines))
        index = end
    return blocks


def _block(tokens: list[Token], *, lines: list[str]) -> Block:
    first = tokens[0]
    start, end = first.map or [0, 0]
    while end > start + 1 and not lines[min(end, len(lines)) - 1].strip():
        end -= 1
    kind = first.type.removesuffix("_open")
    if kind == "heading":
        return Block(kind, start, end, tokens, int(first.tag[1]), tokens[1].content)
    return Block(kind, start, end, tokens, 0, first.content, first.info)
