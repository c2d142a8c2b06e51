"""Passing a check tests out of the modules that say so; a correction may take that back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.queries.reporting import select_completion
from portal.access import Refused, Viewer
from portal.services.jobs import Work, Worker, ask_for
from portal.services.notices import read_notices
from portal.services.overtime import HAND_IN, hand_in_overdue
from portal.services.regrade_effects import apply_regrade
from portal.services.regrading import approve_regrade, propose_regrade
from portal.services.results import read_result
from portal.services.tracks import ModuleCard, read_home, read_tracks, take_track
from tests.factories import NOW, TODAY, make_team
from tests.small_house import CHECK_SIZE, MINUTES, SKILL, House

BLUEPRINT = "assessments/blueprints/agent-operations.md"
LATER = NOW + timedelta(days=2)
PASSES = "attempts: 2\npass_level: 3\ntests_out_of: [m1]\n"


@pytest.fixture
def passing(house: House) -> House:
    """The small house, whose check tests out of its first module and may be taken twice."""
    house.edit(BLUEPRINT, old="attempts: 1\n", new=PASSES)
    house.publish()
    return house


def card(house: House, viewer: Viewer, module_id: str) -> ModuleCard:
    (track,) = read_tracks(house.store, viewer=viewer, catalogue=house.catalogue)
    return next(one for one in track.modules if one.module.id == module_id)


def fail_check(house: House, viewer: Viewer, **changed: Any) -> int:
    attempt_id = house.start(viewer, **changed)
    house.submit(viewer, attempt_id, **({"now": changed["now"]} if "now" in changed else {}))
    return attempt_id


def rows(house: House, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in house.store.read(lambda c: c.execute(text(sql)).all())]


def drop_item(house: House, item_id: str) -> None:
    """Propose, approve and apply that an item counts for nobody."""
    first, second = house.viewer("approver"), house.viewer("approver")
    known = {"catalogue": house.catalogue, "read_item": house.read_item}
    regrade_id = propose_regrade(
        house.store,
        viewer=first,
        item_id=item_id,
        kind="drop",
        why="Two answers are right.",
        now=LATER,
        **known,
    )
    approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=LATER)
    apply_regrade(house.store, regrade_id=regrade_id, now=LATER, **known)


def test_who_passes_need_not_take_the_module_and_goes_on_behind_it(passing: House) -> None:
    viewer = passing.viewer()
    before = card(passing, viewer, "m1"), card(passing, viewer, "m2")

    attempt_id = passing.take_check(viewer)

    after = card(passing, viewer, "m1"), card(passing, viewer, "m2")
    assert [one.state for one in before] == ["not started", "locked"]
    assert (before[0].test_out, before[1].test_out) == (SKILL, None)
    assert [one.state for one in after] == ["tested out", "not started"]
    assert after[0].done_at == NOW + timedelta(minutes=5)
    result = read_result(
        passing.store,
        viewer=viewer,
        catalogue=passing.catalogue,
        read_item=passing.read_item,
        attempt_id=attempt_id,
    )
    assert result.tested_out == ("Title of m1",)
    assert rows(passing, "SELECT attempt_id, module_id FROM tested_out") == [(attempt_id, "m1")]


def test_home_goes_on_behind_what_was_tested_out(passing: House) -> None:
    viewer = passing.viewer()
    take_track(
        passing.store, viewer=viewer, catalogue=passing.catalogue, track_id="agents", now=NOW
    )
    passing.open(viewer)
    passing.take_check(viewer)

    home = read_home(passing.store, viewer=viewer, catalogue=passing.catalogue, now=NOW)

    assert home.go_on is not None
    assert home.go_on.module.id == "m2"
    assert (home.tracks[0].modules_done, home.tracks[0].tested_out) == (1, 1)


def test_who_does_not_pass_takes_the_module(passing: House) -> None:
    viewer = passing.viewer()

    fail_check(passing, viewer)

    assert card(passing, viewer, "m1").state == "not started"
    assert rows(passing, "SELECT count(*) FROM tested_out") == [(0,)]


def test_a_later_check_that_fails_takes_nothing_back(passing: House) -> None:
    viewer = passing.viewer()
    passing.take_check(viewer)

    fail_check(passing, viewer, now=NOW + timedelta(days=1))

    assert card(passing, viewer, "m1").state == "tested out"


def test_figures_of_a_team_count_a_module_tested_out_as_done(passing: House) -> None:
    team = make_team(passing.store)
    people = [passing.viewer(team=team) for _ in range(2)]
    for viewer in people:
        take_track(
            passing.store, viewer=viewer, catalogue=passing.catalogue, track_id="agents", now=NOW
        )
    passing.take_check(people[0])

    counted = passing.store.read(lambda c: select_completion(c, [team], on=TODAY))

    assert counted == (4, 1)


def test_a_correction_that_takes_the_pass_away_is_told_and_audited(passing: House) -> None:
    viewer = passing.viewer()
    attempt_id = passing.start(viewer)
    barely_pass(passing, viewer, attempt_id)
    questions = passing.read(viewer, attempt_id).questions
    assert card(passing, viewer, "m1").state == "tested out"

    for shown in questions[:4]:
        drop_item(passing, shown.question.item_id)

    assert card(passing, viewer, "m1").state == "not started"
    deeds = rows(
        passing,
        f"SELECT deed FROM audit WHERE stream = 'attempt:{attempt_id}' AND deed LIKE 'test%'",
    )
    assert deeds == [("tested out of modules",), ("testing out taken back",)]
    told = read_notices(passing.store, viewer=viewer, catalogue=passing.catalogue)
    assert ("Title of m1",) in [one.to_take for one in told]
    assert rows(passing, "SELECT count(*) FROM tested_out WHERE withdrawn_at IS NULL") == [(0,)]


def barely_pass(house: House, viewer: Viewer, attempt_id: int) -> None:
    """Answer six of nine questions rightly: a little above the third level."""
    for position in range(CHECK_SIZE - 3):
        house.answer(viewer, attempt_id, position)
    house.submit(viewer, attempt_id)


def test_after_a_correction_another_pass_stands_in(passing: House) -> None:
    viewer = passing.viewer()
    first = passing.start(viewer)
    barely_pass(passing, viewer, first)
    second = passing.take_check(viewer, now=NOW + timedelta(days=1))
    questions = passing.read(viewer, first).questions

    for shown in questions[:4]:
        drop_item(passing, shown.question.item_id)

    assert card(passing, viewer, "m1").state == "tested out"
    open_ = rows(passing, "SELECT attempt_id FROM tested_out WHERE withdrawn_at IS NULL")
    assert open_ == [(second,)]


# --- how often ------------------------------------------------------------------------------------


def test_a_check_may_be_taken_as_often_as_its_blueprint_says(passing: House) -> None:
    viewer = passing.viewer()
    fail_check(passing, viewer)
    fail_check(passing, viewer, now=NOW + timedelta(days=1))

    with pytest.raises(Refused, match="too recent") as refused:
        passing.start(viewer, now=NOW + timedelta(days=29))

    assert refused.value.values == {"day": (NOW + timedelta(days=31)).date()}
    assert passing.start(viewer, now=NOW + timedelta(days=30))


def test_starts_at_once_do_not_slip_past_the_pause(house: House) -> None:
    viewer = house.viewer()
    fail_check(house, viewer)

    def start(number: int) -> str:
        try:
            house.start(viewer, seed=number, now=NOW + timedelta(days=1))
        except Refused as refused:
            return str(refused)[:30]
        return "started"

    with ThreadPoolExecutor(8) as pool:
        said = set(pool.map(start, range(8)))

    assert said == {"Your last check of this skill "}
    assert rows(house, "SELECT count(*) FROM attempt") == [(1,)]


# --- whose time is over ---------------------------------------------------------------------------


def test_a_check_that_nobody_comes_back_to_is_handed_in_as_it_stands(house: House) -> None:
    viewer, here = house.viewer(), house.viewer()
    left = house.start(viewer)
    house.answer(viewer, left, 0)
    running = house.start(here, now=NOW + timedelta(minutes=MINUTES))
    worker = Worker(
        house.store,
        kinds={HAND_IN: hand_in_and_count},
        rounds=(),
        clock=lambda: NOW + timedelta(minutes=MINUTES + 5),
    )
    house.store.write(ask)

    assert worker.run_once()

    assert house.read(viewer, left).submitted_at == NOW + timedelta(minutes=MINUTES)
    assert house.read(here, running).submitted_at is None
    assert rows(house, "SELECT attempt_id, correct FROM result") == [(left, 1)]


def hand_in_and_count(work: Work) -> None:
    hand_in_overdue(work)
    hand_in_overdue(work)


def ask(connection: Any) -> None:
    ask_for(connection, kind=HAND_IN, about="by itself", payload={}, now=NOW)
