"""XML from anywhere → a small tree with the line of every element; nothing outside is read."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax import SAXException as _SaxError
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from curriculum.phrases import Phrase, Said

MAX_DEPTH = 30
MAX_ELEMENTS = 150_000
_PIECES = re.compile(r"<!--|<!\[CDATA\[|<question(?=[\s>/])|</question\s*>")


class XmlFault(Exception):
    """The XML cannot be read at this place; `is_forbidden` when nothing of it may be."""

    def __init__(self, reason: Said, *, line: int, column: int, is_forbidden: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line, self.column = max(1, line), max(1, column)
        self.is_forbidden = is_forbidden


@dataclass(slots=True)
class Node:
    """One element: its own words without those of elements inside."""

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node]" = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words as they stand."""
        return "".join(self.words)

    def all(self, tag: str) -> "list[Node]":
        """The elements straight inside with a tag."""
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> "Node | None":
        """The first element straight inside with a tag."""
        return next((child for child in self.children if child.tag == tag), None)


def parse_xml(data: bytes, *, encoding: str | None = None, first_line: int = 1) -> Node:
    """The root element.

    Raises
    ------
    XmlFault
        If the text is not well formed, declares a document type or entities, or is nested or
        divided without measure.
    """
    # In one piece: a word without end would be read anew with every piece.
    parser = DefusedExpatParser(bufsize=len(data) + 1, forbid_dtd=True)
    builder = _Builder(parser, first_line=first_line)
    parser.setContentHandler(builder)
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    if encoding is not None:
        source.setEncoding(encoding)
    try:
        parser.parse(source)
    except DefusedXmlException:
        reason = Phrase("the file declares a document type or entities; such XML is not read")
        raise builder.fault(reason, is_forbidden=True) from None
    except (_SaxError, ValueError, LookupError) as fault:
        message = fault.getMessage() if isinstance(fault, _SaxError) else str(fault)
        raise builder.fault(
            Phrase("the XML is not well formed: {message}", message=message)
        ) from None
    if builder.root is None:
        raise builder.fault(Phrase("the file holds no element"))
    return builder.root


class _Builder(ContentHandler):
    """Adds each element to the innermost open one."""

    def __init__(self, parser: DefusedExpatParser, *, first_line: int) -> None:
        super().__init__()
        self._parser = parser
        self._offset = first_line - 1
        self._open: list[Node] = []
        self._count = 0
        self.root: Node | None = None

    def fault(self, reason: Said, *, is_forbidden: bool = False) -> XmlFault:
        line = (self._parser.getLineNumber() or 1) + self._offset
        column = (self._parser.getColumnNumber() or 0) + 1
        return XmlFault(reason, line=line, column=column, is_forbidden=is_forbidden)

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            raise self.fault(
                Phrase("more than {most} elements inside each other", most=MAX_DEPTH),
                is_forbidden=True,
            )
        if self._count > MAX_ELEMENTS:
            raise self.fault(
                Phrase("more than {most} elements; split the file", most=MAX_ELEMENTS),
                is_forbidden=True,
            )
        line = (self._parser.getLineNumber() or 1) + self._offset
        node = Node(name, line, dict(attrs.items()))
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802
        self._open.pop()

    def characters(self, content: str) -> None:
        # The bytes of attached files are not imported; their name is enough.
        if self._open and self._open[-1].tag != "file":
            self._open[-1].words.append(content)


@dataclass(frozen=True, slots=True)
class Slice:
    """The text of one `<question>` element and its first line; without an end it is open."""

    text: str
    line: int
    is_closed: bool


def question_slices(text: str) -> Iterator[Slice]:
    """Each question of a text that is not well formed as a whole."""
    start = -1
    line = done = 0
    place = 0
    while (found := _PIECES.search(text, place)) is not None:
        place = found.end()
        if found[0].startswith("<!"):
            end = text.find("-->" if found[0] == "<!--" else "]]>", place)
            if end < 0:
                break
            place = end + 3
            continue
        if start >= 0:
            is_closed = found[0].startswith("</")
            end = found.end() if is_closed else found.start()
            yield Slice(text[start:end], line + 1, is_closed)
            start = -1
        if not found[0].startswith("</"):
            start = found.start()
            line += text.count("\n", done, start)
            done = start
    if start >= 0:
        yield Slice(text[start:], line + 1, is_closed=False)
