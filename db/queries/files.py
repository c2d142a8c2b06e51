"""Every file as the database knows it: all texts it had, and what stood on disk."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from db.columns import table
from db.queries.authoring import FILE_KINDS
from db.tables import Content, ContentFile, Revision
from db.tables_authoring import DiskFile


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One text a file had; `source` is empty where it was published before texts were kept."""

    content_id: str
    origin: str
    path: str
    source: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class FileOnDisk:
    """A file as the last publication from disk found it; a picture has a hash and no text."""

    path: str
    content_id: str | None
    text: str
    sha256: str
    seen_at: datetime


def select_text_versions(connection: Connection) -> Iterator[TextVersion]:
    """Yield every text that every file had, the oldest of each file first."""
    revisions, contents = table(Revision), table(Content)
    rows = connection.execute(
        select(
            revisions.c.content_id,
            revisions.c.origin,
            revisions.c.path,
            revisions.c.source,
            revisions.c.published_at,
        )
        .join(contents, contents.c.id == revisions.c.content_id)
        .where(contents.c.kind.in_(FILE_KINDS))
        .order_by(revisions.c.content_id, revisions.c.number)
    )
    for row in rows:
        yield TextVersion(*row)


def select_files_on_disk(connection: Connection) -> tuple[FileOnDisk, ...]:
    """Return every file of the content folder as it was last seen, by path."""
    rows = table(DiskFile)
    found = connection.execute(
        select(rows.c.path, rows.c.content_id, rows.c.text, rows.c.sha256, rows.c.seen_at).order_by(
            rows.c.path
        )
    )
    return tuple(FileOnDisk(*row) for row in found)


def select_picture_bodies(connection: Connection, hashes: Collection[str]) -> dict[str, bytes]:
    """Return the bytes of pictures by their hash; one that is not kept is not in the answer."""
    rows = table(ContentFile)
    found = connection.execute(
        select(rows.c.sha256, rows.c.body).where(rows.c.sha256.in_(sorted(hashes)))
    )
    return {sha256: bytes(body) for sha256, body in found}


def select_picture_hashes(connection: Connection) -> frozenset[str]:
    """Return the hash of every picture that was ever kept."""
    return frozenset(connection.execute(select(table(ContentFile).c.sha256)).scalars())
