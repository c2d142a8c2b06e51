"""Scoring of every item type, answer by answer."""

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.scoring import check_response, feedback, score, score_rubric
from curriculum.model import AnswerLine, Choice, Item, Pair, RubricRow

# A busy machine makes examples slow; that is no fault of the product.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
RATINGS = ("best", "acceptable", "poor", "harmful")


def make_item(item_type="single", **fields):
    fields = {"id": "x.a01", "skill": "ai-sense", "title": "A title", "stem": "A stem?"} | fields
    return Item(type=item_type, **fields)


def make_choices(*right, codes=None):
    codes = codes or {}
    return tuple(
        Choice(key, f"Option {key}", is_right, f"About {key}.", codes.get(key))
        for key, is_right in zip("abcdefghijklmnop", right, strict=False)
    )


def make_scenario(ask="best", ratings=RATINGS):
    choices = tuple(
        Choice(key, f"Action {key}", False, "Why.", f"M40{index}", rating)
        for index, (key, rating) in enumerate(zip("abcdef", ratings, strict=False))
    )
    return make_item("scenario", ask=ask, choices=choices)


SINGLE = make_item(choices=make_choices(False, True, False, codes={"a": "M101", "c": "M102"}))
MULTIPLE = make_item(
    "multiple",
    scoring="partial",
    choices=make_choices(True, False, True, False, True, False, codes={"b": "M211"}),
)
ORDERING = make_item("ordering", scoring="partial", ordering=("one", "two", "three", "four"))
MATCHING = make_item(
    "matching",
    scoring="partial",
    pairs=(Pair("p", "1"), Pair("q", "2"), Pair("r", "1"), Pair("", "3")),
)
TWO_TIER = make_item(
    "two-tier",
    choices=make_choices(True, False, codes={"b": "M601"}),
    reasons=make_choices(False, True, codes={"a": "M603"}),
)


def test_the_right_choice_of_a_single_earns_full_credit():
    assert score(SINGLE, {"choice": "b"}).share == 1.0
    assert score(SINGLE, {"choice": "b"}).correct


def test_a_wrong_choice_earns_nothing_and_tells_the_misconception():
    result = score(SINGLE, {"choice": "a"})

    assert (result.share, result.correct, result.misconceptions) == (0.0, False, ("M101",))


@pytest.mark.parametrize(
    ("ticked", "share"),
    [("ace", 1.0), ("ac", 2 / 3), ("acb", 1 / 3), ("ab", 0.0), ("abcdef", 0.0), ("", 0.0)],
)
def test_a_multiple_earns_right_ticks_minus_wrong_ticks(ticked, share):
    assert score(MULTIPLE, {"choices": list(ticked)}).share == pytest.approx(share)


def test_a_multiple_counts_as_correct_only_in_full():
    assert score(MULTIPLE, {"choices": ["e", "c", "a"]}).correct
    assert not score(MULTIPLE, {"choices": ["a", "c"]}).correct
    assert not score(MULTIPLE, {"choices": ["a", "b", "c", "e"]}).correct


def test_a_multiple_without_partial_scoring_is_all_or_nothing():
    item = replace(MULTIPLE, scoring="all-or-nothing")

    assert score(item, {"choices": ["a", "c"]}).share == 0.0
    assert score(item, {"choices": ["a", "c", "e"]}).share == 1.0


def test_a_multiple_whose_options_are_all_right_does_not_divide_by_zero():
    item = replace(MULTIPLE, choices=make_choices(True, True))

    assert score(item, {"choices": ["a"]}).share == 0.5


def test_a_sample_of_wrong_options_weighs_a_wrong_tick_by_what_was_shown():
    item = replace(MULTIPLE, show=2)

    assert score(item, {"choices": ["a", "c", "e", "b"]}).share == pytest.approx(0.5)


def test_a_highlight_is_scored_as_a_multiple():
    item = replace(MULTIPLE, type="highlight")

    assert score(item, {"choices": ["a", "c", "b"]}).share == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("order", "share"), [("0123", 1.0), ("1023", 2 / 3), ("3210", 0.0), ("1230", 2 / 3)]
)
def test_an_ordering_earns_the_share_of_neighbours_in_order(order, share):
    result = score(ORDERING, {"order": list(order)})

    assert result.share == pytest.approx(share)
    assert result.correct == (share == 1.0)


def test_a_matching_earns_the_share_of_pairs_and_equal_matches_count_alike():
    assert score(MATCHING, {"pairs": {"0": "2", "1": "1", "2": "0"}}).correct
    assert score(MATCHING, {"pairs": {"0": "0", "1": "3"}}).share == pytest.approx(1 / 3)
    assert score(replace(MATCHING, scoring="all-or-nothing"), {"pairs": {"0": "0"}}).share == 0.0


@pytest.mark.parametrize(("best", "share"), [("a", 1.0), ("b", 0.6), ("c", 0.2), ("d", 0.0)])
def test_a_scenario_earns_by_the_rating_of_the_best_pick(best, share):
    result = score(make_scenario(), {"best": best})

    assert result.share == share
    assert result.correct == (best == "a")
    assert result.flags == (("harmful",) if best == "d" else ())


@pytest.mark.parametrize(
    ("best", "worst", "share"),
    [("a", "d", 1.0), ("a", "c", 2 / 3), ("b", "d", 0.4 + 1 / 3), ("c", "a", 0.4 / 3)],
)
def test_the_worst_action_is_a_third_of_a_scenario_that_asks_for_it(best, worst, share):
    result = score(make_scenario("best-and-worst"), {"best": best, "worst": worst})

    assert result.share == pytest.approx(share)
    assert result.correct == (best == "a")


def test_calling_a_harmful_action_the_best_earns_nothing_even_with_a_right_worst():
    item = make_scenario("best-and-worst", ("best", "poor", "harmful", "harmful"))

    result = score(item, {"best": "c", "worst": "d"})

    assert (result.share, result.correct, result.flags) == (0.0, False, ("harmful",))
    assert result.misconceptions == ("M402",)


def test_without_a_harmful_action_the_poor_one_is_the_worst():
    item = make_scenario("best-and-worst", ("best", "acceptable", "poor"))

    assert score(item, {"best": "a", "worst": "c"}).share == 1.0


@pytest.mark.parametrize(
    ("choice", "reason", "share"), [("a", "b", 1.0), ("a", "a", 0.5), ("b", "b", 0.0)]
)
def test_a_two_tier_needs_both_answer_and_reason(choice, reason, share):
    result = score(TWO_TIER, {"choice": choice, "reason": reason})

    assert result.share == share
    assert result.correct == (share == 1.0)


def test_a_two_tier_tells_the_misconceptions_of_both_tiers():
    result = score(TWO_TIER, {"choice": "b", "reason": "a"})

    assert result.misconceptions == ("M601", "M603")


def test_graded_work_waits_for_a_marker_and_a_survey_is_never_scored():
    rubric = make_item("rubric")
    survey = make_item("survey", choices=make_choices(False, False))

    assert score(rubric, {"text": "My plan."}).flags == ("awaiting-marker",)
    assert score(survey, {"choice": "a"}).flags == ("not-scored",)


def test_rubric_marks_are_weighted():
    rows = (RubricRow("Fit", 75, ("",) * 5), RubricRow("Tone", 25, ("",) * 5))
    item = make_item("rubric", rubric=rows)

    assert score_rubric(item, points=(4, 0)).share == pytest.approx(0.75)
    assert score_rubric(item, points=(4, 4)).correct
    with pytest.raises(ValueError, match="2 marks from 0 to 4"):
        score_rubric(item, points=(5, 0))


def test_scoring_an_inadmissible_answer_is_refused():
    with pytest.raises(ValueError, match="option that the question does not have"):
        score(SINGLE, {"choice": "z"})


@pytest.mark.parametrize(
    ("item", "response"),
    [
        (SINGLE, {}),
        (SINGLE, []),
        (SINGLE, {"choice": None}),
        (SINGLE, {"choice": ["b"]}),
        (SINGLE, {"choice": "b", "share": 1}),
        (MULTIPLE, {"choices": "ac"}),
        (MULTIPLE, {"choices": ["a", "a"]}),
        (MULTIPLE, {"choices": ["a", "z"]}),
        (MULTIPLE, {"choices": ["a"] * 10_000}),
        (MULTIPLE, {"choices": [{}]}),
        (ORDERING, {"order": ["0", "1", "2"]}),
        (ORDERING, {"order": ["0", "1", "2", "2"]}),
        (ORDERING, {"order": [0, 1, 2, 3]}),
        (ORDERING, {"order": "0123"}),
        (MATCHING, {"pairs": {"3": "0"}}),
        (MATCHING, {"pairs": {"0": "9"}}),
        (MATCHING, {"pairs": {"0": 0}}),
        (MATCHING, {"pairs": [["0", "0"]]}),
        (make_scenario(), {"best": "a", "worst": "d"}),
        (make_scenario("best-and-worst"), {"best": "a"}),
        (make_scenario("best-and-worst"), {"best": "a", "worst": "a"}),
        (make_scenario("best-and-worst"), {"best": "a", "worst": "z"}),
        (TWO_TIER, {"choice": "a"}),
        (TWO_TIER, {"choice": "a", "reason": "z"}),
        (make_item("numeric"), {"text": math.nan}),
        (make_item("numeric"), {"text": "NaN"}),
        (make_item("numeric"), {"text": "1e999"}),
        (make_item("numeric"), {"text": ""}),
        (make_item("text"), {"text": " \n"}),
        (make_item("text"), {"text": "x" * 20_001}),
        (make_item("text"), {"text": "half a \ud83d sign"}),
        (make_item("text"), {"text": "a\x00b"}),
        (make_item("rubric", min_words=3), {"text": "too short"}),
        (make_item("rubric", max_words=1), {"text": "too long"}),
        (make_item("rubric", submission="url"), {"text": "javascript:alert(1)"}),
    ],
)
def test_an_inadmissible_answer_is_explained_in_a_sentence(item, response):
    problem = check_response(item, response)

    assert problem is not None
    assert problem[0].isupper()
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("item", "response"),
    [
        (SINGLE, {"choice": "a"}),
        (MULTIPLE, {"choices": []}),
        (MATCHING, {"pairs": {}}),
        (make_item("rubric", submission="url"), {"text": "https://example.org/plan"}),
        (make_item("text"), {"text": "x" * 20_000}),
    ],
)
def test_an_admissible_answer_meets_no_objection(item, response):
    assert check_response(item, response) is None


def test_feedback_shows_every_option_and_marks_the_chosen_and_the_right_one():
    lines = feedback(SINGLE, {"choice": "a"})

    assert [(line.key, line.chosen, line.right) for line in lines] == [
        ("a", True, False),
        ("b", False, True),
        ("c", False, False),
    ]
    assert lines[0].message == "About a."
    assert "M101" not in str(lines)


def test_feedback_of_a_two_tier_covers_the_reasons():
    lines = feedback(TWO_TIER, {"choice": "a", "reason": "a"})

    assert [(line.part, line.key, line.chosen) for line in lines] == [
        ("choice", "a", True),
        ("choice", "b", False),
        ("reason", "a", True),
        ("reason", "b", False),
    ]


def test_feedback_on_a_wrong_number_shows_the_matching_line_and_the_key():
    trap = AnswerLine(0.0, 90, 90, feedback="That is the catch rate.", misconception="M103")
    item = make_item("numeric", answers=(AnswerLine(1.0, 15, 16, feedback="Yes."), trap))

    wrong = feedback(item, {"text": "90"})
    right = feedback(item, {"text": "15,5"})

    assert [(line.text, line.chosen, line.right) for line in wrong] == [
        ("90", True, False),
        ("15 to 16", False, True),
    ]
    assert [line.message for line in right] == ["Yes."]


def test_feedback_on_an_order_and_on_pairs_says_what_stands_right():
    steps = feedback(ORDERING, {"order": list("0132")})
    pairs = feedback(MATCHING, {"pairs": {"0": "2", "1": "0"}})

    assert [line.right for line in steps] == [True, True, False, False]
    assert [(line.chosen, line.right) for line in pairs] == [
        (True, True),
        (True, False),
        (False, False),
    ]


def test_surveys_and_graded_work_have_no_feedback():
    assert feedback(make_item("rubric"), {"text": "My plan."}) == ()


# --- properties -----------------------------------------------------------------------------------

SCORINGS = st.sampled_from(["partial", "all-or-nothing"])


@st.composite
def answered_items(draw):
    kind = draw(
        st.sampled_from(["single", "multiple", "ordering", "matching", "scenario", "two-tier"])
    )
    size = draw(st.integers(2, 8))
    keys = "abcdefgh"[:size]
    if kind == "ordering":
        item = make_item(kind, scoring=draw(SCORINGS), ordering=tuple(keys))
        return item, {"order": draw(st.permutations([str(i) for i in range(size)]))}
    if kind == "matching":
        prompts = draw(st.lists(st.sampled_from(["", "p"]), min_size=size, max_size=size))
        pairs = tuple(Pair(prompt, f"m{i % 5}") for i, prompt in enumerate(prompts))
        item = make_item(kind, scoring=draw(SCORINGS), pairs=pairs)
        rows = [str(i) for i, prompt in enumerate(prompts) if prompt]
        targets = st.sampled_from([str(i) for i in range(size)])
        chosen = draw(st.dictionaries(st.sampled_from(rows), targets)) if rows else {}
        return item, {"pairs": chosen}
    if kind == "scenario":
        ratings = ("best", *draw(st.permutations(RATINGS[1:] * 3))[: size - 1])
        item = make_scenario("best-and-worst", ratings)
        picks = draw(st.permutations([choice.key for choice in item.choices]))
        return item, {"best": picks[0], "worst": picks[1]}
    if kind == "multiple":
        right = draw(st.lists(st.booleans(), min_size=size, max_size=size).filter(any))
        item = make_item(kind, scoring=draw(SCORINGS), choices=make_choices(*right))
        return item, {"choices": draw(st.lists(st.sampled_from(keys), unique=True))}
    key = draw(st.integers(0, size - 1))
    choices = make_choices(*(index == key for index in range(size)))
    if kind == "two-tier":
        item = make_item(kind, choices=choices, reasons=choices)
        return item, {"choice": draw(st.sampled_from(keys)), "reason": draw(st.sampled_from(keys))}
    return make_item(kind, choices=choices), {"choice": draw(st.sampled_from(keys))}


def key_response(item):
    right = [choice.key for choice in item.choices if choice.right]
    if item.type == "multiple":
        return {"choices": right}
    if item.type == "ordering":
        return {"order": [str(index) for index in range(len(item.ordering))]}
    if item.type == "matching":
        return {"pairs": {str(i): str(i) for i, pair in enumerate(item.pairs) if pair.prompt}}
    if item.type == "scenario":
        worst_first = sorted(item.choices, key=lambda choice: -RATINGS.index(choice.rating))
        return {"best": worst_first[-1].key, "worst": worst_first[0].key}
    if item.type == "two-tier":
        return {"choice": right[0], "reason": right[0]}
    return {"choice": right[0]}


@CALM
@given(answered_items())
def test_a_share_lies_between_nothing_and_full_credit(answered):
    item, response = answered

    result = score(item, response)

    assert 0.0 <= result.share <= 1.0
    if result.correct and item.type != "scenario":
        assert result.share == 1.0


@CALM
@given(answered_items())
def test_the_key_itself_earns_full_credit(answered):
    item, _ = answered

    result = score(item, key_response(item))

    assert result.correct
    assert result.share == pytest.approx(1.0)


@CALM
@given(answered_items(), st.randoms(use_true_random=False))
def test_the_order_in_which_options_are_shown_changes_nothing(answered, random):
    item, response = answered
    choices = random.sample(item.choices, len(item.choices))
    reasons = random.sample(item.reasons, len(item.reasons))
    shuffled = replace(item, choices=tuple(choices), reasons=tuple(reasons))

    before, after = score(item, response), score(shuffled, response)

    assert (before.share, before.correct, before.flags) == (
        after.share,
        after.correct,
        after.flags,
    )
    assert set(before.misconceptions) == set(after.misconceptions)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text("ab01é ", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("0ab"), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(["choice", "choices", "text", "order", "pairs", "best", "worst", "reason"])


@CALM
@given(answered_items(), st.dictionaries(NAMES, JSON_VALUES, max_size=3))
def test_whatever_arrives_is_either_scored_or_explained(answered, response):
    item, _ = answered

    problem = check_response(item, response)

    if problem is None:
        assert 0.0 <= score(item, response).share <= 1.0
    else:
        assert problem.endswith(".")
