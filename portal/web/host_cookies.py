"""Cookies behind TLS: each belongs to this host alone, and so do uploads and websockets."""

from starlette.requests import HTTPConnection

from portal.web.answers import App, Receive, Scope, Send, refuse_websocket
from portal.web.forgeries import Forgeries
from portal.web.uploads import UPLOADS, refuse_upload

# A browser takes such a cookie only with `Secure`, for this host and all its paths, and nobody
# else, neither a neighbouring host nor a page without TLS, can set one of that name.
PREFIX = "__Host-"
# The framework's own page reads this cookie by its name, which can therefore carry no prefix. It
# stays here instead: the door checks where an upload comes from, and brings the token for it.
FORGERY_COOKIE, FORGERY_HEADER = "_streamlit_xsrf", b"x-xsrftoken"

Headers = list[tuple[bytes, bytes]]


class HostCookies:
    """ASGI middleware: every cookie goes out with the prefix, and none without it comes in.

    `forgery_token` is one that the framework made and takes again. What a page elsewhere sends
    is refused and written down.
    """

    def __init__(
        self, app: App, *, public_url: str, forgery_token: str, forgeries: Forgeries
    ) -> None:
        self._app = app
        self._forgeries = forgeries
        self._origin = _as_browsers_say(public_url)
        self._token = forgery_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rename the cookies of a request and of its answer."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        upload = str(scope.get("path", "")).startswith(UPLOADS)
        from_here = HTTPConnection(scope).headers.get("origin") == self._origin
        if scope["type"] == "websocket" and not from_here:
            await self._forgeries.note("websocket of another page")
            await refuse_websocket(send)
            return
        if upload and not from_here:
            await self._forgeries.note("upload of another page")
            sentence = "Send files from a page of this portal."
            await refuse_upload(receive, send, status=403, sentence=sentence)
            return
        headers = _inside(scope["headers"])
        if upload:
            headers = _with_token(headers, self._token)
        await self._app({**scope, "headers": headers}, receive, _outside(send))


def _as_browsers_say(public_url: str) -> str:
    """Return an address as browsers name an origin: small letters, no port that goes without."""
    return public_url.lower().removesuffix(":443")


def _inside(headers: Headers) -> Headers:
    """Return the headers of a request with the cookies of this host, by their short names."""
    rest = [(name, value) for name, value in headers if name.lower() != b"cookie"]
    pairs = [
        pair.strip()
        for name, value in headers
        if name.lower() == b"cookie"
        for pair in value.split(b";")
    ]
    prefix = PREFIX.encode()
    ours = [pair.removeprefix(prefix) for pair in pairs if pair.startswith(prefix)]
    return [*rest, (b"cookie", b"; ".join(ours))] if ours else rest


def _with_token(headers: Headers, token: str) -> Headers:
    rest = [(name, value) for name, value in headers if name.lower() != FORGERY_HEADER]
    cookie = f"{FORGERY_COOKIE}={token}".encode()
    found = [value for name, value in rest if name.lower() == b"cookie"]
    rest = [(name, value) for name, value in rest if name.lower() != b"cookie"]
    return [*rest, (b"cookie", b"; ".join([*found, cookie])), (FORGERY_HEADER, token.encode())]


def _outside(send: Send) -> Send:
    """Complete every cookie that goes out, the framework's own too."""

    async def send_prefixed(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            headers: Headers = list(message.get("headers", []))  # type: ignore[call-overload]
            kept = [pair for pair in headers if not _stays_here(*pair)]
            message = message | {"headers": [_prefixed(*pair) for pair in kept]}
        await send(message)

    return send_prefixed


def _stays_here(name: bytes, value: bytes) -> bool:
    return name.lower() == b"set-cookie" and value.startswith(f"{FORGERY_COOKIE}=".encode())


def _prefixed(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name.lower() != b"set-cookie":
        return name, value
    settings = [part.strip().lower() for part in value.split(b";")[1:]]
    secure = b"" if b"secure" in settings else b"; Secure"
    return name, PREFIX.encode() + value + secure
