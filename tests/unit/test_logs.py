"""The log holds what helps, as objects or lines, and no secret, answer or token."""

import io
import json
import logging

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from portal.settings import Settings
from portal.web.logs import Scrubber, configure_logging, secrets_of

SECRETS = ("hush-hush-client", "cookie-secret-" + "x" * 20, "pw-of-db")
CANARY = "CANARY-ANSWER"


@pytest.fixture
def logged():
    """Log something in a form and return what was written."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(form, *, message="hello", error=None):
        out = io.StringIO()
        configure_logging(form, secrets=SECRETS, out=out)
        logging.getLogger("portal.test").error(message, exc_info=error)
        return out.getvalue()

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


def raised(error):
    try:
        raise error
    except type(error) as found:
        return found


def test_an_event_is_one_object_with_its_incident_number(logged):
    (line,) = logged("json", message="incident 3FA2B1", error=raised(KeyError("x"))).splitlines()

    event = json.loads(line)
    assert event["incident"] == "3FA2B1"
    assert (event["level"], event["logger"]) == ("error", "portal.test")
    assert event["error"] == "KeyError: 'x'"
    assert "in raised" in event["trace"][0]


@pytest.mark.parametrize("form", ["json", "text"])
def test_line_ends_in_what_is_logged_make_no_second_event(logged, form):
    said = logged(form, message="name\n2026-01-01 INFO portal: signed in\r\u2028x")

    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "text_",
    [
        *SECRETS,
        "GET /oauth2callback?code=SECRETCODE&state=SECRETSTATE",
        "Cookie: portal_session=SECRETTOKEN; x=1",
        "portal_session=SECRETTOKEN",
        "postgresql://portal:SECRETPW@db/portal",
        "Authorization: Bearer SECRETTOKEN123",
        "id eyJTRUNSRVQxMjM0.SECRET.SECRET",
        "client_secret=SECRETVALUE",
    ],
)
@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_and_no_token_is_kept(logged, form, text_):
    said = logged(form, message=f"before {text_} after", error=raised(ValueError(text_)))

    assert "SECRET" not in said
    assert not any(secret in said for secret in SECRETS)


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_values_of_a_failed_statement_are_left_out(logged, form):
    engine = create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("INSERT INTO answer VALUES (:response)"), {"response": CANARY})
    engine.dispose()

    said = logged(form, error=caught.value)

    assert "no such table: answer" in said
    assert CANARY not in said


def test_what_a_database_says_of_a_row_is_left_out():
    said = Scrubber().clean(f"duplicate key\nDETAIL: Key (response)=({CANARY}) already exists.")

    assert said == "duplicate key\nDETAIL: [left out]"


def test_a_very_long_text_is_cut():
    assert len(Scrubber().clean("x" * 1_000_000)) == 20_000


def test_every_secret_of_the_settings_is_known():
    settings = Settings.from_env(
        {
            "PORTAL_AUTH": "oidc",
            "PORTAL_OIDC_METADATA_URL": "https://id.example/x",
            "PORTAL_OIDC_CLIENT_ID": "portal",
            "PORTAL_OIDC_CLIENT_SECRET": SECRETS[0],
            "PORTAL_PUBLIC_URL": "https://skills.example",
            "PORTAL_COOKIE_SECRET": SECRETS[1],
            "PORTAL_DATABASE_URL": f"postgresql://portal:{SECRETS[2]}@db/portal",
        }
    )

    assert set(secrets_of(settings)) == set(SECRETS)
