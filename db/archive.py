"""The file a backup is kept in: a zip with a manifest that says what is in it, and its hashes."""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from db.errors import BackupRefused
from db.schema import APPLICATION

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
# What Python's zip reader raises on bytes that were changed or cut off, depending on where.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: engine, revision of the tables, rows and columns, SHA-256 of members.

    `broken_streams` counts audit streams that did not verify when the backup was made: a backup of
    a database somebody tampered with is still a backup, and says so.
    """

    engine: str
    revision: str
    rows: Mapping[str, int]
    columns: Mapping[str, list[str]]
    broken_streams: int
    members: Mapping[str, str] = field(default_factory=dict)
    application: str = APPLICATION
    format: int = FORMAT


class ArchiveWriter:
    """Adds members to a new archive and remembers their hashes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, str] = {}

    def add(self, name: str, chunks: Iterator[bytes]) -> None:
        """Add a member, chunk by chunk."""
        digest = hashlib.sha256()
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as member:
            for chunk in chunks:
                digest.update(chunk)
                member.write(chunk)
        self.members[name] = digest.hexdigest()


def write_archive(file: Path, fill: Callable[[ArchiveWriter], Manifest]) -> Manifest:
    """Make a backup file: nothing stands under its name before it is whole and on disk.

    Raises
    ------
    BackupRefused
        When there is such a file already, or what was written cannot be read back.
    """
    if file.exists():
        raise BackupRefused(f"{file} exists; give another name, backups are never overwritten")
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.partial")
    try:
        # Only the owner may read it: it holds everybody's answers.
        descriptor = os.open(partial, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            with zipfile.ZipFile(stream, "w", compresslevel=1) as archive:
                writer = ArchiveWriter(archive)
                manifest = fill(writer)
                manifest = Manifest(**(asdict(manifest) | {"members": writer.members}))
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
            stream.flush()
            os.fsync(stream.fileno())
        read_archive(partial)
        partial.rename(file)
        _sync_folder(file.parent)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_archive(file: Path) -> Manifest:
    """Read a backup file to its end and return its manifest.

    Raises
    ------
    BackupRefused
        When the file is missing, another application's, of another format, or damaged anywhere.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _read_manifest(archive, file)
            _require_members(archive, manifest, file)
    except FileNotFoundError as error:
        raise BackupRefused(f"{file} does not exist; give the path of a backup") from error
    except _DAMAGE as error:
        raise BackupRefused(f"{file} is damaged or no backup ({error}); use another") from error
    return manifest


def _read_manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise BackupRefused(f"{file} is no backup of this portal: it has no {MANIFEST}")
    found = json.loads(archive.read(MANIFEST))
    if not isinstance(found, dict) or found.get("application") != APPLICATION:
        raise BackupRefused(f"{file} belongs to another application; give one of this portal")
    if found.get("format") != FORMAT:
        raise BackupRefused(f"{file} has format {found.get('format')}, this code reads {FORMAT}")
    return Manifest(**found)


def _require_members(archive: zipfile.ZipFile, manifest: Manifest, file: Path) -> None:
    for name, expected in manifest.members.items():
        digest = hashlib.sha256()
        with archive.open(name) as member:
            while chunk := member.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != expected:
            raise BackupRefused(f"{file} is damaged: {name} is not what was written")


@contextmanager
def open_member(file: Path, name: str) -> Iterator[IO[bytes]]:
    """Open one member of a backup file that was read before."""
    with zipfile.ZipFile(file) as archive, archive.open(name) as member:
        yield member


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """Hand a stream over in pieces."""
    while chunk := stream.read(CHUNK):
        yield chunk
