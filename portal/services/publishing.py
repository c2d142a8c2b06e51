"""From Markdown to immutable revisions: module by module, each all or nothing.

Disk and browser are two doors to one text; both end in the same insertion here.
"""

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from assessments.parameters import expert_parameters
from curriculum.model import Bank, Curriculum, Problem
from db import Connection
from db.commands.audit import append_audit
from db.commands.authoring import (
    KeyChoice,
    SeenFile,
    fill_sources,
    forget_files_except,
    insert_revision_note,
    keep_seen_files,
)
from db.commands.content import (
    NewRevision,
    insert_calibration,
    insert_revision,
    lock_publishing,
    retire_content,
)
from db.queries.content import (
    find_calibration,
    select_hashes,
    select_known_ids,
    select_live_ids,
)
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import REGISTERS
from portal.services.evidence import CODE_VERSION, ORGANISATION, actor
from portal.services.pictures import PREFIX, ReadImage, keep_pictures
from portal.services.reconciling import FileConflict, Plan, fronts_of, reconcile
from portal.services.units import Unit, units_of

Outcome = Literal[
    "published", "unchanged", "blocked", "stale", "conflict", "retired", "not published"
]
# Texts that lessons include; they belong to no unit of their own.
SNIPPETS = "curriculum/snippets/"
Reread = Callable[[Mapping[str, str]], Curriculum]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one module, track, bank or the registers.

    `changed` counts new revisions. `problems` are those that block it; `stale` names the content
    whose text on disk is older than the one people see; `merged` the content that was changed on
    both sides and put together; `conflicts` what could not be, with its diff: it stays as it is.
    """

    id: str
    kind: str
    outcome: Outcome
    changed: int = 0
    problems: tuple[Problem, ...] = ()
    stale: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    conflicts: tuple[FileConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a text is published from the browser, who wrote it, and what becomes of changed keys."""

    why: str
    author_id: int | None = None
    key_choice: KeyChoice = "none"
    waived: bool = False


class Overtaken(Exception):
    """Somebody else published the same file in between."""


def publish(
    store: Store,
    *,
    curriculum: Curriculum,
    now: datetime,
    read_image: ReadImage,
    viewer: Viewer | None = None,
    only: str | None = None,
    reread: Reread | None = None,
) -> tuple[Published, ...]:
    """Publish what is new in a curriculum read from disk; `only` names one module to publish.

    Registers come first, then modules, tracks and banks, each in a transaction of its own. A unit
    with errors, its own or in what it refers to, is left as it is: the last good revision stays
    live. Publishing twice changes nothing the second time.

    Texts that are newer in the browser stay. `reread` reads the same folder with some texts in
    place of its files; with it, files changed on both sides are merged, without it they are left.

    Raises
    ------
    Refused
        When a viewer is given who may not publish. The command line, run by whoever holds the
        server, passes none.
    """
    if viewer is not None:
        access.require(viewer, "publish lessons")
    on_disk = curriculum
    plan = store.read(lambda connection: reconcile(connection, on_disk))
    if plan.texts and reread is not None:
        curriculum = reread(plan.texts)
    units = units_of(curriculum, read_image=read_image)
    if reread is None:
        units = tuple(_without(unit, plan.left) for unit in units)
    wanted = [unit for unit in units if only is None or unit.id in {only, REGISTERS}]
    published = tuple(
        _told(_publish_unit(store, unit, plan=plan, viewer=viewer, now=now), unit, plan=plan)
        for unit in wanted
    )
    _remember_disk(store, on_disk, units=wanted, outcomes=published, whole=only is None, now=now)
    return published if only is not None else (*published, *_broken(curriculum, published))


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
) -> Published:
    """Publish files of one unit whose texts were written in the browser.

    `expected` says how many revisions each file has, by path; `also` runs in the same
    transaction.

    Raises
    ------
    Refused
        When the viewer may not publish, or the files are a secure bank and the viewer may not
        approve those.
    Overtaken
        When a file has more revisions by now.
    """
    access.require(viewer, "publish lessons")
    units = units_of(curriculum, read_image=read_image)
    unit = next((unit for unit in units if expected.keys() <= unit.paths), None)
    if unit is not None and unit.kind == "bank":
        access.require(viewer, "approve secure items")
    problems = unit.problems if unit else _errors_in(curriculum, expected)
    if unit is None or problems:
        name, kind = (unit.id, unit.kind) if unit else (min(expected), "file")
        return Published(name, kind, "blocked", problems=problems)
    revisions = _from_browser(unit, paths=expected.keys())

    def insert(connection: Connection) -> Published:
        lock_publishing(connection)
        hashes = select_hashes(connection)
        for file in revisions:
            known = len(hashes.get(file.content_id, ()))
            if file.kind != "item" and expected.get(file.path, known) != known:
                raise Overtaken
        changed = [one for one in revisions if _is_changed(one, hashes)]
        ids = _insert(connection, unit, changed, viewer=viewer, now=now)
        _note_reasons(connection, changed, ids=ids, paths=expected.keys(), reason=reason)
        _retire_hidden(connection, unit, paths=expected.keys(), now=now)
        keep_seen_files(connection, _shown_pictures(unit, changed), now=now)
        payload = {"revisions": ids, "why": reason.why, "author": reason.author_id}
        payload |= {"key choice": reason.key_choice, "waived": reason.waived}
        _audit(connection, unit, "published", payload=payload, viewer=viewer, now=now)
        also(connection)
        return Published(unit.id, unit.kind, "published", changed=len(changed))

    return store.write(insert)


def _errors_in(curriculum: Curriculum, paths: Mapping[str, int]) -> tuple[Problem, ...]:
    return tuple(
        problem
        for problem in curriculum.problems
        if problem.path in paths and problem.level == "error"
    )


def _note_reasons(
    connection: Connection,
    changed: list[NewRevision],
    *,
    ids: Mapping[str, int],
    paths: Set[str],
    reason: Reason,
) -> None:
    for revision in changed:
        if revision.path in paths:
            insert_revision_note(
                connection,
                revision_id=ids[revision.content_id],
                why=reason.why,
                author_id=reason.author_id,
                key_choice=reason.key_choice,
                waived=reason.waived,
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


def _retire_hidden(connection: Connection, unit: Unit, *, paths: Set[str], now: datetime) -> None:
    """Take out of sight what the text itself calls retired, or a draft."""
    gone = [revision for revision in unit.hidden if revision.path in paths]
    if unit.status == "retired":
        gone = [*unit.revisions, *unit.hidden]
    for revision in gone:
        retire_content(connection, content_id=revision.content_id, now=now)


def _without(unit: Unit, paths: frozenset[str]) -> Unit:
    kept = tuple(revision for revision in unit.revisions if revision.path not in paths)
    return replace(unit, revisions=kept)


def _publish_unit(
    store: Store, unit: Unit, *, plan: Plan, viewer: Viewer | None, now: datetime
) -> Published:
    if unit.problems:
        return Published(unit.id, unit.kind, "blocked", problems=unit.problems)
    if unit.status == "retired":
        return _retire(store, unit, viewer=viewer, now=now)
    if unit.status != "published":
        return Published(unit.id, unit.kind, "not published")
    return store.write(
        lambda connection: _insert_unit(connection, unit, plan=plan, viewer=viewer, now=now)
    )


def _insert_unit(
    connection: Connection, unit: Unit, *, plan: Plan, viewer: Viewer | None, now: datetime
) -> Published:
    lock_publishing(connection)
    hashes = select_hashes(connection)
    live = select_live_ids(connection)
    changed = [
        revision
        for revision in unit.revisions
        # What was retired comes back as a new revision, also with its old text.
        if _is_changed(revision, hashes) or revision.content_id not in live
    ]
    # A git checkout of an older day must not undo what was published since, and neither may a
    # publication in the browser that came while this one was reading.
    stale = {
        revision.content_id
        for revision in changed
        if len(hashes.get(revision.content_id, ())) != plan.counts.get(revision.content_id, 0)
        or (unit.kind == REGISTERS and revision.content_hash in hashes.get(REGISTERS, ()))
    }
    if stale:
        return Published(unit.id, unit.kind, "stale", stale=tuple(sorted(stale)))
    _fill_sources(connection, unit, plan=plan)
    if not changed:
        return Published(unit.id, unit.kind, "unchanged")
    ids = _insert(connection, unit, changed, viewer=viewer, now=now)
    _audit(connection, unit, "published", payload={"revisions": ids}, viewer=viewer, now=now)
    return Published(unit.id, unit.kind, "published", changed=len(changed))


def _is_changed(revision: NewRevision, hashes: Mapping[str, tuple[str, ...]]) -> bool:
    return hashes.get(revision.content_id, ())[-1:] != (revision.content_hash,)


def _insert(
    connection: Connection,
    unit: Unit,
    changed: list[NewRevision],
    *,
    viewer: Viewer | None,
    now: datetime,
) -> dict[str, int]:
    ids = {
        revision.content_id: insert_revision(
            connection,
            revision=revision,
            published_by=viewer.person_id if viewer else None,
            now=now,
        )
        for revision in changed
    }
    keep_pictures(connection, unit.pictures)
    if unit.bank is not None:
        _keep_prior(connection, unit.bank, now=now)
    return ids


def _fill_sources(connection: Connection, unit: Unit, *, plan: Plan) -> None:
    missing = {}
    for revision in unit.revisions:
        row = plan.without_text.get(revision.content_id)
        if row is not None and row.content_hash == revision.content_hash:
            missing[row.revision_id] = revision.source
    fill_sources(connection, missing)


def _told(outcome: Published, unit: Unit, *, plan: Plan) -> Published:
    """Complete an outcome with what was left or merged on the way."""
    if outcome.outcome in {"blocked", "retired", "not published"}:
        return outcome
    paths = unit.paths
    held = {revision.content_id for revision in (*unit.revisions, *unit.hidden)}
    stale = tuple(sorted({*outcome.stale, *(held & plan.stale)}))
    conflicts = tuple(
        one for one in plan.conflicts.values() if one.path in paths or one.content_id in held
    )
    word = outcome.outcome
    if word == "unchanged":
        word = "conflict" if conflicts else "stale" if stale else "unchanged"
    merged = tuple(sorted(held & plan.merged)) if outcome.outcome == "published" else ()
    return replace(outcome, outcome=word, stale=stale, merged=merged, conflicts=conflicts)


def _retire(store: Store, unit: Unit, *, viewer: Viewer | None, now: datetime) -> Published:
    def retire(connection: Connection) -> Published:
        known = select_live_ids(connection)
        live = [row.content_id for row in unit.revisions if row.content_id in known]
        for content_id in live:
            retire_content(connection, content_id=content_id, now=now)
        if live:
            _audit(connection, unit, "retired", payload={"content": live}, viewer=viewer, now=now)
        return Published(unit.id, unit.kind, "retired", changed=len(live))

    return store.write(retire)


def _remember_disk(
    store: Store,
    curriculum: Curriculum,
    *,
    units: list[Unit],
    outcomes: tuple[Published, ...],
    whole: bool,
    now: datetime,
) -> None:
    """Remember every file that the database now knows word for word, or that nobody sees yet."""
    ids = {front.path: id_ for id_, front in fronts_of(curriculum).items()}
    blocked = {path for unit in units if unit.problems for path in unit.paths}
    blocked |= {problem.path for problem in curriculum.problems if problem.level == "error"}
    for outcome in outcomes:
        blocked |= {conflict.path for conflict in outcome.conflicts}
    # Registers and snippets belong to no unit; registers that stayed as they were stay known so.
    registers = {path for path in curriculum.sources if not path.endswith(".md")}
    if any(one.kind == REGISTERS and one.outcome in {"blocked", "stale"} for one in outcomes):
        blocked |= registers
    shared = registers | {path for path in curriculum.sources if path.startswith(SNIPPETS)}
    wanted = shared | {path for unit in units for path in unit.paths}
    files = [
        SeenFile(path, ids.get(path), text=text)
        for path, text in curriculum.sources.items()
        if path not in blocked and (whole or path in wanted)
    ]
    pictures = [
        SeenFile(picture.path, None, sha256=picture.sha256)
        for unit in units
        for picture in unit.pictures
        if not unit.problems
    ]

    def keep(connection: Connection) -> None:
        keep_seen_files(connection, [*files, *pictures], now=now)
        for unit in units:
            # Pictures of drafts too: an export hands back what was read here.
            keep_pictures(connection, () if unit.problems else unit.pictures)
        if whole:
            # A file that is gone may still be live: then its last text is kept for a merge.
            known = select_known_ids(connection)
            present = {*curriculum.sources, *(picture.path for picture in pictures)}
            forget_files_except(connection, present, known=known - set(ids.values()))

    store.write(keep)


def _keep_prior(connection: Connection, bank: Bank, *, now: datetime) -> None:
    """Put the experts' difficulties in force until enough answers exist to calibrate."""
    for skill in sorted({item.skill for item in bank.items}):
        items = [item for item in bank.items if item.skill == skill]
        parameters = {
            known.item_id: {"a": known.a, "b": known.b}
            for known in expert_parameters(items).items.values()
        }
        current = find_calibration(connection, skill=skill)
        if current is not None and (current.model != "prior" or current.parameters == parameters):
            continue
        insert_calibration(
            connection,
            skill=skill,
            model="prior",
            parameters=parameters,
            learners=0,
            code_version=CODE_VERSION,
            now=now,
        )


def _audit(
    connection: Connection,
    unit: Unit,
    deed: str,
    *,
    payload: Mapping[str, Any],
    viewer: Viewer | None,
    now: datetime,
) -> None:
    append_audit(
        connection,
        stream=ORGANISATION,
        actor=actor(viewer),
        deed=deed,
        object_=f"{unit.kind}:{unit.id}",
        payload=payload,
        now=now,
    )


def _broken(curriculum: Curriculum, published: tuple[Published, ...]) -> tuple[Published, ...]:
    """Name files so broken that they belong to nothing that could be published."""
    told = {problem for one in published for problem in one.problems}
    broken: dict[str, list[Problem]] = {}
    for problem in curriculum.problems:
        if problem.level == "error" and problem not in told:
            broken.setdefault(problem.path, []).append(problem)
    return tuple(
        Published(path, "file", "blocked", problems=tuple(problems))
        for path, problems in broken.items()
    )
