"""A real Chromium and a portal with demo data to look at.

`served` is one server for the whole run, `page` a tab that nobody has signed in.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from tests.browser.chromium import launch
from tests.browser.server import PortalServer, fill_with_demo, serving
from tests.doing_without import do_without

SECONDS = 1000
SIZE: ViewportSize = {"width": 1280, "height": 900}
# Nothing here looks at movement, and to draw it takes a sixth of the browser's work.
LOOK = {"viewport": SIZE, "reduced_motion": "reduce"}

expect.set_options(timeout=20 * SECONDS)


# Per package: while Playwright runs it holds an event loop, which other tests must not meet.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright for the tests of this folder, which run one after the other."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own."""
    try:
        browser = launch(playwright)
    except PlaywrightError as error:
        do_without(f"Chromium could not be started: {str(error).splitlines()[0]}")
        return
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small demonstration organisation; copy it before changing anything."""
    folder = tmp_path_factory.mktemp("demo")
    fill_with_demo(folder)
    return folder


@pytest.fixture(scope="session")
def served(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    """A portal with demo data, for everything that does not stop it."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(demo_data, folder, dirs_exist_ok=True)
    with serving(folder) as server:
        yield server


@pytest.fixture
def own_data(demo_data: Path, tmp_path: Path) -> Path:
    """A folder with the demonstration for one test alone."""
    return Path(shutil.copytree(demo_data, tmp_path / "own"))


@pytest.fixture
def own_server(own_data: Path) -> Iterator[PortalServer]:
    """A portal for one test alone, to stop, kill and restart."""
    with serving(own_data) as server:
        yield server


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser profile: a device of its own, with its own cookies."""
    opened: list[BrowserContext] = []

    def open_(**options: object) -> BrowserContext:
        context = chromium.new_context(**{**LOOK, **options})  # type: ignore[arg-type]
        context.set_default_timeout(20 * SECONDS)
        opened.append(context)
        return context

    yield open_
    for context in opened:
        context.close()


@pytest.fixture(scope="package")
def device(chromium: Browser) -> Iterator[BrowserContext]:
    """One browser profile: it reads the code of the pages once."""
    context = chromium.new_context(**LOOK)
    context.set_default_timeout(20 * SECONDS)
    yield context
    context.close()


@pytest.fixture(scope="module")
def tab(device: BrowserContext) -> Iterator[Page]:
    """One tab for the tests of a file; who listens to it is gone with it."""
    opened = device.new_page()
    yield opened
    opened.close()


@pytest.fixture
def page(device: BrowserContext, tab: Page) -> Page:
    """The tab of the file, with nobody signed in."""
    device.clear_cookies()
    tab.set_viewport_size(SIZE)
    tab.emulate_media(color_scheme="light")
    return tab
