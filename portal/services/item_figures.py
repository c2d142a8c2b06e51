"""Stored statistics of questions as their authors may see them; small groups stay hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from curriculum.model import Item
from db import Connection
from db.queries.statistics import (
    FormFigures,
    HeldMisconception,
    ItemFigures,
    select_counted_owners,
    select_form_figures,
    select_held,
    select_item_figures,
    select_owners,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.learning import ReadItem

Form = FormFigures


@dataclass(frozen=True, slots=True)
class Owner:
    """A bank or module whose questions have figures, or will have."""

    id: str
    title: str
    skill: str | None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """What is doubtful about a question; `option` is what strong learners choose instead."""

    kind: str
    option: str


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """How often an option is picked: of all, of the strong and of the weak; shares 0 to 1."""

    option: str
    text: str
    right: bool
    misconception: str | None
    n: int
    share: float
    strong: float | None
    weak: float | None


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """A group beside the largest one, at equal score: D below 0 is harder for the `focal` one."""

    by: str
    reference: str
    focal: str
    n: int
    d: float | None
    se: float | None
    ets_class: str | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a question takes: mean seconds, and the share of rapid guesses among `n` answers."""

    n: int
    seconds: float
    rapid: float


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its figures; `n` is None and all else empty below the smallest group."""

    item_id: str
    title: str
    stem: str
    n: int | None
    share: float | None
    rest: float | None
    flags: tuple[Flag, ...]
    options: tuple[OptionFigures, ...]
    groups: tuple[GroupDifference, ...]
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A misconception and how many people chose it; None for fewer than may be told."""

    code: str
    text: str
    holders: int | None
    learners: int


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """The questions of a bank or module, the doubtful ones first."""

    owner: Owner
    counted_at: datetime | None
    questions: tuple[Question, ...]
    forms: tuple[FormFigures, ...]
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class _Floors:
    """The fewest answers whose share is shown, and whose distribution is."""

    share: int
    distribution: int

    @classmethod
    def of(cls, min_group: int) -> "_Floors":
        # The viewer may be one of them and know the own answer.
        return cls(min_group + 1, 2 * min_group)


def read_owners(store: Store, *, viewer: Viewer, catalogue: Catalogue) -> tuple[Owner, ...]:
    """Return every bank and module with questions: the banks first, by name."""
    access.require(viewer, "read drafts")
    owners, counted = store.read(lambda c: (select_owners(c), select_counted_owners(c)))
    return tuple(replace(one, counted=one.id in counted) for one in _owners(owners, catalogue))


def read_questions(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    owner_id: str,
    min_group: int,
) -> QuestionReport:
    """Return the figures of a bank's or module's questions.

    Raises
    ------
    Refused
        When there is no such bank or module.
    """
    access.require(viewer, "read drafts")

    def read(connection: Connection) -> tuple[Any, ...]:
        return (
            select_owners(connection),
            select_item_figures(connection, owner_id=owner_id),
            select_form_figures(connection, owner_id=owner_id),
            select_held(connection, owner_id=owner_id),
        )

    owners, figures, forms, held = store.read(read)
    owner = next((one for one in _owners(owners, catalogue) if one.id == owner_id), None)
    if owner is None:
        raise Refused("There is no bank or module under this name. Choose one of the list.")
    floors = _Floors.of(min_group)
    items = {
        row.item_id: read_item(catalogue.item_revisions[row.item_id])
        for row in figures
        if row.item_id in catalogue.item_revisions
    }
    questions = [
        _question(row, items[row.item_id], floors=floors) for row in figures if row.item_id in items
    ]
    return QuestionReport(
        owner=owner,
        counted_at=max((row.made_at for row in figures), default=None),
        questions=tuple(sorted(questions, key=lambda one: (not one.flags, one.item_id))),
        forms=tuple(one for one in forms if one.n >= floors.distribution),
        held=_held(held, catalogue=catalogue, floor=floors.share),
    )


def read_lines(
    store: Store, *, viewer: Viewer, item_ids: Sequence[str], min_group: int
) -> Mapping[str, Question]:
    """Return the figures of some questions for one line each; those without any are left out."""
    access.require(viewer, "read drafts")
    floors = _Floors.of(min_group)
    rows = store.read(lambda connection: select_item_figures(connection, item_ids=item_ids))
    return {row.item_id: _question(row, None, floors=floors) for row in rows}


def _owners(owners: Mapping[str, str], catalogue: Catalogue) -> tuple[Owner, ...]:
    skill_of = {
        owners[item_id]: check.skill
        for check in catalogue.checks.values()
        for item_id in check.item_revisions
        if item_id in owners
    }
    names = {skill.id: skill.name for skill in catalogue.registers.skills.values()}
    found = []
    for owner_id in sorted(set(owners.values())):
        skill, module = skill_of.get(owner_id), catalogue.modules.get(owner_id)
        title = names.get(skill or "", "") or (module.title if module else owner_id)
        found.append(Owner(owner_id, title, skill))
    return tuple(sorted(found, key=lambda one: (one.skill is None, one.title)))


def _question(row: ItemFigures, item: Item | None, *, floors: _Floors) -> Question:
    title, stem = (item.title, item.stem) if item else ("", "")
    if row.n < floors.share:
        return Question(row.item_id, title, stem, None, None, None, (), (), ())
    texts = _option_texts(item) if item else {}
    whole = row.n >= floors.distribution
    return Question(
        item_id=row.item_id,
        title=title,
        stem=stem,
        n=row.n,
        share=row.share_correct,
        rest=row.item_rest,
        flags=tuple(
            Flag(str(one["flag"]), str(one.get("option") or "") if whole else "")
            for one in row.flags
        ),
        options=tuple(_option(one, texts) for one in row.options) if whole else (),
        groups=tuple(
            GroupDifference(
                *(one[name] for name in ("by", "reference", "focal", "n", "d", "se_d", "ets_class"))
            )
            for one in row.dif
            if one["ets_class"] is not None
        ),
        pace=_pace(row, floor=floors.share),
    )


def _pace(row: ItemFigures, *, floor: int) -> Pace | None:
    if row.mean_seconds is None or row.timed < floor:
        return None
    return Pace(row.timed, row.mean_seconds, row.rapid / row.timed)


def _option(values: Mapping[str, Any], texts: Mapping[str, str]) -> OptionFigures:
    return OptionFigures(
        option=values["option"],
        text=texts.get(values["option"], ""),
        right=values["right"],
        misconception=values["misconception"],
        n=values["n"],
        share=values["share"],
        strong=values["strong"],
        weak=values["weak"],
    )


def _option_texts(item: Item) -> dict[str, str]:
    texts = {one.key: one.text for one in item.choices}
    texts |= {f"reason {one.key}": one.text for one in item.reasons}
    for number, line in enumerate(item.answers, start=1):
        if line.low is not None and line.high is not None:
            same = line.low == line.high
            words = f"{line.low:.10g}" if same else f"{line.low:.10g} to {line.high:.10g}"
        else:
            words = line.literal or ""
        texts[f"answer {number}"] = words
    return texts


def _held(
    rows: Sequence[HeldMisconception], *, catalogue: Catalogue, floor: int
) -> tuple[Held, ...]:
    """Return the codes by holders; a count below the floor, and its complement, stay hidden."""
    codes = catalogue.registers.misconceptions
    return tuple(
        Held(
            row.code,
            codes.get(row.code, ""),
            row.holders if row.holders >= floor else None,
            row.learners,
        )
        for row in rows
        if row.learners >= floor
    )
