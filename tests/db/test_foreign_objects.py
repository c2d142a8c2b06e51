"""Every service that takes the number of something refuses what is not the viewer's to reach.

The tables name every such service; one that is missing here fails.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db.errors import Refusal
from db.tables_notices import Notice
from portal.access import MATRIX, Refused, Role, Viewer
from portal.services.consenting import give_consent
from tests.db.conftest import CONTENT
from tests.db.review_desk import LIMITS, Desk
from tests.factories import NOW, add_row, join_team, lead_team, make_program, make_team
from tests.graded import add_works, hand_in, take
from tests.small_house import SKILL, House, copy_house
from tests.unit.test_refusals import GUARDED, OVERDUE, services

SERVICES = dict(services())
# By such a parameter a service is told whose something is, or which.
NUMBERS = frozenset(
    {"attempt_id", "check", "submission_id", "notice_id", "team_id", "program_id", "person_id"}
    | {"review_id", "job_id", "regrade_id", "choices", "lead_id", "owner_id"}
)
FOREIGN = (
    "checks.answer_question",
    "checks.flag_question",
    "checks.read_check",
    "checks.read_clock",
    "checks.submit_check",
    "checks.submit_if_over",
    "comparing.compare_program",
    "comparing.read_programs_of_line",
    "comparing.read_promise",
    "comparing.read_report",
    "comparing.renew_comparison",
    "consenting.look_at_levels",
    "grading.hand_in_grading",
    "grading.save_marks",
    "heatmap.read_heatmap",
    "learning.answer_check",
    "learning.explain_answer",
    "notices.mark_notice_read",
    "pausing.begin_break",
    "pausing.end_break",
    "receipts.read_own_receipt",
    "reporting.team_growth",
    "results.read_result",
    "sending.take_back",
    "to_grade.read_grading",
    "to_grade.take_work_file",
    "waves.read_wave_study",
)
# Whoever has the role may reach every one of them; what they may not do to their own stands with
# the tests of each.
OF_THE_ROLE = {
    "accommodating.end_accommodation": "officers set the time of everybody",
    "accommodating.read_person_in_checks": "officers set the time of everybody",
    "accommodating.set_accommodation": "officers set the time of everybody",
    "approving.approve": "readers read whatever waits for review",
    "approving.return_to_author": "readers read whatever waits for review",
    "approving.waive_second_reader": "administrators decide on whatever waits for review",
    "detecting.read_outlook": "program leads run every program",
    "erasing.erase": "administrators erase whoever asks",
    "erasing.foresee_erasure": "administrators erase whoever asks",
    "grading.take_to_grade": "markers take whatever work waits",
    "item_figures.read_questions": "readers of drafts see how every question behaves",
    "jobs.try_again": "background work belongs to nobody",
    "lotteries.draw_program": "program leads run every program",
    "lotteries.find_drawn": "program leads run every program",
    "lotteries.read_invited": "program leads run every program",
    "lotteries.run_draw_again": "program leads run every program",
    "planning.change_plan": "program leads run every program",
    "planning.freeze_plan": "program leads run every program",
    "programs.record_choices": "program leads run every program",
    "regrading.approve_regrade": "approvers decide on every correction",
    "regrading.read_regrade": "approvers decide on every correction",
    "regrading.reject_regrade": "approvers decide on every correction",
    "reviewing.read_review": "readers read whatever waits for review",
    "rights.end_sessions": "administrators keep the rights of everybody",
    "rights.give_lead": "administrators keep the rights of everybody",
    "rights.give_role": "administrators keep the rights of everybody",
    "rights.read_rights": "administrators keep the rights of everybody",
    "rights.take_lead": "administrators keep the rights of everybody",
    "rights.take_role": "administrators keep the rights of everybody",
}
# A place in a program that is for others: tests/db/test_program_plans.py.
OF_OWN_PEOPLE = ("choosing.choose_place", "choosing.give_places")
# Giving back what one never took is no deed, and no fault.
OF_NO_EFFECT = ("grading.give_back",)
# Who sees every team or program, in groups alone, by which services.
NOBODY: frozenset[Role] = frozenset()
_GROUPS: frozenset[Role] = frozenset({"program_lead", "sponsor"})
_PROGRAMS = _GROUPS | {"author"}
SEE_ALL = {
    "comparing.compare_program": _PROGRAMS,
    "comparing.read_programs_of_line": _GROUPS,
    "comparing.read_promise": _PROGRAMS,
    "comparing.read_report": _PROGRAMS,
    "comparing.renew_comparison": _PROGRAMS,
    "heatmap.read_heatmap": _GROUPS,
    "reporting.team_growth": _GROUPS,
    "waves.read_wave_study": _PROGRAMS,
}
ATTEMPTS = ("running", "handed in", "of a lesson")
NOWHERE = {
    "attempts": dict.fromkeys(ATTEMPTS, 999_999),
    **dict.fromkeys(("team_id", "person_id", "submission_id", "review_id"), 999_999),
    **dict.fromkeys(("program_id", "notice_id"), 999_999),
}


@dataclass(frozen=True, slots=True)
class World:
    """Ada's house: what services may be asked for, and who asks though nothing of it is theirs."""

    house: House
    given: dict[str, Any]
    askers: dict[Role, Viewer]

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table but the published content."""
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"

        def read(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
            names = connection.execute(text(tables)).scalars().all()
            return {
                name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]
                for name in set(names) - CONTENT
            }

        return self.house.store.read(read)


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, sqlite_house_template: Path, small_folder: Path
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("foreign")
    house = copy_house(folder, template=sqlite_house_template, content=small_folder)
    add_works(house)
    yield World(house, _things_of_ada(house), _askers(house))
    house.store.close()


def _things_of_ada(house: House) -> dict[str, Any]:
    store, ada, author = house.store, house.viewer(), house.viewer("author")
    team = make_team(store, name="Ada's team")
    join_team(store, team=team, person=ada.person_id)
    give_consent(store, viewer=ada, now=NOW)
    done = house.take_check(ada)
    work = hand_in(house, ada)
    take(house, house.viewer("approver"), work)
    desk = Desk(house)
    desk.save(author, LIMITS, desk.text(LIMITS).replace("Some words", "Other words"))
    house.open(ada)
    lesson = store.read(lambda c: c.execute(text("SELECT max(id) FROM attempt")).scalar_one())
    running = house.start(house.viewer())
    notice = add_row(
        store, Notice, person_id=ada.person_id, kind="level changed", about="result:1",
        details={}, made_at=NOW,
    )  # fmt: skip
    return {
        "attempts": {"running": running, "handed in": done, "of a lesson": lesson},
        "team_id": team,
        "person_id": ada.person_id,
        "submission_id": work,
        "review_id": desk.send(author, LIMITS),
        "program_id": make_program(store),
        "notice_id": notice,
        # What has to be said besides; a service that gets so far would take it.
        "position": 0,
        "response": {"choice": "a"},
        "operation_id": "foreign",
        "seconds": 5,
        "flagged": True,
        "marks": (3, 3),
        "comments": {0: "See the limit.", 1: "See the owner."},
        "target": "end",
        "occasion": "end",
        "skill": SKILL,
        "reach": "line",
        "min_group": 5,
    }


def _askers(house: House) -> dict[Role, Viewer]:
    askers = {role: house.viewer(role) for role in sorted(MATRIX["see own record"])}
    own = make_team(house.store, name="Another team")
    lead_team(house.store, team=own, person=askers["manager"].person_id)
    return askers


def _ask(world: World, name: str, *, viewer: Viewer, attempt: str) -> None:
    function = SERVICES[name]
    now = NOW + timedelta(minutes=2)
    number = world.given["attempts"][attempt]
    over = replace(OVERDUE, attempt_id=number, due_at=NOW)
    house = world.house
    known = world.given | {"store": house.store, "catalogue": house.catalogue, "now": now}
    known |= {"viewer": viewer, "read_item": house.read_item, "attempt_id": number, "check": over}
    function(**{name: known[name] for name in inspect.signature(function).parameters})


def _cases(name: str) -> Iterator[tuple[Role, str]]:
    """Return everybody who may use a service, but not for this, with what they ask for."""
    roles = frozenset().union(*(MATRIX[deed] for deed in GUARDED[name])) - SEE_ALL.get(name, NOBODY)
    of_attempt = {"attempt_id", "check"} & _parameters(name)
    return product(sorted(roles), ATTEMPTS if of_attempt else ATTEMPTS[:1])


def _parameters(name: str) -> frozenset[str]:
    return frozenset(inspect.signature(SERVICES[name]).parameters)


def test_every_service_that_takes_a_number_has_a_row_here() -> None:
    named = {name for name in GUARDED if NUMBERS & _parameters(name)}

    assert sorted([*FOREIGN, *OF_THE_ROLE, *OF_OWN_PEOPLE, *OF_NO_EFFECT]) == sorted(named)


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_ones_own_is_refused_and_nothing_changes(world: World, name: str) -> None:
    before = world.rows()

    for role, attempt in _cases(name):
        with pytest.raises((Refused, Refusal)):
            _ask(world, name, viewer=world.askers[role], attempt=attempt)

    assert world.rows() == before


def test_to_give_back_work_that_one_did_not_take_changes_nothing(world: World) -> None:
    before = world.rows()

    for role, attempt in _cases("grading.give_back"):
        _ask(world, "grading.give_back", viewer=world.askers[role], attempt=attempt)

    assert world.rows() == before


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_thing_and_none_at_all_are_told_alike(world: World, name: str) -> None:
    nowhere = replace(world, given=world.given | NOWHERE)

    for role, attempt in _cases(name):
        told = set()
        for place in (world, nowhere):
            with pytest.raises((Refused, Refusal)) as refused:
                _ask(place, name, viewer=world.askers[role], attempt=attempt)
            told.add(str(refused.value))
        assert len(told) == 1, (role, attempt, told)
