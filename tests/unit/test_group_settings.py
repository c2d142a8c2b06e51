"""The settings of groups: a claim with a name, and a file that is there."""

import pytest

from portal.settings import Settings, SettingsError
from tests.sign_in_cookies import ISSUER, PUBLIC, SECRET

REAL = {
    "PORTAL_AUTH": "oidc",
    "PORTAL_OIDC_METADATA_URL": f"{ISSUER}/.well-known/openid-configuration",
    "PORTAL_OIDC_CLIENT_ID": "portal",
    "PORTAL_OIDC_CLIENT_SECRET": "c",
    "PORTAL_PUBLIC_URL": PUBLIC,
    "PORTAL_COOKIE_SECRET": SECRET,
}


def oidc(**changed):
    found = Settings.from_env(REAL | changed).oidc
    assert found is not None
    return found


def test_without_settings_the_claim_is_groups_and_no_role_follows():
    assert (oidc().groups_claim, oidc().role_map) == ("groups", None)


def test_a_claim_and_a_file_are_taken(tmp_path):
    file = tmp_path / "roles.toml"
    file.write_text("[roles]\n")

    found = oidc(PORTAL_OIDC_GROUPS_CLAIM="https://bank/groups", PORTAL_ROLE_MAP=str(file))

    assert (found.groups_claim, found.role_map) == ("https://bank/groups", file)


@pytest.mark.parametrize("claim", ["", " groups", "a\nb", "x" * 201])
def test_a_claim_without_a_sound_name_stops_the_start(claim):
    with pytest.raises(SettingsError, match="PORTAL_OIDC_GROUPS_CLAIM"):
        oidc(PORTAL_OIDC_GROUPS_CLAIM=claim)


def test_a_file_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(SettingsError, match="PORTAL_ROLE_MAP"):
        oidc(PORTAL_ROLE_MAP=str(tmp_path / "missing.toml"))
