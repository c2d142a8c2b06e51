"""Drafts of authors: kept whatever they hold, and checked beside everything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from curriculum.check import blocking_problems
from curriculum.model import Curriculum, Problem
from curriculum.read import source_of
from curriculum.text import MAX_BYTES, content_hash
from db import Connection
from db.commands.authoring import DraftText, delete_draft, upsert_draft
from db.commands.reviews import decide_review, find_review_of
from db.queries.authoring import DraftRow, TextRow, select_drafts, select_newest_texts
from db.queries.content import select_known_ids
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import record_deed
from portal.text import storable

# The newest revision of every file, by content id.
PublishedTexts = Mapping[str, TextRow]
# Pages name the type without knowing the database.
OwnDraft = DraftRow


@dataclass(frozen=True, slots=True)
class OpenText:
    """A file as its author sees it: the draft where there is one, else the newest text.

    `saves` is 0 and `saved_at` None while there is no draft. `number` is how many revisions the
    file has and `newest` its newest text; `overtaken` says that this is no longer the text the
    draft grew out of.
    """

    path: str
    kind: str
    text: str
    base: str
    newest: str
    state: str
    comment: str
    saves: int
    saved_at: datetime | None
    number: int
    review_id: int | None
    overtaken: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """That a draft is kept."""

    saves: int
    saved_at: datetime


def read_published_texts(store: Store) -> PublishedTexts:
    """Return the newest revision of every file by content id."""
    return store.read(select_newest_texts)


def read_known_ids(store: Store) -> frozenset[str]:
    """Return every id that was ever published; none of them is used again."""
    return store.read(select_known_ids)


def author_texts(
    curriculum: Curriculum, *, published: PublishedTexts, drafts: Mapping[str, str]
) -> dict[str, str]:
    """Return what stands in place of the files on disk when an author looks: path → text.

    The newest revision comes before the file on disk, and the author's own draft before both.
    """
    texts = {}
    for id_, row in published.items():
        path = curriculum.paths.get(id_, row.path)
        if row.source and row.source != curriculum.sources.get(path):
            texts[path] = row.source
    return texts | dict(drafts)


def read_own_drafts(store: Store, *, viewer: Viewer) -> tuple[DraftRow, ...]:
    """Return the viewer's drafts, the newest first."""
    access.require(viewer, "publish lessons")
    return tuple(row for row in store.read(select_drafts) if row.author_id == viewer.person_id)


def open_text(
    store: Store,
    *,
    viewer: Viewer,
    path: str,
    curriculum: Curriculum,
    published: PublishedTexts,
) -> OpenText:
    """Return a file to write on.

    Raises
    ------
    Refused
        When the viewer writes no lessons, the path is no place for a text, or the file there
        cannot be read and nothing stands in its place.
    """
    access.require(viewer, "publish lessons")
    source = source_of(path)
    if source is None or source.kind == "snippet":
        raise Refused("There is no text of yours under this address. Choose one from Lessons.")
    row = newest_of(path, curriculum=curriculum, published=published)
    newest = row.source if row and row.source else curriculum.sources.get(path, "")
    drafts = store.read(lambda connection: select_drafts(connection, path=path))
    draft = next((one for one in drafts if one.author_id == viewer.person_id), None)
    unread = None if newest else _why_unread(curriculum, path)
    if unread and draft is None:
        # A draft of an empty text would be taken for all that the file says.
        raise Refused("This file cannot be opened here: {why}.", why=unread)
    if unread and draft is not None:
        newest = draft.base
    others = tuple(one.author for one in drafts if one.author_id != viewer.person_id)
    return OpenText(
        path=path,
        kind=source.kind,
        text=draft.text if draft else newest,
        base=draft.base if draft else newest,
        newest=newest,
        state=draft.state if draft else _state_of(row),
        comment=draft.comment if draft else "",
        saves=draft.saves if draft else 0,
        saved_at=draft.saved_at if draft else None,
        number=row.number if row else 0,
        review_id=draft.review_id if draft else None,
        overtaken=draft is not None and draft.base_hash != content_hash(newest),
        others=others,
    )


def _why_unread(curriculum: Curriculum, path: str) -> str | None:
    """Return what keeps a file on disk from being read as a text, if anything does."""
    faults = (one for one in curriculum.problems if one.path == path)
    return next((one.message for one in faults if one.code.startswith("FILE")), None)


def _state_of(row: TextRow | None) -> str:
    if row is None:
        return "draft"
    return "published" if row.live else "retired"


def newest_of(path: str, *, curriculum: Curriculum, published: PublishedTexts) -> TextRow | None:
    """Return the newest revision of the file at a path, or None while it has none."""
    for id_, row in published.items():
        if curriculum.paths.get(id_, row.path) == path:
            return row
    return None


def save_draft(
    store: Store, *, viewer: Viewer, path: str, text: str, base: str, saves: int, now: datetime
) -> Saved:
    """Keep a draft, whatever faults it has; `saves` is what this window knows.

    `base` is the text it grew out of. A draft that waits for review is taken back with all that
    was sent with it: nobody approves a text that has changed since.

    Raises
    ------
    Refused
        When another window of the same author saved in between, or the text is far too long.
    """
    access.require(viewer, "publish lessons")
    if source_of(path) is None:
        raise Refused("There is no text of yours under this address. Choose one from Lessons.")
    plain = storable(text)
    if len(plain.encode()) > MAX_BYTES:
        raise Refused("This text is longer than the portal keeps. Split it into two files.")
    draft = DraftText(path, viewer.person_id, plain, base, content_hash(base))

    def keep(connection: Connection) -> int | None:
        review = find_review_of(connection, path=path, author_id=viewer.person_id)
        kept = upsert_draft(connection, draft=draft, saves=saves, now=now)
        if kept is not None and review is not None:
            take_out_of_review(connection, viewer=viewer, review_id=review, now=now)
        return kept

    kept = store.write(keep)
    if kept is None:
        raise Refused(
            "This draft was saved in another window. Copy what you typed here, then load the "
            "newer text."
        )
    return Saved(kept, now)


def blocking_in(curriculum: Curriculum, path: str) -> tuple[Problem, ...]:
    """Return the errors that keep a file from being sent: its own and those behind it."""
    own = tuple(
        problem
        for problem in curriculum.problems
        if problem.path == path and problem.level == "error"
    )
    # Lessons are published with their module, everything else with itself.
    above = path.rpartition("/")[0] + "/module.md"
    kinds = (curriculum.modules, curriculum.banks)
    units = [
        id_
        for id_, place in curriculum.paths.items()
        if place == above or (place == path and any(id_ in kind for kind in kinds))
    ]
    behind = [problem for id_ in units for problem in blocking_problems(curriculum, id_)]
    return tuple(dict.fromkeys([*own, *behind]))


def drop_draft(store: Store, *, viewer: Viewer, path: str, now: datetime) -> None:
    """Give the viewer's draft of a file up; what was sent with it is taken back."""
    access.require(viewer, "publish lessons")

    def drop(connection: Connection) -> None:
        review = find_review_of(connection, path=path, author_id=viewer.person_id)
        delete_draft(connection, path=path, author_id=viewer.person_id)
        if review is not None:
            take_out_of_review(connection, viewer=viewer, review_id=review, now=now)

    store.write(drop)


def take_out_of_review(
    connection: Connection, *, viewer: Viewer, review_id: int, now: datetime
) -> None:
    """Take own texts back that wait for review; it is written down."""
    decide_review(connection, review_id, decision="withdrawn", now=now)
    record_deed(
        connection,
        viewer=viewer,
        deed="took back from review",
        object_=f"review:{review_id}",
        now=now,
    )
