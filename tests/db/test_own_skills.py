"""My skills: what changed, what was unlearned and done, what comes next, and the own confidence."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from portal.access import Refused, Viewer
from portal.services.catalogue import read_lesson
from portal.services.confidence import rate_skill
from portal.services.learning import complete_lesson
from portal.services.next_step import NextStep, find_next_step
from portal.services.results import Estimate
from portal.services.skill_change import gained_cells, judge_change, read_changes
from portal.services.skill_report import SkillReport, read_confidence, read_skill_report
from portal.services.skills import read_skills
from tests.db.test_practice import answer as answer_action
from tests.db.test_practice import plan as plan_action
from tests.factories import NOW
from tests.graded import add_works, hand_in
from tests.many_checks import wrong_answer
from tests.practice import add_practice
from tests.small_house import LATER, LESSON, SECOND, SKILL, House, right_answer

AGAIN = NOW + timedelta(days=40)


# --- what may be said of a change -----------------------------------------------------------------


def make_estimate(*, theta: float = 0.0, cells: dict[str, list[int]] | None = None) -> Estimate:
    return Estimate(
        id=1,
        attempt_id=1,
        skill=SKILL,
        theta=theta,
        se=0.5,
        eap=theta,
        eap_sd=0.5,
        items=12,
        correct=6,
        cells=cells or {},
        occasion=None,
        level=2,
        taken_at=NOW,
        model="prior",
        version=1,
    )


@pytest.mark.parametrize(
    ("theta", "verdict", "rise"),
    [(1.4, "rose", 0.976), (1.3, "within error", 0.967), (-1.4, "fell", 0.024)],
)
def test_a_change_is_called_one_only_beyond_the_error_of_both_checks(
    theta: float, verdict: str, rise: float
) -> None:
    found = judge_change(make_estimate(), make_estimate(theta=theta), reliability=0.7)

    assert found.verdict == verdict
    assert found.rise == pytest.approx(rise, abs=0.001)


def test_of_a_form_that_is_too_rough_no_change_of_a_person_is_told() -> None:
    found = judge_change(make_estimate(), make_estimate(theta=3.0), reliability=0.69)

    assert (found.verdict, found.rise) == ("too rough", None)


def test_a_topic_is_gained_that_was_below_half_and_is_not_any_more() -> None:
    before = make_estimate(cells={"parts": [1, 5], "tools": [2, 4], "old": [0, 2]})
    after = make_estimate(cells={"parts": [3, 5], "tools": [4, 4], "new": [2, 2]})

    assert gained_cells(before, after) == ("parts",)


def test_how_rough_a_check_is_follows_from_its_questions(house: House) -> None:
    viewer = house.viewer()
    house.take_check(viewer)
    house.take_check(viewer, now=AGAIN)

    found = read_changes(house.store, viewer=viewer, read_item=house.read_item)[SKILL]

    assert found.verdict == "too rough"
    assert found.reliability == pytest.approx(0.65, abs=0.02)
    assert not read_changes(house.store, viewer=house.viewer(), read_item=house.read_item)


# --- misconceptions and desk actions --------------------------------------------------------------


def take(house: House, viewer: Viewer, *, right: bool, now: datetime = NOW) -> int:
    """Take a check with every answer right, or every answer wrong."""
    attempt_id = house.start(viewer, now=now)
    for shown in house.read(viewer, attempt_id).questions:
        item = house.read_item(house.catalogue.item_revisions[shown.question.item_id])
        response = right_answer(item) if right else wrong_answer(item)
        house.answer(viewer, attempt_id, shown.position, response=response, now=now)
    house.submit(viewer, attempt_id, now=now)
    return attempt_id


def read_report(house: House, viewer: Viewer) -> SkillReport:
    return read_skill_report(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        skill=SKILL,
        read_item=house.read_item,
        read_lesson=partial(read_lesson, house.store),
    )


@pytest.mark.parametrize(
    ("first", "second", "told"), [(False, True, 1), (False, False, 0), (True, True, 0)]
)
def test_a_misconception_is_unlearned_once_it_is_offered_again_and_not_chosen(
    house: House, first: bool, second: bool, told: int
) -> None:
    viewer = house.viewer()
    take(house, viewer, right=first)
    take(house, viewer, right=second, now=AGAIN)

    report = read_report(house, viewer)

    assert len(report.unlearned) == told
    assert set(report.gained) == ({"parts", "tools"} if told else set())


def test_questions_left_out_unlearn_nothing(house: House) -> None:
    viewer = house.viewer()
    take(house, viewer, right=False)
    house.submit(viewer, house.start(viewer, now=AGAIN), now=AGAIN)

    assert read_report(house, viewer).unlearned == ()


def test_what_was_done_at_the_desk_stands_beside_the_skill_of_its_lesson(house: House) -> None:
    add_practice(house)
    viewer = house.viewer()
    plan_action(house, viewer)
    planned = read_report(house, viewer)
    answer_action(house, viewer)

    report = read_report(house, viewer)

    assert (planned.done, planned.planned) == ((), 1)
    assert [one.plan for one in report.done] == ["Ask about one alert."]
    assert report.planned == 0


# --- what to do next ------------------------------------------------------------------------------


def step_of(house: House, viewer: Viewer, *, now: datetime = AGAIN) -> NextStep | None:
    return find_next_step(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        skill=SKILL,
        read_item=house.read_item,
        now=now,
    )


def test_the_next_step_goes_from_the_first_check_over_the_lessons_to_the_next_check(
    house: House,
) -> None:
    viewer, kinds = house.viewer(), []

    kinds.append(step_of(house, viewer, now=NOW))
    attempt_id = house.start(viewer)
    kinds.append(step_of(house, viewer, now=NOW))
    house.submit(viewer, attempt_id)
    for lesson_id in (LESSON, SECOND, LATER):
        kinds.append(step_of(house, viewer, now=NOW))
        house.open(viewer, lesson_id)
        complete_lesson(
            house.store, viewer=viewer, catalogue=house.catalogue, lesson_id=lesson_id, now=NOW
        )
    kinds += [step_of(house, viewer, now=NOW), step_of(house, viewer, now=AGAIN)]

    assert [(one.kind, one.lesson and one.lesson.id) for one in kinds if one] == [
        ("check", None),
        ("open check", None),
        ("lesson", LESSON),
        ("lesson", SECOND),
        ("lesson", LATER),
        ("track", None),
        ("check", None),
    ]


@pytest.mark.parametrize("forms", ["AB", "ABC"])
def test_no_check_is_offered_while_every_form_was_met_lately(house: House, forms: str) -> None:
    if "C" not in forms:
        house.edit(
            "assessments/banks/agent-operations.md",
            old="form: C\n",
            new="form: C\nstatus: draft\n",
        )
        house.publish()
    viewer = house.viewer()
    for place in range(len(forms)):
        house.take_check(viewer, now=NOW + timedelta(days=40 * place))
    for lesson_id in (LESSON, SECOND, LATER):
        house.open(viewer, lesson_id)
        complete_lesson(
            house.store, viewer=viewer, catalogue=house.catalogue, lesson_id=lesson_id, now=NOW
        )

    steps = [step_of(house, viewer, now=NOW + timedelta(days=day)) for day in (120, 181)]

    assert [step.kind for step in steps if step] == ["track", "check"]


def test_a_lesson_on_the_weakest_topic_comes_first(house: House) -> None:
    house.edit(
        "curriculum/modules/m1/20-more.md",
        old="skill: agent-operations\n",
        new="skill: agent-operations\ncell: tools\n",
    )
    house.publish()
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    for shown in house.read(viewer, attempt_id).questions:
        item = house.read_item(house.catalogue.item_revisions[shown.question.item_id])
        response = wrong_answer(item) if item.cell == "tools" else right_answer(item)
        house.answer(viewer, attempt_id, shown.position, response=response)
    house.submit(viewer, attempt_id)

    step = step_of(house, viewer)

    assert step is not None
    assert step.lesson is not None
    assert (step.lesson.id, step.cell) == (SECOND, "tools")


def test_where_only_graded_work_is_missing_for_the_highest_level_it_comes_first(
    house: House,
) -> None:
    add_works(house)
    strong, weak = house.viewer(), house.viewer()
    house.take_check(strong)
    take(house, weak, right=False)

    steps = [step_of(house, strong), step_of(house, weak)]
    hand_in(house, strong)
    steps.append(step_of(house, strong))

    assert [one.kind for one in steps if one] == ["work", "lesson", "lesson"]


# --- the own confidence ---------------------------------------------------------------------------


def rate(house: House, viewer: Viewer, rating: object, *, skill: str = SKILL) -> None:
    rate_skill(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        skill=skill,
        rating=rating,  # type: ignore[arg-type]
        now=NOW,
    )


def told(house: House, viewer: Viewer) -> dict[str, int]:
    found = read_confidence(house.store, viewer=viewer)
    return {skill: row.rating for skill, row in found.items()}


def test_confidence_is_said_changed_and_taken_back_and_the_audit_keeps_no_value(
    house: House,
) -> None:
    viewer, other = house.viewer(), house.viewer()
    said = []
    for rating in (2, 4, 4, None, None):
        rate(house, viewer, rating)
        said.append(told(house, viewer))

    rows = house.store.read(
        lambda c: c.execute(
            text("SELECT deed, object, payload FROM audit WHERE object LIKE 'skill:%' ORDER BY seq")
        ).all()
    )

    assert said == [{SKILL: 2}, {SKILL: 4}, {SKILL: 4}, {}, {}]
    assert [row.deed for row in rows] == [
        "rated own confidence",
        "rated own confidence",
        "took a self-rating back",
    ]
    assert {str(row.payload) for row in rows} <= {"{}"}
    assert told(house, other) == {}


def test_confidence_moves_no_estimate(house: House) -> None:
    viewer = house.viewer()
    house.take_check(viewer)
    before = read_skills(house.store, viewer=viewer, catalogue=house.catalogue)

    rate(house, viewer, 1)

    assert read_skills(house.store, viewer=viewer, catalogue=house.catalogue) == before


def test_a_rating_that_is_no_answer_is_refused_and_nothing_changes(house: House) -> None:
    viewer = house.viewer()

    for rating in (0, 5, True, 2.0, "3", float("nan")):
        with pytest.raises(Refused, match="one of the four answers"):
            rate(house, viewer, rating)
    with pytest.raises(Refused, match="no such skill"):
        rate(house, viewer, 2, skill="juggling")

    assert told(house, viewer) == {}


def test_whoever_may_not_learn_neither_rates_nor_is_sent_on_and_reads_the_own_only(
    house: House,
) -> None:
    learner, auditor = house.viewer(), house.viewer("auditor")
    rate(house, learner, 2)

    for ask in (lambda: rate(house, auditor, 2), lambda: step_of(house, auditor)):
        with pytest.raises(Refused, match="role employee"):
            ask()
    assert read_confidence(house.store, viewer=auditor) == {}
    assert read_changes(house.store, viewer=auditor, read_item=house.read_item) == {}
    nobody = replace(auditor, roles=frozenset())
    with pytest.raises(Refused, match="see own record"):
        read_report(house, nobody)
