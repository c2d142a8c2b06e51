"""Every page of every role in a real browser: it is drawn, and axe-core finds nothing of ours."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings

PAGES = [
    ("employee", "/"),
    ("employee", "/tracks"),
    ("employee", "/my_skills"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("role", "path"), PAGES)
def test_a_page_is_drawn_and_accessible(new_context, served, enter, role, path, scheme):
    page = new_context(color_scheme=scheme).new_page()
    enter(page, served, role, path=path)
    expect(page.locator("h1")).to_have_count(1)
    assert findings(page) == []
