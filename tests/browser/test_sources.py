"""The sources of a lesson in a real browser: a number in the text, the source at the end."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings
from tests.browser.visits import PATIENCE, enter_as, settle

PLACE = "module=w3-thresholds-capacity&lesson=w3-thresholds-capacity.best-on-paper"


@pytest.mark.parametrize(("role", "page_name"), [("employee", "lesson"), ("author", "preview")])
def test_a_lesson_shows_its_sources_and_no_raw_mark(page, served, role, page_name):
    enter_as(page, served, role, path=f"/{page_name}?{PLACE}")

    sources = page.get_by_role("heading", name="Sources", exact=True)
    expect(sources).to_have_count(1, timeout=PATIENCE)
    settle(page)

    main = page.get_by_test_id("stMain")
    assert "[^" not in main.text_content()
    expect(main.get_by_role("listitem").filter(has_text="Goddard, Roudsari")).to_be_visible()
    page.get_by_role("link", name="[1]", exact=True).first.click()
    expect(page).to_have_url(re.compile("#sources$"))
    expect(sources).to_be_in_viewport()
    assert findings(page) == []
