"""Bytes and text as authors' files bring them: decoding, line ends, limits, hashes."""

import hashlib
import re
import unicodedata
from typing import NamedTuple

from curriculum.facts import Notes
from curriculum.phrases import Phrase

MAX_BYTES = 256 * 1024
MAX_LINE = 5_000
# Many short lines cost more than long ones; a bank of 150 items has about 6,000.
MAX_LINES = 8_000

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_LINE_ENDS = re.compile(r"\r\n?")
_NO_TEXT = Phrase("the file is not text; save it as plain text in UTF-8")
# The longer marks first: that of UTF-32 begins as that of UTF-16.
_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def decode(data: bytes, *, notes: Notes) -> str | None:
    """Text of a file, or None (with a fault noted) when it is too large or no text."""
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024
        notes.add(
            "FILE002",
            1,
            1,
            Phrase(
                "the file has {size} KB, at most {limit} KB are read; split it",
                size=len(data) // 1024,
                limit=limit,
            ),
        )
        return None
    fault = find_wrong_encoding(data)
    if fault is not None:
        notes.add("FILE001" if fault.is_binary else "FILE003", fault.line, fault.column, fault.said)
        return None
    return data.decode("utf-8-sig")


class WrongEncoding(NamedTuple):
    """Where bytes stop being UTF-8 text, both from 1, and what they look like."""

    line: int
    column: int
    said: Phrase
    is_binary: bool = False


def find_wrong_encoding(data: bytes) -> WrongEncoding | None:
    """Return what shows that bytes are no UTF-8 text, or None.

    Nothing is guessed: a letter read in the wrong encoding is a mistake that nobody sees.
    """
    if name := _utf_name(data):
        said = Phrase("the file is {encoding}, not UTF-8; save it as UTF-8", encoding=name)
        return WrongEncoding(1, 1, said)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line, column = _place(data[: fault.start])
        if _CONTROL_BYTES.search(data):
            return WrongEncoding(line, column, _NO_TEXT, is_binary=True)
        said = Phrase(
            "the byte 0x{byte} is not UTF-8, so the file is in another encoding, such as "
            "Windows-1252; save it as UTF-8",
            byte=f"{data[fault.start]:02X}",
        )
        return WrongEncoding(line, column, said)
    return None


def _utf_name(data: bytes) -> str:
    """The name of another encoding of Unicode that the bytes are in, or nothing."""
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return name
    start = data[:4096]
    if b"\0" not in start:
        return ""
    # Without a mark: every other byte of Latin text is zero, which no other text is.
    zeros = [start[place::4].count(0) * 4 > len(start) * 0.8 for place in range(4)]
    if len(start) % 2 or sum(zeros) < 2:
        return ""
    if sum(zeros) == 3:
        return "UTF-32"
    return "UTF-16" if zeros in ([False, True] * 2, [True, False] * 2) else ""


def _place(before: bytes) -> tuple[int, int]:
    """Line and column, both from 1, of what follows."""
    text = _LINE_ENDS.sub("\n", before.decode("utf-8", errors="replace").removeprefix("\ufeff"))
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def normalised(text: str, *, notes: Notes) -> str | None:
    """Text with one kind of line end and no byte order mark, or None when it may not be read."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = _LINE_ENDS.sub("\n", text)
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        said = Phrase(
            "the file is not text: it holds the character U+{code}; delete it, or save the file as "
            "plain text in UTF-8",
            code=f"{ord(found[0]):04X}",
        )
        notes.add("FILE001", line, column, said)
        return None
    if len(text) > MAX_BYTES:
        notes.add(
            "FILE002",
            1,
            1,
            Phrase(
                "the text has {size} characters, at most {most} are read; split it",
                size=len(text),
                most=MAX_BYTES,
            ),
        )
        return None
    return text if _has_few_short_lines(text, notes=notes) else None


def _has_few_short_lines(text: str, *, notes: Notes) -> bool:
    if text.count("\n") >= MAX_LINES:
        count = text.count("\n") + 1
        message = Phrase(
            "the file has {count} lines, at most {most} are read; split it",
            count=count,
            most=MAX_LINES,
        )
        notes.add("FILE002", MAX_LINES + 1, 1, message)
        return False
    if len(text) <= MAX_LINE:
        return True
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            notes.add(
                "FILE002",
                number,
                MAX_LINE + 1,
                Phrase(
                    "the line has {size} characters, at most {most} are read; break it",
                    size=len(line),
                    most=MAX_LINE,
                ),
            )
            return False
    return True


def content_hash(*texts: str) -> str:
    """SHA-256 over texts in one Unicode form, with one kind of line end and one final newline."""
    digest = hashlib.sha256()
    for text in texts:
        plain = text.removeprefix("\ufeff")
        if "\r" in plain:
            plain = _LINE_ENDS.sub("\n", plain)
        if not plain.isascii():
            plain = unicodedata.normalize("NFC", plain)
        digest.update(plain.rstrip("\n").encode("utf-8", errors="replace") + b"\n")
        digest.update(b"\0")
    return digest.hexdigest()
