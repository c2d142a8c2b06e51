"""Every page of every role in a real browser, light and dark: drawn, accessible, and to itself."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import Finding, findings, findings_light_and_dark, findings_of_colour
from tests.browser.visits import PATIENCE, choose_persona, enter_as, settle

LESSON = "/lesson?module=w3-thresholds-capacity&lesson=w3-thresholds-capacity.best-on-paper"
VERSIONS = "/versions?file=curriculum/modules/a3-traces/module.md"
VISITS = {
    "administrator": ["/people", "/jobs"],
    "auditor": ["/audit"],
    "accommodations_officer": ["/accommodations"],
    "employee": [
        "/",
        "/tracks",
        "/track?track=workflow",
        LESSON,
        "/my_skills",
        "/my_data",
        "/work?work=work.agent-operations",
        "/tour",
    ],
    "manager": ["/team_growth", "/shown_levels", "/programs", "/places"],
    "program_lead": [
        *("/team_growth", "/programs", "/new_program", "/own_data", "/simulation"),
    ],
    "author": [
        *("/lessons", "/preview?module=a3-traces", "/reviews", VERSIONS, "/imports", "/items"),
        "/to_grade",
    ],
    "approver": ["/", "/corrections", "/items", "/reviews", "/to_grade"],
    "sponsor": ["/", "/team_growth", "/programs", "/own_data"],
}
# On a deep link Streamlit's page looks for its server below the page first, then at the root.
PROBES = ("/_stcore/health", "/_stcore/host-config")


class Watch:
    """What a tab asked of others, and what it complained about, since it was last emptied."""

    def __init__(self, page):
        self.outside, self.complaints = [], []
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("response", self._answered)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def empty(self):
        """Return what was met, and begin anew."""
        met = tuple(self.outside), tuple(self.complaints)
        self.outside.clear()
        self.complaints.clear()
        return met

    def _asked(self, request):
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname != "127.0.0.1":
            self.outside.append(request.url)

    def _answered(self, response):
        if response.status >= 400 and not response.url.endswith(PROBES):
            self.complaints.append(f"{response.status} {response.url}")

    def _said(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


@dataclass(frozen=True)
class Visit:
    """What one look at a page found; the page itself is left again."""

    headings: int
    exceptions: int
    incidents: int
    synthetic: bool
    light: tuple[Finding, ...]
    dark: tuple[Finding, ...]
    outside: tuple[str, ...]
    complaints: tuple[str, ...]


@pytest.fixture(scope="module")
def tabs(device, served):
    """The one tab for all visits with its watch, and who is signed in there."""
    page = device.new_page()
    watch, signed_in = Watch(page), []

    def tab(role):
        if signed_in != [role]:
            device.clear_cookies()
            enter_as(page, served, role)
            signed_in[:] = [role]
        return page, watch

    yield tab
    page.close()


@pytest.fixture(scope="module")
def visits(tabs, served):
    """Look at a page once, light and dark, for every test that asks what was found there."""
    made = {}

    def visit(role, path):
        if (role, path) not in made:
            made[role, path] = look(*tabs(role), f"{served.url}{path}")
        return made[role, path]

    return visit


def look(page, watch, url):
    """Draw a page and let axe read it; then again in the colours of the dark scheme."""
    watch.empty()
    page.emulate_media(color_scheme="light")
    page.goto(url)
    expect(page.locator("h1").first).to_be_visible(timeout=PATIENCE)
    settle(page)
    light = findings(page)
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", "dark")
    badge = page.get_by_test_id("stSidebar").get_by_text("Synthetic data")
    outside, complaints = watch.empty()
    return Visit(
        headings=page.locator("h1").count(),
        exceptions=page.get_by_test_id("stException").count(),
        incidents=page.get_by_text("the help desk the number").count(),
        synthetic=badge.is_visible(),
        light=tuple(light),
        dark=tuple(findings_of_colour(page)),
        outside=outside,
        complaints=complaints,
    )


EVERY_PAGE = pytest.mark.parametrize(
    ("role", "path"), [(role, path) for role, paths in VISITS.items() for path in paths]
)


@EVERY_PAGE
def test_a_page_is_drawn_with_one_heading_and_no_fault(visits, role, path):
    seen = visits(role, path)
    assert (seen.headings, seen.exceptions, seen.incidents) == (1, 0, 0)


@EVERY_PAGE
def test_a_page_is_accessible_light_and_dark(visits, role, path):
    seen = visits(role, path)
    assert seen.light == ()
    assert seen.dark == ()


@EVERY_PAGE
def test_a_page_asks_nobody_else_and_breaks_no_rule_of_its_own_policy(visits, role, path):
    seen = visits(role, path)
    assert seen.outside == ()
    assert seen.complaints == ()


@EVERY_PAGE
def test_every_page_of_a_demonstration_says_that_its_data_are_synthetic(visits, role, path):
    assert visits(role, path).synthetic


def test_the_entry_page_is_accessible_and_says_that_people_are_invented(page, served):
    page.goto(served.url)
    expect(page.get_by_text("Demonstration with synthetic data")).to_be_visible()
    expect(page.locator("h1")).to_have_count(1)
    settle(page)
    assert findings_light_and_dark(page) == []


@pytest.mark.parametrize(
    ("role", "path"),
    [("employee", "/team_growth"), ("employee", "/lessons"), ("manager", "/lessons")],
)
def test_a_page_of_another_role_shows_nothing_but_the_role_it_needs(tabs, served, role, path):
    page, _watch = tabs(role)
    page.goto(f"{served.url}{path}")
    expect(page.get_by_test_id("stAlert")).to_contain_text("You need the role", timeout=PATIENCE)
    settle(page)
    expect(page.locator("h1")).to_have_count(0)
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(0)


def test_a_deep_link_survives_signing_in(page, served):
    choose_persona(page, served, "employee", path=LESSON)
    expect(page).to_have_url(f"{served.url}{LESSON}")
    expect(page.locator("h1")).to_have_text("Best on paper, impossible on Monday")


def test_back_and_forward_lead_through_the_pages(page, served):
    enter_as(page, served, "employee")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="My tracks").click()
    expect(page.locator("h1")).to_have_text("My tracks")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="My skills").click()
    expect(page.locator("h1")).to_have_text("My skills")
    page.go_back()
    expect(page.locator("h1")).to_have_text("My tracks")
    page.go_forward()
    expect(page.locator("h1")).to_have_text("My skills")


def test_signing_out_ends_the_session_in_every_tab(new_context, served):
    context = new_context()
    first, second = context.new_page(), context.new_page()
    enter_as(first, served, "employee")
    second.goto(served.url)
    expect(second.get_by_test_id("stSidebarNav")).to_be_visible()
    first.get_by_text("Mara Lindqvist").click()
    first.get_by_role("button", name="Sign out").click()
    expect(first.get_by_text("Choose who to be")).to_be_visible()
    second.reload()
    expect(second.get_by_text("Choose who to be")).to_be_visible()


def test_pictures_and_figures_are_closed_to_strangers(served, new_context):
    context = new_context()
    for path in ("/media/anything", "/_stcore/metrics"):
        assert context.request.get(f"{served.url}{path}").status == 403
    assert context.request.get(f"{served.url}/healthz").status == 200
