"""A tab that reconnects is taken up again by the session it belongs to, and by nobody else."""

import asyncio

import pytest
from starlette.datastructures import Headers
from streamlit.web.server.starlette.starlette_websocket import gather_user_info

from portal.settings import Settings
from portal.web.sessions import SessionDoor
from tests.factories import NOW


@pytest.fixture
def who():
    """Return whom the framework takes the owner of a tab for, who comes with such headers."""

    def ask(*headers):
        seen = []

        async def inside(scope, *_rest):
            seen.append(gather_user_info(Headers(raw=scope["headers"])))

        door = SessionDoor(inside, store=None, settings=Settings.from_env({}), clock=lambda: NOW)
        scope = {"type": "websocket", "path": "/_stcore/stream", "headers": list(headers)}
        asyncio.run(door(scope, None, None))
        return seen[0]

    return ask


def cookie(token):
    return b"cookie", f"portal_session={token}; theme=dark".encode()


def test_the_same_session_is_the_same_owner_and_another_one_is_not(who):
    assert who(cookie("ada")) == who(cookie("ada"))
    assert who(cookie("ada")) != who(cookie("bo"))
    assert who(cookie("ada")) != who()


def test_the_framework_is_told_no_token(who):
    assert "a-secret-token" not in repr(who(cookie("a-secret-token")))


@pytest.mark.parametrize("name", [b"x-portal-holder", b"X-Portal-Holder"])
def test_a_browser_cannot_say_whose_tab_it_is(who, name):
    [held] = who(cookie("ada")).values()

    assert who(cookie("bo"), (name, held.encode())) == who(cookie("bo"))
