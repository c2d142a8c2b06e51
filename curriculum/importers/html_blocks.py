"""A tree of HTML → blocks of Markdown: paragraphs, lists, tables, quotes and code."""

import re
from collections.abc import Callable, Iterator, Sequence

from curriculum.block_faults import PART_FENCES
from curriculum.importers.escape import code_block, code_span, guard_line
from curriculum.importers.html_inline import inline_markdown
from curriculum.importers.html_tree import BLOCKS, Element
from curriculum.importers.question import HARD_BREAK
from curriculum.phrases import Phrase, Said

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LANGUAGE = re.compile(r"\blanguage-([a-z0-9+#-]{1,20})(?:\s|$)")
# Other signs than those of the choices, so that a list before them stays a list of its own.
BULLET = "* "


def html_blocks(nodes: "Sequence[Element | str]", *, notes: list[Said]) -> list[str]:
    """Blocks of Markdown, each one or more lines."""
    blocks: list[str] = []
    line: list[Element | str] = []
    for node in nodes:
        is_block = isinstance(node, Element) and (node.tag in BLOCKS or node.holds_blocks)
        if not is_block:
            line.append(node)
            continue
        blocks += paragraphs(inline_markdown(line, notes=notes))
        line = []
        if isinstance(node, Element):
            blocks += _block(node, notes=notes)
    return blocks + paragraphs(inline_markdown(line, notes=notes))


def paragraphs(markdown: str) -> list[str]:
    """Inline Markdown as paragraphs: two hard breaks in a row begin a new one."""
    found = []
    for part in markdown.split(HARD_BREAK * 2):
        hard_lines = ["\n".join(_guarded(line)) for line in part.split(HARD_BREAK)]
        whole = "\\\n".join(line for line in hard_lines if line)
        if whole:
            found.append(whole)
    return found


def _guarded(line: str) -> Iterator[str]:
    for words in line.split("\n"):
        if words.strip():
            yield guard_line(words)


def html_line(nodes: "Sequence[Element | str]", *, notes: list[Said]) -> str:
    """The same in one line, for a cell or a heading."""
    parts: list[str] = []
    line: list[Element | str] = []
    for node in nodes:
        if isinstance(node, Element) and (node.tag == "pre" or node.holds_blocks):
            parts.append(inline_markdown(line, notes=notes))
            line = []
            inner = (
                code_span(" ".join(node.text().split()))
                if node.tag == "pre"
                else html_line(node.children, notes=notes)
            )
            parts.append(inner)
        else:
            line.append(node)
    parts.append(inline_markdown(line, notes=notes))
    return " ".join(" ".join(parts).replace(HARD_BREAK, " ").split())


def _block(node: Element, *, notes: list[Said]) -> list[str]:
    special = _SPECIAL.get(node.tag)
    if special is not None:
        return special(node, notes)
    if node.tag in _HEADINGS:
        words = html_line(node.children, notes=notes).replace("**", "")
        return [f"**{words}**"] if words else []
    return html_blocks(node.children, notes=notes)


def _code(node: Element, notes: list[Said]) -> list[str]:  # noqa: ARG001
    text = node.text().replace("\xa0", " ").replace("\r", "").replace(HARD_BREAK, "\n")
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    code = "\n".join(lines).rstrip()
    return [code_block(code, language=_language(node))] if code else []


def _language(node: Element) -> str:
    inner = node.find("code")
    found = _LANGUAGE.search(inner.attributes.get("class", "")) if inner is not None else None
    return found[1] if found is not None and found[1] not in PART_FENCES else ""


def _quote(node: Element, notes: list[Said]) -> list[str]:
    inner = "\n\n".join(html_blocks(node.children, notes=notes))
    return ["\n".join(f"> {line}".rstrip() for line in inner.split("\n"))] if inner else []


def _rule(node: Element, notes: list[Said]) -> list[str]:  # noqa: ARG001
    return []


def _bullets(node: Element, notes: list[Said]) -> list[str]:
    items = _items(node, notes=notes)
    return ["\n".join(indented(item, first=BULLET) for item in items)] if items else []


def _numbers(node: Element, notes: list[Said]) -> list[str]:
    start = node.attributes.get("start", "1")
    first = int(start) if start.isdecimal() and len(start) < 6 else 1
    lines = [
        indented(item, first=f"{number}) ")
        for number, item in enumerate(_items(node, notes=notes), start=first)
    ]
    return ["\n".join(lines)] if lines else []


def _items(node: Element, *, notes: list[Said]) -> list[list[str]]:
    items = []
    for child in node.children:
        if isinstance(child, str):
            inner = html_blocks([child], notes=notes)
        else:
            inner = html_blocks(child.children if child.tag == "li" else [child], notes=notes)
        if inner:
            items.append(inner)
    return items


def indented(blocks: Sequence[str], *, first: str) -> str:
    """Blocks of one list item: the first line after its sign, all others below it."""
    parts: list[str] = []
    for place, block in enumerate(blocks):
        # A list goes on without a gap below the words it belongs to.
        is_list = block.startswith((BULLET, "1) "))
        parts.append(block if place == 0 else f"{'' if is_list else chr(10)}{block}")
    lines = "\n".join(parts).split("\n")
    rest = [f"{' ' * len(first)}{line}" if line else "" for line in lines[1:]]
    return "\n".join([f"{first}{lines[0]}", *rest])


def _table(node: Element, notes: list[Said]) -> list[str]:
    rows = [row for row in _rows(node) if row]
    if not rows:
        return html_blocks(node.children, notes=notes) if node.text().strip() else []
    caption = node.find("caption")
    above = html_blocks(caption.children, notes=notes) if caption is not None else []
    cells = [cell for row in rows for cell in row]
    if any(cell.attributes.get(key, "1") not in {"", "1"} for cell in cells for key in _SPANS):
        notes.append(Phrase("cells of a table that spread over others stand in one place now"))
    width = max(len(row) for row in rows)
    texts = [[_cell(cell, notes=notes) for cell in row] for row in rows]
    has_head = all(cell.tag == "th" for cell in rows[0]) and len(rows) > 1
    head = texts.pop(0) if has_head else []
    lines = [_row(head, width=width), f"|{'---|' * width}"]
    return [*above, "\n".join([*lines, *(_row(row, width=width) for row in texts)])]


_SPANS = ("rowspan", "colspan")


def _rows(table: Element) -> Iterator[list[Element]]:
    for child in table.children:
        if not isinstance(child, Element):
            continue
        if child.tag == "tr":
            yield [
                cell
                for cell in child.children
                if isinstance(cell, Element) and cell.tag in {"td", "th"}
            ]
        elif child.tag in {"tbody", "thead", "tfoot"}:
            yield from _rows(child)


def _cell(cell: Element, *, notes: list[Said]) -> str:
    return html_line(cell.children, notes=notes).replace("|", "\\|")


def _row(cells: Sequence[str], *, width: int) -> str:
    return f"| {' | '.join([*cells, *[''] * (width - len(cells))])} |"


_SPECIAL: dict[str, Callable[[Element, list[Said]], list[str]]] = {
    "pre": _code,
    "blockquote": _quote,
    "hr": _rule,
    "ul": _bullets,
    "ol": _numbers,
    "table": _table,
}
