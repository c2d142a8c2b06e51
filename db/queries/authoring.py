"""Drafts, the newest text of every file, its history, and what was last seen on disk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from db.columns import table
from db.commands.authoring import SeenFile
from db.tables import Content, Head, Person, Revision
from db.tables_authoring import DiskFile, Draft, Review, RevisionNote

FILE_KINDS = ("track", "module", "lesson", "bank", "blueprint")


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft with its author's name."""

    path: str
    author_id: int
    author: str
    text: str
    base: str
    base_hash: str
    state: str
    comment: str
    saves: int
    saved_at: datetime
    review_id: int | None
    sent_hash: str


@dataclass(frozen=True, slots=True)
class TextRow:
    """The newest revision of a file: its text, and whether people see it."""

    content_id: str
    kind: str
    revision_id: int
    number: int
    content_hash: str
    origin: str
    path: str
    source: str
    live: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One revision of a file: who made it, when and why; `live` when people see it.

    `restores` is the number of the older revision whose text it brought back.
    """

    revision_id: int
    number: int
    origin: str
    path: str
    source: str
    published_at: datetime
    publisher: str | None
    author: str | None
    why: str
    waiver: str
    restores: int | None
    live: bool


def find_draft(connection: Connection, *, path: str, author_id: int) -> DraftRow | None:
    """Return an author's draft of a file, or None."""
    return next(
        (row for row in select_drafts(connection, path=path) if row.author_id == author_id), None
    )


def select_drafts(connection: Connection, *, path: str | None = None) -> tuple[DraftRow, ...]:
    """Return every draft, or those of one file; the newest first."""
    drafts, people = table(Draft), table(Person)
    query = select(
        drafts.c.path,
        drafts.c.author_id,
        people.c.name,
        drafts.c.text,
        drafts.c.base,
        drafts.c.base_hash,
        drafts.c.state,
        drafts.c.comment,
        drafts.c.saves,
        drafts.c.saved_at,
        drafts.c.review_id,
        drafts.c.sent_hash,
    ).join(people, people.c.id == drafts.c.author_id)
    if path is not None:
        query = query.where(drafts.c.path == path)
    return tuple(
        DraftRow(*tuple[Any, ...](row))
        for row in connection.execute(query.order_by(drafts.c.saved_at.desc()))
    )


def select_newest_texts(connection: Connection) -> dict[str, TextRow]:
    """Return the newest revision of every file by content id, live or not."""
    revisions, contents, heads = table(Revision), table(Content), table(Head)
    newest = (
        select(revisions.c.content_id, func.max(revisions.c.number).label("number"))
        .group_by(revisions.c.content_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            revisions.c.content_id,
            contents.c.kind,
            revisions.c.id,
            revisions.c.number,
            revisions.c.content_hash,
            revisions.c.origin,
            revisions.c.path,
            revisions.c.source,
            heads.c.revision_id.is_not(None),
        )
        .join(
            newest,
            (newest.c.content_id == revisions.c.content_id)
            & (newest.c.number == revisions.c.number),
        )
        .join(contents, contents.c.id == revisions.c.content_id)
        .outerjoin(heads, heads.c.content_id == revisions.c.content_id)
        .where(contents.c.kind.in_(FILE_KINDS))
    )
    return {row[0]: TextRow(*row) for row in rows}


def select_sources(connection: Connection, content_id: str) -> tuple[tuple[str, str], ...]:
    """Return origin and text of every revision of a file, oldest first."""
    revisions = table(Revision)
    rows = connection.execute(
        select(revisions.c.origin, revisions.c.source)
        .where(revisions.c.content_id == content_id)
        .order_by(revisions.c.number)
    )
    return tuple((row[0], row[1]) for row in rows)


def select_history(connection: Connection, content_id: str) -> tuple[HistoryRow, ...]:
    """Return every revision of a file, newest first."""
    revisions, notes, heads = table(Revision), table(RevisionNote), table(Head)
    publisher, author = table(Person).alias("publisher"), table(Person).alias("author")
    reviews, older = table(Review), revisions.alias("older")
    rows = connection.execute(
        select(
            revisions.c.id,
            revisions.c.number,
            revisions.c.origin,
            revisions.c.path,
            revisions.c.source,
            revisions.c.published_at,
            publisher.c.name,
            author.c.name,
            func.coalesce(notes.c.why, ""),
            func.coalesce(reviews.c.waiver, ""),
            older.c.number,
            heads.c.revision_id.is_not(None),
        )
        .outerjoin(notes, notes.c.revision_id == revisions.c.id)
        .outerjoin(publisher, publisher.c.id == revisions.c.published_by)
        .outerjoin(author, author.c.id == notes.c.author_id)
        .outerjoin(reviews, reviews.c.id == notes.c.review_id)
        .outerjoin(older, older.c.id == notes.c.restores_id)
        .outerjoin(heads, heads.c.revision_id == revisions.c.id)
        .where(revisions.c.content_id == content_id)
        .order_by(revisions.c.number.desc())
    )
    return tuple(HistoryRow(*tuple[Any, ...](row)) for row in rows)


def select_seen_files(connection: Connection) -> tuple[SeenFile, ...]:
    """Return every file as it was last seen on disk."""
    rows = table(DiskFile)
    return tuple(
        SeenFile(*row)
        for row in connection.execute(
            select(rows.c.path, rows.c.content_id, rows.c.text, rows.c.sha256).order_by(rows.c.path)
        )
    )
