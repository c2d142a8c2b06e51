"""The pages around programs: run one, give places, choose a route, own data, choosing, waves."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel
from streamlit.testing.v1 import AppTest

from portal import clock, loaders
from portal.access import Viewer
from portal.services.own_data import MOST_BYTES, example_file
from portal.services.sessions import start_session
from tests.app.compared import make_rows
from tests.db import test_waves
from tests.db.test_program_plans import Bank
from tests.factories import NOW, lead_team
from tests.small_house import House

APP = Path(loaders.__file__).with_name("app.py")


@pytest.fixture(autouse=True)
def day_of_the_factories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def visit(house: House, monkeypatch: pytest.MonkeyPatch):
    """Open a page as somebody."""

    def open_page(viewer: Viewer, page: str, **query: str) -> AppTest:
        token = start_session(house.store, person_id=viewer.person_id, now=NOW, hours=1)
        monkeypatch.setattr(loaders, "session_token", lambda: token)
        at = AppTest.from_file(str(APP), default_timeout=60)
        at.switch_page(f"app_pages/{page}.py")
        for name, value in query.items():
            at.query_params[name] = value
        return at.run()

    return open_page


def said(at: AppTest) -> str:
    kinds = ("title", "header", "markdown", "info", "warning", "error", "success")
    return "\n".join(str(one.value) for kind in kinds for one in at.get(kind))


def keys(at: AppTest) -> set[str]:
    return {str(one.key) for one in at.button}


# --- running a program ----------------------------------------------------------------------------


def test_without_a_program_the_page_says_what_to_do(house: House, visit) -> None:
    at = visit(Bank(house, 2).lead, "new_program")

    assert "No program is planned yet" in said(at)
    assert "new_program_create" in keys(at)


def test_a_program_goes_from_the_form_to_a_draw_that_can_be_run_again(house: House, visit) -> None:
    bank = Bank(house, *[6] * 8)

    at = visit(bank.lead, "new_program")
    at.text_input(key="new_program_name").input("Spring")
    at.multiselect(key="new_program_tracks").select("agents")
    at.multiselect(key="new_program_units").select(bank.unit)
    at.button(key="new_program_create").click().run()

    assert not at.exception
    assert "Plan not frozen yet" in said(at)
    assert "This program could detect" in said(at)
    assert "48 people · 8 teams" in said(at)
    assert "new_program_draw" not in keys(at)

    at.button(key="new_program_freeze").click().run()
    assert "new_program_freeze" not in keys(at)
    assert "Fingerprint" in said(at)
    assert "Tell nobody their place before the first check has closed" in said(at)
    at.button(key="new_program_draw").click().run()
    assert "individuals within team" in said(at)
    at.button(key="new_program_again").click().run()
    assert "The same list came out: 48 people" in said(at)


def test_what_is_wrong_with_a_wish_is_said_on_the_page(house: House, visit) -> None:
    bank = Bank(house, 2)

    at = visit(bank.lead, "new_program")
    at.button(key="new_program_create").click().run()

    assert "Give the program a name" in said(at)
    assert bank.rows("SELECT id FROM program") == []


def test_a_program_too_small_for_any_answer_says_so_before_it_starts(house: House, visit) -> None:
    bank = Bank(house, 3, 3)
    program = bank.plan()

    at = visit(bank.lead, "new_program", program=str(program))

    assert "This program cannot answer" in said(at)


def test_a_plan_can_be_changed_on_the_page_until_it_is_frozen(house: House, visit) -> None:
    bank = Bank(house, 3)
    program = bank.plan(frozen=False)

    at = visit(bank.lead, "new_program", program=str(program))
    at.radio(key=f"new_program_change_{program}_occasion").set_value("plus6")
    at.button(key="new_program_save").click().run()

    assert "Check that decides: +6 months" in said(at)
    assert bank.rows("SELECT occasion FROM program_plan") == [("plus6",)]


def test_a_program_is_compared_at_the_check_its_plan_lets_decide(house: House, visit) -> None:
    bank = Bank(house, 4)
    program = bank.plan(occasion="plus3")

    at = visit(bank.lead, "programs")

    assert at.selectbox(key=f"programs_target_{program}").value == "plus3"


def test_a_program_changed_past_its_plan_says_so_on_its_sheet(house: House, visit) -> None:
    bank = Bank(house, 4)
    program = bank.plan()
    house.store.write(lambda c: c.execute(text("UPDATE program SET design = 'self'")).rowcount)

    at = visit(bank.lead, "new_program", program=str(program))

    assert "no longer what its plan promised" in said(at)


@pytest.mark.parametrize("page", ["new_program", "places", "own_data", "simulation"])
def test_an_employee_is_told_which_role_the_page_needs(house: House, visit, page) -> None:
    at = visit(house.viewer(), page)

    assert "You need the role" in said(at)
    assert not at.exception


# --- choices --------------------------------------------------------------------------------------


def test_a_manager_gives_places_on_the_page(house: House, visit) -> None:
    bank = Bank(house, 2)
    program = bank.plan(design="manager")
    manager = house.viewer("employee", "manager")
    lead_team(house.store, person=manager.person_id, team=bank.teams[0])
    learner = bank.rows("SELECT min(person_id) FROM team_member")[0][0]

    at = visit(manager, "places")
    assert at.button(key=f"places_give_{program}").disabled
    at.button_group(key=f"places_{program}_{learner}").set_value("structured").run()
    at.button(key=f"places_give_{program}").click().run()

    assert bank.rows("SELECT learner_id, arm, assigned_by FROM enrolment") == [
        (learner, "structured", "manager")
    ]
    assert "check_circle: Ada Lind: Structured" in said(at)


def test_a_manager_without_places_to_give_is_told_so(house: House, visit) -> None:
    at = visit(house.viewer("employee", "manager"), "places")

    assert "No places to give" in said(at)


def test_a_learner_chooses_a_route_on_the_page_of_the_track(house: House, visit) -> None:
    bank = Bank(house, 2)
    program = bank.plan(design="self")
    learner = house.viewer(team=bank.teams[0])

    at = visit(learner, "track", track="agents")
    at.button(key=f"track_offer_{program}_self_directed").click().run()

    assert "You chose the route “Self-directed”" in said(at)
    assert bank.rows("SELECT arm, assigned_by FROM enrolment") == [("self_directed", "self")]


def test_who_is_not_meant_sees_no_choice_on_the_track(house: House, visit) -> None:
    bank = Bank(house, 2)
    bank.plan(design="self")

    at = visit(house.viewer(), "track", track="agents")

    assert not {one for one in keys(at) if one.startswith("track_offer")}


# --- own data -------------------------------------------------------------------------------------


def held(house: House, folder: Path) -> tuple[dict[str, int], set[str]]:
    """How many rows each table has, and which files lie about."""
    counts = {
        one.name: house.store.read(
            lambda c, one=one: c.execute(text(f'SELECT count(*) FROM "{one.name}"')).scalar()
        )
        for one in SQLModel.metadata.sorted_tables
    }
    return counts, {str(path) for path in folder.rglob("*") if path.is_file()}


def bring(at: AppTest, content: bytes, *, name: str = "mine.csv") -> AppTest:
    return at.file_uploader(key="own_data_file").upload(name, content, "text/csv").run()


def test_a_file_gets_its_verdict_and_leaves_no_trace(house: House, visit, tmp_path: Path) -> None:
    lead = Bank(house).lead
    at = visit(lead, "own_data")
    assert "No file yet" in said(at)
    before = held(house, tmp_path)

    at.toggle(key="own_data_drawn").set_value(True)
    bring(at, example_file())

    assert not at.exception
    assert "Fair comparison: places were drawn by lot" in said(at)
    assert "How large is the difference?" in said(at)
    assert held(house, tmp_path) == before


def test_a_fault_is_said_with_row_and_column_and_nothing_is_drawn(house: House, visit) -> None:
    at = bring(visit(Bank(house).lead, "own_data"), b"learner_id,team_id,arm,score\na,t,x,500\n")

    (error,) = at.error
    assert "row 2, column arm" in error.value.replace("\\", "")
    assert at.get("vega_lite_chart") == []


@pytest.mark.parametrize("kind", ["compare", "growth", "attrition"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (example_file().replace(b",", b";"), "row 1: expected commas"),
        (b"x" * (MOST_BYTES + 1), "expected at most 5 MB"),
    ],
    ids=["semicolons", "too large"],
)
def test_nothing_of_a_good_file_stays_when_a_bad_one_follows(
    house: House, visit, kind, content, words
) -> None:
    at = visit(Bank(house).lead, "own_data")
    at.button_group(key="own_data_kind").set_value(kind).run()
    bring(at, example_file())
    assert at.get("vega_lite_chart")

    bring(at, content)

    (error,) = at.error
    assert words in error.value.replace("\\", "")
    assert at.get("vega_lite_chart") == []
    assert [len(one) for one in (at.header, at.metric, at.dataframe)] == [0, 0, 0]


def test_a_file_of_the_motivated_is_refused_on_the_page(house: House, visit) -> None:
    rows = make_rows(assignment="theta0", selection=1.5).rename(
        columns={"learner": "learner_id", "team": "team_id", "time": "time_months"}
    )
    at = bring(visit(Bank(house).lead, "own_data"), rows.to_csv(index=False).encode())

    assert "What would make it fair" in said(at)
    assert len(at.metric) == 0


@pytest.mark.parametrize(("kind", "words"), [("growth", "Growth"), ("attrition", "Who left?")])
def test_growth_and_leaving_of_a_file_are_shown_too(house: House, visit, kind, words) -> None:
    at = visit(Bank(house).lead, "own_data")
    at.button_group(key="own_data_kind").set_value(kind).run()
    bring(at, example_file())

    assert not at.exception
    assert words in [one.value for one in at.header]


# --- choosing and waves ---------------------------------------------------------------------------


def test_the_bench_shows_the_gap_and_the_refusal(house: House, visit) -> None:
    at = visit(Bank(house).lead, "simulation")
    assert "The truth is 0." in said(at)

    at.slider(key="simulation_strength").set_value(4.0).run()

    assert "The portal refuses" in said(at)
    assert len(at.get("vega_lite_chart")) == 1


def test_other_learners_are_drawn_by_their_number(house: House, visit) -> None:
    at = visit(Bank(house).lead, "simulation")
    at.button(key="simulation_again").click().run()

    assert "Draw number 4" in said(at)


def test_a_program_in_waves_shows_its_event_study(house: House, visit) -> None:
    bank, _program = test_waves.drawn_in_waves(house, effect=0.8)

    at = visit(bank.lead, "programs")

    assert not at.exception
    assert "Structured learning led to higher scores" in said(at)
    assert "What the start did, in points" in said(at)
    assert len(at.get("vega_lite_chart")) == 1


def test_a_wave_program_without_checks_says_what_is_needed(house: House, visit) -> None:
    bank = Bank(house, 4, 4)
    bank.draw(bank.plan(design="wave"))

    at = visit(bank.lead, "programs")

    assert "No effect is shown yet" in said(at)
    assert at.get("vega_lite_chart") == []
