"""The grid of skills and the list of background work in a real browser, light and dark."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings
from tests.browser.visits import PATIENCE, enter_as, settle


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_grid_of_skills_has_no_finding(page, served, scheme, tmp_path):
    page.emulate_media(color_scheme=scheme)
    enter_as(page, served, "program_lead", path="/team_growth")
    page.get_by_role("tab", name="Team by skill").click()
    grid = page.get_by_role("tabpanel").filter(has_text="Stronger colour is higher")
    expect(grid.locator("canvas, svg").first).to_be_visible(timeout=PATIENCE)
    settle(page)

    assert findings(page) == []
    page.screenshot(path=tmp_path / "grid.png", full_page=True)


def test_background_work_has_no_finding_and_shows_what_ran(page, served, tmp_path):
    enter_as(page, served, "author", path="/jobs")
    expect(page.get_by_text("Look for new results of programs").first).to_be_visible(
        timeout=PATIENCE
    )

    assert findings(page) == []
    page.screenshot(path=tmp_path / "jobs.png", full_page=True)
