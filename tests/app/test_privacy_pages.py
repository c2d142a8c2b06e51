"""The own page of what is recorded, the levels managers are shown, and erasing on the page."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db.store import Store, open_store
from portal import clock, loaders
from portal.access import Viewer
from portal.services.consenting import give_consent, take_consent_back
from portal.services.sessions import start_session
from tests.factories import lead_team, make_instance, make_person, make_team

APP = Path(__file__).resolve().parents[2] / "portal" / "app.py"
MARKUP = "<b>Bo</b> :red[x] **Berg**"
ADMINISTRATOR, LEARNER, MANAGER = 1, 2, 3


@pytest.fixture
def opened(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An administrator, a learner in a team, and the manager of that team."""
    made = open_store(sqlite_url)
    make_instance(made, synthetic=True)
    make_person(made, name="Ada Lind", roles=("employee", "administrator"))
    team = make_team(made, name="Claims")
    make_person(made, name=MARKUP, team=team)
    lead_team(made, person=make_person(made, name="Joan", roles=("employee", "manager")), team=team)
    made.close()
    monkeypatch.setenv("PORTAL_DATABASE_URL", sqlite_url)
    loaders.forget()
    yield loaders.store()
    loaders.close()


@pytest.fixture
def visit(opened: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    return partial(visit_page, opened, monkeypatch)


def visit_page(
    store: Store, monkeypatch: pytest.MonkeyPatch, page: str, *, viewer: int, person: str = ""
) -> AppTest:
    token = start_session(store, person_id=viewer, now=clock.now(), hours=1)
    monkeypatch.setattr(loaders, "session_token", lambda: token)
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page(f"app_pages/{page}.py")
    if person:
        at.query_params["person"] = person
    return at.run()


def said(at: AppTest) -> str:
    kinds = ("title", "header", "markdown", "info", "warning", "error", "success")
    return "\n".join(str(one.value) for kind in kinds for one in at.get(kind))


def learner() -> Viewer:
    return Viewer(LEARNER, "Bo", frozenset({"employee"}), "all-staff")


def test_a_person_shows_their_levels_and_takes_it_back_with_one_click_each(visit):
    at = visit("my_data", viewer=LEARNER)
    assert "Only you see your levels" in said(at)
    assert "Joan" in said(at)

    at.button(key="my_data_give").click().run()
    assert "Your managers see your level" in said(at)

    at.button(key="my_data_take_back").click().run()
    assert "Only you see your levels" in said(at)
    assert not at.exception


@pytest.mark.parametrize(
    ("role", "theirs", "not_theirs"),
    [
        ("auditor", "Audit trail", "People"),
        ("accommodations_officer", "Extra time", "Audit trail"),
        ("administrator", "People", "Extra time"),
    ],
)
def test_who_does_not_learn_finds_the_own_pages_on_home_and_the_own_data(
    opened, visit, role, theirs, not_theirs
):
    person = make_person(opened, name="Cy Dahl", roles=(role,))

    home = visit("home", viewer=person)
    data = visit("my_data", viewer=person)

    links = {link.proto.label for link in home.main.get("page_link")}
    assert {theirs, "My data"} <= links
    assert not {not_theirs, "My tracks", "My skills"} & links
    assert not home.info
    assert "These pages are yours" in said(home)
    assert data.title[0].value == "What is recorded about me"
    assert data.download_button
    assert not data.info


def test_who_has_no_role_is_told_whom_to_ask(opened, visit):
    home = visit("home", viewer=make_person(opened, name="Cy Dahl", roles=()))

    assert "Ask the people desk" in said(home)
    assert not home.main.get("page_link")


def test_the_page_says_what_is_recorded_why_how_long_and_who_sees_it(visit):
    at = visit("my_data", viewer=LEARNER)

    text = said(at)
    assert at.title[0].value == "What is recorded about me"
    for words in ("Why:**", "How long:**", "Who sees it:**", "Any ranking of people"):
        assert words in text
    assert len(at.expander) >= 14


def test_a_manager_sees_who_shows_levels_until_it_is_taken_back(visit, opened):
    assert "Nobody shows you their levels" in said(visit("shown_levels", viewer=MANAGER))

    give_consent(opened, viewer=learner(), now=clock.now())
    at = visit("shown_levels", viewer=MANAGER)
    at.selectbox(key="shown_levels_person").select(LEARNER).run()
    assert "shown since" in said(at)
    assert "**Berg**" not in said(at)
    assert not at.exception

    take_consent_back(opened, viewer=learner(), now=clock.now())
    at.run()
    assert "shown since" not in said(at)
    assert "Nobody shows you their levels" in said(at)


def test_a_look_stands_on_the_persons_own_page(visit, opened):
    give_consent(opened, viewer=learner(), now=clock.now())
    visit("shown_levels", viewer=MANAGER).selectbox(key="shown_levels_person").select(LEARNER).run()

    assert "Looked at 1 time." in said(visit("my_data", viewer=LEARNER))


def test_an_employee_has_no_page_of_shown_levels(visit):
    assert "You need the role manager" in said(visit("shown_levels", viewer=LEARNER))


def test_an_administrator_erases_after_looking_at_what_goes(visit):
    at = visit("people", viewer=ADMINISTRATOR, person=str(LEARNER))
    at.checkbox(key=f"people_erase_look_{LEARNER}").check().run()
    assert at.button(key="people_erase_go").disabled

    at.checkbox(key=f"people_erase_{LEARNER}").check().run()
    at.button(key="people_erase_go").click().run()

    assert "Erased." in said(at)
    assert at.title[0].value == "Erased person"
    assert not at.get("checkbox")


def test_nobody_is_offered_to_erase_themselves(visit):
    at = visit("people", viewer=ADMINISTRATOR, person=str(ADMINISTRATOR))

    assert not [one for one in at.checkbox if str(one.key).startswith("people_erase")]
