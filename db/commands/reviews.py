"""Reviews: texts sent together, decided once, taken back when one of them changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from db.columns import table
from db.tables_authoring import Draft, Review

Decision = Literal["approved", "returned", "withdrawn"]


def insert_review(
    connection: Connection,
    *,
    author_id: int,
    why: str,
    key_choices: Mapping[str, str],
    now: datetime,
) -> int:
    """Open a review and return its id."""
    return int(
        connection.execute(
            insert(table(Review))
            .values(
                author_id=author_id,
                why=why,
                sent_at=now,
                state="waiting",
                key_choices=dict(key_choices),
                comment="",
                waiver="",
            )
            .returning(table(Review).c.id)
        ).scalar_one()
    )


def send_draft(
    connection: Connection, *, path: str, author_id: int, review_id: int, sent_hash: str
) -> None:
    """Put a draft into a review; `sent_hash` is the SHA-256 of its text."""
    rows = table(Draft)
    connection.execute(
        update(rows)
        .where(rows.c.path == path, rows.c.author_id == author_id)
        .values(state="review", review_id=review_id, sent_hash=sent_hash, comment="")
    )


def decide_review(
    connection: Connection,
    review_id: int,
    *,
    decision: Decision,
    comment: str = "",
    decided_by: int | None = None,
    now: datetime,
) -> bool:
    """Close a review; False when it was closed already. Its drafts are let go of."""
    rows, drafts = table(Review), table(Draft)
    changed = connection.execute(
        update(rows)
        .where(rows.c.id == review_id, rows.c.state == "waiting")
        .values(state=decision, comment=comment, decided_by=decided_by, decided_at=now)
    )
    if not changed.rowcount:
        return False
    state = "returned" if decision == "returned" else "draft"
    connection.execute(
        update(drafts)
        .where(drafts.c.review_id == review_id)
        .values(state=state, review_id=None, sent_hash="", comment=comment)
    )
    return True


def waive_review(connection: Connection, review_id: int, *, waived_by: int, waiver: str) -> bool:
    """Let the author of an open review approve it; False when it is closed or waived already."""
    rows = table(Review)
    changed = connection.execute(
        update(rows)
        .where(rows.c.id == review_id, rows.c.state == "waiting", rows.c.waived_by.is_(None))
        .values(waived_by=waived_by, waiver=waiver)
    )
    return changed.rowcount > 0


def find_review_of(connection: Connection, *, path: str, author_id: int) -> int | None:
    """Return the open review an author's draft is in, or None."""
    rows = table(Draft)
    return connection.execute(
        select(rows.c.review_id).where(rows.c.path == path, rows.c.author_id == author_id)
    ).scalar()
