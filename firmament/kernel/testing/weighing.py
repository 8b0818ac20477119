"""Changes that are shown before they are saved, made by tests as people make them: once to look, once to save."""

import re
from collections.abc import Mapping
from typing import Any

from django.test import Client

MARK = re.compile(r'name="seen" value="([0-9a-f]{64})"')


def saved(browser: Client, url: str, data: Mapping[str, Any] | None = None, *, follow: bool = False) -> Any:
    """The answer to the second press; the first one's where that showed no effect, as when it was refused."""
    given = dict(data or {})
    shown = browser.post(url, given)
    mark = MARK.search(shown.content.decode())
    if mark is None:
        return shown
    return browser.post(url, given | {"seen": mark[1]}, follow=follow)
