"""Safe YAML with the line and column of every key and value."""

import re
import sys
from dataclasses import dataclass

import yaml

from curriculum.facts import Notes
from curriculum.phrases import Phrase, Said

MAX_DEPTH = 12
MAX_VALUES = 20_000
# A key with one word, a number, some words, or a list of words: what needs no parser.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_PLAIN_LINE = re.compile(
    r"([a-z_]+): (-?[A-Za-z0-9][A-Za-z0-9._/-]*(?: [A-Za-z0-9][A-Za-z0-9._/-]*)*"
    r"|\[((?:[A-Za-z0-9][A-Za-z0-9._/-]*(?:, [A-Za-z0-9][A-Za-z0-9._/-]*)*)?)\])"
)
_BEFORE_KEY = re.compile(r"[ \t]*(?:-[ ]+)*")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written; `plain` means without quotes."""

    text: str
    plain: bool
    line: int
    column: int

    @property
    def is_null(self) -> bool:
        """Whether nothing was written."""
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Sequence:
    """A YAML list."""

    items: "tuple[Node, ...]"
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A YAML map; of a key given twice only the first value is kept."""

    entries: "dict[str, tuple[Scalar, Node]]"
    line: int
    column: int


Node = Scalar | Sequence | Mapping


class _Refused(Exception):
    """The YAML holds something that is not read, at this place."""

    def __init__(self, code: str, event: yaml.Event, message: Said) -> None:
        super().__init__(message)
        self.said = message
        self.code = code
        self.line, self.column = _start(event)


def _start(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line, mark.column) if mark is not None else (0, 0)


def read_yaml(text: str, *, notes: Notes, first_line: int = 1) -> Node | None:
    """Read one YAML document; None, with a fault noted, when it is empty or not valid.

    `first_line` is the line of the file on which `text` begins.
    """
    plain = _plain_map(text, first_line=first_line)
    if plain is not None:
        return plain
    builder = _Builder(notes=notes, first_line=first_line)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except _Refused as refused:
        notes.add(refused.code, refused.line + first_line, refused.column + 1, refused.said)
        return None
    except yaml.YAMLError as fault:
        _note_invalid(fault, text=text, notes=notes, first_line=first_line)
        return None
    return builder.root


def _plain_map(text: str, *, first_line: int) -> Mapping | None:
    """Read `key: word` lines, and comments between them, as YAML would; None for anything more.

    The settings of nearly every item are such lines, and starting YAML's parser for each of them
    is a tenth of what a check costs.
    """
    entries: dict[str, tuple[Scalar, Node]] = {}
    lines = text.removesuffix("\n").split("\n")
    for line, words in enumerate(lines, start=first_line):
        if words.startswith("#"):
            continue
        found = _PLAIN_LINE.fullmatch(words)
        if found is None or found[1] in entries:
            return None
        column = found.start(2) + 1
        # Thousands of files name the same few skills, sources and types.
        value: Node = Scalar(sys.intern(found[2]), True, line, column)
        if found[3] is not None:
            inner = _WORD.finditer(words, found.start(3), found.end(3))
            items = tuple(Scalar(sys.intern(one[0]), True, line, one.start() + 1) for one in inner)
            value = Sequence(items, line, column)
        entries[found[1]] = (Scalar(found[1], True, line, 1), value)
    first = next(iter(entries.values()), None)
    return Mapping(entries, first[0].line, 1) if first is not None else None


def _note_invalid(fault: yaml.YAMLError, *, text: str, notes: Notes, first_line: int) -> None:
    mark = _mark_of(fault)
    reason = (
        getattr(fault, "problem", None)
        or getattr(fault, "reason", None)
        or Phrase("cannot be read")
    )
    line = mark.line if mark else text.count("\n")
    lines = text.split("\n")
    # libyaml often notices a fault only at the end of the text.
    if line >= len(lines) or (line == len(lines) - 1 and not lines[line].strip()):
        line = max(0, len(text.rstrip().split("\n")) - 1)
    key = _BEFORE_KEY.match(lines[line])
    column = key.end() + 1 if key else 1
    notes.add(
        "YML001",
        first_line + line,
        column,
        Phrase("this is not valid YAML: {reason}.{hint}", reason=reason, hint=_hint(text)),
    )


def _mark_of(fault: yaml.YAMLError) -> yaml.Mark | None:
    """Where the cause stands: a bracket or quotation mark is missed only lines after it opened."""
    context = getattr(fault, "context", None) or ""
    opened = any(word in context for word in ("flow", "quoted scalar", "simple key"))
    mark: yaml.Mark | None = getattr(fault, "problem_mark", None)
    return getattr(fault, "context_mark", None) or mark if opened else mark


def _hint(text: str) -> Phrase:
    if "\t" in text:
        return Phrase(" Use spaces, not tabs")
    return Phrase(
        " Check indentation and colons; put a value that holds ': ' or starts with a sign in quotes"
    )


class _Builder:
    """Builds nodes from parser events, so that nothing is expanded and depth is bounded."""

    def __init__(self, *, notes: Notes, first_line: int) -> None:
        self.notes = notes
        self.first_line = first_line
        self.root: Node | None = None
        self._open: list[_Open] = []
        self._count = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._check(event)
            line, column = self._place(event)
            self._put(Scalar(sys.intern(event.value), not event.style, line, column))
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._check(event)
            if len(self._open) >= MAX_DEPTH:
                raise _Refused(
                    "YML004",
                    event,
                    Phrase("nested more than {most} levels deep", most=MAX_DEPTH),
                )
            line, column = self._place(event)
            self._open.append(_Open(isinstance(event, yaml.MappingStartEvent), line, column))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._put(self._open.pop().node())
        elif isinstance(event, yaml.AliasEvent):
            raise _Refused(
                "YML003",
                event,
                Phrase("the alias '*{anchor}' is not allowed", anchor=event.anchor or ""),
            )

    def _check(self, event: yaml.NodeEvent) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise _Refused("YML004", event, Phrase("more than {most} values", most=MAX_VALUES))
        if event.anchor:
            raise _Refused(
                "YML003",
                event,
                Phrase(
                    "the anchor '&{anchor}' is not allowed; write the value out, "
                    "or put it in quotes if it starts with '&'",
                    anchor=event.anchor,
                ),
            )
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)) and event.tag:
            raise _Refused(
                "YML003",
                event,
                Phrase(
                    "the tag '{tag}' is not allowed; put a value that starts with '!' in quotes",
                    tag=event.tag,
                ),
            )

    def _place(self, event: yaml.Event) -> tuple[int, int]:
        line, column = _start(event)
        return line + self.first_line, column + 1

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1].put(node, notes=self.notes)
        elif self.root is None:
            self.root = node
        else:
            self.notes.add(
                "YML001", node.line, node.column, Phrase("a second YAML document begins here")
            )


class _Open:
    """A map or list whose end has not come yet."""

    def __init__(self, is_map: bool, line: int, column: int) -> None:
        self.line, self.column = line, column
        self._entries: dict[str, tuple[Scalar, Node]] | None = {} if is_map else None
        self._items: list[Node] = []
        self._key: Node | None = None

    def put(self, node: Node, *, notes: Notes) -> None:
        if self._entries is None:
            self._items.append(node)
        elif self._key is None:
            self._key = node
        else:
            self._put_entry(self._key, node, entries=self._entries, notes=notes)
            self._key = None

    def _put_entry(
        self, key: Node, value: Node, *, entries: dict[str, tuple[Scalar, Node]], notes: Notes
    ) -> None:
        if not isinstance(key, Scalar):
            notes.add(
                "YML001", key.line, key.column, Phrase("a key must be a word, not a list or map")
            )
        elif key.text in entries:
            first = entries[key.text][0].line
            message = Phrase(
                "'{text}' is given twice, first in line {first}; keep one",
                text=key.text,
                first=first,
            )
            notes.add("YML002", key.line, key.column, message)
        else:
            entries[key.text] = (key, value)

    def node(self) -> Node:
        if self._entries is None:
            return Sequence(tuple(self._items), self.line, self.column)
        return Mapping(self._entries, self.line, self.column)
