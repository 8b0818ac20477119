"""Every page there is, as a demanding visitor sees it: axe finds nothing, nothing scrolls sideways, nothing errs.

Pages come from the URLconf itself, those with an id from the rooms' own examples, so a new room is covered by
itself. Each is opened wide in the light theme and narrow in the dark one.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser, Page

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.database import close, point_at
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.installation import Installation
from firmament.kernel.testing.world import PASSWORD
from tests.journeys.conftest import DESK, PHONE, sign_in
from tests.test_leaks import addresses, factories, plain_addresses

pytestmark = pytest.mark.journey

AXE = Path(__file__).resolve().parents[2] / "firmament/kernel/testing/vendor/axe.min.js"
# best-practice rules beyond WCAG are kept too; only these are switched off, each with its reason.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {}}
VIEWS = (("light", DESK), ("dark", PHONE))
PEOPLE = {"staff": "ada@acme.example", "portal": "carla@client.example"}
PUBLIC = ("/accounts/login/", "/accounts/password/reset/", "/accounts/invitation/no-such-token/")


@pytest.fixture(scope="module")
def pages(installation: Installation, django_db_blocker: Any) -> dict[str, list[str]]:
    """Door → addresses of pages that answer a GET, made from examples in the installation's own database."""
    found: dict[str, list[str]] = {"staff": [], "portal": []}
    with django_db_blocker.unblock():
        before = _name()
        point_at(installation.name)
        acme = Firm.objects.get(slug="acme")
        with firm_transaction(acme.pk):
            alice = staff_actor("alice@acme.example")
            for name, door in plain_addresses():
                found[door].append(reverse(name, kwargs={"firm": "acme"}))
            for name, door, _arguments in addresses():
                found[door].append(_example(name, alice))
        close()
        point_at(before)
    return {door: [path for path in paths if path] for door, paths in found.items()}


def _name() -> str:
    from django.db import connection

    return str(connection.settings_dict["NAME"])


def _example(name: str, alice: Actor) -> str:
    example: Callable[[Actor], dict[str, object]] | None = factories("EXAMPLES").get(name)
    if example is None:
        return ""
    try:
        return reverse(name, kwargs={"firm": "acme", **example(alice)})
    except NoReverseMatch:
        return ""


@pytest.fixture(params=VIEWS, ids=["light-wide", "dark-narrow"])
def visitor(
    request: pytest.FixtureRequest, browser: Browser, installation: Installation
) -> Iterator[Callable[[str], Page]]:
    """A page signed in as somebody, in one theme and width."""
    scheme, size = request.param
    contexts = []

    def visit(email: str) -> Page:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme=scheme,
            base_url=installation.url,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        if email:
            sign_in(page, email, PASSWORD)
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize("door", ["staff", "portal", "public"])
def test_axe_and_the_eye_find_nothing(
    door: str, visitor: Callable[[str], Page], pages: dict[str, list[str]]
) -> None:
    page = visitor(PEOPLE.get(door, ""))
    axe = AXE.read_text()
    wrong: list[str] = []
    seen = 0

    for path in pages.get(door, list(PUBLIC)):
        answer = page.request.get(path, max_redirects=0)
        if answer.status >= 500:
            wrong.append(f"{path}: {answer.status}")
        if answer.status not in (200, 404) or "text/html" not in answer.headers.get("content-type", ""):
            continue
        seen += 1
        page.goto(path)
        page.evaluate(axe)
        result = page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
        wrong += [
            f"{path}: {broken['id']}: {json.dumps(broken['nodes'][0]['html'])[:160]}"
            for broken in result["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{path}: scrolls sideways")

    assert seen >= {"staff": 20, "portal": 4, "public": 3}[door]
    assert wrong == []
