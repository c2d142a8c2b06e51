"""The live curriculum as files: the same Markdown, registers and pictures that publishing reads."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from curriculum.text import content_hash
from db import Connection
from db.queries.files import (
    FileOnDisk,
    TextVersion,
    select_files_on_disk,
    select_picture_bodies,
    select_picture_hashes,
    select_text_versions,
)
from db.store import Store


class ExportRefused(Exception):
    """The database cannot give a whole curriculum; the text says what to do."""


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A file of the live curriculum; `earlier` are the hashes of what may be overwritten."""

    path: str
    data: bytes
    earlier: frozenset[str]


def file_hash(data: bytes) -> str:
    """Return the hash by which a file on disk is known again, whatever its line ends."""
    try:
        return content_hash(data.decode("utf-8"))
    except UnicodeDecodeError:
        return hashlib.sha256(data).hexdigest()


def read_live_files(store: Store) -> tuple[LiveFile, ...]:
    """Return every file of the live curriculum, in the order of their paths.

    A text comes from its newest revision, so that what was published in the browser is in it. A
    file that was never published, a draft, comes as it last stood on disk, and so do registers.

    Raises
    ------
    ExportRefused
        While nothing is published, or from a time before texts and pictures were kept.
    """
    return store.read(_read)


def _read(connection: Connection) -> tuple[LiveFile, ...]:
    seen = select_files_on_disk(connection)
    versions = _by_content(select_text_versions(connection))
    files = [*_texts(seen, versions=versions), *_pictures(connection, seen)]
    if not files:
        raise ExportRefused("Nothing is published yet. Publish a content folder first.")
    if not any(file.path.endswith(".yml") for file in files):
        raise ExportRefused(
            "The registers were published before texts were kept. Publish once more, then export."
        )
    return tuple(sorted(files, key=lambda file: file.path))


def _by_content(versions: Iterable[TextVersion]) -> dict[str, list[TextVersion]]:
    found: dict[str, list[TextVersion]] = {}
    for version in versions:
        found.setdefault(version.content_id, []).append(version)
    return found


def _texts(
    seen: Iterable[FileOnDisk], *, versions: Mapping[str, list[TextVersion]]
) -> list[LiveFile]:
    on_disk: dict[str, FileOnDisk] = {}
    files: dict[str, LiveFile] = {}
    for file in seen:
        if file.sha256:
            continue
        if file.content_id is not None and file.content_id in versions:
            known = on_disk.get(file.content_id)
            # A file that was renamed may still be known under its old name.
            if known is None or known.seen_at < file.seen_at:
                on_disk[file.content_id] = file
        else:
            files[file.path] = _file(file.path, file.text, [file.text])
    for content_id, found in versions.items():
        disk = on_disk.get(content_id)
        text = _live_text(found, disk=disk)
        if not text:
            raise ExportRefused(
                f"The text of {content_id} was published before texts were kept. "
                "Publish once more, then export."
            )
        path = disk.path if disk else found[-1].path
        earlier = [one.source for one in found] + ([disk.text] if disk else [])
        files[path] = _file(path, text, earlier)
    return list(files.values())


def _live_text(versions: list[TextVersion], *, disk: FileOnDisk | None) -> str:
    """Return the newest text, in the very bytes it had on disk where that is the same text."""
    newest = versions[-1]
    if disk is None or not disk.text:
        return newest.source
    if not newest.source or content_hash(disk.text) == content_hash(newest.source):
        return disk.text
    hashes = {content_hash(one.source) for one in versions}
    # Changed on disk since, and not published: the file was made a draft there.
    is_draft = newest.origin == "git" and disk.seen_at > newest.published_at
    return disk.text if is_draft and content_hash(disk.text) not in hashes else newest.source


def _file(path: str, text: str, earlier: Iterable[str]) -> LiveFile:
    hashes = frozenset(content_hash(one) for one in earlier if one)
    return LiveFile(path, text.encode("utf-8"), hashes)


def _pictures(connection: Connection, seen: Iterable[FileOnDisk]) -> list[LiveFile]:
    wanted = [file for file in seen if file.sha256]
    bodies = select_picture_bodies(connection, {file.sha256 for file in wanted})
    missing = [file.path for file in wanted if file.sha256 not in bodies]
    if missing:
        raise ExportRefused(
            f"The picture {missing[0]} was seen before pictures of drafts were kept. "
            "Publish once more, then export."
        )
    known = select_picture_hashes(connection)
    return [LiveFile(file.path, bodies[file.sha256], known) for file in wanted]
