"""Comparisons are computed in the background, kept at full precision, and say when they are old."""

from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import event, text

from assessments.simulate import ProgramPlan, simulate_program
from db.queries.comparisons import is_measured_alone, select_comparisons
from db.queries.programs import select_programs
from portal.access import Refused, Viewer
from portal.services import computing
from portal.services.background import make_worker
from portal.services.comparing import (
    compare_program,
    read_programs_of_line,
    renew_comparison,
)
from portal.services.computing import Measured, compute, read_inputs
from portal.services.jobs import Worker
from portal.services.stored import StoredValueError, from_text, to_text
from tests.factories import NOW, lead_team, make_person, make_team
from tests.factories.measured import make_measured_program

SKILL = "agent-operations"
CATALOGUE = SimpleNamespace(
    tracks={"agents": SimpleNamespace(skill=SKILL)},
    registers=SimpleNamespace(skills=frozenset({SKILL})),
)
LEAD = Viewer(1, "", frozenset({"program_lead"}), "all-staff")


@pytest.fixture(autouse=True)
def catalogue(monkeypatch):
    monkeypatch.setattr(computing, "read_catalogue", lambda _store: CATALOGUE)


@pytest.fixture
def year(store):
    """A program measured at its start and three times after it."""
    return add(store, simulated())


@pytest.fixture
def program(store):
    """A program measured at its start and its end: one comparison, too early for a growth model."""
    rows = simulated()
    return add(store, rows[rows["occasion"].isin(["baseline", "end"])])


def simulated():
    plan = ProgramPlan(teams=10, team_size=6, effect=0.8, assignment="pretest")
    return simulate_program(plan, rng=np.random.default_rng(3))


def add(store, rows):
    return make_measured_program(store, rows, name="Pilot")


def shown(store, program, *, viewer=LEAD, target="end"):
    return compare_program(
        store,
        viewer=viewer,
        catalogue=CATALOGUE,
        program_id=program.id,
        target=target,
        min_group=5,
        now=NOW,
    )


def test_a_managers_look_does_not_read_the_results_of_no_program(sqlite_store):
    # PostgreSQL reads a small table whole, whatever its indexes.
    asked = []

    def ask(connection):
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        is_measured_alone(connection, program_id=1, skill=SKILL)
        statement, values = asked[-1]
        return connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()

    plan = " ".join(row.detail for row in sqlite_store.read(ask))

    assert "ix_result_of_programs" in plan
    assert "SCAN result" not in plan


def work_off(store) -> None:
    worker = make_worker(store, clock=lambda: NOW)
    while worker.run_once():
        pass


def computed(store) -> Measured:
    (row,) = store.read(select_programs)
    inputs = store.read(lambda c: read_inputs(c, program=row, skill=SKILL))
    return compute(inputs, target="plus6", tell=lambda _share, _word: None)


def test_results_lead_to_a_stored_comparison_without_anybody_asking(store, year):
    assert shown(store, year).compared is None
    assert shown(store, year).stale

    work_off(store)

    found = shown(store, year, target="plus6")
    assert not found.stale
    assert found.targets == ("end", "plus3", "plus6")
    assert found.compared.comparison.comparability == "comparable_by_design"
    assert found.origin.computed_at == NOW
    assert found.job.state == "done"


def test_what_is_stored_comes_back_to_the_last_bit(store, year):
    measured = computed(store)

    work_off(store)

    body = store.read(lambda c: select_comparisons(c, year.id))["plus6"].body
    assert from_text(Measured, body) == measured
    assert to_text(from_text(Measured, body)) == body


def test_a_new_result_makes_a_comparison_stale_until_it_is_computed_again(store, program):
    work_off(store)
    before = shown(store, program)
    store.write(
        lambda c: c.execute(text("UPDATE result SET counted = :no WHERE id = 5"), {"no": False})
    )

    assert shown(store, program).stale
    assert shown(store, program).compared is not None

    renew_comparison(store, viewer=LEAD, catalogue=CATALOGUE, program_id=program.id, now=NOW)
    work_off(store)
    after = shown(store, program)
    assert not after.stale
    assert after.origin.inputs_hash != before.origin.inputs_hash


def test_the_same_data_gives_the_same_hash_and_the_same_bytes(store, year):
    work_off(store)
    first = store.read(lambda c: select_comparisons(c, year.id))
    renew_comparison(store, viewer=LEAD, catalogue=CATALOGUE, program_id=year.id, now=NOW)
    work_off(store)
    again = store.read(lambda c: select_comparisons(c, year.id))

    assert {one: row.body for one, row in first.items()} == {
        one: row.body for one, row in again.items()
    }
    assert {row.inputs_hash for row in first.values()} == {
        row.inputs_hash for row in again.values()
    }


def test_a_comparison_of_other_code_is_stale_and_not_shown(store, program):
    work_off(store)
    store.write(lambda c: c.execute(text("UPDATE comparison SET code_version = 'older'")))

    assert shown(store, program).stale
    assert shown(store, program).compared is None


def test_a_failure_is_a_failure_and_no_finding(store, program, monkeypatch):
    def break_(_work):
        raise ZeroDivisionError

    now = [NOW]
    worker = Worker(store, kinds={computing.KIND: break_}, clock=lambda: now[0])
    renew_comparison(store, viewer=LEAD, catalogue=CATALOGUE, program_id=program.id, now=NOW)
    for _ in range(3):
        worker.run_once()
        now[0] += timedelta(hours=1)

    found = shown(store, program)
    assert found.job.state == "failed"
    assert found.stale
    assert found.compared is None


def test_a_manager_asks_only_for_programs_of_the_own_line(store, program):
    person = make_person(store, roles=("employee", "manager"))
    lead_team(store, person=person, team=make_team(store))
    manager = Viewer(person, "", frozenset({"manager"}), "all-staff")

    with pytest.raises(Refused, match="no part in this program"):
        renew_comparison(store, viewer=manager, catalogue=CATALOGUE, program_id=program.id, now=NOW)


def test_programs_of_a_line_are_those_its_people_take_part_in(store, program):
    person = make_person(store, roles=("employee", "manager"))
    team, other = next(iter(program.teams.values())), make_team(store)
    lead_team(store, person=person, team=team)
    manager = Viewer(person, "", frozenset({"manager"}), "all-staff")

    assert read_programs_of_line(store, viewer=manager, team_id=team, now=NOW) == {program.id}
    assert read_programs_of_line(store, viewer=LEAD, team_id=other, now=NOW) == frozenset()
    with pytest.raises(Refused, match="not in your line"):
        read_programs_of_line(store, viewer=manager, team_id=other, now=NOW)


def test_progress_is_told_while_a_comparison_is_computed(sqlite_store):
    add(sqlite_store, simulated())
    (row,) = sqlite_store.read(select_programs)
    inputs = sqlite_store.read(lambda c: read_inputs(c, program=row, skill=SKILL))
    told = []

    compute(inputs, target="plus6", tell=lambda share, word: told.append((share, word)))

    shares = [share for share, _word in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] < 1
    assert any("growth model" in word for _share, word in told)


def test_a_text_of_other_code_is_not_read_as_a_comparison(sqlite_store):
    add(sqlite_store, simulated())
    body = to_text(computed(sqlite_store))

    with pytest.raises(StoredValueError):
        from_text(Measured, body.replace('"months"', '"weeks"'))
