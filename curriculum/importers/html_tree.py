"""HTML as people paste it → a tree of elements; nothing in it can fail or nest without end."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

MAX_DEPTH = 50
MAX_COMMENT = 20_000
BLOCKS = frozenset(
    """
    address article aside blockquote center dd details dialog div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td
    tfoot th thead tr ul caption
    """.split()  # noqa: SIM905
)
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)
# An element on the left ends where one on the right begins.
_ENDED_BY = {
    "p": BLOCKS - {"caption"},
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "td": frozenset({"td", "th", "tr", "tbody", "tfoot"}),
    "th": frozenset({"td", "th", "tr", "tbody", "tfoot"}),
    "tr": frozenset({"tr", "tbody", "tfoot"}),
    "option": frozenset({"option"}),
}
_SCOPES = frozenset({"ul", "ol", "dl", "table"})
_TAG = re.compile(
    r"</?([a-zA-Z][a-zA-Z0-9:_.-]{0,40})"
    r"(?:\s(?:[^<>\"']|\"[^\"]{0,20000}\"|'[^']{0,20000}')*+)?/?>|<[!?][^<>]{0,2000}>"
)
# Up to their end tag the parser reads these as they are, whatever stands there.
_RAW = ("script", "style")


@dataclass(slots=True)
class Element:
    """One element; `holds_blocks` says that something inside it begins a new line."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)
    holds_blocks: bool = False

    def text(self) -> str:
        """All words inside, with a line end for each `<br>`."""
        parts = []
        stack: list[Element | str] = [self]
        while stack:
            node = stack.pop()
            if isinstance(node, str):
                parts.append(node)
            elif node.tag == "br":
                parts.append("\n")
            else:
                gap = ["\n"] if node.tag in BLOCKS and node is not self else []
                stack.extend([*gap, *reversed(node.children), *gap])
        return "".join(parts)

    def find(self, tag: str) -> "Element | None":
        """The first element inside with a tag."""
        stack: list[Element | str] = [self]
        while stack:
            node = stack.pop()
            if isinstance(node, Element):
                if node.tag == tag:
                    return node
                stack.extend(reversed(node.children))
        return None


def html_tree(html: str) -> Element:
    """The tree of some HTML, however broken it is."""
    builder = _Builder()
    builder.feed(tidied(html))
    builder.close()
    return builder.root


def tidied(html: str) -> str:
    """HTML with only comments left out and every `<` that begins no tag written as `&lt;`.

    The standard parser takes quadratic time on signs that begin something and never end it, and
    gives up on some; after this it sees none of them.
    """
    if "<" not in html:
        return html
    folded = html.casefold() if len(html.casefold()) == len(html) else html.lower()
    parts = []
    done = 0
    place = html.find("<")
    while place >= 0:
        parts.append(html[done:place])
        kept, done = _tidied_at(html, place, folded=folded)
        parts.append(kept)
        place = html.find("<", done)
    parts.append(html[done:])
    return "".join(parts)


def _tidied_at(html: str, place: int, *, folded: str) -> tuple[str, int]:
    """What to keep of the sign at a place, and where to go on."""
    if html.startswith("<!--", place):
        end = html.find("-->", place + 4, place + MAX_COMMENT)
        return ("", end + 3) if end >= 0 else ("&lt;", place + 1)
    found = _TAG.match(html, place)
    if found is None:
        return "&lt;", place + 1
    if found[1] is None:
        return "", found.end()
    tag = found[1].casefold()
    if tag not in _RAW or html[place + 1] == "/":
        return found[0], found.end()
    end = folded.find(f"</{tag}", found.end())
    close = html.find(">", end) if end >= 0 else -1
    if close < 0:
        return "&lt;", place + 1
    return (f"<{tag}></{tag}>" if tag == "script" else ""), close + 1


class _Builder(HTMLParser):
    """Adds each piece to the innermost open element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_what_ends_here(tag)
        element = Element(tag, {name: value or "" for name, value in attrs})
        if tag in BLOCKS:
            for outer in self._open:
                outer.holds_blocks = True
        self._open[-1].children.append(element)
        if tag not in _VOID and len(self._open) < MAX_DEPTH:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def _end_what_ends_here(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            outer = self._open[depth].tag
            if tag in _ENDED_BY.get(outer, ()):
                del self._open[depth:]
            elif outer in _SCOPES:
                return
