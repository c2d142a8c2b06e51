"""Publishing what was written in the browser: the files of a review, all or nothing."""

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import datetime

from curriculum.model import Curriculum
from db import Connection
from db.commands.authoring import SeenFile, keep_seen_files
from db.commands.content import NewRevision, lock_publishing
from db.queries.content import select_hashes
from db.queries.reviews import KnownContent, select_known_content
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.inserting import (
    Published,
    Reason,
    audit_unit,
    insert_changed,
    is_changed,
    note_reasons,
    require_own_ids,
    retire_gone,
)
from portal.services.pictures import PREFIX, ReadImage
from portal.services.units import Unit, units_of

KEY_CHOICES = frozenset({"correction", "new revision"})


class Overtaken(Exception):
    """Somebody else published the same file in between."""


def publish_texts(
    store: Store,
    *,
    curriculum: Curriculum,
    expected: Mapping[str, int],
    reason: Reason,
    viewer: Viewer,
    read_image: ReadImage,
    now: datetime,
    also: Callable[[Connection], None] = lambda _connection: None,
) -> tuple[Published, ...]:
    """Publish files whose texts were written in the browser, in one transaction.

    `curriculum` is read with these texts in place. `expected` says how many revisions each file
    has, by path; `also` runs in the same transaction. Where anything is blocked, nothing at all
    is published, and the outcomes say why.

    Raises
    ------
    Refused
        When the viewer may not publish these files, an id was used before, or a key changed and
        nobody said what becomes of the results.
    Overtaken
        When a file has more revisions by now.
    """
    access.require(viewer, "review texts")
    units = [
        unit
        for unit in units_of(curriculum, read_image=read_image)
        if not unit.paths.isdisjoint(expected)
    ]
    if any(unit.kind == "bank" for unit in units):
        access.require(viewer, "approve secure items")
    blocked = _blocked(curriculum, units, paths=expected.keys())
    if blocked:
        return blocked
    for unit in units:
        _require_shown(unit)

    def insert(connection: Connection) -> tuple[Published, ...]:
        lock_publishing(connection)
        publication = _Publication(connection, expected, reason, viewer, now)
        published = tuple(publication.publish(unit) for unit in units)
        also(connection)
        return published

    return store.write(insert)


def _blocked(
    curriculum: Curriculum, units: list[Unit], *, paths: Set[str]
) -> tuple[Published, ...]:
    """Name what has errors, and files that belong to nothing that could be published."""
    blocked = [
        Published(unit.id, unit.kind, "blocked", problems=unit.problems)
        for unit in units
        if unit.problems
    ]
    placed = {path for unit in units for path in unit.paths}
    for path in sorted(paths - placed):
        problems = tuple(
            problem
            for problem in curriculum.problems
            if problem.path == path and (problem.level == "error" or problem.code == "REF012")
        )
        blocked.append(Published(path, "file", "blocked", problems=problems))
    return tuple(blocked)


def _require_shown(unit: Unit) -> None:
    if unit.status not in {"published", "retired"}:
        raise Refused(
            "{id} itself is still a draft. Send it for review together with its texts.", id=unit.id
        )


class _Publication:
    """Publishing unit after unit within one transaction."""

    def __init__(
        self,
        connection: Connection,
        expected: Mapping[str, int],
        reason: Reason,
        viewer: Viewer,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._expected = expected
        self._reason = reason
        self._viewer = viewer
        self._now = now

    def publish(self, unit: Unit) -> Published:
        """Add the new revisions of a unit, and take out of sight what it no longer holds."""
        connection = self._connection
        hashes = select_hashes(connection)
        known = select_known_content(connection)
        comes_back = unit.id in known and not known[unit.id].live
        paths = unit.paths if comes_back else self._expected.keys()
        revisions = _from_browser(unit, paths=paths)
        self._require_expected(revisions, hashes)
        changed = [
            one
            for one in revisions
            # What was retired comes back as a new revision, also with its old text.
            if is_changed(one, hashes) or not known[one.content_id].live
        ]
        require_own_ids(changed, known)
        self._require_choices(changed, known)
        ids = insert_changed(connection, unit, changed, viewer=self._viewer, now=self._now)
        own = [one for one in changed if one.path in paths]
        note_reasons(connection, own, ids=ids, reason=self._reason)
        gone = retire_gone(
            connection, unit, paths=self._expected.keys(), known=self._held(unit), now=self._now
        )
        keep_seen_files(connection, _shown_pictures(unit, changed), now=self._now)
        self._audit(unit, ids, gone)
        return Published(unit.id, unit.kind, "published", changed=len(changed))

    def _require_expected(
        self, revisions: list[NewRevision], hashes: Mapping[str, tuple[str, ...]]
    ) -> None:
        for file in revisions:
            known = len(hashes.get(file.content_id, ()))
            if file.kind != "item" and self._expected.get(file.path, known) != known:
                raise Overtaken

    def _require_choices(
        self, changed: list[NewRevision], known: Mapping[str, KnownContent]
    ) -> None:
        for revision in changed:
            was = known.get(revision.content_id)
            if was is None or was.kind != "item" or was.key_hash == revision.key_hash:
                continue
            if self._reason.key_choices.get(revision.content_id) not in KEY_CHOICES:
                raise Refused(
                    "The key of {id} changed. Choose first what becomes of the results so far.",
                    id=revision.content_id,
                )

    def _held(self, unit: Unit) -> Mapping[str, KnownContent]:
        found = select_known_content(self._connection)
        return {id_: one for id_, one in found.items() if one.owner_id == unit.id}

    def _audit(self, unit: Unit, ids: Mapping[str, int], gone: list[str]) -> None:
        reason = self._reason
        choices = {id_: choice for id_, choice in reason.key_choices.items() if id_ in ids}
        payload: dict[str, object] = {
            "revisions": dict(ids),
            "why": reason.why,
            "author": reason.author_id,
            "key choices": choices,
            "waived": reason.waived,
            "retired": gone,
            "review": reason.review_id,
        }
        audit_unit(
            self._connection,
            unit,
            "published" if unit.status == "published" else "retired",
            payload=payload,
            viewer=self._viewer,
            now=self._now,
        )


def _from_browser(unit: Unit, *, paths: Set[str]) -> list[NewRevision]:
    """Return the revisions of some files, and of the module whose list they may have changed."""
    return [
        replace(revision, origin="browser")
        for revision in (*unit.revisions, *unit.hidden)
        if revision.path in paths or revision.content_id == unit.id
    ]


def _shown_pictures(unit: Unit, changed: list[NewRevision]) -> list[SeenFile]:
    """Return the pictures that new revisions show, as they were read from disk just now."""
    shown = json.dumps([dict(revision.body) for revision in changed])
    return [
        SeenFile(picture.path, None, sha256=picture.sha256)
        for picture in unit.pictures
        if PREFIX + picture.sha256 in shown
    ]
