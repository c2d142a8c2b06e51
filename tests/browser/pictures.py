"""`python -m tests.browser.pictures`: take the pictures of README.md from a fresh demonstration."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import launch
from tests.browser.server import ROOT, PortalServer, fill_with_demo, serving
from tests.browser.visits import enter_as, settle

LESSON = "/lesson?module=w3-thresholds-capacity&lesson=w3-thresholds-capacity.best-on-paper"
FOLDER = ROOT / "docs" / "pictures"
SHOTS = {
    "home": ("employee", "/"),
    "lesson": ("employee", LESSON),
    "team-growth": ("manager", "/team_growth"),
    "programs": ("program_lead", "/programs"),
    "lessons": ("author", "/lessons"),
}


def main() -> None:
    """Fill a database, serve it, and take one picture of each kind of page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        fill_with_demo(Path(folder), people=240)
        with serving(Path(folder)) as server, sync_playwright() as playwright:
            browser = launch(playwright)
            for name, (role, path) in SHOTS.items():
                context = browser.new_context(viewport={"width": 1280, "height": 860})
                take(context.new_page(), server, name=name, role=role, path=path)
                context.close()
            browser.close()


def take(page: Page, server: PortalServer, *, name: str, role: str, path: str) -> None:
    """Take one picture as a person of this role sees the page."""
    enter_as(page, server, role, path=path)
    page.wait_for_load_state("networkidle")
    settle(page)
    page.wait_for_timeout(1500)  # charts fade in after the script has ended
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
