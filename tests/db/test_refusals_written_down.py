"""What was tried in vain is in the audit trail: with its sentence, without names, not for ever."""

import asyncio
import json

import pytest
from sqlalchemy import text

from db.queries.audit import verify_chain
from portal.access import Viewer
from portal.services.refusals import REFUSALS, note_refusal, note_unknown_session
from portal.services.sessions import sign_out, start_session
from portal.settings import Settings
from portal.web.sessions import SessionDoor
from tests.factories import NOW, make_person
from tests.sign_in_cookies import request_with


def rows(store, deed):
    found = text("SELECT actor, payload FROM audit WHERE deed = :deed ORDER BY seq")
    kept = store.read(lambda c: c.execute(found, {"deed": deed}).all())
    return [(actor, json.loads(payload)) for actor, payload in kept]


def test_a_refusal_is_a_row_with_its_sentence_and_so_many_an_hour(store):
    ada = Viewer(make_person(store), "Ada Lind", frozenset({"employee"}), "builder")

    for _again in range(REFUSALS.allowed + 5):
        note_refusal(store, viewer=ada, sentence="You need the role {roles} to {deed}.", now=NOW)

    kept = rows(store, "refused")
    assert len(kept) == REFUSALS.allowed
    why = {"why": "You need the role {roles} to {deed}."}
    assert kept[0] == (f"person:{ada.person_id}", why)
    assert store.read(verify_chain) == []


def test_a_session_that_never_was_is_written_down_and_one_that_ended_is_not(sqlite_store):
    ended = start_session(sqlite_store, person_id=make_person(sqlite_store), now=NOW, hours=8)
    sign_out(sqlite_store, token=ended, now=NOW)

    for token in (ended, "made-up"):
        note_unknown_session(sqlite_store, token=token, now=NOW)

    assert rows(sqlite_store, "forgery refused") == [("stranger", {"what": "session cookie"})]


@pytest.fixture
def door(sqlite_store):
    """Send a request through the door; return whether it came inside, and what was answered."""

    def knock(**scope):
        came, sent = [], []

        async def inside(*_asked):
            came.append(True)

        async def keep(message):
            sent.append(message)

        values = {"store": sqlite_store, "settings": Settings.from_env({}), "clock": lambda: NOW}
        asyncio.run(SessionDoor(inside, **values)(scope, None, keep))
        return bool(came), sent

    return knock


@pytest.mark.parametrize(("method", "noted"), [("PUT", 1), ("GET", 0)])
def test_a_file_without_a_session_does_not_come_in_and_is_written_down(
    door, sqlite_store, method, noted
):
    scope = request_with({"portal_session": "made-up"}, path="/_stcore/upload_file/a/b")

    came, sent = door(**scope | {"method": method})

    assert (came, sent[0]["status"]) == (False, 403)
    assert len(rows(sqlite_store, "forgery refused")) == noted


@pytest.mark.parametrize(
    ("origin", "comes"),
    [
        (b"http://127.0.0.1:8501", True),
        (None, True),
        (b"https://evil.example", False),
        (b"http://localhost:3000", False),
        (b"null", False),
    ],
)
def test_a_websocket_is_opened_by_a_page_of_this_server_alone(door, sqlite_store, origin, comes):
    headers = [(b"host", b"127.0.0.1:8501"), *([(b"origin", origin)] if origin else [])]

    came, sent = door(type="websocket", path="/_stcore/stream", headers=headers)

    assert came == comes
    assert [one["type"] for one in sent] == ([] if comes else ["websocket.close"])
    assert len(rows(sqlite_store, "forgery refused")) == (0 if comes else 1)
