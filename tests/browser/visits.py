"""What a person does first on any page: sign in, and wait until it is drawn."""

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from tests.browser.server import PortalServer

PATIENCE = 30_000  # milliseconds for a page, on a machine that does much else


def enter_as(page: Page, server: PortalServer, role: str, *, path: str = "/") -> None:
    """Choose a persona on the entry page, and wait until the page behind it is drawn."""
    page.goto(f"{server.url}{path}")
    page.locator(f".st-key-entry_{role} button").click()
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible(timeout=PATIENCE)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the script behind the page has run to its end."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )


def choose_option(page: Page, box: Locator, name: str) -> None:
    """Choose from a list of options; one that closed because the page scrolled is opened again."""
    option = page.get_by_role("option", name=name, exact=True)
    box.scroll_into_view_if_needed()
    for patience in (3_000, 3_000, PATIENCE):
        settle(page)
        box.click()
        try:
            option.click(timeout=patience)
        except PlaywrightError:
            page.keyboard.press("Escape")
        else:
            return
    raise AssertionError(f"the option {name} was not offered")
