"""What waits for review, and one review as its reader sees it: old beside new, item by item."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from curriculum.differences import Differences, differences
from curriculum.item_differences import ItemChange
from curriculum.merge import merge
from curriculum.model import Curriculum, Problem
from curriculum.parse import Value
from db import Connection
from db.queries.authoring import DraftRow, select_drafts
from db.queries.people import select_people, select_people_with_role
from db.queries.reviews import ReviewRow, find_review, select_reviews
from db.store import Store
from portal import access
from portal.access import MATRIX, Deed, Refused, Viewer
from portal.services.drafting import PublishedTexts, blocking_in, newest_of
from portal.services.sending import changed_keys, text_sha

# Reads the newest texts with some others in their place; parses one text, however broken.
ReadTexts = Callable[[Mapping[str, str]], Curriculum]
ParseText = Callable[[str, str], Value | None]


@dataclass(frozen=True, slots=True)
class Newest:
    """What people see now: the files on disk, and the newest revision of each."""

    curriculum: Curriculum
    published: PublishedTexts

    def text(self, path: str) -> str:
        """Return the newest text of a file, empty where there is none."""
        row = newest_of(path, curriculum=self.curriculum, published=self.published)
        return row.source if row and row.source else self.curriculum.sources.get(path, "")

    def number(self, path: str) -> int:
        """Return how many revisions a file has."""
        row = newest_of(path, curriculum=self.curriculum, published=self.published)
        return row.number if row else 0


@dataclass(frozen=True, slots=True)
class WaitingReview:
    """Texts that wait for somebody to read them.

    `own` says that the viewer sent them, `secure` that they hold questions of skill checks;
    `needs_waiver` that nobody but their author could approve them.
    """

    id: int
    author: str
    why: str
    sent_at: datetime
    paths: tuple[str, ...]
    own: bool
    secure: bool
    needs_waiver: bool
    waiver: str


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """One text of a review: as people see it, as it would be, and what that changes.

    `merged` says that somebody published since, and that both changes were put together;
    `conflict` that they touch the same lines, so that their author must settle it first.
    """

    path: str
    before: str
    after: str
    number: int
    merged: bool
    conflict: bool
    value_before: Value | None
    value: Value | None
    differences: Differences
    key_changes: tuple[ItemChange, ...]

    @property
    def sha(self) -> str:
        """The SHA-256 of the text that would be published."""
        return text_sha(self.after)


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A review to decide on; `barrier` says why the viewer may not approve it, if so."""

    row: ReviewRow
    files: tuple[ReviewFile, ...]
    problems: tuple[Problem, ...]
    own: bool
    secure: bool
    barrier: Refused | None

    @property
    def key_changes(self) -> tuple[ItemChange, ...]:
        """Items whose key changed, for which somebody must say what becomes of the results."""
        return tuple(change for file in self.files for change in file.key_changes)


def is_secure(path: str) -> bool:
    """Say whether a file holds questions of skill checks, or picks them."""
    return path.startswith("assessments/")


def read_reviews(store: Store, *, viewer: Viewer) -> tuple[WaitingReview, ...]:
    """Return what waits, the one sent first coming first; no text is shown here.

    An administrator who reads no drafts sees only what needs a waiver.
    """
    if not access.may(viewer, "read drafts"):
        access.require(viewer, "waive approval")

    def read(connection: Connection) -> tuple[WaitingReview, ...]:
        drafts = select_drafts(connection)
        found = [
            _waiting(connection, row, drafts=drafts, viewer=viewer)
            for row in select_reviews(connection)
        ]
        sees_all = access.may(viewer, "read drafts")
        return tuple(one for one in found if sees_all or one.needs_waiver or one.waiver)

    return store.read(read)


def _waiting(
    connection: Connection, row: ReviewRow, *, drafts: tuple[DraftRow, ...], viewer: Viewer
) -> WaitingReview:
    paths = tuple(sorted(draft.path for draft in drafts if draft.review_id == row.id))
    secure = any(map(is_secure, paths))
    alone = author_stands_alone(connection, author_id=row.author_id, secure=secure)
    return WaitingReview(
        id=row.id,
        author=row.author,
        why=row.why,
        sent_at=row.sent_at,
        paths=paths,
        own=row.author_id == viewer.person_id,
        secure=secure,
        needs_waiver=alone and row.waived_by is None,
        waiver=row.waiver,
    )


def deed_of_approval(*, secure: bool) -> Deed:
    """Return what somebody must be allowed to do to approve texts."""
    return "approve secure items" if secure else "review texts"


def author_stands_alone(connection: Connection, *, author_id: int, secure: bool) -> bool:
    """Say whether the author could approve such texts, and nobody else could."""
    roles = MATRIX[deed_of_approval(secure=secure)]
    people = {person for role in roles for person in select_people_with_role(connection, role)} - {
        author_id
    }
    author = select_people(connection, [author_id])
    return not people and bool(author) and bool(author[0].roles & roles)


def read_review(
    store: Store,
    *,
    viewer: Viewer,
    review_id: int,
    newest: Newest,
    read_texts: ReadTexts,
    parse: ParseText,
) -> OpenReview:
    """Return one review with old and new text of every file.

    Raises
    ------
    Refused
        When the viewer reads no drafts, or nothing waits under this number.
    """
    access.require(viewer, "read drafts")

    def read(connection: Connection) -> tuple[ReviewRow | None, tuple[DraftRow, ...]]:
        return find_review(connection, review_id), select_drafts(connection)

    row, drafts = store.read(read)
    own = sorted(
        (draft for draft in drafts if draft.review_id == review_id), key=lambda draft: draft.path
    )
    if row is None or row.state != "waiting" or not own:
        raise Refused("Nothing waits under this address any more. Start again from Reviews.")
    files = tuple(_file(draft, newest=newest, parse=parse) for draft in own)
    secure = any(is_secure(file.path) for file in files)
    curriculum = read_texts({file.path: file.after for file in files})
    problems = [one for file in files for one in blocking_in(curriculum, file.path)]
    return OpenReview(
        row=row,
        files=files,
        problems=tuple(dict.fromkeys(problems)),
        own=row.author_id == viewer.person_id,
        secure=secure,
        barrier=_barrier(viewer, row, secure=secure),
    )


def _file(draft: DraftRow, *, newest: Newest, parse: ParseText) -> ReviewFile:
    before = newest.text(draft.path)
    merged = merge(draft.base, ours=draft.text, theirs=before)
    after = draft.text if merged.text is None else merged.text
    value_before = parse(draft.path, before) if before else None
    value = parse(draft.path, after)
    return ReviewFile(
        path=draft.path,
        before=before,
        after=after,
        number=newest.number(draft.path),
        merged=after != draft.text,
        conflict=merged.text is None,
        value_before=value_before,
        value=value,
        differences=differences(value_before, value),
        key_changes=changed_keys(value_before, value),
    )


def require_may_approve(viewer: Viewer, row: ReviewRow, *, secure: bool) -> None:
    """Pass when the viewer may approve these texts; nobody approves the own ones.

    Raises
    ------
    Refused
        When the viewer lacks the role, or wrote them and no administrator waived the rule.
    """
    access.require(viewer, deed_of_approval(secure=secure))
    if row.author_id == viewer.person_id and row.waived_by is None:
        raise Refused(
            "You wrote this text. Somebody else reads it before it is published; where nobody "
            "else could, an administrator may waive that."
        )


def _barrier(viewer: Viewer, row: ReviewRow, *, secure: bool) -> Refused | None:
    try:
        require_may_approve(viewer, row, secure=secure)
    except Refused as refusal:
        return refusal
    return None
