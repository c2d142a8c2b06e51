"""Bytes and text as authors' files bring them: decoding, line ends, limits, hashes."""

import hashlib
import re
import unicodedata

from curriculum.facts import Notes

MAX_BYTES = 256 * 1024
MAX_LINE = 5_000
# Many short lines cost more than long ones; a bank of 150 items has about 6,000.
MAX_LINES = 8_000

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?")


def decode(data: bytes, *, notes: Notes) -> str | None:
    """Text of a file, or None (with a fault noted) when it is too large or no text."""
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024
        notes.add(
            "FILE002",
            1,
            1,
            f"the file has {len(data) // 1024} KB, at most {limit} KB are read; split it",
        )
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        return _decode_other(data, fault=fault, notes=notes)


def _decode_other(data: bytes, *, fault: UnicodeDecodeError, notes: Notes) -> str | None:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1252"
    if encoding == "utf-16":
        text = data.decode(encoding, errors="replace")
    else:
        # One line from elsewhere must not spoil the others.
        text = "\n".join(map(_decoded_line, data.removeprefix(b"\xef\xbb\xbf").split(b"\n")))
    if _CONTROL.search(text):
        notes.add("FILE001", 1, 1, "the file is not text; save it as plain text in UTF-8")
        return None
    before = data[: fault.start].decode("utf-8", errors="replace")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    notes.add(
        "FILE003",
        *((1, 1) if encoding == "utf-16" else (line, column)),
        f"the file is not UTF-8; it was read as {encoding}. Save it as UTF-8",
    )
    return text


def _decoded_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def normalised(text: str, *, notes: Notes) -> str | None:
    """Text with one kind of line end and no byte order mark, or None when it may not be read."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = _LINE_ENDS.sub("\n", text)
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        notes.add(
            "FILE001",
            1,
            1,
            f"the file is not text: line {line} holds the character U+{ord(found[0]):04X}",
        )
        return None
    if len(text) > MAX_BYTES:
        notes.add(
            "FILE002",
            1,
            1,
            f"the text has {len(text)} characters, at most {MAX_BYTES} are read; split it",
        )
        return None
    return text if _has_few_short_lines(text, notes=notes) else None


def _has_few_short_lines(text: str, *, notes: Notes) -> bool:
    if text.count("\n") >= MAX_LINES:
        count = text.count("\n") + 1
        message = f"the file has {count} lines, at most {MAX_LINES} are read; split it"
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
                f"the line has {len(line)} characters, at most {MAX_LINE} are read; break it",
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
