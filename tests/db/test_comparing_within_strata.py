"""Programs compared: what was drawn within strata is analysed within them."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from assessments.compare import compare_arms
from assessments.simulate import ProgramPlan, simulate_program
from db.store import Store
from db.tables import EnrolmentStart, Lottery
from db.tables import ProgramPlan as PlanTable
from portal.services.comparing import compare_program
from portal.services.computing import compare_now
from tests.db.measured import make_measured_program
from tests.factories import NOW, add_row
from tests.small_house import SKILL, House


def within_teams() -> pd.DataFrame:
    """Rows of a draw within unlike teams, so that strata matter to the estimate."""
    plan = ProgramPlan(teams=21, team_size=4, effect=0.3, occasions=("baseline", "end"))
    rows = simulate_program(plan, rng=np.random.default_rng(11))
    number = rows["learner"].str[1:].astype(int)
    arm = np.where((number % 4 < 2) | (number % 9 == 0), "structured", "self_directed")
    return rows.assign(arm=arm, skill=SKILL, cohort="c")


def compared(house: House, program: int):
    compare_now(house.store, catalogue=house.catalogue, now=NOW)
    house.published_something = True  # its scale must not stay for the next test
    return compare_program(
        house.store,
        viewer=house.viewer("program_lead"),
        catalogue=house.catalogue,
        program_id=program,
        target="end",
        min_group=5,
        now=NOW,
    ).compared.comparison


def draw(store: Store, program: int) -> None:
    add_row(store, Lottery, program_id=program, seed=1, method="m", list_hash="h", drawn_at=NOW)


def expected(rows: pd.DataFrame, **how):
    points = rows.assign(score=500 + 100 * rows["score"], se=100 * rows["se"])
    return compare_arms(points, design="randomised", target="end", **how)[0]


def test_a_draw_within_teams_is_compared_within_teams(house: House) -> None:
    rows = within_teams()
    program = make_measured_program(house.store, rows)
    draw(house.store, program)

    found = compared(house, program).primary

    within = expected(rows.assign(stratum=rows["team"]), strata="stratum").primary
    assert found.estimate == pytest.approx(within.estimate, rel=1e-9)
    assert found.se_cr2 == pytest.approx(within.se_cr2, rel=1e-9)
    assert found.estimate != pytest.approx(expected(rows).primary.estimate, rel=1e-3)


def test_the_covariates_of_the_plan_and_the_strata_on_record_enter(house: House) -> None:
    rows = within_teams()
    program = make_measured_program(house.store, rows)
    draw(house.store, program)
    add_row(
        house.store,
        PlanTable,
        program_id=program,
        skill=SKILL,
        occasion="end",
        covariates=["tenure"],
        unit="learner",
        drafted_at=NOW,
    )
    numbers = rows.drop_duplicates("learner")["learner"].str[1:].astype(int)
    known = {number: (f"site {number % 3}", (number * 37) % 101) for number in numbers}
    for number, enrolment in zip(numbers, enrolments(house, program), strict=True):
        site, months = known[number]
        add_row(
            house.store,
            EnrolmentStart,
            enrolment_id=enrolment,
            stratum=site,
            role_profile="builder",
            months_in_house=months,
        )

    found = compared(house, program)

    number = rows["learner"].str[1:].astype(int)
    wanted = expected(
        rows.assign(
            stratum=number.map(lambda n: known[n][0]), tenure=number.map(lambda n: known[n][1])
        ),
        strata="stratum",
        covariates=("tenure",),
    )
    assert found.primary.estimate == pytest.approx(wanted.primary.estimate, rel=1e-9)
    assert [one.covariate for one in found.baseline] == ["baseline", "tenure"]


def enrolments(house: House, program: int) -> list[int]:
    rows = text(
        "SELECT e.id FROM enrolment e JOIN cohort c ON c.id = e.cohort_id"
        " WHERE c.program_id = :p ORDER BY e.id"
    )
    return list(house.store.read(lambda c: c.execute(rows, {"p": program}).scalars().all()))
