"""A lesson's footnote marks → numbers in order of first use, and the sources they lead to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from curriculum.document import markdown_parser
from curriculum.model import (
    Block,
    Callout,
    Diagram,
    Heading,
    Image,
    Lesson,
    Link,
    Prose,
    Reveal,
    Tabs,
    Transfer,
)

ANCHOR = "sources"
# Code and escaped signs come first, so that a mark in them is passed over.
_MARK = re.compile(
    r"(?<!`)(?P<code>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=code)(?!`)|\\."
    r"|\[\^(?P<label>[^\s\]\[^]+)\](?!\()",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Cited:
    """A lesson's blocks with numbers for marks, and the text of each source from number 1 on."""

    blocks: tuple[Block, ...]
    sources: tuple[str, ...]


def cite(lesson: Lesson) -> Cited:
    """Number the footnotes of a lesson in order of first use; unknown marks stay as written."""
    numbers = _Numbers(lesson.footnotes)
    blocks = _blocks(lesson.blocks, numbers)
    # A source may point to another one, which then joins the list.
    return Cited(blocks, tuple(_linked(text, numbers) for text in numbers.texts()))


@dataclass(slots=True)
class _Numbers:
    footnotes: Mapping[str, str]
    labels: list[str] = field(default_factory=list)

    def number(self, label: str) -> int:
        """Return the number of a footnote, a new one at its first use."""
        if label not in self.labels:
            self.labels.append(label)
        return self.labels.index(label) + 1

    def texts(self) -> Iterator[str]:
        """Yield the texts of what is numbered, also of what gets its number meanwhile."""
        for label in self.labels:
            yield self.footnotes[label]


def _blocks(blocks: tuple[Block, ...], numbers: _Numbers) -> tuple[Block, ...]:
    return tuple(_block(block, numbers) for block in blocks)


def _block(block: Block, numbers: _Numbers) -> Block:
    if isinstance(block, Prose | Callout):
        return replace(block, markdown=_linked(block.markdown, numbers))
    if isinstance(block, Transfer):
        return replace(block, prompt=_linked(block.prompt, numbers))
    if isinstance(block, Reveal):
        summary = _plain(block.summary, numbers)
        return replace(block, summary=summary, blocks=_blocks(block.blocks, numbers))
    if isinstance(block, Tabs):
        named = tuple((_plain(name, numbers), _blocks(each, numbers)) for name, each in block.tabs)
        return replace(block, tabs=named)
    return _short(block, numbers)


def _short(block: Block, numbers: _Numbers) -> Block:
    """Cite in words that are a heading, a button or a caption: no link fits in there."""
    if isinstance(block, Heading | Link):
        return replace(block, text=_plain(block.text, numbers))
    if isinstance(block, Diagram):
        return replace(block, caption=_plain(block.caption, numbers))
    if isinstance(block, Image):
        return replace(block, title=_plain(block.title, numbers))
    return block


def _plain(text: str, numbers: _Numbers) -> str:
    return _numbered(text, numbers, linked=False)


def _linked(text: str, numbers: _Numbers) -> str:
    """Cite in Markdown; blocks of code stay as written."""
    if "[^" not in text:
        return text
    lines = text.split("\n")
    cited: list[str] = []
    done = 0
    for start, end in [*_code_lines(text), (len(lines), len(lines))]:
        if start > done:
            cited.append(_numbered("\n".join(lines[done:start]), numbers, linked=True))
        cited += lines[start:end]
        done = end
    return "\n".join(cited)


def _code_lines(text: str) -> list[tuple[int, int]]:
    tokens = markdown_parser().parse(text, {})
    return [
        (token.map[0], token.map[1])
        for token in tokens
        if token.type in {"fence", "code_block"} and token.map
    ]


def _numbered(text: str, numbers: _Numbers, *, linked: bool) -> str:
    def put(match: re.Match[str]) -> str:
        label = cast("str | None", match["label"])
        if label is None or label not in numbers.footnotes:
            return match[0]
        number = numbers.number(label)
        # Raised digits alone are four pixels wide: too small to read and to hit.
        return f"[\\[{number}\\]](#{ANCHOR})" if linked else f"[{number}]"

    return _MARK.sub(put, text)
