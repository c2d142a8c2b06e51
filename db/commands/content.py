"""Publishing content: identities, immutable revisions, and which of them people see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from db.columns import table
from db.tables import Content, ContentFile, Head, Revision


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A text about to be published: what it is, where it came from, and its values."""

    content_id: str
    kind: str
    owner_id: str
    content_hash: str
    key_hash: str
    origin: Literal["git", "browser"]
    path: str
    source: str
    body: Mapping[str, Any]


def insert_revision(
    connection: Connection, *, revision: NewRevision, published_by: int | None, now: datetime
) -> int:
    """Add a revision, make it the one people see, and return its id."""
    contents, revisions, heads = table(Content), table(Revision), table(Head)
    known = connection.execute(
        select(contents.c.kind).where(contents.c.id == revision.content_id)
    ).scalar()
    if known is None:
        connection.execute(
            insert(contents).values(
                id=revision.content_id, kind=revision.kind, first_published_at=now
            )
        )
    else:
        connection.execute(
            update(contents).where(contents.c.id == revision.content_id).values(retired_at=None)
        )
    last = connection.execute(
        select(func.max(revisions.c.number)).where(revisions.c.content_id == revision.content_id)
    ).scalar()
    revision_id = connection.execute(
        insert(revisions)
        .values(
            content_id=revision.content_id,
            number=(last or 0) + 1,
            content_hash=revision.content_hash,
            key_hash=revision.key_hash,
            origin=revision.origin,
            path=revision.path,
            source=revision.source,
            body=dict(revision.body),
            published_at=now,
            published_by=published_by,
        )
        .returning(revisions.c.id)
    ).scalar_one()
    connection.execute(delete(heads).where(heads.c.content_id == revision.content_id))
    connection.execute(
        insert(heads).values(
            content_id=revision.content_id,
            revision_id=revision_id,
            owner_id=revision.owner_id,
            kind=revision.kind,
        )
    )
    return int(revision_id)


def retire_content(connection: Connection, *, content_id: str, now: datetime) -> None:
    """Take a piece of content out of sight; its revisions and answers stay."""
    contents, heads = table(Content), table(Head)
    connection.execute(delete(heads).where(heads.c.content_id == content_id))
    connection.execute(
        update(contents)
        .where(contents.c.id == content_id, contents.c.retired_at.is_(None))
        .values(retired_at=now)
    )


def insert_file(connection: Connection, *, sha256: str, media_type: str, body: bytes) -> None:
    """Keep the bytes of a picture once."""
    files = table(ContentFile)
    known = connection.execute(select(files.c.sha256).where(files.c.sha256 == sha256)).first()
    if known is None:
        connection.execute(insert(files).values(sha256=sha256, media_type=media_type, body=body))


# Any constant: two publications at once wait for each other on it.
PUBLISHING_LOCK = 7_310_522_932


def lock_publishing(connection: Connection) -> None:
    """Let one publication write at a time; on SQLite the one writer sees to that already."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(PUBLISHING_LOCK)))
