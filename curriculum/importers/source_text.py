"""Bytes of a source file → text, or the place that shows it is none."""

import re

from curriculum.importers.question import Fault
from curriculum.phrases import Phrase
from curriculum.text import find_wrong_encoding

MAX_BYTES = 16 * 1024 * 1024
MAX_LINE = 100_000
# Control characters, lone surrogates and noncharacters: no text editor writes them.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n?")
# How zip (spreadsheets too), gzip (Moodle's backups), 7z, xz, bzip2 and rar begin.
_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"\xfd7zXZ", b"BZh", b"Rar!")
_TAR = slice(257, 262)


def find_unusable(source: str | bytes) -> Fault | None:
    """The fault of a file that holds nothing, or that would have to be unpacked first."""
    if not source.strip():
        return Fault(1, 1, Phrase("the file is empty"))
    if isinstance(source, bytes) and (source.startswith(_PACKED) or source[_TAR] == b"ustar"):
        reason = Phrase(
            "the file is packed; unpack an archive, or save a spreadsheet as "
            "CSV, and import the file that comes of it"
        )
        return Fault(1, 1, reason)
    return None


def read_text(source: str | bytes) -> str | Fault:
    """Text with one kind of line end and no byte order mark; a fault when it is no UTF-8 text."""
    if isinstance(source, bytes):
        decoded = _decoded(source)
        if isinstance(decoded, Fault):
            return decoded
        source = decoded
    text = source.removeprefix("\ufeff")
    if len(text) > MAX_BYTES:
        return too_large(len(text))
    if "\r" in text:
        text = _LINE_ENDS.sub("\n", text)
    if found := _NO_TEXT.search(text):
        line, column = place(text, found.start())
        reason = Phrase(
            "the file is not text: it holds the character U+{ord}", ord=f"{ord(found[0]):04X}"
        )
        return Fault(line, column, reason)
    return text


def _decoded(data: bytes) -> str | Fault:
    if len(data) > MAX_BYTES:
        return too_large(len(data))
    fault = find_wrong_encoding(data)
    if fault is not None:
        return Fault(fault.line, fault.column, fault.said)
    return data.decode("utf-8-sig")


def too_large(size: int) -> Fault:
    """The fault of a file over the limit."""
    limit = MAX_BYTES // (1024 * 1024)
    return Fault(
        1,
        1,
        Phrase(
            "the file has {size} KB; at most {limit} MB are read, so split it",
            size=size // 1024,
            limit=limit,
        ),
    )


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column, both from 1, of a position in a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
