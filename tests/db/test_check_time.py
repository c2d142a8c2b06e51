"""Extra time and breaks: they change the clock of every check, and nobody else learns of them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.errors import AttemptPastDue, AttemptPaused, Refusal
from db.queries.audit import verify_chain
from db.queries.deeds import Wanted
from db.store import open_store
from portal.access import Refused, Unrecorded, Viewer
from portal.services import accommodating
from portal.services.accommodating import Wish
from portal.services.auditing import read_deeds
from portal.services.checks import flag_question, read_clock
from portal.services.erasing import erase
from portal.services.pausing import begin_break, end_break
from portal.services.retention import apply_retention
from portal.services.takeout import take_json
from tests.factories import NOW, TODAY
from tests.small_house import CHECK_SIZE, MINUTES, House

BREAK = 10
END = timedelta(minutes=MINUTES)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def wish(**changed: Any) -> Wish:
    values = {"time_percent": 150, "break_minutes": BREAK, "reason": "own request"}
    return Wish(**{**values, "starts_on": TODAY, "last_day": None, **changed})


def give(house: House, learner: Viewer, *, now: datetime = NOW, **changed: Any) -> int:
    return accommodating.set_accommodation(
        house.store,
        viewer=house.viewer("accommodations_officer"),
        person_id=learner.person_id,
        wish=wish(**changed),
        now=now,
    )


def rest(house: House, learner: Viewer, attempt_id: int, *, now: datetime) -> None:
    begin_break(house.store, viewer=learner, attempt_id=attempt_id, now=now)


def go_on(house: House, learner: Viewer, attempt_id: int, *, now: datetime) -> None:
    end_break(house.store, viewer=learner, attempt_id=attempt_id, now=now)


def due(house: House, learner: Viewer, attempt_id: int) -> timedelta:
    found = house.read(learner, attempt_id).due_at
    assert found is not None
    return found - NOW


def rows(house: House, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in house.store.read(lambda c: c.execute(text(sql)).all())]


# --- extra time -----------------------------------------------------------------------------------


def test_a_check_lasts_as_long_as_its_learner_needs(house: House) -> None:
    learner, other = house.viewer(), house.viewer()
    give(house, learner)

    assert due(house, learner, house.start(learner)) == END * 1.5
    assert due(house, other, house.start(other)) == END


@pytest.mark.parametrize(
    ("starts_on", "last_day", "factor"),
    [
        (TODAY + timedelta(days=1), None, 1),
        (TODAY - timedelta(days=9), TODAY, 1.5),
        (TODAY, None, 1.5),
    ],
)
def test_extra_time_holds_from_its_first_to_its_last_day(
    house: House, starts_on: date, last_day: date | None, factor: float
) -> None:
    learner = house.viewer()
    give(house, learner, starts_on=starts_on, last_day=last_day)

    assert due(house, learner, house.start(learner)) == END * factor


def test_extra_time_is_over_the_day_after_its_last_day(house: House) -> None:
    learner = house.viewer()
    give(house, learner, last_day=TODAY)

    attempt_id = house.start(learner, now=NOW + timedelta(days=1))

    assert due(house, learner, attempt_id) == timedelta(days=1) + END


def test_a_check_under_way_is_lengthened_and_never_shortened(house: House) -> None:
    learner = house.viewer()
    attempt_id = house.start(learner)

    give(house, learner, time_percent=200, now=after(5))
    lengthened = due(house, learner, attempt_id)
    give(house, learner, time_percent=125, now=after(6))
    officer = house.viewer("accommodations_officer")
    accommodating.end_accommodation(
        house.store, viewer=officer, person_id=learner.person_id, now=after(7)
    )

    assert lengthened == END * 2
    assert due(house, learner, attempt_id) == END * 2
    assert due(house, learner, house.start(learner, now=after(8))) == END * 2


def test_a_check_whose_time_is_over_stays_over(house: House) -> None:
    learner = house.viewer()
    attempt_id = house.start(learner)

    give(house, learner, now=after(MINUTES + 1))

    with pytest.raises(AttemptPastDue):
        house.answer(learner, attempt_id, now=after(MINUTES + 1))


@pytest.mark.parametrize(
    "changed",
    [
        {"time_percent": 1000},
        {"time_percent": 130},
        {"time_percent": "150"},
        {"time_percent": float("nan")},
        {"break_minutes": -5},
        {"break_minutes": 61},
        {"time_percent": 100, "break_minutes": 0},
        {"reason": "dyslexia"},
        {"starts_on": date(1900, 1, 1)},
        {"last_day": TODAY - timedelta(days=1)},
        {"last_day": date(9999, 12, 31)},
    ],
)
def test_a_setting_out_of_bounds_is_refused_and_nothing_changes(
    house: House, changed: dict[str, Any]
) -> None:
    learner = house.viewer()

    with pytest.raises(Refused):
        give(house, learner, **changed)

    assert rows(house, "SELECT count(*) FROM accommodation") == [(0,)]


def test_officers_set_nothing_for_themselves_and_for_nobody(house: House) -> None:
    officer = house.viewer("employee", "accommodations_officer")

    for person_id, words in ((officer.person_id, "their own time"), (10**9, "nobody under")):
        with pytest.raises(Refused, match=words):
            accommodating.set_accommodation(
                house.store, viewer=officer, person_id=person_id, wish=wish(), now=NOW
            )


def test_two_officers_at_once_leave_one_setting_in_force(house: House) -> None:
    learner = house.viewer()
    officers = [house.viewer("accommodations_officer") for _ in range(2)]

    def set_(number: int) -> None:
        accommodating.set_accommodation(
            house.store,
            viewer=officers[number % 2],
            person_id=learner.person_id,
            wish=wish(time_percent=(125, 200)[number % 2]),
            now=NOW,
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(set_, range(4)))

    assert rows(house, "SELECT count(*) FROM accommodation WHERE withdrawn_at IS NULL") == [(1,)]
    assert rows(house, "SELECT count(*) FROM accommodation") == [(4,)]


# --- breaks ---------------------------------------------------------------------------------------


@pytest.fixture
def resting(house: House) -> tuple[Viewer, int]:
    """Somebody with breaks, five minutes into a check."""
    learner = house.viewer()
    give(house, learner, time_percent=100)
    return learner, house.start(learner)


def test_the_clock_stands_still_during_a_break(house: House, resting: tuple[Viewer, int]) -> None:
    learner, attempt_id = resting
    rest(house, learner, attempt_id, now=after(5))
    clock = read_clock(house.store, viewer=learner, attempt_id=attempt_id, now=after(9))
    go_on(house, learner, attempt_id, now=after(9))

    assert clock.left == END - timedelta(minutes=5)
    assert clock.break_left == timedelta(minutes=6)
    assert due(house, learner, attempt_id) == END + timedelta(minutes=4)


def test_a_break_hides_every_question_and_takes_no_answer(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    house.answer(learner, attempt_id, 0)
    right = house.right_response(attempt_id, 1, viewer=learner)
    rest(house, learner, attempt_id, now=after(5))

    paused = house.read(learner, attempt_id, now=after(6))
    with pytest.raises(AttemptPaused, match="break"):
        house.answer(learner, attempt_id, 1, response=right, now=after(6))
    with pytest.raises(Refused, match="break"):
        flag_question(
            house.store,
            viewer=learner,
            attempt_id=attempt_id,
            position=0,
            flagged=True,
            now=after(6),
        )
    go_on(house, learner, attempt_id, now=after(7))

    assert paused.questions == ()
    assert paused.paused_until == after(5 + BREAK)
    questions = house.read(learner, attempt_id, now=after(7)).questions
    assert [one.response is not None for one in questions].count(True) == 1
    assert len(questions) == CHECK_SIZE
    house.answer(learner, attempt_id, 1, now=after(8))


def test_a_double_click_begins_and_ends_one_break(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _n: rest(house, learner, attempt_id, now=after(5)), range(6)))
        list(pool.map(lambda _n: go_on(house, learner, attempt_id, now=after(8)), range(6)))

    assert rows(house, "SELECT count(*) FROM attempt_break") == [(1,)]
    assert due(house, learner, attempt_id) == END + timedelta(minutes=3)
    assert rows(house, "SELECT deed FROM audit WHERE stream LIKE 'breaks:%' ORDER BY seq") == [
        ("break begun",),
        ("break ended",),
    ]


def test_breaks_together_last_no_longer_than_is_set(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    for start, end in ((1, 5), (6, 60)):
        rest(house, learner, attempt_id, now=after(start))
        go_on(house, learner, attempt_id, now=after(end) if end < 60 else after(13))

    with pytest.raises(Unrecorded, match="no break left"):
        rest(house, learner, attempt_id, now=after(14))

    assert due(house, learner, attempt_id) == END + timedelta(minutes=BREAK)


def test_a_break_ends_by_itself_and_the_clock_runs_on(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    rest(house, learner, attempt_id, now=after(5))

    check = house.read(learner, attempt_id, now=after(5 + BREAK))
    house.answer(learner, attempt_id, 0, now=after(MINUTES + BREAK))

    assert check.paused_until is None
    assert len(check.questions) == CHECK_SIZE
    with pytest.raises(AttemptPastDue):
        house.answer(learner, attempt_id, 1, now=after(MINUTES + BREAK + 1))


def test_a_server_that_is_started_anew_finds_the_break_as_it_was(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    rest(house, learner, attempt_id, now=after(5))

    other = open_store(house.store.url.render_as_string(hide_password=False))
    try:
        clock = read_clock(other, viewer=learner, attempt_id=attempt_id, now=after(6))
        end_break(other, viewer=learner, attempt_id=attempt_id, now=after(7))
    finally:
        other.close()

    assert clock.break_left == timedelta(minutes=BREAK - 1)
    assert due(house, learner, attempt_id) == END + timedelta(minutes=2)


def test_handing_in_during_a_break_ends_it(house: House, resting: tuple[Viewer, int]) -> None:
    learner, attempt_id = resting
    rest(house, learner, attempt_id, now=after(5))

    assert house.submit(learner, attempt_id, now=after(6))

    check = house.read(learner, attempt_id, now=after(6))
    assert (check.submitted_at, check.paused_until) == (after(6), None)
    assert rows(house, "SELECT count(*) FROM attempt_break WHERE ended_at IS NULL") == [(0,)]


def test_breaks_answers_and_handing_in_at_once_leave_one_result(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    right = house.right_response(attempt_id, 0, viewer=learner)

    def act(number: int) -> None:
        with suppress(Refused, Refusal):
            if number % 4 == 0:
                rest(house, learner, attempt_id, now=after(5))
            elif number % 4 == 1:
                go_on(house, learner, attempt_id, now=after(6))
            elif number % 4 == 2:
                house.answer(
                    learner, attempt_id, 0, response=right, operation_id=str(number), now=after(6)
                )
            else:
                house.submit(learner, attempt_id, now=after(7))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(24)))

    assert rows(house, "SELECT count(*) FROM result") == [(1,)]
    assert rows(house, "SELECT count(*) FROM attempt_break WHERE ended_at IS NULL") == [(0,)]
    check = house.read(learner, attempt_id, now=after(7))
    assert check.due_at is not None
    # However the clicks met: the end moved by just the breaks that were taken.
    taken = timedelta(minutes=BREAK) - check.break_left
    assert check.due_at == NOW + END + taken
    assert house.store.read(verify_chain) == []


def test_only_who_may_stop_the_clock_does(house: House, resting: tuple[Viewer, int]) -> None:
    _learner, foreign = resting
    plain = house.viewer()
    attempt_id = house.start(plain)

    with pytest.raises(Refused, match="no break left"):
        rest(house, plain, attempt_id, now=after(1))
    with pytest.raises(Refused, match="nothing of yours"):
        rest(house, plain, foreign, now=after(1))
    with pytest.raises(Refused, match="nothing of yours"):
        go_on(house, plain, foreign, now=after(1))

    assert rows(house, "SELECT count(*) FROM attempt_break") == [(0,)]
    go_on(house, plain, attempt_id, now=after(1))
    assert due(house, plain, attempt_id) == END


def test_no_break_begins_once_the_time_is_over(house: House, resting: tuple[Viewer, int]) -> None:
    learner, attempt_id = resting

    with pytest.raises(Refused, match="over"):
        rest(house, learner, attempt_id, now=after(MINUTES))


# --- who learns of it -----------------------------------------------------------------------------


def test_auditors_see_that_officers_acted_not_for_whom_nor_what(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    rest(house, learner, attempt_id, now=after(5))
    auditor = house.viewer("auditor")

    seen = repr(read_deeds(house.store, viewer=auditor, wanted=Wanted(), page=1).rows)
    of_check = Wanted(stream=f"attempt:{attempt_id}")
    seen_of_check = repr(read_deeds(house.store, viewer=auditor, wanted=of_check, page=1).rows)

    assert "accommodation set" in seen
    assert f"person:{learner.person_id}" not in seen
    assert "percent" not in seen
    assert "break" not in seen_of_check
    with pytest.raises(Refused):
        read_deeds(
            house.store, viewer=auditor, wanted=Wanted(stream=f"breaks:{attempt_id}"), page=1
        )
    assert house.store.read(verify_chain) == []


def test_the_person_sees_the_own_setting_and_takes_it_along(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    rest(house, learner, attempt_id, now=after(5))

    own = accommodating.read_own_accommodation(house.store, viewer=learner)
    taken = take_json(house.store, viewer=learner, now=after(6)).decode()

    assert own is not None
    assert own.break_minutes == BREAK
    assert '"break_minutes": 10' in taken
    assert '"ends_by"' in taken
    assert "set_by" not in taken


def test_an_erased_person_leaves_neither_setting_nor_break(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    rest(house, learner, attempt_id, now=after(5))
    administrator = house.viewer("administrator")

    receipt = erase(
        house.store,
        viewer=administrator,
        person_id=learner.person_id,
        read_item=house.read_item,
        now=after(6),
    )

    assert not {"accommodation", "attempt_break"} & set(receipt.deleted)
    told = "SELECT payload FROM audit WHERE deed = 'person erased'"
    assert "accommodation" not in repr(rows(house, told))
    assert rows(house, "SELECT count(*) FROM accommodation") == [(0,)]
    assert rows(house, "SELECT count(*) FROM attempt_break") == [(0,)]


def test_settings_that_ended_and_old_breaks_are_deleted_after_a_year(
    house: House, resting: tuple[Viewer, int]
) -> None:
    learner, attempt_id = resting
    rest(house, learner, attempt_id, now=after(5))
    go_on(house, learner, attempt_id, now=after(6))
    give(house, learner, time_percent=125)

    receipt = apply_retention(house.store, read_item=house.read_item, now=NOW + timedelta(days=366))

    lines = {line.kind: line.rows for line in receipt.lines}
    assert (lines["accommodations"], lines["breaks"]) == (1, 1)
    assert rows(house, "SELECT time_percent FROM accommodation") == [(125,)]
