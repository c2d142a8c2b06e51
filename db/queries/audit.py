"""Reading the audit, and proving that nobody changed it afterwards."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import Connection, Row, text

from db.chain import (
    ERASED_RESPONSE,
    GENESIS,
    Deed,
    Link,
    answer_payload,
    attempt_stream,
    canonical_json,
    hash_of,
)
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
# Both in the order of attempts, so that they are read side by side once, however many there are.
_ANSWERS = text(
    "SELECT attempt_id, seq, position, operation_id, response FROM answer ORDER BY attempt_id, seq"
)
_SAVED = text(
    "SELECT CAST(substr(stream, 9) AS BIGINT) AS attempt_id, seq, object, payload,"
    " deed = 'answer erased' AS erased FROM audit"
    " WHERE deed IN ('answer saved', 'answer erased') ORDER BY 1, seq"
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


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it stands, as its audit row should speak of it."""

    seq: int
    name: str
    payload: str
    empty: bool


@dataclass(frozen=True, slots=True)
class _Saved:
    """An audit row that speaks of an answer; the last one of an answer holds."""

    seq: int
    name: str
    payload: str
    erased: bool


def _read_kept(row: Row[*tuple[Any, ...]]) -> tuple[int, _Kept]:
    attempt_id, seq, position, operation_id, response = row
    said = answer_payload(position=position, operation_id=operation_id, response=response)
    empty = response == ERASED_RESPONSE
    return attempt_id, _Kept(seq, f"answer:{seq}", canonical_json(said), empty)


def _read_saved(row: Row[*tuple[Any, ...]]) -> tuple[int, _Saved]:
    attempt_id, seq, name, payload, erased = row
    return attempt_id, _Saved(seq, name, payload, bool(erased))


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
        # Rows took its place: they are bound well, but it is bound to the row before them. A copy
        # of an old row is bound to nothing near it and was put in itself.
        there = rows[written_as - 1]
        pushed = there.deed.prev_hash == row.deed.prev_hash and there.hash != row.hash
        return (written_as if pushed else place), "inserted"
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
    chunked = connection.execution_options(yield_per=CHUNK)
    both: Iterable[tuple[int, _Kept | _Saved]] = heapq.merge(
        map(_read_kept, chunked.execute(_ANSWERS)),
        map(_read_saved, chunked.execute(_SAVED)),
        key=itemgetter(0),
    )
    found = (
        _compare_answers(attempt_stream(attempt_id), [row for _, row in rows])
        for attempt_id, rows in groupby(both, key=itemgetter(0))
    )
    return [fault for fault in found if fault is not None]


def _compare_answers(stream: str, rows: list[_Kept | _Saved]) -> ChainFault | None:
    kept = {row.name: row for row in rows if isinstance(row, _Kept)}
    saved = {row.name: row for row in rows if isinstance(row, _Saved)}
    for name, answer in kept.items():
        deed = saved.get(name)
        if deed is None:
            return ChainFault(stream, answer.seq, "inserted")
        # What is said to be erased must be empty; no other text can be put in its place.
        if deed.payload != answer.payload or (deed.erased and not answer.empty):
            return ChainFault(stream, deed.seq, "edited")
    for name, deed in saved.items():
        if name not in kept:
            return ChainFault(stream, deed.seq, "deleted")
    return None
