"""A browser and an installation for each file of journeys."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from firmament.kernel.testing import cluster
from firmament.kernel.testing.installation import Installation
from firmament.ui.tests.axe import violations
from firmament.ui.tests.chromium import chromium

# Playwright keeps an event loop in this thread, and Django would refuse the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def installation(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Installation]:
    """Web server, worker and mail server on a fresh clone of the furnished template."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"firmament_{request.module.__name__.rsplit('.', 1)[-1]}_{worker}"
    made = Installation(name=name, home=tmp_path_factory.mktemp("installation"))
    with django_db_blocker.unblock():
        made.open()
    yield made
    with django_db_blocker.unblock():
        made.close()
    cluster.drop(name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser: Browser, installation: Installation) -> Iterator[Callable[..., Page]]:
    """A page of its own browser profile; any script error or refused policy on it fails the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(*, size: dict[str, int] = DESK) -> Page:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]}, base_url=installation.url
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, email: str, password: str) -> None:
    """Through the sign-in page, as anybody does."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


MOUSE_ALONE = """() => [...document.querySelectorAll("tr[data-href]")].some(row =>
  ![...row.querySelectorAll("a")].some(a => a.getAttribute("href") === row.dataset.href))"""


# What changed its colour is at its new one only when the next frame was drawn and its transition, however short, has ended.
SETTLED = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const changing = document.getAnimations().filter(one => one instanceof CSSTransition);
  await Promise.allSettled(changing.map(one => one.finished));
}"""


def faults(page: Page) -> list[str]:
    """What axe finds on the page once nothing of it is being fetched, whether it scrolls sideways, and rows of a list that
    open for the mouse alone.
    """
    # What is being fetched fades, and so would its contrast.
    expect(page.locator("[aria-busy=true]:not(.progress)")).to_have_count(0)
    page.evaluate(SETTLED)
    found = violations(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    if page.evaluate(MOUSE_ALONE):
        found.append("a row opens by a click and holds no link")
    return found


def data(name: str) -> Path:
    """A file of tests/data."""
    return Path(__file__).resolve().parents[1] / "data" / name
