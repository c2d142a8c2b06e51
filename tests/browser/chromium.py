"""Starting Chromium: the system's, or Playwright's own."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright) -> Browser:
    """Start a Chromium that talks to nobody by itself.

    Raises
    ------
    playwright.sync_api.Error
        When there is none, or it does not start.
    """
    # Its sandbox cannot be set up by root.
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)
    own = next(filter(None, map(shutil.which, SYSTEM_NAMES)), None)
    return playwright.chromium.launch(executable_path=own, args=arguments)
