"""Leaving ends the session here first and then at the provider; forged headers open nothing."""

import asyncio
import hashlib
import json
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from streamlit.web.server.starlette import starlette_auth_routes

from portal.services.sessions import find_viewer, sign_out
from portal.settings import Settings
from portal.web.provider import FORGED, Provider, ProviderDoor
from portal.web.provider_logout import LONGEST_HINT, ProviderLogout
from portal.web.sessions import SessionDoor
from tests.factories import NOW, make_person
from tests.sign_in_cookies import OIDC, PUBLIC, SECRET, request_with, sign

END = "https://id.norhaven.example/end"


def logout(said, **changed):
    return ProviderLogout(replace(OIDC, **changed), fetch=lambda _address: said)


def metadata(**said):
    return json.dumps(said).encode()


def test_the_provider_is_told_who_leaves_and_where_to_come_back_to():
    address = logout(metadata(end_session_endpoint=END)).address(id_token="a.b.c")

    assert address is not None
    assert address.startswith(f"{END}?")
    assert parse_qs(urlsplit(address).query) == {
        "id_token_hint": ["a.b.c"],
        "post_logout_redirect_uri": [f"{PUBLIC}/"],
        "client_id": ["portal"],
    }


def test_an_address_with_a_question_is_continued():
    address = logout(metadata(end_session_endpoint=f"{END}?tenant=1")).address(id_token="a.b.c")

    assert str(address).startswith(f"{END}?tenant=1&id_token_hint=")


def test_a_token_too_long_for_an_address_is_left_out():
    address = logout(metadata(end_session_endpoint=END)).address(id_token="x" * (LONGEST_HINT + 1))

    assert "id_token_hint" not in str(address)
    assert "client_id=portal" in str(address)


@pytest.mark.parametrize(
    "said",
    [
        metadata(),
        metadata(end_session_endpoint="http://id.norhaven.example/end"),
        metadata(end_session_endpoint="javascript:alert(1)"),
        metadata(end_session_endpoint="https://"),
        metadata(end_session_endpoint=["x"]),
        metadata(end_session_endpoint=f"{END}\r\nset-cookie: a=b"),
        b"[]",
        b"not json",
    ],
)
def test_a_provider_that_offers_nothing_sound_is_not_visited(said):
    assert logout(said).address(id_token="a.b.c") is None


def test_a_provider_that_is_down_does_not_keep_anybody_from_leaving():
    def fail(_address):
        raise TimeoutError

    assert ProviderLogout(OIDC, fetch=fail).address(id_token="a.b.c") is None


@pytest.fixture
def knock(sqlite_store, monkeypatch):
    """Send a request through both doors."""
    monkeypatch.setattr(starlette_auth_routes, "get_cookie_secret", lambda: SECRET)
    settings = replace(Settings.from_env({}), auth="oidc", oidc=OIDC)
    provider = Provider(
        oidc=OIDC,
        read_signed=starlette_auth_routes._get_cookie_value_from_request,
        login_address=lambda: "/auth/login?provider=x",
        pages=frozenset({"", "lesson"}),
        logout=logout(metadata(end_session_endpoint=END)),
    )

    async def inside(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    values = {"store": sqlite_store, "settings": settings, "clock": lambda: NOW}
    app = ProviderDoor(SessionDoor(inside, **values), provider=provider, **values)

    def send_request(jar=None, *, path="/", headers=()):
        sent = []

        async def keep(message):
            sent.append(message)

        scope = request_with(jar or {}, path=path)
        scope["headers"] += headers
        asyncio.run(app(scope, None, keep))
        pairs = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
        return SimpleNamespace(
            status=sent[0]["status"],
            location=dict(pairs).get("location", ""),
            cookies=[value for name, value in pairs if name == "set-cookie"],
        )

    return send_request


def session_of(answer):
    [found] = [one for one in answer.cookies if one.startswith("portal_session=")]
    return found.partition("=")[2].partition(";")[0]


def rows(store, sql):
    return [tuple(row) for row in store.read(lambda c: c.execute(text(sql)).all())]


def test_a_browser_whose_session_ended_goes_on_to_the_provider_once(knock, sqlite_store):
    make_person(sqlite_store, subject="ada")
    token = session_of(knock(sign()))
    sign_out(sqlite_store, token=token, now=NOW)

    answer = knock({"portal_session": token}, path="/leave")

    assert answer.status == 303
    assert answer.location.startswith(f"{END}?id_token_hint=ttt")
    assert any(one.startswith("portal_session=; ") for one in answer.cookies)
    again = knock({"portal_session": token}, path="/leave")
    assert again.location == "/"


@pytest.mark.parametrize("path", ["/leave", "/auth/logout"])
def test_an_address_alone_ends_no_session_and_takes_no_cookie(knock, sqlite_store, path):
    make_person(sqlite_store, subject="ada")
    token = session_of(knock(sign()))

    answer = knock({"portal_session": token}, path=path)

    assert (answer.status, answer.location, answer.cookies) == (303, "/", [])
    assert find_viewer(sqlite_store, token=token, now=NOW, idle_minutes=30) is not None


def test_a_stranger_who_leaves_comes_to_the_first_page(knock):
    assert knock(path="/leave").location == "/"
    assert knock({"portal_session": "made-up"}, path="/leave").location == "/"


@pytest.mark.parametrize("name", sorted(FORGED))
def test_a_header_that_claims_to_be_somebody_opens_nothing_and_is_written_down(
    knock, sqlite_store, name
):
    make_person(sqlite_store, subject="ada", email="ada@norhaven.example")
    header = (name.encode(), b"ada@norhaven.example")

    page = knock(headers=[header])
    media = knock(path="/media/x", headers=[header])

    assert page.cookies == []
    assert media.status == 403
    assert rows(sqlite_store, "SELECT count(*) FROM session") == [(0,)]
    assert rows(sqlite_store, "SELECT deed, actor, payload FROM audit") == [
        (
            "forgery refused",
            "stranger",
            json.dumps({"what": f"header {name}"}, separators=(",", ":")),
        )
    ]


def test_groups_come_in_with_the_cookies_even_when_there_are_four_hundred(knock, sqlite_store):
    make_person(sqlite_store, subject="ada")
    # Names that no compression makes short.
    groups = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(400)]

    jar = sign(groups=groups)

    assert len(jar) > 4
    assert session_of(knock(jar))
