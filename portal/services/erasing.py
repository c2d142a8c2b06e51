"""Erasing a person: what would go, what stays under a number, and the receipt of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from assessments.responses import check_response
from assessments.scoring import score
from curriculum.model import Item
from db import Connection
from db.chain import ERASED_RESPONSE
from db.commands.erasure import count_erasable, empty_answers, erase_person
from db.commands.retention import WrittenAnswer, select_written_answers
from db.commands.roster import lock_people
from db.queries.learning import find_attempt_item
from db.queries.people import find_person
from db.queries.personal import count_personal
from db.queries.rights import find_erased_at, others_stay, select_ids_by_email
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import actor, record_deed

ReadItem = Callable[[int], Item]
LONGEST_NUMBER = 30
# What stays under the number, so that figures of groups and the evidence do not change.
KEPT = ("result", "attempt", "enrolment", "progress", "assignment", "team_member", "audit")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure deletes or empties, and what it keeps under a number, by table."""

    person_id: int
    done: bool
    deleted: dict[str, int]
    texts: int
    kept: dict[str, int]


def find_erasable(store: Store, wanted: str) -> int:
    """Return the id of the person named by a number or an e-mail address; of the command line.

    Raises
    ------
    Refused
        When nobody, or more than one person, is named by it.
    """
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 18:
        return int(wanted)
    found = store.read(lambda connection: select_ids_by_email(connection, wanted))
    if len(found) != 1:
        raise Refused(
            "{n} people have this e-mail address. Name the number of one person instead.",
            n=len(found),
        )
    return found[0]


def foresee_erasure(
    store: Store, *, viewer: Viewer | None, person_id: int, read_item: ReadItem, now: datetime
) -> Erasure:
    """Return what an erasure would do, and change nothing.

    Raises
    ------
    Refused
        As the erasure itself would.
    """
    if viewer is not None:
        access.require(viewer, "manage people")

    def read(connection: Connection) -> Erasure:
        _require_erasable(connection, viewer, person_id, now=now)
        return _measure(connection, person_id, read_item=read_item, done=False)

    return store.read(read)


def erase(
    store: Store, *, viewer: Viewer | None, person_id: int, read_item: ReadItem, now: datetime
) -> Erasure:
    """Erase a person and return the receipt; what it says stands in the audit trail as well.

    Raises
    ------
    Refused
        When there is no such person, they are erased already, it is the viewer's own account, or
        nobody would be an administrator any more.
    """
    if viewer is not None:
        access.require(viewer, "manage people")

    def run(connection: Connection) -> Erasure:
        lock_people(connection)
        _require_erasable(connection, viewer, person_id, now=now)
        return erase_now(
            connection, viewer=viewer, person_id=person_id, read_item=read_item, now=now
        )

    return store.write(run)


def erase_now(
    connection: Connection,
    *,
    viewer: Viewer | None,
    person_id: int,
    read_item: ReadItem,
    now: datetime,
) -> Erasure:
    """Erase a person of whom it is known that they may be erased, in the caller's transaction."""
    receipt = _measure(connection, person_id, read_item=read_item, done=True)
    texts = list(personal_texts(connection, _texts(connection, person_id), read_item=read_item))
    empty_answers(connection, texts, actor=actor(viewer), now=now)
    erase_person(connection, person_id=person_id, now=now)
    record_deed(
        connection,
        viewer=viewer,
        deed="person erased",
        object_=f"person:{person_id}",
        payload={"deleted": receipt.deleted, "texts": receipt.texts, "kept": receipt.kept},
        now=now,
    )
    return receipt


def receipt_lines(receipt: Erasure) -> tuple[str, ...]:
    """Return the receipt as lines of plain English, for the command line."""
    verb = "deleted or emptied" if receipt.done else "would be deleted or emptied"
    kept = "kept under the number" if receipt.done else "would be kept under the number"
    lines = [f"person {receipt.person_id}"]
    lines += [f"  {table}: {count} {verb}" for table, count in receipt.deleted.items() if count]
    lines.append(f"  answer: {receipt.texts} texts {verb}")
    lines += [f"  {table}: {count} {kept}" for table, count in receipt.kept.items() if count]
    return tuple(lines)


def personal_texts(
    connection: Connection, answers: Iterable[WrittenAnswer], *, read_item: ReadItem
) -> Iterator[WrittenAnswer]:
    """Yield the answers whose text may say something of a person.

    A number, and a text that is right by the key, say nothing; so every score stays what it is.
    """
    for answer in answers:
        text = _text_of(answer.response)
        if not text or _is_number(text):
            continue
        revision = find_attempt_item(
            connection, attempt_id=answer.attempt_id, position=answer.position
        )
        if revision is None or not _is_right(read_item(revision), answer.response):
            yield answer


def _measure(connection: Connection, person_id: int, *, read_item: ReadItem, done: bool) -> Erasure:
    counts = count_personal(connection, person_id)
    texts = personal_texts(connection, _texts(connection, person_id), read_item=read_item)
    return Erasure(
        person_id=person_id,
        done=done,
        deleted={"person": 1, **count_erasable(connection, person_id)},
        texts=sum(1 for _one in texts),
        kept={table: counts[table] for table in KEPT},
    )


def _texts(connection: Connection, person_id: int) -> list[WrittenAnswer]:
    return list(select_written_answers(connection, learner_id=person_id))


def _require_erasable(
    connection: Connection, viewer: Viewer | None, person_id: int, *, now: datetime
) -> None:
    person = find_person(connection, person_id)
    if person is None:
        raise Refused("There is nobody under this address. Choose somebody from the list.")
    if viewer is not None and viewer.person_id == person_id:
        raise Refused("Nobody erases themselves. Ask another administrator.")
    if find_erased_at(connection, person_id) is not None:
        raise Refused("This person was erased already.")
    holds = "administrator" in person.roles and person.is_here(now.date())
    if holds and not others_stay(connection, "administrator", person_id=person_id, on=now.date()):
        raise Refused(
            "This is the last administrator, or the last without a last day. Give somebody else "
            "the role first, then erase."
        )


def _text_of(response: str) -> str:
    if response == ERASED_RESPONSE:
        return ""
    given = json.loads(response)
    text = given.get("text") if isinstance(given, dict) else None
    return text.strip() if isinstance(text, str) else ""


def _is_number(text: str) -> bool:
    marks = set("0123456789.,%-+ \u2212\u2009")
    return len(text) <= LONGEST_NUMBER and set(text) <= marks


def _is_right(item: Item, response: str) -> bool:
    given = json.loads(response)
    if item.type == "rubric" or check_response(item, given):
        return False
    return score(item, given).correct
