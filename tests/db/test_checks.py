"""The skill check: saved at every click, resumed as it was, handed in once, its key kept secret."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.commands.limits import Limit, spend
from db.errors import AttemptForeign, AttemptPastDue, PositionUnknown, Refusal
from db.queries.audit import verify_answers, verify_chain
from db.queries.growth import compare_growth, select_growth
from db.store import Store
from portal.access import Refused
from portal.services import checks
from portal.services import results as results_service
from portal.services.catalogue import read_item
from portal.services.results import CheckResult
from portal.services.skills import read_skills
from tests.factories import (
    NOW,
    TODAY,
    make_cohort,
    make_enrolment,
    make_occasion,
    make_program,
    make_team,
)
from tests.small_house import CHECK_SIZE, MINUTES, SECURE_TYPES, SKILL, House

OVER = NOW + timedelta(minutes=MINUTES, seconds=1)
FAR = NOW + timedelta(days=400)
MUCH = "x" * 1_000_000
# What no question of any type takes.
BAD_RESPONSES = [
    {},
    {"choice": "z"},
    {"choice": float("nan")},
    {"choice": float("inf")},
    {"text": float("-inf")},
    {"order": [float("nan")]},
    {"choices": ["z"]},
    {"choices": [], "more": 1},
    {"text": MUCH},
    {"text": "\x00"},
    {"order": ["0"]},
    {"order": [0, 1, 2]},
    {"pairs": {"0": "9"}},
    {"pairs": {"9": "0"}},
    {"best": "z"},
    {"best": "a", "worst": "a"},
    {"choice": "a", "reason": "z"},
    [],
    "a",
    None,
]


def count_rows(store: Store, *tables: str) -> list[int]:
    return [
        store.read(lambda c, name=name: c.execute(text(f"SELECT count(*) FROM {name}")).scalar())
        for name in tables
    ]


def at_once(work: Callable[[int], object], *, threads: int = 8, calls: int = 8) -> list:
    barrier = threading.Barrier(threads)

    def run(first: int) -> list:
        barrier.wait()
        return [work(number) for number in range(first, calls, threads)]

    with ThreadPoolExecutor(threads) as pool:
        return [result for part in pool.map(run, range(threads)) for result in part]


def shown_texts(check: checks.OpenCheck) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (one.question.stem, tuple(option.text for option in one.question.options))
        for one in check.questions
    ]


# --- starting and resuming ------------------------------------------------------------------------


def test_a_check_has_a_question_of_every_secure_type(house: House) -> None:
    viewer = house.viewer()

    check = house.read(viewer, house.start(viewer))

    assert {one.question.type for one in check.questions} == set(SECURE_TYPES)
    assert len(check.questions) == CHECK_SIZE
    assert check.due_at == NOW + timedelta(minutes=MINUTES)
    assert {one.response for one in check.questions} == {None}


def test_a_double_click_starts_one_check(house: House) -> None:
    viewer = house.viewer()

    started = at_once(lambda number: house.start(viewer, seed=number))

    assert len(set(started)) == 1
    assert count_rows(house.store, "attempt", "attempt_item") == [1, CHECK_SIZE]


def test_a_check_resumes_with_the_same_questions_in_the_same_order(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer, seed=7)
    before = house.read(viewer, attempt_id)
    house.answer(viewer, attempt_id, 0)

    again = house.start(viewer, seed=99, now=NOW + timedelta(minutes=10))
    after = house.read(viewer, again)

    assert again == attempt_id
    assert shown_texts(after) == shown_texts(before)
    assert after.due_at == before.due_at
    assert [one.answered_at for one in after.questions[:2]] == [NOW + timedelta(minutes=1), None]


def test_two_people_meet_their_options_in_different_orders(house: House) -> None:
    orders = set()
    for seed in range(8):
        viewer = house.viewer()
        check = house.read(viewer, house.start(viewer, seed=seed))
        single = next(one for one in check.questions if one.question.type == "single")
        orders.add(tuple(option.key for option in single.question.options))

    assert len(orders) > 1


def test_a_check_keeps_its_questions_when_the_bank_is_edited_meanwhile(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    before = shown_texts(house.read(viewer, attempt_id))
    house.edit(
        "assessments/banks/agent-operations.md", old="Which step comes", new="What step comes"
    )
    assert house.publish()["bank.agent-operations"].outcome == "published"

    assert shown_texts(house.read(viewer, attempt_id)) == before
    house.submit(viewer, attempt_id)
    assert count_rows(house.store, "result") == [1]


def test_a_skill_without_a_check_is_refused(house: House) -> None:
    for skill in ("governance", "", "' OR 1=1"):
        with pytest.raises(Refused, match="no skill check"):
            house.start(house.viewer(), skill=skill)


def beginning(day: object) -> datetime:
    """The first moment of a day: who was told to come on that day may come then."""
    return datetime.combine(day, time.min, tzinfo=UTC)  # type: ignore[arg-type]


def test_a_check_cannot_be_taken_again_at_once(house: House) -> None:
    viewer = house.viewer()
    house.take_check(viewer)

    with pytest.raises(Refused, match="too recent") as refused:
        house.start(viewer, now=NOW + timedelta(days=29))

    assert refused.value.values == {"day": (NOW + timedelta(days=31)).date()}
    assert house.start(viewer, now=beginning(refused.value.values["day"]))


def test_a_check_taken_while_another_start_decides_does_not_get_round_the_pause(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = house.viewer()
    look = checks._require_rest
    beside: list[threading.Thread] = []

    def take_a_whole_check() -> None:
        house.submit(viewer, house.start(viewer))

    def look_slowly(*given: Any, **more: Any) -> None:
        look(*given, **more)
        if not beside:
            beside.append(threading.Thread(target=take_a_whole_check))
            beside[0].start()
            beside[0].join(0.3)

    monkeypatch.setattr(checks, "_require_rest", look_slowly)
    house.start(viewer)
    beside[0].join()

    assert count_rows(house.store, "attempt", "result") == [1, 1]


def test_forms_differ_and_no_question_returns_within_180_days(house: House) -> None:
    viewer = house.viewer()
    seen: list[set[str]] = []
    for day in (0, 40, 80):
        attempt_id = house.take_check(viewer, now=NOW + timedelta(days=day))
        seen.append({one.question.item_id for one in house.read(viewer, attempt_id).questions})

    assert len(set.union(*seen)) == 3 * CHECK_SIZE
    with pytest.raises(Refused, match="every form") as refused:
        house.start(viewer, now=NOW + timedelta(days=120))
    assert refused.value.values == {"day": (NOW + timedelta(days=181)).date()}
    attempt_id = house.start(viewer, now=beginning(refused.value.values["day"]))
    again = {one.question.item_id for one in house.read(viewer, attempt_id).questions}
    assert again == seen[0]


BANK = "assessments/banks/agent-operations.md"


def test_a_bank_with_two_forms_gives_everybody_one_of_the_two(house: House) -> None:
    house.edit(BANK, old="form: C\n", new="form: C\nstatus: draft\n")
    house.publish()

    viewers = [house.viewer() for _ in range(6)]
    ids = [
        one.question.item_id
        for viewer in viewers
        for one in house.read(viewer, house.take_check(viewer)).questions
    ]

    assert {id_[-3] for id_ in ids} == {"a", "b"}
    house.take_check(viewers[0], now=NOW + timedelta(days=40))
    with pytest.raises(Refused, match="every form"):
        house.start(viewers[0], now=NOW + timedelta(days=80))


def test_questions_without_a_form_are_asked_once_in_180_days(house: House) -> None:
    for form in "ABC":
        house.edit(BANK, old=f"form: {form}\n", new="")
    house.publish()
    viewer = house.viewer()

    met = [
        one.question.item_id
        for day in (0, 40, 80)
        for one in house.read(
            viewer, house.take_check(viewer, now=NOW + timedelta(days=day))
        ).questions
    ]

    assert len(set(met)) == len(met) == 3 * CHECK_SIZE


def test_a_question_that_moved_to_another_form_is_not_met_again(house: House) -> None:
    viewer = house.viewer()
    first = house.read(viewer, house.take_check(viewer)).questions
    form = first[0].question.item_id[-3].upper()
    other = "ABC"[("ABC".index(form) + 1) % 3]
    house.edit(BANK, old=f"form: {form}\n", new="form: X\n")
    house.edit(BANK, old=f"form: {other}\n", new=f"form: {form}\n")
    house.edit(BANK, old="form: X\n", new=f"form: {other}\n")
    house.publish()

    met = {one.question.item_id for one in first}
    for day in (40, 80):
        attempt_id = house.take_check(viewer, now=NOW + timedelta(days=day))
        again = {one.question.item_id for one in house.read(viewer, attempt_id).questions}
        assert not met & again
        met |= again


def test_a_check_that_cannot_be_put_together_says_so_to_the_learner(house: House) -> None:
    viewer = house.viewer()
    (check,) = house.catalogue.checks.values()
    few = dict(list(check.item_revisions.items())[:3])
    short = replace(house.catalogue, checks={check.id: replace(check, item_revisions=few)})

    house.catalogue = short
    with pytest.raises(Refused, match="cannot be put together"):
        house.start(viewer)


def test_teammates_of_a_cohort_meet_each_form_equally_often(house: House) -> None:
    team, cohort = make_team(house.store), make_cohort(house.store)
    make_occasion(house.store, cohort=cohort)
    people = [house.viewer(team=team) for _ in range(6)]
    for person in people:
        make_enrolment(house.store, learner=person.person_id, cohort=cohort, team=team)

    forms = [
        house.read(person, house.start(person)).questions[0].question.item_id[-3]
        for person in people
    ]

    assert sorted(forms) == ["a", "a", "b", "b", "c", "c"]


# --- answers --------------------------------------------------------------------------------------


def test_an_answer_is_read_back_with_its_time(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    for position in range(CHECK_SIZE):
        house.answer(viewer, attempt_id, position)

    questions = house.read(viewer, attempt_id).questions

    assert {one.answered_at for one in questions} == {NOW + timedelta(minutes=1)}
    assert [one.response for one in questions] == [
        house.right_response(attempt_id, position, viewer=viewer) for position in range(CHECK_SIZE)
    ]


def test_the_same_click_sent_twice_is_saved_once(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)

    saved = at_once(lambda _number: house.answer(viewer, attempt_id, 0, operation_id="one"))

    assert len({(one.seq, one.answered_at) for one in saved}) == 1
    assert count_rows(house.store, "answer") == [1]


def test_an_answer_that_was_not_offered_is_refused_and_changes_nothing(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)

    for position in range(CHECK_SIZE):
        for number, response in enumerate(BAD_RESPONSES):
            if response == {"best": "a", "worst": "a"} or not _is_admissible(
                house, viewer, attempt_id, position, response
            ):
                with pytest.raises(Refused):
                    house.answer(
                        viewer,
                        attempt_id,
                        position,
                        response=response,
                        operation_id=f"{position}-{number}",
                    )

    assert count_rows(house.store, "answer") == [0]


def _is_admissible(house: House, viewer, attempt_id, position, response) -> bool:
    """Say whether a response that is bad for most types is a sound one for this question."""
    type_ = house.read(viewer, attempt_id).questions[position].question.type
    return (type_, response) == ("matching", {"pairs": {}})


def test_a_question_that_is_not_in_the_check_is_refused(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)

    for position in (-1, CHECK_SIZE, 10**6):
        with pytest.raises(PositionUnknown, match="no question"):
            house.answer(viewer, attempt_id, position, response={"choice": "a"})

    assert count_rows(house.store, "answer") == [0]


def test_a_flag_on_a_question_that_is_not_in_the_check_is_refused(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)

    with pytest.raises((Refused, Refusal)):
        flag(house, viewer, attempt_id, position=CHECK_SIZE)


def flag(house: House, viewer, attempt_id: int, *, position: int = 0, flagged: bool = True):
    checks.flag_question(
        house.store,
        viewer=viewer,
        attempt_id=attempt_id,
        position=position,
        flagged=flagged,
        now=NOW,
    )


def test_a_flag_is_kept_and_taken_back(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)

    flag(house, viewer, attempt_id, position=2)
    assert [one.flagged for one in house.read(viewer, attempt_id).questions].index(True) == 2
    flag(house, viewer, attempt_id, position=2, flagged=False)
    assert not any(one.flagged for one in house.read(viewer, attempt_id).questions)


def test_another_persons_check_is_out_of_reach(house: House) -> None:
    owner, stranger = house.viewer(), house.viewer()
    attempt_id = house.start(owner)

    with pytest.raises(Refused, match="nothing of yours"):
        house.read(stranger, attempt_id)
    with pytest.raises(AttemptForeign):
        house.answer(
            stranger,
            attempt_id,
            0,
            response=house.right_response(attempt_id, 0, viewer=owner),
        )
    with pytest.raises(Refused, match="nothing of yours"):
        flag(house, stranger, attempt_id)
    with pytest.raises(Refused, match="nothing of yours"):
        house.submit(stranger, attempt_id)
    with pytest.raises(Refused, match="nothing of yours"):
        read_result(house, stranger, attempt_id)

    assert count_rows(house.store, "answer", "result") == [0, 0]
    assert house.read(owner, attempt_id).submitted_at is None


def test_a_lesson_practice_is_no_check(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.open(viewer).attempt_id

    with pytest.raises(Refused, match="no skill check"):
        house.read(viewer, attempt_id)
    with pytest.raises(Refused, match="no skill check"):
        house.submit(viewer, attempt_id)


def test_answers_after_the_end_are_refused_and_those_before_kept(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    house.answer(viewer, attempt_id, 0)
    house.answer(viewer, attempt_id, 1, now=NOW + timedelta(minutes=MINUTES))

    with pytest.raises(AttemptPastDue, match="over"):
        house.answer(viewer, attempt_id, 2, now=OVER)

    answered = [one.response is not None for one in house.read(viewer, attempt_id).questions]
    assert answered[:3] == [True, True, False]


def test_an_answer_after_handing_in_is_refused(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    house.submit(viewer, attempt_id)

    with pytest.raises(Refusal, match="handed in"):
        house.answer(viewer, attempt_id, 0)
    with pytest.raises(Refused, match="handed in"):
        flag(house, viewer, attempt_id)

    assert count_rows(house.store, "answer") == [0]


# --- the key --------------------------------------------------------------------------------------


def test_nothing_of_the_key_leaves_the_room(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.take_check(viewer)

    told = repr(house.read(viewer, attempt_id)) + repr(read_result(house, viewer, attempt_id))

    # The learner's own answers are theirs, and the right text answer is among them here.
    told = told.replace("{'text': 'CANARY trace'}", "").replace("{'text': '471122.75'}", "")
    assert not any(word in told for word in ("CANARY", "47112", "882211", "M101", "right="))


# --- handing in -----------------------------------------------------------------------------------


def read_result(house: House, viewer, attempt_id: int) -> CheckResult:
    return results_service.read_result(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        attempt_id=attempt_id,
    )


def test_a_result_is_an_estimate_with_its_error_and_the_cells(house: House) -> None:
    viewer = house.viewer()

    found = read_result(house, viewer, house.take_check(viewer))

    assert found.result.correct == found.result.items == CHECK_SIZE
    assert found.result.se > 0
    assert found.cells == {"parts": (5, 5), "tools": (4, 4)}
    assert found.result.model == "prior"
    assert found.change is None


def test_what_is_not_answered_counts_as_not_right(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    house.answer(viewer, attempt_id, 0)
    house.submit(viewer, attempt_id)

    found = read_result(house, viewer, attempt_id)

    assert (found.result.correct, found.result.items) == (1, CHECK_SIZE)


def test_no_result_before_handing_in(house: House) -> None:
    viewer = house.viewer()

    with pytest.raises(Refused, match="not handed in"):
        read_result(house, viewer, house.start(viewer))


def test_a_second_check_stands_beside_the_one_before(house: House) -> None:
    viewer = house.viewer()
    first = house.take_check(viewer)
    second = house.take_check(viewer, now=NOW + timedelta(days=40))

    change = read_result(house, viewer, second).change

    assert change is not None
    assert (change.before.attempt_id, change.after.attempt_id) == (first, second)
    own = read_skills(house.store, viewer=viewer, catalogue=house.catalogue)[0]
    assert [row.attempt_id for row in own.history] == [first, second]


def test_an_overdue_check_is_handed_in_with_what_was_saved(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    house.answer(viewer, attempt_id, 0)

    early = submit_if_over(house, viewer, attempt_id, now=NOW + timedelta(minutes=MINUTES - 1))
    late = submit_if_over(house, viewer, attempt_id, now=NOW + timedelta(days=2))

    assert (early, late) == (False, True)
    assert read_result(house, viewer, attempt_id).result.correct == 1
    assert house.read(viewer, attempt_id).submitted_at == NOW + timedelta(minutes=MINUTES)


def submit_if_over(house: House, viewer, attempt_id: int, *, now) -> bool:
    return checks.submit_if_over(
        house.store,
        viewer=viewer,
        catalogue=house.catalogue,
        read_item=house.read_item,
        check=house.read(viewer, attempt_id),
        now=now,
    )


def test_a_check_is_handed_in_once_however_often_it_is_asked(house: House) -> None:
    viewer = house.viewer(team=make_team(house.store))
    attempt_id = house.start(viewer)
    house.answer(viewer, attempt_id, 0)

    handed_in = at_once(lambda _number: house.submit(viewer, attempt_id), calls=16)

    assert sorted(handed_in) == [False] * 15 + [True]
    assert count_rows(house.store, "result") == [1]
    deeds = house.store.read(
        lambda c: c.execute(
            text("SELECT count(*) FROM audit WHERE deed = 'handed a skill check in'")
        ).scalar()
    )
    assert deeds == 1


def test_200_checks_handed_in_at_once_give_one_result_each(house: House) -> None:
    """100 people, each twice at the same time, none of the questions read before."""
    top = make_team(house.store)
    teams = [make_team(house.store, parent=top) for _ in range(4)]
    people = [house.viewer(team=teams[number % 4]) for number in range(100)]
    attempts = [house.start(person) for person in people]

    handed_in = at_once(
        lambda number: house.submit(
            people[number % 100],
            attempts[number % 100],
            read_item=lambda revision: read_item(house.store, revision),
        ),
        threads=50,
        calls=200,
    )

    assert sum(handed_in) == 100
    assert count_rows(house.store, "result") == [100]
    assert house.store.read(compare_growth).empty
    line = house.store.read(lambda c: select_growth(c, team_ids=[top], scope="line"))
    assert list(line["n"]) == [100]
    assert house.store.read(verify_chain) == []


def test_answers_and_handing_in_at_once_never_lose_an_acknowledged_answer(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    rights = [
        house.right_response(attempt_id, position, viewer=viewer) for position in range(CHECK_SIZE)
    ]

    def act(number: int) -> bool:
        if number == 8:
            return house.submit(viewer, attempt_id)
        try:
            house.answer(viewer, attempt_id, number, response=rights[number])
        except Refusal:
            return False
        return True

    outcomes = at_once(act, threads=9, calls=9)

    kept = sum(outcomes[:-1])
    assert read_result(house, viewer, attempt_id).result.correct == kept
    assert count_rows(house.store, "answer") == [kept]
    assert house.store.read(verify_answers) == []


# --- what a result belongs to ---------------------------------------------------------------------


def enrolled(house: House, *, opens_on=TODAY, kind: str = "baseline", team: int | None = None):
    """An employee in a structured cohort whose window opens on a day."""
    program = make_program(house.store)
    cohort = make_cohort(house.store, program=program)
    make_occasion(house.store, cohort=cohort, kind=kind, opens_on=opens_on)
    viewer = house.viewer(team=team)
    make_enrolment(house.store, learner=viewer.person_id, cohort=cohort, team=team)
    return viewer


def results(house: House) -> list[tuple]:
    rows = text("SELECT arm, occasion, team_at_taking_id FROM result ORDER BY id")
    return [tuple(row) for row in house.store.read(lambda c: c.execute(rows).all())]


def test_a_check_in_an_open_window_belongs_to_its_occasion_arm_and_team(house: House) -> None:
    team = make_team(house.store)
    viewer = enrolled(house, team=team)

    house.take_check(viewer)

    assert results(house) == [("structured", "baseline", team)]


def test_a_check_outside_the_window_belongs_to_no_occasion(house: House) -> None:
    early = enrolled(house, opens_on=TODAY + timedelta(days=1))
    late = enrolled(house, opens_on=TODAY - timedelta(days=31))

    house.take_check(early)
    house.take_check(late)

    assert results(house) == [(None, None, None)] * 2


def test_both_days_of_a_window_belong_to_it(house: House) -> None:
    first = enrolled(house, opens_on=TODAY)
    last = enrolled(house, opens_on=TODAY - timedelta(days=30))

    house.take_check(first)
    house.take_check(last)

    assert [row[1] for row in results(house)] == ["baseline", "baseline"]


def test_a_window_is_used_once_and_overrides_the_pause(house: House) -> None:
    viewer = house.viewer()
    house.take_check(viewer, now=NOW - timedelta(days=10))
    cohort = make_cohort(house.store)
    make_occasion(house.store, cohort=cohort)
    make_enrolment(house.store, learner=viewer.person_id, cohort=cohort)

    house.take_check(viewer)

    assert [row[1] for row in results(house)] == [None, "baseline"]
    with pytest.raises(Refused, match="too recent"):
        house.start(viewer, now=NOW + timedelta(days=5))


def test_the_result_goes_to_the_audit_without_the_answers(house: House) -> None:
    viewer = house.viewer()
    house.take_check(viewer)

    rows = house.store.read(lambda c: c.execute(text("SELECT payload FROM audit")).scalars().all())

    told = json.dumps([str(row) for row in rows])
    assert "CANARY" not in told
    assert house.store.read(verify_chain) == []


def test_level_and_target_follow_the_role(house: House) -> None:
    builder, other = house.viewer(), house.viewer(role_profile="all-staff")
    for person in (builder, other):
        attempt_id = house.start(person)
        house.submit(person, attempt_id)

    rows = house.store.read(
        lambda c: c.execute(text("SELECT level, at_target FROM result ORDER BY id")).all()
    )

    assert [(level, bool(at_target)) for level, at_target in rows] == [(1, False), (1, True)]


def test_own_skills_are_only_the_own(house: House) -> None:
    first, second = house.viewer(), house.viewer()
    house.take_check(first)

    own = read_skills(house.store, viewer=second, catalogue=house.catalogue)

    assert [(one.skill.id, one.latest, one.target) for one in own] == [(SKILL, None, 3)]


def test_checks_started_too_often_are_refused_and_the_open_one_goes_on(house: House) -> None:
    viewer = house.viewer()
    limit = Limit("start a check", 1)
    first = house.start(viewer, limit=limit)
    assert house.start(viewer, limit=limit) == first
    house.submit(viewer, first)

    later = NOW + timedelta(days=40)
    second = house.start(viewer, limit=limit, now=later)
    assert second != first
    house.submit(viewer, second, now=later)
    house.store.write(lambda c: spend(c, limit, who=f"person:{viewer.person_id}", now=FAR))

    with pytest.raises(Refused, match="1 times within an hour"):
        house.start(viewer, limit=limit, now=FAR)
