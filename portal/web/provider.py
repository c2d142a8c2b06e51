"""Signing in at an OpenID provider: where it begins, and how it becomes a session of ours."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request

from db.errors import DatabaseError
from db.store import Store
from portal.services.limits import SIGN_INS, at_most
from portal.services.role_map import RoleMap
from portal.services.sessions import COOKIE, is_open, sign_out, take_id_token
from portal.services.signing_in import Admission, admit
from portal.settings import Oidc, Settings
from portal.web.answers import App, Receive, Scope, Send, answer, refuse_websocket
from portal.web.forgeries import Forgeries
from portal.web.provider_cookie import (
    ReadSigned,
    cookies_of_provider,
    read_sign_in,
    sets_sign_in,
)
from portal.web.provider_logout import ProviderLogout
from portal.web.sessions import ENTER, LEAVE, safe_target, session_cookie

NEXT = "portal_next"
REFUSED = "portal_refused"
NEXT_SECONDS = 600
REFUSED_SECONDS = 120
# Streamlit's own way out, which a page elsewhere could call; nothing here leads there.
FOREIGN_LEAVE = "/auth/logout"
# Where the provider sends the browser back to, registered there.
CALLBACK = "/oauth2callback"
# Asked from inside by whoever watches the server, under whatever name.
ABOUT_ITSELF = frozenset({"/healthz", "/readyz"})
# By such headers a proxy says who somebody is. Nothing here reads them, so whoever sends one tries.
FORGED = frozenset(
    {
        *("x-forwarded-user", "x-forwarded-email", "x-forwarded-preferred-username"),
        *("x-remote-user", "remote-user", "x-auth-request-user", "x-auth-request-email"),
        "x-ms-client-principal-name",
    }
)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Provider:
    """What the door borrows from Streamlit, and the addresses of the pages (`""` is the first).

    `logout` knows where one signs out at the provider, `role_map` which groups give which roles.
    """

    oidc: Oidc
    read_signed: ReadSigned
    login_address: Callable[[], str]
    pages: frozenset[str]
    logout: ProviderLogout | None = None
    role_map: RoleMap | None = None


def streamlit_secrets(oidc: Oidc | None) -> dict[str, Any]:
    """Return what `st.App` must know to talk to the provider; nothing without one."""
    if oidc is None:
        return {}
    return {
        "auth": {
            "redirect_uri": f"{oidc.public_url}{CALLBACK}",
            "cookie_secret": oidc.cookie_secret,
            "client_id": oidc.client_id,
            "client_secret": oidc.client_secret,
            "server_metadata_url": oidc.metadata_url,
            # Streamlit's own `select_account` is refused by strict providers, and without
            # `login` the next person at a shared machine would come in as the one before.
            # PKCE is asked for also where the provider's metadata do not offer it by name.
            "client_kwargs": {
                "scope": "openid email profile",
                "prompt": "login",
                "code_challenge_method": "S256",
            },
        }
    }


class ProviderDoor:
    """ASGI middleware: begins a sign-in, and exchanges what came back for a session of ours."""

    def __init__(
        self,
        app: App,
        *,
        store: Store,
        settings: Settings,
        provider: Provider,
        clock: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._store = store
        self._hours = settings.session_hours
        self._limit = at_most(SIGN_INS, settings.limit_sign_ins)
        self._provider = provider
        self._clock = clock
        self._hosts = _names(provider.oidc.public_url)
        self._forgeries = Forgeries(store, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        path = str(scope.get("path", ""))
        if not self._is_called_by_name(scope) and path not in ABOUT_ITSELF:
            await self._refuse_host(scope, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        forged = FORGED.intersection(request.headers)
        if forged and self._is_page(path):
            await self._forgeries.note(f"header {min(forged)}")
        if path == ENTER:
            await self._begin(request, send)
        elif path == LEAVE:
            await self._leave(request, send)
        elif path == FOREIGN_LEAVE:
            await answer(send, status=303, location="/")
        elif path == CALLBACK and "error" not in request.query_params:
            await self._take_answer(scope, receive, send)
        elif self._is_page(path) and _brings_sign_in(request):
            await self._exchange(request, send)
        else:
            await self._app(scope, receive, send)

    def _is_called_by_name(self, scope: Scope) -> bool:
        if scope["type"] not in {"http", "websocket"}:
            return True
        return HTTPConnection(scope).headers.get("host", "").lower() in self._hosts

    async def _refuse_host(self, scope: Scope, send: Send) -> None:
        """Answer who asks under another name, where no cookie and no origin could be trusted."""
        await self._forgeries.note("host")
        if scope["type"] == "websocket":
            await refuse_websocket(send)
            return
        known = f"This portal is reached at {self._provider.oidc.public_url} only."
        await answer(send, status=421, body=known.encode())

    def _is_page(self, path: str) -> bool:
        return path.strip("/") in self._provider.pages

    def _target(self, text: str) -> str:
        target = safe_target(text)
        return target if self._is_page(urlsplit(target).path) else "/"

    async def _begin(self, request: Request, send: Send) -> None:
        """Remember where the person wants to go, and send the browser to the provider."""
        wanted = parse_qs(request.url.query).get("next", ["/"])[0]
        target = quote(self._target(wanted), safe="")
        await answer(
            send,
            status=303,
            location=self._provider.login_address(),
            cookies=[_cookie(NEXT, target, seconds=NEXT_SECONDS), _gone(REFUSED)],
        )

    async def _take_answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Streamlit read what the provider answered; what is no sign-in is written down.

        The person is told by a cookie, as after every other refusal. Who said no at the provider,
        which is an error in the address, tried nothing.
        """

        async def send_on(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                headers: list[tuple[bytes, bytes]] = list(message.get("headers", []))  # type: ignore[call-overload]
                if not sets_sign_in(headers):
                    await self._forgeries.note("sign-in answer")
                    told = _cookie(REFUSED, "unreadable", seconds=REFUSED_SECONDS)
                    message = message | {"headers": [*headers, (b"set-cookie", told.encode())]}
            await send(message)

        await self._app(scope, receive, send_on)

    async def _exchange(self, request: Request, send: Send) -> None:
        try:
            admission = await run_in_threadpool(self._admit, request)
        except DatabaseError as error:
            _LOG.error("A sign-in could not be written down: %s", error)
            await answer(send, status=503, body=b"Nobody can sign in just now. Please reload soon.")
            return
        cookies = [_gone(name) for name in cookies_of_provider(request)]
        if admission.refused is None:
            cookies += [session_cookie(admission.token), _gone(NEXT), _gone(REFUSED)]
        else:
            cookies.append(_cookie(REFUSED, admission.refused, seconds=REFUSED_SECONDS))
        wanted = unquote(request.cookies.get(NEXT, "")) or request.url.path
        await answer(send, status=303, location=self._target(wanted), cookies=cookies)

    async def _leave(self, request: Request, send: Send) -> None:
        """Send a browser whose session ended on to end it at the provider too."""
        token = request.cookies.get(COOKIE, "")
        stays = bool(token) and await run_in_threadpool(is_open, self._store, token=token)
        if stays:
            await answer(send, status=303, location="/")
            return
        location = await run_in_threadpool(self._way_out, token)
        names = (COOKIE, *cookies_of_provider(request))
        await answer(send, status=303, location=location, cookies=[_gone(name) for name in names])

    def _way_out(self, token: str) -> str:
        id_token = take_id_token(self._store, token=token) if token else ""
        logout = self._provider.logout
        # Whoever was not signed in here is not sent to sign out elsewhere.
        return (logout.address(id_token=id_token) if logout and id_token else None) or "/"

    def _admit(self, request: Request) -> Admission:
        provider, now = self._provider, self._clock()
        sign_in = read_sign_in(
            request,
            read_signed=provider.read_signed,
            public_url=provider.oidc.public_url,
            groups_claim=provider.oidc.groups_claim,
        )
        if sign_in is None:
            _LOG.warning("A sign-in was refused: its cookie is damaged, foreign or incomplete.")
            self._forgeries.note_here("sign-in cookie")
            return Admission(refused="unreadable")
        admission = admit(
            self._store,
            sign_in=sign_in,
            secret=provider.oidc.cookie_secret,
            now=now,
            hours=self._hours,
            role_map=provider.role_map,
            limit=self._limit,
        )
        before = request.cookies.get(COOKIE, "")
        if admission.token and before and before != admission.token:
            sign_out(self._store, token=before, now=now)
            take_id_token(self._store, token=before)
        return admission


def _names(public_url: str) -> frozenset[str]:
    """Return what browsers and proxies write into `Host` for an address."""
    parts = urlsplit(public_url.lower())
    usual = {"https": 443, "http": 80}[parts.scheme]
    bare = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
    port = parts.port or usual
    return frozenset({f"{bare}:{port}", *([bare] if port == usual else [])})


def _brings_sign_in(request: Request) -> bool:
    # Who was refused a moment ago is not asked again until they begin anew: a cookie that was set
    # for another path or domain cannot be deleted here, and would send the browser in circles.
    asked = REFUSED in request.cookies
    return request.method == "GET" and not asked and bool(cookies_of_provider(request))


def _cookie(name: str, value: str, *, seconds: int) -> str:
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}"


def _gone(name: str) -> str:
    return _cookie(name, "", seconds=0)
