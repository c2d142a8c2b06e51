"""Reading the audit, and proving that nobody changed it afterwards."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, Row, text

from db.chain import GENESIS, Deed, Link, answer_payload, attempt_stream, canonical_json, hash_of
from db.hot import moment_of

FaultKind = Literal["edited", "deleted", "inserted", "reordered", "truncated"]

_COLUMNS = "stream, seq, at, actor, deed, object, payload, prev_hash, hash"
_ALL = text(f"SELECT {_COLUMNS} FROM audit ORDER BY stream, seq")  # noqa: S608
_STREAM = text(f"SELECT {_COLUMNS} FROM audit WHERE stream = :stream ORDER BY seq")  # noqa: S608
_HEADS = text(
    "SELECT a.stream, a.seq, a.hash FROM audit a JOIN"
    " (SELECT stream, max(seq) AS seq FROM audit GROUP BY stream) last"
    " ON last.stream = a.stream AND last.seq = a.seq ORDER BY a.stream"
)
_ANSWERS = text(
    "SELECT a.attempt_id, a.seq, a.position, a.operation_id, a.response,"
    " u.seq AS audit_seq, u.payload"
    " FROM answer a LEFT JOIN audit u ON u.deed = 'answer saved'"
    " AND u.stream = 'attempt:' || a.attempt_id AND u.object = 'answer:' || a.seq"
    " ORDER BY a.attempt_id, a.seq"
)
_LOST_ANSWERS = text(
    "SELECT u.stream, u.seq FROM audit u WHERE u.deed = 'answer saved' AND NOT EXISTS"
    " (SELECT 1 FROM answer a WHERE a.attempt_id = CAST(substr(u.stream, 9) AS BIGINT)"
    " AND 'answer:' || a.seq = u.object) ORDER BY u.stream, u.seq"
)
# Enough to recognise a row that was renumbered after many before it were taken out.
RENUMBERED_BY = 1_000
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first row of a stream that is not as it was written, and what happened to it."""

    stream: str
    seq: int
    kind: FaultKind

    def __str__(self) -> str:
        return f"stream {self.stream}, row {self.seq}: {self.kind}"


@dataclass(frozen=True, slots=True)
class _Read:
    """An audit row as found, with the hash that stands in it."""

    deed: Deed
    hash: str

    def is_bound(self, *, seq: int, prev_hash: str) -> bool:
        """Say whether the row stands in its place, binds to the one before, and is unchanged."""
        deed = self.deed
        placed = deed.seq == seq and deed.prev_hash == prev_hash
        return placed and hash_of(deed) == self.hash


def select_heads(connection: Connection) -> list[Link]:
    """Return the last link of every stream; kept elsewhere, they prove that no end was cut off."""
    return [Link(row[0], row[1], row[2]) for row in connection.execute(_HEADS)]


def verify_chain(connection: Connection, *, anchors: Iterable[Link] = ()) -> list[ChainFault]:
    """Return the first fault of every stream that has one; an empty list is the proof.

    Parameters
    ----------
    anchors
        Heads written down earlier outside the database. Only they can show that rows were cut off
        at the end of a stream, or that a whole stream was written anew.
    """
    faults: dict[str, ChainFault] = {}
    for stream, rows in groupby(_read_rows(connection), key=lambda row: row.deed.stream):
        if not _is_sound(rows):
            faults[stream] = explain_fault(_read_stream(connection, stream))
    for anchor in anchors:
        fault = _check_anchor(connection, anchor)
        if fault is not None:
            faults.setdefault(anchor.stream, fault)
    return [faults[stream] for stream in sorted(faults)]


def _is_sound(rows: Iterable[_Read]) -> bool:
    prev_hash = GENESIS
    for place, row in enumerate(rows, start=1):
        if not row.is_bound(seq=place, prev_hash=prev_hash):
            return False
        prev_hash = row.hash
    return True


def _read_rows(connection: Connection) -> Iterator[_Read]:
    result = connection.execution_options(yield_per=CHUNK).execute(_ALL)
    for row in result:
        yield _read(row)


def _read_stream(connection: Connection, stream: str) -> list[_Read]:
    return [_read(row) for row in connection.execute(_STREAM, {"stream": stream})]


def _read(row: Row[*tuple[Any, ...]]) -> _Read:
    stream, seq, at, actor, deed, object_, payload, prev_hash, hash_ = row
    return _Read(Deed(stream, seq, moment_of(at), actor, deed, object_, payload, prev_hash), hash_)


def _check_anchor(connection: Connection, anchor: Link) -> ChainFault | None:
    query = text("SELECT hash FROM audit WHERE stream = :stream AND seq = :seq")
    found = connection.execute(query, {"stream": anchor.stream, "seq": anchor.seq}).scalar()
    if found is None:
        last = text("SELECT coalesce(max(seq), 0) FROM audit WHERE stream = :stream")
        end = connection.execute(last, {"stream": anchor.stream}).scalar_one()
        return ChainFault(anchor.stream, end + 1, "truncated")
    if found != anchor.hash:
        return ChainFault(anchor.stream, anchor.seq, "edited")
    return None


def explain_fault(rows: list[_Read]) -> ChainFault:
    """Say what happened to the first row of a broken stream that is not in its place.

    A row keeps the number it was written with inside its hash: whoever moves it leaves that number
    behind, and so gives away whether rows were taken out, put in or swapped.
    """
    prev_hash = GENESIS
    for place, row in enumerate(rows, start=1):
        if not row.is_bound(seq=place, prev_hash=prev_hash):
            return ChainFault(row.deed.stream, *_explain_row(rows, place, prev_hash))
        prev_hash = row.hash
    raise ValueError("expected a broken stream, got a sound one")


def _explain_row(rows: list[_Read], place: int, prev_hash: str) -> tuple[int, FaultKind]:
    row = rows[place - 1]
    written_as = _written_as(row, limit=len(rows) + RENUMBERED_BY)
    elsewhere = _stands_elsewhere(rows, place, prev_hash)
    if written_as is None:
        # A row nobody ever wrote stands where another one belongs, or the row itself was changed.
        return (place, "inserted") if elsewhere else (place, "edited")
    if written_as > place:
        return (place, "reordered") if elsewhere else (place, "deleted")
    if written_as < place:
        # The row before it took its place: it is bound well, but nothing is bound to it.
        return place - 1, "inserted"
    # The row is sound in itself and bound to another one than stands before it now.
    return (place, "inserted") if elsewhere else (max(place - 1, 1), "edited")


def _written_as(row: _Read, *, limit: int) -> int | None:
    """Return the number a row was written with: the one under which its hash comes out."""
    numbers = sorted(range(1, limit + 1), key=lambda number: abs(number - row.deed.seq))
    for number in [row.deed.seq, *numbers]:
        if hash_of(replace(row.deed, seq=number)) == row.hash:
            return number
    return None


def _stands_elsewhere(rows: list[_Read], place: int, prev_hash: str) -> bool:
    """Say whether the row that belongs to this place stands further down in the stream."""
    return any(
        row.deed.prev_hash == prev_hash and hash_of(replace(row.deed, seq=place)) == row.hash
        for row in rows[place:]
    )


def verify_answers(connection: Connection) -> list[ChainFault]:
    """Return, per attempt, the first answer that is not the one its audit row speaks of.

    `inserted` is an answer nobody saved, `deleted` one that was saved and is gone; `seq` is the
    row of the audit, or the number of the answer where it has none.
    """
    faults: dict[str, ChainFault] = {}
    for row in connection.execution_options(yield_per=CHUNK).execute(_ANSWERS):
        stream = attempt_stream(row.attempt_id)
        if row.payload is None:
            faults.setdefault(stream, ChainFault(stream, row.seq, "inserted"))
        elif row.payload != canonical_json(
            answer_payload(
                position=row.position, operation_id=row.operation_id, response=row.response
            )
        ):
            faults.setdefault(stream, ChainFault(stream, row.audit_seq, "edited"))
    for stream, seq in connection.execute(_LOST_ANSWERS):
        faults.setdefault(stream, ChainFault(stream, seq, "deleted"))
    return [faults[stream] for stream in sorted(faults)]
