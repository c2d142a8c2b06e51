"""Saving an answer: once per operation, with its audit row, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from db.chain import GENESIS, Link, answer_payload, attempt_stream
from db.commands.audit import INSERT_DEED, link_deed
from db.errors import (
    AttemptForeign,
    AttemptPastDue,
    AttemptPaused,
    AttemptSubmitted,
    OperationReused,
    PositionUnknown,
    Refusal,
    ResponseTooLong,
)
from db.hot import Statement, moment_of

LONGEST_RESPONSE = 40_000  # characters; the table holds the same limit

# One statement for all that has to be known. Who waits in it for another answer of the same attempt
# may read numbers from before that answer; the keys refuse them, and the store runs the save again.
LOCK_ATTEMPT = Statement(
    """
    SELECT attempt.learner_id, attempt.submitted_at, attempt.due_at,
        EXISTS (SELECT 1 FROM attempt_item item
            WHERE item.attempt_id = attempt.id AND item.position = :position),
        (SELECT max(seq) FROM answer WHERE answer.attempt_id = attempt.id),
        last.seq, last.hash, attempt.paused_until
    FROM attempt LEFT JOIN audit last ON last.stream = :stream
        AND last.seq = (SELECT max(seq) FROM audit WHERE stream = :stream)
    WHERE attempt.id = :attempt_id
    """,
    for_postgres="FOR NO KEY UPDATE OF attempt",
)
INSERT_ANSWER = Statement(
    "INSERT INTO answer"
    " (attempt_id, seq, position, operation_id, response, seconds, answered_at)"
    " VALUES (:attempt_id, :answer_seq, :position, :operation_id, :response, :seconds, :at)"
    " ON CONFLICT (operation_id) DO NOTHING"
)
# PostgreSQL adds both rows in one statement and so spares a way to the server.
INSERT_BOTH = Statement(
    "WITH kept AS (INSERT INTO answer"
    " (attempt_id, seq, position, operation_id, response, seconds, answered_at)"
    " VALUES (:attempt_id, :answer_seq, :position, :operation_id, :response, :seconds, :at)"
    " ON CONFLICT (operation_id) DO NOTHING RETURNING 1)"
    " INSERT INTO audit (stream, seq, at, actor, deed, object, payload, prev_hash, hash)"
    " SELECT :stream, :seq, :at, :actor, :deed, :object, :payload, :prev_hash, :hash FROM kept"
)
FIND_OPERATION = Statement(
    "SELECT attempt_id, position, response, seq, answered_at FROM answer"
    " WHERE operation_id = :operation_id"
)


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """An answer that is kept: its number within the attempt and when it came.

    `repeated` says that this operation was saved before; number and moment are those of then.
    """

    seq: int
    answered_at: datetime
    repeated: bool


def save_answer(
    connection: Connection,
    *,
    attempt_id: int,
    learner_id: int,
    position: int,
    operation_id: str,
    response: str,
    seconds: float | None,
    now: datetime,
) -> SavedAnswer:
    """Keep an answer and its audit row; the newest answer of a position counts.

    An operation that was saved before is answered as it was then, also after the attempt ended:
    whoever asks again has not heard that it worked.

    Raises
    ------
    AttemptForeign, AttemptSubmitted, AttemptPastDue, AttemptPaused, PositionUnknown,
    ResponseTooLong
        When the attempt takes no such answer.
    OperationReused
        When the operation id belongs to another answer.
    """
    if len(response) > LONGEST_RESPONSE:
        raise ResponseTooLong(
            f"the answer has {len(response)} characters, {LONGEST_RESPONSE} are kept; shorten it"
        )
    asked = (attempt_id, position, response)
    stream = attempt_stream(attempt_id)
    attempt = LOCK_ATTEMPT.run(
        connection, attempt_id=attempt_id, position=position, stream=stream
    ).first()
    if attempt is None or attempt[0] != learner_id:
        raise AttemptForeign("this is not one of your attempts; open it from your own page")
    closed = _find_closed(attempt, now=now)
    if closed is not None:
        saved = _find_repeated(connection, operation_id=operation_id, asked=asked)
        if saved is None:
            raise closed
        return saved
    if not attempt[3]:
        raise PositionUnknown(f"this attempt has no question at position {position}")
    seq = (attempt[4] or 0) + 1
    deed = link_deed(
        Link(stream, attempt[5] or 0, attempt[6] or GENESIS),
        actor=f"person:{learner_id}",
        deed="answer saved",
        object_=f"answer:{seq}",
        payload=answer_payload(position=position, operation_id=operation_id, response=response),
        now=now,
    )
    answer = {
        "attempt_id": attempt_id,
        "answer_seq": seq,
        "position": position,
        "operation_id": operation_id,
        "response": response,
        "seconds": seconds,
        "at": now,
    }
    if not _insert_both(connection, answer, deed):
        return _require_repeated(connection, operation_id=operation_id, asked=asked)
    return SavedAnswer(seq, now, repeated=False)


def _insert_both(connection: Connection, answer: dict[str, Any], deed: dict[str, Any]) -> bool:
    """Add the answer and its audit row; False where the operation was kept before."""
    if connection.dialect.name == "postgresql":
        return INSERT_BOTH.run(connection, **(answer | deed)).rowcount == 1
    if INSERT_ANSWER.run(connection, **answer).rowcount == 0:
        return False
    INSERT_DEED.run(connection, **deed)
    return True


def _find_closed(attempt: Row[*tuple[Any, ...]], *, now: datetime) -> Refusal | None:
    if attempt[1] is not None:
        return AttemptSubmitted("this attempt was handed in; its answers no longer change")
    if attempt[2] is not None and now > moment_of(attempt[2]):
        return AttemptPastDue("the time of this attempt is over; hand in what is saved")
    if attempt[7] is not None and now < moment_of(attempt[7]):
        return AttemptPaused("you are on a break; end it first, then answer")
    return None


def _find_repeated(
    connection: Connection, *, operation_id: str, asked: tuple[int, int, str]
) -> SavedAnswer | None:
    row = FIND_OPERATION.run(connection, operation_id=operation_id).first()
    if row is None or (row[0], row[1], row[2]) != asked:
        return None
    return SavedAnswer(row[3], moment_of(row[4]), repeated=True)


def _require_repeated(
    connection: Connection, *, operation_id: str, asked: tuple[int, int, str]
) -> SavedAnswer:
    saved = _find_repeated(connection, operation_id=operation_id, asked=asked)
    if saved is None:
        raise OperationReused(
            f"the operation {operation_id} was used for another answer; make a new one"
        )
    return saved
