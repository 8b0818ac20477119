"""Which browser the tests drive, and how it is started: one place for journeys, galleries, pictures and measurements."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright, sync_playwright

# Debian's headless shell first: it draws pages as Chromium does, without drawing a window of its own around them, which
# takes about two fifths less time than a whole Chromium.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
)


def executable() -> str:
    """The path of the browser; LookupError where there is none. FIRMAMENT_CHROMIUM names another one."""
    found = os.environ.get("FIRMAMENT_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise LookupError("There is no Chromium here; scripts/need_chromium.py says how to get it.")
    return found


def launch(playwright: Playwright) -> Browser:
    """A browser without a window."""
    return playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, for a block."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
