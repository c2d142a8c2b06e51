"""The portal as people reach it: behind TLS, where each cookie belongs to this host alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.provider import Signing, sign_in, strictly_signing_behind_tls
from tests.browser.visits import PATIENCE, settle

SESSION = "__Host-portal_session"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    """A portal behind TLS with one administrator."""
    folder: Path = tmp_path_factory.mktemp("tls")
    with strictly_signing_behind_tls(folder) as running:
        running.add_person("ada", name="Ada Lind", roles=["employee", "administrator"])
        yield running


@pytest.fixture(scope="module")
def page(chromium: Browser, house: Signing) -> Iterator[Page]:
    """The one tab in which ada signed in; the last test signs her out."""
    context = chromium.new_context(ignore_https_errors=True)
    tab = context.new_page()
    tab.goto(house.address)
    sign_in(tab, "ada")
    expect(tab.get_by_test_id("stSidebarNav")).to_be_visible(timeout=PATIENCE)
    yield tab
    context.close()


def _cookies(page: Page) -> dict[str, dict]:
    return {cookie["name"]: cookie for cookie in page.context.cookies()}


def test_every_cookie_is_secure_and_bound_to_this_host(page: Page):
    kept = _cookies(page)

    assert SESSION in kept
    assert all(name.startswith("__Host-") for name in kept)
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in kept.values())
    assert not [name for name in kept if "_streamlit_user" in name]


def test_a_file_is_taken_from_a_page_of_ours_and_from_nowhere_else(page: Page, house: Signing):
    page.goto(f"{house.address}/people")
    page.get_by_role("tab", name="Roster").click()
    roster = "issuer,subject,name,email,team\nx,y,Zoë,z@norhaven.example,\n".encode()
    with page.expect_request(_uploads) as asked:
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
            {"name": "people.csv", "mimeType": "text/csv", "buffer": roster}
        )
    address = asked.value.url
    expect(page.get_by_text("people.csv")).to_be_visible()
    settle(page)

    foreign = page.request.put(address, data=b"x", headers={"origin": "https://evil.example"})
    unnamed = page.request.put(address, data=b"x")

    assert (foreign.status, unnamed.status) == (403, 403)


def _uploads(request) -> bool:
    return request.method == "PUT" and "/upload_file/" in request.url


def test_a_page_elsewhere_signs_nobody_out(page: Page, house: Signing):
    for address in ("/leave", "/auth/logout"):
        answer = page.request.get(f"{house.address}{address}", max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (303, "/")
    page.goto(f"{house.address}/leave")
    settle(page)

    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    assert SESSION in _cookies(page)


def test_a_click_signs_out_here_and_at_the_provider_and_leaves_no_cookie(
    page: Page, house: Signing
):
    page.get_by_test_id("stPopover").get_by_role("button").click()
    page.get_by_role("button", name="Sign out", exact=True).click()

    expect(page.locator(".st-key-entry_sign_in")).to_be_visible(timeout=PATIENCE)
    assert page.url == f"{house.address}/"
    assert SESSION not in _cookies(page)
    assert '{"signed out": "ada"}' in (house.portal.data_dir / "provider.log").read_text("utf-8")
