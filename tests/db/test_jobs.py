"""Background work is done once, survives its worker, and says why it failed."""

import gettext
import re
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from curriculum.phrases import Number, Phrase
from db.columns import table
from db.store import open_store
from db.tables_jobs import Job
from portal import clock
from portal.access import Refused, Viewer
from portal.services.jobs import (
    LEASE,
    MAX_TRIES,
    JobFailed,
    LeaseLost,
    Round,
    Worker,
    ask_for,
    find_work,
    read_jobs,
    try_again,
)
from portal.services.stored import said_from_text, said_to_text
from portal.text import phrase_text
from tests.factories import NOW, make_person

ROOT = Path(__file__).resolve().parents[2]
DIES = """
import sys, time
from db.store import open_store
from portal import clock
from portal.services.jobs import Worker
def hang(work):
    work.tell(0.4, "half way")
    print("holding", flush=True)
    time.sleep(600)
Worker(open_store(sys.argv[1]), kinds={"count": hang}, clock=clock.now, name="dying").run_once()
"""


class Hands:
    """A clock that is moved by hand."""

    def __init__(self, moment=NOW) -> None:
        self.moment = moment

    def __call__(self):
        return self.moment


@pytest.fixture
def hands() -> Hands:
    return Hands()


def ask(store, *, about="one", kind="count", now=NOW, **payload):
    return store.write(lambda c: ask_for(c, kind=kind, about=about, payload=payload, now=now))


def job(store, about="one", kind="count"):
    return store.read(lambda c: find_work(c, kind=kind, about=about))


def worker(store, hands, fn, *, name="", **values) -> Worker:
    return Worker(store, kinds={"count": fn}, clock=hands, name=name, **values)


def administrator(store) -> Viewer:
    person = make_person(store, roles=("administrator",))
    return Viewer(person, "", frozenset({"administrator"}), "all-staff")


def test_a_job_is_done_with_its_payload_and_ends_as_done(store, hands):
    seen = []
    ask(store, n=7)

    assert worker(store, hands, lambda work: seen.append(work.payload["n"])).run_once()

    assert seen == [7]
    assert (job(store).state, job(store).progress, job(store).tries) == ("done", 1.0, 1)


def test_without_work_a_worker_does_nothing(store, hands):
    assert not worker(store, hands, lambda _work: None).run_once()


def test_the_same_work_waits_only_once(store):
    assert ask(store) is not None
    assert ask(store) is None
    assert ask(store, about="two") is not None
    assert ask(store, about="") is not None
    assert ask(store, about="") is not None


def test_work_asked_for_while_it_runs_waits_for_the_next_turn(store, hands):
    def ask_again(work):
        assert ask(work.store) is not None
        assert not worker(store, hands, lambda _work: None).run_once()

    ask(store)
    worker(store, hands, ask_again).run_once()

    assert job(store).state == "waiting"


def test_progress_is_seen_while_the_job_runs(store, hands):
    seen = []

    def run(work):
        work.tell(0.25, "a quarter")
        seen.append((job(store).progress, job(store).message, job(store).state))

    ask(store)
    worker(store, hands, run).run_once()

    assert seen == [(0.25, "a quarter", "running")]


def test_a_fault_is_tried_again_later_and_then_ends_as_failed_with_its_reason(store, hands):
    def break_(_work):
        raise ZeroDivisionError("secret figures")

    ask(store)
    tries = worker(store, hands, break_)
    for _ in range(MAX_TRIES):
        assert tries.run_once()
        assert not tries.run_once()
        hands.moment += timedelta(hours=1)

    assert (job(store).state, job(store).tries) == ("failed", MAX_TRIES)
    assert job(store).message.startswith("ZeroDivisionError")
    assert "secret" not in job(store).message


def test_work_that_cannot_be_done_says_why_and_is_not_tried_again(store, hands):
    def refuse(_work):
        raise JobFailed("The program has no baseline.")

    ask(store)
    worker(store, hands, refuse).run_once()

    assert (job(store).state, job(store).tries) == ("failed", 1)
    assert job(store).message == "The program has no baseline."


def test_a_failed_job_can_be_tried_again_by_hand(store, hands):
    def refuse(_work):
        raise JobFailed("no")

    number = ask(store)
    worker(store, hands, refuse).run_once()
    viewer = administrator(store)

    try_again(store, viewer=viewer, job_id=number, now=NOW)
    assert job(store).state == "waiting"
    worker(store, hands, lambda _work: None).run_once()
    assert job(store).state == "done"
    with pytest.raises(Refused, match="did not fail"):
        try_again(store, viewer=viewer, job_id=number, now=NOW)


def test_a_job_whose_worker_died_is_taken_up_when_its_lease_runs_out(store, hands):
    ask(store)
    late = []

    def stall(work):
        hands.moment += LEASE + timedelta(seconds=1)
        other.run_once()  # gives the lost job back
        hands.moment += timedelta(minutes=10)
        other.run_once()
        with pytest.raises(LeaseLost):
            work.write(lambda _c: late.append("written"))
        work.tell(0.5, "too late")

    done = []
    other = worker(store, hands, lambda work: done.append(work), name="other")
    worker(store, hands, stall, name="stalled").run_once()

    assert len(done) == 1
    assert late == []
    assert (job(store).state, job(store).tries) == ("done", 2)


def test_a_beat_keeps_a_long_job_from_being_taken(store, hands):
    taken = []
    other = worker(store, hands, lambda _work: taken.append(1), name="other")

    def long(work):
        for _ in range(5):
            hands.moment += LEASE * 0.8
            assert work.beat()
            other.run_once()

    ask(store)
    worker(store, hands, long).run_once()

    assert taken == []
    assert job(store).state == "done"


def test_several_workers_never_do_a_job_twice(store, store_url, hands):
    for number in range(40):
        ask(store, about=f"job {number}", number=number)
    done, gate = [], threading.Lock()

    def count(work):
        with gate:
            done.append(work.payload["number"])

    stores = [open_store(store_url) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda one=one: all_of(worker(one, hands, count))) for one in stores
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()

    assert sorted(done) == list(range(40))


def all_of(one: Worker) -> None:
    idle = 0
    while idle < 3:
        idle = 0 if one.run_once() else idle + 1


def test_a_job_survives_the_death_of_its_process(store, store_url):
    ask(store, now=clock.now())
    process = subprocess.Popen(
        [sys.executable, "-c", DIES, store_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "holding\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert (job(store).state, job(store).message) == ("running", "half way")

    later = Hands(clock.now() + LEASE + timedelta(seconds=1))
    done = []
    next_worker = worker(store, later, lambda _work: done.append(1))
    next_worker.run_once()
    later.moment += timedelta(minutes=10)
    next_worker.run_once()

    assert done == [1]
    assert job(store).state == "done"


def test_what_comes_round_is_asked_for_once_in_its_time(store, hands):
    done = []
    rounds = (Round("count", timedelta(hours=1)),)
    one = worker(store, hands, lambda _work: done.append(1), rounds=rounds)
    for minutes in (0, 20, 40, 61, 80):
        hands.moment = NOW + timedelta(minutes=minutes)
        one.run_once()

    assert len(done) == 2


def test_old_rounds_are_forgotten(store, hands):
    rounds = (Round("count", timedelta(hours=1)),)
    one = worker(store, hands, lambda _work: None, rounds=rounds)
    for hours in range(60):
        hands.moment = NOW + timedelta(hours=hours)
        one.run_once()

    left = store.read(lambda c: len(c.execute(select(table(Job).c.id)).all()))
    assert left <= 26


def test_the_list_shows_what_waits_before_what_ended(store, hands):
    ask(store, about="ended")
    worker(store, hands, lambda _work: None).run_once()
    ask(store, about="open")

    found = read_jobs(store, viewer=administrator(store))

    assert [one.about for one in found.jobs] == ["open", "ended"]
    assert found.counts == {"done": 1, "waiting": 1}


# --- in the reader's language ---------------------------------------------------------------------


def shout(_language):
    """A language whose every text is the English one in capitals."""

    class Capitals(gettext.NullTranslations):
        def gettext(self, message):
            # The names in braces stay as they are.
            return re.sub(r"(\{\w+\})|[a-z]+", lambda m: m[1] or m[0].upper(), message)

    return Capitals()


def test_words_and_reasons_of_work_are_said_in_the_readers_language(store, hands, monkeypatch):
    ask(store)
    told = []

    def work_hard(work):
        work.tell(0.5, Phrase("Read {n} checks", n=Number(1200)))
        told.append(job(store).message)
        raise JobFailed.of(Refused("There is no skill check for '{skill}'.", skill="s"))

    worker(store, hands, work_hard).run_once()
    told.append(job(store).message)
    monkeypatch.setattr("portal.text._catalogue", shout)

    assert told == ["Read 1,200 checks", "There is no skill check for 's'."]
    assert [phrase_text(one) for one in told] == [
        "READ 1,200 CHECKS",
        "THERE IS NO SKILL CHECK FOR 's'.",
    ]


@pytest.mark.parametrize("text", ["half way", "{half way", '{"a": 1}', "", '"quoted"', "{}"])
def test_a_message_of_before_is_read_as_it_stands(text):
    assert said_from_text(said_to_text(text)) == text
