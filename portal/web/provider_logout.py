"""Where a browser signs out at the provider too, as the provider's own metadata say it."""

import json
import logging
import threading
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

from portal.settings import LOOPBACK, Oidc

# What a browser can carry in an address; a longer token is left out, and the provider asks.
LONGEST_HINT = 6_000
PATIENCE = 5  # seconds for the provider to answer
LARGEST = 256 * 1024  # bytes of its metadata

Fetch = Callable[[str], bytes]
_LOG = logging.getLogger(__name__)


class ProviderLogout:
    """Knows the provider's page for signing out (OpenID Connect RP-Initiated Logout 1.0)."""

    def __init__(self, oidc: Oidc, *, fetch: Fetch | None = None) -> None:
        self._oidc = oidc
        self._fetch = fetch or _fetch
        self._lock = threading.Lock()
        self._known: str | None = None

    def address(self, *, id_token: str) -> str | None:
        """Return where to send the browser; None when the provider offers nothing."""
        endpoint = self._endpoint()
        if not endpoint:
            return None
        query = {
            "post_logout_redirect_uri": f"{self._oidc.public_url}/",
            "client_id": self._oidc.client_id,
        }
        if id_token and len(id_token) <= LONGEST_HINT:
            query = {"id_token_hint": id_token, **query}
        mark = "&" if urlsplit(endpoint).query else "?"
        return f"{endpoint}{mark}{urlencode(query)}"

    def _endpoint(self) -> str:
        """Return the provider's page, asked for once; empty without one."""
        with self._lock:
            if self._known is None:
                try:
                    said = json.loads(self._fetch(self._oidc.metadata_url))
                except (OSError, ValueError) as error:
                    # Signing out here must never wait for somebody else; it is asked again later.
                    _LOG.warning("The provider's metadata cannot be read: %s", type(error).__name__)
                    return ""
                offered = said.get("end_session_endpoint") if isinstance(said, dict) else None
                self._known = _sound(offered)
            return self._known


def _sound(endpoint: object) -> str:
    if not isinstance(endpoint, str) or not endpoint.isascii() or not endpoint.isprintable():
        return ""
    parts = urlsplit(endpoint)
    inside = parts.scheme == "http" and parts.hostname in LOOPBACK
    return endpoint if parts.hostname and (parts.scheme == "https" or inside) else ""


def _fetch(address: str) -> bytes:
    # The settings let only https through, or this machine itself.
    with urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310
        return bytes(answer.read(LARGEST))
