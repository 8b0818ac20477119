"""Every page there is, as a demanding visitor sees it: axe finds nothing, nothing scrolls sideways, nothing errs.

Pages come from the URLconf itself, those with an id from the rooms' own examples, so a new room is covered by
itself. Each is seen wide in the light theme and narrow in the dark one: every other page is opened in the one and turned
into the other, the rest the other way round.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from django.db import connection
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser, Error, Page, Response, expect

from firmament.kernel.breakglass.models import Session
from firmament.kernel.breakglass.tests.factories import OLGA
from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.database import close, point_at
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.installation import Installation
from firmament.kernel.testing.world import PASSWORD
from firmament.lib.instant import now
from firmament.modules.clients.tests.factories import make_client, make_portal_contact
from firmament.modules.documents.tests.factories import make_request
from tests.journeys.conftest import DESK, PHONE, faults, sign_in
from tests.test_leaks import addresses, factories, plain_addresses

pytestmark = pytest.mark.journey

View = tuple[Literal["light", "dark"], dict[str, int]]
VIEWS: tuple[View, ...] = (("light", DESK), ("dark", PHONE))
PEOPLE = {"staff": "ada@acme.example", "portal": "carla@client.example", "operator": OLGA}
TRUST = "Client Family Trust"
PUBLIC = ("/accounts/login/", "/accounts/password/reset/", "/accounts/invitation/no-such-token/")


@pytest.fixture(scope="module")
def pages(installation: Installation, django_db_blocker: Any) -> dict[str, list[str]]:
    """Door → addresses of pages that answer a GET, made from examples in the installation's own database."""
    found: dict[str, list[str]] = {"staff": [], "portal": [], "operator": ["/operate/", "/operate/sessions/"]}
    with django_db_blocker.unblock():
        before = _name()
        point_at(installation.name)
        acme = Firm.objects.get(slug="acme")
        with firm_transaction(acme.pk):
            alice = staff_actor("alice@acme.example")
            _second_account(alice)
            for name, door in plain_addresses():
                found[door].append(reverse(name, kwargs={"firm": "acme"}))
            for name, door, _arguments in addresses():
                found[door].append(_example(name, alice))
            # As long as it stands open, the pages of a look into the firm are there.
            assert Session.objects.open_at(now()).exists()
        close()
        point_at(before)
    return {door: [path for path in paths if path] for door, paths in found.items()}


def _second_account(alice: Actor) -> None:
    """Carla acts for the trust too, and each of her clients is asked for something: her pages have the switcher."""
    trust = make_client(alice, name=TRUST)
    make_portal_contact(alice, trust, User.objects.get(email=PEOPLE["portal"]))
    make_request(alice, title="Bakery papers")
    make_request(alice, client=trust, title="Trust papers")


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _example(name: str, alice: Actor) -> str:
    example: Callable[[Actor], dict[str, object]] | None = factories("EXAMPLES").get(name)
    if example is None:
        return ""
    try:
        return reverse(name, kwargs={"firm": "acme", **example(alice)})
    except NoReverseMatch:
        return ""


@pytest.fixture
def visit(browser: Browser, installation: Installation) -> Iterator[Callable[..., Page]]:
    """A page signed in as somebody, in one theme and width."""
    contexts = []

    def opened(email: str, view: View = VIEWS[0]) -> Page:
        scheme, size = view
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

    yield opened
    for context in contexts:
        context.close()


def turn(page: Page, view: View) -> None:
    """Into another theme and width, as it stands open."""
    scheme, size = view
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": size["width"], "height": size["height"]})


@pytest.mark.parametrize("door", ["staff", "portal", "operator", "public"])
def test_axe_and_the_eye_find_nothing(
    door: str, visit: Callable[[str], Page], pages: dict[str, list[str]]
) -> None:
    page = visit(PEOPLE.get(door, ""))
    wrong: list[str] = []
    seen = 0

    for number, path in enumerate(pages.get(door, list(PUBLIC))):
        views = VIEWS if number % 2 else VIEWS[::-1]
        turn(page, views[0])
        answer = opened(page, path)
        if answer is None or answer.request.redirected_from is not None:
            continue
        if answer.status >= 500:
            wrong.append(f"{path}: {answer.status}")
        if answer.status not in (200, 404) or "text/html" not in answer.headers.get("content-type", ""):
            continue
        seen += 1
        for view in views:
            turn(page, view)
            found = faults(page)
            if found and view is not views[0]:
                # Turned, Chromium may leave a colour of the other theme (`light-dark()`) where it was: opened anew, it is the page’s own.
                page.reload()
                found = faults(page)
            wrong += [f"{path}, {view[0]}: {fault}" for fault in found]

    assert seen >= {"staff": 20, "portal": 4, "operator": 10, "public": 3}[door]
    assert wrong == []


def opened(page: Page, path: str) -> Response | None:
    """The page's answer; None for a file, which the browser saves and does not show."""
    try:
        return page.goto(path)
    except Error as error:
        if "Download is starting" in error.message or "ERR_ABORTED" in error.message:
            return None
        raise


@pytest.mark.parametrize("view", VIEWS, ids=["light-wide", "dark-narrow"])
def test_whoever_acts_for_two_clients_switches_by_keyboard_and_by_a_link(
    view: View, visit: Callable[..., Page], pages: dict[str, list[str]]
) -> None:
    page = visit(PEOPLE["portal"], view)
    page.goto("/portal/acme/documents/")
    bakery = page.get_by_role("link", name="Bakery papers")
    link = bakery.first.get_attribute("href")
    assert link is not None

    page.get_by_role("button", name="All accounts: switch account").focus()
    page.keyboard.press("Enter")
    trust = page.get_by_role("button", name=TRUST)
    expect(trust).to_be_visible()
    assert faults(page) == []
    trust.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"{TRUST}: switch account")).to_be_visible()
    expect(page.get_by_role("link", name="Trust papers").first).to_be_visible()
    expect(bakery).to_have_count(0)

    page.goto(link)
    expect(page.get_by_text("You now see “Carla’s Bakery”.")).to_be_visible()
    expect(page.get_by_role("heading", name="Bakery papers")).to_be_visible()

    page.get_by_role("button", name="Carla’s Bakery: switch account").click()
    page.get_by_role("button", name="All accounts").click()
    page.goto("/portal/acme/documents/")
    expect(bakery.first).to_be_visible()
    expect(page.get_by_role("link", name="Trust papers").first).to_be_visible()
