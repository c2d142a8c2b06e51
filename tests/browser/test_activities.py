"""Activities and desk actions under a learner's hands in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings
from tests.browser.visits import PATIENCE, choose_option, enter_as, settle

FIVE_SETTINGS = "/lesson?module=w3-thresholds-capacity&lesson=w3-thresholds-capacity.best-on-paper"
TRACE = "/lesson?module=a3-traces&lesson=a3-traces.anatomy-of-a-run"
LESSONS = (
    FIVE_SETTINGS,
    TRACE,
    "/lesson?module=e2-auditable-value&lesson=e2-auditable-value.minutes-are-not-money",
    "/lesson?module=g2-inventory-tiers&lesson=g2-inventory-tiers.what-counts-as-a-system",
    "/lesson?module=r3-measuring-search&lesson=r3-measuring-search.what-a-difference-means",
    "/lesson?module=f2-numbers-that-mislead&lesson=f2-numbers-that-mislead.rare-events-and-false-alarms",
)


def test_a_choice_moves_the_figures_at_once_and_survives_a_refresh(page, served):
    enter_as(page, served, "employee", path=FIVE_SETTINGS)
    choice = page.locator('[class*="five-settings_setting"]')
    expect(choice).to_be_visible(timeout=PATIENCE)

    choose_option(page, choice.get_by_role("combobox"), "C")
    expect(page.get_by_text("What is left over is released, and")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d")).first).to_be_visible()
    page.reload()

    expect(page.get_by_text("What is left over is released, and")).to_be_visible(timeout=PATIENCE)


def test_a_trace_is_read_with_the_keyboard_alone(page, served):
    enter_as(page, served, "employee", path=TRACE)
    pick = page.locator('[class*="run-paid-twice_pick"]')
    expect(pick).to_be_visible(timeout=PATIENCE)

    pick.get_by_role("combobox").focus()
    page.keyboard.press("ArrowDown")
    for _step in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The run knew only that no answer came")).to_be_visible(
        timeout=PATIENCE
    )


def test_half_a_plan_is_kept_without_a_button(page, served):
    enter_as(page, served, "employee", path=TRACE)
    plan = page.get_by_label("What will you do?")
    expect(plan).to_be_visible(timeout=PATIENCE)

    plan.fill("Read one run of the pay")
    expect(page.get_by_text(re.compile("The portal asks again on"))).to_be_visible(timeout=PATIENCE)
    page.reload()

    expect(page.get_by_label("What will you do?")).to_have_value(
        "Read one run of the pay", timeout=PATIENCE
    )


@pytest.mark.parametrize("path", LESSONS)
def test_every_activity_is_free_of_accessibility_findings(page, served, path):
    enter_as(page, served, "employee", path=path)
    expect(page.get_by_text("Use it tomorrow", exact=True)).to_be_visible(timeout=PATIENCE)
    settle(page)

    assert findings(page) == []
    assert page.get_by_text("could not be drawn").count() == 0
