"""Employee, manager and author in a real browser, through reloads, second tabs and a kill -9."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, Response, WebSocket, expect

from tests.browser.axe import findings
from tests.browser.server import PortalServer, serving
from tests.browser.visits import PATIENCE, choose_persona, enter_anew, enter_as, settle

SAVED = re.compile(r"Saved \d\d:\d\d")
MODULE = "w3-thresholds-capacity"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def start_check(page: Page, server: PortalServer, *, track: str) -> None:
    """Take the starting check of a track."""
    page.goto(f"{server.url}/track?track={track}")
    page.locator(".st-key-track_start button, .st-key-track_check button").click()
    expect(page.get_by_text("Question 1 of 12")).to_be_visible(timeout=PATIENCE)


def widgets(page: Page) -> Locator:
    """The widgets that hold the answer to the open question."""
    return page.locator("[class*='st-key-check_answer_']")


def answer(page: Page) -> None:
    """Answer the open question with whatever comes first, and wait until it is saved."""
    choose(page)
    expect(page.get_by_text(SAVED)).to_be_visible(timeout=PATIENCE)
    settle(page)


def choose(page: Page) -> None:
    """Choose whatever comes first."""
    settle(page)
    found = widgets(page)
    found.locator("[role=radiogroup], [type=checkbox], input[type=text]").first.wait_for(
        state="attached"
    )
    if found.locator("[type=radio]").count():
        for place in range(found.locator("[role=radiogroup]").count()):
            # Best and worst must differ.
            found.locator("[role=radiogroup]").nth(place).locator("label").nth(place).click()
            settle(page)
    elif found.locator("[type=checkbox]").count():
        found.locator("label").first.click()
    elif found.get_by_role("combobox").count():
        for place in range(found.get_by_role("combobox").count()):
            found.get_by_role("combobox").nth(place).click()
            page.get_by_role("option").nth(place).click()
            settle(page)
    else:
        found.locator("input").first.fill("12")
        found.locator("input").first.press("Enter")


def next_question(page: Page, number: int) -> None:
    press(page, "Next question")
    expect(page.get_by_text(f"Question {number} of 12")).to_be_visible(timeout=PATIENCE)
    # The browser fetches the code of a kind of widget when it meets the first one; a server that
    # goes away in between leaves a hole on the page until it is loaded anew.
    expect(widgets(page).locator("input").first).to_be_visible(timeout=PATIENCE)


def rows(server: PortalServer, query: str) -> list[tuple]:
    """Read the server's database as it stands on disk."""
    with closing(sqlite3.connect(f"file:{server.data_dir}/portal.db?mode=ro", uri=True)) as base:
        return base.execute(query).fetchall()


def one(server: PortalServer, query: str) -> object:
    return rows(server, query)[0][0]


# --- employee, manager, author --------------------------------------------------------------------


def test_an_employee_learns_takes_a_check_and_sees_the_result(
    page: Page, own_server: PortalServer
) -> None:
    choose_persona(page, own_server, "employee")
    press(page, "Continue")
    expect(page.get_by_text("After this lesson you can", exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    answer_first_check(page)
    press(page, "Done, ")
    expect(page.get_by_text(re.compile("Lesson 3 of|modules"))).to_be_visible()

    start_check(page, own_server, track="rag")
    for number in range(1, 13):
        answer(page)
        if number < 12:
            next_question(page, number + 1)
    assert findings(page) == []
    press(page, "Hand in")

    expect(page.get_by_role("heading", name="Result:")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="By topic")).to_be_visible()
    settle(page)
    assert findings(page) == []
    newest = "SELECT count(DISTINCT position) FROM answer GROUP BY attempt_id ORDER BY attempt_id"
    assert rows(own_server, newest)[-1] == (12,)


def answer_first_check(page: Page) -> None:
    """Answer the first check of a lesson that is a choice, and read why."""
    choice = page.locator("[class*='st-key-lesson_check_']:has([role=radiogroup])").first
    key = re.search(r"st-key-(lesson_check_\d+_\d+)_", str(choice.get_attribute("class")))
    assert key
    choice.locator("[role=radiogroup] label").first.click()
    settle(page)
    page.locator(f".st-key-{key[1]}_answer button").click()
    expect(page.get_by_text(SAVED).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Your answer:").first).to_be_visible()
    settle(page)


def test_a_manager_sees_teams_with_their_numbers_and_no_person(
    page: Page, served: PortalServer
) -> None:
    enter_as(page, served, "manager", path="/team_growth")
    expect(page.get_by_role("heading", name="Team growth")).to_be_visible()
    names = {name for (name,) in rows(served, "SELECT name FROM person WHERE subject LIKE 'team%'")}

    told = page.get_by_test_id("stMain").inner_text()
    page.get_by_role("tab", name="By team").click()
    settle(page)
    told += page.get_by_test_id("stMain").inner_text()

    assert names
    assert not [name for name in names if name in told]
    assert re.search(r"A figure needs|Band: 95", told)


def test_an_author_reads_faults_previews_and_publishes(page: Page, served: PortalServer) -> None:
    enter_as(page, served, "author", path="/lessons")
    expect(page.get_by_role("heading", name="Lessons", exact=True)).to_be_visible()
    before = one(served, "SELECT count(*) FROM revision")

    page.locator(".st-key-lessons_publish button").click()
    expect(page.get_by_text("Nothing new to publish")).to_be_visible(timeout=PATIENCE)
    page.locator(f".st-key-lessons_preview_{MODULE} button").click()

    expect(page.get_by_text("After this lesson you can", exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    assert one(served, "SELECT count(*) FROM revision") == before


# --- nothing is lost ------------------------------------------------------------------------------


def test_a_check_survives_reload_a_second_tab_and_a_second_device(
    new_context, served: PortalServer
) -> None:
    context = new_context()
    page = context.new_page()
    learner = enter_anew(page, served)
    start_check(page, served, track="rag")
    answer(page)
    next_question(page, 2)
    answer(page)
    stem = page.locator("h1").inner_text()

    page.reload()
    expect(page.get_by_text("Question 3 of 12")).to_be_visible(timeout=PATIENCE)
    tab = context.new_page()
    tab.goto(page.url)
    expect(tab.get_by_text("Question 3 of 12")).to_be_visible(timeout=PATIENCE)
    phone = new_context(has_touch=True).new_page()
    phone.context.add_cookies(context.cookies())
    phone.goto(served.url)
    phone.get_by_role("button", name="Go on with the check").click()
    expect(phone.get_by_text("Question 3 of 12")).to_be_visible(timeout=PATIENCE)
    press(phone, "Back")

    expect(phone.locator("h1")).to_have_text(stem)
    expect(phone.get_by_text(SAVED)).to_be_visible()
    open_checks = "SELECT count(*) FROM attempt WHERE submitted_at IS NULL AND kind = 'check'"
    assert one(served, f"{open_checks} AND learner_id = {learner}") == 1


def test_nothing_is_lost_when_the_server_is_killed_in_mid_check(
    page: Page, own_server: PortalServer
) -> None:
    enter_as(page, own_server, "employee")
    start_check(page, own_server, track="rag")
    answer(page)
    next_question(page, 2)
    before = rows(own_server, "SELECT attempt_id, seq, response, position FROM answer ORDER BY id")

    own_server.kill()
    own_server.start()
    # The tab was not touched: the same page goes on, and the next answer is kept.
    expect(page.get_by_test_id("stConnectionStatus")).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_text("Question 2 of 12")).to_be_visible(timeout=PATIENCE)
    expect(widgets(page).locator("input").first).to_be_enabled(timeout=PATIENCE)
    # Streamlit drops a click that comes before the new server has drawn the page for the first
    # time: a choice stays on the page without "Saved", and the next step brings it along; a button
    # that did nothing is pressed again.
    choose(page)
    with suppress(AssertionError):
        next_question(page, 3)
    if page.get_by_text("Question 3 of 12").count() == 0:
        next_question(page, 3)

    after = rows(own_server, "SELECT attempt_id, seq, response, position FROM answer ORDER BY id")
    assert after[: len(before)] == before
    assert {position for *_rest, position in after[len(before) :]} == {1}
    page.reload()
    expect(page.get_by_text("Question 3 of 12")).to_be_visible(timeout=PATIENCE)


def test_a_link_to_a_page_of_another_role_says_which_role_it_needs(
    page: Page, served: PortalServer
) -> None:
    choose_persona(page, served, "employee", path="/team_growth")
    # Signing in leads on to the page that was asked for.
    expect(page.get_by_text("You need the role manager")).to_be_visible(timeout=PATIENCE)
    page.goto(f"{served.url}/editor?file=curriculum/skills.yml")

    expect(page.get_by_text("You need the role author")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_other_tab_is_signed_out_at_its_next_click(new_context, served: PortalServer) -> None:
    context = new_context()
    first, second = context.new_page(), context.new_page()
    enter_as(first, served, "employee")
    second.goto(f"{served.url}/tracks")
    expect(second.get_by_role("heading", name="My tracks")).to_be_visible()

    first.get_by_text("Mara Lindqvist").click()
    first.get_by_role("button", name="Sign out").click()
    expect(first.get_by_text("Choose who to be")).to_be_visible(timeout=PATIENCE)
    second.get_by_test_id("stSidebarNavLink").filter(has_text="My skills").click()

    expect(second.get_by_text("Choose who to be")).to_be_visible(timeout=PATIENCE)
    expect(second.get_by_test_id("stSidebarNavLink")).to_have_count(0)


# --- the key --------------------------------------------------------------------------------------


class Wire:
    """Every byte that reached a tab: what came over HTTP and the frames of the websocket."""

    def __init__(self, page: Page) -> None:
        self.heard: list[bytes] = []
        self._answers: list[Response] = []
        page.on("websocket", self._listen)
        page.on("response", self._read)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._hear)

    def _hear(self, payload: str | bytes) -> None:
        self.heard.append(payload.encode() if isinstance(payload, str) else payload)

    def _read(self, response: Response) -> None:
        self.heard.append(response.url.encode())
        self._answers.append(response)

    def _read_bodies(self) -> None:
        """Read what came over HTTP; a page that was left takes some of its answers along."""
        for response in self._answers:
            with suppress(PlaywrightError):
                self.heard.append(response.body())
        self._answers.clear()

    def holds(self, words: str) -> bool:
        """Say whether these words came over the wire, as they are or as JSON writes them."""
        self._read_bodies()
        wanted = (words.encode(), json.dumps(words)[1:-1].encode())
        return any(one in heard for heard in self.heard for one in wanted)


@pytest.fixture
def canaries(own_data: Path) -> Iterator[PortalServer]:
    """A server with a canary in all that a learner may not see of the items of one check."""
    with closing(sqlite3.connect(own_data / "portal.db")) as base:
        for id_, body in base.execute(
            "SELECT id, body FROM revision WHERE content_id LIKE 'retrieval-and-evidence.%'"
        ).fetchall():
            item = json.loads(body)
            for option in (*item["choices"], *item["reasons"], *item["answers"]):
                option["feedback"] = f"CANARY-FEEDBACK {option['feedback']}"
                option["misconception"] = "CANARY-MISCONCEPTION"
            item["explanation"] = f"CANARY-EXPLANATION {item['explanation']}"
            if item["type"] == "numeric":
                # No question of the bank has a pattern for its answer; these get one.
                no_number = {"low": None, "high": None, "pattern": "CANARY-PATTERN.*"}
                item |= {"type": "text", "answers": [item["answers"][0] | no_number]}
            base.execute("UPDATE revision SET body = ? WHERE id = ?", (json.dumps(item), id_))
        base.commit()
    with serving(own_data) as server:
        yield server


def test_no_byte_of_the_key_reaches_the_browser_before_handing_in(
    page: Page, canaries: PortalServer
) -> None:
    wire = Wire(page)
    enter_as(page, canaries, "employee")
    start_check(page, canaries, track="rag")
    title = page.locator("h1").inner_text()

    for number in range(1, 13):
        answer(page)
        if number < 12:
            next_question(page, number + 1)
    page.reload()
    expect(page.get_by_text("Question 12 of 12")).to_be_visible(timeout=PATIENCE)

    # The wire was heard, and the canary was there to sing.
    assert wire.holds(title)
    assert one(canaries, "SELECT count(*) FROM revision WHERE body LIKE '%CANARY-FEEDBACK%'") >= 24
    assert one(canaries, "SELECT count(*) FROM revision WHERE body LIKE '%CANARY-PATTERN%'") >= 3
    assert wire.holds("<!DOCTYPE html>") or wire.holds("<!doctype html>")
    assert not wire.holds("CANARY")
    press(page, "Hand in")
    expect(page.get_by_role("heading", name="Result:")).to_be_visible(timeout=PATIENCE)
    assert not wire.holds("CANARY")
