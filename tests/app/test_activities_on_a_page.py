"""Every kind of activity drawn in a lesson: it moves, it is kept, and it stands there again."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curriculum.activities.kinds import KINDS
from portal import clock, loaders
from portal.components.activity_words import feedback_text, title_text
from portal.services.people import PERSONA_ISSUER
from portal.services.sessions import start_session
from tests.factories import make_person
from tests.messages import interface_texts
from tests.practice import PROMPT, TRANSFER, add_practice
from tests.small_house import SECOND, House, copy_house

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "portal" / "app.py"


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, sqlite_house_template: Path, small_folder: Path
) -> Iterator[House]:
    """The small house with activities in its second lesson, as the portal's own store."""
    folder = tmp_path_factory.mktemp("practice")
    copied = copy_house(folder, template=sqlite_house_template, content=small_folder)
    add_practice(copied)
    url = f"sqlite:///{folder / 'portal.db'}"
    copied.store.close()
    patch = pytest.MonkeyPatch()
    patch.setenv("PORTAL_DATABASE_URL", url)
    loaders.forget()
    yield House(loaders.store(), folder / "content", loaders.catalogue())
    loaders.close()
    patch.undo()


@pytest.fixture
def token(house: House) -> str:
    person = make_person(house.store, issuer=PERSONA_ISSUER, roles=("employee",))
    return start_session(house.store, person_id=person, now=clock.now(), hours=1)


def open_page(
    monkeypatch: pytest.MonkeyPatch, token: str, page: str = "lesson", **query: str
) -> AppTest:
    monkeypatch.setattr(loaders, "session_token", lambda: token)
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page(f"app_pages/{page}.py")
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def open_lesson(monkeypatch: pytest.MonkeyPatch, token: str) -> AppTest:
    at = open_page(monkeypatch, token, module="m1", lesson=SECOND)
    assert not at.exception
    assert not at.error, [one.value for one in at.error]
    return at


def boxes(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.info, *at.success))


def test_every_kind_is_drawn_with_its_name_and_its_feedback(house, token, monkeypatch):
    at = open_lesson(monkeypatch, token)

    words = "\n".join(one.value for one in at.markdown)
    for kind in KINDS:
        assert f"**{title_text(kind)}**" in words
    assert feedback_text("trace", "open") in boxes(at)
    assert feedback_text("queue", "overloaded") in boxes(at)
    assert "cannot show" not in words


def test_a_slider_moves_the_figures_and_is_kept(house, token, monkeypatch):
    at = open_lesson(monkeypatch, token)
    before = {one.label: one.value for one in at.metric}

    at.slider(key="activity_m1.threshold_threshold").set_value(70).run()

    after = {one.label: one.value for one in at.metric}
    assert after["Alerts"] != before["Alerts"]
    assert any("Saved" in one.value for one in at.markdown)
    again = open_lesson(monkeypatch, token)
    assert again.slider(key="activity_m1.threshold_threshold").value == 70


def test_choosing_the_faulty_step_says_why_and_reaches_the_goal(house, token, monkeypatch):
    at = open_lesson(monkeypatch, token)

    at.radio(key="activity_m1.trace_pick").set_value("2").run()
    later = boxes(at)
    at.radio(key="activity_m1.trace_pick").set_value("1").run()

    assert feedback_text("trace", "later") in later
    assert any("It was a question." in one.value for one in at.success)


def test_the_next_scene_comes_after_the_decision_before_it(house, token, monkeypatch):
    at = open_lesson(monkeypatch, token)
    keys = [one.key for one in at.radio]

    at.radio(key="activity_m1.incident_scene0").set_value("0").run()

    assert "activity_m1.incident_scene1" not in keys
    assert "activity_m1.incident_scene1" in [one.key for one in at.radio]


def test_start_again_puts_everything_back(house, token, monkeypatch):
    at = open_lesson(monkeypatch, token)
    at.radio(key="activity_m1.trace_pick").set_value("1").run()

    at.button(key="activity_m1.trace_again").click().run()

    assert at.radio(key="activity_m1.trace_pick").value is None
    assert open_lesson(monkeypatch, token).radio(key="activity_m1.trace_pick").value is None


def test_a_move_in_another_window_shows_here_at_the_next_step(house, token, monkeypatch):
    first, second = open_lesson(monkeypatch, token), open_lesson(monkeypatch, token)
    second.slider(key="activity_m1.threshold_threshold").set_value(80).run()

    first.run()

    assert first.slider(key="activity_m1.threshold_threshold").value == 80


def test_a_plan_is_kept_as_it_is_typed_and_asked_about_on_home(house, token, monkeypatch):
    at = open_lesson(monkeypatch, token)
    assert any(PROMPT in one.value for one in at.markdown)

    at.text_input(key=f"transfer_{TRANSFER}").set_value("Ask about one alert.").run()

    assert (
        open_lesson(monkeypatch, token).text_input(key=f"transfer_{TRANSFER}").value
        == "Ask about one alert."
    )
    soon = open_page(monkeypatch, token, "home")
    assert not any("Did you try it?" in one.value for one in soon.markdown)
    moment = clock.now() + timedelta(days=15)
    monkeypatch.setattr(clock, "now", lambda: moment)
    viewer_token = _fresh_session(house)
    home = open_page(monkeypatch, viewer_token, "home")
    assert any("Did you try it?" in one.value for one in home.markdown)
    home.button(key=f"due_action_{TRANSFER}_save").click().run()
    assert any("Choose what came of it first." in one.value for one in home.warning)
    home.radio(key=f"due_action_{TRANSFER}_outcome").set_value("done").run()
    home.button(key=f"due_action_{TRANSFER}_save").click().run()
    assert not any("Did you try it?" in one.value for one in home.markdown)


def _fresh_session(house: House) -> str:
    """Sign the person behind the newest plan in at a later day."""
    person = house.store.read(
        lambda c: c.exec_driver_sql(
            "SELECT learner_id FROM desk_action ORDER BY saved_at DESC"
        ).scalar_one()
    )
    return start_session(house.store, person_id=person, now=clock.now(), hours=1)


def test_every_word_of_the_activities_is_collected_for_other_languages():
    texts = interface_texts(ROOT)

    assert {"Threshold", "the AI checks its own work", "Reachable harm an hour"} <= texts
    assert not {"", "%", "€"} & texts


def test_every_region_of_every_kind_has_a_feedback_of_its_own():
    for kind, made in KINDS.items():
        said = [feedback_text(kind, region) for region in made.regions]
        assert len(set(said)) == len(said), kind
