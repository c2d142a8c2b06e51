"""Every page for every role, through the entry script; what goes wrong is a sentence."""

import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from curriculum.read import read_curriculum, read_image
from db.queries.people import find_person_by_subject
from db.store import Store, open_store
from portal import clock, loaders
from portal.loaders import remembered_parse
from portal.services.demo import DemoPlan, fill_demo
from portal.services.people import PERSONA_ISSUER
from portal.services.publishing import publish
from portal.services.sessions import find_viewer, sign_out, start_session
from portal.services.tracks import choose_start
from tests.factories import make_person

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "portal" / "app.py"
LEARNER = ("home", "tracks", "my_skills", "tour")
COMPARING = ("programs", "own_data", "simulation")
ROLES = {
    "employee": LEARNER,
    "manager": (*LEARNER, *COMPARING, "team_growth", "places"),
    "program_lead": (*LEARNER, *COMPARING, "team_growth", "new_program"),
    "sponsor": (*LEARNER, *COMPARING, "team_growth"),
    "author": (*LEARNER, *COMPARING, "items", "lessons", "preview", "reviews", "to_grade"),
    "approver": (*LEARNER, "corrections", "items", "lessons", "preview", "reviews", "to_grade"),
    "auditor": LEARNER,
    "accommodations_officer": ("accommodations",),
    "administrator": (*LEARNER, "reviews"),
}
CLOSED = ("team_growth", "programs", "corrections", "items", "lessons", "preview", "reviews")
# What may be told of a fault: a number for the help desk, and nothing of the fault itself.
INCIDENT = re.compile(r"number [0-9A-F]{6}\b")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A SQLite file with the real curriculum and a demonstration of eight people."""
    path = tmp_path_factory.mktemp("filled") / "portal.db"
    shutil.copy(sqlite_template, path)
    store, now = open_store(f"sqlite:///{path}"), clock.now()
    curriculum = read_curriculum(ROOT, today=now.date(), parse=remembered_parse)
    publish(store, curriculum=curriculum, now=now, read_image=partial(read_image, ROOT))
    fill_demo(store, plan=DemoPlan(people=8), now=now, tell=lambda _line: None)
    store.close()
    return path


@pytest.fixture(scope="module")
def opened(filled: Path) -> Iterator[Store]:
    """The portal's own store on the filled file, for tests that leave no trace in others."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{filled}")
    loaders.forget()
    yield loaders.store()
    loaders.close()
    patch.undo()


Visit = Callable[..., AppTest]


@pytest.fixture
def visit(opened: Store, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Sign a persona in and open a page: `visit("manager", "team_growth")`."""
    return partial(visit_page, opened, monkeypatch)


def visit_page(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
    page: str = "home",
    **query: str,
) -> AppTest:
    """Open a page as the persona of a role, or as a person by their id."""
    if role:
        person = find_persona(store, role) if not role.isdigit() else int(role)
        token = start_session(store, person_id=person, now=clock.now(), hours=1)
    else:
        token = ""
    monkeypatch.setattr(loaders, "session_token", lambda: token)
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page(f"app_pages/{page}.py")
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def press(at: AppTest, key: str, *, to: str) -> AppTest:
    """Press a button that leads to another page.

    Streamlit's test takes the next step on the page it was told, not on the one it was led to.
    """
    at.button(key=key).click().run()
    return at.switch_page(f"app_pages/{to}.py").run()


def find_persona(store: Store, role: str) -> int:
    found = store.read(lambda c: find_person_by_subject(c, issuer=PERSONA_ISSUER, subject=role))
    assert found is not None
    return found


def said(at: AppTest) -> str:
    """Everything a page says, in one text."""
    kinds = ("title", "header", "subheader", "markdown", "info", "warning", "error", "success")
    return "\n".join(str(one.value) for kind in kinds for one in at.get(kind))


def keys(at: AppTest) -> set[str]:
    return {str(button.key) for button in at.button}


# --- pages and roles ------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "page"), [(r, p) for r, pages in ROLES.items() for p in pages])
def test_a_page_is_drawn_for_who_may_see_it(visit: Visit, role: str, page: str) -> None:
    query = {"module": "a3-traces"} if page == "preview" else {}

    at = visit(role, page, **query)

    assert not at.exception
    assert "help desk" not in said(at)
    assert len(at.title) == 1


@pytest.mark.parametrize("role", ROLES)
def test_a_page_of_another_role_is_not_there(visit: Visit, role: str) -> None:
    at = visit(role)

    for page in set(CLOSED) - set(ROLES[role]):
        with pytest.raises(ValueError, match="app_pages"):
            at.switch_page(f"app_pages/{page}.py")


def test_who_lost_a_role_loses_its_pages_at_the_next_step(
    visit: Visit, opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person(opened, roles=("employee", "author"))
    at = visit(str(person), "lessons")
    assert at.title[0].value == "Lessons"

    opened.write(
        lambda c: c.execute(
            text("UPDATE role_grant SET revoked_at = granted_at WHERE role = 'author'"
                 " AND person_id = :person"), {"person": person},
        )
    )  # fmt: skip
    at.run()

    assert "Lessons" not in [one.value for one in at.title]


def test_a_stranger_sees_the_entry_page_under_every_address(visit: Visit) -> None:
    for page in ("home", "lesson", "team_growth", "lessons", "check"):
        at = visit("", page, module="a3-traces", attempt="1")

        assert {"entry_employee", "entry_manager", "entry_author"} <= keys(at)
        assert "synthetic data" in at.warning[0].value
        assert len(at.title) == 1


def test_a_session_ended_elsewhere_shows_the_entry_page_at_the_next_step(
    visit: Visit, opened: Store
) -> None:
    at = visit("employee", "tracks")
    sign_out(opened, token=loaders.session_token(), now=clock.now())

    at.run()

    assert "entry_employee" in keys(at)
    assert "My tracks" not in [one.value for one in at.title]


# --- the employee's way ---------------------------------------------------------------------------


def test_a_check_that_is_due_on_home_is_one_click_away(visit: Visit) -> None:
    at = visit("employee")

    at.button(key="home_due_0").click().run()

    assert at.query_params["attempt"]
    assert {"check_next", "check_submit"} & keys(at)
    assert not at.exception


def test_home_continues_where_the_learner_stopped(visit: Visit) -> None:
    at = visit("employee")
    assert "Lesson 2 of" in said(at)

    at.button(key="home_continue").click().run()

    assert "After this lesson you can" in said(at)


def test_the_first_visit_leads_to_a_lesson_within_three_clicks(visit: Visit, opened: Store) -> None:
    newcomer = make_person(opened, role_profile="case-handler", name="Nia Okafor")

    at = visit(str(newcomer))
    assert "case handler" in said(at).casefold()
    press(at, "home_start_workflow", to="track")
    at.button(key="track_skip").click().run()
    at.button(key="track_module_w3-thresholds-capacity").click().run()

    assert "After this lesson you can" in said(at)


def test_a_deep_link_opens_its_lesson(visit: Visit) -> None:
    at = visit(
        "employee", "lesson", module="a3-traces", lesson="a3-traces.measures-that-change-a-decision"
    )

    assert "Measures" in at.title[0].value


def test_a_module_alone_opens_its_first_lesson(visit: Visit) -> None:
    at = visit("employee", "lesson", module="a3-traces")

    assert "Anatomy of a run" in at.title[0].value


@pytest.mark.parametrize(
    ("page", "query", "says"),
    [
        ("lesson", {"lesson": "a3-traces.gone"}, "not published"),
        ("lesson", {}, "not published"),
        ("check", {"attempt": "1"}, "nothing of yours"),
        ("check", {"attempt": "99999999999999999"}, "nothing of yours"),
        ("check", {"attempt": "-1"}, "nothing of yours"),
        ("check", {"attempt": "1 OR 1=1"}, "nothing of yours"),
        ("check", {}, "nothing of yours"),
        ("result", {"attempt": "1"}, "nothing of yours"),
        ("result", {"attempt": "\u0661"}, "nothing of yours"),
    ],
)
def test_an_address_that_is_refused_says_so_under_a_lock(
    visit: Visit, page: str, query: dict[str, str], says: str
) -> None:
    at = visit("employee", page, **query)

    assert says in at.info[0].value
    assert at.info[0].icon == ":material/lock:"
    assert not at.exception
    assert not at.error


def test_an_unknown_track_offers_the_way_back_and_is_written_down(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    at = visit("employee", "track", track="gone")

    assert "no such track" in said(at)
    at.button(key="track_missing").click().run()
    assert at.title[0].value == "My tracks"
    assert "refused: There is no such track" in caplog.messages


def test_a_lesson_check_explains_after_answering_and_never_before(
    visit: Visit, opened: Store
) -> None:
    learner = make_person(opened, role_profile="builder")
    item = first_item(opened, "a3-traces.anatomy-of-a-run", type_="single")
    feedbacks = [choice.feedback[:60] for choice in item.choices]

    at = visit(str(learner), "lesson", module="a3-traces")
    before = said(at)
    radio = next(one for one in at.radio if set(one.options) == {c.text for c in item.choices})
    key = str(radio.key).rpartition("_")[0]
    radio.set_value(next(choice.key for choice in item.choices if choice.right))
    at.button(key=f"{key}_answer").click().run()
    after = said(at)

    assert not any(words in before for words in feedbacks)
    assert all(words in after for words in feedbacks)
    assert "Saved " in after


def first_item(store: Store, lesson_id: str, *, type_: str):
    catalogue = loaders.catalogue()
    items = (
        loaders.item(catalogue.item_revisions[id_]) for id_ in catalogue.lessons[lesson_id].item_ids
    )
    return next(item for item in items if item.type == type_)


def test_a_check_is_taken_from_its_track_to_its_result(visit: Visit, opened: Store) -> None:
    learner = make_person(opened, role_profile="builder")

    at = visit(str(learner), "track", track="governance")
    press(at, "track_start", to="check")
    assert "Question 1 of 12" in [one.proto.text for one in at.get("progress")]
    for number in range(12):
        answer_anything(at)
        assert "Saved " in said(at)
        if number < 11:
            at.button(key="check_next").click().run()
    at.button(key="check_submit").click().run()

    assert "Result:" in at.title[0].value
    assert "By topic" in said(at)
    assert not at.error


def answer_anything(at: AppTest) -> None:
    """Choose the first option of whatever kind the open question is."""
    boxes = [one for one in at.checkbox if str(one.key).startswith("check_answer")]
    if boxes:
        boxes[0].check()
    for radio in at.radio:
        # Two lists of one question (best and worst) must not get the same choice.
        taken = [one.value for one in at.radio if one is not radio]
        radio.set_value(next(value for value in "abcdef" if value not in taken))
    for number, list_ in enumerate(at.selectbox):
        list_.select_index(number)
    for line in at.text_input:
        line.set_value("12")
    at.run()


def test_the_start_check_may_be_skipped_and_that_is_remembered(visit: Visit, opened: Store) -> None:
    learner = make_person(opened, role_profile="builder")
    at = visit(str(learner), "track", track="rag")

    at.button(key="track_skip").click().run()

    assert "track_start" not in keys(at)
    assert "track_start" not in keys(visit(str(learner), "track", track="rag"))


def test_my_skills_shows_no_skill_of_anybody_else(visit: Visit, opened: Store) -> None:
    learner = make_person(opened, role_profile="builder")

    at = visit(str(learner), "my_skills")

    assert "No skill estimate yet" in said(at)
    assert not at.get("vega_lite_chart")


# --- manager and author ---------------------------------------------------------------------------


def test_team_growth_names_no_person(visit: Visit, opened: Store) -> None:
    rows = text("SELECT name FROM person WHERE subject LIKE 'team-%'")
    names = opened.read(lambda c: set(c.execute(rows).scalars()))

    told = said(visit("manager", "team_growth")) + said(visit("program_lead", "team_growth"))

    assert names
    assert not [name for name in names if name in told]


def test_a_learner_with_a_team_may_not_choose_it_as_a_manager(visit: Visit, opened: Store) -> None:
    manager = make_person(opened, roles=("employee", "manager"))

    at = visit(str(manager), "team_growth")

    assert "You lead no team yet" in said(at)
    assert not at.selectbox


def test_the_author_sees_every_module_on_disk(visit: Visit) -> None:
    at = visit("author", "lessons")

    told = said(at)
    for module in loaders.catalogue().modules.values():
        assert module.title in told
    assert "lessons_publish" in keys(at)


def test_an_approver_reads_drafts_and_may_not_publish_them(visit: Visit) -> None:
    at = visit("approver", "lessons")

    assert not {key for key in keys(at) if key.startswith("lessons_publish")}


def test_a_preview_keeps_nothing(visit: Visit, opened: Store) -> None:
    def count() -> int:
        return opened.read(lambda c: c.execute(text("SELECT count(*) FROM attempt")).scalar_one())

    before = count()
    at = visit("author", "preview", module="a3-traces")

    assert "Anatomy of a run" in at.title[0].value
    assert count() == before


def test_the_tour_offers_each_role_its_own_places(visit: Visit) -> None:
    employee, manager = visit("employee", "tour"), visit("manager", "tour")

    assert "tour_team_growth" not in keys(employee)
    assert "tour_team_growth" in keys(manager)


# --- when something breaks ------------------------------------------------------------------------


@pytest.fixture
def own_copy(filled: Path, tmp_path: Path, opened: Store) -> Iterator[Path]:
    """A copy of the filled database behind the portal, to break."""
    path = tmp_path / "own.db"
    shutil.copy(filled, path)
    patch = pytest.MonkeyPatch()
    patch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{path}")
    before = loaders.house()
    loaders.forget()
    yield path
    loaders.forget()
    patch.undo()
    assert loaders.house().settings == before.settings


def sign_in_at(path: Path, monkeypatch: pytest.MonkeyPatch, *, role: str = "employee") -> AppTest:
    store = loaders.store()
    token = start_session(store, person_id=find_persona(store, role), now=clock.now(), hours=1)
    monkeypatch.setattr(loaders, "session_token", lambda: token)
    return AppTest.from_file(str(APP), default_timeout=60)


def assert_told_without_a_traceback(at: AppTest, *, secrets: tuple[str, ...]) -> None:
    assert not at.exception
    words = " ".join(one.value for one in (*at.error, *at.warning))
    assert INCIDENT.search(words)
    assert not [secret for secret in (*secrets, "Traceback", "sqlite", ".py") if secret in words]


def test_a_broken_database_is_told_with_a_number_and_no_traceback(
    own_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = sign_in_at(own_copy, monkeypatch).run()
    assert not at.error

    loaders.store().write(lambda c: c.execute(text("DROP TABLE progress")))
    at.run()

    assert_told_without_a_traceback(at, secrets=("progress", str(own_copy)))


def test_a_missing_database_is_told_with_a_number_and_no_traceback(
    own_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = sign_in_at(own_copy, monkeypatch)
    loaders.store().close()
    loaders.forget()
    own_copy.unlink()

    at.run()

    assert "database" in said(at)
    assert_told_without_a_traceback(at, secrets=(str(own_copy),))


def test_a_fault_in_a_page_leaves_the_other_pages_standing(
    own_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = sign_in_at(own_copy, monkeypatch)
    loaders.store().write(lambda c: c.execute(text("DROP TABLE progress")))
    at.run()

    at.switch_page("app_pages/tour.py").run()

    assert at.title[0].value == "Tour"
    assert not at.error


def test_an_answer_that_reaches_no_disk_says_not_saved_and_stays(
    own_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = sign_in_at(own_copy, monkeypatch)
    store = loaders.store()
    viewer = find_viewer(store, token=loaders.session_token(), now=clock.now(), idle_minutes=30)
    assert viewer is not None
    choose_start(
        store,
        viewer=viewer,
        catalogue=loaders.catalogue(),
        track_id="governance",
        choice="skipped",
        now=clock.now(),
    )
    at.switch_page("app_pages/track.py")
    at.query_params["track"] = "governance"
    at.run()
    press(at, "track_check", to="check")

    store.write(lambda c: c.exec_driver_sql("PRAGMA query_only = ON"))
    answer_anything(at)
    told = said(at)
    store.close()
    loaders.forget()
    at.button(key="check_again").click().run()

    assert "Not saved" in told
    assert INCIDENT.search(told)
    assert "Saved " not in told
    assert "Saved " in said(at)


def test_a_skill_nobody_was_checked_in_is_no_hidden_figure(visit: Visit) -> None:
    at = visit("manager", "team_growth")
    opened = at.selectbox(key="team_growth_skill").value
    at.selectbox(key="team_growth_skill").select("ai-sense").run()

    assert opened in {"workflow-redesign", "agent-operations"}
    assert "No check taken yet" in said(at)
    assert "Hidden to keep people private" not in said(at)


def test_a_track_narrows_the_skills_and_programs_to_its_own(visit: Visit) -> None:
    at = visit("program_lead", "team_growth")
    at.selectbox(key="team_growth_track").select("workflow").run()
    assert at.selectbox(key="team_growth_skill").options == ["Workflow redesign"]

    at = visit("program_lead", "programs")
    at.selectbox(key="programs_track").select("agents").run()
    assert at.selectbox(key="programs_program").options == [
        "AI agents, everyone chose their own route"
    ]
    assert not at.exception


def test_a_manager_filters_programs_by_units_of_the_own_line(visit: Visit) -> None:
    at = visit("manager", "programs")

    units = at.selectbox(key="programs_line")
    units.select_index(len(units.options) - 1).run()
    assert not at.exception
    assert "lock" not in said(at)


def test_the_grid_of_skills_stands_beside_growth(visit: Visit) -> None:
    at = visit("program_lead", "team_growth")

    assert "Team by skill" in [one.label for one in at.tabs]
    assert not at.exception


def test_the_report_is_offered_under_a_comparison(visit: Visit) -> None:
    at = visit("program_lead", "programs")

    assert "Report as a file" in [one.proto.label for one in at.get("download_button")]


def test_background_work_is_listed_for_administrators(visit: Visit) -> None:
    at = visit("administrator", "jobs")

    assert at.title[0].value == "Background work"
    assert not at.exception
