"""What stands inside paragraphs: links, images, footnotes and HTML, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from markdown_it.token import Token

from curriculum.document import Block, Document
from curriculum.facts import did_you_mean
from curriculum.inline_tokens import judged_tokens, needle
from curriculum.model import Image, Link
from curriculum.phrases import Phrase

MAX_INLINE = 8_000
# The public parser looks from each bracket to the end of the paragraph.
MAX_BRACKETS = 400
MAX_REFERENCES = 3_000
IMAGE_TYPES = ("png", "jpg", "jpeg", "webp", "svg")
LINK_KINDS = ("item", "term", "track", "module")
_WEB = ("https", "http", "mailto")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_CLOSING_TAG = re.compile(r"</([A-Za-z][A-Za-z0-9-]*)\s*>")
_REMARKABLE = re.compile(r"[\[<]")
# Code spans come first, so that a link shown as code is left alone.
_SPANS = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<sign>!?)\[(?P<text>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]"
    r"\(\s*<?(?P<target>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)",
    re.DOTALL,
)
# The only signs with which one of these spans can begin.
_OPENING = re.compile(r"[`\[]")


@dataclass(frozen=True, slots=True)
class Found:
    """Links and images of one block that the portal draws by itself, after the text."""

    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()


_NOTHING = Found()


@dataclass(frozen=True, slots=True)
class _Spot:
    """A piece of inline text with its place in the file."""

    token: Token
    text: str
    line: int
    column: int


def scan_block(block: Block, *, document: Document) -> Found:
    """Check everything inline in a block; return what is taken out of its text."""
    links: list[Link] = []
    images: list[Image] = []
    for token in block.tokens:
        if token.type == "inline" and _REMARKABLE.search(token.content):
            start = token.map[0] if token.map else block.start
            for spot in _spots(token, start=start, end=block.end, document=document):
                _judge(spot, document=document, links=links, images=images)
        elif token.type == "html_block" and block.kind != "html_block":
            line = (token.map[0] if token.map else block.start) + 1
            _note_html(token.content, line, 1, document=document)
    return Found(tuple(dict.fromkeys(links)), tuple(images)) if links or images else _NOTHING


def _spots(token: Token, *, start: int, end: int, document: Document) -> Iterator[_Spot]:
    brackets = token.content.count("[") + token.content.count("<")
    if len(token.content) > MAX_INLINE or brackets > MAX_BRACKETS:
        message = Phrase(
            "the paragraph has {size} characters and {brackets} brackets; at "
            "most {most} and {most_brackets} are read",
            size=len(token.content),
            brackets=brackets,
            most=MAX_INLINE,
            most_brackets=MAX_BRACKETS,
        )
        document.notes.add("MD013", start + 1, 1, message)
        return
    if len(document.notes.references) > MAX_REFERENCES:
        if not any(fault.code == "MD013" for fault in document.notes.problems):
            message = Phrase(
                "more than {most} links and references in one file; split it",
                most=MAX_REFERENCES,
            )
            document.notes.add("MD013", start + 1, 1, message)
        return
    try:
        found = judged_tokens(token.content, env=document.env)
    except (RecursionError, IndexError, ValueError, AssertionError) as fault:
        message = Phrase("the paragraph cannot be parsed ({fault}); simplify it", fault=str(fault))
        document.notes.add("MD013", start + 1, 1, message)
        return
    cursor = _Cursor(document.lines, start=start, end=end)
    for child, text in found:
        yield _Spot(child, text, *cursor.find(needle(child)))


class _Cursor:
    """Finds one piece of text after the other in the lines of a block."""

    def __init__(self, lines: list[str], *, start: int, end: int) -> None:
        self.lines, self.line, self.column, self.end = lines, start, 0, max(end, start + 1)

    def find(self, sought: str) -> tuple[int, int]:
        """Line and column, from 1, of the next occurrence; the place reached so far if none."""
        wanted = sought.split("\n", 1)[0]
        offset = self.column
        for number in range(self.line, min(self.end, len(self.lines))):
            at = self.lines[number].find(wanted, offset)
            if at >= 0:
                self.line, self.column = number, at + max(1, len(wanted))
                return number + 1, _start_of_link(self.lines[number], at) + 1
            offset = 0
        return self.line + 1, 1


def _start_of_link(line: str, at: int) -> int:
    """Where the bracket of a link or image stands whose target begins at `at`."""
    if not line[:at].rstrip("<").endswith("]("):
        return at
    start = line.rfind("[", 0, at)
    return start - 1 if start > 0 and line[start - 1] == "!" else max(start, 0)


def _judge(spot: _Spot, *, document: Document, links: list[Link], images: list[Image]) -> None:
    if spot.token.type == "image":
        image = _image(spot, document=document)
        if image is not None:
            images.append(image)
    elif spot.token.type == "link_open":
        link = _link(spot, document=document)
        if link is not None:
            links.append(link)
    elif spot.token.type == "html_inline":
        _note_html(spot.text, spot.line, spot.column, document=document)
    else:
        label = str(spot.token.meta["label"])
        document.notes.refer("footnote", label, spot.line, spot.column)


def _note_html(html: str, line: int, column: int, *, document: Document) -> None:
    if html.startswith("<!--"):
        return
    closed = _CLOSING_TAG.fullmatch(html.strip())
    if closed and any(
        fault.code == "MD004" and f"'<{closed[1]}" in fault.message
        for fault in document.notes.problems[-20:]
    ):
        # The tag that it closes was told of it.
        return
    tag = html.strip().split("\n", 1)[0][:40]
    document.notes.add(
        "MD004",
        line,
        column,
        Phrase(
            "the HTML '{tag}' is not allowed; write Markdown, or `<` as `&lt;`. "
            "Only <details> with <summary> may stand, each on a line of its own",
            tag=tag,
        ),
    )


def _link(spot: _Spot, *, document: Document) -> Link | None:
    target = str(spot.token.attrs.get("href", ""))
    scheme = _SCHEME.fullmatch(target)
    if scheme is None:
        return _relative_link(target, spot=spot, document=document)
    kind, name = scheme[1], scheme[2]
    if kind in LINK_KINDS:
        document.notes.refer(kind, name, spot.line, spot.column)
        return _shared_link(kind, name, spot.text)
    if kind.casefold() not in _WEB:
        guess = did_you_mean(kind, (*LINK_KINDS, *_WEB))
        document.notes.add(
            "LNK003",
            spot.line,
            spot.column,
            Phrase(
                "links of the kind '{kind}:' are not allowed; use https:, mailto:, "
                "a relative .md path, item:, term:, track: or module:.{guess}",
                kind=kind,
                guess=guess,
            ),
        )
    return None


@lru_cache(maxsize=4_096)
def _shared_link(kind: str, target: str, text: str) -> Link:
    """One value for all equal links: a term is linked to in thousands of lessons."""
    return Link(kind, target, text)  # type: ignore[arg-type]


def _relative_link(target: str, *, spot: _Spot, document: Document) -> Link | None:
    if target.startswith("#"):
        document.notes.refer("anchor", target[1:], spot.line, spot.column)
        return None
    path = unquote(target.partition("#")[0])
    place = normpath(join(dirname(document.path), path))
    if not path.endswith(".md") or path.startswith("/"):
        document.notes.add(
            "LNK003",
            spot.line,
            spot.column,
            Phrase(
                "'{target}' is neither a web address nor a relative path to a .md file",
                target=target[:80],
            ),
        )
        return None
    document.notes.refer("path", place, spot.line, spot.column)
    kind = "lesson"
    if "/tracks/" in place:
        kind = "track"
    elif place.endswith("/module.md"):
        kind = "module"
    return Link(kind, place, spot.text)  # type: ignore[arg-type]


def _image(spot: _Spot, *, document: Document) -> Image | None:
    notes = document.notes
    target = str(spot.token.attrs.get("src", ""))
    if not spot.text.strip():
        message = Phrase(
            "the image '{target}' has no alternative text; say between [ and ] what it shows",
            target=target[:80],
        )
        notes.add("IMG001", spot.line, spot.column, message)
    place = image_place(target, path=document.path)
    if place is None:
        message = Phrase(
            "the image '{target}' should be a file in the module's own folder", target=target[:80]
        )
        notes.add("IMG003", spot.line, spot.column, message)
        return None
    if place.rpartition(".")[2].casefold() not in IMAGE_TYPES:
        message = Phrase("the image '{target}' should be png, jpg, webp or svg", target=target[:80])
        notes.add("IMG005", spot.line, spot.column, message)
        return None
    notes.refer("image", place, spot.line, spot.column)
    return Image(place, spot.text, str(spot.token.attrs.get("title", "")))


def image_place(target: str, *, path: str) -> str | None:
    """Path of an image from the content folder; None when it lies outside the file's folder."""
    folder = dirname(path)
    name = unquote(target)
    if not name or _SCHEME.fullmatch(name) or name.startswith("/") or "\\" in name:
        return None
    place = normpath(join(folder, name))
    inside = place.startswith(folder + "/") if folder else not place.startswith("..")
    return place if inside else None


def without_links(markdown: str, *, path: str, keep_images: bool) -> str:
    """Markdown whose internal links are plain words; images are taken out, or given their place.

    Images that stay are named by their path from the content folder.
    """
    if "](" not in markdown:
        return markdown

    parts = []
    done = 0
    for found in _spans(markdown):
        parts += [markdown[done : found.start()], _mended(found, path=path, keep=keep_images)]
        done = found.end()
    return "".join([*parts, markdown[done:]])


def _spans(markdown: str) -> Iterator[re.Match[str]]:
    """Code, links and images; the expression is tried only where one may begin."""
    opening = _OPENING.search(markdown)
    done = 0
    while opening is not None:
        at = opening.start()
        is_image = at > done and markdown[at] == "[" and markdown[at - 1] == "!"
        found = _SPANS.match(markdown, at - is_image)
        if found is not None:
            done = found.end()
            yield found
        opening = _OPENING.search(markdown, at + 1 if found is None else done)


def _mended(found: re.Match[str], *, path: str, keep: bool) -> str:
    if found["code"]:
        return found[0]
    if found["sign"]:
        place = image_place(found["target"], path=path)
        if not keep:
            return ""
        return found[0].replace(found["target"], place) if place else found[0]
    return found["text"] if _is_internal(found["target"]) else found[0]


def _is_internal(target: str) -> bool:
    scheme = _SCHEME.fullmatch(target)
    return scheme[1] in LINK_KINDS if scheme else target.partition("#")[0].endswith(".md")


def has_reference_style(markdown: str) -> bool:
    """Whether the text may use link definitions that stand elsewhere in the file."""
    return re.search(r"\][\[\s,.;:!?)]|\]$", markdown) is not None
