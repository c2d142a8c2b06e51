"""Programs: a draw that anybody can run again, and arms that are fixed at the start."""

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from db.queries.audit import verify_chain
from portal.access import Refused
from portal.services import tracks
from portal.services.draws import ARMS, Place, draw_arms
from portal.services.programs import (
    StartedProgram,
    Window,
    create_program,
    draw_places,
    record_choices,
)
from tests.factories import NOW, TODAY, make_person, make_team
from tests.small_house import SKILL, House

WINDOW = Window("baseline", TODAY, TODAY + timedelta(days=30))
START = TODAY + timedelta(days=31)


def create(house: House, lead, **changed) -> StartedProgram:
    values = {
        "name": "Spring",
        "track_id": "agents",
        "design": "lottery",
        "starts_on": START,
        "windows": [WINDOW],
        "now": NOW,
    }
    return create_program(house.store, viewer=lead, catalogue=house.catalogue, **(values | changed))


def draw(house: House, lead, program: StartedProgram, places, **changed):
    values = {"seed": 7, "track_id": "agents", "starts_on": START, "now": NOW}
    return draw_places(
        house.store, viewer=lead, program=program, places=places, **(values | changed)
    )


def people_in_teams(house: House, *sizes: int) -> list[Place]:
    places = []
    for size in sizes:
        team = make_team(house.store)
        places += [Place(make_person(house.store, team=team), team) for _ in range(size)]
    return places


def enrolments(house: House) -> list[tuple]:
    rows = text(
        "SELECT learner_id, arm, team_at_start_id, assigned_by FROM enrolment ORDER BY learner_id"
    )
    return [tuple(row) for row in house.store.read(lambda c: c.execute(rows).all())]


# --- the draw itself ------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_list_whatever_the_order_of_names() -> None:
    places = [Place(number, number % 5) for number in range(1, 60)]

    arms = draw_arms(places, seed=7)

    assert draw_arms(list(reversed(places)), seed=7) == arms
    assert draw_arms(places, seed=8) != arms


def test_the_arms_of_a_team_differ_by_at_most_one() -> None:
    for seed in range(50):
        places = [Place(number, number % 7) for number in range(1, 50)]
        arms = draw_arms(places, seed=seed)
        for team in range(7):
            members = [arms[place.learner_id] for place in places if place.team_id == team]
            assert abs(members.count("structured") - members.count("self_directed")) <= 1


def test_everyone_has_the_same_chance() -> None:
    """3,000 draws of a team of five: 1,500 expected, four standard deviations are 110."""
    places = [Place(number, 1) for number in range(1, 6)]

    counts = dict.fromkeys(range(1, 6), 0)
    for seed in range(3000):
        for learner, arm in draw_arms(places, seed=seed).items():
            counts[learner] += arm == "structured"

    assert all(abs(count - 1500) <= 110 for count in counts.values())


def test_who_joins_another_team_changes_no_arm_of_this_one() -> None:
    places = [Place(number, 1) for number in range(1, 9)]

    alone = draw_arms(places, seed=7)
    beside = draw_arms([*places, Place(99, 2)], seed=7)

    assert {learner: beside[learner] for learner in alone} == alone


# --- on record ------------------------------------------------------------------------------------


def test_a_program_has_a_cohort_and_the_same_windows_for_each_arm(house: House) -> None:
    program = create(house, house.viewer("program_lead"))

    rows = text(
        "SELECT cohort.arm, occasion.kind, occasion.opens_on, occasion.closes_on FROM cohort"
        " JOIN occasion ON occasion.cohort_id = cohort.id ORDER BY cohort.arm"
    )
    found = [tuple(map(str, row)) for row in house.store.read(lambda c: c.execute(rows).all())]
    window = ("baseline", str(WINDOW.opens_on), str(WINDOW.closes_on))
    assert found == [("self_directed", *window), ("structured", *window)]
    assert set(program.cohorts) == set(ARMS)


def test_a_draw_is_on_record_and_can_be_run_again(house: House) -> None:
    lead = house.viewer("program_lead")
    places = people_in_teams(house, 5, 4)

    arms = draw(house, lead, create(house, lead), places, seed=2026)

    seed, list_hash = house.store.read(
        lambda c: c.execute(text("SELECT seed, list_hash FROM lottery")).one()
    )
    again = draw_arms(places, seed=seed)
    assert again == arms
    assert hashlib.sha256(json.dumps(sorted(again.items())).encode()).hexdigest() == list_hash
    assert house.store.read(verify_chain) == []


def test_everyone_drawn_is_enrolled_with_the_team_of_that_day(house: House) -> None:
    lead = house.viewer("program_lead")
    places = people_in_teams(house, 3, 2)

    arms = draw(house, lead, create(house, lead), places)

    assert enrolments(house) == [
        (place.learner_id, arms[place.learner_id], place.team_id, "lottery") for place in places
    ]


def test_the_draw_puts_the_track_on_everybodys_list(house: House) -> None:
    lead, learner = house.viewer("program_lead"), house.viewer()
    draw(house, lead, create(house, lead), [Place(learner.person_id, None)])

    home = tracks.read_home(house.store, viewer=learner, catalogue=house.catalogue, now=NOW)

    assert [card.track.id for card in home.tracks] == ["agents"]
    assert [window.kind for window in home.windows] == ["baseline"]


@pytest.mark.parametrize(
    ("days", "due"), [(-1, [("baseline", False)]), (30, [("baseline", True)]), (31, [])]
)
def test_a_check_is_due_until_its_time_is_over_and_can_be_taken_once_it_has_come(
    house: House, days: int, due: list[tuple[str, bool]]
) -> None:
    lead, learner = house.viewer("program_lead"), house.viewer()
    draw(house, lead, create(house, lead), [Place(learner.person_id, None)])

    home = tracks.read_home(
        house.store, viewer=learner, catalogue=house.catalogue, now=NOW + timedelta(days=days)
    )

    assert [(one.kind, one.open) for one in home.windows] == due
    assert all(one.starts and one.skill == SKILL for one in home.windows)


def test_nobody_is_drawn_into_one_program_twice(house: House) -> None:
    lead = house.viewer("program_lead")
    program, places = create(house, lead), people_in_teams(house, 4)
    arms = draw(house, lead, program, places)

    with pytest.raises(Exception, match=r"(?i)unique"):
        draw(house, lead, program, places, seed=8)

    assert {row[0]: row[1] for row in enrolments(house)} == arms


def test_people_who_choose_are_enrolled_as_they_chose(house: House) -> None:
    lead = house.viewer("program_lead")
    first, second = people_in_teams(house, 2)

    record_choices(
        house.store,
        viewer=lead,
        program=create(house, lead, design="self"),
        choices={first: "structured", second: "self_directed"},
        track_id="agents",
        starts_on=START,
        now=NOW,
    )

    assert [(row[1], row[3]) for row in enrolments(house)] == [
        ("structured", "self"),
        ("self_directed", "self"),
    ]


def test_a_program_needs_a_published_track(house: House) -> None:
    with pytest.raises(Refused, match="not published"):
        create(house, house.viewer("program_lead"), track_id="gone")


def test_a_team_moved_later_changes_no_arm_and_no_team_at_start(house: House) -> None:
    lead = house.viewer("program_lead")
    places = people_in_teams(house, 3)
    draw(house, lead, create(house, lead), places)
    before = enrolments(house)

    house.store.write(lambda c: c.execute(text("UPDATE team_member SET ends_on = '2026-06-01'")))

    assert enrolments(house) == before
