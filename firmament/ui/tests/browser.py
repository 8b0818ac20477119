"""The gallery in a real browser: pages are handed to Chromium in memory, under the product's own CSP."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route

from firmament.lib import instant
from firmament.ui.tests import gallery

STATIC = Path(__file__).resolve().parents[1] / "static"
HOST = "http://gallery.test"
CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'"


@dataclass
class Opened:
    page: Page
    troubles: list[str] = field(default_factory=list)
    bytes_sent: int = 0


def _answer(opened: Opened, html: str, route: Route) -> None:
    path = urlsplit(route.request.url).path
    if path.startswith("/static/"):
        file = STATIC / path.removeprefix("/static/")
        if not file.is_file():
            opened.troubles.append(f"no such file: {path}")
            route.fulfill(status=404, body="")
            return
        body = file.read_bytes()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(
            status=200, body=body, headers={"content-type": kind, "access-control-allow-origin": HOST}
        )
        return
    headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": CSP}
    route.fulfill(status=200, body=html, headers=headers)


@contextmanager
def open_page(
    browser: Browser, name: str, *, theme: str = "light", size: tuple[int, int] = (1440, 900)
) -> Iterator[Opened]:
    """A gallery page, loaded; `troubles` gathers console errors, CSP violations and missing files."""
    with instant.at(gallery.NOW):
        html = gallery.page(name, theme=theme)
    phone = size[0] < 768
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=1,
    )
    page = context.new_page()
    opened = Opened(page=page)
    page.on("console", lambda message: message.type == "error" and opened.troubles.append(message.text))
    page.on("pageerror", lambda error: opened.troubles.append(str(error)))
    page.route("**/*", lambda route: _answer(opened, html, route))
    page.goto(f"{HOST}/{name}", wait_until="load")
    page.evaluate("document.fonts.ready")
    yield opened
    context.close()
