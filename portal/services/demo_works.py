"""Graded work of the demonstration: handed in and graded through the services real people use."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from db.store import Store
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.grading import hand_in_grading, take_to_grade
from portal.services.handing_in import hand_in_file, hand_in_text, save_work_draft
from portal.services.learning import ReadItem

STANDARD, CAPSTONE = "work.agent-operations", "work.workflow-redesign"
DESKS = (
    "fraud desk", "compliance desk", "payments desk", "care desk", "risk desk", "lending desk",
    "finance desk",
)  # fmt: skip
# Five are graded by two people or three, one by one person so far, and one by nobody.
TWICE, ONCE = 5, 6
REASONS = {
    0: "Nothing is written about this.",
    1: "Only in general words; name the measure and the person.",
    2: "Nearly: say from which number on, and who acts then.",
    3: "",
    4: "Tried out, and said what came of it.",
}
_PARAGRAPHS = """
This standard is for the agent that prepares cases at the {desk}. It reads the incoming message,
looks up what the register already knows, and proposes the missing fields. It does not decide
whether a case is fraud, and it never speaks to customers.

The agent may freely read messages and registers and write a proposal. It asks first before it
releases anything, and whenever the register gives more than one match. It never changes
customer data and never releases a case twice. These limits stand in the case system, not in the
instructions, so that no message can talk the agent out of them.

Before a change of model, instructions or tools goes live, it runs on past cases: usual ones,
rare costly ones, cases with two customers of one name, and messages with hidden instructions.
Each group has its own bar. The lead of the desk releases the change, and nobody releases their
own.

We watch three measures: wrong releases in a daily sample, escalations in an hour, and cases
handled twice. Each has a limit, and the person on duty is paged when it is passed. Twice a
month the limit fires without a cause, which we accept.

The head of the desk owns the agent, and her deputy stands in. In the first hour of an incident
the person on duty switches release off, keeps traces and versions, calls the incident lead,
lists what went out, and tells the customers. Handlers work without the agent meanwhile; they
practise that every quarter.

The agent is reviewed twice a year. It ends when it is worth less than it costs for two months,
or when its supplier ends the model. Then its rights are taken away on the same day, and its
cases go back to the handlers.
"""
_STANDARD = "\n\n".join(" ".join(part.split()) for part in _PARAGRAPHS.split("\n\n"))
_CAPSTONE = "# Capstone: cases of the {desk}\n\n" + _STANDARD
_BEGUN = "This standard is for the agent that sorts messages at my desk. It may freely read and "


def fill_works(
    store: Store,
    *,
    learners: Sequence[int],
    staff: dict[str, int],
    catalogue: Catalogue,
    read_item: ReadItem,
    rng: np.random.Generator,
    now: datetime,
) -> int:
    """Hand work in and grade it, where its tasks are published; return how many pieces."""
    if STANDARD not in catalogue.works or CAPSTONE not in catalogue.works:
        return 0
    markers = [_viewer(staff[name], "author", "approver") for name in ("author", "approver")]
    third = _viewer(staff["assessor"], "author")
    count = 0
    for place, (learner, desk) in enumerate(zip(learners, DESKS, strict=False)):
        at = now - timedelta(days=40 - 5 * place)
        submission = hand_in_text(
            store,
            viewer=_viewer(learner, "employee"),
            catalogue=catalogue,
            read_item=read_item,
            work_id=STANDARD,
            text=_STANDARD.format(desk=desk),
            now=at,
        )
        seated = [*markers, third] if place < TWICE else markers[1:] if place < ONCE else []
        _grade(
            store, submission, seated, read_item, rows=5, level=2.6 + 0.3 * place, rng=rng, at=at
        )
        count += 1
    capstone = hand_in_file(
        store,
        viewer=_viewer(learners[0], "employee"),
        catalogue=catalogue,
        read_item=read_item,
        work_id=CAPSTONE,
        name="capstone.md",
        body=_CAPSTONE.format(desk=DESKS[0]).encode(),
        now=now - timedelta(days=30),
    )
    _grade(
        store,
        capstone,
        [*markers, third],
        read_item,
        rows=8,
        level=3.6,
        rng=rng,
        at=now - timedelta(days=30),
    )
    save_work_draft(
        store,
        viewer=_viewer(staff["employee"], "employee"),
        catalogue=catalogue,
        work_id=STANDARD,
        text=_BEGUN,
        saves=0,
        now=now - timedelta(days=1),
    )
    return count + 1


def _grade(
    store: Store,
    submission: int,
    markers: Sequence[Viewer],
    read_item: ReadItem,
    *,
    rows: int,
    level: float,
    rng: np.random.Generator,
    at: datetime,
) -> None:
    """Let people grade work of a true level; a third one only where two differ."""
    decided = False
    true = level + rng.normal(0, 0.8, rows)
    for day, marker in enumerate(markers, start=2):
        drawn = np.clip(np.round(true + rng.normal(0, 0.5, rows)), 0, 4)
        marks = [int(mark) for mark in drawn]
        if decided:
            return
        then = at + timedelta(days=day)
        take_to_grade(store, viewer=marker, submission_id=submission, now=then)
        decided = hand_in_grading(
            store,
            viewer=marker,
            submission_id=submission,
            read_item=read_item,
            marks=marks,
            comments={place: REASONS[mark] for place, mark in enumerate(marks)},
            now=then + timedelta(hours=1),
        )


def _viewer(person_id: int, *roles: str) -> Viewer:
    return Viewer(person_id, "", frozenset(roles) | {"employee"}, "")  # type: ignore[arg-type]
