"""`python -m portal preview MODULE`: a saved file shows at once, faults at their line."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings
from tests.browser.server import ROOT
from tests.browser.visits import PATIENCE, settle
from tests.small_house import content_files, write_files

LESSON = "curriculum/modules/m1/20-more.md"
# A second to notice and draw, and what a busy machine takes on top.
SOON = 4_000


@dataclass
class Preview:
    """A preview that runs, the folder it shows, and where its data would go."""

    url: str
    folder: Path
    data: Path
    address: str

    def edit(self, old: str, new: str) -> None:
        """Save a change as an editor does."""
        place = self.folder / LESSON
        text = place.read_text()
        assert old in text
        place.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    folder = write_files(tmp_path_factory.mktemp("shown") / "content", content_files())
    data = tmp_path_factory.mktemp("data") / "never"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if "PORTAL_" not in name}
    environment |= {"PORTAL_CONTENT_DIR": str(folder), "PORTAL_DATA_DIR": str(data)}
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "preview", "m1", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield Preview(f"http://127.0.0.1:{port}", folder, data, f"127.0.0.1:{port}")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def _wait_for(address: str) -> None:
    for _attempt in range(300):
        with suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")


@pytest.fixture
def tab(page, shown):
    page.goto(f"{shown.url}/?file=20-more.md")
    expect(page.get_by_text("Some words about it.")).to_be_visible(timeout=PATIENCE)
    settle(page)
    text = (shown.folder / LESSON).read_text()
    yield page
    (shown.folder / LESSON).write_text(text)


def test_a_saved_sentence_shows_without_a_click(tab, shown):
    began = time.monotonic()
    shown.edit("Some words about it.", "Other words about it.")

    expect(tab.get_by_text("Other words about it.")).to_be_visible(timeout=SOON)
    took = time.monotonic() - began
    print(f"shown after {took:.2f} s")
    assert tab.get_by_text("Some words about it.").count() == 0


def test_a_fault_is_told_at_its_line_and_goes_when_it_is_mended(tab, shown):
    shown.edit("type: single", "type: sinlge")
    lines = (shown.folder / LESSON).read_text().split("\n")
    line = lines.index("type: sinlge") + 1

    place = re.compile(rf"20-more\.md:{line}:\d+")
    expect(tab.get_by_text(place)).to_be_visible(timeout=SOON)
    expect(tab.get_by_text("Did you mean 'single'?")).to_be_visible()
    shown.edit("type: sinlge", "type: single")

    expect(tab.get_by_text(place)).to_be_hidden(timeout=SOON)


def test_a_file_that_is_half_saved_never_ends_the_page(tab, shown):
    text = (shown.folder / LESSON).read_text()
    (shown.folder / LESSON).write_text("")
    expect(tab.get_by_text(re.compile("cannot be drawn"))).to_be_visible(timeout=SOON)

    (shown.folder / LESSON).write_text(text)

    expect(tab.get_by_text("Some words about it.")).to_be_visible(timeout=SOON)


def test_another_lesson_of_the_module_is_a_click_away(tab):
    tab.get_by_text("Title of m1.limits", exact=True).first.click()

    expect(tab.get_by_text("A limit stops the agent 2.")).to_be_visible(timeout=PATIENCE)
    expect(tab).to_have_url(re.compile("file=10-limits"))


def test_a_check_answers_and_the_key_can_be_shown(tab):
    assert "CANARY" not in tab.content()

    tab.get_by_text("With key").click()

    expect(tab.get_by_text("CANARY right one.").first).to_be_visible(timeout=PATIENCE)


def test_the_page_has_no_accessibility_findings(tab):
    assert findings(tab) == []


def test_no_database_and_no_file_is_ever_made(tab, shown):
    tab.wait_for_timeout(1200)

    assert not shown.data.exists()
    assert {path.suffix for path in shown.folder.rglob("*") if path.is_file()} == {".md", ".yml"}


def test_only_this_machine_reaches_it(shown):
    """A server that listens everywhere would answer under every loopback address."""
    port = int(shown.address.rpartition(":")[2])

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=2)
