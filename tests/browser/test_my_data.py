"""One's own data in Chromium: files that arrive, and a consent that a manager sees come and go."""

import json
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.visits import PATIENCE, enter_as, settle


def test_both_files_of_ones_own_data_arrive(page: Page, served):
    enter_as(page, served, "employee", path="/my_data")

    with page.expect_download() as as_json:
        page.get_by_role("button", name="As one JSON file").click()
    with page.expect_download() as as_csv:
        page.get_by_role("button", name="As CSV sheets").click()

    said = json.loads(Path(as_json.value.path()).read_bytes())
    assert said["kinds"][0]["tables"]["person"][0]["name"] == "Mara Lindqvist"
    with zipfile.ZipFile(as_csv.value.path()) as sheets:
        assert "answer.csv" in sheets.namelist()


def test_a_manager_sees_levels_from_the_click_that_gives_to_the_one_that_takes(new_context, served):
    learner, manager = new_context().new_page(), new_context().new_page()
    enter_as(learner, served, "employee", path="/my_data")
    enter_as(manager, served, "manager", path="/shown_levels")
    expect(manager.get_by_text("Nobody shows you their levels")).to_be_visible()

    learner.get_by_role("button", name="Show my levels to my managers").click()
    expect(learner.get_by_role("button", name="Stop showing my levels")).to_be_visible()
    manager.reload()
    manager.locator(".st-key-shown_levels_person input").click(timeout=PATIENCE)
    manager.get_by_role("option").first.click()
    expect(manager.get_by_role("heading", name="Mara Lindqvist")).to_be_visible()
    settle(manager)
    assert findings(manager) == []
    assert findings(learner) == []

    learner.get_by_role("button", name="Stop showing my levels").click()
    expect(learner.get_by_text("Only you see your levels")).to_be_visible()
    manager.reload()
    expect(manager.get_by_text("Nobody shows you their levels")).to_be_visible(timeout=PATIENCE)
