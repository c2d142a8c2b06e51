"""The page of a skill check: what one answer that goes wrong does to the others."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db.errors import DatabaseLocked
from portal import clock, loaders
from portal.access import Viewer
from portal.services.sessions import start_session
from tests.small_house import House

APP = Path(__file__).parents[2] / "portal" / "app.py"


@pytest.fixture
def learner(house: House, monkeypatch) -> Viewer:
    viewer = house.viewer()
    token = start_session(house.store, person_id=viewer.person_id, now=clock.now(), hours=1)
    monkeypatch.setattr(loaders, "session_token", lambda: token)
    return viewer


def open_check(
    attempt_id: int, *, place: int = 0, held: Mapping[str, str] | None = None
) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=30)
    at.switch_page("app_pages/check.py")
    at.query_params["attempt"] = str(attempt_id)
    at.session_state[f"check_place_{attempt_id}"] = place
    for key, value in (held or {}).items():
        at.session_state[key] = value
    return at.run()


def place_of(house: House, viewer: Viewer, attempt_id: int, *, type_: str) -> int:
    types = [one.question.type for one in house.read(viewer, attempt_id).questions]
    return types.index(type_)


def saved(house: House, viewer: Viewer, attempt_id: int, place: int) -> object:
    return house.read(viewer, attempt_id).questions[place].response


def answer_key(house: House, viewer: Viewer, attempt_id: int, place: int) -> str:
    position = house.read(viewer, attempt_id).questions[place].position
    return f"check_answer_{attempt_id}_{position}"


def test_an_answer_that_is_refused_does_not_hold_up_the_next_one(
    house: House, learner: Viewer, caplog
):
    attempt_id = house.start(learner, now=clock.now())
    number = place_of(house, learner, attempt_id, type_="numeric")
    single = place_of(house, learner, attempt_id, type_="single")

    at = open_check(attempt_id, place=number)
    at.text_input(key=answer_key(house, learner, attempt_id, number)).set_value("a lot").run()
    told = [one.value for one in at.warning]
    at.session_state[f"check_place_{attempt_id}"] = single
    at.run()
    at.radio(key=answer_key(house, learner, attempt_id, single)).set_value("b").run()

    assert any("number" in words for words in told)
    assert any(line.startswith("refused: ") for line in caplog.messages)
    assert saved(house, learner, attempt_id, number) is None
    assert saved(house, learner, attempt_id, single) == {"choice": "b"}


def test_emptying_an_answer_says_that_the_saved_one_counts(house: House, learner: Viewer):
    attempt_id = house.start(learner, now=clock.now())
    number = place_of(house, learner, attempt_id, type_="numeric")

    at = open_check(attempt_id, place=number)
    at.text_input(key=answer_key(house, learner, attempt_id, number)).set_value("12").run()
    at.text_input(key=answer_key(house, learner, attempt_id, number)).set_value("").run()

    assert any("not taken back" in one.value for one in at.warning)
    assert saved(house, learner, attempt_id, number) == {"text": "12"}


def test_a_choice_brought_back_to_a_new_server_is_saved(house: House, learner: Viewer):
    """The browser brings its widgets to a server that was started anew; no callback is called."""
    attempt_id = house.start(learner, now=clock.now())
    single = place_of(house, learner, attempt_id, type_="single")

    at = open_check(
        attempt_id, place=single, held={answer_key(house, learner, attempt_id, single): "b"}
    )

    assert saved(house, learner, attempt_id, single) == {"choice": "b"}
    assert any("Saved " in one.value for one in at.markdown)


def test_a_choice_brought_back_never_replaces_a_saved_answer_unasked(house: House, learner: Viewer):
    attempt_id = house.start(learner, now=clock.now())
    single = place_of(house, learner, attempt_id, type_="single")
    position = house.read(learner, attempt_id).questions[single].position
    house.answer(learner, attempt_id, position, response={"choice": "a"}, now=clock.now())

    at = open_check(
        attempt_id, place=single, held={answer_key(house, learner, attempt_id, single): "b"}
    )
    before = saved(house, learner, attempt_id, single)
    told = [one.value for one in at.warning]
    at.button(key="check_again").click().run()

    assert before == {"choice": "a"}
    assert any("another answer" in words for words in told)
    assert saved(house, learner, attempt_id, single) == {"choice": "b"}


def test_another_check_opens_at_its_own_first_open_question(house: House, learner: Viewer):
    first = house.start(learner, now=clock.now())
    at = open_check(first, place=8)
    house.submit(learner, first, now=clock.now())
    second = house.start(learner, now=clock.now() + timedelta(days=31))

    at.query_params["attempt"] = str(second)
    at.run()

    assert "Question 1 of 9" in [one.proto.text for one in at.get("progress")]


def test_the_result_of_an_earlier_check_shows_that_check_and_not_the_latest(
    house: House, learner: Viewer
):
    earlier = house.start(learner, now=clock.now() - timedelta(days=60))
    house.submit(learner, earlier, now=clock.now() - timedelta(days=60))
    house.take_check(learner, now=clock.now())

    at = AppTest.from_file(str(APP), default_timeout=30)
    at.switch_page("app_pages/result.py")
    at.query_params["attempt"] = str(earlier)
    at.run()

    assert "level 1 Aware" in at.header[0].value
    assert "level 4" not in " ".join(one.value for one in (*at.header, *at.markdown))


def test_a_fault_inside_a_question_is_told_as_a_sentence(
    house: House, learner: Viewer, monkeypatch
):
    attempt_id = house.start(learner, now=clock.now())

    def break_down(*_args: object, **_values: object) -> None:
        raise DatabaseLocked("the database /secret/portal.db is locked")

    monkeypatch.setattr("portal.components.question.draw_question", break_down)
    at = open_check(attempt_id)

    assert not at.exception
    assert [one.value for one in at.error if "busy" in one.value]


def test_the_map_follows_each_answer_and_flag_at_once(house: House, learner: Viewer):
    attempt_id = house.start(learner, now=clock.now())
    single = place_of(house, learner, attempt_id, type_="single")
    position = house.read(learner, attempt_id).questions[single].position

    at = open_check(attempt_id, place=single)
    fresh = map_of(at)
    at.radio(key=answer_key(house, learner, attempt_id, single)).set_value("b").run()
    at.toggle(key=f"check_flag_{attempt_id}_{position}").set_value(True).run()

    assert fresh == (f"{single + 1} ○", "⚑ flagged (0) · ○ not answered yet (9)")
    assert map_of(at) == (f"{single + 1} ⚑", "⚑ flagged (1) · ○ not answered yet (8)")


def map_of(at: AppTest) -> tuple[str, str]:
    """Return the mark of the open question on the map, and the line that counts all marks."""
    pills = at.get("button_group")[0].proto
    (chosen,) = pills.default
    counts = next(one.value for one in at.markdown if "not answered yet (" in one.value)
    return pills.options[chosen].content, counts.removeprefix(":small[").removesuffix("]")


def test_a_check_that_was_handed_in_leads_to_its_result_by_a_button(house: House, learner: Viewer):
    """A page that forwarded by itself would catch everybody who goes back."""
    attempt_id = house.start(learner, now=clock.now())
    house.submit(learner, attempt_id, now=clock.now())

    at = open_check(attempt_id)
    shown = [one.value for one in at.title]
    at.button(key="check_result").click().run()

    assert "Skill check" in shown[0]
    assert "Result" in at.title[0].value


def test_the_button_that_hands_in_leads_to_the_result(house: House, learner: Viewer):
    attempt_id = house.start(learner, now=clock.now())

    at = open_check(attempt_id, place=8)
    at.button(key="check_submit").click().run()

    assert "Result" in at.title[0].value
