"""What is published together: a module with its lessons, a bank with its blueprints, a track."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from curriculum.check import blocking_problems
from curriculum.json_values import registers_to_json
from curriculum.model import (
    Bank,
    Block,
    Check,
    Curriculum,
    Front,
    Item,
    Lesson,
    Problem,
    Reveal,
    Tabs,
)
from curriculum.parse import (
    blueprint_to_json,
    item_to_json,
    lesson_to_json,
    module_to_json,
    track_to_json,
)
from db.commands.content import NewRevision
from portal.services.catalogue import REGISTERS
from portal.services.pictures import Picture, ReadImage, pin_pictures


@dataclass(frozen=True, slots=True)
class Unit:
    """Content that is published together, and whether it is meant to be seen."""

    id: str
    kind: str
    status: str
    revisions: tuple[NewRevision, ...]
    problems: tuple[Problem, ...]
    bank: Bank | None = None
    pictures: tuple[Picture, ...] = ()
    # Files that belong to it but are drafts, or were retired one by one.
    hidden: tuple[NewRevision, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """The files it is made of."""
        return frozenset(revision.path for revision in (*self.revisions, *self.hidden))


def units_of(curriculum: Curriculum, *, read_image: ReadImage) -> tuple[Unit, ...]:
    """Return everything of a curriculum in the order it is published: the registers first."""
    return (
        _registers_unit(curriculum),
        *_module_units(curriculum, read_image),
        *_track_units(curriculum),
        *_bank_units(curriculum),
    )


def _registers_unit(curriculum: Curriculum) -> Unit:
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
    return Unit(REGISTERS, REGISTERS, "published", (revision,), problems)


def _module_units(curriculum: Curriculum, read_image: ReadImage) -> list[Unit]:
    make = _Maker(curriculum)
    units = []
    for module in curriculum.modules.values():
        lessons = [curriculum.lessons[id_] for id_ in module.lessons if id_ in curriculum.lessons]
        shown = [lesson for lesson in lessons if lesson.front.status == "published"]
        ids = [lesson.front.id for lesson in shown]
        body = module_to_json(module) | {"lessons": ids}
        # A module whose list of shown lessons changed is a new revision though its text is not.
        marks = "" if len(shown) == len(module.lessons) else " ".join(ids) or "no lessons"
        revisions = [make(module.front, "module", module.front.id, body, marks)]
        hidden: list[NewRevision] = []
        pictures: tuple[Picture, ...] = ()
        for lesson in map(in_use, lessons):
            pinned, found = pin_pictures(lesson_to_json(lesson), read_image=read_image)
            marks = "".join(picture.sha256 for picture in found)
            revision = make(lesson.front, "lesson", module.front.id, pinned, marks)
            pictures += found
            if lesson.front.status == "published":
                revisions.append(revision)
                revisions += [_item_revision(item, module.front.id) for item in lesson.items]
            else:
                hidden.append(revision)
        units.append(
            Unit(
                module.front.id,
                "module",
                module.front.status,
                tuple(revisions),
                blocking_problems(curriculum, module.front.id),
                pictures=pictures,
                hidden=tuple(hidden),
            )
        )
    return units


def _track_units(curriculum: Curriculum) -> list[Unit]:
    make = _Maker(curriculum)
    return [
        Unit(
            track.front.id,
            "track",
            track.front.status,
            (make(track.front, "track", track.front.id, track_to_json(track)),),
            (),
        )
        for track in curriculum.tracks.values()
    ]


def _bank_units(curriculum: Curriculum) -> list[Unit]:
    make = _Maker(curriculum)
    units = []
    for bank in curriculum.banks.values():
        items = [item for item in bank.items if is_in_use(item)]
        body = {"items": [item.id for item in items], "use": bank.use}
        revisions = [make(bank.front, "bank", bank.front.id, body)]
        revisions += [_item_revision(item, bank.front.id) for item in items]
        revisions += [
            make(blueprint.front, "blueprint", bank.front.id, blueprint_to_json(blueprint))
            for blueprint in curriculum.blueprints.values()
            if any(bank.front.id in pick.banks for pick in blueprint.picks)
            and blueprint.front.status == "published"
        ]
        units.append(
            Unit(
                bank.front.id,
                "bank",
                bank.front.status,
                tuple(revisions),
                blocking_problems(curriculum, bank.front.id),
                bank=bank,
            )
        )
    return units


def is_in_use(item: Item) -> bool:
    """Say whether learners may meet an item; one without a status goes with its file."""
    return item.status in {None, "published"}


def in_use(lesson: Lesson) -> Lesson:
    """Return a lesson without the items that are drafts or retired, nor their places."""
    hidden = {item.id for item in lesson.items if not is_in_use(item)}
    if not hidden:
        return lesson
    items = tuple(item for item in lesson.items if item.id not in hidden)
    return replace(lesson, items=items, blocks=_blocks_without(lesson.blocks, hidden))


def _blocks_without(blocks: tuple[Block, ...], hidden: set[str]) -> tuple[Block, ...]:
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Reveal):
            kept.append(replace(block, blocks=_blocks_without(block.blocks, hidden)))
        elif isinstance(block, Tabs):
            tabs = tuple((name, _blocks_without(inner, hidden)) for name, inner in block.tabs)
            kept.append(replace(block, tabs=tabs))
        elif not (isinstance(block, Check) and block.item_id in hidden):
            kept.append(block)
    return tuple(kept)


class _Maker:
    """Makes revisions of files, each with its text."""

    def __init__(self, curriculum: Curriculum) -> None:
        self._sources = curriculum.sources

    def __call__(
        self, front: Front, kind: str, owner_id: str, body: Mapping[str, Any], marks: str = ""
    ) -> NewRevision:
        """Return a revision; `marks` are what makes it another one beside its text.

        A new picture under an old name is a new revision too.
        """
        pinned = hashlib.sha256(f"{front.content_hash}{marks}".encode()).hexdigest()
        return NewRevision(
            content_id=front.id,
            kind=kind,
            owner_id=owner_id,
            content_hash=pinned if marks else front.content_hash,
            key_hash="",
            origin="git",
            path=front.path,
            source=self._sources.get(front.path, ""),
            body=body,
        )


def _item_revision(item: Item, owner_id: str) -> NewRevision:
    # The text of an item stands in the revision of its file.
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
