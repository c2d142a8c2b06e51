"""The people page: administrators find somebody, give and take, and nobody else gets in."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from db.store import Store, open_store
from portal import clock, loaders
from portal.access import Viewer
from portal.services.rights import PersonRights, give_lead, read_rights
from portal.services.sessions import find_viewer, start_session
from tests.factories import make_instance, make_person, make_team

APP = Path(__file__).resolve().parents[2] / "portal" / "app.py"
MARKUP = "<b>Eve</b> :red[x] **Berg** =1+1"


@pytest.fixture
def opened(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The portal's own store with one administrator in it."""
    made = open_store(sqlite_url)
    make_instance(made, synthetic=True)
    make_person(made, name="Ada Lind", roles=("employee", "administrator"))
    made.close()
    monkeypatch.setenv("PORTAL_DATABASE_URL", sqlite_url)
    loaders.forget()
    yield loaders.store()
    loaders.close()


Visit = Callable[..., AppTest]


@pytest.fixture
def visit(opened: Store, monkeypatch: pytest.MonkeyPatch) -> Visit:
    return partial(visit_people, opened, monkeypatch)


def visit_people(
    store: Store, monkeypatch: pytest.MonkeyPatch, person: str = "", *, viewer: int = 1
) -> AppTest:
    token = start_session(store, person_id=viewer, now=clock.now(), hours=1)
    monkeypatch.setattr(loaders, "session_token", lambda: token)
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page("app_pages/people.py")
    if person:
        at.query_params["person"] = person
    return at.run()


def rights(store: Store, person: int) -> PersonRights:
    viewer = Viewer(1, "Ada Lind", frozenset({"administrator"}), "builder")
    return read_rights(store, viewer=viewer, person_id=person, now=clock.now())


def said(at: AppTest) -> str:
    kinds = ("title", "header", "markdown", "info", "warning", "error", "success")
    return "\n".join(str(one.value) for kind in kinds for one in at.get(kind))


def test_somebody_is_found_by_a_part_of_the_name(visit: Visit, opened: Store) -> None:
    make_person(opened, name="Bo Berg")
    make_person(opened, name="Cy Dahl")

    at = visit()
    at.text_input(key="people_search").input("berg").run()

    assert "**Bo Berg**" in said(at)
    assert "Cy Dahl" not in said(at)
    for nothing in ("nobody at all", "' OR '1'='1", "%'; DROP TABLE person; --", "_"):
        at.text_input(key="people_search").input(nothing).run()
        assert "Nobody fits" in said(at), nothing


def test_a_role_is_given_and_taken_with_a_reason(visit: Visit, opened: Store) -> None:
    person = make_person(opened, name="Bo Berg")

    at = visit(str(person))
    at.selectbox(key="people_give_role").select("auditor")
    at.text_input(key="people_give_reason").input("Audit of the year")
    at.button(key="people_give_role_go").click().run()

    assert "The role is given" in said(at)
    assert rights(opened, person).person.roles == ("auditor", "employee")

    at.selectbox(key="people_take_role").select("auditor")
    at.text_input(key="people_take_reason").input("The year is over")
    at.button(key="people_take_role_go").click().run()

    assert "The role is taken" in said(at)
    assert rights(opened, person).person.roles == ("employee",)


def test_without_a_reason_the_page_says_what_is_missing(visit: Visit, opened: Store) -> None:
    person = make_person(opened, name="Bo Berg")

    at = visit(str(person))
    at.button(key="people_give_role_go").click().run()

    assert "Say why" in said(at)
    assert at.title[0].value == "Bo Berg"
    assert rights(opened, person).person.roles == ("employee",)


def test_a_deputy_is_added_and_ended(visit: Visit, opened: Store) -> None:
    make_team(opened, name="Claims", code="T1")
    person = make_person(opened, name="Bo Berg")

    at = visit(str(person))
    at.radio(key="people_lead_kind").set_value("deputy")
    at.button(key="people_lead_team_go").click().run()
    assert "Deputy of Claims" in said(at)
    assert "manager" in rights(opened, person).person.roles

    at.button(key="people_end_lead_go").click().run()
    assert "The last day is set" in said(at)
    assert rights(opened, person).leads[0].ends_on is not None


def test_an_administrator_ends_all_sessions_of_somebody(visit: Visit, opened: Store) -> None:
    person = make_person(opened, name="Bo Berg")
    token = start_session(opened, person_id=person, now=clock.now(), hours=8)

    at = visit(str(person))
    at.button(key="people_sessions").click().run()

    assert "1 session ended" in said(at)
    assert find_viewer(opened, token=token, now=clock.now(), idle_minutes=30) is None


def test_the_own_page_offers_no_role_and_no_team(visit: Visit, opened: Store) -> None:
    make_team(opened)

    at = visit("1")

    keys = {str(button.key) for button in at.button}
    assert "This is you" in said(at)
    assert "people_give_role_go" not in keys
    assert "people_lead_team_go" not in keys


def test_a_name_full_of_markup_is_shown_as_it_is(visit: Visit, opened: Store) -> None:
    person = make_person(opened, name=MARKUP)
    viewer = Viewer(1, "Ada Lind", frozenset({"administrator"}), "builder")
    give_lead(
        opened,
        viewer=viewer,
        person_id=person,
        team_id=make_team(opened, name="*Team* <i>"),
        kind="manager",
        starts_on=clock.now().date(),
        last_day=None,
        now=clock.now(),
    )

    for at in (visit(), visit(str(person))):
        assert ":red[" not in said(at).replace("\\:red\\[", "")
        assert "**Berg**" not in said(at)
        assert "<b>" not in said(at)
        assert not at.exception


@pytest.mark.parametrize("person", ["999999", "0", "-1", "abc", "9" * 40, "１"])  # noqa: RUF001
def test_a_forged_address_leads_to_a_sentence_or_the_list(visit: Visit, person: str) -> None:
    at = visit(person)

    assert not at.exception
    assert "help desk" not in said(at)
    assert "nobody under this address" in said(at) or at.title[0].value == "People"


@pytest.mark.parametrize("role", ["employee", "manager", "author", "auditor", "program_lead"])
def test_nobody_else_gets_to_the_people_page(visit: Visit, opened: Store, role: str) -> None:
    person = make_person(opened, roles=("employee", role))

    at = visit(viewer=person)

    assert "You need the role administrator" in said(at)
    assert not at.text_input
    kept = text("SELECT actor FROM audit WHERE deed = 'refused'")
    assert opened.read(lambda c: c.execute(kept).scalars().all()) == [f"person:{person}"]
