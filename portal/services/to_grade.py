"""Work as markers meet it: without its learner's name, in an order of their own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assessments.grading import grading_order
from curriculum.model import RubricRow, Skill
from db import Connection
from db.queries.graded import (
    ContentRow,
    GradingRow,
    SeatRow,
    SubmissionRow,
    find_content,
    find_submission,
    select_gradings,
    select_open_submissions,
    select_seats,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.learning import ReadItem
from portal.services.marker_seats import TURNS, Turn, require_seat, seat_for


@dataclass(frozen=True, slots=True)
class ToGrade:
    """Work that the viewer may grade; `mine` says that they took it already.

    `number` is all that names it: whose it is, markers do not learn.
    """

    number: int
    title: str
    skill: Skill
    kind: str
    handed_in_at: datetime
    turn: Turn
    mine: bool


@dataclass(frozen=True, slots=True)
class OpenGrading:
    """Work under the hands of a marker: the task, the rubric, what was handed in, own marks so far.

    `file_name` is not the learner's: that could hold a name.
    """

    number: int
    title: str
    skill: Skill
    turn: Turn
    task: str
    rubric: tuple[RubricRow, ...]
    model_answer: str
    kind: str
    text: str
    file_name: str
    size: int
    handed_in_at: datetime
    marks: Mapping[int, int]
    comments: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that was handed in, for whoever may have it."""

    name: str
    media_type: str
    body: bytes


def read_to_grade(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, read_item: ReadItem, now: datetime
) -> tuple[ToGrade, ...]:
    """Return what the viewer may grade: what they took first, the rest in their own order."""
    access.require(viewer, "grade work")

    def read(connection: Connection) -> tuple[ToGrade, ...]:
        rows = {
            row.id: row
            for row in select_open_submissions(connection)
            if row.learner_id != viewer.person_id
        }
        gradings = _by_submission(select_gradings(connection, list(rows)))
        seats = _seats_by_submission(select_seats(connection, list(rows)))
        found = []
        for id_ in grading_order(rows, marker=str(viewer.person_id)):
            row = rows[id_]
            seat = seat_for(viewer, row, gradings.get(id_, ()), seats.get(id_, ()), now=now)
            if seat is None or row.skill not in catalogue.registers.skills:
                continue
            found.append(
                ToGrade(
                    number=id_,
                    title=read_item(row.revision_id).title,
                    skill=catalogue.registers.skills[row.skill],
                    kind=row.kind,
                    handed_in_at=row.handed_in_at,
                    turn=TURNS[seat],
                    mine=any(one.marker_id == viewer.person_id for one in seats.get(id_, ())),
                )
            )
        return tuple(sorted(found, key=lambda one: not one.mine))

    return store.read(read)


def read_grading(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, read_item: ReadItem, submission_id: int
) -> OpenGrading:
    """Return work that the viewer took, with its rubric and their own marks so far.

    Raises
    ------
    Refused
        When they did not take it, or graded it already.
    """
    access.require(viewer, "grade work")

    def read(connection: Connection) -> tuple[SubmissionRow, SeatRow, ContentRow]:
        return require_seat(connection, viewer, submission_id)

    row, seat, content = store.read(read)
    item = read_item(row.revision_id)
    skill = catalogue.registers.skills.get(row.skill)
    if skill is None:
        raise Refused("The skill of this work is not in the register any more. Tell L&D.")
    draft = json.loads(seat.draft) if seat.draft else {"marks": {}, "comments": {}}
    return OpenGrading(
        number=row.id,
        title=item.title,
        skill=skill,
        turn=TURNS[seat.seat],
        task=item.stem,
        rubric=item.rubric,
        model_answer=item.model_answer,
        kind=row.kind,
        text=content.text,
        file_name=_neutral_name(row, content),
        size=row.size,
        handed_in_at=row.handed_in_at,
        marks={int(place): int(mark) for place, mark in draft["marks"].items()},
        comments={int(place): str(text) for place, text in draft["comments"].items()},
    )


def take_work_file(store: Store, *, viewer: Viewer, submission_id: int) -> TakenFile:
    """Return a file that was handed in: to its learner, and to whoever grades or graded it.

    Raises
    ------
    Refused
        For everybody else, as if it did not exist; and once it was deleted.
    """
    if not access.may(viewer, "grade work"):
        access.require(viewer, "see own record")

    def read(connection: Connection) -> TakenFile:
        row = find_submission(connection, submission_id)
        content = None if row is None else find_content(connection, submission_id)
        if row is None or content is None or content.body is None:
            raise Refused("There is no file under this address.")
        if row.learner_id == viewer.person_id:
            return TakenFile(content.file_name, content.media_type, content.body)
        markers = {one.marker_id for one in select_gradings(connection, [submission_id])}
        markers |= {one.marker_id for one in select_seats(connection, [submission_id])}
        if not access.may(viewer, "grade work") or viewer.person_id not in markers:
            raise Refused("There is no file under this address.")
        return TakenFile(_neutral_name(row, content), content.media_type, content.body)

    return store.read(read)


def _neutral_name(row: SubmissionRow, content: ContentRow) -> str:
    if not content.file_name:
        return ""
    return f"work-{row.id}.{content.file_name.rpartition('.')[2].lower()}"


def _by_submission(rows: Sequence[GradingRow]) -> dict[int, tuple[GradingRow, ...]]:
    found: dict[int, tuple[GradingRow, ...]] = {}
    for row in rows:
        found[row.submission_id] = (*found.get(row.submission_id, ()), row)
    return found


def _seats_by_submission(rows: Sequence[SeatRow]) -> dict[int, tuple[SeatRow, ...]]:
    found: dict[int, tuple[SeatRow, ...]] = {}
    for row in rows:
        found[row.submission_id] = (*found.get(row.submission_id, ()), row)
    return found
