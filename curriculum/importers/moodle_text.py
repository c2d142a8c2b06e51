"""Texts of Moodle XML: their format, their words, and the files that hang on them."""

from collections.abc import Mapping

from curriculum.importers.question import HARD_BREAK, NO_TEXT, Text, TextFormat
from curriculum.importers.xml_tree import Node
from curriculum.phrases import Phrase, Said

_FORMATS: Mapping[str, TextFormat] = {
    "html": "html",
    "moodle_auto_format": "moodle",
    "plain_text": "plain",
    "txt": "plain",
    "markdown": "markdown",
}


def text_of(node: Node | None, *, default: TextFormat, notes: list[Said]) -> Text:
    """The text of an element that holds `<text>`, or of its own words."""
    if node is None:
        return NO_TEXT
    named = node.attributes.get("format", "").strip().lower()
    if named and named not in _FORMATS:
        notes.append(
            Phrase(
                "the text format '{named}' is unknown; read as {default}",
                named=named[:30],
                default=default,
            )
        )
    format_ = _FORMATS.get(named, default)
    notes.extend(
        Phrase("the attached file '{name}' is not imported; put it beside the item", name=name)
        for name in file_names(node)
    )
    inner = node.first("text")
    raw = (inner if inner is not None else node).text.strip()
    if format_ in {"plain", "moodle"}:
        raw = HARD_BREAK.join(line.strip() for line in raw.split("\n"))
    return Text(raw, format_, node.line)


def file_names(node: Node) -> list[str]:
    """Names of the files that hang on a text."""
    return [child.attributes.get("name", "")[:60] for child in node.all("file")]


def words_of(node: Node | None) -> str:
    """The words of a short element in one line."""
    if node is None:
        return ""
    inner = node.first("text")
    return " ".join((inner if inner is not None else node).text.split())


def is_on(node: Node | None, *, default: bool = False) -> bool:
    """Whether an element says 1 or true."""
    words = words_of(node).lower()
    return words in {"1", "true"} if words else default
