"""Real people at a real provider: in Chromium, with everything between it and the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.provider import SECRET, Signing, sign_in, signing
from tests.browser.visits import settle

WANTED = "/my_skills?from=mail&x=1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    """A portal with one person on its roster, and a provider that knows one more."""
    folder: Path = tmp_path_factory.mktemp("signing")
    with signing(folder, subjects=["ada", "mallory"]) as running:
        running.add_person("ada", name="Ada Lind", roles=["employee", "administrator"])
        yield running


def _cookies(page: Page) -> dict[str, dict]:
    return {cookie["name"]: cookie for cookie in page.context.cookies()}


def _enter(page: Page, house: Signing, path: str = "/") -> None:
    page.goto(f"{house.portal.url}{path}")
    sign_in(page, "ada")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()


def test_a_deep_link_survives_signing_in(page: Page, house: Signing):
    _enter(page, house, WANTED)

    assert page.url == f"{house.portal.url}{WANTED}"


def test_the_browser_keeps_our_cookie_alone(page: Page, house: Signing):
    _enter(page, house)

    kept = _cookies(page)
    assert not [name for name in kept if name.startswith("_streamlit_user")]
    assert not {"portal_next", "portal_refused"} & set(kept)
    assert kept["portal_session"]["httpOnly"]
    assert kept["portal_session"]["sameSite"] == "Lax"


def test_who_is_not_on_the_roster_is_told_whom_to_ask(page: Page, house: Signing):
    page.goto(house.portal.url)
    sign_in(page, "mallory")

    expect(page.get_by_text("you are not on the roster of this portal yet")).to_be_visible()
    expect(page.get_by_text("people desk")).to_be_visible()
    assert "portal_session" not in _cookies(page)


def test_after_signing_out_neither_cookie_opens_the_door_again(page: Page, house: Signing):
    seen: list[dict[str, str]] = []

    def note(request) -> None:
        sent = request.all_headers().get("cookie", "")
        pairs = dict(pair.split("=", 1) for pair in sent.split("; ") if "=" in pair)
        seen.append({name: value for name, value in pairs.items() if "_user" in name})

    page.on("request", note)
    _enter(page, house)
    session = _cookies(page)["portal_session"]["value"]
    brought = next(cookies for cookies in reversed(seen) if cookies)
    page.get_by_test_id("stPopover").get_by_role("button").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    # The portal has ended its session already; the provider asks before it ends its own.
    page.get_by_role("button", name="End session").click()
    settle(page)
    expect(page.locator(".st-key-entry_sign_in")).to_be_visible()

    old = {"portal_session": session, **brought}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": house.portal.url} for name, value in old.items()]
    )
    page.goto(house.portal.url)
    settle(page)

    assert set(brought) >= {"_streamlit_user"}
    expect(page.locator(".st-key-entry_sign_in")).to_be_visible()
    expect(page.get_by_text("was used before")).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)


def test_a_damaged_cookie_of_the_provider_meets_a_clear_sentence(page: Page, house: Signing):
    page.context.add_cookies(
        [{"name": "_streamlit_user", "value": "eyJpc3MiOi", "url": house.portal.url}]
    )

    page.goto(f"{house.portal.url}{WANTED}")
    settle(page)

    expect(page.get_by_text("arrived damaged")).to_be_visible()
    assert not [name for name in _cookies(page) if name.startswith("_streamlit_user")]


def test_saying_no_at_the_provider_leads_back_to_the_entry(page: Page, house: Signing):
    page.goto(house.portal.url)
    page.locator(".st-key-entry_sign_in button").click()
    page.get_by_role("button", name="Deny").click()
    settle(page)

    expect(page.locator(".st-key-entry_sign_in")).to_be_visible()
    assert "portal_session" not in _cookies(page)


def test_the_log_names_a_stranger_and_holds_neither_secret_nor_traceback(
    page: Page, house: Signing
):
    page.goto(house.portal.url)
    sign_in(page, "mallory")

    said = house.portal.log.read_text("utf-8")
    assert f"Not on the roster: issuer '{house.issuer}', subject 'mallory'" in said
    assert "Traceback" not in said
    assert "a-client-secret" not in said
    assert SECRET not in said
