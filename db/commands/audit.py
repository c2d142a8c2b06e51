"""Writing deeds down: each row is bound to the one before it in its stream."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from db.chain import GENESIS, ORGANISATION, Deed, Link, canonical_json, hash_of
from db.columns import table
from db.hot import Statement
from db.tables_guard import Audit

# Streams of an attempt: what was answered, and the breaks, which not everybody who reads one sees.
_OF_ATTEMPTS = frozenset({"attempt", "breaks"})
LAST_LINK = Statement(
    "SELECT seq, hash FROM audit WHERE stream = :stream ORDER BY seq DESC LIMIT 1"
)
INSERT_DEED = Statement(
    "INSERT INTO audit (stream, seq, at, actor, deed, object, payload, prev_hash, hash)"
    " VALUES (:stream, :seq, :at, :actor, :deed, :object, :payload, :prev_hash, :hash)"
)
LOCK_STREAM = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:stream, 0))")
LOCK_ATTEMPT = Statement(
    "SELECT id FROM attempt WHERE id = :attempt_id", for_postgres="FOR NO KEY UPDATE"
)


def append_audit(
    connection: Connection,
    *,
    stream: str,
    actor: str,
    deed: str,
    object_: str,
    payload: Mapping[str, object],
    now: datetime,
) -> Link:
    """Add a deed to the end of its stream, in the caller's transaction; return its link.

    Parameters
    ----------
    stream
        `organisation`, or `attempt:<id>` or `breaks:<id>` of an attempt that exists.
    actor
        Who did it, by a key that survives erasure: `person:<id>`, `portal`, never a name.
    payload
        What a reader needs to know, never an answer, a token or a name.

    Raises
    ------
    ValueError
        For another stream: nobody would verify it.
    """
    lock_stream(connection, stream=stream)
    row = LAST_LINK.run(connection, stream=stream).first()
    last = Link(stream, 0, GENESIS) if row is None else Link(stream, row[0], row[1])
    values = link_deed(last, actor=actor, deed=deed, object_=object_, payload=payload, now=now)
    INSERT_DEED.run(connection, **values)
    return Link(stream, values["seq"], values["hash"])


def append_audits(
    connection: Connection,
    *,
    stream: str,
    actor: str,
    deeds: Iterable[tuple[str, str, Mapping[str, object]]],
    now: datetime,
) -> None:
    """Add many deeds, each with its object and payload, to the end of one stream at once."""
    found = list(deeds)
    if not found:
        return
    lock_stream(connection, stream=stream)
    row = LAST_LINK.run(connection, stream=stream).first()
    last = Link(stream, 0, GENESIS) if row is None else Link(stream, row[0], row[1])
    rows = []
    for deed, object_, payload in found:
        values = link_deed(last, actor=actor, deed=deed, object_=object_, payload=payload, now=now)
        rows.append(values)
        last = Link(stream, values["seq"], values["hash"])
    connection.execute(insert(table(Audit)), rows)


def link_deed(
    last: Link,
    *,
    actor: str,
    deed: str,
    object_: str,
    payload: Mapping[str, object],
    now: datetime,
) -> dict[str, Any]:
    """Return the values of the audit row behind `last`, by the names of its columns."""
    row = Deed(
        last.stream, last.seq + 1, now, actor, deed, object_, canonical_json(payload), last.hash
    )
    return {name: getattr(row, name) for name in Deed.__slots__} | {"hash": hash_of(row)}


def lock_stream(connection: Connection, *, stream: str) -> None:
    """Let nobody else add to this stream until the transaction ends.

    The row of the attempt serves as the lock of its stream, because saving and submitting hold it
    anyway. SQLite has one writer at a time and needs neither.
    """
    kind, _, number = stream.partition(":")
    if stream != ORGANISATION and not (kind in _OF_ATTEMPTS and number.isdecimal()):
        raise ValueError(
            f"expected the stream 'organisation', 'attempt:<id>' or 'breaks:<id>', got {stream!r}"
        )
    if stream != ORGANISATION:
        if LOCK_ATTEMPT.run(connection, attempt_id=int(number)).first() is None:
            raise ValueError(f"the stream {stream!r} belongs to no attempt")
    elif connection.dialect.name == "postgresql":
        LOCK_STREAM.run(connection, stream=stream)
