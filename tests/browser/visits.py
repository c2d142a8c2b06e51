"""What a person does first on any page: come signed in, and wait until it is drawn."""

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from db.queries.people import find_person_by_subject
from db.store import Store, open_store
from portal import clock
from portal.services.people import PERSONA_ISSUER
from portal.services.sessions import COOKIE, start_session
from tests.browser.server import PortalServer
from tests.factories import make_person

PATIENCE = 30_000  # milliseconds for a page, on a machine that does much else


def enter_as(page: Page, server: PortalServer, subject: str, *, path: str = "/") -> None:
    """Open a page as an invented person who has signed in before: a persona by its role."""
    come_as(page, server, subject)
    page.goto(f"{server.url}{path}")
    _expect_drawn(page)


def come_as(page: Page, server: PortalServer, subject: str) -> None:
    """Give a tab's profile the session of an invented person, and open nothing yet."""
    store = open_store(f"sqlite:///{server.data_dir / 'portal.db'}")
    person = store.read(lambda c: find_person_by_subject(c, issuer=PERSONA_ISSUER, subject=subject))
    assert person is not None
    bring_session(page, server, store, person_id=person)
    store.close()


def enter_anew(page: Page, server: PortalServer, *, path: str = "/") -> int:
    """Open a page as an employee nobody has met before; return their number."""
    store = open_store(f"sqlite:///{server.data_dir / 'portal.db'}")
    person = make_person(store, roles=("employee",), role_profile="builder")
    bring_session(page, server, store, person_id=person)
    store.close()
    page.goto(f"{server.url}{path}")
    _expect_drawn(page)
    return person


def bring_session(page: Page, server: PortalServer, store: Store, *, person_id: int) -> None:
    """Give a tab's profile the cookie of a session of this person."""
    token = start_session(store, person_id=person_id, now=clock.now(), hours=1)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": server.url}])


def choose_persona(page: Page, server: PortalServer, role: str, *, path: str = "/") -> None:
    """Choose a persona on the entry page, and wait until the page behind it is drawn."""
    page.goto(f"{server.url}{path}")
    page.locator(f".st-key-entry_{role} button").click()
    _expect_drawn(page)


def _expect_drawn(page: Page) -> None:
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
