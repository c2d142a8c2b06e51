"""Files at the door: what it or the framework refuses is told, written down and read to its end."""

import asyncio
import json

import pytest
from sqlalchemy import text

from portal.services.limits import UPLOADS
from portal.services.sessions import start_session
from portal.settings import Settings
from portal.web import uploads
from portal.web.sessions import SessionDoor
from portal.web.uploads import LARGEST_THROWN_AWAY, LARGEST_UPLOAD
from tests.factories import NOW, make_person
from tests.sign_in_cookies import request_with

PART = 1024 * 1024
PAGE = "Send files from an open page. Reload it and choose the file again."
SIZE = "Send a file of at most {n} MB that says its size."


class Sender:
    """A browser or proxy that sends a file to the end before it reads an answer."""

    def __init__(self, parts):
        self.left = parts

    async def __call__(self):
        assert self.left, "the door waits for what will never come"
        self.left -= 1
        return {"type": "http.request", "body": b"a" * PART, "more_body": self.left > 0}


@pytest.fixture
def send_file(sqlite_store):
    """Send so many MB at the door; return the status, the words, and what was left unread."""

    def send(*, role="employee", person=None, parts=1, says=PART, framework=204):
        sent, sender = [], Sender(parts)

        async def inside(_scope, receive, answer):
            if framework == 204:
                while (await receive())["more_body"]:
                    pass
            await answer({"type": "http.response.start", "status": framework, "headers": []})
            await answer(
                {"type": "http.response.body", "body": b"Invalid session_id. multi-replica"}
            )

        async def keep(message):
            sent.append(message)

        if role and person is None:
            person = make_person(sqlite_store, roles=(role,))
        token = person and start_session(sqlite_store, person_id=person, now=NOW, hours=8)
        jar = {"portal_session": token} if token else {}
        scope = request_with(jar, path="/_stcore/upload_file/a/b") | {"method": "PUT"}
        scope["headers"] += [(b"content-length", str(says).encode())]
        door = SessionDoor(
            inside, store=sqlite_store, settings=Settings.from_env({}), clock=lambda: NOW
        )
        asyncio.run(door(scope, sender, keep))
        return sent[0]["status"], sent[1]["body"].decode(), sender.left

    return send


def refusals(store):
    found = text("SELECT payload FROM audit WHERE deed = 'refused' ORDER BY seq")
    return [
        json.loads(one)["why"] for one in store.read(lambda c: c.execute(found).scalars().all())
    ]


def test_a_file_of_an_open_page_is_taken_and_no_row(send_file, sqlite_store):
    assert send_file(parts=3)[0] == 204

    assert refusals(sqlite_store) == []


@pytest.mark.parametrize("framework", [400, 403])
def test_a_file_under_a_forged_address_is_refused_in_our_words_and_written_down(
    send_file, sqlite_store, framework
):
    assert send_file(framework=framework, parts=3) == (framework, PAGE, 0)

    assert refusals(sqlite_store) == [PAGE]


@pytest.mark.parametrize(
    ("role", "says", "framework", "most"),
    [("employee", LARGEST_UPLOAD + 1, 204, 5), ("administrator", 65 * PART, 413, 64)],
)
def test_a_file_that_is_too_large_is_read_to_its_end_and_refused(
    send_file, sqlite_store, role, says, framework, most
):
    status, words, left = send_file(role=role, says=says, framework=framework, parts=9)

    assert (status, words, left) == (413, SIZE.format(n=most), 0)
    assert refusals(sqlite_store) == [SIZE]


def test_the_file_of_a_stranger_is_read_to_its_end_and_refused(send_file):
    assert send_file(role="", parts=5) == (403, "Please sign in first.", 0)


def test_a_file_without_end_is_not_read_for_ever(send_file):
    status, _words, left = send_file(says=10**12, parts=10**6)

    assert status == 413
    assert 10**6 - left == LARGEST_THROWN_AWAY / PART + 1


def test_a_file_that_never_goes_on_is_not_waited_for(monkeypatch):
    async def nothing_more():
        await asyncio.Event().wait()

    async def keep(message):
        sent.append(message)

    sent = []
    monkeypatch.setattr(uploads, "SECONDS_THROWN_AWAY", 0.01)

    asyncio.run(
        asyncio.wait_for(uploads.refuse_upload(nothing_more, keep, status=403, sentence=PAGE), 10)
    )

    assert (sent[0]["status"], sent[1]["body"].decode()) == (403, PAGE)


def test_so_many_files_an_hour_are_taken_of_one_person_and_the_next_waits(send_file, sqlite_store):
    ada = make_person(sqlite_store)
    taken = [send_file(person=ada)[0] for _file in range(UPLOADS.allowed)]

    status, words, left = send_file(person=ada, parts=3)

    assert set(taken) == {204}
    assert (status, left) == (429, 0)
    assert words.startswith(f"You did this {UPLOADS.allowed} times within an hour.")
    assert send_file()[0] == 204
