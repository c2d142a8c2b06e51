"""Stored growth equals a recount, always: concurrent results, moved units, scoring anew."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import text

from db.commands.growth import rebuild_growth, thousandths
from db.commands.results import KeptResult, NewResult, insert_result
from db.queries.audit import verify_chain
from db.queries.growth import (
    GROWTH_COLUMNS,
    compare_growth,
    select_growth,
    select_line,
    select_managed,
)
from db.store import Store
from tests.factories import (
    NOW,
    lead_team,
    make_attempt,
    make_calibration,
    make_person,
    make_team,
    place_team,
)


def keep_result(store: Store, **values) -> KeptResult:
    """Keep a result; one learner, attempt and calibration each where none are given."""
    values.setdefault("skill", "agent-operations")
    if "attempt_id" not in values:
        attempt = make_attempt(store, learner=values.get("learner_id"), items=0)
        values |= {"attempt_id": attempt.id, "learner_id": attempt.learner_id}
    if "calibration_id" not in values:
        values["calibration_id"] = make_calibration(store, skill=values["skill"])
    defaults = {
        "theta": 0.5,
        "se": 0.4,
        "eap": 0.4,
        "eap_sd": 0.4,
        "items": 12,
        "correct": 7,
        "level": 2,
        "at_target": False,
        "cells": {"traces": [1, 3]},
        "role_profile": "builder",
        "taken_at": NOW,
        "scored_at": NOW,
        "code_version": "test",
    }
    return store.write(lambda c: insert_result(c, result=NewResult(**(defaults | values))))


def growth(store: Store, *teams: int, scope: str = "team", **values) -> pd.DataFrame:
    return store.read(lambda c: select_growth(c, team_ids=teams, scope=scope, **values))


def differences(store: Store) -> pd.DataFrame:
    return store.read(compare_growth)


def test_a_result_moves_the_sums_of_its_team(store: Store) -> None:
    team = make_team(store)

    keep_result(store, team_at_taking_id=team, theta=0.5, se=0.4, level=3, at_target=True)
    keep_result(store, team_at_taking_id=team, theta=-1.25, se=0.5, level=1)

    cells = growth(store, team)
    assert list(cells.columns) == list(GROWTH_COLUMNS)
    assert len(cells) == 1
    row = cells.iloc[0]
    assert (row["arm"], row["occasion"], row["month"]) == ("none", "none", pd.Timestamp(2026, 3, 1))
    assert row["n"] == 2
    assert row["theta_sum"] == pytest.approx(-0.75)
    assert row["theta_squares"] == pytest.approx(0.25 + 1.5625)
    assert row["error_squares"] == pytest.approx(0.16 + 0.25)
    assert list(row[["level_1", "level_2", "level_3", "level_4", "at_target"]]) == [1, 0, 1, 0, 1]


def test_a_line_holds_everyone_below_and_a_team_only_its_own(store: Store) -> None:
    top = make_team(store)
    middle = make_team(store, parent=top)
    leaf = make_team(store, parent=middle)
    for team in (leaf, leaf, middle):
        keep_result(store, team_at_taking_id=team)

    lines = growth(store, top, middle, leaf, scope="line").set_index("team_id")["n"]
    teams = growth(store, top, middle, leaf).set_index("team_id")["n"]

    assert lines.to_dict() == {top: 3, middle: 3, leaf: 2}
    assert teams.to_dict() == {middle: 1, leaf: 2}


def test_the_line_is_that_of_the_day_the_check_was_taken(store: Store) -> None:
    old, new = make_team(store), make_team(store)
    leaf = make_team(store, parent=None, since=date(2010, 1, 1))
    store.write(lambda c: c.execute(text(f"DELETE FROM team_place WHERE team_id = {leaf}")))
    place_team(store, team=leaf, parent=old, ends_on=date(2026, 3, 10))
    place_team(store, team=leaf, parent=new, starts_on=date(2026, 3, 10))
    days = (datetime(2026, 3, 9, 23, 59, tzinfo=UTC), datetime(2026, 3, 10, 0, 0, tzinfo=UTC))

    for moment in days:
        keep_result(store, team_at_taking_id=leaf, taken_at=moment, scored_at=moment)

    lines = growth(store, old, new, scope="line").set_index("team_id")["n"]
    assert lines.to_dict() == {old: 1, new: 1}
    assert differences(store).empty


def test_a_circle_of_units_counts_each_unit_once(store: Store) -> None:
    first = make_team(store)
    second = make_team(store, parent=first)
    store.write(lambda c: c.execute(text(f"DELETE FROM team_place WHERE team_id = {first}")))
    place_team(store, team=first, parent=second)

    keep_result(store, team_at_taking_id=second)

    assert list(growth(store, first, second, scope="line")["n"]) == [1, 1]
    assert store.read(lambda c: select_line(c, team_id=first, on=NOW.date())) == [first, second]
    assert differences(store).empty


def test_the_first_check_of_an_occasion_counts(store: Store) -> None:
    team, learner = make_team(store), make_person(store)
    common = {"learner_id": learner, "team_at_taking_id": team, "occasion": "baseline"}

    first = keep_result(store, **common, arm="structured", theta=0.1)
    second = keep_result(store, **common, arm="structured", theta=2.0)

    assert (first.counted, second.counted) == (True, False)
    cells = growth(store, team)
    assert list(cells["n"]) == [1]
    assert list(cells["theta_sum"]) == [pytest.approx(0.1)]
    assert list(cells["arm"]) == ["structured"]


@pytest.mark.parametrize(
    "other",
    [
        {"skill": "governance"},
        {"occasion": "end"},
        {"occasion": None},
    ],
)
def test_another_skill_or_occasion_counts_on_its_own(store: Store, other) -> None:
    learner = make_person(store)
    keep_result(store, learner_id=learner, occasion="baseline")

    assert keep_result(store, **({"learner_id": learner, "occasion": "baseline"} | other)).counted


def test_without_an_occasion_the_first_check_of_a_month_counts(store: Store) -> None:
    learner = make_person(store)
    later = NOW + timedelta(days=10)
    next_month = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)

    counted = [
        keep_result(store, learner_id=learner, taken_at=at, scored_at=at).counted
        for at in (NOW, later, next_month)
    ]

    assert counted == [True, False, True]


def test_scoring_an_attempt_anew_puts_the_new_figures_in_place_of_the_old(store: Store) -> None:
    top = make_team(store)
    team = make_team(store, parent=top)
    attempt = make_attempt(store)
    common = {"attempt_id": attempt.id, "learner_id": attempt.learner_id, "team_at_taking_id": team}
    keep_result(store, **common, theta=1.0, level=3)

    again = keep_result(store, **common, theta=0.6, level=2)

    assert again.counted
    cells = growth(store, top, scope="line")
    assert list(cells["n"]) == [1]
    assert list(cells["theta_sum"]) == [pytest.approx(0.6)]
    assert list(cells["level_3"]) == [0]
    assert differences(store).empty


def test_two_checks_that_end_at_once_cannot_both_be_first(store: Store) -> None:
    team, learner = make_team(store), make_person(store)
    calibration = make_calibration(store)
    attempts = [make_attempt(store, learner=learner, items=0).id for _ in range(8)]
    barrier = threading.Barrier(8)

    def end(attempt: int) -> bool:
        barrier.wait()
        values = {"attempt_id": attempt, "learner_id": learner, "calibration_id": calibration}
        return keep_result(store, **values, team_at_taking_id=team, occasion="end").counted

    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(end, attempts))

    assert sum(counted) == 1
    assert list(growth(store, team)["n"]) == [1]


def test_a_result_without_a_team_moves_nothing(store: Store) -> None:
    kept = keep_result(store, team_at_taking_id=None)

    assert kept.counted
    assert differences(store).empty


def test_a_level_that_does_not_exist_is_refused_and_moves_nothing(store: Store) -> None:
    team = make_team(store)

    with pytest.raises(Exception, match="level_is_known"):
        keep_result(store, team_at_taking_id=team, level=5)

    assert growth(store, team).empty


def test_sixteen_writers_move_the_cells_as_a_recount_would(store: Store) -> None:
    """160 results in a tree of four levels, a third of them scored anew meanwhile."""
    top = make_team(store)
    middles = [make_team(store, parent=top) for _ in range(2)]
    leaves = [make_team(store, parent=middle) for middle in middles for _ in range(2)]
    calibrations = [make_calibration(store), make_calibration(store, model="rasch")]
    attempts = [make_attempt(store, items=0) for _ in range(160)]
    barrier = threading.Barrier(16)

    def score(worker: int) -> None:
        draw = random.Random(worker)
        barrier.wait()
        for attempt in attempts[worker::16]:
            common = {"attempt_id": attempt.id, "learner_id": attempt.learner_id}
            team = draw.choice([*leaves, *middles, top])
            for calibration in calibrations[: draw.choice([1, 1, 2])]:
                keep_result(
                    store,
                    **common,
                    calibration_id=calibration,
                    team_at_taking_id=team,
                    theta=draw.gauss(0, 1),
                    se=draw.uniform(0.2, 0.7),
                    level=draw.choice([1, 2, 3, 4]),
                    at_target=draw.random() < 0.5,
                )

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(score, range(16)))

    assert list(growth(store, top, scope="line")["n"]) == [160]
    assert differences(store).empty
    assert store.read(verify_chain) == []


def test_a_rebuild_gives_the_very_cells_that_stood_there(store: Store) -> None:
    top = make_team(store)
    leaves = [make_team(store, parent=top) for _ in range(3)]
    draw = random.Random(7)
    for number in range(40):
        at = NOW + timedelta(days=draw.randrange(200))
        keep_result(
            store,
            team_at_taking_id=leaves[number % 3],
            theta=draw.gauss(0, 1),
            taken_at=at,
            scored_at=at,
            arm=draw.choice([None, "structured", "self_directed"]),
        )
    before = all_cells(store)

    rebuilt = store.write(rebuild_growth)

    assert all_cells(store) == before
    assert rebuilt == len(before)


def all_cells(store: Store) -> list[tuple]:
    query = text("SELECT * FROM growth_cell ORDER BY 1, 2, 3, 4, 5, 6, 7")
    return [tuple(row) for row in store.read(lambda c: c.execute(query).all())]


def test_a_cell_that_was_changed_by_hand_is_found(store: Store) -> None:
    team = make_team(store)
    keep_result(store, team_at_taking_id=team)
    store.write(lambda c: c.execute(text("UPDATE growth_cell SET n = 2 WHERE scope = 'line'")))

    found = differences(store)

    assert set(found["side"]) == {"stored", "recount"}
    assert set(found["scope"]) == {"line"}
    store.write(rebuild_growth)
    assert differences(store).empty


def test_the_past_corrected_is_right_after_a_rebuild(store: Store) -> None:
    """A unit turns out to have hung elsewhere: the cells differ until they are counted anew."""
    old, new = make_team(store), make_team(store)
    leaf = make_team(store, parent=old)
    keep_result(store, team_at_taking_id=leaf)
    move = text("UPDATE team_place SET parent_id = :new WHERE team_id = :leaf")
    store.write(lambda c: c.execute(move, {"new": new, "leaf": leaf}))
    assert not differences(store).empty

    store.write(rebuild_growth)

    assert list(growth(store, old, new, scope="line")["team_id"]) == [new]
    assert differences(store).empty


@pytest.mark.parametrize("theta", [0.0005, -0.0005, 0.0015, -0.0025, 1.2345, -19.9995, 2.0, 1e-9])
def test_halves_are_rounded_alike_everywhere(store: Store, theta: float) -> None:
    team = make_team(store)

    keep_result(store, team_at_taking_id=team, theta=theta)

    assert differences(store).empty
    assert abs(thousandths(theta) - theta * 1000) <= 0.5 + 1e-9


def test_growth_is_narrowed_by_skill_and_month(store: Store) -> None:
    team = make_team(store)
    for month in (1, 2, 3):
        at = datetime(2026, month, 15, tzinfo=UTC)
        keep_result(store, team_at_taking_id=team, taken_at=at, scored_at=at)
    keep_result(store, team_at_taking_id=team, skill="governance")

    cells = growth(
        store,
        team,
        skill="agent-operations",
        since=date(2026, 2, 20),
        until=date(2026, 2, 28),
    )

    assert list(cells["month"]) == [pd.Timestamp(2026, 2, 1)]
    assert set(cells["skill"]) == {"agent-operations"}


def test_no_result_gives_no_rows_but_all_columns(store: Store) -> None:
    cells = growth(store, make_team(store))

    assert cells.empty
    assert list(cells.columns) == list(GROWTH_COLUMNS)


def test_a_line_is_the_unit_first_and_all_below_on_that_day(store: Store) -> None:
    leaf = make_team(store, since=date(2026, 1, 1))
    top = make_team(store)
    middle = make_team(store, parent=top)
    place_team(store, team=leaf, parent=middle, starts_on=date(2026, 2, 1))

    def line(on: date) -> list[int]:
        return store.read(lambda c: select_line(c, team_id=top, on=on))

    assert line(date(2026, 1, 31)) == [top, middle]
    assert line(date(2026, 2, 1)) == [top, *sorted([middle, leaf])]


def test_a_manager_leads_a_team_from_a_day_until_the_day_before_the_end(store: Store) -> None:
    team, person = make_team(store), make_person(store)
    first, last = date(2026, 1, 1), date(2026, 2, 1)
    lead_team(store, person=person, team=team, kind="deputy", starts_on=first, ends_on=last)

    def managed(on: date) -> list[int]:
        return store.read(lambda c: select_managed(c, person, on))

    assert managed(first - timedelta(days=1)) == []
    assert managed(first) == managed(last - timedelta(days=1)) == [team]
    assert managed(last) == []
