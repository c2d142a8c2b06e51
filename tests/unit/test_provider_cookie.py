"""The cookies in which Streamlit leaves a sign-in: what is read, and all that is not."""

import hashlib
from dataclasses import replace

import pytest
from starlette.requests import Request
from streamlit.web.server.starlette import starlette_auth_routes

from portal.web.provider_cookie import TOKENS, USER, cookies_of_provider, read_sign_in
from tests.sign_in_cookies import ADA, PUBLIC, SECRET, request_with, sign

# Names that no compression makes short.
GROUPS = [hashlib.sha256(bytes([number])).hexdigest() for number in range(200)]


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setattr(starlette_auth_routes, "get_cookie_secret", lambda: SECRET)


def read(jar):
    return read_sign_in(
        Request(request_with(jar)),
        read_signed=starlette_auth_routes._get_cookie_value_from_request,
        public_url=PUBLIC,
    )


def test_what_streamlit_signed_is_read():
    found = read(sign())

    assert found == replace(ADA, groups_fault="missing", id_token="t" * 3000)


def test_claims_that_fill_several_cookies_are_read_and_all_of_them_found():
    jar = sign(groups=GROUPS)

    assert read(jar) == replace(ADA, groups=tuple(GROUPS), id_token="t" * 3000)
    assert len(jar) > 4
    assert set(cookies_of_provider(Request(request_with(jar)))) == set(jar)


def test_only_the_cookies_of_the_provider_are_deleted():
    jar = {USER: "x", f"{USER}_1": "x", f"{TOKENS}_2": "x", "_streamlit_xsrf": "x"}
    others = {"_streamlit_user_name": "x", "portal_session": "x", "_streamlit_session": "x"}

    found = cookies_of_provider(Request(request_with(jar | others)))

    assert set(found) == {USER, f"{USER}_1", f"{TOKENS}_2"}


def _cut(jar):
    return {USER: jar[USER][:-5]}


def _flipped(jar):
    first = "A" if jar[USER][0] != "A" else "B"
    return {USER: first + jar[USER][1:]}


def _swapped(jar):
    return {USER: jar[TOKENS]}


def _garbled(_jar):
    return {USER: '"\\377\\377"'}


@pytest.mark.parametrize("damage", [_cut, _flipped, _swapped, _garbled, lambda _jar: {}])
def test_a_damaged_cookie_is_no_sign_in(damage):
    assert read(damage(sign())) is None


def test_a_cookie_without_one_of_its_parts_is_no_sign_in():
    jar = sign(groups=GROUPS)
    del jar[f"{USER}_2"]

    assert read(jar) is None


def test_a_cookie_of_another_secret_is_no_sign_in():
    assert read(sign(secret="z" * 40)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": None},
        {"nonce": ""},
        {"iss": ["https://id.norhaven.example"]},
        {"sub": 7},
        {"sub": "a\x00da"},
        {"sub": "a" * 1001},
        {"iat": None},
        {"iat": True},
        {"iat": "1772442000"},
        {"iat": 10**30},
        {"iat": -1},
        {"origin": "https://skills.elsewhere.example"},
    ],
    ids=str,
)
def test_a_sign_in_with_an_unsound_claim_is_none(changed):
    assert read(sign(**changed)) is None
