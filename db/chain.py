"""The hash chain of the audit: how a deed is written down, and how one row binds the next."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

ORGANISATION = "organisation"
# Kept, because json.dumps would build a new one at each call.
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
GENESIS = "0" * 64  # what the first row of a stream binds to
# What stands where somebody's text was, after it was erased.
ERASED_RESPONSE = '{"text":""}'


@dataclass(frozen=True, slots=True)
class Deed:
    """One audit row without its hash."""

    stream: str
    seq: int
    at: datetime
    actor: str
    deed: str
    object: str
    payload: str
    prev_hash: str


@dataclass(frozen=True, slots=True)
class Link:
    """The end of a stream: the number and hash of its last row; number 0 before the first."""

    stream: str
    seq: int
    hash: str


def attempt_stream(attempt_id: int) -> str:
    """Name the stream of an attempt."""
    return f"attempt:{attempt_id}"


def breaks_stream(attempt_id: int) -> str:
    """Name the stream of the breaks of an attempt."""
    return f"breaks:{attempt_id}"


def canonical_json(value: object) -> str:
    """Return the one text a value has: sorted keys, no blanks, no NaN.

    Raises
    ------
    ValueError
        For infinities and NaN: JSON has no word for them.
    TypeError
        For what JSON cannot hold.
    """
    return _CANONICAL.encode(value)


def hash_of(deed: Deed) -> str:
    """SHA-256 over the previous hash and every field, as a canonical JSON list."""
    at = deed.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [deed.prev_hash, deed.stream, deed.seq, at, deed.actor, deed.deed, deed.object]
    return hashlib.sha256(canonical_json([*fields, deed.payload]).encode()).hexdigest()


def answer_payload(*, position: int, operation_id: str, response: str) -> dict[str, object]:
    """Say which answer was saved without saying what it was: the hash of its text."""
    digest = hashlib.sha256(response.encode()).hexdigest()
    return {"position": position, "operation": operation_id, "response_sha256": digest}
