"""A break in a real browser: the clock stands still, and a server that is killed keeps it."""

from playwright.sync_api import Page, expect

from tests.browser.server import PortalServer
from tests.browser.visits import PATIENCE, enter_as, settle

LEARNER = "Mara Lindqvist"


def set_breaks(page: Page, server: PortalServer) -> None:
    """Let the officer give the learner more time and ten minutes of breaks."""
    enter_as(page, server, "accommodations_officer", path="/accommodations")
    page.get_by_label("Search people").fill("Lindqvist")
    page.get_by_label("Search people").press("Enter")
    page.get_by_role("button", name=f"Open {LEARNER}").click()
    page.get_by_role("combobox", name="Breaks that stop the clock").click()
    page.get_by_role("option", name="10 minutes of breaks a check").click()
    settle(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("times the usual time").first).to_be_visible(timeout=PATIENCE)


def test_a_break_stops_the_clock_and_outlasts_a_killed_server(
    page: Page, new_context, own_server: PortalServer
) -> None:
    set_breaks(new_context().new_page(), own_server)
    enter_as(page, own_server, "employee", path="/track?track=rag")
    page.locator(".st-key-track_start button, .st-key-track_check button").click()
    question = page.locator("[class*='st-key-check_answer_']").first
    expect(question).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("23 minutes left")).to_be_visible()

    page.get_by_role("button", name="Take a break").click()
    expect(page.get_by_role("heading", name="You are on a break")).to_be_visible()
    hidden = question.count()
    own_server.kill()
    own_server.start()
    page.reload()

    expect(page.get_by_role("heading", name="You are on a break")).to_be_visible(timeout=PATIENCE)
    assert (hidden, question.count()) == (0, 0)
    page.get_by_role("button", name="Go on with the check").click()
    expect(question).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("23 minutes left")).to_be_visible()
