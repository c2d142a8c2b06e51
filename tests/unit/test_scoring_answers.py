"""Reading of typed answers: numbers as people write them, texts and patterns."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.answers import folded_text, number_readings
from assessments.scoring import score
from curriculum.model import AnswerLine, Item
from tests.unit.any_text import CHARACTERS

# A busy machine makes examples slow; that is no fault of the product.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def make_item(item_type, *answers, **fields):
    return Item("x.a01", item_type, "ai-sense", "Title", "Stem?", answers=answers, **fields)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("75", 75),
        (" 75.5 ", 75.5),
        ("75,5", 75.5),
        ("\u22123,2", -3.2),
        ("\u2013 3.2", -3.2),
        ("+4", 4),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5),
        ("0,125", 0.125),
        ("0.125", 0.125),
        ("1.5e3", 1500),
        ("1234", 1234),
        ("12 345", 12345),
        ("12\u2009345", 12345),
        ("12\u00a0345,5", 12345.5),
        ("12\u202f345", 12345),
        ("12'345", 12345),
        ("12\u2019345.5", 12345.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1.234.567,89", 1234567.89),
        ("\uff11\uff12", 12),
        ("1234,567", 1234.567),
    ],
)
def test_a_number_is_read_in_the_ways_people_write_it(text, number):
    assert number_readings(text) == (number,)


@pytest.mark.parametrize(
    "text",
    [
        *("abc", "", "12 apples", "1,2,3", "1.2.3", "1,23,456", "1,234,56", "1.234,567.8", "--3"),
        *("12 34", "NaN", "inf", "-", ".", "1e999", "3/4", "0x10", "75 %", "1 2 3", "1.2,3,4"),
    ],
)
def test_a_text_that_is_no_plain_number_is_not_guessed_at(text):
    assert number_readings(text) == ()


def test_a_mark_that_may_separate_thousands_keeps_both_readings():
    assert number_readings("1,234") == (1.234, 1234)
    assert number_readings("-1.234") == (-1.234, -1234)


@pytest.mark.parametrize("text", ["75 %", "75%", "75 percent", "75", "75,0 %"])
def test_the_unit_may_be_written_along(text):
    assert number_readings(text, unit="%") == (75,)


@pytest.mark.parametrize("text", ["€75", "75 EUR", "eur 75", "75 €", "75 euros"])
def test_a_currency_may_stand_before_or_after_as_name_or_sign(text):
    assert number_readings(text, unit="EUR") == (75,)


@CALM
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back(number):
    assert number_readings(repr(number))[0] == number


@CALM
@given(st.text(CHARACTERS, max_size=30))
def test_no_text_breaks_the_reading(text):
    assert all(abs(number) < float("inf") for number in number_readings(text, unit="%"))


@pytest.mark.parametrize(
    ("text", "share"), [("0.755", 1.0), ("0,745", 1.0), ("0.7551", 0.5), ("0.9", 0.0)]
)
def test_bounds_are_inclusive_and_the_best_line_counts(text, share):
    item = make_item(
        "numeric", AnswerLine(0.5, 0.7, 0.8), AnswerLine(1.0, 0.75 - 0.005, 0.75 + 0.005)
    )

    assert score(item, {"text": text}).share == share


def test_either_reading_of_an_ambiguous_number_may_meet_the_key():
    thousands = make_item("numeric", AnswerLine(1.0, 1234, 1234))
    thousandths = make_item("numeric", AnswerLine(1.0, 1.234, 1.234))

    assert score(thousands, {"text": "1.234"}).correct
    assert score(thousandths, {"text": "1,234"}).correct
    assert not score(make_item("numeric", AnswerLine(1.0, 12.34, 12.34)), {"text": "1,234"}).correct


def test_a_line_worth_nothing_still_tells_the_misconception():
    item = make_item(
        "numeric", AnswerLine(1.0, 15, 16), AnswerLine(0.0, 90, 90, misconception="M1")
    )

    result = score(item, {"text": "90"})

    assert (result.share, result.misconceptions) == (0.0, ("M1",))


@pytest.mark.parametrize("text", ["retrieval", "Retrieval.", "  RETRIEVAL !"])
def test_a_literal_forgives_case_spaces_and_final_punctuation(text):
    assert score(make_item("text", AnswerLine(1.0, literal="Retrieval")), {"text": text}).correct


@pytest.mark.parametrize(
    ("literal", "text"),
    [("chunk size", "chunk \u00a0 size"), ("file", "\ufb01le"), ("Straße", "STRASSE")],
)
def test_a_literal_forgives_width_ligatures_and_runs_of_spaces(literal, text):
    assert score(make_item("text", AnswerLine(1.0, literal=literal)), {"text": text}).correct


def test_case_counts_where_the_author_says_so():
    item = make_item("text", AnswerLine(1.0, literal="RAG"), case_sensitive=True)

    assert score(item, {"text": "RAG"}).correct
    assert not score(item, {"text": "rag"}).correct


@pytest.mark.parametrize(
    ("text", "share"), [("A second reviewer.", 1.0), ("the REVIEWER", 0.5), ("nobody", 0.0)]
)
def test_patterns_give_the_credit_of_the_best_match(text, share):
    item = make_item(
        "text",
        AnswerLine(0.5, pattern="review", ignore_case=True),
        AnswerLine(1.0, pattern=r"second reviewer$"),
    )

    assert score(item, {"text": text}).share == share


def test_a_pattern_that_would_stall_a_backtracking_matcher_answers_at_once():
    item = make_item("text", AnswerLine(1.0, pattern="(a+)+$"))

    assert not score(item, {"text": "a" * 19_999 + "b"}).correct


@CALM
@given(st.text(CHARACTERS, max_size=50))
def test_folding_twice_changes_nothing_more(text):
    assert folded_text(folded_text(text)) == folded_text(text)
