"""What axe finds wrong on a page: one place for journeys, galleries and pickers."""

import json
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "kernel" / "testing" / "vendor" / "axe.min.js"
# Rules of good practice beyond WCAG are asked too; none is switched off.
OPTIONS = {"resultTypes": ["violations"]}


def violations(page: Page) -> list[str]:
    """Every rule that is broken with the first thing that breaks it. The page keeps axe until it is left."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    result = page.evaluate("options => axe.run(document, options)", OPTIONS)
    return [
        f"{broken['id']}: {json.dumps(node['html'])[:160]} {' '.join(one['message'] for one in node['any'])}"
        for broken in result["violations"]
        for node in broken["nodes"][:1]
    ]
