"""How a door answers by itself: a sentence, a way on, a websocket refused; the types of ASGI."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, object]]]
Send = Callable[[dict[str, object]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


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


async def refuse_websocket(send: Send) -> None:
    """Close a websocket before it is open; the browser is told 403."""
    await send({"type": "websocket.close", "code": 1008})
