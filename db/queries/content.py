"""Published content: the revision people see, and those that came before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

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


def find_content_version(connection: Connection) -> int:
    """Return a number that grows with every publication and every retirement.

    A publication adds a revision and at most one head, a retirement takes a head away.
    """
    newest = connection.execute(select(func.max(table(Revision).c.id))).scalar() or 0
    live = connection.execute(select(func.count()).select_from(table(Head))).scalar_one()
    return 2 * int(newest) - int(live)


def select_heads(connection: Connection) -> tuple[tuple[RevisionRow, ...], dict[str, int]]:
    """Return what people see; of the many items only the revision's id, by content id."""
    heads, contents = table(Head), table(Content)
    rows = connection.execute(
        _revisions()
        .join(heads, heads.c.revision_id == table(Revision).c.id)
        .where(contents.c.kind != "item")
        .order_by(heads.c.content_id)
    )
    items = connection.execute(
        select(heads.c.content_id, heads.c.revision_id).where(heads.c.kind == "item")
    )
    return tuple(RevisionRow(*row) for row in rows), {row[0]: row[1] for row in items}


def select_graded_items(connection: Connection) -> frozenset[str]:
    """Return the live items that people grade, by content id."""
    heads, revisions = table(Head), table(Revision)
    return frozenset(
        connection.execute(
            select(heads.c.content_id)
            .join(revisions, revisions.c.id == heads.c.revision_id)
            .where(heads.c.kind == "item", revisions.c.body["type"].as_string() == "rubric")
        ).scalars()
    )


def find_head(connection: Connection, content_id: str) -> RevisionRow | None:
    """Return the revision people see, or None."""
    heads = table(Head)
    row = connection.execute(
        _revisions()
        .join(heads, heads.c.revision_id == table(Revision).c.id)
        .where(heads.c.content_id == content_id)
    ).first()
    return None if row is None else RevisionRow(*row)


def find_revision_at(
    connection: Connection, content_id: str, *, at: datetime
) -> RevisionRow | None:
    """Return the revision that was the newest at a moment, else the first one ever; or None."""
    revisions = table(Revision)
    mine = _revisions().where(revisions.c.content_id == content_id)
    then = mine.where(revisions.c.published_at <= at).order_by(revisions.c.number.desc())
    row = connection.execute(then.limit(1)).first()
    if row is None:
        row = connection.execute(mine.order_by(revisions.c.number).limit(1)).first()
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


def select_live_ids(connection: Connection) -> frozenset[str]:
    """Return the id of every piece of content that people see."""
    return frozenset(connection.execute(select(table(Head).c.content_id)).scalars())


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
