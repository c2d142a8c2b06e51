"""A question file handed in by a real browser: looked at, chosen, taken over once."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings
from tests.browser.visits import PATIENCE, enter_as, settle
from tests.import_files import GIFT

TAKE = ".st-key-imports_take button"


def hand_in(page, name, text):
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    )
    settle(page)


def choose_skill(page):
    page.locator(".st-key-imports_skill").get_by_role("combobox").click()
    page.get_by_role("option").first.click()
    settle(page)


@pytest.fixture
def desk(page, served):
    enter_as(page, served, "author", path="/imports")
    expect(page.get_by_role("heading", name="Import questions")).to_be_visible(timeout=PATIENCE)
    return page


def test_a_file_is_looked_at_taken_over_and_taken_over_only_once(desk):
    choose_skill(desk)
    hand_in(desk, "walk-one.gift", GIFT)
    expect(desk.get_by_text("4 questions found")).to_be_visible(timeout=PATIENCE)
    expect(desk.get_by_text("Which step comes next after a refund").first).to_be_visible()
    assert findings(desk) == []

    desk.get_by_text("Take question 1", exact=True).click()
    settle(desk)
    desk.locator(TAKE).first.click()
    expect(desk.get_by_text("2 questions are in your draft.")).to_be_visible(timeout=PATIENCE)
    desk.reload()
    choose_skill(desk)
    hand_in(desk, "walk-one.gift", GIFT)

    expect(desk.get_by_text("it stands in").first).to_be_visible(timeout=PATIENCE)
    expect(desk.locator(TAKE).first).to_contain_text("Take 1 question over")


def test_a_file_above_the_limit_is_refused(desk):
    choose_skill(desk)
    hand_in(desk, "walk-two.gift", "x" * (1024 * 1024 + 1))

    expect(desk.get_by_text("File must be 1")).to_be_visible(timeout=PATIENCE)
    assert desk.get_by_text("questions found").count() == 0
