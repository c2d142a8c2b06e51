"""The door: the session cookie, signing in and out over HTTP, and what strangers may not fetch."""

import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request

from db.store import Store
from portal.access import Viewer, may
from portal.services.people import is_persona
from portal.services.sessions import COOKIE, find_viewer, is_open, start_session
from portal.settings import Settings
from portal.web.forgeries import Forgeries

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, object]]]
Send = Callable[[dict[str, object]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ENTER = "/enter"
LEAVE = "/leave"
METRICS = "/_stcore/metrics"
CLOSED = ("/media", METRICS, "/_stcore/upload_file")
# A file of 5 MB with what stands around it in the request. The framework takes as much as a roster
# may have, which only administrators bring, and keeps what it took in memory.
LARGEST_UPLOAD = 6 * 1024 * 1024


def read_cookie(scope: Scope, name: str) -> str:
    """Return a cookie of the request, or an empty text."""
    # Python's own SimpleCookie raises on names that browsers send, such as `a/b`.
    return Request(scope).cookies.get(name, "")


class SessionDoor:
    """ASGI middleware: answers `/enter` and `/leave`, and closes media to strangers."""

    def __init__(
        self, app: App, *, store: Store, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._app = app
        self._store = store
        self._settings = settings
        self._clock = clock
        self._forgeries = Forgeries(store, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        path = str(scope.get("path", ""))
        if scope["type"] == "websocket" and not _is_from_here(scope):
            await self._forgeries.note("websocket of another page")
            await refuse_websocket(send)
        elif scope["type"] == "http" and path == ENTER:
            await self._enter(scope, send)
        elif scope["type"] == "http" and path == LEAVE:
            await self._leave(scope, send)
        elif scope["type"] == "http" and path.startswith(CLOSED):
            await self._open(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is closed to strangers, unless it is a file too large for who sends it."""
        viewer = await self._find_viewer(scope)
        upload = scope["method"] == "PUT"
        if viewer is None:
            if upload:
                await self._forgeries.note("upload without a session")
            await answer(send, status=403, body=b"Please sign in first.")
        elif str(scope["path"]).startswith(METRICS) and not may(viewer, "manage people"):
            await answer(send, status=403, body=b"Figures of the server are for administrators.")
        elif upload and _size(scope) > LARGEST_UPLOAD and not may(viewer, "manage people"):
            await answer(send, status=413, body=b"Send a file of at most 5 MB that says its size.")
        else:
            await self._app(scope, receive, send)

    async def _enter(self, scope: Scope, send: Send) -> None:
        """Start a session for a persona of the demonstration."""
        query = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1"))
        person = query.get("person", [""])[0]
        allowed = self._settings.auth == "demo" and _from_this_machine(scope)
        # A browser says so when a page elsewhere sent it here.
        allowed = allowed and "-site" not in Request(scope).headers.get("sec-fetch-site", "")
        if not (allowed and person.isascii() and person.isdigit() and len(person) < 18):
            await answer(send, status=403, body=b"Choose a persona on the entry page.")
            return
        token = await run_in_threadpool(self._start, int(person))
        if token is None:
            await answer(send, status=403, body=b"Choose a persona on the entry page.")
            return
        target = safe_target(query.get("next", ["/"])[0])
        await answer(send, status=303, location=target, cookies=[session_cookie(token)])

    def _start(self, person_id: int) -> str | None:
        if not is_persona(self._store, person_id=person_id):
            return None
        return start_session(
            self._store, person_id=person_id, now=self._clock(), hours=self._settings.session_hours
        )

    async def _leave(self, scope: Scope, send: Send) -> None:
        """Take the cookie of a session that ended; an open one is ended by a click alone."""
        token = read_cookie(scope, COOKIE)
        stays = bool(token) and await run_in_threadpool(is_open, self._store, token=token)
        gone = [] if stays else [f"{COOKIE}=; Path=/; Max-Age=0"]
        await answer(send, status=303, location="/", cookies=gone)

    async def _find_viewer(self, scope: Scope) -> Viewer | None:
        token = read_cookie(scope, COOKIE)
        if not token:
            return None
        find = partial(
            find_viewer,
            self._store,
            token=token,
            now=self._clock(),
            idle_minutes=self._settings.session_idle_minutes,
        )
        return await run_in_threadpool(find)


def safe_target(text: str) -> str:
    """Return a path of this portal to go to; anything else becomes the first page."""
    inside = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if inside and text.isprintable() and len(text) < 500 else "/"


def _size(scope: Scope) -> float:
    """Return how many bytes a request says it brings; without end where it says nothing."""
    length = HTTPConnection(scope).headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 18 else math.inf


def _from_this_machine(scope: Scope) -> bool:
    """Say whether the request came from here and under a name of this machine.

    A foreign name that was made to point here is a foreign page's doing, not the reader's.
    """
    client = scope.get("client")
    host = client[0] if isinstance(client, (tuple, list)) and client else ""
    named = Request(scope).url.hostname
    return host in {"127.0.0.1", "::1"} and named in {"localhost", "127.0.0.1", "::1"}


def _is_from_here(scope: Scope) -> bool:
    """Say whether a websocket was opened by a page of this server, or by no page at all.

    The framework would ask a server in the internet for its own address before it says no, and
    keep everybody waiting meanwhile; and it would take any page of the reader's own machine.
    """
    headers = HTTPConnection(scope).headers
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def refuse_websocket(send: Send) -> None:
    """Close a websocket before it is open; the browser is told 403."""
    await send({"type": "websocket.close", "code": 1008})


def session_cookie(token: str) -> str:
    """Return the cookie of a session, for as long as the browser is open."""
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax"


async def answer(
    send: Send,
    *,
    status: int,
    body: bytes = b"",
    location: str = "",
    cookies: Sequence[str] = (),
) -> None:
    """Answer a request with a sentence or a way on, and cookies."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if location:
        headers.append((b"location", location.encode("latin-1", "replace")))
    headers += [(b"set-cookie", cookie.encode("latin-1")) for cookie in cookies]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
