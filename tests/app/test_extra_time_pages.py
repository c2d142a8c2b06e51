"""Extra time on the pages: an officer sets it, its person sees it, a break hides the questions."""

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db.errors import AttemptPaused
from db.queries.deeds import Wanted
from portal import clock, loaders
from portal.access import Role, Viewer
from portal.components.notices import guarded
from portal.services.accommodating import Wish, set_accommodation
from portal.services.auditing import read_deeds
from portal.services.checks import read_clock
from portal.services.pausing import begin_break
from portal.services.sessions import start_session
from tests.small_house import MINUTES, House

APP = Path(__file__).parents[2] / "portal" / "app.py"


def sign_in(house: House, monkeypatch: pytest.MonkeyPatch, *roles: Role) -> Viewer:
    viewer = house.viewer(*roles)
    token = start_session(house.store, person_id=viewer.person_id, now=clock.now(), hours=1)
    monkeypatch.setattr(loaders, "session_token", lambda: token)
    return viewer


def open_page(page: str, **query: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page(f"app_pages/{page}.py")
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def said(at: AppTest) -> str:
    kinds = ("title", "header", "markdown", "info", "warning", "error", "success")
    return "\n".join(str(one.value) for kind in kinds for one in at.get(kind))


def give(house: House, learner: Viewer) -> None:
    set_accommodation(
        house.store,
        viewer=house.viewer("accommodations_officer"),
        person_id=learner.person_id,
        wish=Wish(150, 10, "own request", clock.now().date(), None),
        now=clock.now(),
    )


def test_an_officer_sets_and_ends_extra_time(house: House, monkeypatch) -> None:
    learner = house.viewer(name="Bo Berg")
    sign_in(house, monkeypatch, "employee", "accommodations_officer")

    at = open_page("accommodations", person=str(learner.person_id))
    at.selectbox(key="accommodations_time").select(150)
    at.selectbox(key="accommodations_breaks").select(20)
    at.button(key="accommodations_go").click().run()
    told = said(at)
    listed = said(open_page("accommodations"))
    at.button(key="accommodations_end").click().run()

    assert not at.exception
    assert "1.5 times the usual time" in told.replace("1.50", "1.5")
    assert "20 minutes of breaks a check" in told
    assert "**Bo Berg**" in listed
    assert "Nothing is set" in said(at)


def test_nobody_else_opens_the_page_of_extra_time(house: House, monkeypatch) -> None:
    learner = house.viewer()
    give(house, learner)
    sign_in(house, monkeypatch, "employee", "manager", "administrator")

    at = open_page("accommodations", person=str(learner.person_id))

    assert "You need the role accommodations officer" in said(at)
    assert "times the usual time" not in said(at)


def test_the_person_sees_the_own_time_under_my_data(house: House, monkeypatch) -> None:
    viewer = sign_in(house, monkeypatch)
    before = said(open_page("my_data"))
    give(house, viewer)

    after = said(open_page("my_data"))

    assert "You have the usual time in every check." in before
    assert "10 minutes of breaks a check" in after


def test_a_break_hides_the_question_until_its_learner_goes_on(house: House, monkeypatch) -> None:
    viewer = sign_in(house, monkeypatch)
    give(house, viewer)
    attempt_id = house.start(viewer, now=clock.now())
    stem = house.read(viewer, attempt_id).questions[0].question.stem

    at = open_page("check", attempt=str(attempt_id))
    shown = said(at)
    at.button(key="check_break").click().run()
    paused = said(at)
    break_left = read_clock(
        house.store, viewer=viewer, attempt_id=attempt_id, now=clock.now()
    ).break_left
    again = said(open_page("check", attempt=str(attempt_id)))
    at.button(key="check_go_on").click().run()

    assert stem in shown
    assert "27 minutes left" in shown
    assert stem not in paused + again
    assert "You are on a break" in paused
    assert break_left is not None
    assert stem in said(at)


def test_who_has_no_breaks_is_offered_none(house: House, monkeypatch) -> None:
    viewer = sign_in(house, monkeypatch)
    attempt_id = house.start(viewer, now=clock.now())

    at = open_page("check", attempt=str(attempt_id))

    assert "check_break" not in {one.key for one in at.button}
    assert "18 minutes left" in said(at)


def test_a_check_whose_time_is_over_is_handed_in_and_says_so(house: House, monkeypatch) -> None:
    viewer = sign_in(house, monkeypatch)
    begun = clock.now() - timedelta(minutes=MINUTES, seconds=1)
    attempt_id = house.start(viewer, now=begun)
    house.answer(viewer, attempt_id, 0, now=begun + timedelta(minutes=1))

    at = open_page("check", attempt=str(attempt_id))

    assert "The time was over: this check was handed in as it stood." in said(at)
    assert "Result" in at.title[0].value


@pytest.mark.parametrize(("minutes_ago", "is_told"), [(0, True), (5, False)])
def test_an_answer_given_at_once_is_a_guess_unless_its_question_may_have_been_read_before(
    house: House, monkeypatch, minutes_ago: int, *, is_told: bool
) -> None:
    """A check that is opened again: nobody knows how long its question was looked at."""
    viewer = sign_in(house, monkeypatch)
    attempt_id = house.start(viewer, now=clock.now() - timedelta(minutes=minutes_ago))
    questions = house.read(viewer, attempt_id).questions
    place = [one.question.type for one in questions].index("single")

    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page("app_pages/check.py")
    at.query_params["attempt"] = str(attempt_id)
    at.session_state[f"check_place_{attempt_id}"] = place
    at.run()
    at.radio(key=f"check_answer_{attempt_id}_{questions[place].position}").set_value("b").run()
    house.submit(viewer, attempt_id, now=clock.now())
    result = said(open_page("result", attempt=str(attempt_id)))

    assert ("1 answer came faster than its question can be read." in result) is is_told


def test_who_is_refused_for_a_break_is_not_told_to_auditors(house: House, monkeypatch) -> None:
    learner = sign_in(house, monkeypatch, "employee")
    attempt = house.start(learner, now=clock.now())

    @guarded
    def rest() -> None:
        begin_break(house.store, viewer=learner, attempt_id=attempt, now=clock.now())

    @guarded
    def answer() -> None:
        raise AttemptPaused

    @guarded
    def intrude() -> None:
        begin_break(house.store, viewer=learner, attempt_id=attempt + 1, now=clock.now())

    for deed in (rest, answer, intrude):
        deed()

    auditor = house.viewer("auditor")
    seen = read_deeds(house.store, viewer=auditor, wanted=Wanted(deed="refused"), page=1)
    assert ["nothing of yours" in row.payload for row in seen.rows] == [True]
