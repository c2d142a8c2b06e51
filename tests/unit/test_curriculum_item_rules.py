"""Rules of writing items: plain stems, named sources, dates for law, twins, no lettered choices."""

import pytest

from curriculum.wording import reading_grade
from tests.unit.curriculum_texts import BANK, problems_in, spoiled

ID = "agent-operations.a02"
SETTINGS = (
    "id: agent-operations.a02\ntype: single\nskill: agent-operations\nlevel: 2\ncell: parts\n"
)
HARD = (
    "Considering organisational responsibilities regarding automated decision environments, which "
    "institutional representative subsequently authorises operational modifications whenever "
    "contradictory recommendations materialise unexpectedly throughout procedures?"
)


def item(stem="Which?", *, more="", right="The limit", wrong="The tool"):
    return (
        f"## Question\n\n```item\n{SETTINGS}{more}```\n\n{stem}\n\n"
        f"- [ ] {wrong}\n  > [M101] No.\n- [x] {right}\n  > Yes.\n"
    )


def found(tmp_path, *texts, code):
    """The faults of a code in a summative bank, as (line, message)."""
    files = spoiled("secure", "\n".join(texts))
    return [(p.line, p.message) for p in problems_in(tmp_path, files=files) if p.code == code]


# Worked out by hand from the published formula.
@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("The cat sat on the mat.", 0.39 * 6 + 11.8 * 1 - 15.59),
        ("Nobody agreed. Nobody paid.", 0.39 * 2 + 11.8 * 9 / 4 - 15.59),
        ("", 0.0),
        ("12 %", 0.0),
    ],
)
def test_the_reading_grade_is_that_of_the_formula(text, grade):
    assert reading_grade(text) == pytest.approx(grade)


def test_a_sentence_that_ends_inside_quotes_is_one():
    assert reading_grade('He said: "Pay it." She did not.') < reading_grade(
        "He said pay it and she did not."
    )


def test_a_stem_above_grade_ten_is_told_at_the_item(tmp_path):
    ((line, message),) = found(tmp_path, item(HARD), code="CUE011")

    assert "at most 10" in message
    assert line > 1


def test_a_plain_stem_and_a_short_one_are_not(tmp_path):
    plain = "Two tools give two answers about one payment. The agent may act below 200 EUR. " * 2

    assert found(tmp_path, item(plain), code="CUE011") == []
    assert found(tmp_path, item("Considering responsibilities?"), code="CUE011") == []


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ("", "`sources:`, `checked_on:`"),
        ("sources: [nist-ai-rmf]\n", "`checked_on:`"),
        ("checked_on: 2026-11-20\n", "`sources:`"),
    ],
)
def test_a_secure_item_names_its_source_and_when_it_was_looked_at(tmp_path, more, missing):
    messages = [message for _line, message in found(tmp_path, item(more=more), code="CUE012")]

    assert any(f"needs {missing}, so" in message for message in messages)


def test_a_sourced_item_is_silent(tmp_path):
    whole = item(more="sources: [nist-ai-rmf]\nchecked_on: 2026-11-20\n")
    bare = found(tmp_path / "a", item(), code="CUE012")

    assert len(found(tmp_path / "b", whole, code="CUE012")) == len(bare) - 1


@pytest.mark.parametrize(
    ("stem", "more", "expected"),
    [
        ("Does the AI Act list this use?", "", 1),
        ("What does Article 26 ask?", "", 1),
        ("Which?", "tags: [law]\n", 1),
        ("Does the AI Act list this use?", "review_by: 2027-02-20\n", 0),
        ("Which limit holds?", "", 0),
        ("Who acts, and in which case?", "", 0),
    ],
)
def test_an_item_about_the_law_says_when_it_is_read_again(tmp_path, stem, more, expected):
    assert len(found(tmp_path, item(stem, more=more), code="CUE013")) == expected


@pytest.mark.parametrize(
    "choice",
    ["A and C", "Both A and B", "both (a) and (c)", "Options 1, 2 and 4", "Only B", "A or B only"],
)
def test_a_choice_that_names_others_by_letter_is_refused(tmp_path, choice):
    ((line, message),) = found(tmp_path, item(right=choice), code="CHO014")

    assert choice in message
    text = spoiled("secure", item(right=choice))[BANK]
    assert text.split("\n")[line - 1] == f"- [x] {choice}"


@pytest.mark.parametrize(
    "choice",
    ["A", "Plan B and plan C", "A limit and a log", "Both the limit and the log", "Team A or none"],
)
def test_ordinary_words_with_letters_are_left_alone(tmp_path, choice):
    assert found(tmp_path, item(right=choice), code="CHO014") == []


def test_an_item_of_a_form_without_a_twin_is_named_where_there_are_other_forms(tmp_path):
    first = item(more="form: A\n")
    second = item(more=f"form: B\ntwin: [{ID}]\n").replace(f"id: {ID}", "id: agent-operations.b02")

    both = found(tmp_path / "both", first, second, code="COV007")

    # The folder's own item of form A has no twin either; the one of form B has.
    assert ["on form B" in message for _line, message in both] == [True, True]
    assert found(tmp_path / "one", first, code="COV007") == []
