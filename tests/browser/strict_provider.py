"""`python -m tests.browser.strict_provider PORT`: an OpenID provider that forgives nothing.

It refuses a request without PKCE by S256, without a nonce or a state, with `select_account`, with
an address nobody registered, a code used twice, a verifier that does not fit, a client that does
not prove itself, and a sign-out without a hint of its own. What it refuses stands in its answer.
"""

import base64
import hashlib
import html
import json
import secrets
import sys
import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

CLIENT, SECRET = "portal", "a-client-secret"
KEY = RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256", "use": "sig"})
# Tokens that somebody in the middle would make: each speaks of ada and must open nothing.
FORGERIES = ("other-key", "own-key-along", "shared-secret", "other-nonce", "other-audience", "old")
# Who may sign in here, with the claims said of them.
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"name": "Ada Lind", "groups": ["skills-authors", "other"]},
    "bo": {"name": "Bo Berg", "groups": "skills-authors"},
    "cy": {"name": "Cy Dahl", "groups": [f"group-{n:03d}" for n in range(400)]},
    "dee": {"name": "Dee", "email": "ada@norhaven.example", "email_verified": False},
}


class Strict:
    """What the provider remembers: codes given, and the portal it knows."""

    def __init__(self, *, issuer: str, portal: str) -> None:
        self.issuer, self.portal = issuer, portal
        self.codes: dict[str, dict[str, str]] = {}

    async def metadata(self, _request: Request) -> Response:
        """Say where everything is; PKCE is demanded without being offered by name."""
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/end",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def jwks(self, _request: Request) -> Response:
        """Show the public key."""
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Ask who somebody is, if nothing is missing in the request."""
        asked = dict(request.query_params)
        wrong = [
            word
            for word, bad in {
                "response_type": asked.get("response_type") != "code",
                "client_id": asked.get("client_id") != CLIENT,
                "redirect_uri": asked.get("redirect_uri") != f"{self.portal}/oauth2callback",
                "code_challenge": len(asked.get("code_challenge", "")) != 43,
                "code_challenge_method": asked.get("code_challenge_method") != "S256",
                "nonce": not asked.get("nonce"),
                "state": not asked.get("state"),
                "prompt": asked.get("prompt") not in {"login", None},
                "scope": "openid" not in asked.get("scope", "").split(),
            }.items()
            if bad
        ]
        if wrong:
            return PlainTextResponse(f"refused: {', '.join(wrong)}", status_code=400)
        if "subject" not in asked:
            return HTMLResponse(_buttons(asked))
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=303)

    async def token(self, request: Request) -> Response:
        """Exchange a code once, for the client and the verifier it was made for."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {proof}":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or form.get("redirect_uri") != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": asked["subject"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            **PEOPLE.get(asked["subject"], {}),
        }
        token = _signed(claims)
        return JSONResponse(
            {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer", "id_token": token}
        )

    async def end(self, request: Request) -> Response:
        """Sign out whoever the hint names, and send them back where the portal is registered."""
        asked = dict(request.query_params)
        try:
            hint = jwt.decode(asked.get("id_token_hint", ""), KEY).claims
        except (JoseError, ValueError):
            return PlainTextResponse("refused: id_token_hint", status_code=400)
        back = asked.get("post_logout_redirect_uri")
        if back != f"{self.portal}/" or hint.get("aud") != asked.get("client_id"):
            return PlainTextResponse("refused: post_logout_redirect_uri", status_code=400)
        print(json.dumps({"signed out": hint["sub"]}), flush=True)
        return RedirectResponse(back, status_code=303)


def _signed(claims: dict[str, Any]) -> str:
    """Return an ID token, or the forgery that the subject names."""
    how, header = claims["sub"], {"alg": "RS256", "kid": "k1"}
    if how not in FORGERIES:
        return jwt.encode(header, claims, KEY)
    changed = {
        "other-nonce": {"nonce": "somebody-elses"},
        "other-audience": {"aud": "another-client"},
        "old": {"iat": claims["iat"] - 7200, "exp": claims["iat"] - 3600},
    }
    claims = claims | {"sub": "ada"} | changed.get(how, {})
    if how == "shared-secret":
        return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(SECRET))
    if how == "own-key-along":
        header = header | {"jwk": OTHER.as_dict(private=False)}
    return jwt.encode(header, claims, OTHER if how in {"other-key", "own-key-along"} else KEY)


def _buttons(asked: dict[str, str]) -> str:
    links = "".join(
        f'<form action="/authorize">{_hidden(asked)}'
        f'<input type="hidden" name="subject" value="{subject}"><button>{subject}</button></form>'
        for subject in (*PEOPLE, *FORGERIES)
    )
    return f"<!doctype html><title>Strict</title><h1>Who are you?</h1>{links}"


def _hidden(asked: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in asked.items()
    )


def main(port: int, portal: str) -> None:
    """Serve until stopped."""
    strict = Strict(issuer=f"http://127.0.0.1:{port}", portal=portal)
    routes = [
        Route("/.well-known/openid-configuration", strict.metadata),
        Route("/jwks", strict.jwks),
        Route("/authorize", strict.authorize),
        Route("/token", strict.token, methods=["POST"]),
        Route("/end", strict.end),
    ]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
