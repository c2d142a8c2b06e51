"""A request that breaks is answered in a sentence with a number, and under our own policy."""

import asyncio
import logging
import re

import pytest

from db.errors import DatabaseUnreachable
from portal.web.faults import BROKEN, UNREACHED, ToldFaults
from portal.web.headers import HEADERS, SecurityHeaders

TEXT = (b"content-type", b"text/plain; charset=utf-8")
START = {"type": "http.response.start", "status": 200, "headers": []}


@pytest.fixture
def ask():
    """Send a request to something that breaks; return what was answered."""

    def send_request(error, *, begun=False, kind="http"):
        sent = []

        async def broken(_scope, _receive, send):
            if begun:
                await send(START)
            raise error

        async def keep(message):
            sent.append(message)

        app = SecurityHeaders(ToldFaults(broken))
        asyncio.run(app({"type": kind, "path": "/media/x"}, None, keep))
        return sent

    return send_request


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (DatabaseUnreachable("postgresql://u:secret@db"), 503, UNREACHED),
        (ValueError("a secret"), 500, BROKEN),
    ],
)
def test_what_breaks_is_told_with_the_number_that_the_log_has(ask, caplog, error, status, words):
    with caplog.at_level(logging.ERROR):
        start, body = ask(error)

    said = body["body"].decode()
    [number] = re.findall(r"\b[0-9A-F]{6}\b", said)
    assert (start["status"], said.startswith(words)) == (status, True)
    assert "secret" not in said
    assert f"incident {number}" in caplog.text
    assert {*HEADERS, TEXT} <= set(start["headers"])


@pytest.mark.parametrize("way", [{"begun": True}, {"kind": "websocket"}])
def test_what_breaks_in_the_middle_is_left_to_the_server(ask, way):
    with pytest.raises(ValueError, match="half a file"):
        ask(ValueError("half a file"), **way)
