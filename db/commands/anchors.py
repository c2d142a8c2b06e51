"""Anchoring the audit: writing down where every stream ends."""

from datetime import datetime

from sqlalchemy import Connection, insert

from db.chain import GENESIS
from db.columns import table
from db.queries.anchors import Anchor, anchor_digest, select_anchors, select_moved_heads
from db.tables_guard import AuditAnchor, AuditAnchorHead


def insert_anchor(connection: Connection, *, now: datetime) -> Anchor:
    """Bind the ends that moved since the last anchor to it, and return the new one.

    A day without a deed is anchored too: it proves that there was none.
    """
    anchors, heads = table(AuditAnchor), select_moved_heads(connection)
    before = select_anchors(connection)
    prev_digest = before[-1].digest if before else GENESIS
    number = before[-1].number + 1 if before else 1
    digest = anchor_digest(number=number, at=now, prev_digest=prev_digest, heads=heads)
    anchor = Anchor(number, now, len(heads), prev_digest, digest)
    anchor_id = connection.execute(
        insert(anchors)
        .values(number=number, at=now, moved=len(heads), prev_digest=prev_digest, digest=digest)
        .returning(anchors.c.id)
    ).scalar_one()
    if heads:
        connection.execute(
            insert(table(AuditAnchorHead)),
            [
                {"anchor_id": anchor_id, "stream": one.stream, "seq": one.seq, "hash": one.hash}
                for one in heads
            ],
        )
    return anchor
