"""Programs from the wish to the places: the frozen plan, the draw, and choices of routes."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db.queries.audit import verify_chain
from portal.access import Refused
from portal.services import choosing, lotteries, planning, tracks
from portal.services.comparing import Promise, read_programs, read_promise
from portal.services.planning import AnalysisPlan, Wish
from tests.factories import NOW, TODAY, lead_team, make_attempt, make_person, make_result, make_team
from tests.small_house import SKILL, House

START = TODAY + timedelta(days=40)


class Bank:
    """A unit with teams, a program lead, and what they do with programs."""

    def __init__(self, house: House, *sizes: int) -> None:
        self.house = house
        self.unit = make_team(house.store, name="Claims")
        self.teams = [make_team(house.store, parent=self.unit, members=size) for size in sizes]
        self.lead = house.viewer("program_lead")

    def wish(self, **changed) -> Wish:
        plan = {"skill": SKILL, "occasion": "end", "covariates": ("tenure",), "unit": "learner"}
        plan |= {name: changed.pop(name) for name in list(changed) if name in plan}
        values = {
            "name": "Spring",
            "tracks": ("agents",),
            "team_ids": (self.unit,),
            "design": "lottery",
            "starts_on": START,
            "weeks": 12,
            "plan": AnalysisPlan(**plan),
        }
        return Wish(**(values | changed))

    def plan(self, *, frozen: bool = True, **changed) -> int:
        known = {"viewer": self.lead, "now": NOW}
        program = planning.plan_program(
            self.house.store, catalogue=self.house.catalogue, wish=self.wish(**changed), **known
        )
        if frozen:
            planning.freeze_plan(self.house.store, program_id=program, **known)
        return program

    def draw(self, program: int, *, seed: int = 7, now=NOW) -> int:
        return lotteries.draw_program(
            self.house.store,
            viewer=self.lead,
            catalogue=self.house.catalogue,
            program_id=program,
            seed=seed,
            now=now,
        )

    def give(self, program: int, manager, choices) -> int:
        return choosing.give_places(
            self.house.store,
            viewer=manager,
            catalogue=self.house.catalogue,
            program_id=program,
            choices=choices,
            now=NOW,
        )

    def choose(self, program: int, learner, arm="structured", now=NOW) -> None:
        choosing.choose_place(
            self.house.store,
            viewer=learner,
            catalogue=self.house.catalogue,
            program_id=program,
            arm=arm,
            now=now,
        )

    def rows(self, sql: str) -> list[tuple]:
        return [tuple(r) for r in self.house.store.read(lambda c: c.execute(text(sql)).all())]

    def change_plan(self, program: int) -> None:
        planning.change_plan(
            self.house.store,
            viewer=self.lead,
            program_id=program,
            occasion="plus6",
            covariates=(),
            now=NOW + timedelta(days=1),
        )


# --- the plan -------------------------------------------------------------------------------------


def test_a_program_is_planned_with_its_cohorts_windows_and_units(house: House) -> None:
    bank = Bank(house, 4, 4)

    program = bank.plan(frozen=False)

    (planned,) = planning.read_planned(house.store, viewer=bank.lead)
    assert planned.team_ids == (bank.unit,)
    assert [one.kind for one in planned.occasions] == ["baseline", "end", "plus3", "plus6"]
    assert planned.occasions[0].closes_on < START == planned.starts[0]
    ends = [one.closes_on for one in planned.occasions]
    assert all(a < b.opens_on for a, b in zip(ends, planned.occasions[1:], strict=False))
    assert planned.plan.frozen_at is None
    assert planned.program.id == program


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": " "}, "name"),
        ({"tracks": ("gone",)}, "published tracks"),
        ({"tracks": ()}, "published tracks"),
        ({"skill": "ai-sense"}, "skill that one of the tracks"),
        ({"starts_on": TODAY + timedelta(days=29)}, "Choose a start from"),
        ({"weeks": 3}, "4 to 52 weeks"),
        ({"design": "wave", "waves": 5}, "two or three waves"),
        ({"occasion": "baseline"}, "check that decides"),
        ({"covariates": ("score",)}, "before the start"),
        ({"team_ids": ()}, "units whose people"),
        ({"team_ids": (10**6,)}, "units whose people"),
        ({"unit": "office"}, "single people or whole teams"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_a_sentence(house: House, changed, sentence) -> None:
    bank = Bank(house, 2)

    with pytest.raises(Refused, match=sentence):
        bank.plan(**changed)

    assert bank.rows("SELECT id FROM program") == []


def test_two_programs_never_share_a_name(house: House) -> None:
    bank = Bank(house, 2)
    bank.plan()

    with pytest.raises(Refused, match="of this name already"):
        bank.plan()


def test_a_plan_can_be_changed_until_it_is_frozen_and_never_after(house: House) -> None:
    bank = Bank(house, 4)
    program = bank.plan(frozen=False)
    bank.change_plan(program)
    assert planning.read_planned(house.store, viewer=bank.lead)[0].plan.occasion == "plus6"
    planning.freeze_plan(house.store, viewer=bank.lead, program_id=program, now=NOW)

    with pytest.raises(Refused, match=r"frozen on .* can no longer be changed"):
        bank.change_plan(program)
    with pytest.raises(Refused, match="frozen on"):
        planning.freeze_plan(house.store, viewer=bank.lead, program_id=program, now=NOW)


def test_the_database_itself_refuses_to_change_a_frozen_plan(house: House) -> None:
    bank = Bank(house, 4)
    bank.plan()

    for change in ("occasion = 'plus6'", "covariates = '[]'", "frozen_at = NULL, plan_hash = ''"):
        statement = text(f"UPDATE program_plan SET {change}")
        with pytest.raises(DBAPIError, match="frozen"):
            house.store.write(lambda c, statement=statement: c.execute(statement))

    assert bank.rows("SELECT occasion FROM program_plan") == [("end",)]


def test_the_hash_of_a_frozen_plan_stands_in_the_audit_chain(house: House) -> None:
    bank = Bank(house, 4)
    bank.plan()

    (planned,) = planning.read_planned(house.store, viewer=bank.lead)
    ((payload,),) = bank.rows("SELECT payload FROM audit WHERE deed = 'froze an analysis plan'")
    assert planned.plan.plan_hash == planning.plan_hash(planned)
    assert planned.plan.plan_hash in payload
    assert house.store.read(verify_chain) == []


def promise(bank: Bank, program: int) -> Promise | None:
    return read_promise(
        bank.house.store,
        viewer=bank.lead,
        catalogue=bank.house.catalogue,
        program_id=program,
        now=NOW,
    )


def test_the_check_that_decides_stands_beside_every_comparison(house: House) -> None:
    bank = Bank(house, 4)

    assert promise(bank, bank.plan(occasion="plus3")) == Promise("plus3", NOW, True)
    assert promise(bank, bank.plan(name="Later", frozen=False)) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE occasion SET closes_on = '2027-01-01'",
        "UPDATE cohort SET starts_on = '2026-02-01'",
        "UPDATE program SET design = 'manager'",
        "DELETE FROM program_unit",
    ],
)
def test_a_program_changed_past_its_frozen_plan_is_found(house: House, change: str) -> None:
    bank = Bank(house, 4)
    program = bank.plan()

    house.store.write(lambda connection: connection.execute(text(change)).rowcount)

    found = promise(bank, program)
    assert found is not None
    assert not found.kept


def test_no_plan_is_frozen_once_there_are_results(house: House) -> None:
    bank = Bank(house, 4)
    program = bank.plan(design="self")
    learner = house.viewer(team=bank.teams[0])
    bank.choose(program, learner)
    ((enrolment,),) = bank.rows("SELECT id FROM enrolment")
    attempt = make_attempt(house.store, learner=learner.person_id, skill=SKILL, items=0)
    make_result(house.store, attempt=attempt, enrolment=enrolment, occasion="end", skill=SKILL)
    # As if the plan had been taken away and written anew.
    house.store.write(lambda c: c.execute(text("DELETE FROM program_plan")).rowcount)
    house.store.write(
        lambda c: (
            c.execute(
                text(
                    "INSERT INTO program_plan (program_id, skill, occasion, covariates, unit,"
                    " drafted_at, plan_hash) VALUES (:p, 'agent-operations', 'end', '[]',"
                    " 'learner', '2026-03-02 09:00:00', '')"
                ),
                {"p": program},
            ).rowcount
        )
    )

    with pytest.raises(Refused, match="results already"):
        planning.freeze_plan(house.store, viewer=bank.lead, program_id=program, now=NOW)


# --- the draw -------------------------------------------------------------------------------------


def test_everybody_in_the_units_is_drawn_within_their_team(house: House) -> None:
    bank = Bank(house, 5, 6, 4)
    program = bank.plan()

    assert bank.draw(program) == 15

    counts = bank.rows(
        "SELECT team_at_start_id, sum(CASE WHEN arm = 'structured' THEN 1 ELSE 0 END), count(*)"
        " FROM enrolment GROUP BY team_at_start_id ORDER BY team_at_start_id"
    )
    assert [(int(s) * 2 - int(n)) in {-1, 0, 1} for _team, s, n in counts] == [True] * 3
    strata = bank.rows("SELECT DISTINCT stratum FROM enrolment_start ORDER BY stratum")
    assert {one[0] for one in strata} == {str(team) for team in bank.teams}


@pytest.mark.parametrize("unit", ["learner", "team"])
@pytest.mark.parametrize("design", ["lottery", "wave"])
def test_a_draw_run_again_gives_the_same_list(house: House, unit, design) -> None:
    bank = Bank(house, 3, 4, 3, 5, 3, 4)
    program = bank.plan(unit=unit, design=design)
    bank.draw(program, seed=99)

    again = lotteries.run_draw_again(house.store, viewer=bank.lead, program_id=program)

    assert (again.people, again.same_list, again.same_hash, again.seed) == (22, True, True, 99)


def test_a_draw_whose_places_were_moved_says_so(house: House) -> None:
    bank = Bank(house, 4, 4)
    program = bank.plan()
    bank.draw(program)
    one, other = (row[0] for row in bank.rows("SELECT id FROM cohort ORDER BY id"))
    swap = text(
        "UPDATE enrolment SET cohort_id = :other WHERE id ="
        " (SELECT min(id) FROM enrolment WHERE cohort_id = :one)"
    )
    house.store.write(lambda c: c.execute(swap, {"one": one, "other": other}).rowcount)

    again = lotteries.run_draw_again(house.store, viewer=bank.lead, program_id=program)

    assert not again.same_list


def test_whole_teams_are_drawn_when_the_plan_says_so(house: House) -> None:
    bank = Bank(house, 3, 4, 3, 5)
    bank.draw(bank.plan(unit="team"))

    arms = bank.rows("SELECT DISTINCT team_at_start_id, arm FROM enrolment")
    assert len(arms) == 4
    assert sorted(arm for _team, arm in arms) == ["self_directed"] * 2 + ["structured"] * 2


def test_everyone_gets_the_structured_route_in_drawn_order(house: House) -> None:
    bank = Bank(house, 6, 6)
    program = bank.plan(design="wave")
    bank.draw(program)

    rows = bank.rows(
        "SELECT arm, starts_on, assigned_by, count(*) FROM enrolment"
        " GROUP BY arm, starts_on, assigned_by ORDER BY starts_on"
    )
    assert [(arm, by, n) for arm, _day, by, n in rows] == [("structured", "wave", 4)] * 3
    (planned,) = planning.read_planned(house.store, viewer=bank.lead)
    checks = planned.occasions
    assert all(
        check.closes_on < start < later.opens_on
        for start, check, later in zip(planned.starts, checks, checks[1:], strict=False)
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"frozen": False}, "Freeze the analysis plan first"),
        ({"design": "manager"}, "people are not drawn"),
    ],
)
def test_nothing_is_drawn_that_may_not_be(house: House, given, sentence) -> None:
    bank = Bank(house, 4)
    program = bank.plan(**given)

    with pytest.raises(Refused, match=sentence):
        bank.draw(program)

    assert bank.rows("SELECT id FROM enrolment") == []


def test_a_draw_counts_once_and_only_before_the_start(house: House) -> None:
    bank = Bank(house, 4)
    program = bank.plan()
    with pytest.raises(Refused, match="started on"):
        bank.draw(program, now=NOW + timedelta(days=60))
    bank.draw(program)
    before = bank.rows("SELECT learner_id, arm FROM enrolment ORDER BY id")

    with pytest.raises(Refused, match="drawn before"):
        bank.draw(program, seed=8)

    assert bank.rows("SELECT learner_id, arm FROM enrolment ORDER BY id") == before


def test_too_few_people_for_every_group_are_not_drawn(house: House) -> None:
    bank = Bank(house, 4)
    program = bank.plan(unit="team")

    with pytest.raises(Refused, match="too few people or teams"):
        bank.draw(program)


def test_who_is_in_another_program_on_the_skill_is_not_drawn(house: House) -> None:
    bank = Bank(house, 4, 4)
    first = bank.plan(team_ids=(bank.teams[0],))
    bank.draw(first)
    second = bank.plan(name="Autumn")

    invited = lotteries.read_invited(
        house.store, viewer=bank.lead, catalogue=house.catalogue, program_id=second, now=NOW
    )
    assert (len(invited.people), invited.busy) == (4, 4)
    assert bank.draw(second) == 4


# --- choices --------------------------------------------------------------------------------------


def test_a_manager_gives_routes_to_the_own_line_only(house: House) -> None:
    bank = Bank(house, 3, 3)
    program = bank.plan(design="manager")
    manager = house.viewer("employee", "manager")
    lead_team(house.store, person=manager.person_id, team=bank.teams[0])

    ((_planned, members),) = choosing.read_line_programs(
        house.store, viewer=manager, catalogue=house.catalogue, now=NOW
    )
    own = [one.learner_id for one in members]
    assert len(own) == 3
    other = make_person(house.store, team=bank.teams[1])
    with pytest.raises(Refused, match="your own line"):
        bank.give(program, manager, {own[0]: "structured", other: "structured"})
    assert bank.rows("SELECT id FROM enrolment") == []

    assert bank.give(program, manager, {own[0]: "structured", own[1]: "self_directed"}) == 2
    with pytest.raises(Refused, match="stays as it was"):
        bank.give(program, manager, {own[0]: "self_directed"})
    assert bank.rows("SELECT arm, assigned_by FROM enrolment ORDER BY id") == [
        ("structured", "manager"),
        ("self_directed", "manager"),
    ]


def test_a_manager_of_nobody_is_offered_nothing(house: House) -> None:
    bank = Bank(house, 3)
    program = bank.plan(design="manager")
    stranger = house.viewer("manager")

    known = {"viewer": stranger, "catalogue": house.catalogue, "now": NOW}
    assert choosing.read_line_programs(house.store, **known) == ()
    with pytest.raises(Refused, match="your own line"):
        bank.give(program, stranger, {make_person(house.store, team=bank.teams[0]): "structured"})


def test_a_learner_chooses_a_route_once(house: House) -> None:
    bank = Bank(house, 3)
    program = bank.plan(design="self")
    learner = house.viewer(team=bank.teams[0])
    known = {"viewer": learner, "catalogue": house.catalogue, "now": NOW}
    (offer,) = choosing.read_offers(house.store, **known)
    assert (offer.program_id, offer.arm) == (program, None)

    bank.choose(program, learner, "self_directed")

    assert choosing.read_offers(house.store, **known)[0].arm == "self_directed"
    with pytest.raises(Refused, match="stays as it was"):
        bank.choose(program, learner, "structured")


def test_who_is_not_meant_by_a_program_cannot_choose_in_it(house: House) -> None:
    bank = Bank(house, 3)
    program = bank.plan(design="self")
    stranger = house.viewer(team=make_team(house.store))

    known = {"viewer": stranger, "catalogue": house.catalogue, "now": NOW}
    assert choosing.read_offers(house.store, **known) == ()
    with pytest.raises(Refused, match="for other teams"):
        bank.choose(program, stranger)
    with pytest.raises(Refused, match="do not choose"):
        bank.choose(bank.plan(name="Drawn"), stranger)


def test_nobody_chooses_two_programs_on_one_skill(house: House) -> None:
    bank = Bank(house, 3)
    learner = house.viewer(team=bank.teams[0])
    bank.choose(bank.plan(design="self"), learner)
    second = bank.plan(name="Second", design="self")

    with pytest.raises(Refused, match="two programs on the same skill"):
        bank.choose(second, learner)


# --- on one's own ---------------------------------------------------------------------------------


def take(house: House, learner) -> None:
    tracks.take_track(
        house.store, viewer=learner, catalogue=house.catalogue, track_id="agents", now=NOW
    )


def test_who_takes_a_track_alone_joins_its_standing_cohort_once(house: House) -> None:
    team = make_team(house.store)
    first, second = house.viewer(team=team), house.viewer(team=team)

    for learner in (first, second, first):
        take(house, learner)

    bank = Bank(house)
    assert bank.rows("SELECT learner_id, arm, team_at_start_id, assigned_by FROM enrolment") == [
        (one.person_id, "self_directed", team, "self") for one in (first, second)
    ]
    assert len(bank.rows("SELECT cohort_id FROM standing_cohort")) == 1
    assert read_programs(house.store, viewer=bank.lead, now=NOW) == ()


def test_the_checks_of_who_learns_alone_count_for_the_self_directed_route(house: House) -> None:
    learner = house.viewer(team=make_team(house.store))
    take(house, learner)

    house.take_check(learner)

    assert Bank(house).rows("SELECT arm, occasion FROM result") == [("self_directed", None)]


def test_who_has_a_route_in_a_program_does_not_join_the_standing_cohort(house: House) -> None:
    bank = Bank(house, 3)
    learner = house.viewer(team=bank.teams[0])
    bank.choose(bank.plan(design="self"), learner)

    take(house, learner)

    assert bank.rows("SELECT arm FROM enrolment") == [("structured",)]
