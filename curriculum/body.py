"""The body of a lesson, module or track: blocks of a document → values a page can draw."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from typing import cast

from curriculum.block_faults import note_fence, note_inner_fences, note_quote
from curriculum.blocks import read_activity, read_alert, read_mermaid, read_transfer
from curriculum.document import Block, Document, read_document
from curriculum.facts import Notes, did_you_mean
from curriculum.inline import Found, has_reference_style, scan_block, without_links
from curriculum.items import read_item
from curriculum.model import Block as Piece
from curriculum.model import Check, Heading, Image, Item, Link, Prose, Reveal, Tabs
from curriculum.phrases import Phrase
from curriculum.structure import DETAILS_END, DETAILS_START, TABS_END, TABS_START, find_ends

MAX_CONTAINERS = 6
INCLUDE = re.compile(
    r"\[!INCLUDE\s*\[(?P<title>[^\[\]]*)\]\((?P<target>[^()\s]*)\)\]", re.IGNORECASE
)
_LONE_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_SUMMARY = re.compile(r"<summary>(.*?)</summary>", re.DOTALL | re.IGNORECASE)
_DEFINITION = re.compile(r" {0,3}\[(?!\^)[^\[\]]+\]:\s*\S")


@dataclass(slots=True)
class Body:
    """What a body holds: its blocks, the items in it, and the last line of each item."""

    pieces: tuple[Piece, ...] = ()
    items: list[Item] = field(default_factory=list)
    item_ends: list[int] = field(default_factory=list)


def read_body(
    document: Document, *, items_allowed: bool, snippets: Mapping[str, str] | None = None
) -> Body:
    """Read a body. `snippets` holds the texts that may be included, by path."""
    body = Body()
    read_footnotes(document)
    blocks = check_headings(document)
    reader = _Reader(document, body, items_allowed=items_allowed, snippets=snippets or {})
    body.pieces = tuple(reader.read(blocks))
    check_footnotes(document)
    _check_anchors(document, anchors=reader.anchors)
    return body


def check_headings(document: Document, *, needs_title: bool = True) -> list[Block]:
    """Note faults of the headings; return the blocks after the title."""
    notes = document.notes
    blocks = [b for b in document.blocks if b.kind != "footnote_reference"]
    titles = [block for block in blocks if block.kind == "heading" and block.level == 1]
    first = blocks[0] if blocks else None
    is_unread = any(fault.code == "MD007" for fault in notes.problems) and not blocks
    if is_unread:
        return []
    if needs_title and (first is None or first.kind != "heading" or first.level != 1):
        line = first.start + 1 if first else document.body_start + 1
        notes.add(
            "MD001", line, 1, Phrase("the body should start with one title, '# ' and a few words")
        )
    for title in titles[1:] if needs_title else titles:
        notes.add(
            "MD002",
            title.start + 1,
            1,
            Phrase("a second title; use '## ' for headings in the body"),
        )
    level = 1
    for block in blocks:
        if block.kind == "heading":
            if block.level > level + 1:
                expected = "#" * (level + 1)
                notes.add(
                    "MD003",
                    block.start + 1,
                    1,
                    Phrase(
                        "the heading leaves out a level; after level {level} use '{expected} '",
                        level=level,
                        expected=expected,
                    ),
                )
            level = block.level
    return blocks[1:] if needs_title and first is not None and first in titles[:1] else blocks


def read_footnotes(document: Document) -> None:
    """Fill `document.footnotes` with the Markdown of every footnote."""
    for block in document.blocks:
        if block.kind == "footnote_reference":
            label = str(block.tokens[0].meta["label"])
            text = document.slice(block.start, block.end)
            text = re.sub(r"^\s*\[\^[^\]]+\]:[ \t]*", "", text)
            plain = "\n".join(line.removeprefix("    ") for line in text.split("\n"))
            document.footnotes[label] = without_links(plain, path=document.path, keep_images=False)
            scan_block(block, document=document)


def check_footnotes(document: Document) -> None:
    """Note footnotes that are used but not defined, or defined but not used."""
    notes = document.notes
    used = {ref.target for ref in notes.references if ref.kind == "footnote"}
    for ref in [ref for ref in notes.references if ref.kind == "footnote"]:
        if ref.target not in document.footnotes:
            guess = did_you_mean(ref.target, document.footnotes, after=len(notes.problems))
            message = Phrase(
                "the footnote [^{target}] is not defined; add a line `[^{target}]: ...`{guess}",
                target=ref.target,
                guess=Phrase(".{guess}", guess=guess) if guess else "",
            )
            notes.add("LNK004", ref.line, ref.column, message)
    for block in document.blocks:
        if block.kind == "footnote_reference":
            label = str(block.tokens[0].meta["label"])
            if label not in used:
                message = Phrase(
                    "the footnote [^{label}] is never used; remove it or point to it", label=label
                )
                notes.add("LNK005", block.start + 1, 1, message)
    notes.references = [ref for ref in notes.references if ref.kind != "footnote"]


def _check_anchors(document: Document, *, anchors: dict[str, int]) -> None:
    notes = document.notes
    for ref in notes.references:
        if ref.kind == "anchor" and ref.target not in anchors:
            guess = did_you_mean(ref.target, anchors, after=len(notes.problems))
            message = Phrase(
                "no heading in this file has the anchor '#{target}'.{guess}",
                target=ref.target,
                guess=guess,
            )
            notes.add("LNK001", ref.line, ref.column, message)
    notes.references = [ref for ref in notes.references if ref.kind != "anchor"]


class _Reader:
    """Turns blocks into pieces, one method for each kind of block."""

    def __init__(
        self,
        document: Document,
        body: Body,
        *,
        items_allowed: bool,
        snippets: Mapping[str, str],
        depth: int = 0,
    ) -> None:
        self.document = document
        self.notes: Notes = document.notes
        self.body = body
        self.items_allowed = items_allowed
        self.snippets = snippets
        self.depth = depth
        self.anchors: dict[str, int] = {}
        self._pieces: list[Piece] = []
        self._prose: list[str] = []
        self._ends: dict[int, int] = {}
        self._definitions = _definitions(document)

    def read(self, blocks: Sequence[Block]) -> list[Piece]:
        """All pieces of some blocks; may be called again for blocks inside."""
        outer, self._pieces = self._pieces, []
        outer_prose, self._prose = self._prose, []
        outer_ends, self._ends = self._ends, find_ends(blocks)
        index = 0
        while index < len(blocks):
            index = self._take(blocks, index)
        self._flush()
        pieces, self._pieces, self._prose = self._pieces, outer, outer_prose
        self._ends = outer_ends
        return pieces

    def _take(self, blocks: Sequence[Block], index: int) -> int:
        block = blocks[index]
        if block.kind == "heading":
            return self._take_heading(blocks, index)
        if block.kind == "fence":
            return self._take_fence(blocks, index)
        if block.kind == "html_block":
            return self._take_html(blocks, index)
        if block.kind == "paragraph":
            self._take_paragraph(block)
        elif block.kind == "alert":
            self._add(read_alert(block, document=self.document), block)
        else:
            self._take_prose(block)
        return index + 1

    def _take_heading(self, blocks: Sequence[Block], index: int) -> int:
        block = blocks[index]
        follower = blocks[index + 1] if index + 1 < len(blocks) else None
        if follower is not None and follower.kind == "fence" and follower.info.strip() == "item":
            return self._take_item(blocks, index)
        found = scan_block(block, document=self.document)
        text = without_links(block.text, path=self.document.path, keep_images=False)
        self._flush()
        self._pieces.append(Heading(block.level, text, self._anchor(text)))
        self._after(found)
        return index + 1

    def _anchor(self, text: str) -> str:
        kept = re.sub(r"[^\w\- ]", "", text.strip().casefold())
        anchor = re.sub(r"\s", "-", kept) or "section"
        count = self.anchors.get(anchor, 0)
        self.anchors[anchor] = count + 1
        if not count:
            return anchor
        unique = f"{anchor}-{count}"
        self.anchors.setdefault(unique, 1)
        return unique

    def _take_item(self, blocks: Sequence[Block], index: int) -> int:
        level = blocks[index].level
        end = index + 1
        while end < len(blocks) and not (
            blocks[end].kind == "heading" and blocks[end].level <= level
        ):
            end += 1
        if not self.items_allowed:
            message = Phrase("items stand in lessons and banks only; move this one")
            self.notes.add("ITM009", blocks[index + 1].start + 1, 1, message)
            return end
        item = read_item(blocks[index:end], document=self.document)
        if item is not None:
            self.body.items.append(item)
            self.body.item_ends.append(blocks[end - 1].end)
            self._flush()
            self._pieces.append(Check(item.id))
        return end

    def _take_fence(self, blocks: Sequence[Block], index: int) -> int:
        block = blocks[index]
        word = block.info.strip().split()[0] if block.info.strip() else ""
        if word == "mermaid":
            follower = blocks[index + 1] if index + 1 < len(blocks) else None
            diagram = read_mermaid(block, follower=follower, document=self.document)
            self._add(diagram, block)
            return index + 1 + (diagram.caption != "")
        if word == "activity":
            before = blocks[index - 1] if index else None
            self._add(read_activity(block, before=before, document=self.document), block)
        elif word == "transfer":
            self._add(read_transfer(block, document=self.document), block)
        else:
            note_fence(block, document=self.document)
            if word != "item":
                self._take_prose(block)
        return index + 1

    def _take_html(self, blocks: Sequence[Block], index: int) -> int:
        block = blocks[index]
        text = block.text.strip()
        if DETAILS_START.match(text):
            return self._take_container(blocks, index, code="MD011")
        if TABS_START.fullmatch(text):
            return self._take_container(blocks, index, code="MD012")
        if DETAILS_END.match(text):
            message = Phrase(
                "this </details> closes nothing; <details> should open on a line of its own"
            )
            self.notes.add("MD011", block.start + 1, 1, message)
        elif TABS_END.fullmatch(text):
            self.notes.add(
                "MD012", block.start + 1, 1, Phrase("this <!-- /tabs --> closes nothing")
            )
        elif not text.startswith("<!--"):
            tag = text.split("\n", 1)[0][:40]
            message = Phrase(
                "the HTML '{tag}' is not allowed; write Markdown. Only <details> may stand", tag=tag
            )
            self.notes.add("MD004", block.start + 1, 1, message)
        return index + 1

    def _take_container(self, blocks: Sequence[Block], index: int, *, code: str) -> int:
        block = blocks[index]
        last = self._ends.get(index)
        closing = "</details>" if code == "MD011" else "<!-- /tabs -->"
        self.depth += 1
        if last is None or self.depth > MAX_CONTAINERS:
            message = Phrase(
                "this is not closed; add '{closing}' on a line of its own after a blank line",
                closing=closing,
            )
            if last is not None:
                message = Phrase(
                    "more than {most} reveals and tabs inside each other",
                    most=MAX_CONTAINERS,
                )
            self.notes.add(code, block.start + 1, 1, message)
            self.depth -= 1
            return index + 1
        inner = blocks[index + 1 : last]
        piece = self._reveal(block, inner) if code == "MD011" else self._tabs(block, inner)
        self.depth -= 1
        self._add(piece, block)
        return last + 1

    def _reveal(self, block: Block, inner: Sequence[Block]) -> Reveal:
        summary = _SUMMARY.search(block.text)
        if summary is None or not summary[1].strip():
            message = Phrase("a reveal starts with <details><summary>a few words</summary>")
            self.notes.add("MD011", block.start + 1, 1, message)
        elif block.text[summary.end() :].strip():
            message = Phrase(
                "leave a blank line after </summary>, or the text is not read as Markdown"
            )
            self.notes.add("MD011", block.start + 1, 1, message)
        if summary is not None and "<" in summary[1]:
            message = Phrase("the summary should be plain words without HTML")
            self.notes.add("MD004", block.start + 1, 1, message)
        words = " ".join(summary[1].split()) if summary else ""
        return Reveal(words, tuple(self.read(inner)))

    def _tabs(self, block: Block, inner: Sequence[Block]) -> Tabs:
        level = inner[0].level if inner and inner[0].kind == "heading" else 0
        starts = [n for n, b in enumerate(inner) if b.kind == "heading" and b.level <= level]
        if len(starts) < 2 or any(inner[n].level != level for n in starts):
            message = Phrase(
                "tabs hold two or more headings of one level, straight after <!-- tabs -->"
            )
            self.notes.add("MD012", block.start + 1, 1, message)
            return Tabs(())
        tabs = []
        for place, first in enumerate(starts):
            last = starts[place + 1] if place + 1 < len(starts) else len(inner)
            name = without_links(inner[first].text, path=self.document.path, keep_images=False)
            self._anchor(name)
            tabs.append((name, tuple(self.read(inner[first + 1 : last]))))
        return Tabs(tuple(tabs))

    def _take_paragraph(self, block: Block) -> None:
        text = self.document.slice(block.start, block.end).strip()
        if "[!INCLUDE" in text.upper():
            self._take_include(block, text)
            return
        self._note_alert_like(text, block)
        found = scan_block(block, document=self.document)
        if (found.links or found.images) and _LONE_LINK.fullmatch(text):
            self._take_lone(found)
        else:
            self._put_prose(block, found)

    def _note_alert_like(self, text: str, block: Block) -> None:
        if text.startswith(":::"):
            return
        if text.startswith("[!") and not text.startswith("[!["):
            message = Phrase("a callout starts with '> ', as in `> [!NOTE]`")
            self.notes.add("MD009", block.start + 1, 1, message)

    def _take_lone(self, found: Found) -> None:
        self._flush()
        for link in found.links:
            self._pieces.append(Check(link.target) if link.kind == "item" else link)
        self._pieces.extend(found.images)

    def _take_include(self, block: Block, text: str) -> None:
        found = INCLUDE.fullmatch(text)
        line = block.start + 1
        if found is None:
            message = Phrase(
                "an include stands alone on its line: [!INCLUDE [title](../snippets/name.md)]"
            )
            self.notes.add("INC004", line, 1, message)
            return
        place = normpath(join(dirname(self.document.path), found["target"]))
        if found["target"].startswith("/") or "/snippets/" not in f"/{place}" or ".." in place:
            message = Phrase(
                "'{target}' should be a file in curriculum/snippets/", target=found["target"][:80]
            )
            self.notes.add("INC002", line, 1, message)
        elif "/snippets/" in f"/{self.document.path}":
            message = Phrase(
                "a snippet may not include another one, nor itself; copy the text instead"
            )
            self.notes.add("INC003", line, 1, message)
        elif place not in self.snippets:
            guess = did_you_mean(place, self.snippets, after=len(self.notes.problems))
            message = Phrase(
                "the file '{place}' does not exist.{guess}", place=place[:120], guess=guess
            )
            self.notes.add("INC001", line, 1, message)
        else:
            self.notes.refer("include", place, line, 1)
            self._flush()
            self._pieces.extend(snippet_pieces(self.snippets[place], path=place))

    def _take_prose(self, block: Block) -> None:
        if block.kind == "blockquote":
            note_quote(block, document=self.document)
        note_inner_fences(block, document=self.document)
        self._put_prose(block, scan_block(block, document=self.document))

    def _put_prose(self, block: Block, found: Found) -> None:
        text = self.document.slice(block.start, block.end)
        if found.links or found.images:
            text = without_links(text, path=self.document.path, keep_images=False)
        if self._definitions and has_reference_style(text):
            text = f"{text}\n\n{self._definitions}"
        if text.strip():
            self._prose.append(text)
        self._after(found)

    def _after(self, found: Found) -> None:
        if found.links or found.images:
            self._flush()
            self._pieces.extend(cast("list[Link | Image]", [*found.images, *found.links]))

    def _add(self, piece: Piece | None, block: Block) -> None:
        self._flush()
        if piece is None:
            return
        self._pieces.append(piece)
        if block.kind == "alert":
            self._after(scan_block(block, document=self.document))

    def _flush(self) -> None:
        if self._prose:
            self._pieces.append(Prose("\n\n".join(self._prose)))
            self._prose = []


def snippet_pieces(text: str, *, path: str) -> tuple[Piece, ...]:
    """The pieces of a snippet; its faults are reported where it stands, not where it is used."""
    return read_snippet(text, notes=Notes(path))


def read_snippet(text: str, *, notes: Notes) -> tuple[Piece, ...]:
    """Read a snippet, which has neither front matter nor title, and note its faults."""
    document = read_document(text, notes=notes, needs_front=False)
    body = Body()
    read_footnotes(document)
    blocks = [b for b in document.blocks if b.kind != "footnote_reference"]
    for block in blocks:
        if block.kind == "heading" and block.level == 1:
            notes.add(
                "MD002", block.start + 1, 1, Phrase("a snippet has no title; use '## ' or lower")
            )
    reader = _Reader(document, body, items_allowed=False, snippets={})
    pieces = tuple(reader.read(blocks))
    check_footnotes(document)
    _check_anchors(document, anchors=reader.anchors)
    return pieces


def _definitions(document: Document) -> str:
    if not any(_DEFINITION.match(line) for line in document.lines if "]:" in line):
        return ""
    covered = {n for block in document.blocks for n in (range(block.start, block.end))}
    lines = [
        line
        for number, line in enumerate(document.lines[document.body_start :], document.body_start)
        if number not in covered and _DEFINITION.match(line)
    ]
    return "\n".join(lines)
