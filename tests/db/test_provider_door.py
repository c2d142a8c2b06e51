"""The door of real sign-in: what a request brings, and what the browser gets back."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from sqlalchemy import text
from streamlit.web.server.starlette import starlette_auth_routes

from portal.services.sessions import find_viewer, start_session
from portal.services.signing_in import derive_token
from portal.settings import Settings
from portal.web.forgeries import Forgeries
from portal.web.host_cookies import HostCookies
from portal.web.provider import Provider, ProviderDoor, streamlit_secrets
from portal.web.provider_cookie import USER
from portal.web.sessions import SessionDoor
from tests.factories import NOW, make_instance, make_person
from tests.sign_in_cookies import ADA, OIDC, PUBLIC, SECRET, request_with, sign


def viewer_of(store, token):
    return find_viewer(store, token=token, now=NOW, idle_minutes=30)


def count(store, table):
    return store.read(lambda c: c.execute(text(f"SELECT count(*) FROM {table}")).scalar())


@pytest.fixture
def door(sqlite_store, monkeypatch):
    """Send a request through both doors; what passes them is answered by `inside`."""
    monkeypatch.setattr(starlette_auth_routes, "get_cookie_secret", lambda: SECRET)
    settings = replace(Settings.from_env({}), auth="oidc", oidc=OIDC)
    provider = Provider(
        oidc=OIDC,
        read_signed=starlette_auth_routes._get_cookie_value_from_request,
        login_address=lambda: "/auth/login?provider=x",
        pages=frozenset({"", "lesson"}),
    )

    async def inside(scope, _receive, send):
        forged = b"code=forged" in scope["query_string"]
        value = b'""; Max-Age=0' if forged else b"x"
        headers = [(b"set-cookie", b"_streamlit_user=" + value + b"; Path=/")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    values = {"store": sqlite_store, "settings": settings, "clock": lambda: NOW}
    inner = ProviderDoor(SessionDoor(inside, **values), provider=provider, **values)
    app = HostCookies(
        inner,
        public_url=PUBLIC,
        forgery_token="t",
        forgeries=Forgeries(sqlite_store, clock=lambda: NOW),
    )

    def knock(jar=None, **where):
        sent = []

        async def send(message):
            sent.append(message)

        brought = {f"__Host-{name}": value for name, value in (jar or {}).items()}
        asyncio.run(app(request_with(brought, **where), None, send))
        pairs = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
        return SimpleNamespace(
            status=sent[0]["status"],
            location=dict(pairs).get("location"),
            cookies=[value for name, value in pairs if name == "set-cookie"],
        )

    return knock


def cookie_of(answer, name):
    [found] = [one for one in answer.cookies if one.startswith(f"__Host-{name}=")]
    return found.removeprefix("__Host-")


def test_the_answer_sets_our_cookie_and_deletes_those_of_the_provider(door, sqlite_store):
    make_person(sqlite_store, subject="ada")
    jar = sign()

    answer = door(jar)

    assert (answer.status, answer.location) == (303, "/")
    assert cookie_of(answer, "portal_session").startswith(
        f"portal_session={derive_token(ADA, secret=SECRET)}; Path=/; HttpOnly; SameSite=Lax"
    )
    for name in jar:
        assert "Max-Age=0" in cookie_of(answer, name)


def test_behind_tls_every_cookie_is_secure_and_bound_to_this_host(door, sqlite_store):
    make_person(sqlite_store, subject="ada")

    answers = [door(sign()), door(), door(path="/leave"), door(path="/enter")]

    set_ = [one for answer in answers for one in answer.cookies]
    assert all(one.startswith("__Host-") and one.endswith("; Secure") for one in set_)
    assert all(answer.cookies for answer in answers)


def test_the_way_there_is_kept_through_the_sign_in(door, sqlite_store):
    make_person(sqlite_store, subject="ada")
    begun = door(path="/enter", query=f"next={quote('/lesson?id=m1.limits&x=1', safe='')}")
    kept = cookie_of(begun, "portal_next").removeprefix("portal_next=").split(";")[0]

    answer = door({**sign(), "portal_next": kept})

    assert begun.location == "/auth/login?provider=x"
    assert answer.location == "/lesson?id=m1.limits&x=1"
    assert "Max-Age=0" in cookie_of(answer, "portal_next")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/leave", "/auth/logout", "x"],
)
def test_a_sign_in_leads_only_to_a_page_of_ours(door, sqlite_store, target):
    make_person(sqlite_store, subject="ada")

    assert door({**sign(), "portal_next": quote(target, safe="")}).location == "/"


@pytest.mark.parametrize("path", ["/_stcore/health", "/static/js/x.js", "/healthz", "/auth/login"])
def test_only_a_page_takes_a_sign_in(door, sqlite_store, path):
    make_person(sqlite_store, subject="ada")

    assert door(sign(), path=path).status == 200
    assert count(sqlite_store, "session") == 0


def test_signing_in_as_somebody_else_ends_the_session_before(door, sqlite_store):
    make_person(sqlite_store, subject="ada")
    other = make_person(sqlite_store, subject="bob")
    before = start_session(sqlite_store, person_id=other, now=NOW, hours=8)

    door({**sign(), "portal_session": before})

    assert viewer_of(sqlite_store, before) is None


def test_who_is_refused_goes_back_to_the_entry_with_the_reason(door):
    answer = door({**sign(), "portal_next": "%2Flesson"})

    assert (answer.status, answer.location) == (303, "/lesson")
    assert cookie_of(answer, "portal_refused").startswith("portal_refused=unknown;")
    assert "Max-Age=0" in cookie_of(answer, USER)


def test_a_cookie_that_cannot_be_deleted_does_not_send_the_browser_in_circles(door):
    assert door({**sign(), "portal_refused": "unknown"}, path="/lesson").status == 200


def test_beginning_anew_forgets_the_refusal_before(door):
    begun = door({"portal_refused": "unknown"}, path="/enter")

    assert "Max-Age=0" in cookie_of(begun, "portal_refused")


@pytest.mark.parametrize("host", ["evil.example", "skills.norhaven.example.evil.example", ""])
def test_a_portal_called_by_another_name_shows_nothing_and_writes_it_down(door, sqlite_store, host):
    make_person(sqlite_store, subject="ada")

    answers = [door(sign(), host=host), door(path="/auth/login", host=host)]

    assert [(one.status, one.cookies) for one in answers] == [(421, []), (421, [])]
    assert count(sqlite_store, "session") == 0
    assert count(sqlite_store, "audit") == 1


@pytest.mark.parametrize("host", ["skills.norhaven.example:443", "SKILLS.norhaven.example"])
def test_the_same_name_written_otherwise_is_the_same(door, host):
    assert door(host=host).status == 200


def test_who_watches_the_server_may_call_it_by_any_name(door):
    assert door(path="/readyz", host="10.0.0.7:8501").status == 200


def test_a_damaged_cookie_is_written_down_once_a_minute_and_lets_nobody_in(door, sqlite_store):
    for _again in range(3):
        answer = door({USER: "eyJpc3MiOi"})

    assert cookie_of(answer, "portal_refused").startswith("portal_refused=unreadable;")
    assert count(sqlite_store, "audit") == 1
    assert count(sqlite_store, "session") == 0


@pytest.mark.parametrize(
    ("query", "told", "noted"),
    [("code=forged&state=s", True, 1), ("code=c&state=s", False, 0), ("error=no", False, 0)],
)
def test_an_answer_that_is_no_sign_in_is_told_and_written_down(
    door, sqlite_store, query, told, noted
):
    answer = door(path="/oauth2callback", query=query)

    assert any("portal_refused=unreadable;" in one for one in answer.cookies) == told
    assert count(sqlite_store, "audit") == noted
    assert count(sqlite_store, "session") == 0


def test_without_the_database_the_sign_in_can_be_tried_again(door, sqlite_store):
    sqlite_store.close()

    answer = door(sign())

    assert (answer.status, answer.cookies) == (503, [])


def test_a_cookie_with_an_odd_name_breaks_nothing(door):
    assert door({"a/b": "1", "portal_session": "x"}).status == 200


def test_nobody_chooses_a_persona_at_a_portal_with_real_sign_in(door, sqlite_store):
    make_instance(sqlite_store, synthetic=True)
    person = make_person(sqlite_store)

    answer = door(path="/enter", query=f"person={person}")

    assert answer.location == "/auth/login?provider=x"
    assert count(sqlite_store, "session") == 0


def test_streamlit_is_told_the_way_back_and_to_ask_for_the_password_again():
    auth = streamlit_secrets(OIDC)["auth"]

    assert auth["redirect_uri"] == f"{PUBLIC}/oauth2callback"
    assert auth["client_kwargs"] == {
        "scope": "openid email profile",
        "prompt": "login",
        "code_challenge_method": "S256",
    }
    assert streamlit_secrets(None) == {}
