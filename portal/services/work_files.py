"""Files handed in as graded work: told by what is in them, never by their name alone; pure."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.access import Refused

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_LINK = 2000
MAX_NAME = 120
# An office file is an archive; a sound one has tens of parts and grows by a few tens when unpacked.
MAX_PARTS = 5000
MAX_UNPACKED = 200 * 1024 * 1024

_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "png": "image/png",
    "jpg": "image/jpeg",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
}
# What an archive must hold to be the office file that its name says.
_MAIN_PART = {
    "docx": "word/document.xml",
    "pptx": "ppt/presentation.xml",
    "xlsx": "xl/workbook.xml",
    "odt": "content.xml",
}
# Where office files keep macros: of Word and its kin, of old spreadsheets, of LibreOffice.
_MACROS = ("vbaproject", "/macrosheets/", "/basic/", "/scripts/")


@dataclass(frozen=True, slots=True)
class WorkFile:
    """A file that may be handed in."""

    name: str
    ending: str
    media_type: str
    body: bytes
    sha256: str


def check_file(name: str, body: bytes) -> WorkFile:
    """Return a file that is what its name says.

    Raises
    ------
    Refused
        When it is empty, too large, of a kind that is not taken, or something else inside; it
        says what was expected.
    """
    if not body:
        raise Refused("This file is empty. Choose the file that holds your work.")
    if len(body) > MAX_FILE_BYTES:
        raise Refused(
            "This file has {size} MB; at most {most} MB are taken. Make its pictures smaller.",
            size=f"{len(body) / 2**20:.1f}",
            most=MAX_FILE_BYTES // 2**20,
        )
    shown = _plain_name(name)
    ending = shown.rpartition(".")[2].lower().replace("jpeg", "jpg")
    if "." not in shown or ending not in TYPES:
        raise Refused(
            "This kind of file is not taken. Hand in one of: {kinds}.", kinds=", ".join(TYPES)
        )
    if not _LOOKS[ending](ending, body):
        raise Refused(
            "The name of this file ends in .{ending}, but that is not what is in it. Save it "
            "again as {ending} and choose the new file.",
            ending=ending,
        )
    return WorkFile(shown, ending, TYPES[ending], body, hashlib.sha256(body).hexdigest())


def read_link(text: str) -> str:
    """Return a link that a grader can open.

    Raises
    ------
    Refused
        When it is none, is not encrypted, or carries a password.
    """
    link = text.strip()
    if len(link) > MAX_LINK or any(char.isspace() or ord(char) < 32 for char in link):
        raise Refused("Give one link without blanks, of at most {most} characters.", most=MAX_LINK)
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme.lower() != "https" or "." not in host.strip("."):
        raise Refused("Give a link that starts with https:// and names a site.")
    if parts.username is not None or parts.password is not None:
        raise Refused("Leave names and passwords out of the link.")
    return link


def _plain_name(name: str) -> str:
    """Return the last part of a name, without what could lead elsewhere or break a header."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*;')
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: MAX_NAME - len(ending) - 1]}{dot}{ending[:10]}" if dot else kept[:MAX_NAME]


def _is_pdf(_ending: str, body: bytes) -> bool:
    return body[:5] == b"%PDF-" and b"%%EOF" in body[-2048:]


def _is_picture(ending: str, body: bytes) -> bool:
    if ending == "png":
        return body[:8] == b"\x89PNG\r\n\x1a\n" and b"IEND" in body[-16:]
    return body[:3] == b"\xff\xd8\xff"


def _is_text(_ending: str, body: bytes) -> bool:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return "\x00" not in text


def _is_office(ending: str, body: bytes) -> bool:
    """Look at the list of parts only; nothing is unpacked."""
    if body[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    names = {part.filename for part in parts}
    small = len(parts) <= MAX_PARTS and sum(part.file_size for part in parts) <= MAX_UNPACKED
    # Macros run on the grader's machine; encrypted parts cannot be looked at.
    sound = not any(mark in f"/{name}".casefold() for name in names for mark in _MACROS)
    sound = sound and not any(part.flag_bits & 1 for part in parts)
    known = "mimetype" in names if ending == "odt" else "[Content_Types].xml" in names
    return small and sound and known and _MAIN_PART[ending] in names


_LOOKS: Mapping[str, Callable[[str, bytes], bool]] = {
    "pdf": _is_pdf,
    "docx": _is_office,
    "pptx": _is_office,
    "xlsx": _is_office,
    "odt": _is_office,
    "png": _is_picture,
    "jpg": _is_picture,
    "txt": _is_text,
    "md": _is_text,
    "csv": _is_text,
}
