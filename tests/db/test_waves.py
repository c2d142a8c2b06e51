"""Programs in drawn waves: from the draw through the services to the event study."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from db.queries.program_plans import OccasionRow, select_enrolled
from db.queries.programs import ProgramRow
from portal.access import Refused
from portal.services import waves
from portal.services.planning import starts_of, windows_of
from tests.db.measured import measure
from tests.db.test_program_plans import START, Bank
from tests.factories import NOW, lead_team
from tests.small_house import House

KINDS = ("baseline", "end", "plus3", "plus6")


def drawn_in_waves(house: House, *, effect: float, teams: int = 8, size: int = 9) -> tuple:
    """A program drawn into three waves through the services, and its scores after each start."""
    bank = Bank(house, *[size] * teams)
    program = bank.plan(design="wave")
    bank.draw(program)
    rng = np.random.default_rng(3)
    enrolled = house.store.read(lambda c: select_enrolled(c, program))
    order = sorted({row.cohort_id for row in enrolled})
    rows, people = [], {}
    ids = dict(bank.rows("SELECT learner_id, id FROM enrolment"))
    for row in enrolled:
        skill, start = rng.normal(), order.index(row.cohort_id) + 1
        people[str(row.learner_id)] = (ids[row.learner_id], row.learner_id)
        for period, kind in enumerate(KINDS):
            gained = 0.1 * period + (effect if period >= start else 0.0)
            rows.append(
                (str(row.learner_id), str(row.team_id), kind, skill + gained + rng.normal(0, 0.3))
            )
    frame = pd.DataFrame(rows, columns=["learner", "team", "occasion", "score"])
    frame = frame.assign(se=0.3, arm="structured")
    measure(house.store, frame, people=people, teams={str(one): one for one in bank.teams})
    return bank, program


def study(house: House, viewer, program: int) -> waves.WaveStudy:
    return waves.read_wave_study(
        house.store, viewer=viewer, catalogue=house.catalogue, program_id=program, now=NOW
    )


def test_a_drawn_wave_program_shows_what_the_start_did(house: House) -> None:
    bank, program = drawn_in_waves(house, effect=0.8)

    found = study(house, bank.lead, program)

    assert found.verdict == "comparable_by_design"
    assert found.waves == (24, 24, 24)
    assert found.first.low > 0
    assert found.first.estimate == pytest.approx(80, abs=20)
    assert {one.since for one in found.points} == {-2, 0, 1}
    before = [one for one in found.points if one.since < 0]
    assert all(one.low < 0 < one.high for one in before)


def test_managers_of_the_line_see_it_and_strangers_do_not(house: House) -> None:
    bank, program = drawn_in_waves(house, effect=0.0, teams=2, size=3)
    manager, stranger = house.viewer("manager"), house.viewer("manager")
    lead_team(house.store, person=manager.person_id, team=bank.teams[0])

    found = study(house, manager, program)
    assert (found.verdict, found.points) == ("insufficient_data", ())
    with pytest.raises(Refused, match="takes no part"):
        study(house, stranger, program)


def test_a_wave_program_before_its_first_check_says_there_is_not_enough(house: House) -> None:
    bank = Bank(house, 4, 4)
    program = bank.plan(design="wave")
    bank.draw(program)

    assert study(house, bank.lead, program).verdict == "insufficient_data"
    with pytest.raises(Refused, match="no drawn waves"):
        study(house, bank.lead, bank.plan(name="Drawn", team_ids=(bank.teams[0],)))


# --- without a database ---------------------------------------------------------------------------

OCCASIONS = tuple(
    OccasionRow(one.kind, one.opens_on, one.closes_on)
    for one in windows_of(START, weeks=12, waves=True)
)
PROGRAM = ProgramRow(1, "Waves", "agents", "wave", START, drawn=True)


def scores(*, lost: float = 0.0, apart: float = 0.0) -> pd.DataFrame:
    """Three waves of 60 in 12 teams without effect; those who wait may leave, or start lower."""
    rng = np.random.default_rng(9)
    starts = starts_of(START, waves=3)
    rows = []
    for learner in range(180):
        wave, skill = learner % 3, rng.normal()
        for place, one in enumerate(OCCASIONS):
            gone = place > 0 and wave > 0 and rng.random() < lost
            score = None if gone else skill + rng.normal(0, 0.3) - apart * (wave > 0)
            rows.append((learner, learner % 12, starts[wave], one.kind, score))
    columns = ["learner_id", "team_id", "starts_on", "occasion", "score"]
    return pd.DataFrame(rows, columns=columns).assign(se=0.3)


def test_every_start_lies_before_the_check_that_first_sees_it() -> None:
    for start, check, later in zip(
        starts_of(START, waves=3), OCCASIONS, OCCASIONS[1:], strict=False
    ):
        assert check.closes_on + timedelta(days=1) == start
        assert start < later.opens_on


def test_without_effect_the_first_check_holds_zero() -> None:
    found = waves.study_waves(PROGRAM, scores=scores(), occasions=OCCASIONS)

    assert found.first.low < 0 < found.first.high


def test_waves_that_lost_those_who_wait_and_started_apart_show_no_effect() -> None:
    found = waves.study_waves(PROGRAM, scores=scores(lost=0.4, apart=0.6), occasions=OCCASIONS)

    assert not found.attrition.within
    assert found.verdict == "not_comparable"
    assert found.points == ()
