"""Behind TLS a cookie of another name, and a file from another page, do not come in."""

import asyncio

import pytest
from starlette.requests import HTTPConnection

from portal.web.host_cookies import HostCookies
from tests.sign_in_cookies import no_body

PUBLIC = "https://skills.norhaven.example"
TOKEN = "2|x"
UPLOAD = "/_stcore/upload_file/s/f"


class Unkept:
    """Takes what would be written down."""

    async def note(self, what):
        """Forget it."""


def pass_through(headers, *, path="/", kind="http", sets=(), public_url=PUBLIC):
    """Send a request; return what came inside, None when it did not, and the answer's cookies."""
    came, sent = [], []

    async def inside(scope, _receive, send):
        came.append(HTTPConnection(scope))
        pairs = [(b"set-cookie", one.encode()) for one in sets]
        await send({"type": "http.response.start", "status": 200, "headers": pairs})

    async def keep(message):
        sent.append(message)

    scope = {"type": kind, "path": path, "headers": headers}
    values = {"public_url": public_url, "forgery_token": TOKEN, "forgeries": Unkept()}
    asyncio.run(HostCookies(inside, **values)(scope, no_body, keep))
    set_ = sent[0].get("headers", []) if sent else []
    cookies = [value.decode() for name, value in set_ if name == b"set-cookie"]
    return came[0] if came else None, cookies


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_only_cookies_of_this_host_come_in(kind):
    cookies = b"portal_session=planted; __Host-portal_session=own; other=1"
    headers = [(b"cookie", cookies), (b"origin", PUBLIC.encode())]

    came, _cookies = pass_through(headers, kind=kind)

    assert came.cookies == {"portal_session": "own"}


def test_a_planted_cookie_alone_is_no_cookie():
    came, _cookies = pass_through([(b"cookie", b"portal_session=planted")])

    assert came.cookies == {}


def test_cookies_go_out_bound_to_this_host_and_the_token_against_forgery_stays():
    _came, cookies = pass_through(
        [], sets=["a=1; Path=/", "b=2; Path=/; secure", "_streamlit_xsrf=2|x; Path=/"]
    )

    assert cookies == ["__Host-a=1; Path=/; Secure", "__Host-b=2; Path=/; secure"]


@pytest.mark.parametrize("origin", [None, b"https://evil.example", b"null", PUBLIC.encode() + b"x"])
def test_a_file_or_websocket_of_a_page_elsewhere_does_not_come_in(origin):
    headers = [(b"origin", origin)] if origin else []

    assert pass_through(headers, path=UPLOAD) == (None, [])
    assert pass_through(headers, kind="websocket") == (None, [])


@pytest.mark.parametrize("public_url", [PUBLIC, PUBLIC.upper(), f"{PUBLIC}:443"])
def test_a_file_from_a_page_of_ours_comes_in_with_the_token(public_url):
    headers = [(b"origin", PUBLIC.encode()), (b"x-xsrftoken", b"made-up")]

    came, _cookies = pass_through(headers, path=UPLOAD, public_url=public_url)

    assert came.cookies == {"_streamlit_xsrf": TOKEN}
    assert came.headers.getlist("x-xsrftoken") == [TOKEN]
