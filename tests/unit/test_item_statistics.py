"""The item report against published figures, other implementations and simulated truth."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from assessments.fairness import dif_table
from assessments.item_responses import responses_from_matrix
from assessments.item_statistics import (
    CHECK_THE_KEY,
    TOO_EASY,
    TOO_HARD,
    UNFAIR,
    form_statistics,
    item_report,
    item_rest_correlations,
    misconceptions_by_holders,
    option_report,
)
from assessments.simulate import simulate_correct
from tests.unit.lsat6 import LSAT6_ITEMS, lsat6_matrix

NAMES = tuple(f"i{index:02d}" for index in range(20))


def lsat6():
    return responses_from_matrix(lsat6_matrix(), items=LSAT6_ITEMS)


def simulated(n=2000, items=20, seed=1, shift=None):
    rng = np.random.default_rng(seed)
    b = np.linspace(-1.5, 1.5, items) + (0 if shift is None else shift)
    return simulate_correct(rng.standard_normal(n), a=np.full(items, 1.2), b=b, rng=rng)


def test_kr20_of_the_lsat_is_the_published_one():
    found = form_statistics(lsat6())

    # R 4.2.2, psych 2.2.9; .295 is what books print.
    assert found.kr20 == pytest.approx(0.2949971922, abs=1e-9)
    assert found.sem == pytest.approx(found.sd * (1 - found.kr20) ** 0.5)
    assert (found.n, found.items) == (1000, 5)


def test_share_and_item_rest_are_the_textbook_ones():
    matrix = lsat6_matrix()

    items = item_report(lsat6()).items

    assert items["share_correct"].tolist() == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870])
    for index, rest in enumerate(items["item_rest"]):
        others = matrix.sum(axis=1) - matrix[:, index]
        assert rest == pytest.approx(np.corrcoef(matrix[:, index], others)[0, 1], rel=1e-10)
    assert items["n"].tolist() == [1000] * 5


def test_a_wrong_key_a_hard_and_an_easy_item_are_flagged():
    matrix = simulated()
    rng = np.random.default_rng(2)
    matrix[:, 1] = 1 - matrix[:, 1]
    matrix[:, 2] = rng.random(2000) < 0.03
    matrix[:, 3] = rng.random(2000) < 0.98

    items = item_report(responses_from_matrix(matrix, items=NAMES)).items

    assert CHECK_THE_KEY in items["flags"][1]
    assert TOO_HARD in items["flags"][2]
    assert TOO_EASY in items["flags"][3]
    assert items["flags"][5] == ()


def test_an_item_everyone_got_right_has_no_correlation_and_a_word_about_it():
    matrix = simulated(n=50, items=4)
    matrix[:, 2] = 1

    report = item_report(responses_from_matrix(matrix, items=NAMES[:4]))

    assert np.isnan(report.items["item_rest"][2])
    assert report.items["flags"][2] == (TOO_EASY,)
    assert any("i02: no item-rest correlation" in warning for warning in report.warnings)
    assert any("fewer than 100 answers" in warning for warning in report.warnings)


@pytest.mark.parametrize("people", [1, 5])
def test_a_group_without_differences_has_no_kr20_and_a_word_about_it(people):
    report = item_report(responses_from_matrix(np.ones((people, 3)), items=NAMES[:3]))

    assert report.test.kr20 is None
    assert any("No KR-20" in warning for warning in report.warnings)


def test_kr20_counts_only_learners_who_answered_every_item():
    matrix = simulated(n=400, items=5).astype(float)
    holes = matrix.copy()
    holes[:100, 2] = np.nan

    found = form_statistics(responses_from_matrix(holes, items=NAMES[:5]))

    whole = form_statistics(responses_from_matrix(matrix[100:], items=NAMES[:5]))
    assert (found.n, found.kr20) == (300, pytest.approx(whole.kr20))


def test_mantel_haenszel_agrees_with_another_implementation():
    groups = np.repeat(["main", "other"], [1200, 800])
    matrix = np.vstack([simulated(1200, 10, 1), simulated(800, 10, 2, shift=np.eye(10)[3])])

    found = dif_table(responses_from_matrix(matrix, items=NAMES[:10]), groups=list(groups))

    total = matrix.sum(axis=1)
    for index in range(10):
        tables = []
        for score in range(11):
            here = total == score
            sides = [
                [int(((groups[here] == name) & (matrix[here, index] == x)).sum()) for x in (1, 0)]
                for name in ("main", "other")
            ]
            if sum(map(sum, sides)) > 0:
                tables.append(np.array(sides))
        other = StratifiedTable(tables)
        assert found["alpha"][index] == pytest.approx(other.oddsratio_pooled, rel=1e-9)
        assert found["d"][index] == pytest.approx(-2.35 * other.logodds_pooled, rel=1e-9)
        assert found["se_d"][index] == pytest.approx(2.35 * other.logodds_pooled_se, rel=1e-6)


def test_the_items_of_the_lsat_have_the_answers_of_r():
    # R 4.2.2: item-rest by psych 2.2.9 (r.drop), Mantel-Haenszel by mantelhaen.test within the
    # total score, the first two of every five people against the others: bench/r_figures.R.
    responses = lsat6()
    groups = ["x" if place % 5 < 2 else "y" for place in range(1000)]

    rest = item_rest_correlations(responses)
    table = dif_table(responses, groups=groups)

    rest_in_r = [0.1128326889, 0.1531781201, 0.1727789433, 0.1444280952, 0.1215964025]
    alpha_in_r = [0.9767044375, 0.9936030894, 1.00650272, 0.9153443689, 1.15191565]
    error_in_r = [0.6274786264, 0.4065901889, 0.4012440506, 0.4235382428, 0.5041335642]
    assert rest == pytest.approx(rest_in_r, rel=1e-8)
    assert table["alpha"].to_numpy() == pytest.approx(alpha_in_r, rel=1e-8)
    assert table["se_d"].to_numpy() == pytest.approx(error_in_r, rel=1e-8)


def test_an_item_that_is_harder_for_one_group_is_class_c_and_flagged():
    groups = ["main"] * 3000 + ["other"] * 2000
    harder = np.vstack([simulated(3000, 20, 1), simulated(2000, 20, 2, shift=np.eye(20)[5] * 1.2)])

    report = item_report(responses_from_matrix(harder, items=NAMES), groups=groups)

    dif = report.dif.set_index("item_id")
    assert dif.loc["i05", "ets_class"] == "C"
    assert dif.loc["i05", "d"] < -1.5
    assert (dif["reference"] == "main").all()
    assert [
        name for name, flags in zip(NAMES, report.items["flags"], strict=True) if UNFAIR in flags
    ] == ["i05"]


def test_groups_of_different_ability_alone_are_no_sign_of_unfairness():
    groups = ["main"] * 4000 + ["other"] * 4000
    weaker = np.vstack([simulated(4000, 20, 1), simulated(4000, 20, 2, shift=0.8)])

    report = item_report(responses_from_matrix(weaker, items=NAMES), groups=groups)

    assert set(report.dif["ets_class"]) == {"A"}


def test_three_groups_are_each_compared_with_the_largest():
    groups = ["b"] * 500 + ["a"] * 900 + ["c"] * 400 + [""] * 200

    table = dif_table(responses_from_matrix(simulated(), items=NAMES), groups=groups)

    assert set(table["reference"]) == {"a"}
    assert table["focal"].unique().tolist() == ["b", "c"]
    assert set(table["n"]) == {1400, 1300}


def test_one_group_gives_no_comparison():
    responses = responses_from_matrix(simulated(100), items=NAMES)

    assert dif_table(responses, groups=["a"] * 100).empty
    assert dif_table(responses, groups=None).empty


def test_a_group_that_always_fails_has_an_undefined_class():
    matrix = np.vstack([simulated(200, 4), simulated(100, 4)])
    matrix[200:, 1] = 0

    table = dif_table(
        responses_from_matrix(matrix, items=NAMES[:4]), groups=["a"] * 200 + ["b"] * 100
    )

    assert table["ets_class"][1] is None or pd.isna(table["ets_class"][1])


def test_options_are_counted_among_all_the_strong_and_the_weak():
    matrix = np.array([[1, 1, 1]] * 3 + [[1, 0, 0]] * 4 + [[0, 0, 0]] * 3)
    chosen = pd.DataFrame(
        {
            "learner_id": [str(index) for index in range(10)],
            "item_id": "x",
            "option": ["a"] * 3 + ["b"] * 4 + ["b", "c", "c"],
            "misconception": [None] * 3 + ["M101"] * 5 + ["M102"] * 2,
        }
    )

    table = option_report(chosen, responses=responses_from_matrix(matrix, items="xyz"))

    rows = table.set_index("option")
    assert rows["n"].to_dict() == {"a": 3, "b": 5, "c": 2}
    assert rows["share"].to_dict() == {"a": 0.3, "b": 0.5, "c": 0.2}
    assert rows["share_strong"].to_dict() == {"a": 1.0, "b": 0.0, "c": 0.0}
    assert rows["share_weak"].to_dict() == pytest.approx({"a": 0.0, "b": 1 / 3, "c": 2 / 3})
    assert rows["misconception"]["c"] == "M102"


def test_misconceptions_are_ranked_by_people_and_not_by_answers():
    chosen = pd.DataFrame(
        {
            "learner_id": ["1", "1", "1", "2", "3", "4"],
            "misconception": ["M101", "M101", "M101", "M102", "M102", None],
        }
    )

    table = misconceptions_by_holders(chosen)

    assert table["misconception"].tolist() == ["M102", "M101"]
    assert table["holders"].tolist() == [2, 1]
    assert table["times"].tolist() == [2, 3]
    assert table["share"].tolist() == [0.5, 0.25]
