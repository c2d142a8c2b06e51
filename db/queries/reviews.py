"""Reviews that wait or were decided, what is known of content ids, and corrected keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.sql import ColumnElement

from db.columns import table
from db.tables import Content, Head, Person, Revision
from db.tables_authoring import Review, RevisionNote


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """Texts sent together, with their author's name and that of whoever waived."""

    id: int
    author_id: int
    author: str
    why: str
    sent_at: datetime
    state: str
    key_choices: Mapping[str, str]
    comment: str
    waived_by: int | None
    waiver: str


@dataclass(frozen=True, slots=True)
class KnownContent:
    """An id that was published once: its newest revision, and whether people see it."""

    content_id: str
    kind: str
    item_type: str
    revision_id: int
    number: int
    key_hash: str
    path: str
    owner_id: str | None
    live: bool
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Correction:
    """An item whose key was corrected: results scored by an older revision are to be regraded."""

    item_id: str
    revision_id: int
    number: int
    published_at: datetime
    why: str


def select_reviews(connection: Connection, *, state: str = "waiting") -> tuple[ReviewRow, ...]:
    """Return the reviews in a state, the one sent first coming first."""
    return _reviews(connection, table(Review).c.state == state)


def find_review(connection: Connection, review_id: int) -> ReviewRow | None:
    """Return a review, or None."""
    found = _reviews(connection, table(Review).c.id == review_id)
    return found[0] if found else None


def _reviews(connection: Connection, condition: ColumnElement[bool]) -> tuple[ReviewRow, ...]:
    rows, people = table(Review), table(Person)
    found = connection.execute(
        select(
            rows.c.id,
            rows.c.author_id,
            people.c.name,
            rows.c.why,
            rows.c.sent_at,
            rows.c.state,
            rows.c.key_choices,
            rows.c.comment,
            rows.c.waived_by,
            rows.c.waiver,
        )
        .join(people, people.c.id == rows.c.author_id)
        .where(condition)
        .order_by(rows.c.sent_at, rows.c.id)
    )
    return tuple(ReviewRow(*tuple[Any, ...](row)) for row in found)


def select_known_content(connection: Connection) -> dict[str, KnownContent]:
    """Return every id ever published with its newest revision; of items also their type."""
    revisions, contents, heads = table(Revision), table(Content), table(Head)
    newest = (
        select(revisions.c.content_id, func.max(revisions.c.number).label("number"))
        .group_by(revisions.c.content_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            contents.c.id,
            contents.c.kind,
            func.coalesce(revisions.c.body["type"].as_string(), ""),
            revisions.c.id,
            revisions.c.number,
            revisions.c.key_hash,
            revisions.c.path,
            heads.c.owner_id,
            heads.c.revision_id.is_not(None),
            contents.c.retired_at,
        )
        .join(newest, newest.c.content_id == contents.c.id)
        .join(
            revisions,
            (revisions.c.content_id == newest.c.content_id)
            & (revisions.c.number == newest.c.number),
        )
        .outerjoin(heads, heads.c.content_id == contents.c.id)
    )
    return {row[0]: KnownContent(*tuple[Any, ...](row)) for row in rows}


def find_same_text(
    connection: Connection, *, content_id: str, content_hash: str, before: int
) -> int | None:
    """Return the newest revision before another one that had this very text, or None."""
    rows = table(Revision)
    return connection.execute(
        select(func.max(rows.c.id)).where(
            rows.c.content_id == content_id,
            rows.c.content_hash == content_hash,
            rows.c.id < before,
        )
    ).scalar()


def select_corrections(connection: Connection) -> tuple[Correction, ...]:
    """Return every revision that corrects the key of its item, oldest first."""
    revisions, notes = table(Revision), table(RevisionNote)
    rows = connection.execute(
        select(
            revisions.c.content_id,
            revisions.c.id,
            revisions.c.number,
            revisions.c.published_at,
            notes.c.why,
        )
        .join(notes, notes.c.revision_id == revisions.c.id)
        .where(notes.c.key_choice == "correction")
        .order_by(revisions.c.id)
    )
    return tuple(Correction(*row) for row in rows)
