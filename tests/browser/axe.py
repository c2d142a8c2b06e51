"""Accessibility findings of axe-core on a page, without those that are Streamlit's own."""

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
# Findings inside Streamlit's own elements that no page of ours can change: rule -> where.
ALLOWED: dict[str, tuple[str, ...]] = {
    "empty-table-header": ("[data-testid=stDataFrame]", "[data-testid=stTable]"),
    "presentation-role-conflict": ("[data-testid=stFileUploader]",),
    "svg-img-alt": ("[data-testid=stMetric]",),
    "list": ("[data-testid=stSidebarNav]",),
    "listitem": ("[data-testid=stSidebarNav]",),
    "aria-prohibited-attr": ("[data-testid=stMarkdown]",),
    "color-contrast": ("[data-testid=stCode]",),
}
_FIND_VIOLATIONS = "options => axe.run(options).then(found => found.violations)"
_STANDS_INSIDE = """([target, selectors]) => {
  const found = document.querySelector(target);
  return found !== null && selectors.some(selector => found.closest(selector) !== null);
}"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken at one element."""

    rule: str
    impact: str
    target: str
    html: str


def findings(page: Any) -> list[Finding]:
    """Return every finding on the page as it stands, the allowed ones left out."""
    return _run(page, {"type": "tag", "values": list(TAGS)})


def findings_of_colour(page: Any) -> list[Finding]:
    """Return what a change of the colour scheme alone can break, the allowed ones left out."""
    return _run(page, {"type": "rule", "values": list(COLOUR_RULES)})


def findings_light_and_dark(page: Any) -> list[Finding]:
    """Return every finding in light and what the dark scheme breaks, the allowed ones left out."""
    page.emulate_media(color_scheme="light")
    light = findings(page)
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", "dark")
    dark = findings_of_colour(page)
    page.emulate_media(color_scheme="light")
    return [*light, *dark]


def _run(page: Any, rules: dict[str, object]) -> list[Finding]:
    # Once for each document, and only what is asked for comes back: a second copy of the script
    # and all that passed cost as much as the rules. `preload` fetches sound, which no page has.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], "preload": False, "runOnly": rules}
    return [
        Finding(violation["id"], violation["impact"], str(node["target"][0]), node["html"][:200])
        for violation in page.evaluate(_FIND_VIOLATIONS, options)
        for node in violation["nodes"]
        if not _is_allowed(page, violation["id"], str(node["target"][0]))
    ]


def _is_allowed(page: Any, rule: str, target: str) -> bool:
    selectors = ALLOWED.get(rule, ())
    return bool(selectors) and bool(page.evaluate(_STANDS_INSIDE, [target, list(selectors)]))
