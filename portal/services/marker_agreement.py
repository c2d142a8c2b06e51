"""How well the markers of graded work agree, by task and by row of its rubric, for authors."""

from dataclasses import dataclass

from assessments.agreement import Agreement, Pair, measure_agreement
from assessments.grading import places_apart
from curriculum.model import Item, Skill
from db import Connection
from db.queries.graded import GradingRow, SubmissionRow, select_gradings, select_twice_graded
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.learning import ReadItem

# Of fewer works an agreement says more about the works than about the markers.
MIN_WORKS = 5


@dataclass(frozen=True, slots=True)
class RowAgreement:
    """How two markers agree on one row of a rubric."""

    criterion: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class TaskAgreement:
    """How two markers agree on a task: on all its rows, and on each.

    `works` counts what two people graded, `settled` where a third had to or has to. Figures are
    None and `rows` empty below `MIN_WORKS` works.
    """

    item_id: str
    title: str
    skill: Skill
    works: int
    settled: int
    agreement: Agreement | None
    rows: tuple[RowAgreement, ...]


def read_agreement(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, read_item: ReadItem
) -> tuple[TaskAgreement, ...]:
    """Return how markers agree on every published task that people grade, by its title.

    Gradings under an older rubric with other rows are left out: their rows are not these.
    """
    access.require(viewer, "read drafts")

    def read(
        connection: Connection,
    ) -> tuple[tuple[SubmissionRow, ...], tuple[GradingRow, ...]]:
        rows = select_twice_graded(connection)
        return rows, select_gradings(connection, [row.id for row in rows])

    submissions, gradings = store.read(read)
    marks: dict[int, dict[int, tuple[int, ...]]] = {}
    for one in gradings:
        marks.setdefault(one.submission_id, {})[one.seat] = one.marks
    tasks = [
        read_item(revision_id)
        for work in catalogue.works.values()
        for revision_id in work.item_revisions.values()
        if work.skill in catalogue.registers.skills
    ]
    found = [
        _agreement(
            item,
            [
                marks[row.id]
                for row in submissions
                if _same_rubric(read_item(row.revision_id), item)
            ],
            skill=catalogue.registers.skills[item.skill],
        )
        for item in tasks
    ]
    return tuple(sorted(found, key=lambda one: (one.title, one.item_id)))


def _same_rubric(then: Item, now: Item) -> bool:
    rows = [row.criterion for row in then.rubric]
    return then.id == now.id and rows == [row.criterion for row in now.rubric]


def _agreement(
    item: Item, marks: list[dict[int, tuple[int, ...]]], *, skill: Skill
) -> TaskAgreement:
    pairs: list[list[Pair]] = [list(zip(one[1], one[2], strict=True)) for one in marks]
    enough = len(pairs) >= MIN_WORKS
    return TaskAgreement(
        item_id=item.id,
        title=item.title,
        skill=skill,
        works=len(pairs),
        settled=sum(bool(places_apart(one[1], one[2])) for one in marks),
        agreement=measure_agreement(pairs) if enough else None,
        rows=tuple(
            RowAgreement(row.criterion, measure_agreement([[work[place]] for work in pairs]))
            for place, row in enumerate(item.rubric)
        )
        if enough
        else (),
    )
