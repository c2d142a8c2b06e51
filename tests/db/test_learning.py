"""The learner's lessons: opened once, explained after answering, guarded by whose they are."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from db.errors import Refusal
from db.store import Store
from portal.access import Refused
from portal.services import learning, tracks
from portal.services.questions import question
from tests.factories import NOW, make_assignment, make_person
from tests.small_house import LATER, LESSON, LESSON_TYPES, SECOND, House, right_answer

MUCH = "x" * 1_000_000
# Nobody's widget gives these; a hand-made request may.
BAD_RESPONSES = [
    {},
    {"choice": "z"},
    {"choice": None},
    {"choice": float("nan")},
    {"choice": ["a"]},
    {"choice": "a", "points": 1},
    {"choice": MUCH},
    {"text": "a"},
    [],
    "a",
    None,
]


def count_rows(store: Store, *tables: str) -> list[int]:
    return [
        store.read(lambda c, name=name: c.execute(text(f"SELECT count(*) FROM {name}")).scalar())
        for name in tables
    ]


def answer(house: House, viewer, opened, *, type_: str = "single", **changed):
    row = opened.answers[f"m1.{type_}"]
    values = {
        "attempt_id": opened.attempt_id,
        "position": row.position,
        "response": right_answer(house.read_item(row.revision_id)),
        "operation_id": f"op-{type_}",
        "now": NOW,
    }
    return learning.answer_check(
        house.store, viewer=viewer, read_item=house.read_item, **(values | changed)
    )


def explain(house: House, viewer, opened, *, type_: str = "single", **changed):
    values = {"attempt_id": opened.attempt_id, "position": opened.answers[f"m1.{type_}"].position}
    return learning.explain_answer(
        house.store, viewer=viewer, read_item=house.read_item, **(values | changed)
    )


def at_once(work, *, threads: int = 8) -> list:
    barrier = threading.Barrier(threads)

    def run(number: int):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


# --- opening --------------------------------------------------------------------------------------


def test_a_lesson_opens_with_a_question_of_every_type(house: House) -> None:
    opened = house.open(house.viewer())

    types = [house.read_item(row.revision_id).type for row in opened.answers.values()]
    assert types == list(LESSON_TYPES)
    assert opened.previous is None
    assert opened.following is not None
    assert opened.following.id == SECOND


def test_a_lesson_opened_again_goes_on_with_the_same_practice(house: House) -> None:
    viewer = house.viewer()
    first = house.open(viewer, seed=7)
    answer(house, viewer, first)

    again = house.open(viewer, seed=8, now=NOW + timedelta(days=3))

    assert (again.attempt_id, again.seed) == (first.attempt_id, first.seed)
    assert again.answers["m1.single"].response is not None


def test_a_double_click_opens_a_lesson_once(house: House) -> None:
    viewer = house.viewer()

    opened = at_once(lambda number: house.open(viewer, seed=number))

    assert len({one.attempt_id for one in opened}) == 1
    assert count_rows(house.store, "attempt", "progress") == [1, 1]
    assert count_rows(house.store, "attempt_item") == [len(LESSON_TYPES)]


def test_a_track_chosen_twice_at_once_is_taken_once(house: House) -> None:
    viewer = house.viewer()

    def choose(number: int) -> None:
        tracks.choose_start(
            house.store,
            viewer=viewer,
            catalogue=house.catalogue,
            track_id="agents",
            choice="taken" if number % 2 else "skipped",
            now=NOW,
        )

    at_once(choose)

    assert count_rows(house.store, "assignment", "start_choice") == [1, 1]


def test_an_unknown_lesson_is_refused(house: House) -> None:
    viewer = house.viewer()

    for unknown in ("m1.gone", "", "m1", "' OR 1=1", MUCH):
        with pytest.raises(Refused, match="not published"):
            house.open(viewer, unknown)

    assert count_rows(house.store, "attempt", "progress") == [0, 0]


def test_an_unknown_lesson_cannot_be_completed(house: House) -> None:
    with pytest.raises(Refused, match="not published"):
        complete(house, house.viewer(), "m1.gone")


def test_a_lesson_never_opened_cannot_be_completed(house: House) -> None:
    assert complete(house, house.viewer(), LESSON) is False

    assert count_rows(house.store, "progress") == [0]


def test_a_new_revision_of_a_lesson_starts_a_new_practice_and_keeps_the_old(house: House) -> None:
    viewer = house.viewer()
    before = house.open(viewer)
    answer(house, viewer, before)
    house.edit("curriculum/modules/m1/10-limits.md", old="Some words", new="Other words")
    house.publish()

    after = house.open(viewer)

    assert after.attempt_id != before.attempt_id
    assert count_rows(house.store, "answer") == [1]
    with pytest.raises(Refusal, match="handed in"):
        answer(house, viewer, before, operation_id="late")


# --- answering and explaining ---------------------------------------------------------------------


def test_nothing_is_explained_before_an_answer(house: House) -> None:
    viewer = house.viewer()
    opened = house.open(viewer)

    explained = {explain(house, viewer, opened, type_=type_).lines for type_ in LESSON_TYPES}
    answer(house, viewer, opened, type_="single")
    others = [explain(house, viewer, opened, type_=type_) for type_ in LESSON_TYPES[1:]]

    assert explained == {()}
    assert {(one.lines, one.explanation, one.answered_at) for one in others} == {((), "", None)}


def test_every_option_is_explained_after_the_answer(house: House) -> None:
    viewer = house.viewer()
    opened = house.open(viewer)
    for type_ in LESSON_TYPES:
        answer(house, viewer, opened, type_=type_)

    for type_ in LESSON_TYPES:
        explained = explain(house, viewer, opened, type_=type_)

        item = house.read_item(opened.answers[f"m1.{type_}"].revision_id)
        told = {line.message for line in explained.lines}
        assert explained.answered_at == NOW
        assert explained.explanation == item.explanation
        assert told >= {choice.feedback for choice in item.choices if choice.feedback}


def test_a_question_shows_nothing_of_its_key(house: House) -> None:
    opened = house.open(house.viewer())

    for type_ in LESSON_TYPES:
        item = house.read_item(opened.answers[f"m1.{type_}"].revision_id)
        shown = " ".join(repr(question(item, seed=seed)) for seed in range(20))

        assert "CANARY" in repr(item) or type_ == "survey"
        assert not any(word in shown for word in ("CANARY", "471123", "882211", "M101", "right="))


def test_the_place_of_an_option_does_not_give_the_key_away(house: House) -> None:
    opened = house.open(house.viewer())
    item = house.read_item(opened.answers["m1.single"].revision_id)

    places = [
        [option.text for option in question(item, seed=seed).options].index(item.choices[1].text)
        for seed in range(300)
    ]

    assert all(60 < places.count(place) < 140 for place in range(3))


def test_an_answer_that_was_not_offered_is_refused_and_changes_nothing(house: House) -> None:
    viewer = house.viewer()
    opened = house.open(viewer)

    for response in BAD_RESPONSES:
        with pytest.raises(Refused):
            answer(house, viewer, opened, response=response)

    assert count_rows(house.store, "answer") == [0]


def test_another_persons_lesson_answers_are_out_of_reach(house: House) -> None:
    owner, stranger = house.viewer(), house.viewer()
    opened = house.open(owner)
    answer(house, owner, opened)

    with pytest.raises(Refused, match="nothing of yours"):
        answer(house, stranger, opened, operation_id="foreign")
    with pytest.raises(Refused, match="nothing of yours"):
        explain(house, stranger, opened)

    assert count_rows(house.store, "answer") == [1]


def test_an_attempt_that_does_not_exist_is_refused_like_a_foreign_one(house: House) -> None:
    viewer = house.viewer()
    opened = house.open(viewer)

    for attempt_id in (0, -1, 10**17):
        with pytest.raises(Refused, match="nothing of yours"):
            explain(house, viewer, opened, attempt_id=attempt_id)


def test_a_question_that_is_not_in_the_lesson_is_refused(house: House) -> None:
    viewer = house.viewer()
    opened = house.open(viewer)

    for position in (-1, len(LESSON_TYPES), 10**6):
        with pytest.raises(Refused, match="not part of the lesson"):
            answer(house, viewer, opened, position=position)


def test_a_check_is_never_explained_through_the_lessons(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)
    house.answer(viewer, attempt_id)

    with pytest.raises(Refused, match="gives no explanations"):
        learning.explain_answer(
            house.store,
            viewer=viewer,
            read_item=house.read_item,
            attempt_id=attempt_id,
            position=0,
        )


def test_the_newest_answer_counts_and_the_older_one_stays_on_record(house: House) -> None:
    viewer = house.viewer()
    opened = house.open(viewer)
    answer(house, viewer, opened, response={"choice": "a"}, operation_id="first")

    answer(house, viewer, opened, response={"choice": "b"}, operation_id="second")

    assert json.loads(house.open(viewer).answers["m1.single"].response or "") == {"choice": "b"}
    assert count_rows(house.store, "answer") == [2]


# --- how far a learner is -------------------------------------------------------------------------


def complete(house: House, viewer, lesson_id: str) -> bool:
    return learning.complete_lesson(
        house.store, viewer=viewer, catalogue=house.catalogue, lesson_id=lesson_id, now=NOW
    )


def read_track(house: House, viewer) -> tracks.TrackCard:
    return tracks.read_tracks(house.store, viewer=viewer, catalogue=house.catalogue)[0]


def read_home(house: House, viewer) -> tracks.Home:
    return tracks.read_home(house.store, viewer=viewer, catalogue=house.catalogue, now=NOW)


def test_a_module_is_done_when_every_lesson_is(house: House) -> None:
    viewer = house.viewer()
    house.open(viewer)

    assert complete(house, viewer, LESSON) is True
    assert complete(house, viewer, LESSON) is False
    assert read_track(house, viewer).modules[0].state == "in progress"
    house.open(viewer, SECOND)
    complete(house, viewer, SECOND)

    card = read_track(house, viewer)
    assert [module.state for module in card.modules] == ["done", "not started"]
    assert (card.modules_done, card.state) == (1, "in progress")


def test_a_locked_module_says_what_must_be_done_first(house: House) -> None:
    locked = read_track(house, house.viewer()).modules[1]

    assert (locked.state, locked.locked_by) == ("locked", ("Title of m1",))


def test_someone_new_has_nothing_to_continue(house: House) -> None:
    home = read_home(house, house.viewer())

    assert (home.go_on, home.tracks, home.open_check) == (None, (), None)


def test_home_goes_on_with_the_lesson_seen_last(house: House) -> None:
    viewer = house.viewer()
    house.open(viewer, LESSON, now=NOW)
    house.open(viewer, SECOND, now=NOW + timedelta(hours=1))

    go_on = read_home(house, viewer).go_on

    assert go_on is not None
    assert (go_on.lesson.id, go_on.number, go_on.minutes_left) == (SECOND, 2, 40)


def test_home_goes_on_with_the_next_lesson_of_an_assigned_track(house: House) -> None:
    viewer = house.viewer()
    make_assignment(house.store, learner=viewer.person_id, track_id="agents")
    house.open(viewer)
    complete(house, viewer, LESSON)

    go_on = read_home(house, viewer).go_on

    assert go_on is not None
    assert go_on.lesson.id == SECOND


def test_home_never_continues_in_a_locked_module(house: House) -> None:
    viewer = house.viewer()
    make_assignment(house.store, learner=viewer.person_id, track_id="agents")

    go_on = read_home(house, viewer).go_on

    assert go_on is not None
    assert go_on.lesson.id != LATER


def test_home_names_the_check_that_is_open(house: House) -> None:
    viewer = house.viewer()
    attempt_id = house.start(viewer)

    assert read_home(house, viewer).open_check == attempt_id
    house.submit(viewer, attempt_id)
    assert read_home(house, viewer).open_check is None


def test_a_track_says_who_assigned_it(house: House) -> None:
    viewer = house.viewer()
    giver = make_person(house.store, name="Nadia Weber")
    make_assignment(house.store, learner=viewer.person_id, track_id="agents", assigned_by=giver)

    card = read_track(house, viewer)

    assert (card.assigned, card.assigned_by) == (True, "Nadia Weber")


def test_a_track_taken_by_oneself_is_on_the_list_once(house: House) -> None:
    viewer = house.viewer()
    for _ in range(2):
        tracks.take_track(
            house.store, viewer=viewer, catalogue=house.catalogue, track_id="agents", now=NOW
        )

    card = read_track(house, viewer)

    assert (card.assigned, card.assigned_by) == (True, "")
    assert count_rows(house.store, "assignment") == [1]


def test_skipping_the_start_check_is_recorded_and_can_be_changed(house: House) -> None:
    viewer = house.viewer()
    for choice in ("skipped", "taken"):
        tracks.choose_start(
            house.store,
            viewer=viewer,
            catalogue=house.catalogue,
            track_id="agents",
            choice=choice,
            now=NOW,
        )
        assert read_track(house, viewer).start == choice


def test_an_unknown_track_is_refused(house: House) -> None:
    viewer = house.viewer()

    with pytest.raises(Refused, match="not published"):
        tracks.take_track(
            house.store, viewer=viewer, catalogue=house.catalogue, track_id="gone", now=NOW
        )
    with pytest.raises(Refused, match="not published"):
        tracks.choose_start(
            house.store,
            viewer=viewer,
            catalogue=house.catalogue,
            track_id="gone",
            choice="taken",
            now=NOW,
        )


def test_progress_of_one_person_is_not_shown_to_another(house: House) -> None:
    first, second = house.viewer(), house.viewer()
    house.open(first)
    complete(house, first, LESSON)

    assert read_track(house, second).state == "not started"
    assert read_home(house, replace(second, name="Ada")).go_on is None
