"""The demonstration: invented people, real services, and never where people are real."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from curriculum.model import Curriculum
from curriculum.read import read_curriculum, read_image
from db.queries.audit import verify_answers, verify_chain
from db.queries.growth import compare_growth
from db.store import Store, open_store
from portal.__main__ import main
from portal.access import Viewer
from portal.loaders import remembered_parse
from portal.services.catalogue import read_catalogue
from portal.services.counting import count_answers
from portal.services.demo import DemoPlan, DemoRefused, fill_demo
from portal.services.measuring import item_reader
from portal.services.organisation import team_sizes
from portal.services.people import is_empty, is_synthetic, read_personas
from portal.services.publishing import publish
from portal.services.tracks import read_home
from tests.conftest import _database_url, run_on_server
from tests.factories import NOW, TODAY, make_instance

ROOT = Path(__file__).resolve().parents[2]
MEDIUM = 20
OIDC = {
    "PORTAL_AUTH": "oidc",
    "PORTAL_OIDC_METADATA_URL": "https://id.example/.well-known/openid-configuration",
    "PORTAL_OIDC_CLIENT_ID": "portal",
    "PORTAL_OIDC_CLIENT_SECRET": "secret",
    "PORTAL_PUBLIC_URL": "https://portal.example",
    "PORTAL_COOKIE_SECRET": "x" * 40,
}


@dataclass
class Demo:
    """A filled demonstration, and what was told while it was made."""

    store: Store
    told: list[str]

    def rows(self, query: str) -> list[tuple]:
        """Return the rows of a query."""
        found = self.store.read(lambda c: c.execute(text(query)).all())
        return [tuple(row) for row in found]

    def one(self, query: str) -> object:
        """Return the one value of a query."""
        return self.rows(query)[0][0]


@pytest.fixture(scope="module")
def real_curriculum() -> Curriculum:
    return read_curriculum(ROOT, today=TODAY, parse=remembered_parse)


@pytest.fixture(scope="module")
def fill(real_curriculum: Curriculum) -> Callable[..., Demo]:
    def fill_(url: str, *, people: int, seed: int = 7) -> Demo:
        store, told = open_store(url), []
        if not url.startswith("sqlite"):
            publish_real(store, real_curriculum)
        fill_demo(store, plan=DemoPlan(people=people, seed=seed), now=NOW, tell=told.append)
        return Demo(store, told)

    return fill_


@pytest.fixture(scope="module")
def published(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, real_curriculum: Curriculum
) -> Path:
    """A file with the real curriculum published, copied for each filling."""
    path = tmp_path_factory.mktemp("published") / "portal.db"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    publish_real(store, real_curriculum)
    store.close()
    return path


def publish_real(store: Store, curriculum: Curriculum) -> None:
    publish(store, curriculum=curriculum, now=NOW, read_image=partial(read_image, ROOT))


@pytest.fixture(scope="module")
def new_sqlite_url(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    def make() -> str:
        path = tmp_path_factory.mktemp("demo") / "portal.db"
        shutil.copy(published, path)
        return f"sqlite:///{path}"

    return make


@pytest.fixture(scope="module")
def demo_postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    name = f"portal_demo_{os.getpid()}"
    run_on_server(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield _database_url(postgres_server, name)
    run_on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def small_sqlite(fill, new_sqlite_url) -> Iterator[Demo]:
    """Eight people, the fewest there may be, in a SQLite file."""
    demo = fill(new_sqlite_url(), people=8)
    yield demo
    demo.store.close()


@pytest.fixture(scope="module")
def small_postgresql(fill, demo_postgres_url: str) -> Iterator[Demo]:
    """The same on PostgreSQL."""
    demo = fill(demo_postgres_url, people=8)
    yield demo
    demo.store.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def small(request: pytest.FixtureRequest) -> Demo:
    """Eight people on each of the two engines."""
    return request.getfixturevalue(f"small_{request.param}")


@pytest.fixture(scope="module")
def medium(fill, new_sqlite_url) -> Iterator[Demo]:
    """Twenty people, enough for three teams."""
    demo = fill(new_sqlite_url(), people=MEDIUM)
    yield demo
    demo.store.close()


def persona(demo: Demo, role: str) -> Viewer:
    found = next(one for one in read_personas(demo.store) if one.role == role)
    roles = frozenset({role, "employee"})
    return Viewer(found.person_id, found.name, roles, "case-handler")  # type: ignore[arg-type]


# --- eight people ---------------------------------------------------------------------------------


def test_the_database_says_that_everybody_is_invented(small: Demo) -> None:
    assert is_synthetic(small.store)
    assert not is_empty(small.store)


def test_the_stored_growth_equals_a_recount(small: Demo) -> None:
    assert small.store.read(compare_growth).empty
    assert small.one("SELECT count(*) FROM growth_cell") > 0


def test_every_answer_and_deed_is_in_the_chain(small: Demo) -> None:
    assert small.store.read(verify_chain) == []
    assert small.store.read(verify_answers) == []


def test_every_check_was_answered_item_by_item_and_handed_in(small: Demo) -> None:
    answers = small.rows(
        "SELECT attempt.id, count(answer.id) FROM attempt JOIN answer"
        " ON answer.attempt_id = attempt.id WHERE kind = 'check' GROUP BY attempt.id"
    )

    assert {count for _attempt, count in answers} == {12}
    assert len(answers) == small.one("SELECT count(*) FROM result")
    assert small.one("SELECT count(*) FROM attempt WHERE submitted_at IS NULL") == small.one(
        "SELECT count(*) FROM attempt WHERE kind = 'practice' AND submitted_at IS NULL"
    )


def test_results_belong_to_three_occasions_and_two_arms(small: Demo) -> None:
    rows = small.rows("SELECT DISTINCT arm, occasion FROM result")

    assert set(rows) == {
        (arm, occasion)
        for arm in ("structured", "self_directed")
        for occasion in ("baseline", "end", "plus6")
    }


def test_one_program_was_drawn_before_anybody_opened_a_lesson(small: Demo) -> None:
    drawn = small.rows("SELECT drawn_at FROM lottery")

    assert len(drawn) == 1
    assert drawn[0][0] <= small.one("SELECT min(opened_at) FROM progress")
    # Who takes a track alone stands in a cohort of its own, which is no program.
    programs = small.rows(
        "SELECT design FROM program WHERE id NOT IN (SELECT program_id FROM cohort"
        " JOIN standing_cohort ON standing_cohort.cohort_id = cohort.id)"
    )
    assert Counter(row[0] for row in programs) == {"lottery": 1, "self": 2}


def test_the_entry_page_offers_seven_personas(small: Demo) -> None:
    assert [one.role for one in read_personas(small.store)] == [
        "employee",
        "manager",
        "author",
        "program_lead",
        "administrator",
        "auditor",
        "accommodations_officer",
    ]


def test_the_employee_is_half_way_through_a_track_with_a_check_to_take(small: Demo) -> None:
    home = read_home(
        small.store,
        viewer=persona(small, "employee"),
        catalogue=read_catalogue(small.store),
        now=NOW,
    )

    assert home.go_on is not None
    assert (home.go_on.track.id, home.go_on.number) == ("workflow", 2)
    assert [window.kind for window in home.windows] == ["baseline"]


def test_the_known_truth_is_told_at_the_end(small: Demo) -> None:
    told = "\n".join(small.told)

    assert told.count("Known truth") == 2
    assert "structured: baseline" in told


def test_nothing_is_left_to_count_for_the_first_server(small: Demo) -> None:
    left = count_answers(
        small.store,
        catalogue=read_catalogue(small.store),
        read_item=item_reader(small.store),
        now=NOW,
    )

    assert left == ()
    assert small.one("SELECT count(*) FROM item_statistic")


def test_a_filled_database_is_not_filled_again(small: Demo) -> None:
    before = small.one("SELECT count(*) FROM person")

    with pytest.raises(Exception, match=r"(?i)unique"):
        fill_demo(small.store, plan=DemoPlan(people=8), now=NOW, tell=lambda _line: None)

    assert small.one("SELECT count(*) FROM person") == before


# --- twenty people --------------------------------------------------------------------------------


def test_everyone_of_a_team_is_in_one_team_of_four_to_thirty(medium: Demo) -> None:
    sizes = medium.rows(
        "SELECT count(*) FROM team_member JOIN team ON team.id = team_id"
        " WHERE code LIKE 'T%' GROUP BY team_id"
    )

    assert sum(size for (size,) in sizes) == MEDIUM
    assert all(4 <= size <= 30 for (size,) in sizes)


def test_units_hang_on_three_levels(medium: Demo) -> None:
    places = dict(medium.rows("SELECT team_id, parent_id FROM team_place"))
    depths = Counter()
    for team in places:
        depth, above = 0, places[team]
        while above is not None:
            depth, above = depth + 1, places[above]
        depths[depth] += 1

    assert depths[0] == 1
    assert set(depths) == {0, 1, 2}


def test_the_arms_of_a_drawn_team_differ_by_at_most_one(medium: Demo) -> None:
    rows = medium.rows(
        "SELECT team_at_start_id, sum(CASE WHEN enrolment.arm = 'structured' THEN 1 ELSE -1 END)"
        " FROM enrolment WHERE assigned_by = 'lottery' GROUP BY team_at_start_id"
    )

    assert rows
    assert all(abs(difference) <= 1 for _team, difference in rows)


def test_some_leave_and_nobody_is_measured_twice_at_an_occasion(medium: Demo) -> None:
    rows = medium.rows("SELECT learner_id, skill, occasion, count(*) FROM result GROUP BY 1, 2, 3")

    assert {count for *_key, count in rows} == {1}
    assert 2 * 2 * MEDIUM < len(rows) < 2 * 3 * MEDIUM


def test_no_question_is_met_twice_within_the_year(medium: Demo) -> None:
    rows = medium.rows(
        "SELECT learner_id, attempt_item.revision_id, count(*) FROM attempt JOIN attempt_item"
        " ON attempt_item.attempt_id = attempt.id WHERE kind = 'check' GROUP BY 1, 2"
    )

    assert {count for *_key, count in rows} == {1}


def test_the_same_seed_makes_the_same_organisation(
    small_sqlite: Demo, fill, new_sqlite_url
) -> None:
    first = small_sqlite
    again, other = (fill(new_sqlite_url(), people=8, seed=seed) for seed in (7, 8))

    for query in (
        "SELECT * FROM person ORDER BY id",
        "SELECT * FROM enrolment ORDER BY id",
        "SELECT attempt_id, position, response, answered_at FROM answer ORDER BY id",
        "SELECT learner_id, skill, theta, se, level, taken_at FROM result ORDER BY id",
    ):
        assert again.rows(query) == first.rows(query)
        assert other.rows(query) != first.rows(query)
    assert again.told == first.told
    for demo in (again, other):
        demo.store.close()


# --- plans and refusals ---------------------------------------------------------------------------


@pytest.mark.parametrize("people", [8, 9, 15, 240, 1000])
def test_teams_hold_everybody_and_keep_their_sizes(people: int) -> None:
    for seed in range(20):
        sizes = team_sizes(people, rng=np.random.default_rng(seed))
        assert sum(sizes) == people
        assert all(4 <= size <= 30 for size in sizes)


def test_teams_have_a_median_of_about_eight() -> None:
    medians = [
        float(np.median(team_sizes(240, rng=np.random.default_rng(seed)))) for seed in range(50)
    ]

    assert 7 <= np.mean(medians) <= 9


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"people": 7}, "8 to 100,000"),
        ({"people": 100_001}, "8 to 100,000"),
        ({"months": 8}, "9 to 60"),
        ({"months": 61}, "9 to 60"),
    ],
)
def test_a_plan_that_cannot_work_is_refused(values: dict[str, int], says: str) -> None:
    with pytest.raises(DemoRefused, match=says):
        DemoPlan(**values)


def test_without_published_tracks_the_demo_says_what_is_missing(sqlite_store: Store) -> None:
    with pytest.raises(DemoRefused, match="published track 'workflow'"):
        fill_demo(sqlite_store, plan=DemoPlan(people=8), now=NOW, tell=lambda _line: None)

    assert is_empty(sqlite_store)


def use_settings(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def test_the_demo_is_refused_where_real_people_sign_in(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path, capsys
) -> None:
    use_settings(monkeypatch, PORTAL_DATABASE_URL=sqlite_url, PORTAL_DATA_DIR=str(tmp_path), **OIDC)

    code = main(["demo", "--people", "8"])

    assert code == 2
    assert "only when PORTAL_AUTH is 'demo'" in capsys.readouterr().err
    store = open_store(sqlite_url)
    assert is_empty(store)
    store.close()


def test_the_demo_is_refused_on_a_filled_database(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path, capsys
) -> None:
    use_settings(monkeypatch, PORTAL_DATABASE_URL=sqlite_url, PORTAL_DATA_DIR=str(tmp_path))
    store = open_store(sqlite_url)
    make_instance(store, synthetic=False)

    code = main(["demo", "--people", "8"])

    assert code == 2
    assert "already holds people" in capsys.readouterr().err
    people = store.read(lambda c: c.execute(text("SELECT count(*) FROM person")).scalar())
    assert people == 0
    store.close()
