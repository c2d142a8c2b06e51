"""What was tried in vain is in the audit trail: with its sentence, without names, not for ever."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from db.queries.audit import verify_chain
from portal.access import Viewer
from portal.services.refusals import FORGERIES, REFUSALS, note_refusal, note_unknown_session
from portal.services.sessions import sign_out, start_session
from portal.settings import Settings
from portal.web.forgeries import PAUSE, Forgeries
from portal.web.host_cookies import HostCookies
from portal.web.sessions import SessionDoor
from tests.factories import NOW, make_person
from tests.sign_in_cookies import PUBLIC, no_body, request_with


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
        asyncio.run(SessionDoor(inside, **values)(scope, no_body, keep))
        return bool(came), sent

    return knock


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("PUT", "/_stcore/upload_file/a/b", "upload without a session"),
        ("GET", "/media/a.png", "session cookie"),
        ("GET", "/_stcore/metrics", "session cookie"),
    ],
)
def test_who_brings_a_session_that_never_was_does_not_come_in_and_is_written_down(
    door, sqlite_store, method, path, what
):
    scope = request_with({"portal_session": "made-up"}, path=path)

    came, sent = door(**scope | {"method": method})

    assert (came, sent[0]["status"]) == (False, 403)
    assert rows(sqlite_store, "forgery refused") == [("stranger", {"what": what})]


@pytest.mark.parametrize("cookie", ["ended", "none"])
def test_a_picture_asked_for_after_signing_out_is_refused_and_no_forgery(
    door, sqlite_store, cookie
):
    token = start_session(sqlite_store, person_id=make_person(sqlite_store), now=NOW, hours=8)
    sign_out(sqlite_store, token=token, now=NOW)
    jar = {"portal_session": token} if cookie == "ended" else {}

    came, sent = door(**request_with(jar, path="/media/a.png"))

    assert (came, sent[0]["status"]) == (False, 403)
    assert rows(sqlite_store, "forgery refused") == []


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/x"])
@pytest.mark.parametrize(("role", "comes"), [("employee", False), ("administrator", True)])
def test_figures_of_the_server_are_for_administrators(door, sqlite_store, path, role, comes):
    person = make_person(sqlite_store, roles=(role,))
    token = start_session(sqlite_store, person_id=person, now=NOW, hours=8)

    came, _sent = door(**request_with({"portal_session": token}, path=path))

    assert came == comes


@pytest.mark.parametrize(
    ("role", "size", "comes"),
    [
        ("employee", b"5300000", True),
        ("employee", b"6300000", False),
        ("employee", b"-1", False),
        ("employee", None, False),
        ("administrator", b"64000000", True),
    ],
)
def test_only_who_loads_rosters_sends_a_file_as_large_as_one(door, sqlite_store, role, size, comes):
    person = make_person(sqlite_store, roles=(role,))
    token = start_session(sqlite_store, person_id=person, now=NOW, hours=8)
    scope = request_with({"portal_session": token}, path="/_stcore/upload_file/a/b")
    scope["headers"] += [(b"content-length", size)] if size else []

    came, sent = door(**scope | {"method": "PUT"})

    assert came == comes
    assert [one["status"] for one in sent if "status" in one] == ([] if comes else [413])


@pytest.mark.parametrize(
    ("origin", "comes"),
    [
        (b"http://127.0.0.1:8501", True),
        (None, True),
        (b"https://evil.example", False),
        (b"http://localhost:3000", False),
        (b"null", False),
        (b"http://[", False),
    ],
)
def test_a_websocket_is_opened_by_a_page_of_this_server_alone(door, sqlite_store, origin, comes):
    headers = [(b"host", b"127.0.0.1:8501"), *([(b"origin", origin)] if origin else [])]

    came, sent = door(type="websocket", path="/_stcore/stream", headers=headers)

    assert came == comes
    assert [one["type"] for one in sent] == ([] if comes else ["websocket.close"])
    assert len(rows(sqlite_store, "forgery refused")) == (0 if comes else 1)


@pytest.fixture
def behind_tls(sqlite_store):
    """Send requests through the door behind TLS; return how many came inside."""
    moment = [NOW]

    def send(scopes, *, apart=timedelta(0)):
        came = []

        async def inside(*_asked):
            came.append(True)

        async def forget(_message):
            pass

        async def all_of_them(app):
            for scope in scopes:
                await app(scope, no_body, forget)
                moment[0] += apart

        forgeries = Forgeries(sqlite_store, clock=lambda: moment[0])
        values = {"public_url": PUBLIC, "forgery_token": "t", "forgeries": forgeries}
        asyncio.run(all_of_them(HostCookies(inside, **values)))
        return len(came)

    return send


def asked(kind, *, origin, host="skills.norhaven.example"):
    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else [])]
    paths = {"websocket": "/_stcore/stream", "http": "/_stcore/upload_file/a/b"}
    scheme = {"websocket": "wss", "http": "https"}[kind]
    return {"type": kind, "scheme": scheme, "method": "PUT", "path": paths[kind]} | {
        "headers": headers
    }


@pytest.mark.parametrize(
    ("kind", "what"),
    [("websocket", "websocket of another page"), ("http", "upload of another page")],
)
@pytest.mark.parametrize(
    "where",
    [
        {"origin": "https://evil.example"},
        {"origin": None},
        {"origin": "http://skills.norhaven.example"},
        {"origin": "https://evil.example", "host": "evil.example"},
    ],
)
def test_behind_tls_what_a_page_elsewhere_sends_is_refused_and_written_down(
    behind_tls, sqlite_store, kind, what, where
):
    assert behind_tls([asked(kind, **where)]) == 0

    assert rows(sqlite_store, "forgery refused") == [("stranger", {"what": what})]


def test_behind_tls_what_a_page_of_ours_sends_comes_in_and_is_no_forgery(behind_tls, sqlite_store):
    assert behind_tls([asked("websocket", origin=PUBLIC), asked("http", origin=PUBLIC)]) == 2

    assert rows(sqlite_store, "forgery refused") == []


def test_of_each_kind_of_forgery_one_a_minute_is_written_down(behind_tls, sqlite_store):
    kinds = [asked(kind, origin="https://evil.example") for kind in ("websocket", "http")]

    behind_tls(kinds * 30, apart=PAUSE / 60)

    assert len(rows(sqlite_store, "forgery refused")) == len(kinds)


def test_forgeries_of_all_kinds_share_so_many_rows_an_hour(behind_tls, sqlite_store):
    kinds = [asked(kind, origin="https://evil.example") for kind in ("websocket", "http")]
    minutes = 2 * FORGERIES.allowed

    behind_tls(kinds * minutes, apart=PAUSE / len(kinds))

    # What the first hour allows at once, and its share of every minute since.
    kept = len(rows(sqlite_store, "forgery refused"))
    assert FORGERIES.allowed < kept <= FORGERIES.allowed + minutes + 1 < len(kinds) * minutes
