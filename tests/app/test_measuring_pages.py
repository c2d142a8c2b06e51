"""Results with their receipt, questions with their statistics, corrections with their list."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curriculum.model import Item
from db.commands.notices import insert_notice
from db.store import Store
from portal import clock, loaders
from portal.access import Refused, Viewer
from portal.components.editor import figure_markers
from portal.services.background import make_worker
from portal.services.calibrating import calibrate_skill
from portal.services.counting import count_answers
from portal.services.notices import mark_notice_read
from portal.services.sessions import start_session
from tests.factories import NOW
from tests.many_checks import follows_the_model, hand_in_many
from tests.small_house import SKILL, House

APP = Path(__file__).parents[2] / "portal" / "app.py"
NO_STATE: Mapping[str, object] = {}
Open = Callable[..., AppTest]


@pytest.fixture
def visit(house: House, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page as somebody: `visit(viewer, "items")`."""
    return partial(open_page, house.store, monkeypatch)


def open_page(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    viewer: Viewer,
    page: str,
    *,
    state: Mapping[str, object] = NO_STATE,
    **query: str,
) -> AppTest:
    token = start_session(store, person_id=viewer.person_id, now=clock.now(), hours=1)
    monkeypatch.setattr(loaders, "session_token", lambda: token)
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page(f"app_pages/{page}.py")
    for name, value in query.items():
        at.query_params[name] = value
    for name, held in state.items():
        at.session_state[name] = held
    return at.run()


def said(at: AppTest) -> str:
    """Everything a page says, in one text: words, badges, tables."""
    kinds = ("title", "header", "subheader", "markdown", "info", "warning", "error", "success")
    words = [str(one.value) for kind in kinds for one in at.get(kind)]
    return "\n".join([*words, *(one.value.to_string() for one in at.dataframe)])


# --- results --------------------------------------------------------------------------------------


def test_the_result_page_says_in_sight_that_expert_difficulties_are_in_force(
    visit: Open, house: House
) -> None:
    viewer = house.viewer()
    attempt_id = house.take_check(viewer)

    at = visit(viewer, "result", attempt=str(attempt_id))

    inside = {one.value for expander in at.expander for one in expander.markdown}
    outside = [one.value for one in at.markdown if one.value not in inside]
    assert any("Expert difficulties are in force" in words for words in outside)


def test_the_result_page_shows_how_it_was_computed_and_no_key(visit: Open, house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.take_check(viewer)

    at = visit(viewer, "result", attempt=str(attempt_id))

    words = said(at)
    assert "every figure is the same, to the last digit" in words
    assert "9 questions of this check count; 9 of them were answered, 9 fully right." in words
    assert "Scored with expert difficulties, version 1" in words
    assert "CANARY" not in words
    assert SKILL + ".a" not in words
    assert not at.exception


def test_a_weak_topic_without_a_lesson_says_so_and_whom_to_ask(visit: Open, house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    house.submit(viewer, attempt_id)

    words = said(visit(viewer, "result", attempt=str(attempt_id)))

    assert words.count("Work on this") == 2
    assert words.count("No lesson on this topic yet.") == 2


def test_after_a_recalibration_the_result_page_shows_the_new_result_and_keeps_the_old(
    visit: Open, house: House
) -> None:
    hand_in_many(house)
    viewer = house.viewer()
    attempt_id = house.take_check(viewer)
    calibrate_skill(
        house.store, skill=SKILL, catalogue=house.catalogue, read_item=house.read_item, now=NOW
    )

    words = said(visit(viewer, "result", attempt=str(attempt_id)))

    assert "Measured difficulties are in force" in words
    assert "It was measured from 631 checks." in words
    assert "It stays on record." in words


def test_my_skills_shows_how_the_latest_estimate_was_computed(visit: Open, house: House) -> None:
    viewer = house.viewer()
    house.take_check(viewer)

    words = said(visit(viewer, "my_skills"))

    assert "Expert difficulties are in force" in words
    assert "every figure is the same, to the last digit" in words


def test_my_skills_says_what_may_be_said_of_a_change_and_keeps_the_own_confidence(
    visit: Open, house: House
) -> None:
    viewer = house.viewer()
    house.take_check(viewer)
    house.take_check(viewer, now=NOW + timedelta(days=40))

    at = visit(viewer, "my_skills")
    at.button_group(key=f"confidence_{SKILL}").set_value(3).run()
    words = said(visit(viewer, "my_skills"))

    assert "These checks are too short to tell one person's change" in words
    assert "Target of your role: level 3 Judges" in words
    assert "Your own confidence: fairly sure" in words
    assert "CANARY" not in words
    assert not at.exception


def test_whoever_took_no_check_is_led_to_the_first_one(visit: Open, house: House) -> None:
    at = visit(house.viewer(), "my_skills")
    at.button(key="my_skills_next").click().run()

    assert at.query_params["track"] == "agents"
    assert not at.exception


# --- corrections ----------------------------------------------------------------------------------


def test_a_correction_goes_from_its_form_to_a_decision_by_somebody_else(
    visit: Open, house: House
) -> None:
    first, second = house.viewer("approver"), house.viewer("approver")
    hand_in_many(house, forms="A", people=12)

    at = visit(first, "corrections")
    assert "No correction yet" in said(at)
    at.text_input(key="corrections_item").set_value(f"{SKILL}.a01")
    at.radio(key="corrections_kind").set_value("drop")
    at.text_area(key="corrections_why").set_value("Two answers are right.")
    at.button(key="corrections_propose").click().run()
    listed = said(at)
    own = visit(first, "corrections", regrade="1")
    other = visit(second, "corrections", regrade="1")
    other.button(key="corrections_approve").click().run()

    assert "12 checks hold this question." in listed
    assert own.button(key="corrections_approve").disabled
    assert "another approver decides" in own.info[0].value
    assert "Approved" in said(other)
    assert not other.exception


def test_a_correction_that_cannot_be_made_says_why_on_its_page(visit: Open, house: House) -> None:
    at = visit(house.viewer("approver"), "corrections")
    at.text_input(key="corrections_item").set_value("nowhere.a01")
    at.text_area(key="corrections_why").set_value("It is bad.")
    at.button(key="corrections_propose").click().run()

    assert "No check that was handed in" in at.warning[0].value
    assert "There is no correction" in said(
        visit(house.viewer("approver"), "corrections", regrade="99")
    )


def test_a_changed_level_is_told_on_home_until_it_is_read(visit: Open, house: House) -> None:
    viewer = house.viewer()
    house.store.write(
        lambda c: insert_notice(
            c,
            person_id=viewer.person_id,
            kind="level changed",
            about="regrade:1:attempt:1",
            details={
                "skill": SKILL,
                "attempt": 1,
                "taken_on": "2026-03-02",
                "level_before": 2,
                "level_after": 3,
                "band_before": [2],
                "band_after": [2, 3],
            },
            now=NOW,
        )
    )

    at = visit(viewer, "home")
    before = said(at)
    at.button(key="notice_read_1").click().run()

    assert "was level 2 Applies; now it is between level 2 Applies and level 3 Judges" in before
    assert "Your result changed" not in said(at)
    assert "Your result changed" not in said(visit(house.viewer(), "home"))


def test_nobody_takes_away_the_notice_of_somebody_else(house: House) -> None:
    owner = house.viewer()
    house.store.write(
        lambda c: insert_notice(
            c, person_id=owner.person_id, kind="work graded", about="x", details={}, now=NOW
        )
    )

    with pytest.raises(Refused, match="not one of yours"):
        mark_notice_read(house.store, viewer=house.viewer(), notice_id=1, now=NOW)

    mark_notice_read(house.store, viewer=owner, notice_id=1, now=NOW)


# --- questions ------------------------------------------------------------------------------------


def count(house: House) -> None:
    count_answers(
        house.store,
        catalogue=house.catalogue,
        read_item=house.read_item,
        now=NOW + timedelta(hours=1),
    )


def test_authors_see_how_questions_behave_and_which_key_to_check(visit: Open, house: House) -> None:
    def wrong_key(item: Item, skill: float, drawn: float) -> bool:
        strong = follows_the_model(item, 2 * skill, drawn)
        return not strong if item.id == f"{SKILL}.a01" else strong

    hand_in_many(house, forms="A", people=120, right=wrong_key)
    count(house)

    at = visit(house.viewer("author"), "items")

    words = said(at)
    assert "check the key: strong learners choose A" in words
    assert "120 answers" in words
    assert "M101" in words
    assert not at.exception
    assert "Measure from the answers now" not in {one.label for one in at.button}


def test_questions_with_few_answers_show_no_figure(visit: Open, house: House) -> None:
    hand_in_many(house, forms="A", people=5)
    count(house)

    words = said(visit(house.viewer("author"), "items"))

    assert "Too few answers yet" in words
    assert "%" not in words
    assert "5 answers" not in words
    assert "M101" not in words


def test_questions_nobody_answered_say_what_to_expect(visit: Open, house: House) -> None:
    at = visit(house.viewer("author"), "items")

    assert "Nobody has answered these questions yet" in said(at)
    assert "In force: expert difficulties, version 1" in said(at)


def test_an_approver_asks_for_a_measurement_and_sees_what_became_of_it(
    visit: Open, house: House
) -> None:
    hand_in_many(house, forms="A", people=20)
    approver = house.viewer("approver")

    at = visit(approver, "items")
    at.button(key="items_measure").click().run()
    worker = make_worker(house.store, clock=clock.now)
    while worker.run_once():
        pass

    words = said(visit(approver, "items"))
    assert "not put in force: " in words
    assert "In force: expert difficulties, version 1" in words


def test_figures_stand_at_the_first_line_of_their_question_in_the_text(house: House) -> None:
    check = house.catalogue.check_of(SKILL)
    assert check is not None
    items = [house.read_item(revision) for revision in check.item_revisions.values()]

    (note,) = figure_markers(items, {f"{SKILL}.a02": "210 answers"})

    text = (house.folder / "assessments/banks/agent-operations.md").read_text().splitlines()
    assert (note.level, note.message) == ("info", "210 answers")
    assert text[note.line - 1].startswith("## Question A2")


def test_the_editor_shows_the_figures_of_each_question_in_one_line(
    visit: Open, house: House
) -> None:
    hand_in_many(house, forms="A", people=20)
    count(house)

    at = visit(house.viewer("author"), "editor", file="assessments/banks/agent-operations.md")

    assert "20 answers · " in said(at)
    assert not at.exception
