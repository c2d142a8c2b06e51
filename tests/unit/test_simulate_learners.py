"""Simulated programs and answers hold the truth they promise."""

import numpy as np
import pytest

from assessments.example_text import example_of
from assessments.scoring import check_response, score
from assessments.simulate import (
    PROGRAM_COLUMNS,
    ProgramPlan,
    simulate_correct,
    simulate_program,
    simulate_responses,
)
from curriculum.model import AnswerLine, Choice, Item, Pair

THIRD_CODED = ("M101", None, "M102")


def make_item(item_type, **fields):
    return Item("x.a01", item_type, "ai-sense", "Title", "Stem?", difficulty=0.5, **fields)


def make_choices(right="b", codes=THIRD_CODED):
    return tuple(
        Choice(key, f"Option {key}", key in right, misconception=code)
        for key, code in zip("abcdef", codes, strict=False)
    )


SCENARIO = tuple(
    Choice(key, key, rating=rating)
    for key, rating in zip("abcd", ("best", "acceptable", "poor", "harmful"), strict=True)
)
ITEMS = {
    "single": make_item("single", choices=make_choices()),
    "truefalse": make_item("truefalse", choices=make_choices()[:2]),
    "multiple": make_item("multiple", choices=make_choices("ab")),
    "highlight": make_item("highlight", choices=make_choices("a")),
    "numeric": make_item("numeric", answers=(AnswerLine(1, 15, 16), AnswerLine(0, 10, 90))),
    "numeric about zero": make_item("numeric", answers=(AnswerLine(1, -0.5, 0.5),)),
    "text": make_item(
        "text", answers=(AnswerLine(1, literal="recall"), AnswerLine(0, literal="k"))
    ),
    "pattern": make_item("text", answers=(AnswerLine(1, pattern=r"^(re-?)?rank(ing|er)s?$"),)),
    "ordering": make_item("ordering", ordering=("one", "two", "three")),
    "matching": make_item("matching", pairs=(Pair("p", "1"), Pair("q", "2"), Pair("", "3"))),
    "scenario": make_item("scenario", choices=SCENARIO),
    "worst too": make_item("scenario", choices=SCENARIO, ask="best-and-worst"),
    "two-tier": make_item("two-tier", choices=make_choices(), reasons=make_choices("a")),
}


@pytest.mark.parametrize("name", ITEMS)
def test_simulated_answers_are_right_as_often_as_the_model_says(name):
    rng = np.random.default_rng(7)
    item = ITEMS[name]
    chance = 1 / (1 + np.exp(-1.5 * (1.0 - 0.5)))

    answers = [
        simulate_responses(item, theta=1.0, rng=rng, discrimination=1.5) for _ in range(3000)
    ]

    assert {check_response(item, answer) for answer in answers} == {None}
    share = np.mean([score(item, answer).correct for answer in answers])
    assert share == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / 3000))


@pytest.mark.parametrize(
    "item",
    [
        make_item("survey", choices=make_choices("")),
        make_item("rubric", min_words=30),
        make_item("rubric", submission="url"),
    ],
)
def test_answers_that_nobody_scores_are_admissible_too(item):
    answer = simulate_responses(item, theta=0.0, rng=np.random.default_rng(1))

    assert check_response(item, answer) is None


def test_people_who_hold_a_misconception_choose_its_option_more_often():
    rng = np.random.default_rng(3)

    def share_of_c(weights):
        answers = [
            simulate_responses(ITEMS["single"], theta=-9, rng=rng, misconceptions=weights)
            for _ in range(500)
        ]
        return np.mean([answer["choice"] == "c" for answer in answers])

    assert share_of_c({"M102": 9.0}) > share_of_c({}) + 0.2


def test_the_same_seed_gives_the_same_answers_and_the_same_program():
    first, second = (np.random.default_rng(5) for _ in range(2))

    assert simulate_program(ProgramPlan(), rng=first).equals(
        simulate_program(ProgramPlan(), rng=second)
    )
    assert simulate_responses(ITEMS["multiple"], theta=0, rng=first) == simulate_responses(
        ITEMS["multiple"], theta=0, rng=second
    )


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"retriev(al|e)", "retrieval"),
        (r"^(?:re-?)?rank$", "rank"),
        (r"[^a]\d{2}", "777"),
        ("(", ""),
    ],
)
def test_an_example_of_a_pattern_is_accepted_by_it(pattern, text):
    assert example_of(pattern) == text


def test_a_matrix_of_answers_follows_the_model():
    theta = np.full(20_000, 0.3)

    answers = simulate_correct(
        theta, a=np.array([1.0, 2.0]), b=np.array([0.0, 1.0]), rng=np.random.default_rng(1)
    )

    expected = 1 / (1 + np.exp(-np.array([0.3, -1.4])))
    assert answers.mean(axis=0) == pytest.approx(expected, abs=0.015)


def test_a_program_has_one_row_per_learner_and_occasion_with_the_promised_columns():
    frame = simulate_program(ProgramPlan(teams=4, team_size=3), rng=np.random.default_rng(1))

    assert tuple(frame.columns) == PROGRAM_COLUMNS
    assert len(frame) == 4 * 3 * 4
    assert frame.groupby("learner")["time"].apply(list).iloc[0] == [0, 1, 2, 3]
    assert set(frame["arm"]) == {"structured", "self_directed"}


def test_skill_at_the_start_has_variance_one_and_motive_correlates_a_third():
    plan = ProgramPlan(teams=2000, team_size=10)

    start = simulate_program(plan, rng=np.random.default_rng(2)).query("time == 0")

    assert start["theta0"].var() == pytest.approx(1.0, abs=0.03)
    assert start.groupby("team")["theta0"].mean().var() == pytest.approx(0.15 + 0.085, abs=0.02)
    assert start["theta0"].corr(start["motive"]) == pytest.approx(0.3, abs=0.02)
    assert (start["score"] - start["theta"]).std() == pytest.approx(0.5, abs=0.01)


def test_the_effect_is_what_the_structured_arm_gains_by_period_three():
    plan = ProgramPlan(teams=2000, team_size=10, effect=0.3)

    frame = simulate_program(plan, rng=np.random.default_rng(4))

    gain = frame[frame["time"] == 3].set_index("learner").eval("theta - theta0")
    arm = frame[frame["time"] == 3].set_index("learner")["arm"]
    means = gain.groupby(arm).mean()
    assert means["structured"] - means["self_directed"] == pytest.approx(0.3, abs=0.03)
    assert means["self_directed"] == pytest.approx(0.3, abs=0.03)


def test_a_lottery_draws_whole_teams_and_half_of_them():
    frame = simulate_program(ProgramPlan(teams=30), rng=np.random.default_rng(3))

    by_team = frame.groupby("team")["arm"].agg(["nunique", "first"])

    assert set(by_team["nunique"]) == {1}
    assert (by_team["first"] == "structured").sum() == 15


@pytest.mark.parametrize("basis", ["pretest", "theta0", "motive"])
def test_those_who_choose_for_themselves_choose_by_their_basis(basis):
    plan = ProgramPlan(teams=200, team_size=20, assignment=basis, selection=0.8)

    start = simulate_program(plan, rng=np.random.default_rng(3)).query("time == 0")

    column = {"pretest": "score"}.get(basis, basis)
    means = start.groupby("arm")[column].mean()
    assert means["structured"] - means["self_directed"] > 0.5
    assert start.groupby("team")["arm"].nunique().max() == 2


@pytest.mark.parametrize("kind", ["at_random", "not_at_random"])
def test_those_who_leave_are_weaker_and_never_return(kind):
    plan = ProgramPlan(teams=300, dropout=kind, dropout_rate=0.1)

    frame = simulate_program(plan, rng=np.random.default_rng(3))

    wide = frame.pivot_table(index="learner", columns="time", values="dropped", aggfunc="first")
    assert not wide[0].any()
    assert (wide.astype(int).diff(axis=1).iloc[:, 1:] >= 0).all().all()
    assert wide[1].mean() == pytest.approx(0.1, abs=0.02)
    assert frame["score"].isna().equals(frame["dropped"])
    last = frame[frame["time"] == 3]
    assert last[last["dropped"]]["theta"].mean() < last[~last["dropped"]]["theta"].mean()
