"""GIFT becomes drafts: types, feedback, escapes, blank lines, and reasons for what does not."""

import pytest

from tests.unit.import_texts import imported, item, item_of, only


def test_one_right_choice_among_wrong_ones_is_a_single_item():
    read = item("::Tools:: Which tool sends mail? {\n~The parser#It reads.\n=The mailer#Yes.\n}")

    assert (read.type, read.title, read.stem) == ("single", "Tools", "Which tool sends mail?")
    assert [(c.text, c.right, c.feedback) for c in read.choices] == [
        ("The parser", False, "It reads."),
        ("The mailer", True, "Yes."),
    ]


def test_an_imported_item_is_a_draft_that_names_its_source():
    outcome = only("// [id:77] [tag:tools] [tag:mail out]\n::Tools:: Mail? {T}")

    assert item_of(outcome).status == "draft"
    assert item_of(outcome).tags == ("imported", "tools", "mail out")
    assert "# imported from week1, question 1, line 2" in outcome.markdown
    assert "# id in the source 77" in outcome.markdown


def test_the_category_above_a_question_is_kept_with_it():
    report = imported(
        "$CATEGORY: course/agents\n\nMail? {T}\n\n$CATEGORY: course/data\n\nRows? {F}"
    )

    assert report.categories == ("course/agents", "course/data")
    assert "# category course/data" in report.outcomes[1].markdown


def test_partial_credit_of_a_single_item_is_named_when_it_is_lost():
    outcome = only("Who decides? {=The owner ~%50%The team ~%-25%The model}")

    assert outcome.result == "imported with warnings"
    assert [w.split()[0] for w in outcome.warnings] == ["50%", "-25%"]


def test_weights_without_a_full_answer_make_a_multiple_item():
    outcome = only("Pick the two inputs. {~%50%Prompt ~%50%Context ~%-50%Bill ~%-50%Desk}")
    read = item_of(outcome)

    assert outcome.result == "imported"
    assert (read.type, read.scoring) == ("multiple", "partial")
    assert [c.right for c in read.choices] == [True, True, False, False]


def test_several_full_answers_become_a_multiple_item_with_a_warning():
    outcome = only("Which are tools? {=Mailer =Parser ~Desk}")

    assert item_of(outcome).type == "multiple"
    assert "any one of them was enough" in outcome.warnings[0]
    assert "how many to pick (2)" in outcome.warnings[1]


def test_a_multiple_item_says_where_wrong_choices_cost_something_else():
    outcome = only("Pick the two inputs. {~%50%Prompt ~%50%Context ~Bill ~Desk}")

    assert "wrong choices are scored our way" in outcome.warnings[0]


def test_false_with_feedback_for_the_wrong_and_the_right_answer():
    read = item("A model signs contracts. {FALSE#No, people sign.#Right, people sign.}")

    assert read.type == "truefalse"
    assert not read.shuffle
    assert [(c.text, c.right, c.feedback) for c in read.choices] == [
        ("True", False, "No, people sign."),
        ("False", True, "Right, people sign."),
    ]


def test_true_written_in_small_letters_is_read_and_noted():
    outcome = only("People sign contracts. {true}")

    assert item_of(outcome).choices[0].right
    assert outcome.warnings == ("'true' was read as TRUE",)


def test_short_answers_keep_their_credit_and_feedback():
    read = item("What holds the trace? {=The span#Yes. =%50%A log#Nearly. =%0%*#No.}")

    assert read.type == "text"
    assert [(a.literal, a.credit, a.feedback) for a in read.answers[:2]] == [
        ("The span", 1.0, "Yes."),
        ("A log", 0.5, "Nearly."),
    ]
    assert (read.answers[2].pattern, read.answers[2].credit) == ("^.*$", 0.0)


def test_a_single_short_answer_needs_no_equals_sign():
    assert [a.literal for a in item("The unit of work? {span}").answers] == ["span"]


def test_a_wildcard_inside_an_answer_becomes_an_anchored_pattern():
    answer = item("Say why. {=no authority* =a \\* b}").answers

    assert answer[0].pattern == "^no authority.*$"
    assert answer[1].literal == "a * b"


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("#12", 12, 12),
        ("#12:0.5", 11.5, 12.5),
        ("#10..12", 10, 12),
        ("#-1.5..-1", -1.5, -1),
        ("#=1e3:1", 999, 1001),
    ],
)
def test_numbers_ranges_and_tolerances(written, low, high):
    (answer,) = item(f"How many? {{{written}}}").answers

    assert (answer.low, answer.high) == (low, high)


def test_several_numbers_with_credit_and_feedback_for_all_others():
    outcome = only("How many? {#=8:0#Yes. =%50%8:1#Close. ~#Count again.}")
    read = item_of(outcome)

    assert [(a.low, a.high, a.credit, a.feedback) for a in read.answers] == [
        (8, 8, 1.0, "Yes."),
        (7, 9, 0.5, "Close."),
    ]
    assert "Count again." in read.explanation
    assert "any other number" in outcome.warnings[0]


def test_matching_pairs_and_a_distractor():
    read = item("Match. {=span -> step =trace -> run = -> invoice}")

    assert read.type == "matching"
    assert [(p.prompt, p.match) for p in read.pairs] == [
        ("span", "step"),
        ("trace", "run"),
        ("", "invoice"),
    ]


def test_a_gap_is_left_where_the_answers_stood_inside_the_sentence():
    assert (
        item("A trace holds {~bills =spans} of one run.").stem == "A trace holds _____ of one run."
    )


def test_an_essay_gets_a_rubric_and_a_warning():
    outcome = only("Why are traces kept? {####Think of the audit.}")
    read = item_of(outcome)

    assert (read.type, sum(row.weight for row in read.rubric)) == ("rubric", 100)
    assert read.explanation == "Think of the audit."
    assert "no rubric" in outcome.warnings[0]


def test_a_description_is_refused_because_it_asks_nothing():
    outcome = only("Read the trace first, then answer.")

    assert (outcome.result, outcome.type_name) == ("refused", "description")
    assert outcome.reason.startswith("not a question")


def test_general_feedback_over_several_lines_is_the_explanation():
    read = item("Mail? {\n=yes#Right.\n~no\n####It may send mail,\nbut only drafts.\n}")

    assert read.explanation == "It may send mail,\nbut only drafts."
    assert read.choices[0].feedback == "Right."


def test_escaped_signs_are_ordinary_signs():
    read = item("What is 1 \\= 1 \\{a\\}\\: \\#? {=\\~ yes \\\\ \\= ~no}")

    assert read.stem == "What is 1 = 1 {a}: #?"
    assert read.choices[0].text == "\\~ yes \\\\ ="


def test_a_written_line_break_is_kept_and_a_wrapped_line_is_not():
    assert item("One\\nTwo\\n\\nThree\nfour {T}").stem == "One\\\nTwo\n\nThree\nfour"


def test_each_text_may_have_its_own_format():
    read = item(
        "[html]<b>Bold</b> &amp; plain {=[markdown]*em*#[plain]*stars* ~inherits <i>html</i>}"
    )

    assert read.stem == "**Bold** & plain"
    assert [c.text for c in read.choices] == ["*em*", "inherits *html*"]
    assert read.choices[0].feedback == "\\*stars\\*"


def test_an_unknown_format_in_brackets_is_part_of_the_words():
    assert item("[sic] Mail? {T}").stem == "\\[sic\\] Mail?"


def test_comments_are_left_out_wherever_they_stand():
    read = item("// first\nMail?\n// second\n{\n// third\n=yes\n~no\n}\n// fourth")

    assert read.stem == "Mail?"
    assert [c.text for c in read.choices] == ["yes", "no"]


def test_crlf_a_byte_order_mark_and_umlauts():
    report = imported("\ufeffÜben? {T}\r\n\r\nFähig? {F}\r\n".encode())

    assert [o.line for o in report.outcomes] == [1, 3]
    assert item_of(report.outcomes[1]).stem == "Fähig?"


def test_a_blank_line_inside_the_braces_is_passed_over():
    outcome = only("Mail? {\n=yes\n\n~no\n\n}")

    assert [c.text for c in item_of(outcome).choices] == ["yes", "no"]
    assert "blank line" in outcome.warnings[0]


def test_an_open_brace_does_not_swallow_the_next_question():
    report = imported("Mail? {=yes ~no\n\n::Next:: Post? {T}\n\nLetters? {F}")

    assert [o.result for o in report.outcomes] == ["refused", "imported", "imported"]
    assert "never closed" in report.outcomes[0].reason


def test_named_questions_without_a_blank_line_between_are_told_apart():
    report = imported("::A:: One? {T}\n// [id:2]\n::B:: Two?\n{F}\n::C:: Three? {T}")

    assert [(o.name, o.line) for o in report.outcomes] == [("A", 1), ("B", 3), ("C", 5)]
    assert "# id in the source 2" in report.outcomes[1].markdown
    assert {o.result for o in report.outcomes} == {"imported with warnings"}


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("A {T} and {F}", 1, "more than one pair of braces"),
        ("A {=x{y} ~z}", 1, "'{' stands inside the answers"),
        ("A }", 1, "closes nothing"),
        ("A\n{~b\n~c}", 1, "no choice is right"),
        ("A {=b}{=c}", 1, "more than one pair"),
        ("A {=only ~ }", 1, "has no words"),
        ("A {\n=# \n~red}", 2, "written \\#"),
        ("A {#}", 1, "no number"),
        ("A {#twelve}", 1, "'twelve' is not a number"),
        ("A {#\n=5..1}", 2, "runs backwards"),
        ("A {#3:-1}", 1, "negative"),
        ("A {=x->1\n=y}", 2, "has no '->'"),
        ("A {=x->1}", 1, "two prompts"),
        ("A {=x->1 =x->2}", 1, "alike"),
        ("A {=%50%half}", 1, "full credit"),
        ("A {=Same\n~same.}", 2, "say the same"),
        ("{T}", 1, "no words before"),
        ('[html]<a href="x">A</a> {=<i class="b">c</i> ~d}', 1, "inside an HTML tag"),
    ],
)
def test_a_question_that_cannot_be_imported_says_where_and_why(source, line, reason):
    outcome = only(source)

    assert outcome.result == "refused"
    assert reason in outcome.reason
    assert outcome.reason_line == line


def test_a_choice_that_is_only_a_hash_and_a_word_keeps_its_hash():
    outcome = only("Red {=#ff0000#Right. ~#00ff00 ~\\#0000ff}")

    assert [c.text for c in item_of(outcome).choices] == ["\\#ff0000", "\\#00ff00", "\\#0000ff"]
    assert item_of(outcome).choices[0].feedback == "Right."
    assert [w.split("'")[1] for w in outcome.warnings] == ["#ff0000", "#00ff00"]


def test_choices_that_point_above_are_not_shuffled():
    outcome = only("Which? {~One ~Two =All of the above}")

    assert not item_of(outcome).shuffle
    assert "above" in outcome.warnings[0]


def test_an_equals_sign_right_after_a_word_is_pointed_out():
    outcome = only("Which code? {~x=y ~z}")

    assert "write \\=" in outcome.warnings[0]


def test_the_same_question_twice_gets_two_ids():
    first, second = imported("Mail? {T}\n\n::A::Post? {T}\n\n::A::Post? {T}").outcomes[1:]

    assert second.item_id == f"{first.item_id}-2"
    assert "2 times" in second.warnings[0]


def test_a_named_question_keeps_its_id_when_others_are_added_before_it():
    alone = only("::Post::Post? {T}")
    after = imported("New? {F}\n\n::Post::Post?   {T}").outcomes[1]

    assert alone.item_id == after.item_id
