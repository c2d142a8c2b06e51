"""Published content: the revision people see, and those that came before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from db.columns import table
from db.tables import Content, ContentFile, Head, Revision


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One published text with its values."""

    id: int
    content_id: str
    kind: str
    number: int
    content_hash: str
    key_hash: str
    body: Mapping[str, Any]
    published_at: datetime


def select_heads(
    connection: Connection, *, kind: str | None = None, owner_id: str | None = None
) -> tuple[RevisionRow, ...]:
    """Return what people see, of a kind or of an owner, by id."""
    heads = table(Head)
    query = _revisions().join(heads, heads.c.revision_id == table(Revision).c.id)
    if kind is not None:
        query = query.where(heads.c.kind == kind)
    if owner_id is not None:
        query = query.where(heads.c.owner_id == owner_id)
    rows = connection.execute(query.order_by(heads.c.content_id))
    return tuple(RevisionRow(*row) for row in rows)


def find_head(connection: Connection, content_id: str) -> RevisionRow | None:
    """Return the revision people see, or None."""
    heads = table(Head)
    row = connection.execute(
        _revisions()
        .join(heads, heads.c.revision_id == table(Revision).c.id)
        .where(heads.c.content_id == content_id)
    ).first()
    return None if row is None else RevisionRow(*row)


def select_revisions(connection: Connection, ids: Sequence[int]) -> dict[int, RevisionRow]:
    """Return revisions by their id; an id without a revision is not in the answer."""
    rows = connection.execute(_revisions().where(table(Revision).c.id.in_(ids)))
    return {row.id: RevisionRow(*row) for row in rows}


def select_hashes(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return, per content id, the hashes of all its revisions, oldest first."""
    revisions = table(Revision)
    hashes: dict[str, tuple[str, ...]] = {}
    for content_id, content_hash in connection.execute(
        select(revisions.c.content_id, revisions.c.content_hash).order_by(
            revisions.c.content_id, revisions.c.number
        )
    ):
        hashes[content_id] = (*hashes.get(content_id, ()), content_hash)
    return hashes


def select_known_ids(connection: Connection) -> frozenset[str]:
    """Return every content id ever published."""
    return frozenset(connection.execute(select(table(Content).c.id)).scalars())


def find_file(connection: Connection, sha256: str) -> tuple[str, bytes] | None:
    """Return a picture's media type and bytes, or None."""
    files = table(ContentFile)
    row = connection.execute(
        select(files.c.media_type, files.c.body).where(files.c.sha256 == sha256)
    ).first()
    return None if row is None else (row.media_type, row.body)


def _revisions() -> Select[Any]:
    revisions, contents = table(Revision), table(Content)
    return select(
        revisions.c.id,
        revisions.c.content_id,
        contents.c.kind,
        revisions.c.number,
        revisions.c.content_hash,
        revisions.c.key_hash,
        revisions.c.body,
        revisions.c.published_at,
    ).join(contents, contents.c.id == revisions.c.content_id)
