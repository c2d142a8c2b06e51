"""A person's levels are shown to the managers of the own line while the person says so."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from db.columns import table
from db.queries.audit import verify_chain
from db.store import Store
from db.tables_guard import Audit
from portal.access import Refused, Viewer
from portal.services.consenting import (
    LOOKED,
    find_shown_people,
    give_consent,
    look_at_levels,
    read_own_consent,
    take_consent_back,
)
from tests.factories import (
    NOW,
    TODAY,
    grant_role,
    join_team,
    lead_team,
    make_attempt,
    make_person,
    make_result,
    make_team,
)
from tests.small_house import SKILL, House

HOUR = timedelta(hours=1)


@pytest.fixture
def line(house: House) -> dict[str, Viewer]:
    """A unit with a team below it, a manager above, and somebody in another unit."""
    store = house.store
    unit = make_team(store, name="Operations")
    team = make_team(store, name="Claims", parent=unit)
    ids = {
        "learner": make_person(store, name="Bo Berg", team=team, role_profile="builder"),
        "manager": make_person(store, name="Joan Weiss", roles=("employee", "manager")),
        "other": make_person(store, name="Kim Hall", roles=("employee", "manager")),
    }
    lead_team(store, person=ids["manager"], team=unit)
    lead_team(store, person=ids["other"], team=make_team(store, name="Elsewhere"))
    taken = make_attempt(store, learner=ids["learner"], skill=SKILL, submitted_at=NOW)
    make_result(store, attempt=taken, skill=SKILL, theta=0.9)
    roles = {"learner": {"employee"}, "manager": {"employee", "manager"}}
    return {
        name: Viewer(id_, name, frozenset(roles.get(name, roles["manager"])), "builder")
        for name, id_ in ids.items()
    }


def look(house: House, viewer: Viewer, person: Viewer, *, now=NOW):
    return look_at_levels(
        house.store, viewer=viewer, person_id=person.person_id, catalogue=house.catalogue, now=now
    )


def looks(store: Store) -> int:
    audit = table(Audit)
    return store.read(
        lambda c: c.execute(select(func.count()).where(audit.c.deed == LOOKED)).scalar_one()
    )


def test_nobody_sees_levels_before_the_person_says_so(house, line):
    assert not read_own_consent(house.store, viewer=line["learner"], now=NOW).given
    assert find_shown_people(house.store, viewer=line["manager"], now=NOW) == ()

    with pytest.raises(Refused, match="Nobody under this address"):
        look(house, line["manager"], line["learner"])
    assert looks(house.store) == 0


def test_the_manager_above_sees_levels_and_no_score(house, line):
    assert give_consent(house.store, viewer=line["learner"], now=NOW)

    (person,) = find_shown_people(house.store, viewer=line["manager"], now=NOW)
    shown = look(house, line["manager"], line["learner"])

    assert (person.name, person.team) == ("Bo Berg", "Claims")
    (level,) = shown.levels
    assert (level.skill.id, level.target, level.taken_at) == (SKILL, 3, NOW)
    assert level.band is not None
    assert not {"theta", "eap", "se", "correct"} & set(dir(level))


def test_a_consent_withdrawn_is_gone_at_the_next_click(house, line):
    give_consent(house.store, viewer=line["learner"], now=NOW)
    look(house, line["manager"], line["learner"])

    assert take_consent_back(house.store, viewer=line["learner"], now=NOW + HOUR)

    with pytest.raises(Refused, match="Nobody under this address"):
        look(house, line["manager"], line["learner"], now=NOW + HOUR)
    assert find_shown_people(house.store, viewer=line["manager"], now=NOW + HOUR) == ()


def test_another_line_sees_nothing_and_neither_does_one_that_was_left(house, line):
    give_consent(house.store, viewer=line["learner"], now=NOW)

    with pytest.raises(Refused):
        look(house, line["other"], line["learner"])
    later = NOW + timedelta(days=40)
    lead_team(
        house.store,
        person=line["other"].person_id,
        team=make_team(house.store),
        starts_on=later.date(),
    )
    with pytest.raises(Refused):
        look(house, line["other"], line["learner"], now=later)


def test_somebody_who_changed_teams_is_shown_to_the_new_line_only(house, line):
    store, mover = house.store, make_person(house.store, name="Mo Lund")
    before = make_team(store, name="Before")
    join_team(store, person=mover, team=before, ends_on=TODAY)
    after = make_team(store, name="After")
    join_team(store, person=mover, team=after, starts_on=TODAY)
    lead_team(store, person=line["manager"].person_id, team=before)
    lead_team(store, person=line["other"].person_id, team=after)
    viewer = Viewer(mover, "Mo Lund", frozenset({"employee"}), "builder")
    give_consent(store, viewer=viewer, now=NOW)

    assert find_shown_people(store, viewer=line["manager"], now=NOW) == ()
    assert [one.name for one in find_shown_people(store, viewer=line["other"], now=NOW)] == [
        "Mo Lund"
    ]


def test_each_look_is_written_down_once_an_hour_and_shown_to_the_person(house, line):
    give_consent(house.store, viewer=line["learner"], now=NOW)

    for minutes in (0, 5, 59, 61):
        look(house, line["manager"], line["learner"], now=NOW + timedelta(minutes=minutes))

    own = read_own_consent(house.store, viewer=line["learner"], now=NOW + 2 * HOUR)
    assert own.looks == ((NOW + timedelta(minutes=61), "Joan Weiss"), (NOW, "Joan Weiss"))
    assert own.managers == ("Joan Weiss",)
    assert house.store.read(verify_chain) == []


def test_a_consent_keeps_its_dates_and_a_double_click_gives_it_once(house, line):
    viewer, store = line["learner"], house.store

    assert give_consent(store, viewer=viewer, now=NOW)
    assert not give_consent(store, viewer=viewer, now=NOW)
    assert take_consent_back(store, viewer=viewer, now=NOW + HOUR)
    assert not take_consent_back(store, viewer=viewer, now=NOW + HOUR)
    assert give_consent(store, viewer=viewer, now=NOW + 2 * HOUR)

    history = read_own_consent(store, viewer=viewer, now=NOW).history
    assert [(row.given_at, row.withdrawn_at) for row in history] == [
        (NOW + 2 * HOUR, None),
        (NOW, NOW + HOUR),
    ]


def test_a_manager_who_loses_the_role_is_refused_at_once(house, line):
    give_consent(house.store, viewer=line["learner"], now=NOW)
    plain = Viewer(line["manager"].person_id, "Joan", frozenset({"employee"}), "builder")

    with pytest.raises(Refused, match="You need the role"):
        look(house, plain, line["learner"])


def test_a_sponsor_sees_no_persons_levels(house, line):
    give_consent(house.store, viewer=line["learner"], now=NOW)
    grant_role(house.store, person=line["other"].person_id, role="sponsor")
    sponsor = Viewer(line["other"].person_id, "Kim", frozenset({"sponsor"}), "executive")

    with pytest.raises(Refused, match="You need the role"):
        find_shown_people(house.store, viewer=sponsor, now=NOW)
