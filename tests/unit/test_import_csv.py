"""Tables of questions become drafts, row by row."""

import pytest

from tests.unit.import_texts import imported, item, item_of, only

CHOICES = "question,choice_1,choice_2,right\n"


def from_csv(text: str):
    return only(text, kind="csv")


def test_a_row_with_choices_is_a_single_item():
    read = item(
        "name,question,choice a,choice b,right,feedback_b,level,tags,explanation\n"
        'Tools,"Which tool, then?",Mailer,Parser,b,It parses.,2,mail; out,See a trace.\n',
        kind="csv",
    )

    assert (read.type, read.title, read.stem, read.level) == (
        "single",
        "Tools",
        "Which tool, then?",
        2,
    )
    assert [(c.text, c.right, c.feedback) for c in read.choices] == [
        ("Mailer", False, ""),
        ("Parser", True, "It parses."),
    ]
    assert (read.tags, read.explanation) == (("imported", "mail", "out"), "See a trace.")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_separator_is_found_from_the_line_of_names(sign):
    text = f"{CHOICES}Mail?,yes,no,1\n".replace(",", sign)

    assert item(text, kind="csv").choices[0].right


def test_several_right_choices():
    outcome = from_csv(
        "type,question,choice_1,choice_2,choice_3,right\nmultiple,Pick two,A,B,C,1;3\n"
    )

    assert outcome.result == "imported"
    assert [c.right for c in item_of(outcome).choices] == [True, False, True]


def test_numbers_in_the_ways_our_format_has_them():
    read = item(
        "type,question,answer_1,answer_2,answer_3,unit\n"
        "numeric,How much?,75 ± 0.5,(50%) 70 to 80,(25%) 250 ± 10%,EUR\n",
        kind="csv",
    )

    assert [(a.low, a.high, a.credit) for a in read.answers] == [
        (74.5, 75.5, 1.0),
        (70, 80, 0.5),
        (225, 275, 0.25),
    ]
    assert read.unit == "EUR"


@pytest.mark.parametrize(
    ("row", "type_"),
    [
        ("truefalse,Mail?,true,,,,", "truefalse"),
        ("text,Unit?,,span,,,", "text"),
        ("ordering,In order?,,,first,second,", "ordering"),
        ("rubric,Why?,,,,,It names the audit.", "rubric"),
    ],
)
def test_the_other_types(row, type_):
    names = "type,question,right,answer_1,step_1,step_2,model_answer\n"

    assert item(names + row, kind="csv").type == type_


def test_a_matching_row_with_a_distractor():
    read = item(
        "type,question,prompt_1,match_1,prompt_2,match_2,match_3\nmatching,Match.,a,1,b,2,3\n",
        kind="csv",
    )

    assert [(p.prompt, p.match) for p in read.pairs] == [("a", "1"), ("b", "2"), ("", "3")]


def test_signs_in_a_table_are_plain_signs_unless_the_row_says_otherwise():
    report = imported(
        "question,choice_1,choice_2,right,format\n"
        "Is *x* ok?,a*,b_,1,\nIs *x* ok?,**a**,b,1,markdown\n",
        kind="csv",
    )
    plain, marked = (item_of(outcome) for outcome in report.outcomes)

    assert (plain.stem, plain.choices[0].text) == ("Is \\*x\\* ok?", "a\\*")
    assert (marked.stem, marked.choices[0].text) == ("Is *x* ok?", "**a**")


def test_a_cell_of_several_lines_and_the_place_of_the_row_after_it():
    report = imported(f'{CHOICES}"One\nTwo",a,b,1\n\nThree,a,b,2\n', kind="csv")

    assert item_of(report.outcomes[0]).stem == "One\\\nTwo"
    assert [o.line for o in report.outcomes] == [2, 5]


def test_a_column_nobody_knows_is_named_where_it_holds_something():
    report = imported(
        "question,coice_1,choice_2,choice_3,right\nQ,x,a,b,2\nQ2,,a,b,2\n", kind="csv"
    )

    assert (
        "'coice_1' is unknown and not kept. Did you mean 'choice_1'?"
        in report.outcomes[0].warnings[0]
    )
    assert report.outcomes[1].result == "imported"


def test_a_cell_that_means_nothing_for_its_type_is_named():
    outcome = from_csv("type,question,right,choice_1\ntruefalse,Mail?,true,maybe\n")

    assert outcome.warnings == ("'choice_1' means nothing for truefalse and is not kept",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{CHOICES}Q,a,b,\n", "'right' is empty"),
        (f"{CHOICES}Q,a,b,3\n", "choice 3, which is empty"),
        (f"{CHOICES}Q,a,b,first\n", "by number or letter"),
        (f"{CHOICES}Q,a,b,1;2\n", "write 'multiple'"),
        (f"{CHOICES}Q,a,,1\n", "two or more"),
        (f"{CHOICES}Q,a,b,1,more\n", "5 cells for 4 columns"),
        ("type,question\nsinle,Q\n", "Did you mean 'single'?"),
        ("type,question,right\ntruefalse,Q,maybe\n", "true or false"),
        ("type,question\ntext,Q\n", "'answer_1'"),
        ("type,question,answer_1\nnumeric,Q,many\n", "'many' is not a number"),
        ("type,question,step_1\nordering,Q,one\n", "'step_2'"),
        (
            "question,choice_1,choice_2,right,feedback_3\nQ,a,b,1,f\n",
            "feedback 3 belongs to nothing",
        ),
        ("question,choice_1,choice_2,right,level\nQ,a,b,1,9\n", "'level'"),
        ("question,choice_1,choice_2,right,format\nQ,a,b,1,rtf\n", "unknown format 'rtf'"),
        (f'{CHOICES}"Q,a,b,1\n', "quotation mark of this row is never closed"),
    ],
)
def test_a_row_that_cannot_be_imported_says_why(text, reason):
    outcome = from_csv(text)

    assert (outcome.result, outcome.reason_line) == ("refused", 2)
    assert reason in outcome.reason


def test_an_open_quotation_mark_costs_only_its_own_row():
    report = imported(f'{CHOICES}"Open,a,b,1\nMail?,a,b,1\nPost?,a,b,2\n', kind="csv")

    assert [o.result for o in report.outcomes] == ["refused", "imported", "imported"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("quetion,right\nQ,1\n", "no column 'question'"),
        ("question,right,right\nQ,1,1\n", "two columns are called 'right'"),
        ("\n\n", "empty"),
        ("question" + ",x" * 400, "401 columns"),
    ],
)
def test_a_table_whose_names_cannot_be_used_is_refused_as_a_whole(text, reason):
    report = imported(text, kind="csv")

    assert report.found == 0
    assert report.fault is not None
    assert reason in report.fault.reason
