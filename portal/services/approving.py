"""Deciding on a review: approve it, send it back, or waive the second pair of eyes."""

from collections.abc import Mapping
from datetime import datetime

from curriculum.item_differences import key_choices_open_to
from db import Connection
from db.commands.authoring import KeyChoice, delete_draft
from db.commands.reviews import decide_review, waive_review
from db.queries.authoring import DraftRow, select_drafts
from db.queries.reviews import ReviewRow, find_review
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import record_deed
from portal.services.inserting import Published, Reason
from portal.services.pictures import ReadImage
from portal.services.publishing_texts import Overtaken, publish_texts
from portal.services.reviewing import (
    Newest,
    OpenReview,
    ParseText,
    ReadTexts,
    author_stands_alone,
    is_secure,
    read_review,
    require_may_approve,
)
from portal.services.sending import text_sha
from portal.text import storable

MAX_COMMENT = 2_000
OVER = "Nothing waits under this address any more. Start again from Reviews."


def approve(
    store: Store,
    *,
    viewer: Viewer,
    review_id: int,
    seen: Mapping[str, str],
    key_choices: Mapping[str, str],
    newest: Newest,
    read_texts: ReadTexts,
    parse: ParseText,
    read_image: ReadImage,
    now: datetime,
) -> tuple[Published, ...]:
    """Publish the texts of a review, exactly as they were read.

    `seen` holds the SHA-256 of each text as the viewer's page showed it, by path; `key_choices`
    what becomes of the results of every item whose key changed.

    Raises
    ------
    Refused
        When the viewer may not approve, a text is another one by now, has errors, or meets a
        newer one in the same lines; or a changed key came without a choice.
    """
    access.require(viewer, "review texts")
    opened = read_review(
        store,
        viewer=viewer,
        review_id=review_id,
        newest=newest,
        read_texts=read_texts,
        parse=parse,
    )
    require_may_approve(viewer, opened.row, secure=opened.secure)
    _require_as_seen(opened, seen)
    choices = _choices(opened, key_choices)

    def close(connection: Connection) -> None:
        drafts = _still_waiting(connection, opened)
        decide_review(
            connection, review_id, decision="approved", decided_by=viewer.person_id, now=now
        )
        for draft in drafts:
            delete_draft(connection, path=draft.path, author_id=draft.author_id)
        _audit(connection, viewer, "approved a review", review_id, {"texts": dict(seen)}, now)

    reason = Reason(
        why=opened.row.why,
        author_id=opened.row.author_id,
        key_choices=choices,
        waived=opened.row.waived_by is not None and opened.own,
        review_id=review_id,
    )
    try:
        published = publish_texts(
            store,
            curriculum=read_texts({file.path: file.after for file in opened.files}),
            expected={file.path: file.number for file in opened.files},
            reason=reason,
            viewer=viewer,
            read_image=read_image,
            now=now,
            also=close,
        )
    except Overtaken:
        raise Refused("Somebody published a newer text just now. Read this one again.") from None
    require_published(published)
    return published


def require_published(outcomes: tuple[Published, ...]) -> None:
    """Pass, or say what kept a text from being published."""
    for outcome in outcomes:
        if outcome.outcome != "blocked":
            continue
        if not outcome.problems:
            raise Refused(
                "{path} belongs to no module, track or bank yet, so nobody could find it. "
                "List it there first.",
                path=outcome.id,
            )
        first = outcome.problems[0]
        raise Refused(
            "This text cannot be published: {path}, line {line}: {message}",
            path=first.path,
            line=first.line,
            message=first.message,
        )


def _require_as_seen(opened: OpenReview, seen: Mapping[str, str]) -> None:
    for file in opened.files:
        if file.conflict:
            raise Refused(
                "Somebody published a newer text of {path} in the same lines. Send this one back: "
                "its author puts both together first.",
                path=file.path,
            )
    if {file.path: file.sha for file in opened.files} != dict(seen):
        raise Refused("This text is not the one you read any more. Read it again.")


def _choices(opened: OpenReview, given: Mapping[str, str]) -> dict[str, KeyChoice]:
    """Return what becomes of the results of each item, where that is known for all of them."""
    marked = opened.row.key_choices
    choices: dict[str, KeyChoice] = {
        id_: "new item" for id_, choice in marked.items() if choice == "new item"
    }
    for change in opened.key_changes:
        if change.type_changed:
            raise Refused("{id} has another type now: it needs a new id.", id=change.id)
        choice = given.get(change.id)
        if choice not in key_choices_open_to(change):
            raise Refused(
                "The key of {id} changed. Choose first what becomes of the results so far.",
                id=change.id,
            )
        choices[change.id] = "correction" if choice == "correction" else "new revision"
    return choices


def _still_waiting(connection: Connection, opened: OpenReview) -> list[DraftRow]:
    """Return the drafts of a review, sure that each is still the text that was sent."""
    row = find_review(connection, opened.row.id)
    drafts = [one for one in select_drafts(connection) if one.review_id == opened.row.id]
    same = {draft.path for draft in drafts} == {file.path for file in opened.files}
    sent = all(draft.sent_hash == text_sha(draft.text) for draft in drafts)
    if row is None or row.state != "waiting" or not same or not sent:
        raise Refused("This text was changed or taken back just now. Read it again.")
    return drafts


def return_to_author(
    store: Store, *, viewer: Viewer, review_id: int, comment: str, now: datetime
) -> None:
    """Send texts back with a comment that their author sees in the editor.

    Raises
    ------
    Refused
        When the viewer may not review, wrote them, says nothing, or the review is over.
    """
    access.require(viewer, "review texts")
    words = storable(comment.strip())
    if not words or len(words) > MAX_COMMENT:
        raise Refused("Say in a few sentences what should be different.")

    def send_back(connection: Connection) -> None:
        row = _require_waiting(connection, review_id)
        if row.author_id == viewer.person_id:
            raise Refused("You wrote this text: take it back in the editor instead.")
        decide_review(
            connection,
            review_id,
            decision="returned",
            comment=f"{viewer.name}: {words}",
            decided_by=viewer.person_id,
            now=now,
        )
        _audit(connection, viewer, "returned a review", review_id, {"comment": words}, now)

    store.write(send_back)


def waive_second_reader(
    store: Store, *, viewer: Viewer, review_id: int, reason: str, now: datetime
) -> None:
    """Let the author of a review approve it, because nobody else could.

    Raises
    ------
    Refused
        When the viewer is no administrator or the author, gives no reason, or somebody else
        could approve.
    """
    access.require(viewer, "waive approval")
    words = storable(" ".join(reason.split()))
    if not words or len(words) > MAX_COMMENT:
        raise Refused("Say why nobody else can read this text; the reason stays on record.")

    def waive(connection: Connection) -> None:
        row = _require_waiting(connection, review_id)
        if row.author_id == viewer.person_id:
            raise Refused("You wrote this text: another administrator decides on a waiver.")
        paths = [one.path for one in select_drafts(connection) if one.review_id == review_id]
        secure = any(map(is_secure, paths))
        if not author_stands_alone(connection, author_id=row.author_id, secure=secure):
            raise Refused(
                "A waiver is for texts that only their author could approve. Ask somebody with "
                "the right role to read this one, or give somebody that role."
            )
        if not waive_review(connection, review_id, waived_by=viewer.person_id, waiver=words):
            raise Refused(OVER)
        _audit(connection, viewer, "waived the second reader", review_id, {"reason": words}, now)

    store.write(waive)


def _require_waiting(connection: Connection, review_id: int) -> ReviewRow:
    row = find_review(connection, review_id)
    if row is None or row.state != "waiting":
        raise Refused("Nothing waits under this address any more. Start again from Reviews.")
    return row


def _audit(
    connection: Connection,
    viewer: Viewer,
    deed: str,
    review_id: int,
    payload: Mapping[str, object],
    now: datetime,
) -> None:
    record_deed(
        connection,
        viewer=viewer,
        deed=deed,
        object_=f"review:{review_id}",
        payload=payload,
        now=now,
    )
