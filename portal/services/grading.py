"""Grading handed-in work: taking it, marks that are kept, and what the last marker decides.

Nobody grades their own work, and nobody twice.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from assessments.grading import final_marks, has_passed, require_marks
from assessments.scoring import score_rubric
from curriculum.model import Item
from db import Connection
from db.commands.audit import append_audit
from db.commands.graded import (
    delete_seat,
    hold_submission,
    insert_graded_result,
    insert_grading,
    insert_seat,
    update_seat_draft,
)
from db.commands.notices import insert_notice
from db.queries.graded import (
    SubmissionRow,
    find_submission,
    select_gradings,
    select_seats,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import ORGANISATION, record_deed
from portal.services.learning import ReadItem
from portal.services.marker_seats import GONE, require_seat, seat_for

MAX_COMMENT = 2000
# A mark below the bar is explained, so that the learner knows what is missing.
EXPLAINED_BELOW = 3
WHOLE = -1


def take_to_grade(store: Store, *, viewer: Viewer, submission_id: int, now: datetime) -> None:
    """Take work to grade, so that nobody else begins it in vain; taking it twice takes it once.

    Raises
    ------
    Refused
        When it is the viewer's own, they graded it, it is decided, or others have taken it.
    """
    access.require(viewer, "grade work")

    def take(connection: Connection) -> None:
        hold_submission(connection, submission_id)
        row = find_submission(connection, submission_id)
        gradings = select_gradings(connection, [submission_id])
        seats = select_seats(connection, [submission_id])
        if row is not None and any(one.marker_id == viewer.person_id for one in seats):
            return
        seat = None if row is None else seat_for(viewer, row, gradings, seats, now=now)
        if row is None or seat is None:
            raise Refused(GONE)
        for one in seats:
            if one.seat == seat:
                delete_seat(connection, submission_id=submission_id, marker_id=one.marker_id)
        insert_seat(
            connection, submission_id=submission_id, seat=seat, marker_id=viewer.person_id, now=now
        )
        _record(connection, viewer, "work taken to grade", submission_id, {"seat": seat}, now=now)

    store.write(take)


def give_back(store: Store, *, viewer: Viewer, submission_id: int, now: datetime) -> None:
    """Give work back without grading it; marks not handed in are forgotten."""
    access.require(viewer, "grade work")

    def give(connection: Connection) -> None:
        if delete_seat(connection, submission_id=submission_id, marker_id=viewer.person_id):
            _record(connection, viewer, "work given back", submission_id, {}, now=now)

    store.write(give)


def save_marks(
    store: Store,
    *,
    viewer: Viewer,
    submission_id: int,
    read_item: ReadItem,
    marks: Mapping[int, int],
    comments: Mapping[int, str],
) -> None:
    """Keep marks and comments that are not handed in yet.

    Raises
    ------
    Refused
        When the viewer did not take this work, or a mark or comment is none.
    """
    access.require(viewer, "grade work")

    def save(connection: Connection) -> None:
        row, _seat, _content = require_seat(connection, viewer, submission_id)
        rows = len(read_item(row.revision_id).rubric)
        for mark in marks.values():
            _require_marks([mark], rows=1)
        kept = _clean(comments, rows=rows)
        draft = {
            "marks": {str(place): mark for place, mark in marks.items() if 0 <= place < rows},
            "comments": {str(place): text for place, text in kept.items()},
        }
        update_seat_draft(
            connection,
            submission_id=submission_id,
            marker_id=viewer.person_id,
            draft=json.dumps(draft, sort_keys=True),
        )

    store.write(save)


def hand_in_grading(
    store: Store,
    *,
    viewer: Viewer,
    submission_id: int,
    read_item: ReadItem,
    marks: Sequence[int],
    comments: Mapping[int, str],
    now: datetime,
) -> bool:
    """Hand a grading in, for good; return whether it decided the work.

    Marks, audit rows and, with the last marker, the result and the learner's notice are one
    transaction.

    Raises
    ------
    Refused
        When the viewer did not take this work, a row has no mark from 0 to 4, or a mark below 3
        has no comment.
    """
    access.require(viewer, "grade work")

    def hand_in(connection: Connection) -> bool:
        hold_submission(connection, submission_id)
        row, seat, _content = require_seat(connection, viewer, submission_id)
        item = read_item(row.revision_id)
        _require_marks(marks, rows=len(item.rubric))
        kept = _clean(comments, rows=len(item.rubric))
        _require_reasons(marks, kept, item=item)
        delete_seat(connection, submission_id=submission_id, marker_id=viewer.person_id)
        insert_grading(
            connection,
            submission_id=submission_id,
            seat=seat.seat,
            marker_id=viewer.person_id,
            learner_id=row.learner_id,
            marks=marks,
            comments=kept,
            now=now,
        )
        payload = {"seat": seat.seat, "marks": list(marks)}
        _record(connection, viewer, "work graded", submission_id, payload, now=now)
        return _decide(connection, row, item=item, now=now)

    return store.write(hand_in)


# --- the rules ------------------------------------------------------------------------------------


def _require_marks(marks: Sequence[int], *, rows: int) -> None:
    try:
        require_marks(marks, rows=rows)
    except ValueError as error:
        raise Refused("Give every row of the rubric a whole mark from 0 to 4.") from error


def _require_reasons(marks: Sequence[int], comments: Mapping[int, str], *, item: Item) -> None:
    missing = [
        item.rubric[place].criterion
        for place, mark in enumerate(marks)
        if mark < EXPLAINED_BELOW and not comments.get(place)
    ]
    if missing:
        raise Refused(
            "Say what is missing, so that the learner can mend it: {rows}.",
            rows=", ".join(missing),
        )


def _clean(comments: Mapping[int, str], *, rows: int) -> dict[int, str]:
    kept = {
        place: text.replace("\0", "").strip()
        for place, text in comments.items()
        if WHOLE <= place < rows and text.strip()
    }
    if any(len(text) > MAX_COMMENT for text in kept.values()):
        raise Refused("Keep each comment to {most} characters.", most=MAX_COMMENT)
    return kept


def _decide(connection: Connection, row: SubmissionRow, *, item: Item, now: datetime) -> bool:
    """Keep what comes of work once its last marker is in, and tell its learner."""
    gradings = select_gradings(connection, [row.id])
    marks = final_marks([one.marks for one in gradings], markers=row.markers)
    if marks is None:
        return False
    share, passed = score_rubric(item, points=marks).share, has_passed(marks)
    insert_graded_result(
        connection,
        submission_id=row.id,
        learner_id=row.learner_id,
        skill=row.skill,
        marks=marks,
        share=share,
        passed=passed,
        now=now,
    )
    append_audit(
        connection,
        stream=ORGANISATION,
        actor="portal",
        deed="graded work decided",
        object_=f"submission:{row.id}",
        payload={"marks": list(marks), "passed": passed, "markers": len(gradings)},
        now=now,
    )
    insert_notice(
        connection,
        person_id=row.learner_id,
        kind="work graded",
        about=f"submission:{row.id}",
        details={"work": row.work_id, "skill": row.skill, "passed": passed},
        now=now,
    )
    return True


def _record(
    connection: Connection,
    viewer: Viewer,
    deed: str,
    submission_id: int,
    payload: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    record_deed(
        connection,
        viewer=viewer,
        deed=deed,
        object_=f"submission:{submission_id}",
        payload=payload,
        now=now,
    )
