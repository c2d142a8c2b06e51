"""The banks as they stand: every blueprint makes its forms and every item can be scored."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from assessments.forms import FORMS, assemble, shortfalls
from assessments.irt import expected_reliability
from assessments.parameters import expert_parameters
from assessments.scoring import check_response, feedback, score
from assessments.simulate import simulate_responses
from curriculum.read import read_curriculum
from portal.loaders import remembered_parse

ROOT = Path(__file__).parents[2]


@cache
def curriculum():
    return read_curriculum(ROOT, parse=remembered_parse)


def bank_items():
    return [item for bank in curriculum().banks.values() for item in bank.items]


def is_graded(blueprint):
    banks = [curriculum().banks[name] for pick in blueprint.picks for name in pick.banks]
    return all(item.type == "rubric" for bank in banks for item in bank.items)


@pytest.mark.parametrize("form", FORMS)
def test_every_blueprint_makes_its_form_and_promises_the_reliability_that_pages_quote(form):
    banks = {item.id: bank.front.id for bank in curriculum().banks.values() for item in bank.items}
    items = {item.id: item for item in bank_items()}

    checks = [one for one in curriculum().blueprints.values() if not is_graded(one)]
    assert checks
    for blueprint in checks:
        assert shortfalls(blueprint, items.values(), forms=(form,), banks=banks) == ()
        ids = assemble(blueprint, items.values(), form=form, seed=1, banks=banks)
        a, b = expert_parameters([items[item_id] for item_id in ids]).slopes(ids)
        assert len(ids) == 12
        assert expected_reliability(a, b=b) >= 0.70


def test_every_skill_has_a_check_of_its_own():
    checks = [one for one in curriculum().blueprints.values() if not is_graded(one)]

    assert sorted(one.picks[0].skill for one in checks) == sorted(curriculum().registers.skills)


def test_graded_work_gives_one_task_of_level_4_with_a_model_answer_and_two_markers():
    works = [one for one in curriculum().blueprints.values() if is_graded(one)]

    assert {pick.skill for work in works for pick in work.picks} == set(
        curriculum().registers.skills
    )
    for work in works:
        (item,) = (i for name in work.picks[0].banks for i in curriculum().banks[name].items)
        assert (item.skill, item.level, work.markers) == (work.picks[0].skill, 4, 2)
        assert item.model_answer
        assert sum(row.weight for row in item.rubric) == 100


def test_no_item_stands_on_a_form_with_its_twin():
    for item in bank_items():
        twins = [other for other in bank_items() if other.id in item.twin]
        assert all(other.form != item.form for other in twins), item.id


def test_every_item_can_be_answered_rightly_and_wrongly():
    rng = np.random.default_rng(1)
    lesson_items = [item for lesson in curriculum().lessons.values() for item in lesson.items]

    for item in [*bank_items(), *lesson_items]:
        answers = [simulate_responses(item, theta=item.difficulty, rng=rng) for _ in range(60)]
        assert {check_response(item, answer) for answer in answers} == {None}, item.id
        if item.type not in {"rubric", "survey"}:
            assert {score(item, answer).correct for answer in answers} == {True, False}, item.id
            assert feedback(item, answers[0]), item.id
