"""The door: the session cookie, signing in and out over HTTP, and what strangers may not fetch."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool

from db.store import Store
from portal.services.people import is_persona
from portal.services.sessions import COOKIE, find_viewer, sign_out, start_session
from portal.settings import Settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, object]]]
Send = Callable[[dict[str, object]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ENTER = "/enter"
LEAVE = "/leave"
CLOSED = ("/media", "/_stcore/metrics", "/_stcore/upload_file")


def read_cookie(scope: Scope, name: str) -> str:
    """Return a cookie of the request, or an empty text."""
    for key, value in _headers(scope):
        if key == b"cookie":
            jar: SimpleCookie = SimpleCookie()
            jar.load(value.decode("latin-1"))
            if name in jar:
                return jar[name].value
    return ""


class SessionDoor:
    """ASGI middleware: answers `/enter` and `/leave`, and closes media to strangers."""

    def __init__(
        self, app: App, *, store: Store, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._app = app
        self._store = store
        self._settings = settings
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        path = str(scope.get("path", ""))
        if scope["type"] == "http" and path == ENTER:
            await self._enter(scope, send)
        elif scope["type"] == "http" and path == LEAVE:
            await self._leave(scope, send)
        elif scope["type"] == "http" and path.startswith(CLOSED) and not await self._knows(scope):
            await _answer(send, status=403, body=b"Please sign in first.")
        else:
            await self._app(scope, receive, send)

    async def _enter(self, scope: Scope, send: Send) -> None:
        """Start a session for a persona of the demonstration."""
        query = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1"))
        person = query.get("person", [""])[0]
        allowed = self._settings.auth == "demo" and _from_this_machine(scope)
        if not (allowed and person.isascii() and person.isdigit() and len(person) < 18):
            await _answer(send, status=403, body=b"Choose a persona on the entry page.")
            return
        token = await run_in_threadpool(self._start, int(person))
        if token is None:
            await _answer(send, status=403, body=b"Choose a persona on the entry page.")
            return
        target = safe_target(query.get("next", ["/"])[0])
        await _answer(send, status=303, location=target, cookie=_cookie(token))

    def _start(self, person_id: int) -> str | None:
        if not is_persona(self._store, person_id=person_id):
            return None
        return start_session(
            self._store, person_id=person_id, now=self._clock(), hours=self._settings.session_hours
        )

    async def _leave(self, scope: Scope, send: Send) -> None:
        token = read_cookie(scope, COOKIE)
        if token:
            await run_in_threadpool(sign_out, self._store, token=token, now=self._clock())
        await _answer(send, status=303, location="/", cookie=f"{COOKIE}=; Path=/; Max-Age=0")

    async def _knows(self, scope: Scope) -> bool:
        token = read_cookie(scope, COOKIE)
        if not token:
            return False
        find = partial(
            find_viewer,
            self._store,
            token=token,
            now=self._clock(),
            idle_minutes=self._settings.session_idle_minutes,
        )
        return await run_in_threadpool(find) is not None


def safe_target(text: str) -> str:
    """Return a path of this portal to go to; anything else becomes the first page."""
    inside = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if inside and text.isprintable() and len(text) < 500 else "/"


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    return list(scope.get("headers", []))


def _from_this_machine(scope: Scope) -> bool:
    client = scope.get("client")
    host = client[0] if isinstance(client, (tuple, list)) and client else ""
    return host in {"127.0.0.1", "::1"}


def _cookie(token: str) -> str:
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax"


async def _answer(
    send: Send, *, status: int, body: bytes = b"", location: str = "", cookie: str = ""
) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if location:
        headers.append((b"location", location.encode("latin-1", "replace")))
    if cookie:
        headers.append((b"set-cookie", cookie.encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
