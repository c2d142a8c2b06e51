"""The cookies in which Streamlit leaves what an OpenID provider said: read once, then deleted.

Streamlit signs the claims of a sign-in, splits them when they are long, and lets the browser keep
them for 30 days beside a second cookie with the tokens. How it does that is its own affair and
may change: everything the portal assumes about it stands here, and a test holds it in place.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.requests import Request

from portal.services.provider_roles import read_groups
from portal.services.signing_in import SignIn

USER = "_streamlit_user"
TOKENS = "_streamlit_user_tokens"
LONGEST_TOKEN = 64_000  # characters of a provider's token; many groups make it long
LONGEST = 1000  # characters of a claim; OpenID Connect Core allows a subject 255

# Streamlit's own reader: the value of a signed cookie, put together again; None when not sound.
ReadSigned = Callable[[Request, str], bytes | None]


def cookies_of_provider(request: Request) -> tuple[str, ...]:
    """Return the names of all such cookies that the browser sent, the parts of split ones too."""
    return tuple(name for name in request.cookies if _is_ours(name))


def sets_sign_in(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Say whether an answer of Streamlit lets the browser keep a sign-in."""
    set_ = [value.decode("latin-1") for name, value in headers if name.lower() == b"set-cookie"]
    return any(_is_ours(one.partition("=")[0]) and "Max-Age=0" not in one for one in set_)


def _is_ours(name: str) -> bool:
    for base in (TOKENS, USER):
        rest = name.removeprefix(base)
        if rest != name:
            return rest == "" or (rest.startswith("_") and rest[1:].isdecimal())
    return False


def read_sign_in(
    request: Request, *, read_signed: ReadSigned, public_url: str, groups_claim: str = "groups"
) -> SignIn | None:
    """Return the sign-in that the browser brings; None when it is damaged, foreign or incomplete.

    Its age is not judged here.
    """
    try:
        claims = json.loads(read_signed(request, USER) or b"null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(claims, dict) or claims.get("origin") != _origin(public_url):
        return None
    issuer, subject, nonce = (_text(claims.get(name)) for name in ("iss", "sub", "nonce"))
    issued_at = _moment(claims.get("iat"))
    if not (issuer and subject and nonce and issued_at):
        return None
    groups, fault = read_groups(claims.get(groups_claim))
    return SignIn(
        issuer=issuer,
        subject=subject,
        nonce=nonce,
        issued_at=issued_at,
        groups=groups,
        groups_fault=fault,
        id_token=_id_token(request, read_signed=read_signed),
    )


def _id_token(request: Request, *, read_signed: ReadSigned) -> str:
    """Return the provider's own token, which only leads back to it; empty when it is not sound."""
    try:
        tokens = json.loads(read_signed(request, TOKENS) or b"null")
    except (ValueError, RecursionError):
        return ""
    token = tokens.get("id_token") if isinstance(tokens, dict) else None
    sound = isinstance(token, str) and token.isascii() and len(token) <= LONGEST_TOKEN
    return str(token) if sound else ""


def _origin(public_url: str) -> str:
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _text(claim: object) -> str:
    sound = isinstance(claim, str) and len(claim) <= LONGEST and claim.isprintable()
    return str(claim) if sound else ""


def _moment(claim: object) -> datetime | None:
    # True is a number in Python, and a year beyond 9999 no date.
    if isinstance(claim, bool) or not isinstance(claim, int) or not 0 < claim < 2**33:
        return None
    return datetime.fromtimestamp(claim, tz=UTC)
