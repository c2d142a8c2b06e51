"""Saving answers: kept once, numbered, bound into the audit, refused where they may not be."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from db.commands.answers import SavedAnswer, save_answer
from db.commands.results import close_attempt
from db.errors import (
    AttemptForeign,
    AttemptPastDue,
    AttemptSubmitted,
    OperationReused,
    PositionUnknown,
    Refusal,
    ResponseTooLong,
)
from db.queries.audit import verify_answers, verify_chain
from db.store import Store
from tests.factories import NOW, MadeAttempt, make_attempt, make_person


def save(store: Store, attempt: MadeAttempt, **changes) -> SavedAnswer:
    values = {
        "attempt_id": attempt.id,
        "learner_id": attempt.learner_id,
        "position": 0,
        "operation_id": "op-1",
        "response": '{"choice":"a"}',
        "seconds": 12.5,
        "now": NOW + timedelta(minutes=1),
    }
    return store.write(lambda c: save_answer(c, **(values | changes)))


def count_rows(store: Store, table: str) -> int:
    return store.read(lambda c: c.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_an_answer_is_kept_with_its_number_and_moment(store: Store) -> None:
    attempt = make_attempt(store)

    saved = save(store, attempt)

    assert saved == SavedAnswer(1, NOW + timedelta(minutes=1), repeated=False)
    kept = store.read(
        lambda c: c.execute(
            text("SELECT seq, position, operation_id, response, seconds FROM answer")
        ).all()
    )
    assert kept == [(1, 0, "op-1", '{"choice":"a"}', 12.5)]


def test_a_second_answer_gets_the_next_number(store: Store) -> None:
    attempt = make_attempt(store)
    save(store, attempt)

    saved = save(store, attempt, operation_id="op-2", response='{"choice":"b"}')

    assert saved.seq == 2


def test_the_same_operation_is_kept_once_and_answered_as_before(store: Store) -> None:
    attempt = make_attempt(store)
    first = save(store, attempt)

    again = save(store, attempt, now=NOW + timedelta(minutes=5))

    assert again == SavedAnswer(first.seq, first.answered_at, repeated=True)
    assert count_rows(store, "answer") == 1
    assert count_rows(store, "audit") == 1


def test_a_repeat_is_answered_after_the_attempt_was_handed_in(store: Store) -> None:
    attempt = make_attempt(store)
    save(store, attempt)
    submit(store, attempt)

    assert save(store, attempt, now=NOW + timedelta(hours=2)).repeated


def submit(store: Store, attempt: MadeAttempt) -> bool:
    return store.write(
        lambda c: close_attempt(
            c,
            attempt_id=attempt.id,
            learner_id=attempt.learner_id,
            now=NOW + timedelta(minutes=30),
        )
    )


@pytest.mark.parametrize("changes", [{"response": '{"choice":"z"}'}, {"position": 1}])
def test_an_operation_id_serves_one_answer_only(store: Store, changes) -> None:
    attempt = make_attempt(store)
    save(store, attempt)

    with pytest.raises(OperationReused):
        save(store, attempt, **changes)

    assert count_rows(store, "answer") == 1


def test_an_operation_id_of_somebody_else_tells_nothing(store: Store) -> None:
    save(store, make_attempt(store))

    with pytest.raises(OperationReused):
        save(store, make_attempt(store))


def refused(store: Store, attempt: MadeAttempt, fault: type[Refusal], **changes) -> None:
    with pytest.raises(fault):
        save(store, attempt, **changes)
    assert count_rows(store, "answer") == 0
    assert count_rows(store, "audit") == 0


def test_an_attempt_of_somebody_else_takes_no_answer(store: Store) -> None:
    refused(store, make_attempt(store), AttemptForeign, learner_id=make_person(store))


def test_an_attempt_that_is_not_there_takes_no_answer(store: Store) -> None:
    refused(store, make_attempt(store), AttemptForeign, attempt_id=999_999)


def test_a_position_without_an_item_takes_no_answer(store: Store) -> None:
    refused(store, make_attempt(store, items=2), PositionUnknown, position=2)


def test_an_attempt_handed_in_takes_no_answer(store: Store) -> None:
    attempt = make_attempt(store, submitted_at=NOW)

    refused(store, attempt, AttemptSubmitted)


def test_an_attempt_past_due_takes_no_answer(store: Store) -> None:
    attempt = make_attempt(store, due_at=NOW + timedelta(seconds=59))

    refused(store, attempt, AttemptPastDue)


def test_an_answer_at_the_last_moment_is_kept(store: Store) -> None:
    attempt = make_attempt(store, due_at=NOW + timedelta(minutes=1))

    assert save(store, attempt).seq == 1


def test_an_answer_longer_than_what_is_kept_is_refused(store: Store) -> None:
    refused(store, make_attempt(store), ResponseTooLong, response="x" * 40_001)


def test_the_audit_holds_the_hash_of_an_answer_and_never_the_answer(store: Store) -> None:
    save(store, make_attempt(store), response='{"text":"my secret thought"}')

    payload = store.read(lambda c: c.execute(text("SELECT payload FROM audit")).scalar_one())

    assert "secret" not in payload
    assert "response_sha256" in payload


def test_an_attempt_is_handed_in_once_however_often_it_is_clicked(store: Store) -> None:
    attempt = make_attempt(store)
    barrier = threading.Barrier(8)

    def click(_number: int) -> bool:
        barrier.wait()
        return submit(store, attempt)

    with ThreadPoolExecutor(8) as pool:
        clicks = list(pool.map(click, range(8)))

    assert Counter(clicks) == {True: 1, False: 7}
    assert count_rows(store, "audit") == 1


def test_an_attempt_of_somebody_else_cannot_be_handed_in(store: Store) -> None:
    attempt = make_attempt(store)

    with pytest.raises(AttemptForeign):
        submit(store, MadeAttempt(attempt.id, make_person(store), ()))


def test_sixteen_writers_lose_and_repeat_nothing(store: Store) -> None:
    """Four threads on each of four attempts, each answer sent twice at the same time."""
    attempts = [make_attempt(store) for _ in range(4)]
    barrier = threading.Barrier(16)

    def write(number: int) -> list[SavedAnswer]:
        attempt = attempts[number % 4]
        barrier.wait()
        # Two threads of an attempt send the very same operations.
        sender = number // 8
        return [
            save(store, attempt, operation_id=f"{attempt.id}-{sender}-{n}", position=n % 3)
            for n in range(20)
        ]

    with ThreadPoolExecutor(16) as pool:
        saved = [answer for answers in pool.map(write, range(16)) for answer in answers]

    assert Counter(answer.repeated for answer in saved) == {False: 160, True: 160}
    numbers = store.read(
        lambda c: c.execute(
            text("SELECT attempt_id, seq FROM answer ORDER BY attempt_id, seq")
        ).all()
    )
    assert numbers == [(attempt.id, seq) for attempt in attempts for seq in range(1, 41)]
    assert store.read(verify_chain) == []
    assert store.read(verify_answers) == []


def test_no_answer_slips_in_after_the_attempt_was_handed_in(store: Store) -> None:
    """Savers race one submit; what was acknowledged came before it."""
    attempt = make_attempt(store)
    barrier = threading.Barrier(9)

    def write(number: int) -> int:
        barrier.wait()
        kept = 0
        for n in range(50):
            try:
                save(store, attempt, operation_id=f"{number}-{n}", now=NOW)
            except AttemptSubmitted:
                return kept
            kept += 1
        return kept

    def hand_in() -> int:
        barrier.wait()
        submit(store, attempt)
        return count_rows(store, "answer")

    with ThreadPoolExecutor(9) as pool:
        writers = [pool.submit(write, number) for number in range(8)]
        at_submit = pool.submit(hand_in).result()
        acknowledged = sum(writer.result() for writer in writers)

    assert acknowledged == at_submit == count_rows(store, "answer")
