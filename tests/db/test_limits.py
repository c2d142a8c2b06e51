"""Limits are counted per person across processes, and give back what time gives back."""

import threading
from datetime import timedelta

import pytest

from db.commands.limits import Limit, delete_clear_limits, spend
from db.store import open_store
from portal.access import Refused, Viewer
from portal.services.downloads import record_export
from portal.services.limits import forget_old_limits
from tests.factories import NOW, make_person

THREE = Limit("take a file", 3)


def use(store, *, who="person:1", now=NOW, limit=THREE):
    return store.write(lambda c: spend(c, limit, who=who, now=now))


def test_so_many_are_allowed_and_the_next_one_waits_for_its_share_of_the_hour(store):
    assert [use(store) for _ in range(3)] == [None] * 3

    assert use(store) == NOW + timedelta(minutes=20)
    assert use(store, now=NOW + timedelta(minutes=19)) == NOW + timedelta(minutes=20)
    assert use(store, now=NOW + timedelta(minutes=20)) is None
    assert use(store, now=NOW + timedelta(minutes=20)) == NOW + timedelta(minutes=40)


def test_a_refused_deed_uses_nothing_up(store):
    for _ in range(20):
        use(store)

    assert use(store, now=NOW + timedelta(minutes=20)) is None


def test_nobody_waits_because_a_clock_was_set_back(store):
    for _ in range(3):
        use(store, now=NOW + timedelta(days=1))

    assert use(store) is None


def test_one_person_and_one_deed_do_not_count_for_another(store):
    for _ in range(4):
        use(store)

    assert use(store, who="person:2") is None
    assert use(store, limit=Limit("sign in", 3)) is None


def test_two_processes_share_one_limit(store_url, store):
    limit = Limit("take a file", 10)
    stores = [open_store(store_url) for _ in range(3)]
    told = []

    def work(own):
        told.extend(use(own, limit=limit) for _ in range(8))

    threads = [threading.Thread(target=work, args=(own,)) for own in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own in stores:
        own.close()

    assert len(told) == 24
    assert told.count(None) == 10


def test_who_used_nothing_is_forgotten(store):
    use(store)
    use(store, who="person:2", now=NOW + timedelta(minutes=30))

    assert store.write(lambda c: delete_clear_limits(c, now=NOW + timedelta(minutes=25))) == 1
    assert forget_old_limits(store, now=NOW + timedelta(hours=2)) == 1


def test_taking_files_too_often_is_refused_with_the_time_and_written_down(store):
    viewer = Viewer(make_person(store), "Ada Lind", frozenset({"employee"}), "builder")
    for _ in range(3):
        record_export(store, viewer=viewer, name="a.csv", now=NOW, limit=THREE)

    with pytest.raises(Refused, match=r"3 times within an hour\. Try again at"):
        record_export(store, viewer=viewer, name="a.csv", now=NOW, limit=THREE)

    deeds = store.read(lambda c: c.exec_driver_sql("SELECT actor, deed, object FROM audit").all())
    assert [tuple(row) for row in deeds] == [
        (f"person:{viewer.person_id}", "exported", "file:a.csv")
    ] * 3
