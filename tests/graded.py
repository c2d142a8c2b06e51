"""Graded work for tests: three tasks beside the small curriculum, and services that use them."""

from datetime import timedelta
from typing import Any

from portal.access import Viewer
from portal.services import grading, handing_in, own_work, to_grade
from portal.services.catalogue import read_catalogue
from tests.factories import NOW
from tests.small_house import House

TEXT, FILE, LINK = "work.rule", "work.file", "work.link"
RULE = "The agent stops at its limit and a person decides."
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
_SHAPES = {TEXT: ("text", 2), FILE: ("file", 1), LINK: ("url", 1)}
_RUBRIC = """\
| Criterion | Weight | 0 | 1 | 2 | 3 | 4 |
|---|---|---|---|---|---|---|
| CANARY limit | 60 | CANARY none | vague | stated | fits the case | CANARY tested |
| CANARY owner | 40 | CANARY nobody | a team | a name | agreed | CANARY rehearsed |
"""
_FRONT = "owner: ada@norhaven.example\nstatus: published\nreviewed: 2026-03-01\n"


def work_files() -> dict[str, str]:
    """Text by path of a bank and a blueprint for each task."""
    found = {}
    for work, (submission, markers) in _SHAPES.items():
        name = work.replace(".", "-")
        words = "min_words: 3\nmax_words: 400\n" if submission == "text" else ""
        found[f"assessments/banks/{name}.md"] = (
            f"---\nschema: bank/1\nid: bank.{name}\ntitle: Bank of {work}\n{_FRONT}"
            f"use: summative\n---\n\n# Bank of {work}\n\nSome words.\n\n## Task of {work}\n\n"
            f"```item\nid: {name}.task\ntype: rubric\nskill: agent-operations\nlevel: 4\n"
            f"submission: {submission}\n{words}```\n\nWrite the rule of one agent.\n\n"
            f"### Rubric\n\n{_RUBRIC}\n### Model answer\n\nCANARY model answer.\n"
        )
        found[f"assessments/blueprints/{name}.md"] = (
            f"---\nschema: blueprint/1\nid: {work}\ntitle: Title of {work}\n{_FRONT}"
            f"pick:\n  - {{skill: agent-operations, n: 1, from: [bank.{name}]}}\n"
            f"attempts: 2\ncooldown_days: 14\nmarkers: {markers}\n---\n\n# Title of {work}\n\n"
            "Some words.\n"
        )
    return found


def add_works(house: House) -> None:
    """Write the tasks beside the small curriculum and publish them."""
    for path, text in work_files().items():
        place = house.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    house.publish()
    house.catalogue = read_catalogue(house.store)


def read(house: House, viewer: Viewer, work: str = TEXT, **changed: Any) -> own_work.OwnWork:
    """Read a piece of work as its page does."""
    return own_work.read_work(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        work_id=work,
        **({"now": NOW} | changed),
    )


def hand_in(house: House, viewer: Viewer, text: str = RULE, **changed: Any) -> int:
    """Hand a text in."""
    return handing_in.hand_in_text(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        text=text,
        **({"work_id": TEXT, "now": NOW} | changed),
    )


def hand_in_file(house: House, viewer: Viewer, **changed: Any) -> int:
    """Hand a file in."""
    values = {"work_id": FILE, "name": "Ada Lind.pdf", "body": PDF, "now": NOW}
    return handing_in.hand_in_file(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        **(values | changed),
    )


def waiting(house: House, viewer: Viewer, **changed: Any) -> list[to_grade.ToGrade]:
    """Return what a marker may grade."""
    return list(
        to_grade.read_to_grade(
            house.store,
            viewer=viewer,
            catalogue=house.catalogue,
            read_item=house.read_item,
            **({"now": NOW} | changed),
        )
    )


def open_grading(house: House, viewer: Viewer, submission: int) -> to_grade.OpenGrading:
    """Read work as a marker who took it does."""
    return to_grade.read_grading(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        submission_id=submission,
    )


def take(house: House, viewer: Viewer, submission: int, **changed: Any) -> None:
    """Take work to grade."""
    values = {"submission_id": submission, "now": NOW}
    grading.take_to_grade(house.store, viewer=viewer, **(values | changed))


def give_marks(house: House, viewer: Viewer, submission: int, *marks: Any, **changed: Any) -> bool:
    """Hand a grading in; every row is commented."""
    values = {
        "comments": {place: f"Row {place}: see the limit." for place in range(len(marks))},
        "now": NOW + timedelta(days=1),
    }
    return grading.hand_in_grading(
        house.store,
        viewer=viewer,
        submission_id=submission,
        read_item=house.read_item,
        marks=marks,
        **(values | changed),
    )


def grade(house: House, viewer: Viewer, submission: int, *marks: Any, **changed: Any) -> bool:
    """Take work and hand its grading in."""
    take(house, viewer, submission)
    return give_marks(house, viewer, submission, *marks, **changed)
