"""Graded work from draft to result: handed in once, graded blind, settled by a third, kept."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from db.columns import table
from db.queries.audit import verify_chain
from db.queries.deeds import Wanted
from db.queries.notices import select_unread
from db.store import open_store
from db.tables_graded import (
    Grading,
    GradingComment,
    GradingSeat,
    Submission,
    SubmissionContent,
)
from portal.access import Refused
from portal.services import grading
from portal.services.auditing import read_deeds
from portal.services.catalogue import read_catalogue
from portal.services.erasing import erase
from portal.services.handing_in import save_work_draft
from portal.services.marker_agreement import read_agreement
from portal.services.own_work import read_works
from portal.services.retention import apply_retention
from portal.services.short_of_markers import read_short_of_markers
from portal.services.skills import read_skills
from portal.services.takeout import take_csv, take_json
from portal.services.to_grade import take_work_file
from tests.factories import NOW
from tests.graded import (
    FILE,
    LINK,
    PDF,
    RULE,
    TEXT,
    add_works,
    give_marks,
    grade,
    hand_in,
    hand_in_file,
    open_grading,
    read,
    take,
    waiting,
)
from tests.small_house import SKILL, House

LATER = NOW + timedelta(days=20)


@pytest.fixture
def works(house):
    add_works(house)
    return house


@pytest.fixture(scope="module")
def works_template(tmp_path_factory, sqlite_house_template, small_folder):
    """A SQLite file with the tasks published, and its folder; made once for this module."""
    base = tmp_path_factory.mktemp("works")
    shutil.copytree(small_folder, base / "content")
    shutil.copy(sqlite_house_template, base / "portal.db")
    store = open_store(f"sqlite:///{base / 'portal.db'}")
    add_works(House(store, base / "content", read_catalogue(store)))
    store.close()
    return base


@pytest.fixture
def house_on_sqlite(tmp_path, works_template):
    """The small house with the tasks, where no SQL of its own is at stake."""
    shutil.copy(works_template / "portal.db", tmp_path / "portal.db")
    store = open_store(f"sqlite:///{tmp_path / 'portal.db'}")
    yield House(store, works_template / "content", read_catalogue(store))
    store.close()


def markers(house, n):
    return [house.viewer("author" if place % 2 else "approver") for place in range(n)]


def count(house, model):
    return house.store.read(
        lambda c: c.execute(select(func.count()).select_from(table(model))).scalar_one()
    )


def draft(house, viewer, words, **changed):
    values = {"catalogue": house.catalogue, "work_id": TEXT, "text": words, "saves": 0, "now": NOW}
    return save_work_draft(house.store, viewer=viewer, **(values | changed))


def test_work_lacks_a_marker_only_where_nobody_may_take_its_free_seat(house_on_sqlite):
    house = house_on_sqlite
    learner, (ada, ben) = house.viewer("employee", "author"), markers(house, 2)

    def lacks(viewer):
        found = read_short_of_markers(house.store, viewer=viewer, read_item=house.read_item)
        return [(one.number, one.turn) for one in found]

    submission = hand_in(house, learner)
    assert lacks(ada) == []
    grade(house, ada, submission, 4, 3)
    assert lacks(ada) == []
    grade(house, ben, submission, 2, 3)

    # The learner is an author too, but never of the own work.
    assert lacks(ada) == lacks(house.viewer("administrator")) == [(submission, "third")]
    assert lacks(learner) == []
    with pytest.raises(Refused, match="administrator"):
        lacks(house.viewer("manager"))


def test_work_goes_from_draft_to_two_markers_to_a_third_to_its_result(works):
    learner, (ada, ben, cem) = works.viewer(), markers(works, 3)
    works.take_check(learner)
    draft(works, learner, "The agent stops")
    assert read(works, learner).draft.text == "The agent stops"

    submission = hand_in(works, learner)
    waits = read(works, learner)
    assert (waits.stand, waits.draft, waits.handed_in[0].text) == ("waiting", None, RULE)

    assert grade(works, ada, submission, 4, 3) is False
    assert [one.turn for one in waiting(works, ben)] == ["second"]
    assert grade(works, ben, submission, 2, 4) is False
    assert read(works, learner).handed_in[0].result is None
    assert [one.turn for one in waiting(works, cem)] == ["third"]
    assert grade(works, cem, submission, 3, 4) is True

    done = read(works, learner)
    result = done.handed_in[0].result
    assert (done.stand, result.passed, result.markers) == ("passed", True, 3)
    assert [line.mark for line in result.lines] == [3.0, 4.0]
    assert result.share == pytest.approx((60 * 3 + 40 * 4) / 400)
    assert result.lines[0].words == ((3, "fits the case"),)
    assert result.lines[0].comments == ("Row 0: see the limit.",)
    assert [
        one.kind for one in works.store.read(lambda c: select_unread(c, learner.person_id))
    ] == ["work graded"]
    own = read_skills(works.store, viewer=learner, catalogue=works.catalogue)[0]
    assert (own.skill.id, own.band.levels[-1]) == (SKILL, 4)
    assert works.store.read(verify_chain) == []


def test_two_who_agree_decide_without_a_third_and_a_half_below_three_does_not_pass(works):
    learner, (ada, ben, cem) = works.viewer(), markers(works, 3)
    submission = hand_in(works, learner)

    grade(works, ada, submission, 3, 3)
    assert grade(works, ben, submission, 2, 4) is True

    result = read(works, learner).handed_in[0].result
    assert ([line.mark for line in result.lines], result.passed) == ([2.5, 3.5], False)
    assert result.lines[0].words == ((2, "stated"), (3, "fits the case"))
    assert waiting(works, cem) == []
    with pytest.raises(Refused, match="waits for no grade"):
        take(works, cem, submission)
    own = read_skills(works.store, viewer=learner, catalogue=works.catalogue)[0]
    assert own.band is None


def test_a_double_click_hands_in_once_and_a_second_text_waits_for_the_first(works):
    learner = works.viewer()

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda _n: hand_in(works, learner), range(4)))

    assert len(ids) == 1
    assert count(works, Submission) == 1
    with pytest.raises(Refused, match="being graded"):
        hand_in(works, learner, "Another rule for it.")


def test_work_comes_again_after_its_rest_and_only_as_often_as_is_allowed(works):
    learner, (ada, ben) = works.viewer(), markers(works, 2)
    first = hand_in(works, learner)
    grade(works, ada, first, 1, 1)
    grade(works, ben, first, 1, 1)

    with pytest.raises(Refused, match=r"from 2026-03-18"):
        hand_in(works, learner, "A better rule now.")
    assert read(works, learner).stand == "resting"
    second = hand_in(works, learner, "A better rule now.", now=LATER)
    for marker in (ada, ben):
        take(works, marker, second, now=LATER)
        give_marks(works, marker, second, 2, 2, now=LATER)

    assert read(works, learner, now=LATER + timedelta(days=90)).stand == "used up"
    with pytest.raises(Refused, match="as often as"):
        hand_in(works, learner, "A third rule now.", now=LATER + timedelta(days=90))


def test_markers_meet_work_without_name_or_other_grading_and_nobody_meets_their_own(works):
    both = works.viewer("employee", "author", name="Ada Lind")
    submission = hand_in_file(works, both)
    assert waiting(works, both) == []
    with pytest.raises(Refused, match="waits for no grade"):
        take(works, both, submission)
    ada, ben = markers(works, 2)
    other = hand_in(works, both)
    grade(works, ada, other, 4, 4, comments={-1: "Ada says well done."})

    take(works, ben, other)
    shown = open_grading(works, ben, other)
    take(works, ben, submission)
    file = open_grading(works, ben, submission)

    assert (shown.marks, shown.comments, shown.text) == ({}, {}, RULE)
    assert file.file_name == f"work-{submission}.pdf"
    assert "Ada" not in f"{shown} {file} {waiting(works, ben)}"
    assert shown.model_answer == "CANARY model answer."


def test_the_learner_never_sees_rubric_or_model_answer_before_the_result(works):
    learner, (ada,) = works.viewer(), markers(works, 1)
    submission = hand_in(works, learner)
    grade(works, ada, submission, 3, 3)

    assert "CANARY" not in f"{read(works, learner)}"
    assert b"CANARY" not in take_json(works.store, viewer=learner, now=NOW)
    assert b"Row 0" not in take_json(works.store, viewer=learner, now=NOW)


def test_a_seat_is_one_markers_until_it_is_given_back_or_lapses(works):
    learner, (ada, ben, cem) = works.viewer(), markers(works, 3)
    submission = hand_in_file(works, learner)
    take(works, ada, submission)
    take(works, ada, submission)

    assert [one.mine for one in waiting(works, ada)] == [True]
    assert waiting(works, ben) == []
    with pytest.raises(Refused, match="waits for no grade"):
        take(works, ben, submission)
    grading.give_back(works.store, viewer=ada, submission_id=submission, now=NOW)
    take(works, ben, submission)
    take(works, cem, submission, now=NOW + timedelta(days=15))
    with pytest.raises(Refused, match="waits for no grade"):
        give_marks(works, ben, submission, 3, 3)
    assert give_marks(works, cem, submission, 3, 3) is True


def test_two_markers_who_take_the_same_seat_at_once_get_one_each(works):
    learner, seated = works.viewer(), markers(works, 4)
    submission = hand_in(works, learner)

    def try_to_take(viewer):
        try:
            take(works, viewer, submission)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(try_to_take, seated))

    assert sum(taken) == 2


def test_marks_are_kept_while_a_marker_works_and_bad_ones_change_nothing(works):
    learner, (ada, ben) = works.viewer(), markers(works, 2)
    submission = hand_in(works, learner)
    take(works, ada, submission)
    keep = {"viewer": ada, "submission_id": submission, "read_item": works.read_item}
    grading.save_marks(works.store, **keep, marks={1: 3}, comments={0: "half a tho", 7: "lost"})

    kept = open_grading(works, ada, submission)
    assert (kept.marks, kept.comments) == ({1: 3}, {0: "half a tho"})
    for marks in ([3], [3, 5], [3, -1], [3, 2.5], [True, 3], [3, None], ["3", 3], [3, 3, 3]):
        with pytest.raises(Refused, match="whole mark from 0 to 4"):
            give_marks(works, ada, submission, *marks)
    with pytest.raises(Refused, match=r"Say what is missing.*CANARY owner"):
        give_marks(works, ada, submission, 3, 2, comments={0: "Fine."})
    with pytest.raises(Refused, match="2000 characters"):
        give_marks(works, ada, submission, 3, 3, comments={0: "x" * 2001})
    with pytest.raises(Refused, match="waits for no grade"):
        give_marks(works, ben, submission, 3, 3)
    assert count(works, Grading) == 0
    give_marks(works, ada, submission, 3, 3)
    with pytest.raises(Refused, match="waits for no grade"):
        give_marks(works, ada, submission, 4, 4)
    with pytest.raises(Refused, match="waits for no grade"):
        take(works, ada, submission)
    assert count(works, Grading) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "empty"),
        ("two words", "at least 3"),
        ("word " * 401, "at most 400"),
        ("x" * 1_000_000, "characters"),
        ("a b\x00 c", "no text"),
        ("a b \ud800 c", "no text"),
    ],
)
def test_a_text_that_is_none_is_refused_and_nothing_is_handed_in(house_on_sqlite, words, says):
    learner = house_on_sqlite.viewer()

    with pytest.raises(Refused, match=says):
        hand_in(house_on_sqlite, learner, words)

    assert count(house_on_sqlite, Submission) == 0


@pytest.mark.parametrize(
    "link",
    [
        "http://norhaven.example/plan",
        "javascript:alert(1)",
        "https://",
        "https://localhost",
        "https://ada:secret@norhaven.example",
        "https://norhaven.example/a b",
        "https://[norhaven.example",
        "https://norhaven.example/" + "x" * 2000,
    ],
)
def test_a_link_that_is_none_is_refused(house_on_sqlite, link):
    with pytest.raises(Refused, match="link"):
        hand_in(house_on_sqlite, house_on_sqlite.viewer(), link, work_id=LINK)


def test_work_is_handed_in_as_what_it_asks_for_and_drafts_have_an_end(house_on_sqlite):
    house, learner = house_on_sqlite, house_on_sqlite.viewer()

    with pytest.raises(Refused, match="takes a file"):
        hand_in(house, learner, work_id=FILE)
    with pytest.raises(Refused, match="takes no file"):
        hand_in_file(house, learner, work_id=TEXT)
    with pytest.raises(Refused, match="no such work"):
        hand_in(house, learner, work_id="check.agent-operations")
    with pytest.raises(Refused, match="40000"):
        draft(house, learner, "x" * 1_000_000)
    assert draft(house, learner, "half a thought") == 1
    with pytest.raises(Refused, match="another window"):
        draft(house, learner, "from an older window")
    assert draft(house, learner, "  ", saves=1) == 0
    assert read(house, learner).draft is None
    assert hand_in(house, learner, "https://norhaven.example/plan", work_id=LINK)


def test_graded_work_is_no_skill_check_and_no_check_waits_for_a_marker(house_on_sqlite):
    catalogue = house_on_sqlite.catalogue

    assert set(catalogue.works) == {TEXT, FILE, LINK}
    assert set(catalogue.checks) == {"check.agent-operations"}
    cards = read_works(
        house_on_sqlite.store,
        viewer=house_on_sqlite.viewer(),
        catalogue=catalogue,
        skill=SKILL,
        now=NOW,
    )
    assert [(one.id, one.stand) for one in cards] == [
        (FILE, "open"),
        (LINK, "open"),
        (TEXT, "open"),
    ]


def test_a_file_goes_to_its_learner_and_its_markers_and_to_nobody_else(house_on_sqlite):
    house = house_on_sqlite
    learner, other, (ada, ben) = house.viewer(), house.viewer(), markers(house, 2)
    submission = hand_in_file(house, learner)

    own = take_work_file(house.store, viewer=learner, submission_id=submission)
    assert (own.name, own.media_type, own.body) == ("Ada Lind.pdf", "application/pdf", PDF)
    for stranger in (other, ada):
        with pytest.raises(Refused, match="no file under this address"):
            take_work_file(house.store, viewer=stranger, submission_id=submission)
    grade(house, ada, submission, 3, 3)
    assert take_work_file(house.store, viewer=ada, submission_id=submission).body == PDF
    # Once more an employee only, a former marker has no way to it.
    former = replace(ada, roles=frozenset({"employee"}))
    for stranger in (ben, former):
        with pytest.raises(Refused, match="no file under this address"):
            take_work_file(house.store, viewer=stranger, submission_id=submission)


def test_work_that_another_marker_took_is_out_of_reach(house_on_sqlite):
    house, learner, (ada, ben) = (
        house_on_sqlite,
        house_on_sqlite.viewer(),
        markers(house_on_sqlite, 2),
    )
    submission = hand_in_file(house, learner)
    take(house, ada, submission)
    keep = {"submission_id": submission, "read_item": house.read_item, "marks": {}, "comments": {}}

    for foreign in (submission, submission + 1):
        with pytest.raises(Refused, match="waits for no grade"):
            open_grading(house, ben, foreign)
        with pytest.raises(Refused, match="waits for no grade"):
            grading.save_marks(house.store, viewer=ben, **keep | {"submission_id": foreign})
        grading.give_back(house.store, viewer=ben, submission_id=foreign, now=NOW)

    assert [one.mine for one in waiting(house, ada)] == [True]


def test_every_step_of_grading_is_in_the_audit_and_auditors_see_no_mark(house_on_sqlite):
    house, learner, (ada,) = house_on_sqlite, house_on_sqlite.viewer(), markers(house_on_sqlite, 1)
    submission = hand_in_file(house, learner)
    grade(house, ada, submission, 4, 3)

    seen = read_deeds(
        house.store,
        viewer=house.viewer("auditor"),
        wanted=Wanted(object=f"submission:{submission}"),
        page=1,
    ).rows

    assert [(row.actor, row.deed) for row in reversed(seen)] == [
        (f"person:{learner.person_id}", "handed work in"),
        (f"person:{ada.person_id}", "work taken to grade"),
        (f"person:{ada.person_id}", "work graded"),
        ("portal", "graded work decided"),
    ]
    assert not any(word in row.payload for row in seen for word in ("marks", "passed"))
    kept = text("SELECT payload FROM audit WHERE deed = 'work graded'")
    assert "[4,3]" in house.store.read(lambda c: c.execute(kept).scalar_one())


def test_agreement_is_shown_from_five_works_on_with_its_error(house_on_sqlite):
    house, (ada, ben, author) = house_on_sqlite, markers(house_on_sqlite, 3)
    given = [
        ((3, 3), (3, 4)),
        ((1, 2), (2, 2)),
        ((4, 4), (4, 3)),
        ((0, 1), (2, 1)),
        ((3, 2), (3, 2)),
    ]
    found = []
    for first, second in given:
        submission = hand_in(house, house.viewer())
        grade(house, ada, submission, *first)
        grade(house, ben, submission, *second)
        reports = read_agreement(
            house.store, viewer=author, catalogue=house.catalogue, read_item=house.read_item
        )
        found.append(next(one for one in reports if one.item_id == "work-rule.task"))

    assert [one.agreement is None for one in found] == [True, True, True, True, False]
    last = found[-1]
    assert (last.works, last.settled, last.agreement.n) == (5, 1, 10)
    assert last.agreement.low < last.agreement.kappa < last.agreement.high
    assert [row.criterion for row in last.rows] == ["CANARY limit", "CANARY owner"]


def test_own_data_hold_the_work_and_once_decided_its_marks_and_comments(house_on_sqlite):
    house, learner, (ada,) = house_on_sqlite, house_on_sqlite.viewer(), markers(house_on_sqlite, 1)
    submission = hand_in_file(house, learner)
    grade(house, ada, submission, 3, 3)

    mine = json.loads(take_json(house.store, viewer=learner, now=NOW))
    theirs = json.loads(take_json(house.store, viewer=replace(ada, roles=learner.roles), now=NOW))

    tables = {name: rows for kind in mine["kinds"] for name, rows in kind["tables"].items()}
    assert [row["mark"] for row in tables["grading_mark"]] == [3, 3]
    assert tables["grading_comment"][0]["text"].startswith("Row 0")
    assert tables["submission_content"][0]["file_name"] == "Ada Lind.pdf"
    assert all("marker_id" not in row for row in tables["grading"])
    others = {name: rows for kind in theirs["kinds"] for name, rows in kind["tables"].items()}
    assert [row["submission_id"] for row in others["grading"]] == [submission]
    assert all("learner_id" not in row for row in others["grading"])
    assert others["submission_content"] == []
    assert take_csv(house.store, viewer=learner, now=NOW)[:2] == b"PK"


def test_erasing_and_retention_take_texts_files_and_comments_and_keep_what_was_decided(works):
    learner, other, (ada,) = works.viewer(), works.viewer(), markers(works, 1)
    admin = works.viewer("administrator")
    first = hand_in_file(works, learner)
    grade(works, ada, first, 3, 3)
    second = hand_in_file(works, other, name="other.pdf")
    draft(works, learner, "half a thought")
    begun = hand_in(works, learner)
    take(works, ada, begun)
    grading.save_marks(
        works.store,
        viewer=ada,
        submission_id=begun,
        read_item=works.read_item,
        marks={},
        comments={0: "You name your colleague here."},
    )
    take(works, ada, second)

    erase(
        works.store,
        viewer=admin,
        person_id=learner.person_id,
        read_item=works.read_item,
        now=LATER,
    )

    held = works.store.read(
        lambda c: c.execute(select(table(SubmissionContent).c.submission_id)).scalars().all()
    )
    assert held == [second]
    assert count(works, GradingComment) == 0
    assert [one.number for one in waiting(works, ada, now=LATER)] == [second]
    assert count(works, GradingSeat) == 1
    kept = works.store.read(lambda c: c.execute(text("SELECT passed FROM graded_result")).scalar())
    assert bool(kept)
    assert works.store.read(verify_chain) == []
    apply_retention(works.store, read_item=works.read_item, now=NOW + timedelta(days=1096))
    assert count(works, SubmissionContent) == count(works, GradingSeat) == 0
    assert waiting(works, ada) == []
    assert read(works, other, FILE, now=NOW + timedelta(days=1096)).stand == "open"
