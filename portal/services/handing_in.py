"""Handing graded work in: drafts that are kept, one hand-in at a time, files looked into."""

import hashlib
from dataclasses import replace
from datetime import datetime

from assessments.scoring import check_response
from db import Connection
from db.commands.graded import (
    NewSubmission,
    delete_work_draft,
    insert_submission,
    upsert_work_draft,
)
from db.commands.learning import hold_learner
from db.commands.limits import Limit
from db.queries.graded import find_work_draft, select_submissions
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue, WorkEntry
from portal.services.evidence import record_deed
from portal.services.learning import ReadItem
from portal.services.limits import require_within
from portal.services.own_work import Standing, find_work, standing_of, task_of
from portal.services.work_files import WorkFile, check_file, read_link

HAND_INS = Limit("hand work in", 20)
MAX_DRAFT = 40_000


def save_work_draft(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    work_id: str,
    text: str,
    saves: int,
    now: datetime,
) -> int:
    """Keep what the viewer wrote so far, and return how often it was saved; empty forgets it.

    `saves` is that number as the window knows it, 0 for the first save.

    Raises
    ------
    Refused
        When there is no such work, the text is too long to be kept, or another window saved
        since.
    """
    access.require(viewer, "learn")
    find_work(catalogue, work_id)
    kept = text.replace("\0", "")
    if len(kept) > MAX_DRAFT:
        raise Refused(
            "Your text has {n} characters; at most {most} are kept. Shorten it.",
            n=len(kept),
            most=MAX_DRAFT,
        )

    def keep(connection: Connection) -> int:
        hold_learner(connection, learner_id=viewer.person_id)
        draft = find_work_draft(connection, learner_id=viewer.person_id, work_id=work_id)
        if (draft.saves if draft else 0) != saves:
            raise Refused("Your text was saved in another window since. Load the newer text.")
        if not kept.strip():
            delete_work_draft(connection, learner_id=viewer.person_id, work_id=work_id)
            return 0
        upsert_work_draft(
            connection, learner_id=viewer.person_id, work_id=work_id, text=kept, now=now
        )
        return saves + 1

    return store.write(keep)


def hand_in_text(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    work_id: str,
    text: str,
    now: datetime,
    limit: Limit = HAND_INS,
) -> int:
    """Hand a text or a link in to be graded; return its number in the database.

    Handing the same thing in twice, as a double click does, hands it in once.

    Raises
    ------
    Refused
        When the work takes a file, the text or link is none that it takes, or it may not be
        handed in now.
    """
    access.require(viewer, "learn")
    work = find_work(catalogue, work_id)
    revision_id = task_of(work, viewer=viewer)
    item = read_item(revision_id)
    if item.submission == "file":
        raise Refused("This work takes a file. Choose one, then hand it in.")
    words = read_link(text) if item.submission == "url" else text.strip()
    if problem := check_response(item, {"text": words}):
        raise Refused(problem)
    body = words.encode()
    new = NewSubmission(
        work_id=work.id,
        revision_id=revision_id,
        learner_id=viewer.person_id,
        skill=item.skill,
        number=0,
        kind=item.submission,
        markers=work.blueprint.markers,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        text=words,
    )
    return _hand_in(store, new, viewer=viewer, work=work, now=now, limit=limit)


def hand_in_file(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    work_id: str,
    name: str,
    body: bytes,
    now: datetime,
    limit: Limit = HAND_INS,
) -> int:
    """Hand a file in to be graded; return its number in the database.

    Raises
    ------
    Refused
        When the work takes no file, the file is none that is taken, or it may not be handed in
        now.
    """
    access.require(viewer, "learn")
    work = find_work(catalogue, work_id)
    revision_id = task_of(work, viewer=viewer)
    item = read_item(revision_id)
    if item.submission != "file":
        raise Refused("This work takes no file. Write into the field instead.")
    file: WorkFile = check_file(name, body)
    new = NewSubmission(
        work_id=work.id,
        revision_id=revision_id,
        learner_id=viewer.person_id,
        skill=item.skill,
        number=0,
        kind="file",
        markers=work.blueprint.markers,
        size=len(file.body),
        sha256=file.sha256,
        file_name=file.name,
        media_type=file.media_type,
        body=file.body,
    )
    return _hand_in(store, new, viewer=viewer, work=work, now=now, limit=limit)


def _hand_in(
    store: Store,
    new: NewSubmission,
    *,
    viewer: Viewer,
    work: WorkEntry,
    now: datetime,
    limit: Limit,
) -> int:
    def hand_in(connection: Connection) -> int:
        hold_learner(connection, learner_id=viewer.person_id)
        everything = select_submissions(connection, viewer.person_id)
        mine = [row for row in everything if row.work_id == work.id]
        standing = standing_of(work, mine, now=now)
        if standing.word == "waiting" and mine[-1].sha256 == new.sha256:
            return mine[-1].id
        _require_open(standing)
        require_within(connection, limit, viewer=viewer, now=now)
        numbered = replace(new, number=len(mine) + 1)
        submission_id = insert_submission(connection, new=numbered, now=now)
        delete_work_draft(connection, learner_id=viewer.person_id, work_id=work.id)
        record_deed(
            connection,
            viewer=viewer,
            deed="handed work in",
            object_=f"submission:{submission_id}",
            payload={
                "work": work.id,
                "number": numbered.number,
                "kind": new.kind,
                "size": new.size,
                "sha256": new.sha256,
            },
            now=now,
        )
        return submission_id

    return store.write(hand_in)


def _require_open(standing: Standing) -> None:
    if standing.word == "waiting":
        raise Refused("Your work is being graded. You can hand in another one after that.")
    if standing.word == "passed":
        raise Refused("You have passed this work. There is nothing more to hand in.")
    if standing.word == "used up":
        raise Refused(
            "You handed this work in as often as it can be. Talk to the people who teach it."
        )
    if standing.again_on is not None:
        raise Refused("You can hand this work in again from {day}.", day=standing.again_on)
