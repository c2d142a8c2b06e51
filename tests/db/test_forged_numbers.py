"""A number that leads to nothing: a sentence, whatever the service, and nothing changes."""

import inspect
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlalchemy import inspect as inspect_database
from sqlalchemy import text

from db.errors import Refusal
from db.store import Store, open_store
from portal.access import Refused, Role, Viewer
from portal.services.accommodating import Wish
from portal.services.catalogue import read_catalogue
from tests.factories import NOW, TODAY, make_team
from tests.small_house import SKILL, House
from tests.unit.test_refusals import GUARDED, services

# The longest number that a page takes from an address.
NOBODY = 10**17 - 1
# Every service that takes a number; the test of completeness below names one that is missing.
TAKERS = (
    "accommodating.end_accommodation",
    "accommodating.read_person_in_checks",
    "accommodating.set_accommodation",
    "approving.approve",
    "approving.return_to_author",
    "approving.waive_second_reader",
    "checks.answer_question",
    "checks.flag_question",
    "checks.read_check",
    "checks.read_clock",
    "checks.submit_check",
    "choosing.choose_place",
    "choosing.give_places",
    "comparing.compare_program",
    "comparing.read_promise",
    "comparing.renew_comparison",
    "consenting.look_at_levels",
    "detecting.read_outlook",
    "erasing.erase",
    "erasing.foresee_erasure",
    "grading.hand_in_grading",
    "grading.save_marks",
    "grading.take_to_grade",
    "jobs.try_again",
    "learning.answer_check",
    "learning.explain_answer",
    "lotteries.draw_program",
    "lotteries.read_invited",
    "lotteries.run_draw_again",
    "notices.mark_notice_read",
    "pausing.begin_break",
    "pausing.end_break",
    "planning.change_plan",
    "planning.freeze_plan",
    "receipts.read_own_receipt",
    "regrading.approve_regrade",
    "regrading.read_regrade",
    "regrading.reject_regrade",
    "results.read_result",
    "reviewing.read_review",
    "rights.end_sessions",
    "rights.give_lead",
    "rights.give_role",
    "rights.read_rights",
    "rights.take_lead",
    "rights.take_role",
    "sending.take_back",
    "to_grade.read_grading",
    "to_grade.take_work_file",
    "waves.read_wave_study",
)
# Figures of a unit: what lies outside the own line is refused, see below.
FIGURES = ("comparing.read_programs_of_line", "heatmap.read_heatmap", "reporting.team_growth")
SILENT = {
    "comparing.read_report": "asks `compare_program`, which refuses",
    "grading.give_back": "nothing is given back where nothing was taken",
    "lotteries.find_drawn": "says that nothing was drawn",
}
GIVEN: dict[str, Any] = {
    "now": NOW,
    "wish": Wish(150, 10, "own request", TODAY, None),
    "comment": "Not yet.",
    "reason": "Asked by the people desk",
    "position": 0,
    "response": {"choice": 0},
    "operation_id": "forged",
    "flagged": True,
    "arm": "structured",
    "choices": {1: "structured"},
    "target": "all",
    "min_group": 5,
    "marks": [3, 3],
    "comments": {},
    "seed": 1,
    "occasion": "end",
    "covariates": (),
    "team_id": NOBODY,
    "kind": "manager",
    "starts_on": TODAY,
    "last_day": TODAY + timedelta(days=9),
    "role": "auditor",
    "skill": SKILL,
    "reach": "line",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory, sqlite_house_template, small_folder) -> Iterator[House]:
    """The small house, for tests that leave no trace in it."""
    path = tmp_path_factory.mktemp("forged") / "portal.db"
    shutil.copy(sqlite_house_template, path)
    store = open_store(f"sqlite:///{path}")
    yield House(store, small_folder, read_catalogue(store))
    store.close()


@pytest.fixture(scope="module")
def mighty(small: House) -> Viewer:
    """Somebody with every role: what refuses them is the number alone."""
    return small.viewer(*get_args(Role))


def count_rows(store: Store) -> dict[str, int]:
    def count(connection: Any) -> dict[str, int]:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in inspect_database(connection).get_table_names()
        }

    return store.read(count)


def call(house: House, viewer: Viewer, name: str, number: int) -> Any:
    """Call a service with a number in the place of every id."""
    service = dict(services())[name]
    own = {
        "store": house.store,
        "viewer": viewer,
        "catalogue": house.catalogue,
        "read_item": house.read_item,
    }
    given = {
        key: number if takes_number(parameter) else (GIVEN | own).get(key)
        for key, parameter in inspect.signature(service).parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    return service(**given)


def takes_number(parameter: inspect.Parameter) -> bool:
    return parameter.name.endswith("_id") and parameter.annotation in {int, "int"}


@pytest.mark.parametrize("name", TAKERS)
def test_a_number_that_leads_to_nothing_is_refused_and_nothing_changes(
    small: House, mighty: Viewer, name: str
) -> None:
    before = count_rows(small.store)

    with pytest.raises((Refused, Refusal)) as refused:
        call(small, mighty, name, NOBODY)

    assert "You need the role" not in str(refused.value)
    assert count_rows(small.store) == before


def test_every_service_that_takes_a_number_is_in_the_lists() -> None:
    found = {
        name
        for name, service in services()
        if name in GUARDED
        and any(map(takes_number, inspect.signature(service).parameters.values()))
    }

    assert found == {*TAKERS, *FIGURES, *SILENT}


@pytest.mark.parametrize("name", FIGURES)
def test_a_manager_sees_no_figure_of_a_unit_outside_the_own_line(small: House, name: str) -> None:
    own, other = make_team(small.store), make_team(small.store)
    manager = small.viewer("manager", manages=[own])

    call(small, manager, name, own)
    for foreign in (other, NOBODY):
        with pytest.raises(Refused, match="not in your line"):
            call(small, manager, name, foreign)
