"""A provider that forgives nothing: sign-in, roles by groups, and leaving, in Chromium."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.provider import Signing, sign_in, strictly_signing
from tests.browser.strict_provider import FORGERIES
from tests.browser.visits import PATIENCE, settle


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    """A portal whose provider sends groups: a list, a text, 400 of them, none."""
    folder: Path = tmp_path_factory.mktemp("strict")
    role_map = folder / "roles.toml"
    role_map.write_text('[roles]\nauthor = ["skills-authors"]\n', encoding="utf-8")
    with strictly_signing(folder, role_map=role_map) as running:
        running.add_person("root", name="Root", roles=["administrator"])
        for subject in ("ada", "bo", "cy"):
            running.add_person(subject, name=subject.title())
        yield running


def _enter(page: Page, house: Signing, subject: str) -> None:
    page.goto(house.portal.url)
    sign_in(page, subject)
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible(timeout=PATIENCE)


def _forgeries(house: Signing) -> list[str]:
    with closing(sqlite3.connect(house.portal.data_dir / "portal.db")) as base:
        rows = base.execute("SELECT payload FROM audit WHERE deed = 'forgery refused'")
        return [payload for (payload,) in rows]


def _lessons(page: Page):
    return page.get_by_test_id("stSidebarNavLink").filter(has_text="Lessons")


def test_the_provider_refuses_who_asks_without_pkce_nonce_and_state(page: Page, house: Signing):
    answer = page.request.get(f"{house.issuer}/authorize?client_id=portal&prompt=select_account")

    assert answer.status == 400
    for word in ("code_challenge", "code_challenge_method", "nonce", "state", "prompt"):
        assert word in answer.text()


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_id_token_of_somebody_known_opens_nothing(
    page: Page, house: Signing, forgery: str
):
    page.goto(house.portal.url)
    sign_in(page, forgery)

    expect(page.locator(".st-key-entry_sign_in")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    expect(page.get_by_text("arrived damaged. Please sign in once more")).to_be_visible()
    assert "portal_session" not in {cookie["name"] for cookie in page.context.cookies()}
    assert '{"what":"sign-in answer"}' in _forgeries(house)


def test_who_stands_in_the_group_gets_its_role_with_the_sign_in(page: Page, house: Signing):
    _enter(page, house, "ada")

    expect(_lessons(page)).to_have_count(1)


@pytest.mark.parametrize("subject", ["bo", "cy"])
def test_a_text_or_four_hundred_other_groups_let_in_and_give_no_role(
    page: Page, house: Signing, subject: str
):
    _enter(page, house, subject)

    expect(_lessons(page)).to_have_count(0)


def test_an_unverified_address_of_somebody_known_opens_nothing(page: Page, house: Signing):
    page.goto(house.portal.url)
    sign_in(page, "dee")

    expect(page.get_by_text("you are not on the roster of this portal yet")).to_be_visible()
    assert "portal_session" not in {cookie["name"] for cookie in page.context.cookies()}


def test_leaving_ends_both_sign_ins_and_leads_back_to_the_entry(page: Page, house: Signing):
    _enter(page, house, "ada")
    visited: list[str] = []
    page.on("request", lambda request: visited.append(request.url))

    page.get_by_test_id("stPopover").get_by_role("button").click()
    page.get_by_role("button", name="Sign out", exact=True).click()

    expect(page.locator(".st-key-entry_sign_in")).to_be_visible(timeout=PATIENCE)
    settle(page)
    (end,) = [url for url in visited if url.startswith(f"{house.issuer}/end?")]
    assert "id_token_hint=ey" in end
    assert '{"signed out": "ada"}' in (house.portal.data_dir / "provider.log").read_text("utf-8")
    kept = {cookie["name"] for cookie in page.context.cookies()}
    assert not {name for name in kept if "session" in name and name.startswith("portal")}
    assert not {name for name in kept if name.startswith("_streamlit_user")}


def test_the_log_says_why_a_text_gives_no_role_and_holds_no_token(page: Page, house: Signing):
    _enter(page, house, "bo")

    said = house.portal.log.read_text("utf-8")
    assert "did not come as a list" in said
    assert "Traceback" not in said
    assert "eyJ" not in said
