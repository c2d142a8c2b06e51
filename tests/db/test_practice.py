"""Activities keep where one stands; actions at one's own desk are asked about again."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text

from curriculum.model import Activity
from portal.access import Refused
from portal.services.catalogue import read_lesson
from portal.services.practice import (
    answer_action,
    due_actions,
    plan_action,
    read_actions,
    read_work,
    save_work,
)
from tests.factories import NOW
from tests.practice import PROMPT, TRANSFER, add_practice
from tests.small_house import SECOND

LATER = NOW + timedelta(days=14)


@pytest.fixture
def practice(house):
    add_practice(house)
    return house


def find_activity(house, kind="threshold"):
    lesson = read_lesson(house.store, house.catalogue.lessons[SECOND].revision_id)
    return next(b for b in lesson.blocks if isinstance(b, Activity) and b.kind == kind)


def save(house, viewer, **changed):
    values = {
        "catalogue": house.catalogue,
        "read_lesson": partial(read_lesson, house.store),
        "lesson_id": SECOND,
        "activity_id": "m1.threshold",
        "state": {"threshold": 70.0},
        "now": NOW,
    }
    save_work(house.store, viewer=viewer, **(values | changed))


def plan(house, viewer, words="Ask about one alert.", **changed):
    values = {
        "catalogue": house.catalogue,
        "read_lesson": partial(read_lesson, house.store),
        "lesson_id": SECOND,
        "transfer_id": TRANSFER,
        "now": NOW,
    }
    plan_action(house.store, viewer=viewer, plan=words, **(values | changed))


def answer(house, viewer, outcome="done", note="It worked.", now=LATER, transfer_id=TRANSFER):
    answer_action(
        house.store, viewer=viewer, transfer_id=transfer_id, outcome=outcome, note=note, now=now
    )


def due(house, viewer, now=LATER):
    return due_actions(
        house.store, viewer=viewer, read_lesson=partial(read_lesson, house.store), now=now
    )


def one(house, query):
    return house.store.read(lambda connection: connection.execute(text(query)).one())


def test_an_activity_stands_where_it_was_left(practice):
    viewer = practice.viewer()
    activity = find_activity(practice)

    fresh = read_work(practice.store, viewer=viewer, activity=activity)
    save(practice, viewer)
    kept = read_work(practice.store, viewer=viewer, activity=activity)

    assert (fresh.state, fresh.saves) == ({"threshold": 40.0}, 0)
    assert (kept.state, kept.saves, kept.saved_at) == ({"threshold": 70.0}, 1, NOW)


def test_another_learner_starts_anew(practice):
    save(practice, practice.viewer())

    other = read_work(practice.store, viewer=practice.viewer(), activity=find_activity(practice))

    assert other.saves == 0


def test_reaching_the_goal_is_kept_with_its_first_moment(practice):
    viewer = practice.viewer()
    states = [{"pick": pick} for pick in ("0", "1", "2", "1")]

    for number, state in enumerate(states):
        save(
            practice,
            viewer,
            activity_id="m1.trace",
            state=state,
            now=NOW + timedelta(minutes=number),
        )

    row = one(practice, "SELECT region, saves, state FROM activity_work")
    work = read_work(practice.store, viewer=viewer, activity=find_activity(practice, "trace"))
    assert (row.region, row.saves, json.loads(row.state)) == ("goal", 4, {"pick": "1"})
    assert work.goal_at == NOW + timedelta(minutes=1)


def test_moves_from_two_windows_at_once_lose_nothing_and_duplicate_nothing(practice):
    viewer = practice.viewer()
    save(practice, viewer)
    barrier = threading.Barrier(4)

    def move(number):
        barrier.wait()
        save(practice, viewer, state={"threshold": float(number)})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move, range(4)))

    assert one(practice, "SELECT count(*), max(saves) FROM activity_work") == (1, 5)


@pytest.mark.parametrize("state", [{"threshold": 1e9}, {"threshold": "<b>"}, {"x": "y" * 50_000}])
def test_a_value_nobody_offered_is_never_kept(practice, state):
    save(practice, practice.viewer(), state=state)

    row = one(practice, "SELECT state FROM activity_work")
    assert json.loads(row.state) == {"threshold": 40.0}


@pytest.mark.parametrize(
    "changed", [{"activity_id": "m1.nothing"}, {"lesson_id": "m1.limits"}, {"lesson_id": "x"}]
)
def test_an_activity_of_another_lesson_is_refused(practice, changed):
    with pytest.raises(Refused, match="not part of the lesson"):
        save(practice, practice.viewer(), **changed)

    assert one(practice, "SELECT count(*) FROM activity_work") == (0,)


def test_a_plan_is_kept_and_asked_about_after_its_days(practice):
    viewer = practice.viewer()

    plan(practice, viewer)

    assert due(practice, viewer, now=LATER - timedelta(minutes=1)) == ()
    asked = due(practice, viewer)
    assert [(one.prompt, one.plan, one.lesson_id) for one in asked] == [
        (PROMPT, "Ask about one alert.", SECOND)
    ]
    assert due(practice, practice.viewer()) == ()


def test_a_plan_typed_on_keeps_its_day(practice):
    viewer = practice.viewer()

    plan(practice, viewer, "Ask")
    plan(practice, viewer, "Ask about two alerts.", now=NOW + timedelta(days=3))

    (action,) = read_actions(practice.store, viewer=viewer)
    assert (action.plan, action.saves) == ("Ask about two alerts.", 2)
    assert action.follow_up_at == LATER


def test_an_empty_plan_is_taken_back(practice):
    viewer = practice.viewer()
    plan(practice, viewer)

    plan(practice, viewer, "  ")

    assert read_actions(practice.store, viewer=viewer) == ()


def test_an_action_that_was_answered_is_not_taken_back(practice):
    viewer = practice.viewer()
    plan(practice, viewer)
    answer(practice, viewer)

    plan(practice, viewer, "")

    (action,) = read_actions(practice.store, viewer=viewer)
    assert (action.outcome, action.note) == ("done", "It worked.")


def test_what_is_done_is_asked_once_and_stands_in_the_audit_trail(practice):
    viewer = practice.viewer()
    plan(practice, viewer)

    answer(practice, viewer)
    answer(practice, viewer)

    assert due(practice, viewer, now=LATER + timedelta(days=99)) == ()
    deeds = one(practice, "SELECT count(*) FROM audit WHERE deed = 'answered a desk action'")
    assert deeds == (1,)


def test_not_yet_asks_again_in_a_week_as_often_as_it_is_said(practice):
    viewer = practice.viewer()
    plan(practice, viewer)

    answer(practice, viewer, "not yet", "")
    answer(practice, viewer, "not yet", "", now=LATER + timedelta(minutes=1))

    assert due(practice, viewer, now=LATER + timedelta(days=6)) == ()
    assert len(due(practice, viewer, now=LATER + timedelta(days=7))) == 1
    answer(practice, viewer, "not yet", "", now=LATER + timedelta(days=8))
    assert due(practice, viewer, now=LATER + timedelta(days=10)) == ()


def test_a_prompt_keeps_its_words_when_the_lesson_is_edited(practice):
    viewer = practice.viewer()
    plan(practice, viewer)
    practice.edit("curriculum/modules/m1/20-more.md", old=PROMPT, new="Do something else.")
    practice.publish()

    assert due(practice, viewer)[0].prompt == PROMPT


@pytest.mark.parametrize("outcome", ["planned", "", "perhaps"])
def test_only_what_can_come_of_an_action_is_kept(practice, outcome):
    viewer = practice.viewer()
    plan(practice, viewer)

    with pytest.raises(Refused, match="Choose what came of it"):
        answer(practice, viewer, outcome)


def test_another_persons_action_cannot_be_answered(practice):
    plan(practice, practice.viewer())

    with pytest.raises(Refused, match="nothing of yours"):
        answer(practice, practice.viewer())


def test_a_plan_that_is_far_too_long_is_refused_and_the_old_one_stays(practice):
    viewer = practice.viewer()
    plan(practice, viewer)

    with pytest.raises(Refused, match="500 characters"):
        plan(practice, viewer, "x" * 501)

    assert read_actions(practice.store, viewer=viewer)[0].plan == "Ask about one alert."
