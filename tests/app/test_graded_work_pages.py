"""The pages of graded work: what is handed in, what a marker gives, and who finds nothing there."""

from functools import partial

import pytest

from portal import clock
from tests.app.test_measuring_pages import open_page, said
from tests.graded import FILE, LINK, TEXT, add_works, grade, hand_in, read, take

PLAN = "https://norhaven.example/plan"


@pytest.fixture
def works(house):
    add_works(house)
    return house


@pytest.fixture
def visit(works, monkeypatch):
    """Open a page as somebody: `visit(viewer, "work", work="work.rule")`."""
    return partial(open_page, works.store, monkeypatch)


def test_a_link_is_refused_then_handed_in_then_read_with_its_marks(visit, works):
    learner, marker = works.viewer(), works.viewer("author")
    at = visit(learner, "work", work=LINK)

    at.text_input(key=f"work_text_{LINK}").set_value("http://norhaven.example").run()
    at.button(key="work_hand_in").click().run()
    assert "starts with https://" in said(at)
    at.text_input(key=f"work_text_{LINK}").set_value(PLAN).run()
    assert "Saved" in said(at)
    at.button(key="work_hand_in").click().run()

    assert "It is being graded" in said(at)
    assert "CANARY" not in said(at)
    grade(works, marker, 1, 3, 2, now=clock.now())
    after = said(visit(learner, "work", work=LINK))
    assert "Not yet passed: 1 row is below 3 of 4." in after
    assert "You can hand it in again from" in after
    assert "Row 1: see the limit." in after
    home = said(visit(learner, "home"))
    assert "Your work was graded." in home
    assert "not yet passed" in home


def test_a_file_that_is_gone_at_the_click_is_asked_for_again(visit, works):
    at = visit(works.viewer(), "work", work=FILE)
    field = at.file_uploader(key=f"work_file_{FILE}")
    at = field.upload("a.txt", b"Words", "text/plain").run()
    at.button(key="work_hand_in").click()
    states = at._tree.get_widget_states()
    [sent] = [one for one in states.widgets if one.id == field.proto.id]
    sent.file_uploader_state_value.uploaded_file_info[0].file_id = "gone"

    at._run(states)

    assert "The file is not here any more. Choose it again." in said(at)


@pytest.mark.parametrize(("saves", "is_kept"), [(0, True), (3, False)])
def test_words_of_a_window_that_outlived_its_session_are_kept_unless_another_saved(
    visit, works, saves, is_kept
):
    typed = {"text": "Late words here.", "rev": 2, "saves": saves, "line": 1, "number": 5}
    learner = works.viewer()

    at = visit(learner, "work", work=TEXT, state={f"work_text_{TEXT}": {"typed": typed}})

    draft = read(works, learner, now=clock.now()).draft
    assert (draft is not None and draft.text == "Late words here.") is is_kept
    assert ("saved in another window" in said(at)) is not is_kept


def test_a_marker_takes_work_says_what_is_missing_and_hands_the_grade_in(visit, works):
    learner, marker = works.viewer(), works.viewer("approver")
    submission = hand_in(works, learner, now=clock.now())
    at = visit(marker, "to_grade")
    assert f"Work {submission}" in said(at)

    at.button(key=f"to_grade_{submission}").click().run()
    at = visit(marker, "grade", submission=str(submission))
    assert "CANARY model answer." in said(at)
    at.radio(key=f"grade_mark_{submission}_0").set_value(4).run()
    assert "1 row has no mark yet." in said(at)
    at.radio(key=f"grade_mark_{submission}_1").set_value(2).run()
    at.button(key="grade_hand_in").click().run()
    assert "Say what is missing" in said(at)
    again = visit(marker, "grade", submission=str(submission))
    assert again.radio(key=f"grade_mark_{submission}_1").value == 2
    again.text_area(key=f"grade_comment_{submission}_1").set_value("Name the owner.").run()
    again.button(key="grade_hand_in").click().run()

    shown = said(visit(marker, "to_grade"))
    assert f"**Work {submission}**" not in shown
    assert "a second person is needed." in shown
    assert "1 work graded by two" not in shown


def test_work_is_found_by_nobody_whom_it_does_not_concern(visit, works):
    learner, other, marker = works.viewer(), works.viewer(), works.viewer("author")
    submission = hand_in(works, learner)
    take(works, works.viewer("approver"), submission)

    assert "You need the role" in said(visit(other, "to_grade"))
    assert "You need the role" in said(visit(learner, "grade", submission=str(submission)))
    assert "waits for no grade of yours" in said(visit(marker, "grade", submission=str(submission)))
    assert "The agent stops" not in said(visit(other, "work", work=TEXT))
    for odd in ("", "work.none", "check.agent-operations", "<script>"):
        assert "There is no such work" in said(visit(learner, "work", work=odd))
    assert "waits for no grade of yours" in said(visit(marker, "grade", submission="9" * 30))


def test_work_that_nobody_is_left_to_grade_says_so_to_all_who_can_do_something(visit, works):
    learner, (ada, ben) = works.viewer(), (works.viewer("author"), works.viewer("approver"))
    administrator = works.viewer("administrator")
    submission = hand_in(works, learner, now=clock.now())
    assert "nobody is left" not in said(visit(administrator, "people"))

    grade(works, ada, submission, 4, 4)
    grade(works, ben, submission, 1, 4)

    for viewer, page in ((ada, "to_grade"), (administrator, "people")):
        shown = said(visit(viewer, page))
        assert "two people differ by two points; a third is needed" in shown
        assert "gives one more person the role of author or approver" in shown
    assert "nobody is left who may" in said(visit(learner, "work", work=TEXT))
    works.viewer("author")
    assert "nobody is left" not in said(visit(administrator, "people"))
    assert "nobody is left" not in said(visit(learner, "work", work=TEXT))
