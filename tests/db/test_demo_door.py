"""The door of the demonstration: who may become one of the invented people."""

import asyncio

import pytest
from sqlalchemy import text

from portal.services.people import PERSONA_ISSUER
from portal.settings import Settings
from portal.web.sessions import SessionDoor
from tests.factories import NOW, make_instance, make_person


@pytest.fixture
def enter(sqlite_store):
    """Ask to be the one persona there is; return the status of the answer."""
    make_instance(sqlite_store, synthetic=True)
    person = make_person(sqlite_store, issuer=PERSONA_ISSUER, subject="employee")

    async def inside(*_asked):
        raise AssertionError("the door passed the request on")

    door = SessionDoor(
        inside, store=sqlite_store, settings=Settings.from_env({}), clock=lambda: NOW
    )

    def ask(*, host: str, client: str = "127.0.0.1", site: str = "same-origin") -> int:
        sent = []

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": "/enter",
            "query_string": f"person={person}".encode(),
            "headers": [(b"host", host.encode()), (b"sec-fetch-site", site.encode())],
            "client": (client, 5000),
            "server": ("127.0.0.1", 8501),
        }
        asyncio.run(door(scope, None, send))
        return sent[0]["status"]

    return ask


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501"])
def test_a_persona_is_chosen_under_a_name_of_this_machine(enter, host):
    assert enter(host=host) == 303


def test_a_persona_who_left_is_chosen_by_nobody(enter, sqlite_store):
    sqlite_store.write(lambda c: c.execute(text("UPDATE person SET active = 0")))

    assert enter(host="127.0.0.1:8501") == 403


@pytest.mark.parametrize("host", ["skills.example", "127.0.0.1.evil.example:8501"])
def test_a_foreign_name_that_points_here_chooses_nobody(enter, host):
    assert enter(host=host) == 403


def test_another_machine_chooses_nobody(enter):
    assert enter(host="127.0.0.1:8501", client="10.0.0.7") == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_elsewhere_chooses_nobody(enter, site):
    assert enter(host="127.0.0.1:8501", site=site) == 403
