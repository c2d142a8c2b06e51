"""The door: the session cookie, signing in and out over HTTP, and what strangers may not fetch."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request

from db.store import Store
from portal.access import Refused, Viewer, may
from portal.services.people import is_persona
from portal.services.refusals import is_made_up
from portal.services.sessions import COOKIE, find_viewer, hash_token, is_open, start_session
from portal.settings import Settings
from portal.web.answers import App, Receive, Scope, Send, answer, refuse_websocket
from portal.web.forgeries import Forgeries
from portal.web.uploads import UPLOADS, UploadDoor, refuse_upload

ENTER = "/enter"
LEAVE = "/leave"
METRICS = "/_stcore/metrics"
CLOSED = ("/media", METRICS, UPLOADS)
# `server.trustedUserHeaders` in .streamlit/config.toml names it to the framework.
HOLDER = b"x-portal-holder"


def read_cookie(scope: Scope, name: str) -> str:
    """Return a cookie of the request, or an empty text."""
    # Python's own SimpleCookie raises on names that browsers send, such as `a/b`.
    return HTTPConnection(scope).cookies.get(name, "")


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
        self._uploads = UploadDoor(app, store=store, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        path = str(scope.get("path", ""))
        if scope["type"] == "websocket" and not _is_from_here(scope):
            await self._forgeries.note("websocket of another page")
            await refuse_websocket(send)
        elif scope["type"] == "websocket":
            await self._app(_with_holder(scope), receive, send)
        elif scope["type"] == "http" and path == ENTER:
            await self._enter(scope, send)
        elif scope["type"] == "http" and path == LEAVE:
            await self._leave(scope, send)
        elif scope["type"] == "http" and path.startswith(CLOSED):
            await self._open(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is closed to strangers, and to most the figures of the server."""
        viewer = await self._find_viewer(scope)
        if viewer is None:
            await self._refuse_stranger(scope, receive, send)
        elif str(scope["path"]).startswith(METRICS) and not may(viewer, "manage people"):
            await answer(send, status=403, body=b"Figures of the server are for administrators.")
        elif scope["method"] == "PUT":
            await self._uploads.take(scope, receive, send, viewer=viewer)
        else:
            await self._app(scope, receive, send)

    async def _refuse_stranger(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse who has no session; one that never was, and a file without any, are forged."""
        token, sentence = read_cookie(scope, COOKIE), "Please sign in first."
        if scope["method"] == "PUT":
            await self._forgeries.note("upload without a session")
            await refuse_upload(receive, send, status=403, sentence=sentence)
            return
        if bool(token) and await run_in_threadpool(is_made_up, self._store, token=token):
            await self._forgeries.note("session cookie")
        await answer(send, status=403, body=sentence.encode())

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
        hours = self._settings.session_hours
        try:
            return start_session(self._store, person_id=person_id, now=self._clock(), hours=hours)
        except Refused:
            return None  # Of invented people too, somebody may have left.

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
    try:
        return origin is None or urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False  # No browser sends what is no address.


def _with_holder(scope: Scope) -> Scope:
    """Tell the framework which session a tab belongs to, whatever the browser says of it.

    A tab that reconnects finds what it held again. Without this anybody would who names it, such
    as the next person at a shared machine: their cookie, and what the one before had typed.
    """
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != HOLDER]
    holder = hash_token(read_cookie(scope, COOKIE)).encode()
    return {**scope, "headers": [*kept, (HOLDER, holder)]}


def session_cookie(token: str) -> str:
    """Return the cookie of a session, for as long as the browser is open."""
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax"
