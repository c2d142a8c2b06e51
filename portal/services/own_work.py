"""Graded work of a learner: what is to be done, how it stands, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from assessments.grading import drawn_task
from curriculum.model import Item, Skill
from db import Connection
from db.queries.graded import (
    GradingRow,
    SubmissionRow,
    WorkDraftRow,
    find_content,
    find_work_draft,
    select_gradings,
    select_submissions,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.clock import first_whole_day
from portal.services.catalogue import Catalogue, WorkEntry
from portal.services.learning import ReadItem
from portal.services.short_of_markers import short_among

Stand = Literal["open", "waiting", "passed", "not yet", "resting", "used up"]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One row of the rubric as it was marked; `comments` are why.

    `words` are what the rubric says of the mark; of a half, of the two marks beside it.
    """

    criterion: str
    weight: float
    mark: float
    words: tuple[tuple[int, str], ...]
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkResult:
    """What came of work: every row, what was said of the whole, passed or not."""

    lines: tuple[ResultLine, ...]
    comments: tuple[str, ...]
    share: float
    passed: bool
    markers: int
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One submission of a learner; `result` is None while it is graded.

    `text` and `file_name` are empty once the content was deleted.
    """

    id: int
    number: int
    kind: str
    handed_in_at: datetime
    text: str
    file_name: str
    size: int
    result: WorkResult | None


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A piece of graded work as its learner meets it; never its rubric or model answer.

    `stand` says whether it may be handed in: not while it is graded, once it was passed, before
    `again_on`, or when it was handed in as often as is allowed. `handed_in` is newest first.
    `lacks_marker` says that nobody is left who may grade what waits.
    """

    work: WorkEntry
    skill: Skill
    title: str
    task: str
    kind: str
    min_words: int | None
    max_words: int | None
    markers: int
    left: int
    stand: Stand
    again_on: date | None
    draft: WorkDraftRow | None
    handed_in: tuple[HandedIn, ...]
    lacks_marker: bool

    @property
    def is_open(self) -> bool:
        """Whether it may be handed in now."""
        return self.stand in {"open", "not yet"}


@dataclass(frozen=True, slots=True)
class WorkCard:
    """A piece of graded work in a list: its title and how it stands."""

    id: str
    title: str
    skill: str
    markers: int
    stand: Stand
    has_draft: bool


def read_work(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    work_id: str,
    now: datetime,
) -> OwnWork:
    """Return a piece of graded work with all the viewer wrote and handed in for it.

    Raises
    ------
    Refused
        When there is no such work.
    """
    access.require(viewer, "learn")
    work = find_work(catalogue, work_id)
    item = read_item(task_of(work, viewer=viewer))

    def read(
        connection: Connection,
    ) -> tuple[WorkDraftRow | None, tuple[HandedIn, ...], Standing, bool]:
        mine = [
            row
            for row in select_submissions(connection, viewer.person_id)
            if row.work_id == work_id
        ]
        handed = tuple(_handed_in(connection, row, read_item=read_item) for row in reversed(mine))
        draft = find_work_draft(connection, learner_id=viewer.person_id, work_id=work_id)
        return draft, handed, standing_of(work, mine, now=now), bool(short_among(connection, mine))

    draft, handed_in, stand, lacks_marker = store.read(read)
    return OwnWork(
        work=work,
        skill=catalogue.registers.skills[work.skill],
        title=work.blueprint.front.title,
        task=item.stem,
        kind=item.submission,
        min_words=item.min_words,
        max_words=item.max_words,
        markers=work.blueprint.markers,
        left=max(0, work.blueprint.attempts - len(handed_in)),
        stand=stand.word,
        again_on=stand.again_on,
        draft=draft,
        handed_in=handed_in,
        lacks_marker=lacks_marker,
    )


def read_works(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, skill: str | None, now: datetime
) -> tuple[WorkCard, ...]:
    """Return the graded work of a skill, or all of it, with how the viewer stands in each."""
    access.require(viewer, "learn")
    works = [
        work
        for one in catalogue.registers.skills
        for work in catalogue.works_of(one)
        if skill in {None, one}
    ]
    if not works:
        return ()

    def read(connection: Connection) -> tuple[WorkCard, ...]:
        mine = select_submissions(connection, viewer.person_id)
        return tuple(_card(connection, work, mine=mine, viewer=viewer, now=now) for work in works)

    return store.read(read)


def _card(
    connection: Connection,
    work: WorkEntry,
    *,
    mine: Sequence[SubmissionRow],
    viewer: Viewer,
    now: datetime,
) -> WorkCard:
    own = [row for row in mine if row.work_id == work.id]
    draft = find_work_draft(connection, learner_id=viewer.person_id, work_id=work.id)
    return WorkCard(
        id=work.id,
        title=work.blueprint.front.title,
        skill=work.skill,
        markers=work.blueprint.markers,
        stand=standing_of(work, own, now=now).word,
        has_draft=draft is not None,
    )


# --- the rules ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How a learner stands in a piece of work, and from when on they may go on."""

    word: Stand
    again_on: date | None = None


def find_work(catalogue: Catalogue, work_id: str) -> WorkEntry:
    """Return published graded work, or refuse an address that names none."""
    work = catalogue.works.get(work_id)
    if work is None:
        raise Refused("There is no such work to hand in. Choose it from the page of its track.")
    return work


def task_of(work: WorkEntry, *, viewer: Viewer) -> int:
    """Return the item revision that a learner works on; of several tasks always the same one."""
    task = drawn_task(list(work.item_revisions), learner=str(viewer.person_id), work=work.id)
    return work.item_revisions[task]


def standing_of(work: WorkEntry, mine: Sequence[SubmissionRow], *, now: datetime) -> Standing:
    """Say whether work may be handed in, from what was handed in before (oldest first)."""
    if any(row.passed for row in mine):
        return Standing("passed")
    if not mine:
        return Standing("open")
    last = mine[-1]
    if last.decided_at is None:
        # Work whose text or file was deleted can be graded no more; its learner may start anew.
        return Standing("waiting") if last.has_content else Standing("open")
    if len(mine) >= work.blueprint.attempts:
        return Standing("used up")
    again_at = last.decided_at + timedelta(days=work.blueprint.cooldown_days)
    if now < again_at:
        return Standing("resting", first_whole_day(again_at))
    return Standing("not yet")


# --- what came of it ------------------------------------------------------------------------------


def _handed_in(connection: Connection, row: SubmissionRow, *, read_item: ReadItem) -> HandedIn:
    content = find_content(connection, row.id)
    gradings = () if row.marks is None else select_gradings(connection, [row.id])
    return HandedIn(
        id=row.id,
        number=row.number,
        kind=row.kind,
        handed_in_at=row.handed_in_at,
        text=content.text if content else "",
        file_name=content.file_name if content else "",
        size=row.size,
        result=_result(row, gradings, item=read_item(row.revision_id)),
    )


def _result(row: SubmissionRow, gradings: Sequence[GradingRow], *, item: Item) -> WorkResult | None:
    if row.marks is None or row.decided_at is None:
        return None
    lines = tuple(
        ResultLine(
            criterion=criterion.criterion,
            weight=criterion.weight,
            mark=mark,
            words=_words_of(criterion.points, mark),
            comments=_comments(gradings, place=place),
        )
        for place, (criterion, mark) in enumerate(zip(item.rubric, row.marks, strict=True))
    )
    return WorkResult(
        lines=lines,
        comments=_comments(gradings, place=-1),
        share=row.share or 0.0,
        passed=bool(row.passed),
        markers=len(gradings),
        decided_at=row.decided_at,
    )


def _words_of(points: Sequence[str], mark: float) -> tuple[tuple[int, str], ...]:
    return tuple((one, points[one]) for one in sorted({int(mark), int(mark + 0.5)}))


def _comments(gradings: Sequence[GradingRow], *, place: int) -> tuple[str, ...]:
    found = (one.comments[place] for one in gradings if place in one.comments)
    return tuple(dict.fromkeys(found))
