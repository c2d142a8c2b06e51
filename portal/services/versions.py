"""The history of a text: what was published when and why, back to an older one, retire it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from curriculum.item_differences import ItemChange, key_choices_open_to
from curriculum.parse import Value
from curriculum.setting_edits import status_of, with_item_status, with_status
from curriculum.text import content_hash
from db import Connection
from db.commands.authoring import DraftText, KeyChoice, upsert_draft
from db.commands.reviews import insert_review, send_draft
from db.queries.authoring import HistoryRow, find_draft, select_history
from db.queries.reviews import KnownContent, select_known_content
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.approving import require_published
from portal.services.drafting import newest_of
from portal.services.evidence import record_deed
from portal.services.inserting import Reason
from portal.services.pictures import ReadImage
from portal.services.publishing_texts import Overtaken, publish_texts
from portal.services.reviewing import Newest, ParseText, ReadTexts, is_secure
from portal.services.sending import MAX_WHY, changed_keys, text_sha
from portal.text import storable

Deed = Literal["published", "sent"]
Status = Literal["published", "retired"]
# Pages name the type without knowing the database.
Version = HistoryRow


@dataclass(frozen=True, slots=True)
class History:
    """Every version of a file, the newest first, and the items it ever held.

    `state` is published, retired or draft.
    """

    path: str
    content_id: str
    kind: str
    state: str
    rows: tuple[HistoryRow, ...]
    items: tuple[KnownContent, ...]


@dataclass(frozen=True, slots=True)
class Tools:
    """What changing a published text needs besides the store: how texts and pictures are read."""

    newest: Newest
    read_texts: ReadTexts
    parse: ParseText
    read_image: ReadImage


def read_history(store: Store, *, viewer: Viewer, path: str, newest: Newest) -> History:
    """Return the versions of a file.

    Raises
    ------
    Refused
        When the viewer reads no drafts, or nothing was ever published under this path.
    """
    access.require(viewer, "read drafts")
    row = newest_of(path, curriculum=newest.curriculum, published=newest.published)
    if row is None:
        raise Refused("Nothing was published under this address yet. Choose a text from Lessons.")

    def read(connection: Connection) -> tuple[tuple[HistoryRow, ...], list[KnownContent]]:
        known = select_known_content(connection).values()
        items = [one for one in known if one.kind == "item" and one.path in {path, row.path}]
        return select_history(connection, row.content_id), items

    rows, items = store.read(read)
    return History(
        path=path,
        content_id=row.content_id,
        kind=row.kind,
        state="published" if row.live else "retired",
        rows=rows,
        items=tuple(sorted(items, key=lambda item: item.content_id)),
    )


def newest_version(store: Store, *, viewer: Viewer, path: str, newest: Newest) -> HistoryRow | None:
    """Return the newest version of a file, or None while nothing of it was published."""
    access.require(viewer, "read drafts")
    if newest_of(path, curriculum=newest.curriculum, published=newest.published) is None:
        return None
    return read_history(store, viewer=viewer, path=path, newest=newest).rows[0]


def keys_changed_by(text: str, *, path: str, newest: Newest, parse: ParseText) -> tuple[
    ItemChange, ...
]:  # fmt: skip
    """Return the items whose key would be another one if this text were published."""
    before = newest.text(path)
    value: Value | None = parse(path, before) if before else None
    return changed_keys(value, parse(path, text))


def roll_back(
    store: Store,
    *,
    viewer: Viewer,
    path: str,
    number: int,
    why: str,
    key_choices: Mapping[str, str],
    tools: Tools,
    now: datetime,
) -> Deed:
    """Publish the text of an older version anew; nothing is deleted.

    Questions of skill checks wait for an approver like any other change of them; everything else
    is published at once, because it was approved before.

    Raises
    ------
    Refused
        When the viewer may not publish, the version is not there or is what people see, the text
        has errors by today's rules, or a changed key came without a choice.
    """
    access.require(viewer, "publish lessons")
    history = read_history(store, viewer=viewer, path=path, newest=tools.newest)
    row = next((row for row in history.rows if row.number == number), None)
    if row is None or not row.source:
        raise Refused("There is no text of this version. Choose another one from the list.")
    if row.source == tools.newest.text(path) and history.state == "published":
        raise Refused("This is the text that people see now.")
    reason = _Reason(why, key_choices)
    return _put(store, viewer, path, row.source, reason=reason, tools=tools, now=now)


def set_status(
    store: Store,
    *,
    viewer: Viewer,
    path: str,
    status: Status,
    why: str,
    tools: Tools,
    now: datetime,
) -> Deed:
    """Retire a text, or bring it back; its id and those of its items stay used.

    Raises
    ------
    Refused
        When the viewer may not publish, or the text has that status already.
    """
    access.require(viewer, "publish lessons")
    _require_status(status)
    text = tools.newest.text(path)
    history = read_history(store, viewer=viewer, path=path, newest=tools.newest)
    if status_of(text) == status and history.state == status:
        if status == "retired":
            raise Refused("This text is retired already.")
        raise Refused("This text is published already.")
    changed = with_status(text, status)
    return _put(store, viewer, path, changed, reason=_Reason(why), tools=tools, now=now)


def set_item_status(
    store: Store,
    *,
    viewer: Viewer,
    path: str,
    item_id: str,
    status: Status,
    why: str,
    tools: Tools,
    now: datetime,
) -> Deed:
    """Retire one item of a file, or bring it back; its answers stay.

    Raises
    ------
    Refused
        When the viewer may not publish, or the newest text holds no such item.
    """
    access.require(viewer, "publish lessons")
    _require_status(status)
    text = tools.newest.text(path)
    changed = with_item_status(text, item_id, status)
    if changed == text:
        raise Refused(
            "The newest text holds no item {id} to change. Roll back to a version that does.",
            id=item_id,
        )
    return _put(store, viewer, path, changed, reason=_Reason(why), tools=tools, now=now)


def _require_status(status: str) -> None:
    if status not in get_args(Status):
        raise Refused("A text is retired or brought back here; no other status is set.")


@dataclass(frozen=True, slots=True)
class _Reason:
    why: str
    key_choices: Mapping[str, str] | None = None


def _put(
    store: Store,
    viewer: Viewer,
    path: str,
    text: str,
    *,
    reason: _Reason,
    tools: Tools,
    now: datetime,
) -> Deed:
    why = storable(" ".join(reason.why.split()))
    if not why or len(why) > MAX_WHY:
        raise Refused("Say in a sentence why; it stays in the history of the text.")
    changes = keys_changed_by(text, path=path, newest=tools.newest, parse=tools.parse)
    choices = _choices(changes, reason.key_choices or {})
    if is_secure(path):
        _send(store, viewer, path, text, why=why, choices=choices, tools=tools, now=now)
        return "sent"
    try:
        published = publish_texts(
            store,
            curriculum=tools.read_texts({path: text}),
            expected={path: tools.newest.number(path)},
            reason=Reason(why, viewer.person_id, choices),
            viewer=viewer,
            read_image=tools.read_image,
            now=now,
        )
    except Overtaken:
        raise Refused("Somebody published a newer text just now. Look at it first.") from None
    require_published(published)
    return "published"


def _choices(changes: tuple[ItemChange, ...], given: Mapping[str, str]) -> dict[str, KeyChoice]:
    choices: dict[str, KeyChoice] = {}
    for change in changes:
        choice = given.get(change.id)
        if choice not in key_choices_open_to(change):
            raise Refused(
                "The key of {id} changes. Choose first what becomes of the results so far.",
                id=change.id,
            )
        choices[change.id] = "correction" if choice == "correction" else "new revision"
    return choices


def _send(
    store: Store,
    viewer: Viewer,
    path: str,
    text: str,
    *,
    why: str,
    choices: Mapping[str, KeyChoice],
    tools: Tools,
    now: datetime,
) -> None:
    base = tools.newest.text(path)
    draft = DraftText(path, viewer.person_id, text, base, content_hash(base))

    def send(connection: Connection) -> None:
        if find_draft(connection, path=path, author_id=viewer.person_id) is not None:
            raise Refused("You have a draft of this text. Send it, or give it up first.")
        upsert_draft(connection, draft=draft, saves=0, now=now)
        review_id = insert_review(
            connection, author_id=viewer.person_id, why=why, key_choices=choices, now=now
        )
        send_draft(
            connection,
            path=path,
            author_id=viewer.person_id,
            review_id=review_id,
            sent_hash=text_sha(text),
        )
        record_deed(
            connection,
            viewer=viewer,
            deed="sent for review",
            object_=f"review:{review_id}",
            payload={"texts": {path: text_sha(text)}},
            now=now,
        )

    store.write(send)
