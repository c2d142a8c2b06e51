"""Files that browsers send: from an open page, as large as they may be, refused in a sentence."""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from db.store import Store
from portal.access import Refused, Viewer, may
from portal.services.limits import count_upload
from portal.services.refusals import note_refusal
from portal.web.answers import App, Receive, Scope, Send, answer

UPLOADS = "/_stcore/upload_file"
# A file of 5 MB with what stands around it in the request. The framework takes as much as a roster
# may have, which only administrators bring, and keeps what it took in memory.
LARGEST_UPLOAD = 6 * 1024 * 1024
# What a proxy lets through at most: so much is thrown away before a refusal is told.
LARGEST_THROWN_AWAY = 70 * 1024 * 1024
# And for so long: whoever sends byte by byte is not waited for.
SECONDS_THROWN_AWAY = 60.0


class Body:
    """The body of a request as it comes in; what nobody reads of it can be thrown away.

    A proxy passes it on to the end before it reads the answer. Where the connection is closed
    earlier, it knows no answer, and tells the person 502.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._goes_on = True
        self._came = 0

    async def __call__(self) -> dict[str, object]:
        """Return the next message of the request."""
        message = await self._receive()
        part = message.get("body", b"")
        self._came += len(part) if isinstance(part, bytes) else 0
        self._goes_on = message["type"] == "http.request" and bool(message.get("more_body"))
        return message

    async def throw_away(self) -> None:
        """Read what is still to come, as far as any file may be long, and for a minute at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_THROWN_AWAY):
                while self._goes_on and self._came <= LARGEST_THROWN_AWAY:
                    await self()


async def refuse_upload(receive: Receive, send: Send, *, status: int, sentence: str) -> None:
    """Refuse a file in a way that a proxy passes on."""
    body = receive if isinstance(receive, Body) else Body(receive)
    await body.throw_away()
    await answer(send, status=status, body=sentence.encode())


class UploadDoor:
    """Takes the files of who is signed in; what is refused leaves a row, under their name."""

    def __init__(self, app: App, *, store: Store, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._store = store
        self._clock = clock

    async def take(self, scope: Scope, receive: Receive, send: Send, *, viewer: Viewer) -> None:
        """Pass a file on to the framework, or refuse it, before or after the framework does."""
        body = Body(receive)
        refused = await run_in_threadpool(self._find_refusal, scope, viewer)

        async def send_on(message: dict[str, object]) -> None:
            nonlocal refused
            status = message.get("status", 0)
            if isinstance(status, int) and status >= 400:
                refused = status, _refusal(status, viewer)
            if refused is None:
                await send(message)

        if refused is None:
            await self._app(scope, body, send_on)
        if refused is not None:
            status, refusal = refused
            await run_in_threadpool(self._note, viewer, refusal)
            await refuse_upload(body, send, status=status, sentence=str(refusal))

    def _find_refusal(self, scope: Scope, viewer: Viewer) -> tuple[int, Refused] | None:
        """Return what is wrong with a file before anything of it is read, with its status."""
        if _size(scope) > LARGEST_UPLOAD and not may(viewer, "manage people"):
            return 413, _refusal(413, viewer)
        try:
            count_upload(self._store, viewer=viewer, now=self._clock())
        except Refused as refusal:
            return 429, refusal
        return None

    def _note(self, viewer: Viewer, refusal: Refused) -> None:
        note_refusal(self._store, viewer=viewer, sentence=refusal.sentence, now=self._clock())


def _refusal(status: int, viewer: Viewer) -> Refused:
    if status != 413:
        # The framework knows no such page, or the request is not what its pages send.
        return Refused("Send files from an open page. Reload it and choose the file again.")
    megabytes = 64 if may(viewer, "manage people") else 5
    return Refused("Send a file of at most {n} MB that says its size.", n=megabytes)


def _size(scope: Scope) -> float:
    """Return how many bytes a request says it brings; without end where it says nothing."""
    length = HTTPConnection(scope).headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 18 else math.inf
