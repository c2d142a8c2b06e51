"""Forms scored many at a time: the same as one by one, whatever the order of their questions."""

import json

import numpy as np
import pytest

from assessments.form_scores import AnswerScorer, FormScorer
from assessments.irt import estimate_skill, estimate_skills
from assessments.item_responses import responses_from_matrix
from assessments.parameters import ItemParameters, Parameters
from curriculum.model import Choice, Item

IDS = [f"governance.a{number:02d}" for number in range(1, 13)]


def make_item(number: int) -> Item:
    return Item(
        id=IDS[number],
        type="single",
        skill="governance",
        title="",
        stem="",
        cell="tiers-and-law" if number % 2 else "oversight-and-evidence",
        choices=(Choice("a", "yes", right=True), Choice("b", "no")),
    )


def make_scorer() -> FormScorer:
    items = [make_item(number) for number in range(12)]
    known = {
        id_: ItemParameters(id_, 0.7 + 0.07 * number, -1.5 + 0.27 * number)
        for number, id_ in enumerate(IDS)
    }
    return FormScorer(AnswerScorer(items.__getitem__), Parameters(known, "2pl", ""))


def kept(right: list[bool]) -> list[tuple[int, str | None]]:
    return [(n, json.dumps({"choice": "a" if one else "b"})) for n, one in enumerate(right)]


def test_the_order_of_the_questions_changes_no_bit_of_the_estimate() -> None:
    draw = np.random.default_rng(3)
    for _ in range(50):
        rows = kept([bool(one) for one in draw.integers(0, 2, 12)])
        estimates = {
            make_scorer().score([rows[n] for n in draw.permutation(12)]).estimate for _ in range(6)
        }

        assert len(estimates) == 1


def test_what_is_remembered_is_what_would_come_out_anew() -> None:
    scorer = make_scorer()
    rows = kept([True] * 5 + [False] * 7)

    first, again = scorer.score(rows), scorer.score(rows)

    assert first == again == make_scorer().score(rows)
    assert first.correct == 5
    assert first.cells == {"oversight-and-evidence": [3, 6], "tiers-and-law": [2, 6]}


def test_no_answer_and_an_answer_that_does_not_fit_are_not_right() -> None:
    rows = kept([True] * 12)
    rows[0], rows[1] = (0, None), (1, '{"choice": "z"}')

    assert make_scorer().score(rows).correct == 10


def test_one_person_and_many_at_once_agree() -> None:
    scorer = make_scorer()
    matrix = np.random.default_rng(8).integers(0, 2, (200, 12))
    many = estimate_skills(responses_from_matrix(matrix, items=IDS), parameters=scorer.parameters)

    for row, values in zip(matrix, many.to_dict("records"), strict=True):
        one = scorer.score(kept([bool(x) for x in row])).estimate
        assert (one.eap, one.sd) == pytest.approx((values["eap"], values["sd"]), abs=1e-10)
        assert (one.wle, one.se) == pytest.approx((values["wle"], values["se"]), abs=1e-8)


def test_a_form_without_a_question_is_refused() -> None:
    with pytest.raises(ValueError, match="without an answer"):
        make_scorer().score([])
    with pytest.raises(ValueError, match="no parameters are in force"):
        estimate_skill({"nowhere": True}, parameters=make_scorer().parameters)
