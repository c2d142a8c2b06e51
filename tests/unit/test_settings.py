"""The settings: what the portal starts with, and every value that stops it with a sentence."""

import re
from pathlib import Path

import pytest

from portal.settings import OIDC_VARIABLES, REPOSITORY, Settings, SettingsError

OIDC = {
    "PORTAL_AUTH": "oidc",
    "PORTAL_OIDC_METADATA_URL": "https://id.example/.well-known/openid-configuration",
    "PORTAL_OIDC_CLIENT_ID": "portal",
    "PORTAL_OIDC_CLIENT_SECRET": "a-secret",
    "PORTAL_PUBLIC_URL": "https://skills.example/",
    "PORTAL_COOKIE_SECRET": "x" * 32,
}


def test_without_any_setting_the_portal_is_a_demonstration_on_sqlite():
    settings = Settings.from_env({})
    assert settings.auth == "demo"
    assert settings.oidc is None
    assert settings.data_dir == REPOSITORY / "var"
    assert settings.database_url == f"sqlite:///{REPOSITORY / 'var' / 'portal.db'}"
    assert settings.content_dir == REPOSITORY
    assert settings.name == "AI Skills"
    assert (settings.min_group, settings.session_idle_minutes, settings.session_hours) == (5, 30, 8)


def test_limits_and_the_form_of_the_log_have_values_without_a_setting():
    demo, real = Settings.from_env({}), Settings.from_env(OIDC)
    assert (demo.limit_attempts, demo.limit_sign_ins, demo.limit_exports) == (20, 30, 120)
    assert (demo.log, real.log) == ("text", "json")
    assert Settings.from_env({**OIDC, "PORTAL_LOG": "text"}).log == "text"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PORTAL_LOG": "xml"}, "PORTAL_LOG is 'xml'"),
        ({"PORTAL_LIMIT_EXPORTS": "0"}, "PORTAL_LIMIT_EXPORTS is '0'"),
        ({"PORTAL_PUBLIC_URL": "https://skills.example"}, "where nobody is asked who they are"),
    ],
)
def test_a_dangerous_or_wrong_value_stops_the_start(changed, said):
    with pytest.raises(SettingsError, match=said):
        Settings.from_env(changed)


def test_every_value_that_is_given_is_used(tmp_path):
    (tmp_path / "curriculum").mkdir()
    settings = Settings.from_env(
        {
            "PORTAL_DATABASE_URL": "postgresql://portal:pw@db/portal",
            "PORTAL_DATA_DIR": str(tmp_path / "data"),
            "PORTAL_CONTENT_DIR": str(tmp_path),
            "PORTAL_NAME": "Norhaven AI Skills",
            "PORTAL_MIN_GROUP": "10",
            "PORTAL_SESSION_IDLE_MINUTES": "15",
            "PORTAL_SESSION_HOURS": "4",
        }
    )
    assert settings.database_url == "postgresql://portal:pw@db/portal"
    assert settings.data_dir == tmp_path / "data"
    assert settings.content_dir == tmp_path
    assert settings.name == "Norhaven AI Skills"
    assert (settings.min_group, settings.session_idle_minutes, settings.session_hours) == (
        10,
        15,
        4,
    )


def test_the_sqlite_file_lies_in_the_data_folder(tmp_path):
    settings = Settings.from_env({"PORTAL_DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'portal.db'}"


def test_a_tilde_in_a_folder_means_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings.from_env({"PORTAL_DATA_DIR": "~/portal"}).data_dir == tmp_path / "portal"


def test_variables_of_others_are_left_alone():
    assert Settings.from_env({"HOME": "/root", "STREAMLIT_SERVER_PORT": "x"}).auth == "demo"


def test_the_address_of_the_test_database_is_no_mistake():
    assert Settings.from_env({"PORTAL_TEST_POSTGRES_URL": "postgresql://x"}).auth == "demo"


def test_signing_in_at_a_provider_takes_its_five_values():
    settings = Settings.from_env(OIDC)
    assert settings.oidc is not None
    assert settings.oidc.client_id == "portal"
    assert settings.oidc.public_url == "https://skills.example"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8501", "http://localhost:8501"])
def test_on_one_machine_signing_in_can_be_tried_without_a_certificate(address):
    settings = Settings.from_env({**OIDC, "PORTAL_PUBLIC_URL": address})
    assert settings.oidc is not None
    assert settings.oidc.public_url == address


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORTAL_DATABASE": "x"}, "PORTAL_DATABASE is not a setting of the portal. Expected one"),
        ({"PORTAL_AUTH": "none"}, "PORTAL_AUTH is 'none'. Expected 'demo'"),
        ({"PORTAL_AUTH": ""}, "PORTAL_AUTH is ''. Expected 'demo'"),
        (
            {"PORTAL_DATABASE_URL": "mysql://db/portal"},
            "PORTAL_DATABASE_URL starts with 'mysql'. Expected 'sqlite:///FILE' or",
        ),
        ({"PORTAL_CONTENT_DIR": "/nowhere"}, "PORTAL_CONTENT_DIR is '/nowhere'. Expected a folder"),
        ({"PORTAL_NAME": "  "}, "PORTAL_NAME has 0 characters. Expected 1 to 40."),
        ({"PORTAL_NAME": "x" * 41}, "PORTAL_NAME has 41 characters. Expected 1 to 40."),
        ({"PORTAL_MIN_GROUP": "4"}, "PORTAL_MIN_GROUP is '4'. Expected a whole number 5 to 20."),
        ({"PORTAL_MIN_GROUP": "21"}, "PORTAL_MIN_GROUP is '21'. Expected a whole number 5 to 20."),
        ({"PORTAL_MIN_GROUP": "5.0"}, "PORTAL_MIN_GROUP is '5.0'. Expected a whole number"),
        ({"PORTAL_MIN_GROUP": "²"}, "PORTAL_MIN_GROUP is '²'. Expected a whole number"),
        ({"PORTAL_MIN_GROUP": "-5"}, "PORTAL_MIN_GROUP is '-5'. Expected a whole number"),
        (
            {"PORTAL_SESSION_IDLE_MINUTES": "4"},
            "PORTAL_SESSION_IDLE_MINUTES is '4'. Expected a whole number 5 to 480.",
        ),
        (
            {"PORTAL_SESSION_HOURS": "25"},
            "PORTAL_SESSION_HOURS is '25'. Expected a whole number 1 to 24.",
        ),
        (
            {**OIDC, "PORTAL_COOKIE_SECRET": "short"},
            "PORTAL_COOKIE_SECRET is too short. Expected at least 32 random characters",
        ),
        (
            {**OIDC, "PORTAL_PUBLIC_URL": "http://skills.example"},
            "PORTAL_PUBLIC_URL is 'http://skills.example'. Expected an address that begins with",
        ),
        (
            {**OIDC, "PORTAL_PUBLIC_URL": "https://skills.example/portal"},
            "PORTAL_PUBLIC_URL is 'https://skills.example/portal'. Expected no path",
        ),
        ({**OIDC, "PORTAL_PUBLIC_URL": "https://[x"}, "PORTAL_PUBLIC_URL is 'https://[x'. Expect"),
        (
            {**OIDC, "PORTAL_OIDC_METADATA_URL": "http://id.example/x"},
            "PORTAL_OIDC_METADATA_URL is 'http://id.example/x'. Expected an address that begins",
        ),
        *(
            ({**OIDC, variable: ""}, f"PORTAL_AUTH is 'oidc' but {variable} is not set.")
            for variable in OIDC_VARIABLES
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_value_stops_the_start_with_its_sentence(given, sentence):
    with pytest.raises(SettingsError, match="^" + re.escape(sentence)):
        Settings.from_env(given)


def test_no_sentence_tells_a_secret():
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({**OIDC, "PORTAL_COOKIE_SECRET": "hush-hush"})
    assert "hush" not in str(caught.value)
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"PORTAL_DATABASE_URL": "mysql://portal:hush@db/portal"})
    assert "hush" not in str(caught.value)


def test_the_settings_cannot_be_changed_later():
    with pytest.raises(AttributeError):
        Settings.from_env({}).name = "Other"  # type: ignore[misc]


def test_a_wrong_setting_is_said_on_the_command_line_without_a_traceback(capsys, monkeypatch):
    from portal.__main__ import main

    monkeypatch.setenv("PORTAL_AUTH", "none")
    assert main(["publish"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("The portal cannot start: PORTAL_AUTH is 'none'.")
    assert "Traceback" not in said


def test_the_folder_of_the_repository_holds_content():
    assert (Path(REPOSITORY) / "curriculum").is_dir()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["demo", "--people", "3"], "--people is 3; expected 8 to 100,000"),
        (["serve"], "cannot be made"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_command_line_without_a_traceback(
    arguments, says, capsys, monkeypatch, sqlite_url, tmp_path
):
    from portal.__main__ import main

    a_file = tmp_path / "a-file"
    a_file.write_text("")
    url = sqlite_url if arguments[0] == "demo" else f"sqlite:///{a_file}/portal.db"
    monkeypatch.setenv("PORTAL_DATABASE_URL", url)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))

    assert main(arguments) == 2
    assert says in capsys.readouterr().err


def test_a_port_that_does_not_exist_is_refused_before_anything_is_filled(capsys):
    from portal.__main__ import main

    with pytest.raises(SystemExit):
        main(["serve", "--port", "99999"])
    assert "expected a whole number 1 to 65535" in capsys.readouterr().err
