"""The browser's Back: it leads to the page one came from, as it was."""

import re

from playwright.sync_api import Page, expect

from tests.browser.server import PortalServer
from tests.browser.test_walk import MODULE, answer, next_question, press, start_check
from tests.browser.visits import PATIENCE, enter_anew, enter_as, settle

RESULT = re.compile("^Result:")


def go_back(page: Page, *, to: str) -> None:
    """Press Back until the address is that of another page, and wait until this one is drawn."""
    for _step in range(3):
        page.go_back()
        page.wait_for_timeout(500)
        settle(page)
        if f"/{to}" in page.url:
            return
    raise AssertionError(f"three times Back ended at {page.url}, not at {to}")


def hand_in(page: Page) -> None:
    """Go to the last question by the map, and hand in what there is."""
    page.locator("[class*='st-key-check_map_'] button").last.click()
    expect(page.get_by_text("Question 12 of 12")).to_be_visible(timeout=PATIENCE)
    settle(page)
    press(page, "Hand in")
    heading(page, RESULT)


def heading(page: Page, name: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", name=name).first).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_back_finds_the_track_the_check_and_the_result_as_they_were(
    page: Page, served: PortalServer
) -> None:
    enter_anew(page, served)
    start_check(page, served, track="rag")
    settle(page)
    go_back(page, to="track")
    expect(page.get_by_text("There is no such track")).to_have_count(0)
    expect(page.locator(".st-key-track_check button")).to_be_visible(timeout=PATIENCE)
    track = page.locator("h1").inner_text()
    assert "retrieval" in page.get_by_test_id("stMain").inner_text().lower()

    page.locator(".st-key-track_check button").click()
    expect(page.get_by_text("Question 1 of 12")).to_be_visible(timeout=PATIENCE)
    hand_in(page)
    result = page.locator("h1").inner_text()
    press(page, "Go on with")
    expect(page.locator(".st-key-track_check button")).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert page.locator("h1").inner_text() == track

    go_back(page, to="result")
    heading(page, RESULT)
    assert page.locator("h1").inner_text() == result
    go_back(page, to="check")
    expect(page.get_by_text("This check is handed in")).to_be_visible(timeout=PATIENCE)
    go_back(page, to="track")
    expect(page.locator(".st-key-track_check button")).to_be_visible(timeout=PATIENCE)
    assert page.locator("h1").inner_text() == track


def test_a_check_that_was_handed_in_does_not_hold_back_up(page: Page, served: PortalServer) -> None:
    enter_anew(page, served)
    start_check(page, served, track="rag")
    attempt = re.search(r"attempt=(\d+)", page.url)
    assert attempt
    hand_in(page)
    page.goto(f"{served.url}/tracks")
    heading(page, "My tracks")

    page.goto(f"{served.url}/check?attempt={attempt[1]}")
    expect(page.get_by_text("This check is handed in")).to_be_visible(timeout=PATIENCE)
    press(page, "See the result")
    heading(page, RESULT)
    go_back(page, to="check")
    expect(page.get_by_text("This check is handed in")).to_be_visible(timeout=PATIENCE)
    go_back(page, to="tracks")
    heading(page, "My tracks")


def test_back_from_a_track_finds_the_lesson_it_was_opened_from(
    page: Page, served: PortalServer
) -> None:
    enter_as(page, served, "employee", path="/track?track=rag")
    track = page.locator("h1").inner_text()
    page.locator("[class*='st-key-track_module_'] button:enabled").first.click()
    expect(page.get_by_text("After this lesson you can", exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    settle(page)
    for _lesson in range(12):
        lesson = page.locator("h1").inner_text()
        is_last = page.get_by_role("button", name="Done, finish the module").count()
        page.locator(".st-key-lesson_done button").click()
        if is_last:
            break
        expect(page.locator("h1")).not_to_have_text(lesson, timeout=PATIENCE)
        settle(page)
    expect(page.locator("h1")).to_have_text(track, timeout=PATIENCE)
    settle(page)

    go_back(page, to="lesson")

    expect(page.locator("h1")).to_have_text(lesson, timeout=PATIENCE)


def test_the_map_of_a_check_follows_the_answer(page: Page, served: PortalServer) -> None:
    enter_anew(page, served)
    start_check(page, served, track="rag")
    marks = page.locator("[class*='st-key-check_map_'] button")
    expect(marks.first).to_have_text("1 ○")
    expect(page.get_by_text("not answered yet (12)")).to_be_visible()

    answer(page)

    expect(marks.first).to_have_text("1")
    expect(page.get_by_text("not answered yet (11)")).to_be_visible()
    next_question(page, 2)
    marks.first.click()
    expect(page.get_by_text("Question 1 of 12")).to_be_visible(timeout=PATIENCE)


def test_back_finds_the_text_and_the_preview_that_an_author_left_for_the_list(
    page: Page, served: PortalServer
) -> None:
    enter_as(page, served, "author", path="/lessons")
    page.locator(f".st-key-lessons_preview_{MODULE} button").click()
    for path in (None, f"/editor?file=curriculum/modules/{MODULE}/module.md"):
        if path is not None:
            page.goto(f"{served.url}{path}")
        back = page.locator(".st-key-preview_back button, .st-key-editor_back button")
        expect(back).to_be_visible(timeout=PATIENCE)
        settle(page)
        title, place = page.locator("h1").first.inner_text(), page.url.rpartition("/")[2]
        back.click()
        heading(page, "Lessons")
        go_back(page, to=place.partition("?")[0])
        expect(page.locator("h1").first).to_have_text(title, timeout=PATIENCE)
