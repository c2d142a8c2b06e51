"""Cookies as Streamlit leaves them after a sign-in, for tests of what the portal makes of them."""

from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from portal.services.signing_in import SignIn
from portal.settings import Oidc
from portal.web.provider_cookie import TOKENS, USER
from tests.factories import NOW

ISSUER = "https://id.norhaven.example"
SECRET = "s" * 40
PUBLIC = "https://skills.norhaven.example"
OIDC = Oidc(
    metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id="portal",
    client_secret="c",
    public_url=PUBLIC,
    cookie_secret=SECRET,
)
ADA = SignIn(issuer=ISSUER, subject="ada", nonce="n-1", issued_at=NOW)


def sign(secret=SECRET, **changed):
    """Return the cookies of a sign-in, signed and split exactly as Streamlit does it."""
    claims = {
        "iss": ISSUER,
        "sub": "ada",
        "nonce": "n-1",
        "iat": int(NOW.timestamp()),
        "origin": PUBLIC,
        "is_logged_in": True,
    }
    jar = {}

    def keep(name, value):
        jar[name] = create_signed_value(secret, name, value).decode()

    for name, value in ((USER, claims | changed), (TOKENS, {"id_token": "t" * 3000})):
        set_cookie_with_chunks(
            keep,
            lambda name, value: create_signed_value(secret, name, value),
            name,
            value,
            cookie_attr_size=60,
        )
    return jar


def request_with(jar, *, path="/", query="", host="skills.norhaven.example"):
    """Return the ASGI scope of a GET with these cookies."""
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"host", host.encode()), (b"cookie", cookie.encode("latin-1"))],
        "server": ("skills", 443),
        "scheme": "http",
    }


async def no_body():
    """Return the end of a request that brings nothing."""
    return {"type": "http.request"}
