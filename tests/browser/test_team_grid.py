"""The grid of skills and the list of background work in a real browser, light and dark."""

from playwright.sync_api import expect

from tests.browser.axe import findings, findings_light_and_dark
from tests.browser.visits import PATIENCE, enter_as, settle


def test_the_grid_of_skills_has_no_finding(page, served):
    enter_as(page, served, "program_lead", path="/team_growth")
    page.get_by_role("tab", name="Team by skill").click()
    grid = page.get_by_role("tabpanel").filter(has_text="Stronger colour is higher")
    expect(grid.locator("canvas, svg").first).to_be_visible(timeout=PATIENCE)
    settle(page)

    assert findings_light_and_dark(page) == []


def test_background_work_has_no_finding_and_shows_what_ran(page, served):
    enter_as(page, served, "author", path="/jobs")
    expect(page.get_by_text("Look for new results of programs").first).to_be_visible(
        timeout=PATIENCE
    )

    assert findings(page) == []
