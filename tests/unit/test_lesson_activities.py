"""The activities of the lessons say the same figures as the pages around them."""

from pathlib import Path

import pytest

from curriculum.activities.base import start_state
from curriculum.activities.kinds import KINDS
from curriculum.model import Activity, Curriculum, Transfer
from curriculum.read import read_curriculum
from portal.loaders import remembered_parse

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    return read_curriculum(ROOT, parse=remembered_parse)


def find(curriculum: Curriculum, lesson: str) -> Activity:
    blocks = curriculum.lessons[lesson].blocks
    return next(block for block in blocks if isinstance(block, Activity))


def outcome(activity: Activity, **state: float | str):
    return KINDS[activity.kind].outcome(activity.parameters, state)


def figure(found, name: str) -> float:
    return next(one.value for one in found.figures if one.name == name)


def test_every_module_has_an_activity_that_does_not_start_at_its_goal(curriculum):
    for module in curriculum.modules.values():
        found = [
            block
            for lesson in module.lessons
            for block in curriculum.lessons[lesson].blocks
            if isinstance(block, Activity)
        ]
        assert found, module.front.id
        for activity in found:
            kind = KINDS[activity.kind]
            start = start_state(kind.controls(activity.parameters))
            assert not kind.outcome(activity.parameters, start).is_goal


def test_every_lesson_ends_at_the_learners_own_desk(curriculum):
    for lesson in curriculum.lessons.values():
        prompts = [block for block in lesson.blocks if isinstance(block, Transfer)]
        assert [prompt.follow_up_days for prompt in prompts] == [14], lesson.front.id


def test_the_five_settings_cost_what_the_lesson_says(curriculum):
    activity = find(curriculum, "w3-thresholds-capacity.best-on-paper")

    found = {name: outcome(activity, setting=str(n)) for n, name in enumerate("ABCDE")}

    assert round(figure(found["A"], "Cost") / 1000) == 168
    assert round(figure(found["B"], "Cost") / 1000) == 116
    assert round(figure(found["C"], "Cost") / 1000) == 250, "half of it is never read"
    assert figure(found["B"], "Alerts") == pytest.approx(2249, abs=1)
    assert figure(found["C"], "People needed") == pytest.approx(40.4, abs=0.1)
    assert {name: one.region for name, one in found.items()} == {
        "A": "too-strict",
        "B": "goal",
        "C": "over-capacity",
        "D": "over-capacity",
        "E": "over-capacity",
    }


def test_the_threshold_bench_holds_the_setting_on_the_screen_of_the_lesson(curriculum):
    activity = find(curriculum, "f2-numbers-that-mislead.rare-events-and-false-alarms")

    # One percent of genuine payments flagged is 2.326 spreads above their mean.
    score = (2.3263 + 2) / (3.608 + 4) * 100
    found = outcome(activity, threshold=score)

    assert figure(found, "Caught") == pytest.approx(90, abs=0.05)
    assert figure(found, "Real among the flagged") == pytest.approx(8.3, abs=0.05)
    assert found.region == "too-loose"
    assert outcome(activity, threshold=100.0).region == "too-strict"


def test_the_value_sheet_ends_at_what_finance_signs(curriculum):
    activity = find(curriculum, "e2-auditable-value.minutes-are-not-money")

    signed = outcome(activity, compare="yes", fate="1")
    naive = outcome(activity, compare="no", fate="0")

    assert figure(signed, "Saved a case") == pytest.approx(3.2)
    assert figure(signed, "Worth a month") == pytest.approx(12_474, abs=5)
    assert figure(signed, "Paid back after") == pytest.approx(7.2, abs=0.05)
    low, _middle, high = (row[1] for row in signed.table.rows)
    assert (low, high) == (2.6, 3.8)
    assert signed.region == "goal"
    assert naive.region == "no-comparison"


def test_the_retrieval_bench_is_solved_by_more_than_one_setting_and_not_by_most(curriculum):
    activity = find(curriculum, "r3-measuring-search.what-a-difference-means")
    states = [
        {"chunk": chunk, "k": float(k), "hybrid": hybrid, "rerank": rerank}
        for chunk in ("100", "200", "400", "800")
        for k in range(1, 21)
        for hybrid in ("off", "on")
        for rerank in ("off", "on")
    ]

    goals = [state for state in states if outcome(activity, **state).is_goal]

    assert 2 <= len(goals) <= len(states) / 5
    assert len({(goal["chunk"], goal["rerank"]) for goal in goals}) >= 2
