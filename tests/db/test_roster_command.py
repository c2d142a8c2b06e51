"""`python -m portal roster` tells every change and makes all of them, or none."""

import pytest
from sqlalchemy import func, select

from db.columns import table
from db.store import open_store
from db.tables import Person
from portal.__main__ import main
from tests.factories import make_instance

FILE = """\
issuer,subject,name,email,team,team_name,parent_team
,,,,BANK,Norhaven Bank,
https://id.norhaven.example,s1,Ada Lind,ada@norhaven.example,T1,Claims,BANK
https://id.norhaven.example,s2,Bo Berg,bo@norhaven.example,T1,,
"""


@pytest.fixture
def run(store_url, tmp_path, monkeypatch):
    """Run the command on a text; return its exit code and how many people there are then."""
    monkeypatch.setenv("PORTAL_DATABASE_URL", store_url)
    store = open_store(store_url)
    make_instance(store, synthetic=False)

    def command(text, *options):
        path = tmp_path / "people.csv"
        path.write_text(text)
        code = main(["roster", str(path), *options])
        return code, store.read(
            lambda c: c.execute(select(func.count(table(Person).c.id))).scalar()
        )

    yield command
    store.close()


def test_a_dry_run_tells_each_row_and_adds_nobody(run, capsys):
    assert run(FILE, "--dry-run") == (0, 0)

    said = capsys.readouterr().out
    assert "row 3: person added: Ada Lind (s1) T1" in said
    assert "2 people, 0 unchanged; would change: person added: 2, team added: 2" in said


def test_the_second_load_of_a_file_says_that_there_is_nothing_to_change(run, capsys):
    assert run(FILE) == (0, 2)
    assert run(FILE) == (0, 2)

    assert "2 people, 2 unchanged; nothing to change" in capsys.readouterr().out


def test_a_fault_is_told_with_row_and_column_and_nobody_is_added(run, capsys):
    assert run(FILE.replace("Bo Berg", "=1+1")) == (1, 0)

    said = capsys.readouterr().out
    assert said.startswith("row 4, name: “=1+1” begins like a formula of a spreadsheet.")
    assert "1 faults; nothing was changed." in said
