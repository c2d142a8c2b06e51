"""Moodle XML becomes drafts; every element is used, or named when it is not."""

import pytest

from tests.unit.import_texts import (
    TWO_CHOICES,
    imported,
    item_of,
    only,
    quiz,
    xml_answer,
    xml_question,
)


def from_xml(type_: str, **parts: str):
    return only(quiz(xml_question(type_, **parts)), kind="moodle-xml")


def test_a_multichoice_question_with_one_answer():
    outcome = from_xml(
        "multichoice",
        rest="<single>true</single><defaultgrade>2.5</defaultgrade><shuffleanswers>0</shuffleanswers>"
        + xml_answer("The <b>mailer</b>", fraction="100", feedback="<p>Yes.</p>")
        + xml_answer("The parser"),
    )
    read = item_of(outcome)

    assert outcome.result == "imported"
    assert (read.type, read.title, read.points, read.shuffle) == ("single", "Tools", 2.5, False)
    assert [(c.text, c.right, c.feedback) for c in read.choices] == [
        ("The **mailer**", True, "Yes."),
        ("The parser", False, ""),
    ]


def test_a_multichoice_question_with_several_answers():
    answers = "".join(
        xml_answer(text, fraction=fraction)
        for text, fraction in [
            ("A", "33.33333"),
            ("B", "33.33333"),
            ("C", "33.33333"),
            ("D", "-100"),
        ]
    )
    outcome = from_xml(
        "multichoice", text="Pick three of these.", rest=f"<single>false</single>{answers}"
    )

    assert (item_of(outcome).type, outcome.result) == ("multiple", "imported")


def test_a_truefalse_question():
    read = item_of(
        from_xml(
            "truefalse",
            rest=xml_answer("false", fraction="0", feedback="Look again.")
            + xml_answer("true", fraction="100"),
        )
    )

    assert [(c.text, c.right, c.feedback) for c in read.choices] == [
        ("True", True, ""),
        ("False", False, "Look again."),
    ]


def test_a_shortanswer_question_that_minds_capitals():
    read = item_of(
        from_xml(
            "shortanswer",
            rest="<usecase>1</usecase>"
            + xml_answer("SQLite", fraction="100")
            + xml_answer("sqlite*", fraction="50"),
        )
    )

    assert read.case_sensitive
    assert [(a.literal, a.pattern, a.ignore_case) for a in read.answers] == [
        ("SQLite", None, False),
        (None, "^sqlite.*$", False),
    ]


def test_a_numerical_question_with_tolerance_and_units():
    units = (
        "<units><unit><multiplier>1</multiplier><unit_name>EUR</unit_name></unit>"
        "<unit><multiplier>100</multiplier><unit_name>cent</unit_name></unit></units>"
    )
    outcome = from_xml(
        "numerical",
        rest=xml_answer("75", fraction="100", inner="<tolerance>0.5</tolerance>") + units,
    )
    read = item_of(outcome)

    assert (read.answers[0].low, read.answers[0].high, read.unit) == (74.5, 75.5, "EUR")
    assert "cent" in outcome.warnings[0]


def test_a_matching_question_with_a_distractor():
    def pair(prompt: str, match: str) -> str:
        return (
            f'<subquestion format="html"><text>{prompt}</text>'
            f"<answer><text>{match}</text></answer></subquestion>"
        )

    read = item_of(
        from_xml(
            "matching", rest=pair("span", "step") + pair("trace", "run | job") + pair("", "bill")
        )
    )

    assert [(p.prompt, p.match) for p in read.pairs] == [
        ("span", "step"),
        ("trace", "run | job"),
        ("", "bill"),
    ]


def test_an_ordering_question_follows_the_places_of_its_steps():
    outcome = from_xml(
        "ordering",
        rest="<selecttype>RANDOM</selecttype><gradingtype>0</gradingtype>"
        '<answer fraction="2.0000000"><text>Search</text></answer>'
        '<answer fraction="1.0000000"><text>Read</text></answer>',
    )

    assert item_of(outcome).ordering == ("Read", "Search")
    assert item_of(outcome).scoring == "partial"
    assert outcome.warnings == (
        "the source asks for some of the steps only; here all of them are asked",
    )


def test_a_step_without_a_place_is_refused():
    outcome = from_xml(
        "ordering",
        rest='<answer fraction="1"><text>Read</text></answer><answer><text>Search</text></answer>',
    )

    assert "is no place in an order" in outcome.reason


def test_an_essay_keeps_what_graders_and_writers_are_told():
    read = item_of(
        from_xml(
            "essay",
            rest='<graderinfo format="html"><text>&lt;p&gt;Names the audit.&lt;/p&gt;</text>'
            "</graderinfo>"
            "<minwordlimit>50</minwordlimit><maxwordlimit>200</maxwordlimit><answer></answer>",
        )
    )

    assert (read.type, read.model_answer) == ("rubric", "Names the audit.")
    assert (read.min_words, read.max_words) == (50, 200)


def test_general_feedback_hints_and_tags_have_their_places():
    read = item_of(
        from_xml(
            "multichoice",
            rest=TWO_CHOICES
            + '<generalfeedback format="html"><text>Drafts only.</text></generalfeedback>'
            "<hint><text>Read its name.</text><clearwrong/></hint>"
            "<tags><tag><text>mail</text></tag></tags>",
        )
    )

    assert (read.explanation, read.hint) == ("Drafts only.", "Read its name.")
    assert read.tags == ("imported", "mail")


def test_a_category_is_no_question_but_is_kept_with_the_next():
    category = '<question type="category"><category><text>top/agents</text></category></question>'
    report = imported(
        quiz(category, xml_question("multichoice", rest=TWO_CHOICES)), kind="moodle-xml"
    )

    assert (report.found, report.categories) == (1, ("top/agents",))
    assert "# category top/agents" in report.outcomes[0].markdown


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("description", "not a question"),
        ("cloze", "an item for each gap"),
        ("calculated", "fixed figures"),
        ("calculatedmulti", "fixed figures"),
        ("ddimageortext", "'ddimageortext' has no counterpart"),
        ("", "does not say its type"),
    ],
)
def test_types_without_a_counterpart_are_refused_with_the_line(type_, reason):
    report = imported(
        quiz(xml_question("multichoice", rest=TWO_CHOICES), xml_question(type_)), kind="moodle-xml"
    )

    assert [o.result for o in report.outcomes] == ["imported", "refused"]
    assert reason in report.outcomes[1].reason
    assert report.outcomes[1].reason_line == 8


def test_what_has_no_place_in_an_item_is_named():
    outcome = from_xml(
        "multichoice",
        rest=TWO_CHOICES + "<correctfeedback><text>Well done, you.</text></correctfeedback>"
        "<incorrectfeedback><text>Your answer is incorrect.</text></incorrectfeedback>"
        "<hidden>1</hidden><licensecode>x</licensecode>",
    )

    assert outcome.result == "imported with warnings"
    assert [w.split(" in line")[0] for w in outcome.warnings] == [
        "the feedback for right answers as a whole is not kept",
        "the question is hidden in the source",
        "<licensecode>",
    ]


def test_pictures_and_attached_files_are_left_out_with_a_warning():
    outcome = from_xml(
        "multichoice",
        text='<p>What is this? <img src="data:image/png;base64,AAAA" alt="A trace"></p>'
        "<p><img src='@@PLUGINFILE@@/b.png'></p>",
        rest=TWO_CHOICES,
    )

    assert item_of(outcome).stem == "What is this? (picture: A trace)\n\n(picture: b.png)"
    assert "picture inside the text" in outcome.warnings[0]
    assert "'b.png' is not imported" in outcome.warnings[1]


def test_an_attached_file_is_named_and_its_bytes_are_not_kept():
    question = xml_question("multichoice", rest=TWO_CHOICES).replace(
        "</questiontext>", '<file name="log.txt" encoding="base64">QUJD</file></questiontext>'
    )
    outcome = only(quiz(question), kind="moodle-xml")

    assert "'log.txt' is not imported" in outcome.warnings[0]
    assert "QUJD" not in outcome.markdown


def test_a_question_that_is_only_a_picture_is_refused():
    outcome = from_xml("multichoice", text='<img src="a.png" alt="x">', rest=TWO_CHOICES)

    assert outcome.reason == "the question consists of a picture only"


def test_one_question_that_is_no_xml_does_not_cost_the_others():
    good = xml_question("multichoice", rest=TWO_CHOICES)
    bad = xml_question("truefalse").replace("<![CDATA[", "&nbsp;").replace("]]>", "")
    report = imported(quiz(good, bad, "<!-- </question> -->", good), kind="moodle-xml")

    assert [o.result for o in report.outcomes][:2] == ["imported", "refused"]
    assert (report.outcomes[1].line, report.outcomes[1].reason_line) == (8, 10)
    assert report.found == 3


def test_a_file_that_breaks_off_keeps_the_questions_before():
    whole = quiz(xml_question("multichoice", rest=TWO_CHOICES), xml_question("essay"))
    report = imported(whole[: whole.rindex("</question>")], kind="moodle-xml")

    assert [o.result for o in report.outcomes] == ["imported", "refused"]
    assert "no end" in report.outcomes[1].reason


def test_a_declared_encoding_is_followed():
    source = quiz(xml_question("multichoice", text="Café?", rest=TWO_CHOICES))
    data = source.replace("UTF-8", "ISO-8859-1").encode("latin-1")

    assert item_of(only(data, kind="moodle-xml")).stem == "Café?"


def test_a_fraction_that_is_no_number_is_refused_at_its_line():
    outcome = from_xml("multichoice", rest=f"\n{xml_answer('A', fraction='all')}")

    assert "fraction 'all'" in outcome.reason
    assert outcome.reason_line == 7
