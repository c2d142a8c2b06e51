"""The small house: a store with the small curriculum published, on each of the two engines."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from db.queries.content import find_content_version
from db.store import open_store
from portal.services.calibrating import calibrate_skill
from portal.services.catalogue import read_catalogue
from tests.conftest import _database_url, _fresh_database, publish_once, remove_rows, run_on_server
from tests.factories import NOW, make_team
from tests.many_checks import hand_in_many
from tests.small_house import SKILL, House

CONTENT = frozenset({"content", "revision", "head", "content_file", "calibration", "disk_file"})


@pytest.fixture(scope="session")
def postgres_house_template(
    postgres_server: str, postgres_template: str, small_folder: Path
) -> Iterator[str]:
    """The name of a database with the small curriculum published, copied for each test."""
    name = f"portal_house_{os.getpid()}"
    run_on_server(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    publish_once(_database_url(postgres_server, name), small_folder)
    yield name
    run_on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


class LentDatabase:
    """One database with the small curriculum published, lent to one test at a time.

    To copy a database takes half a second on PostgreSQL, and on both engines a new store writes
    every statement's SQL anew; to empty its few rows takes some milliseconds. It is copied anew
    only after a test that published something.
    """

    def __init__(self, *, copy: Callable[[], str], remove: Callable[[], None]) -> None:
        """`copy` makes the database from its template and returns its URL; `remove` removes it."""
        self._copy = copy
        self._remove = remove
        self._make()

    def _make(self) -> None:
        self.store = open_store(self._copy())
        self._published = self.store.read(find_content_version)
        self._calibrations = self.store.read(_newest_calibration)

    def drop(self) -> None:
        """Remove it."""
        self.store.close()
        self._remove()

    def clean(self, *, published_something: bool) -> None:
        """Remove what a test left."""
        version = self.store.read(find_content_version)
        if version == self._published and not published_something:
            self.store.write(self._remove_what_was_measured)
        else:
            self.drop()
            self._make()

    def _remove_what_was_measured(self, connection: Connection) -> None:
        remove_rows(connection, keep=CONTENT)
        later = text("DELETE FROM calibration WHERE id > :newest")
        connection.execute(later, {"newest": self._calibrations})


def _newest_calibration(connection: Connection) -> int:
    return int(connection.execute(text("SELECT coalesce(max(id), 0) FROM calibration")).scalar())


@pytest.fixture(scope="session")
def lent_postgresql(postgres_server: str, postgres_house_template: str) -> Iterator[LentDatabase]:
    """A PostgreSQL database that tests use one after the other."""
    name = f"portal_lent_{os.getpid()}"

    def copy() -> str:
        create = f"CREATE DATABASE {name} TEMPLATE {postgres_house_template} STRATEGY file_copy"
        run_on_server(postgres_server, create)
        return _database_url(postgres_server, name)

    def remove() -> None:
        run_on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")

    lent = LentDatabase(copy=copy, remove=remove)
    yield lent
    lent.drop()


@pytest.fixture(scope="session")
def lent_sqlite(
    tmp_path_factory: pytest.TempPathFactory, sqlite_house_template: Path
) -> Iterator[LentDatabase]:
    """A SQLite file that tests use one after the other."""
    folder = tmp_path_factory.mktemp("lent")

    def copy() -> str:
        folder.mkdir(exist_ok=True)
        return f"sqlite:///{shutil.copy(sqlite_house_template, folder / 'house.db')}"

    lent = LentDatabase(copy=copy, remove=lambda: shutil.rmtree(folder))
    yield lent
    lent.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path, small_folder: Path) -> Iterator[House]:
    """The small house, on each of the two engines."""
    folder = tmp_path / "content"
    shutil.copytree(small_folder, folder)
    lent = request.getfixturevalue(f"lent_{request.param}")
    house = House(lent.store, folder, read_catalogue(lent.store))
    yield house
    lent.clean(published_something=house.published_something)


# --- what takes seconds to make: once for each engine, then copied -------------------------------

Fill = Callable[[House], object]


def _hand_in(house: House) -> None:
    hand_in_many(house, team=make_team(house.store))


def _calibrate(house: House) -> None:
    catalogue, read_item = house.catalogue, house.read_item
    calibrate_skill(
        house.store, catalogue=catalogue, read_item=read_item, skill=SKILL, model="auto", now=NOW
    )


def _fill(url: str, folder: Path, fill: Fill) -> None:
    store = open_store(url)
    fill(House(store, folder, read_catalogue(store)))
    store.close()


def _sqlite_template(name: str, *, base: str, fill: Fill) -> Callable[..., Path]:
    @pytest.fixture(scope="session", name=name)
    def make(
        request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, small_folder: Path
    ) -> Path:
        path = tmp_path_factory.mktemp("filled") / "portal.db"
        shutil.copy(request.getfixturevalue(base), path)
        _fill(f"sqlite:///{path}", small_folder, fill)
        return path

    return make


def _postgres_template(name: str, *, base: str, fill: Fill) -> Callable[..., Iterator[str]]:
    @pytest.fixture(scope="session", name=name)
    def make(
        request: pytest.FixtureRequest, postgres_server: str, small_folder: Path
    ) -> Iterator[str]:
        database, template = f"{name}_{os.getpid()}", request.getfixturevalue(base)
        run_on_server(postgres_server, f"CREATE DATABASE {database} TEMPLATE {template}")
        _fill(_database_url(postgres_server, database), small_folder, fill)
        yield database
        run_on_server(postgres_server, f"DROP DATABASE {database} WITH (FORCE)")

    return make


def _copied_house(name: str, *, about: str) -> Callable[..., Iterator[House]]:
    @pytest.fixture(name=name, params=["sqlite", "postgresql"])
    def copy(request: pytest.FixtureRequest, tmp_path: Path, small_folder: Path) -> Iterator[House]:
        folder = tmp_path / name / "content"
        shutil.copytree(small_folder, folder)
        template = request.getfixturevalue(f"{request.param}_{name}")
        if request.param == "sqlite":
            urls = iter([f"sqlite:///{shutil.copy(template, tmp_path / name / 'copy.db')}"])
        else:
            urls = _fresh_database(request.getfixturevalue("postgres_server"), template=template)
        for url in urls:
            store = open_store(url)
            yield House(store, folder, read_catalogue(store))
            store.close()

    copy.__doc__ = about
    return copy


sqlite_full_house = _sqlite_template(
    "sqlite_full_house", base="sqlite_house_template", fill=_hand_in
)
sqlite_calibrated_house = _sqlite_template(
    "sqlite_calibrated_house", base="sqlite_full_house", fill=_calibrate
)
postgresql_full_house = _postgres_template(
    "postgresql_full_house", base="postgres_house_template", fill=_hand_in
)
postgresql_calibrated_house = _postgres_template(
    "postgresql_calibrated_house", base="postgresql_full_house", fill=_calibrate
)
full_house = _copied_house("full_house", about="The small house with 630 checks handed in.")
calibrated_house = _copied_house(
    "calibrated_house", about="The small house with 630 checks and a calibration of them in force."
)
