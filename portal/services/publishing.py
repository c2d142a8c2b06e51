"""From Markdown to immutable revisions: module by module, each all or nothing.

Disk and browser are two doors to one text; both end in the same insertion here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from curriculum.model import Curriculum, Problem
from db import Connection
from db.commands.authoring import (
    SeenFile,
    fill_sources,
    forget_files_except,
    keep_seen_files,
)
from db.commands.content import lock_publishing, retire_content
from db.queries.content import select_hashes, select_known_ids, select_live_ids
from db.queries.reviews import select_known_content
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import REGISTERS
from portal.services.inserting import (
    Published,
    audit_unit,
    insert_changed,
    is_changed,
    require_own_ids,
    retire_gone,
)
from portal.services.pictures import ReadImage, keep_pictures
from portal.services.reconciling import Plan, fronts_of, reconcile
from portal.services.units import Unit, units_of

# Texts that lessons include; they belong to no unit of their own.
SNIPPETS = "curriculum/snippets/"
Reread = Callable[[Mapping[str, str]], Curriculum]


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
        if is_changed(revision, hashes) or revision.content_id not in live
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
    if unit.kind == "bank" and viewer and not access.may(viewer, "approve secure items"):
        return Published(unit.id, unit.kind, "needs approval", changed=len(changed))
    known = select_known_content(connection)
    require_own_ids(changed, known)
    ids = insert_changed(connection, unit, changed, viewer=viewer, now=now)
    paths = frozenset(revision.path for revision in changed)
    gone = retire_gone(connection, unit, paths=paths, known=known, now=now)
    payload = {"revisions": ids, "retired": gone}
    audit_unit(connection, unit, "published", payload=payload, viewer=viewer, now=now)
    return Published(unit.id, unit.kind, "published", changed=len(changed))


def _fill_sources(connection: Connection, unit: Unit, *, plan: Plan) -> None:
    missing = {}
    for revision in unit.revisions:
        row = plan.without_text.get(revision.content_id)
        if row is not None and row.content_hash == revision.content_hash:
            missing[row.revision_id] = revision.source
    fill_sources(connection, missing)


def _told(outcome: Published, unit: Unit, *, plan: Plan) -> Published:
    """Complete an outcome with what was left or merged on the way."""
    if outcome.outcome in {"blocked", "retired", "not published", "needs approval"}:
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
            audit_unit(
                connection, unit, "retired", payload={"content": live}, viewer=viewer, now=now
            )
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
    for unit, outcome in zip(units, outcomes, strict=True):
        blocked |= {conflict.path for conflict in outcome.conflicts}
        if outcome.outcome == "needs approval":
            blocked |= unit.paths
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
