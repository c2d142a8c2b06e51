"""People, roster and audit in a real browser, light and dark, for administrators and auditors."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings, findings_light_and_dark
from tests.browser.visits import PATIENCE, enter_as, settle

ROSTER = """\
issuer,subject,name,email,team,team_name,parent_team
demo,roster-1,Xenia Okafor,xenia@norhaven.example,D900,Roster Team,NORHAVEN
demo,roster-2,Yan Petrov,yan@norhaven.example,D900,,
"""


def upload(page, text):
    page.get_by_role("tab", name="Roster").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    settle(page)


@pytest.mark.parametrize(("role", "path"), [("administrator", "/people"), ("auditor", "/audit")])
def test_every_other_part_of_the_pages_of_the_house_is_accessible(page, served, role, path):
    enter_as(page, served, role, path=path)
    expect(page.locator("h1")).to_have_count(1, timeout=PATIENCE)
    others = page.get_by_role("tab").all()[1:]
    assert others
    for tab in others:
        tab.click()
        settle(page)
        assert findings_light_and_dark(page) == []


def somebody_else(server):
    """The name of one of the invented people whom nobody can choose to be."""
    with closing(sqlite3.connect(f"file:{server.data_dir}/portal.db?mode=ro", uri=True)) as base:
        query = "SELECT name FROM person WHERE subject LIKE 'team-%' ORDER BY id LIMIT 1"
        return base.execute(query).fetchone()[0]


def test_one_person_is_opened_given_a_role_and_accessible(page, served):
    # Other tests sign in as the personas of this server, with the roles they began with.
    name = somebody_else(served)
    enter_as(page, served, "administrator", path="/people")
    page.get_by_label("Search people").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=f"Open {name}", exact=True).first.click()
    expect(page.locator("h1")).to_have_text(name, timeout=PATIENCE)
    assert "person=" in page.url
    settle(page)
    assert findings(page) == []

    page.get_by_label("Why it is given").fill("Stands in for the auditor")
    page.get_by_role("button", name="Give the role").click()

    expect(page.get_by_text("The role is given")).to_be_visible(timeout=PATIENCE)


def test_a_roster_shows_every_change_before_it_is_taken_over(served, page):
    enter_as(page, served, "administrator", path="/people")
    upload(page, ROSTER)
    expect(page.get_by_text("People added")).to_be_visible(timeout=PATIENCE)
    assert findings(page) == []

    page.get_by_role("button", name="Take the roster over").click()
    expect(page.get_by_text("The roster is taken over")).to_be_visible(timeout=PATIENCE)

    page.get_by_role("tab", name="People").first.click()
    page.get_by_label("Search people").fill("Xenia Okafor")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Open Xenia Okafor")).to_be_visible(timeout=PATIENCE)


def test_a_faulty_roster_is_refused_with_row_and_column(page, served):
    enter_as(page, served, "administrator", path="/people")
    upload(page, ROSTER.replace("Yan Petrov", "=1+1"))

    expect(page.get_by_text("Row 3, name: “=1+1” begins like a formula")).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_role("button", name="Take the roster over")).to_have_count(0)


def test_the_trail_is_checked_and_says_that_it_is_sound(page, served):
    enter_as(page, served, "auditor", path="/audit")
    page.get_by_role("tab", name="Proof").click()
    page.get_by_role("button", name="Check the whole trail").click()

    expect(page.get_by_text("Sound: no row was changed")).to_be_visible(timeout=2 * PATIENCE)


def test_signing_out_everywhere_ends_every_browser(new_context, served):
    first, second = new_context().new_page(), new_context().new_page()
    for page in (first, second):
        enter_as(page, served, "auditor")
    first.get_by_text("Helena Brandt").click()
    first.get_by_role("button", name="Sign me out everywhere").click()
    expect(first.get_by_text("Choose who to be")).to_be_visible(timeout=PATIENCE)

    second.reload()
    expect(second.get_by_text("Choose who to be")).to_be_visible(timeout=PATIENCE)
