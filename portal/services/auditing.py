"""The audit trail for auditors: searched, proved, anchored every day, and taken away as a file."""

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TextIO

from curriculum.phrases import Joined, Number, Phrase
from db import Connection
from db.commands.anchors import insert_anchor
from db.commands.limits import Limit
from db.queries.anchors import Anchor, select_anchors, verify_audit
from db.queries.audit import ChainFault, FaultKind, verify_answers
from db.queries.deeds import (
    DeedRow,
    Wanted,
    count_deeds,
    iterate_deeds,
    select_deed_names,
    select_deeds,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import record_deed
from portal.services.jobs import Job, JobFailed, Work, ask_for, find_work
from portal.services.limits import EXPORTS, require_within
from portal.services.spreadsheet import csv_text

# What a page needs to know of a deed.
Deed = DeedRow

LOG = logging.getLogger("portal.audit")
ANCHOR, VERIFY = "anchor audit", "verify audit"
ABOUT = "the whole trail"
PAGE = 50
MAX_EXPORTED = 100_000  # in the browser; the command line has no limit
COLUMNS = ("stream", "seq", "at", "actor", "deed", "object", "payload", "hash")
# What a deed may say of a person's result is not for auditors: they prove deeds, not people.
_SCORES = frozenset(
    {
        *("theta", "se", "eap", "level", "points", "score", "correct", "at_target"),
        *("marks", "passed"),
    }
)
_HAPPENED: Mapping[FaultKind, Phrase] = {
    "edited": Phrase("edited"),
    "deleted": Phrase("deleted"),
    "inserted": Phrase("inserted"),
    "reordered": Phrase("reordered"),
    "truncated": Phrase("truncated"),
}
_LOGGED = re.compile(r"audit anchor (\d{1,9}): digest ([0-9a-f]{64})")
_STREAM = re.compile(r"organisation|attempt:[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Deeds:
    """A page of deeds, newest first, how many fit in all, and every deed one can look for."""

    rows: tuple[DeedRow, ...]
    count: int
    page: int
    names: tuple[str, ...]

    @property
    def pages(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves the trail: its anchors, the newest first, and the last check of it."""

    anchors: tuple[Anchor, ...]
    check: Job | None

    @property
    def is_running(self) -> bool:
        """Say whether the trail is being checked at this moment, or soon."""
        return self.check is not None and self.check.state in {"waiting", "running"}


def read_deeds(store: Store, *, viewer: Viewer, wanted: Wanted, page: int) -> Deeds:
    """Return a page of the deeds that fit; pages from 1. No score of anybody is among them.

    Raises
    ------
    Refused
        For a stream that is no name of one.
    """
    access.require(viewer, "read the audit trail")
    _require_sound(wanted)
    number = min(max(page, 1), 1_000_000)

    def read(connection: Connection) -> Deeds:
        rows = select_deeds(connection, wanted, limit=PAGE, offset=(number - 1) * PAGE)
        return Deeds(
            rows=tuple(without_scores(row) for row in rows),
            count=count_deeds(connection, wanted),
            page=number,
            names=select_deed_names(connection),
        )

    return store.read(read)


def read_proof(store: Store, *, viewer: Viewer) -> Proof:
    """Return the anchors, the newest first, and how the last check of the whole trail ended."""
    access.require(viewer, "read the audit trail")
    return store.read(
        lambda c: Proof(
            anchors=tuple(reversed(select_anchors(c))),
            check=find_work(c, kind=VERIFY, about=ABOUT),
        )
    )


def ask_for_proof(store: Store, *, viewer: Viewer, now: datetime) -> None:
    """Let the whole trail be checked in the background."""
    access.require(viewer, "read the audit trail")

    def ask(connection: Connection) -> None:
        ask_for(
            connection, kind=VERIFY, about=ABOUT, payload={}, now=now, asked_by=viewer.person_id
        )
        record_deed(
            connection, viewer=viewer, deed="audit check asked for", object_="audit", now=now
        )

    store.write(ask)


def take_deeds(
    store: Store, *, viewer: Viewer, wanted: Wanted, now: datetime, limit: Limit = EXPORTS
) -> tuple[DeedRow, ...]:
    """Return the deeds that fit in the order of the chain, to take away; it is written down.

    Raises
    ------
    Refused
        When they are too many for a browser, or files were taken too often.
    """
    access.require(viewer, "read the audit trail")
    _require_sound(wanted)

    def take(connection: Connection) -> tuple[DeedRow, ...]:
        count = count_deeds(connection, wanted)
        if count > MAX_EXPORTED:
            raise Refused(
                "{n} deeds are too many for one file. Choose fewer days, or use the command line.",
                n=count,
            )
        require_within(connection, limit, viewer=viewer, now=now)
        rows = tuple(without_scores(row) for row in iterate_deeds(connection, wanted))
        record_deed(
            connection,
            viewer=viewer,
            deed="exported",
            object_="audit",
            payload={"rows": len(rows)},
            now=now,
        )
        return rows

    return store.write(take)


def cells(row: DeedRow) -> tuple[object, ...]:
    """Return a deed as the cells of a file, in the order of `COLUMNS`."""
    values = {name: getattr(row, name) for name in COLUMNS} | {"at": row.at.isoformat()}
    return tuple(values.values())


def without_scores(row: DeedRow) -> DeedRow:
    """Return a deed without what its payload says of anybody's result."""
    try:
        payload = json.loads(row.payload)
    except json.JSONDecodeError:
        return row
    if not isinstance(payload, dict) or not _SCORES & set(payload):
        return row
    kept = {name: value for name, value in payload.items() if name not in _SCORES}
    return DeedRow(
        row.stream, row.seq, row.at, row.actor, row.deed, row.object, json.dumps(kept), row.hash
    )


def _require_sound(wanted: Wanted) -> None:
    texts = (wanted.deed, wanted.actor, wanted.object)
    sound = all(text.isprintable() and len(text) <= 200 for text in texts)
    if not sound or not _STREAM.fullmatch(wanted.stream):
        raise Refused("Nothing can be looked for like this. Clear the fields and begin again.")
    days = (wanted.first_day, wanted.last_day)
    if any(day is not None and not date(1990, 1, 1) <= day <= date(2200, 1, 1) for day in days):
        raise Refused("This day lies too far away. Choose one between 1990 and 2200.")


# --- for whoever holds the server -----------------------------------------------------------------


def anchor_audit(store: Store, *, now: datetime) -> Anchor:
    """Anchor the ends of all streams, and tell the log, so that the anchor leaves the database."""
    anchor = store.write(lambda connection: insert_anchor(connection, now=now))
    LOG.info("audit anchor %d: digest %s", anchor.number, anchor.digest)
    return anchor


def anchor_in_background(work: Work) -> None:
    """Anchor the audit as a job."""
    now = work.clock()
    anchor = work.write(lambda connection: insert_anchor(connection, now=now))
    LOG.info("audit anchor %d: digest %s", anchor.number, anchor.digest)
    work.tell(1.0, Phrase("anchor {n}", n=Number(anchor.number)))


def verify_in_background(work: Work) -> None:
    """Check the whole trail as a job.

    Raises
    ------
    JobFailed
        Naming the first faults, when there are any.
    """
    faults = find_faults(work.store)
    if faults:
        told = Joined([_fault_said(fault) for fault in faults[:5]], between="; ")
        raise JobFailed(Phrase("{n} faults: {which}", n=Number(len(faults)), which=told))
    work.tell(1.0, Phrase("sound"))


def _fault_said(fault: ChainFault) -> Phrase:
    return Phrase(
        "stream {stream}, row {row}: {what}",
        stream=fault.stream,
        row=str(fault.seq),
        what=_HAPPENED[fault.kind],
    )


def find_faults(store: Store, *, logged: Mapping[int, str] | None = None) -> list[ChainFault]:
    """Return every fault of the chains, the anchors and the answers they speak of."""
    return store.read(
        lambda connection: [*verify_audit(connection, logged=logged), *verify_answers(connection)]
    )


def read_logged_anchors(lines: Iterable[str]) -> dict[int, str]:
    """Return the digests of the anchors that a log tells, by their number."""
    found = (_LOGGED.search(line) for line in lines)
    return {int(match[1]): match[2] for match in found if match}


def count_anchors(store: Store) -> int:
    """Return how many anchors there are."""
    return len(store.read(select_anchors))


def write_whole_trail(store: Store, *, out: TextIO, now: datetime) -> int:
    """Write every deed of every stream as comma-separated values; return how many."""

    def write(connection: Connection) -> int:
        count = 0
        out.write(csv_text(COLUMNS, []))
        for row in iterate_deeds(connection, Wanted(stream="")):
            out.write(csv_text(cells(row), []))
            count += 1
        return count

    count = store.read(write)
    store.write(
        lambda connection: record_deed(
            connection,
            viewer=None,
            deed="exported",
            object_="audit",
            payload={"rows": count},
            now=now,
        )
    )
    return count
