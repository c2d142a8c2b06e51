"""Sending drafts for review: what goes together, what is checked, what becomes of changed keys."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from curriculum.differences import items_of
from curriculum.item_differences import ItemChange, item_changes
from curriculum.model import Curriculum
from curriculum.parse import Value
from curriculum.setting_edits import replaced_id, status_of, with_status
from db import Connection
from db.commands.authoring import DraftText, upsert_draft
from db.commands.reviews import decide_review, insert_review, send_draft
from db.queries.authoring import DraftRow, find_draft
from db.queries.reviews import find_review
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.drafting import blocking_in, take_out_of_review
from portal.services.evidence import record_deed
from portal.text import storable

MAX_WHY = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """That drafts wait for review."""

    review_id: int
    paths: tuple[str, ...]


def text_sha(text: str) -> str:
    """Return the SHA-256 of a text, letter by letter."""
    return sha256(text.encode("utf-8", errors="replace")).hexdigest()


def unit_of_path(path: str) -> str:
    """Return what a file is published with: the folder of a module, else the file itself."""
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("curriculum/modules/") else path


def changed_keys(before: Value | None, after: Value | None) -> tuple[ItemChange, ...]:
    """Return the items whose key is another one than in the text people see."""
    changes = item_changes(items_of(before), items_of(after))
    return tuple(change for change in changes if change.fate == "changed" and change.key_changed)


def sent_text(text: str) -> str:
    """Return a draft as it is sent: one that was written to be seen says so."""
    return text if status_of(text) in {"published", "retired"} else with_status(text, "published")


def send_for_review(
    store: Store,
    *,
    viewer: Viewer,
    paths: Collection[str],
    why: str,
    key_choices: Mapping[str, str],
    curriculum: Curriculum,
    now: datetime,
) -> Sent:
    """Hand the viewer's drafts in, to be approved together.

    `curriculum` is read with `sent_text` of these drafts in place; `key_choices` may say already
    what becomes of the results of items whose key changed.

    Raises
    ------
    Refused
        Without a reason, while a text has errors, or is not the one that was checked.
    """
    access.require(viewer, "publish lessons")
    reason = storable(" ".join(why.split()))
    if not reason or len(reason) > MAX_WHY:
        raise Refused(
            "Say in a sentence why: whoever reads the text, and its history, will need it."
        )
    if not paths:
        raise Refused("Choose at least one text to send.")
    if any(blocking_in(curriculum, path) for path in paths):
        raise Refused("This text has errors. Mend them first; the list below leads to each.")

    def send(connection: Connection) -> Sent:
        drafts = [_draft_to_send(connection, viewer, path, curriculum) for path in sorted(paths)]
        for review in {draft.review_id for draft in drafts if draft.review_id is not None}:
            decide_review(connection, review, decision="withdrawn", now=now)
        choices = {**key_choices, **_new_items(drafts, curriculum)}
        review_id = insert_review(
            connection, author_id=viewer.person_id, why=reason, key_choices=choices, now=now
        )
        for draft in drafts:
            _send_one(connection, draft, review_id=review_id, now=now)
        record_deed(
            connection,
            viewer=viewer,
            deed="sent for review",
            object_=f"review:{review_id}",
            payload={"texts": {one.path: text_sha(sent_text(one.text)) for one in drafts}},
            now=now,
        )
        return Sent(review_id, tuple(draft.path for draft in drafts))

    return store.write(send)


def _draft_to_send(
    connection: Connection, viewer: Viewer, path: str, curriculum: Curriculum
) -> DraftRow:
    draft = find_draft(connection, path=path, author_id=viewer.person_id)
    if draft is None or sent_text(draft.text) != curriculum.sources.get(path):
        raise Refused("This draft was saved in another window. Load the newer text first.")
    return draft


def _send_one(connection: Connection, draft: DraftRow, *, review_id: int, now: datetime) -> None:
    text = sent_text(draft.text)
    if text != draft.text:
        kept = DraftText(draft.path, draft.author_id, text, draft.base, draft.base_hash)
        upsert_draft(connection, draft=kept, saves=draft.saves, now=now)
    send_draft(
        connection,
        path=draft.path,
        author_id=draft.author_id,
        review_id=review_id,
        sent_hash=text_sha(text),
    )


def _new_items(drafts: list[DraftRow], curriculum: Curriculum) -> dict[str, str]:
    """Tell new items that took the place of an old one by their names."""
    found = {}
    values = {
        value.front.path: value
        for kind in (curriculum.lessons, curriculum.banks)
        for value in kind.values()
    }
    for draft in drafts:
        for item in items_of(values.get(draft.path)):
            if f"id: {item.id}\n" not in draft.base and _replaces(item.id, draft):
                found[item.id] = "new item"
    return found


def _replaces(item_id: str, draft: DraftRow) -> bool:
    """Say whether an item bears the name of one that the text no longer holds, and a number."""
    gone = {
        line.removeprefix("id:").strip()
        for line in set(draft.base.splitlines()) - set(draft.text.splitlines())
        if line.startswith("id:")
    }
    return replaced_id(item_id, gone) is not None


def take_back(store: Store, *, viewer: Viewer, review_id: int, now: datetime) -> None:
    """Take texts back that wait for review; they are drafts again.

    Raises
    ------
    Refused
        When somebody else sent them, or the review is over.
    """
    access.require(viewer, "publish lessons")

    def take(connection: Connection) -> None:
        review = find_review(connection, review_id)
        if review is None or review.author_id != viewer.person_id or review.state != "waiting":
            raise Refused("Nothing of yours waits under this address. Start again from Reviews.")
        take_out_of_review(connection, viewer=viewer, review_id=review_id, now=now)

    store.write(take)
