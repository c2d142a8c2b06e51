"""Checks whose time is over and whose learner never came back: handed in as they stand."""

import logging
from datetime import datetime, timedelta
from functools import partial

from curriculum.phrases import Number, Phrase
from db import Connection
from db.chain import attempt_stream
from db.commands.audit import append_audit
from db.commands.learning import hold_learner
from db.queries.learning import find_attempt, select_overdue_checks
from portal.access import Refused
from portal.services.catalogue import Catalogue, read_catalogue
from portal.services.jobs import Work
from portal.services.learning import ReadItem
from portal.services.measuring import item_reader
from portal.services.results import hand_in

LOG = logging.getLogger("portal.checks")
HAND_IN = "hand in overdue checks"
EVERY = timedelta(minutes=10)
# The page of who is still there hands in first.
GRACE = timedelta(minutes=2)
AT_ONCE = 500


def hand_in_overdue(work: Work) -> None:
    """Hand in every check whose time is over; one that cannot be scored is told to the log."""
    now = work.clock()
    ids = work.store.read(partial(select_overdue_checks, before=now - GRACE, limit=AT_ONCE))
    if not ids:
        return
    catalogue, read_item = read_catalogue(work.store), item_reader(work.store)
    for number, attempt_id in enumerate(ids):
        work.tell(
            number / len(ids),
            Phrase("Handing in check {n} of {all}", n=Number(number + 1), all=Number(len(ids))),
        )
        try:
            work.write(
                partial(
                    _hand_in,
                    attempt_id=attempt_id,
                    catalogue=catalogue,
                    read_item=read_item,
                    now=now,
                )
            )
        except Refused as refused:
            LOG.warning("attempt %d is over and cannot be scored: %s", attempt_id, refused)


def _hand_in(
    connection: Connection,
    *,
    attempt_id: int,
    catalogue: Catalogue,
    read_item: ReadItem,
    now: datetime,
) -> None:
    found = find_attempt(connection, attempt_id)
    if found is None:
        return
    hold_learner(connection, learner_id=found.learner_id)
    attempt = find_attempt(connection, attempt_id)
    if attempt is None or attempt.due_at is None or now < attempt.due_at:
        return
    if hand_in(connection, attempt, catalogue=catalogue, read_item=read_item, now=now):
        append_audit(
            connection,
            stream=attempt_stream(attempt_id),
            actor="portal",
            deed="time was over",
            object_=f"attempt:{attempt_id}",
            payload={},
            now=now,
        )
