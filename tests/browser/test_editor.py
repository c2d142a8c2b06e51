"""The author's desk in a real browser: typing is kept, marked, undone by nobody."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings_light_and_dark
from tests.browser.visits import PATIENCE, enter_as, settle

FILE = "/editor?file=curriculum/modules/w3-thresholds-capacity/10-cost-of-two-mistakes.md"
TYPED = "A sentence that is only half ty"


@pytest.fixture
def desk(page, served):
    """The editor with a lesson in it; its draft is given up afterwards."""
    enter_as(page, served, "author", path=FILE)
    expect(page.locator(".cm-content")).to_be_visible(timeout=PATIENCE)
    settle(page)
    yield page
    drop = page.locator(".st-key-editor_drop button").first
    if drop.is_visible():
        drop.click()
        expect(drop).to_be_hidden(timeout=PATIENCE)


def type_at_end(page, text):
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def expect_saved(page):
    saved = page.get_by_text(re.compile(r"Saved \d\d:\d\d"))
    expect(saved).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_half_a_sentence_survives_a_refresh(desk):
    type_at_end(desk, f"\n{TYPED}")
    expect_saved(desk)

    desk.reload()

    expect(desk.locator(".cm-content")).to_be_visible(timeout=PATIENCE)
    expect_saved(desk)
    desk.locator(".cm-content").click()
    desk.keyboard.press("Control+End")
    expect(desk.locator(".cm-content")).to_contain_text(TYPED)
    expect(desk.get_by_text(re.compile("Draft$")).first).to_be_visible()


def test_a_rerun_of_the_page_never_overwrites_what_is_being_typed(desk):
    type_at_end(desk, "\none two")
    desk.wait_for_timeout(700)
    for word in (" three", " four", " five", " six"):
        desk.keyboard.type(word)
        desk.wait_for_timeout(350)
    expect_saved(desk)
    desk.wait_for_timeout(1500)

    expect(desk.locator(".cm-content")).to_contain_text("one two three four five six")


def test_a_fault_is_marked_listed_and_reached_and_holds_the_review_back(desk):
    send = desk.locator(".st-key-editor_send_form button").first
    type_at_end(desk, "\n\n```item\nid: w3.planted\ntype: sinlge\n```\n")
    expect_saved(desk)

    expect(desk.locator(".cm-lint-marker-error").first).to_be_visible(timeout=PATIENCE)
    expect(send).to_be_disabled()
    desk.keyboard.press("Control+Home")
    desk.locator(".st-key-editor_go_0 button").first.click()
    expect(desk.locator(".cm-activeLine")).to_contain_text("item", timeout=PATIENCE)


def test_a_sound_change_may_be_sent_for_review(desk):
    type_at_end(desk, "\n\nA whole sentence.\n")
    expect_saved(desk)

    desk.locator(".st-key-editor_send_form button").first.click()
    why = desk.locator(".st-key-editor_why input")
    why.fill("It says one thing more")
    why.press("Enter")
    settle(desk)
    desk.locator(".st-key-editor_send button").first.click()

    expect(desk.get_by_text(re.compile("In review$")).first).to_be_visible(timeout=PATIENCE)


def test_the_form_writes_an_item_that_the_checker_accepts(desk):
    desk.get_by_text("Add an item").click()
    name = desk.locator(".st-key-new_item_id input")
    name.fill("planted")
    name.press("Enter")
    put = desk.locator(".st-key-new_item_put button").first
    expect(put).to_be_enabled(timeout=PATIENCE)
    put.click()
    expect_saved(desk)

    expect(desk.locator(".cm-activeLine")).to_contain_text("A new question", timeout=PATIENCE)
    expect(desk.get_by_text(re.compile(r"^\d+ errors?$"))).to_have_count(0)


def test_the_keyboard_leaves_the_text_with_escape_and_tab(desk):
    desk.locator(".cm-content").click()
    desk.keyboard.press("Tab")
    assert desk.evaluate("() => Boolean(document.activeElement.shadowRoot)")

    desk.keyboard.press("Escape")
    desk.keyboard.press("Tab")

    assert desk.evaluate("() => !document.activeElement.shadowRoot")


def test_a_phone_shows_the_preview_and_the_problems_before_the_text(desk):
    type_at_end(desk, "\n\n```item\nid: w3.planted\ntype: sinlge\n```\n")
    expect_saved(desk)
    desk.keyboard.type(TYPED)
    pieces = [
        desk.get_by_role("heading", name="As a learner sees it"),
        desk.get_by_role("heading", name=re.compile(r"^Problems \(")),
        # The frame of the text: what it holds is longer and moves in it.
        desk.locator(".cm-editor"),
    ]

    # As a phone is turned while somebody types: the text goes to another place and keeps all.
    desk.set_viewport_size({"width": 390, "height": 844})
    first = desk.locator("h1, h2").nth(1)
    expect(first).to_have_text("As a learner sees it", timeout=PATIENCE)
    settle(desk)

    assert tops(pieces) == sorted(tops(pieces))
    desk.locator(".cm-content").click()
    desk.keyboard.press("Control+End")
    expect(pieces[2]).to_contain_text(TYPED)


def tops(pieces):
    return [piece.evaluate("node => node.getBoundingClientRect().top") for piece in pieces]


def test_the_desk_is_accessible_and_complains_of_nothing(page, served):
    said = []
    page.on("console", lambda m: said.append(m.text) if "Content Security" in m.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    enter_as(page, served, "author", path=FILE)
    expect(page.locator(".cm-content")).to_be_visible(timeout=PATIENCE)
    settle(page)

    expect(page.locator("h1")).to_have_count(1)
    assert findings_light_and_dark(page) == []
    assert said == []
