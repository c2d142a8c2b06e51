"""An author's whole way in a real browser: new module, write, review, published, rolled back.

Pages are looked at in `test_every_page.py`; here are those that a fault or a review fills.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings_light_and_dark
from tests.browser.visits import PATIENCE, come_as, enter_as, settle

LESSON = "curriculum/modules/reading-logs/10-first-look.md"
SENTENCE = "Every log begins with a question."
BROKEN = "\n\n```item\nid: reading-logs.planted\ntype: sinlge\n```\n"


class Walk:
    """The ways of three people, and a look at a page in both colour schemes."""

    def __init__(self, server):
        self.server = server

    def go(self, page: Page, path: str) -> None:
        page.goto(f"{self.server.url}{path}")
        expect(page.locator("h1")).to_have_count(1, timeout=PATIENCE)
        settle(page)

    def look(self, page: Page, name: str) -> None:
        """Let axe read a page, and its colours once more in the dark."""
        assert findings_light_and_dark(page) == [], name

    def begin(self, page: Page, *, kind: str, title: str, name: str) -> None:
        self.go(page, "/lessons")
        page.get_by_text("Begin something new").click()
        page.locator(".st-key-new_text_kind").get_by_text(kind, exact=True).click()
        settle(page)
        for key, words in (("new_text_title", title), ("new_text_id", name)):
            field = page.locator(f".st-key-{key} input")
            field.fill(words)
            field.press("Enter")
            settle(page)
        if kind == "Lesson":
            self.choose(page, "new_text_module", "Reading logs")
        page.locator(".st-key-new_text_begin button").click()
        expect(page.locator("h1")).to_have_text(title, timeout=PATIENCE)
        expect(page.locator(".cm-content")).to_be_visible(timeout=PATIENCE)
        settle(page)

    def choose(self, page: Page, key: str, words: str) -> None:
        page.locator(f".st-key-{key}").get_by_role("combobox").click()
        page.get_by_role("option").filter(has_text=words).first.click()
        settle(page)

    def type_at_end(self, page: Page, words: str) -> None:
        page.locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.type(words)
        expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible(timeout=PATIENCE)
        settle(page)

    def send(self, page: Page, why: str) -> None:
        page.locator(".st-key-editor_send_form button").first.click()
        field = page.locator(".st-key-editor_why input")
        field.fill(why)
        field.press("Enter")
        settle(page)
        page.locator(".st-key-editor_send button").first.click()
        expect(page.get_by_text(re.compile("In review$")).first).to_be_visible(timeout=PATIENCE)
        settle(page)

    def approve(self, page: Page, *, is_looked_at: bool = False) -> None:
        self.go(page, "/reviews")
        page.get_by_role("button", name="Read it").first.click()
        expect(page.locator("h1")).to_have_text("Review", timeout=PATIENCE)
        expect(page.locator(".st-key-review_approve button")).to_be_visible(timeout=PATIENCE)
        settle(page)
        if is_looked_at:
            self.look(page, "review")
        page.locator(".st-key-review_approve button").click()
        expect(page.get_by_text("Approved.")).to_be_visible(timeout=PATIENCE)


@pytest.fixture
def walk(own_server):
    return Walk(own_server)


def test_from_a_new_module_to_published_to_rolled_back(walk, new_context, own_server):
    author = new_context().new_page()
    enter_as(author, own_server, "author")
    approver = new_context().new_page()
    come_as(approver, own_server, "approver")
    learner = new_context().new_page()
    enter_as(learner, own_server, "employee")

    begin_a_module(walk, author)
    plant_and_mend_a_fault(walk, author)
    walk.send(author, "A first module about logs")
    walk.approve(approver, is_looked_at=True)
    walk.go(learner, "/lesson?module=reading-logs")
    expect(learner.locator("h1")).to_have_text("A first look")

    walk.go(author, f"/editor?file={LESSON}")
    insert_sentence(author)
    walk.send(author, "Say how it begins")
    walk.approve(approver)
    walk.go(learner, "/lesson?module=reading-logs")
    expect(learner.get_by_text(SENTENCE).first).to_be_visible()

    roll_back(walk, author)
    walk.go(learner, "/lesson?module=reading-logs")
    expect(learner.locator("h1")).to_have_text("A first look")
    expect(learner.get_by_text(SENTENCE)).to_have_count(0)


def begin_a_module(walk: Walk, page: Page) -> None:
    walk.begin(page, kind="Module", title="Reading logs", name="reading-logs")
    walk.begin(page, kind="Lesson", title="A first look", name="first-look")


def plant_and_mend_a_fault(walk: Walk, page: Page) -> None:
    """A fault is named and holds the review back; taking it away sets it free."""
    walk.type_at_end(page, BROKEN)
    form = page.locator(".st-key-editor_send_form button").first
    expect(form).to_be_disabled(timeout=PATIENCE)
    walk.look(page, "editor")
    content = page.locator(".cm-content")
    content.click()
    page.keyboard.press("Control+End")
    for _line in range(BROKEN.count("\n")):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Delete")
    expect(form).to_be_enabled(timeout=PATIENCE)
    page.keyboard.press("Control+z")
    expect(content).to_contain_text("sinlge")
    page.keyboard.press("Control+y")
    expect(content).not_to_contain_text("sinlge")
    expect(form).to_be_enabled(timeout=PATIENCE)


def insert_sentence(page: Page) -> None:
    """Write a paragraph below the promise of a lesson, with the keyboard."""
    expect(page.locator(".cm-content")).to_be_visible(timeout=PATIENCE)
    page.locator(".cm-line").filter(has_text="Promise.").first.click()
    page.keyboard.press("End")
    page.keyboard.type(f"\n\n{SENTENCE}")
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible(timeout=PATIENCE)
    settle(page)


def roll_back(walk: Walk, page: Page) -> None:
    walk.go(page, f"/versions?file={LESSON}")
    expect(page.get_by_text("Say how it begins")).to_be_visible()
    walk.look(page, "versions")
    page.locator(".st-key-versions_back_1 button").first.click()
    field = page.locator(".st-key-versions_why_1 input")
    field.fill("The first words were better")
    field.press("Enter")
    settle(page)
    page.locator(".st-key-versions_roll_1 button").click()
    expect(page.get_by_text("live again")).to_be_visible(timeout=PATIENCE)
