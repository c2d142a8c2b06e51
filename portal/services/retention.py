"""How long each kind of data is kept, and what deletes it afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db import Connection
from db.commands.erasure import empty_answers
from db.commands.retention import (
    WrittenAnswer,
    count_old,
    delete_old,
    select_long_gone,
    select_written_answers,
)
from db.store import Store
from portal.services.erasing import ReadItem, erase_now, personal_texts
from portal.services.evidence import actor, record_deed

# Days that a kind is kept after its last use; the table in docs/recorded.md is made from this one.
DAYS = {
    "sessions": 90,
    "limits": 1,
    "background work": 90,
    "notices": 180,
    "consents": 1095,
    "accommodations": 365,
    "breaks": 365,
    "activities": 730,
    "desk actions": 730,
    "confidence": 730,
    "drafts": 730,
    "unfinished work": 730,
    "handed-in work": 1095,
    "comments on work": 1095,
    "unfinished gradings": 1095,
}
TEXT_DAYS = 730
GONE_DAYS = 1095


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a kind is older than its period allows: how many rows, and from before when."""

    kind: str
    days: int
    rows: int


@dataclass(frozen=True, slots=True)
class RetentionReceipt:
    """What was deleted, or would be."""

    done: bool
    at: datetime
    lines: tuple[Kept, ...]


def foresee_retention(store: Store, *, read_item: ReadItem, now: datetime) -> RetentionReceipt:
    """Return what is older than its period, and change nothing; of the command line."""

    def read(connection: Connection) -> RetentionReceipt:
        lines = [
            Kept(kind, days, count_old(connection, kind, before=now - timedelta(days=days)))
            for kind, days in DAYS.items()
        ]
        texts = _old_texts(connection, read_item=read_item, now=now)
        gone = select_long_gone(connection, before=now - timedelta(days=GONE_DAYS))
        lines += [
            Kept("texts in practice", TEXT_DAYS, len(texts)),
            Kept("people who left", GONE_DAYS, len(gone)),
        ]
        return RetentionReceipt(done=False, at=now, lines=tuple(lines))

    return store.read(read)


def apply_retention(store: Store, *, read_item: ReadItem, now: datetime) -> RetentionReceipt:
    """Delete what is older than its period and return the receipt; of the command line.

    People whose last day lies long enough back are erased. The receipt is an audit row too.
    """

    def run(connection: Connection) -> RetentionReceipt:
        lines = [
            Kept(kind, days, delete_old(connection, kind, before=now - timedelta(days=days)))
            for kind, days in DAYS.items()
        ]
        texts = _old_texts(connection, read_item=read_item, now=now)
        emptied = empty_answers(connection, texts, actor=actor(None), now=now)
        gone = select_long_gone(connection, before=now - timedelta(days=GONE_DAYS))
        for person_id in gone:
            erase_now(connection, viewer=None, person_id=person_id, read_item=read_item, now=now)
        lines += [
            Kept("texts in practice", TEXT_DAYS, emptied),
            Kept("people who left", GONE_DAYS, len(gone)),
        ]
        record_deed(
            connection,
            viewer=None,
            deed="retention applied",
            object_="database",
            payload={line.kind: line.rows for line in lines},
            now=now,
        )
        return RetentionReceipt(done=True, at=now, lines=tuple(lines))

    return store.write(run)


def retention_lines(receipt: RetentionReceipt) -> tuple[str, ...]:
    """Return the receipt as lines of plain English, for the command line."""
    verb = "deleted or emptied" if receipt.done else "would be deleted or emptied"
    head = f"Retention at {receipt.at:%Y-%m-%d %H:%M} UTC"
    return (
        head,
        *(f"  {line.kind}, kept {line.days} days: {line.rows} {verb}" for line in receipt.lines),
    )


def _old_texts(
    connection: Connection, *, read_item: ReadItem, now: datetime
) -> list[WrittenAnswer]:
    found = list(select_written_answers(connection, before=now - timedelta(days=TEXT_DAYS)))
    return list(personal_texts(connection, found, read_item=read_item))
