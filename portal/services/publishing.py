"""From Markdown on disk to immutable revisions: module by module, each all or nothing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from assessments.parameters import expert_parameters
from curriculum.check import blocking_problems
from curriculum.json_values import registers_to_json
from curriculum.model import Bank, Curriculum, Front, Item, Problem
from curriculum.parse import (
    blueprint_to_json,
    item_to_json,
    lesson_to_json,
    module_to_json,
    track_to_json,
)
from db import Connection
from db.commands.audit import append_audit
from db.commands.content import NewRevision, insert_calibration, insert_revision, retire_content
from db.queries.content import find_calibration, select_hashes
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import REGISTERS
from portal.services.evidence import CODE_VERSION, ORGANISATION, actor
from portal.services.pictures import Picture, ReadImage, keep_pictures, pin_pictures

Outcome = Literal["published", "unchanged", "blocked", "stale", "retired", "not published"]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one module, track, bank or the registers.

    `changed` counts new revisions. `problems` are those that block it; `stale` names the content
    whose text on disk equals an older revision than the one people see.
    """

    id: str
    kind: str
    outcome: Outcome
    changed: int = 0
    problems: tuple[Problem, ...] = ()
    stale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unit:
    """Content that is published together, and whether it is meant to be seen."""

    id: str
    kind: str
    status: str
    revisions: tuple[NewRevision, ...]
    problems: tuple[Problem, ...]
    bank: Bank | None = None
    pictures: tuple[Picture, ...] = ()


def publish(
    store: Store,
    *,
    curriculum: Curriculum,
    now: datetime,
    read_image: ReadImage,
    viewer: Viewer | None = None,
    only: str | None = None,
) -> tuple[Published, ...]:
    """Publish what is new in a curriculum read from disk; `only` names one module to publish.

    Registers come first, then tracks, modules and banks, each in a transaction of its own. A unit
    with errors, its own or in what it refers to, is left as it is: the last good revision stays
    live. Publishing twice changes nothing the second time.

    Raises
    ------
    Refused
        When a viewer is given who may not publish. The command line, run by whoever holds the
        server, passes none.
    """
    if viewer is not None:
        access.require(viewer, "publish lessons")
    units = [_registers_unit(curriculum), *_module_units(curriculum, read_image)]
    units += _track_units(curriculum)
    units += _bank_units(curriculum)
    wanted = [unit for unit in units if only is None or unit.id in {only, REGISTERS}]
    published = tuple(_publish_unit(store, unit, viewer=viewer, now=now) for unit in wanted)
    return published if only is not None else (*published, *_broken(curriculum, published))


def _publish_unit(store: Store, unit: _Unit, *, viewer: Viewer | None, now: datetime) -> Published:
    if unit.problems:
        return Published(unit.id, unit.kind, "blocked", problems=unit.problems)
    if unit.status == "retired":
        return _retire(store, unit, viewer=viewer, now=now)
    if unit.status != "published":
        return Published(unit.id, unit.kind, "not published")
    return store.write(lambda connection: _insert_unit(connection, unit, viewer=viewer, now=now))


def _insert_unit(
    connection: Connection, unit: _Unit, *, viewer: Viewer | None, now: datetime
) -> Published:
    hashes = select_hashes(connection)
    stale: list[NewRevision] = []
    changed: list[NewRevision] = []
    for revision in unit.revisions:
        before = hashes.get(revision.content_id, ())
        if before and before[-1] == revision.content_hash:
            continue
        (stale if revision.content_hash in before else changed).append(revision)
    # A git checkout of an older day must not undo what was published since.
    if stale:
        return Published(unit.id, unit.kind, "stale", stale=tuple(row.content_id for row in stale))
    if not changed:
        return Published(unit.id, unit.kind, "unchanged")
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
    _audit(connection, unit, "published", payload={"revisions": ids}, viewer=viewer, now=now)
    return Published(unit.id, unit.kind, "published", changed=len(changed))


def _retire(store: Store, unit: _Unit, *, viewer: Viewer | None, now: datetime) -> Published:
    def retire(connection: Connection) -> Published:
        known = select_hashes(connection)
        live = [row.content_id for row in unit.revisions if row.content_id in known]
        for content_id in live:
            retire_content(connection, content_id=content_id, now=now)
        if live:
            _audit(connection, unit, "retired", payload={"content": live}, viewer=viewer, now=now)
        return Published(unit.id, unit.kind, "retired", changed=len(live))

    return store.write(retire)


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
    unit: _Unit,
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


# --- what is published together -------------------------------------------------------------------


def _registers_unit(curriculum: Curriculum) -> _Unit:
    body = registers_to_json(curriculum.registers)
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    revision = NewRevision(
        content_id=REGISTERS,
        kind=REGISTERS,
        owner_id=REGISTERS,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        key_hash="",
        origin="git",
        path="curriculum",
        source=text,
        body=body,
    )
    problems = tuple(
        problem
        for problem in curriculum.problems
        if problem.level == "error" and problem.path.endswith((".yml", "retired_ids.txt"))
    )
    return _Unit(REGISTERS, REGISTERS, "published", (revision,), problems)


def _module_units(curriculum: Curriculum, read_image: ReadImage) -> list[_Unit]:
    units = []
    for module in curriculum.modules.values():
        lessons = [curriculum.lessons[id_] for id_ in module.lessons if id_ in curriculum.lessons]
        shown = [lesson for lesson in lessons if lesson.front.status == "published"]
        body = module_to_json(module) | {"lessons": [lesson.front.id for lesson in shown]}
        revisions = [_revision(module.front, "module", module.front.id, body)]
        pictures: tuple[Picture, ...] = ()
        for lesson in shown:
            pinned, found = pin_pictures(lesson_to_json(lesson), read_image=read_image)
            pictures += found
            revisions.append(_revision(lesson.front, "lesson", module.front.id, pinned, found))
            revisions += [_item_revision(item, module.front.id) for item in lesson.items]
        units.append(
            _Unit(
                module.front.id,
                "module",
                module.front.status,
                tuple(revisions),
                blocking_problems(curriculum, module.front.id),
                pictures=pictures,
            )
        )
    return units


def _track_units(curriculum: Curriculum) -> list[_Unit]:
    return [
        _Unit(
            track.front.id,
            "track",
            track.front.status,
            (_revision(track.front, "track", track.front.id, track_to_json(track)),),
            (),
        )
        for track in curriculum.tracks.values()
    ]


def _bank_units(curriculum: Curriculum) -> list[_Unit]:
    units = []
    for bank in curriculum.banks.values():
        body = {"items": [item.id for item in bank.items], "use": bank.use}
        revisions = [_revision(bank.front, "bank", bank.front.id, body)]
        revisions += [_item_revision(item, bank.front.id) for item in bank.items]
        revisions += [
            _revision(blueprint.front, "blueprint", bank.front.id, blueprint_to_json(blueprint))
            for blueprint in curriculum.blueprints.values()
            if any(bank.front.id in pick.banks for pick in blueprint.picks)
            and blueprint.front.status == "published"
        ]
        units.append(
            _Unit(
                bank.front.id,
                "bank",
                bank.front.status,
                tuple(revisions),
                blocking_problems(curriculum, bank.front.id),
                bank=bank,
            )
        )
    return units


def _revision(
    front: Front,
    kind: str,
    owner_id: str,
    body: Mapping[str, Any],
    pictures: tuple[Picture, ...] = (),
) -> NewRevision:
    # A new picture under an old name is a new revision too.
    marks = "".join(picture.sha256 for picture in pictures)
    pinned = hashlib.sha256(f"{front.content_hash}{marks}".encode()).hexdigest()
    return NewRevision(
        content_id=front.id,
        kind=kind,
        owner_id=owner_id,
        content_hash=pinned if pictures else front.content_hash,
        key_hash="",
        origin="git",
        path=front.path,
        source="",
        body=body,
    )


def _item_revision(item: Item, owner_id: str) -> NewRevision:
    return NewRevision(
        content_id=item.id,
        kind="item",
        owner_id=owner_id,
        content_hash=item.content_hash,
        key_hash=item.key_hash,
        origin="git",
        path=item.path,
        source="",
        body=item_to_json(item),
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
