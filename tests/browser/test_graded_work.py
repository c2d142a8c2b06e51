"""Graded work in Chromium: written, handed in, graded by two who differ, settled by a third."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.server import PortalServer
from tests.browser.visits import PATIENCE, come_as, settle

WORK = "/work?work=work.agent-operations"
WORDS = "The agent stops at its limit and a person decides. "


@pytest.fixture
def tab(new_context, served: PortalServer) -> Callable[..., Page]:
    """Open a tab signed in as an invented person by their subject: `tab("assessor")`."""

    def open_(subject: str, **options: object) -> Page:
        page = new_context(**options).new_page()
        come_as(page, served, subject)
        return page

    return open_


def visit(page: Page, served: PortalServer, path: str) -> None:
    page.goto(f"{served.url}{path}")
    expect(page.locator("h1")).to_have_count(1, timeout=PATIENCE)
    settle(page)


def grade(page: Page, served: PortalServer, number: str, marks: list[int]) -> None:
    visit(page, served, "/to_grade")
    page.locator(f".st-key-to_grade_{number} button").click()
    expect(page.get_by_role("heading", name="Rubric")).to_be_visible(timeout=PATIENCE)
    for place, mark in enumerate(marks):
        row = page.locator(f".st-key-grade_mark_{number}_{place}")
        row.get_by_text(f"{mark} ·").click()
        settle(page)
        if mark < 3:
            why = page.locator(f".st-key-grade_comment_{number}_{place} textarea")
            why.fill("Say who acts, and from which number on.")
            why.blur()
            settle(page)
    assert findings(page) == []
    page.locator(".st-key-grade_hand_in button").click()
    expect(page.get_by_text("Your grade is in")).to_be_visible(timeout=PATIENCE)


def test_work_is_written_handed_in_graded_by_three_and_read(tab, served):
    learner = tab("approver")
    visit(learner, served, WORK)
    learner.locator(".cm-content").click()
    learner.keyboard.insert_text(WORDS * 26)
    expect(learner.get_by_text("Saved", exact=False).first).to_be_visible(timeout=PATIENCE)
    learner.reload()
    expect(learner.get_by_text("260 words")).to_be_visible(timeout=PATIENCE)
    learner.locator(".st-key-work_hand_in button").click()
    expect(learner.get_by_text("It is being graded")).to_be_visible(timeout=PATIENCE)
    assert findings(learner) == []

    first = tab("author")
    visit(first, served, "/to_grade")
    mine = first.locator("[class*='st-key-to_grade_']")
    number = max(
        int(name.rpartition("_")[2])
        for one in mine.all()
        for name in (one.get_attribute("class") or "").split()
        if name.startswith("st-key-to_grade_")
    )
    expect(first.get_by_text("Yusuf")).to_have_count(0)
    grade(first, served, str(number), [4, 4, 4, 4, 4])
    second = tab("assessor", color_scheme="dark")
    grade(second, served, str(number), [2, 4, 4, 4, 4])
    visit(learner, served, WORK)
    expect(learner.get_by_text("It is being graded")).to_be_visible()
    third = tab("assessor-two")
    third.set_viewport_size({"width": 390, "height": 844})
    grade(third, served, str(number), [3, 4, 4, 4, 4])

    visit(learner, served, "/")
    expect(learner.get_by_text("Your work was graded.")).to_be_visible()
    learner.get_by_role("button", name="See the marks").first.click()
    expect(learner.get_by_role("heading", name="Passed: 3 or more")).to_be_visible(timeout=PATIENCE)
    expect(learner.get_by_text("3 of 4").first).to_be_visible()
    expect(learner.get_by_text("Say who acts")).to_be_visible()
    settle(learner)
    assert findings(learner) == []


def bring(page: Page, name: str, body: bytes) -> None:
    """Choose a file, and wait until it has arrived and the page knows it."""
    with page.expect_response(lambda answer: "/upload_file/" in answer.url):
        page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/pdf", "buffer": body}
        )
    expect(page.get_by_role("button", name=f"Remove {name}")).to_be_visible()
    page.wait_for_timeout(500)  # until the browser has told the page
    settle(page)


def test_a_file_is_looked_into_handed_in_and_comes_back_to_its_learner(tab, served):
    learner = tab("sponsor")
    visit(learner, served, "/work?work=work.workflow-redesign")
    bring(learner, "plan.pdf", b"PK\x03\x04 no such thing")
    learner.locator(".st-key-work_hand_in button").click()
    expect(learner.get_by_text("not what is in it")).to_be_visible(timeout=PATIENCE)

    sound = b"%PDF-1.7\ntrailer\n%%EOF\n"
    bring(learner, "Plan.pdf", sound)
    learner.locator(".st-key-work_hand_in button").click()
    expect(learner.get_by_text("It is being graded")).to_be_visible(timeout=PATIENCE)
    learner.get_by_text("Handed in on").click()
    with learner.expect_download() as taken:
        learner.get_by_role("button", name="Download Plan.pdf").click()
    assert taken.value.path().read_bytes() == sound
