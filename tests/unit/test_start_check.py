"""The server does not start with settings that let strangers in or tell them too much."""

import pytest

from portal.settings import Settings, SettingsError
from portal.web.start import SAFE, refuse_danger

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
REAL = {
    "PORTAL_AUTH": "oidc",
    "PORTAL_OIDC_METADATA_URL": "https://id.example/x",
    "PORTAL_OIDC_CLIENT_ID": "portal",
    "PORTAL_OIDC_CLIENT_SECRET": "a-secret",
    "PORTAL_PUBLIC_URL": "https://skills.example",
    "PORTAL_COOKIE_SECRET": SECRET,
}
SOUND = {**SAFE, "server.address": "127.0.0.1", "server.cookieSecret": SECRET}


def start(environ, **changed):
    options = SOUND | {name.replace("__", "."): value for name, value in changed.items()}
    refuse_danger(Settings.from_env(environ), option=options.__getitem__)


def test_sound_settings_start_in_both_ways():
    start({})
    start(REAL)
    start(REAL, server__address="0.0.0.0")


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "10.1.2.3", "skills.example"])
def test_a_demonstration_on_a_public_address_does_not_start(address):
    with pytest.raises(SettingsError, match="nobody is asked who they are"):
        start({}, server__address=address)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client.showErrorDetails", "full"),
        ("client.showErrorDetails", True),
        ("server.enableXsrfProtection", False),
        ("server.enableCORS", False),
        ("global.developmentMode", True),
        ("server.runOnSave", True),
        ("client.toolbarMode", "developer"),
        ("server.enableAgentApi", True),
        ("server.trustedUserHeaders", {}),
        ("server.trustedUserHeaders", {"x-remote-user": "holder"}),
    ],
)
def test_debug_details_and_open_doors_do_not_start_where_real_people_sign_in(name, value):
    with pytest.raises(SettingsError, match=name):
        start(REAL, **{name.replace(".", "__"): value})


def test_a_secret_that_can_be_guessed_or_is_not_used_does_not_start():
    weak = {**REAL, "PORTAL_COOKIE_SECRET": "abab" * 10}
    with pytest.raises(SettingsError, match="can be guessed"):
        start(weak, server__cookieSecret="abab" * 10)
    with pytest.raises(SettingsError, match="does not sign with PORTAL_COOKIE_SECRET"):
        start(REAL, server__cookieSecret="another one")


def test_every_danger_is_told_at_once():
    with pytest.raises(SettingsError) as told:
        start(REAL, server__enableCORS=False, server__cookieSecret="")
    assert "enableCORS" in str(told.value)
    assert "does not sign" in str(told.value)
