"""Anchors of the audit: where streams ended on a day, and whether they still lead there."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import Connection, select, text

from db.chain import GENESIS, Link, canonical_json
from db.columns import table
from db.hot import moment_of
from db.queries.audit import ChainFault, verify_chain
from db.tables_guard import AuditAnchor

ANCHORS = "anchors"
_MOVED = text(
    "SELECT h.stream, h.seq, a.hash FROM"
    " (SELECT stream, max(seq) AS seq FROM audit GROUP BY stream) h"
    " JOIN audit a ON a.stream = h.stream AND a.seq = h.seq"
    " LEFT JOIN (SELECT stream, max(seq) AS seq FROM audit_anchor_head GROUP BY stream) known"
    " ON known.stream = h.stream WHERE known.seq IS NULL OR known.seq < h.seq ORDER BY h.stream"
)
# The newest anchored end of each stream that the audit no longer holds as it was.
_LOST = text(
    "SELECT known.stream, known.seq, known.hash FROM audit_anchor_head known JOIN"
    " (SELECT stream, max(seq) AS seq FROM audit_anchor_head GROUP BY stream) last"
    " ON last.stream = known.stream AND last.seq = known.seq"
    " LEFT JOIN audit a ON a.stream = known.stream AND a.seq = known.seq"
    " WHERE a.hash IS NULL OR a.hash <> known.hash ORDER BY known.stream"
)
_HEADS = text(
    "SELECT n.number, h.stream, h.seq, h.hash FROM audit_anchor_head h"
    " JOIN audit_anchor n ON n.id = h.anchor_id ORDER BY n.number, h.stream"
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """An anchor: its number, when (UTC), how many ends had moved, and its digest."""

    number: int
    at: datetime
    moved: int
    prev_digest: str
    digest: str


def anchor_digest(*, number: int, at: datetime, prev_digest: str, heads: Iterable[Link]) -> str:
    """SHA-256 over the digest before, number and moment, and every end in the order of streams."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    digest = hashlib.sha256(canonical_json([prev_digest, number, moment]).encode())
    for head in heads:
        digest.update(canonical_json([head.stream, head.seq, head.hash]).encode())
    return digest.hexdigest()


def select_moved_heads(connection: Connection) -> list[Link]:
    """Return the ends of all streams that grew since they were last anchored."""
    return [Link(row[0], row[1], row[2]) for row in connection.execute(_MOVED)]


def select_anchors(connection: Connection) -> tuple[Anchor, ...]:
    """Return every anchor in the order of their numbers."""
    anchors = table(AuditAnchor)
    rows = connection.execute(
        select(*(anchors.c[name] for name in Anchor.__slots__)).order_by(anchors.c.number)
    )
    return tuple(Anchor(row[0], moment_of(row[1]), *row[2:]) for row in rows)


def verify_audit(
    connection: Connection, *, logged: Mapping[int, str] | None = None
) -> list[ChainFault]:
    """Return the first fault of every stream, and of the anchors, that has one.

    Parameters
    ----------
    logged
        Digests by the number of their anchor, as they left the database. Only they show that the
        newest anchors were cut off together with the rows they bound.
    """
    lost = [Link(row[0], row[1], row[2]) for row in connection.execute(_LOST)]
    faults = verify_chain(connection, anchors=lost)
    broken = _broken_anchor(connection, logged=logged or {})
    return faults if broken is None else [broken, *faults]


def _broken_anchor(connection: Connection, *, logged: Mapping[int, str]) -> ChainFault | None:
    anchors = select_anchors(connection)
    heads = {
        number: [Link(row[1], row[2], row[3]) for row in rows]
        for number, rows in groupby(connection.execute(_HEADS), key=lambda row: row[0])
    }
    prev_digest = GENESIS
    for place, anchor in enumerate(anchors, start=1):
        if anchor.number != place:
            return ChainFault(ANCHORS, place, "deleted")
        found = anchor_digest(
            number=anchor.number,
            at=anchor.at,
            prev_digest=prev_digest,
            heads=heads.get(anchor.number, []),
        )
        same = found == anchor.digest == logged.get(anchor.number, found)
        if not same or anchor.prev_digest != prev_digest:
            return ChainFault(ANCHORS, place, "edited")
        prev_digest = anchor.digest
    if logged and max(logged) > len(anchors):
        return ChainFault(ANCHORS, len(anchors) + 1, "truncated")
    return None
