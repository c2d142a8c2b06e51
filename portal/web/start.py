"""What the server refuses to start with: settings that would let strangers in or tell too much."""

from collections.abc import Callable, Mapping

from portal.settings import LOOPBACK, Settings, SettingsError

Option = Callable[[str], object]

# Streamlit's own settings, and the one value each may have where real people sign in.
SAFE: Mapping[str, object] = {
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.trustedUserHeaders": {"x-portal-holder": "holder"},
    # It would ask a caller without a browser who they are, past the door that says so.
    "server.enableAgentApi": False,
    "server.runOnSave": False,
    "global.developmentMode": False,
}
FEWEST_MARKS = 8


def refuse_danger(settings: Settings, *, option: Option) -> None:
    """Pass, or raise with every danger at once.

    Parameters
    ----------
    option
        Reads a setting of Streamlit by its name.

    Raises
    ------
    SettingsError
        With a sentence for each danger, and what to do.
    """
    dangers = [*_demo(settings, option), *_real(settings, option)]
    if dangers:
        raise SettingsError(" ".join(dangers))


def _demo(settings: Settings, option: Option) -> list[str]:
    address = option("server.address")
    if settings.auth != "demo" or address in LOOPBACK:
        return []
    return [
        f"PORTAL_AUTH is 'demo', where nobody is asked who they are, and the server would listen "
        f"on {address or 'every address'}. Expected 127.0.0.1: start it with `python -m portal "
        "serve`, or let real people sign in with PORTAL_AUTH=oidc."
    ]


def _real(settings: Settings, option: Option) -> list[str]:
    if settings.oidc is None:
        return []
    dangers = [
        f"{name} is {option(name)!r}, which tells strangers too much or lets them in. Expected "
        f"{safe!r} in .streamlit/config.toml."
        for name, safe in SAFE.items()
        if option(name) != safe
    ]
    secret = settings.oidc.cookie_secret
    if len(set(secret)) < FEWEST_MARKS:
        dangers.append(
            "PORTAL_COOKIE_SECRET can be guessed. Expected random characters, for example from: "
            "python -c 'import secrets; print(secrets.token_urlsafe(48))'."
        )
    if option("server.cookieSecret") != secret:
        dangers.append(
            "The server does not sign with PORTAL_COOKIE_SECRET, so sign-ins would fail or could "
            "be forged. Start it with `python -m portal serve`."
        )
    return dangers
