"""An administrator sees the firm as Bob, and the portal as Carla, and tries a role; at a desk and on a telephone."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.database import close, point_at
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.installation import Installation
from firmament.kernel.testing.world import PASSWORD
from firmament.modules.access.tests.factories import make_role
from firmament.modules.documents.tests.factories import make_request
from tests.journeys.conftest import DESK, PHONE, faults, sign_in

pytestmark = pytest.mark.journey


@pytest.fixture
def role(installation: Installation, django_db_blocker: Any) -> Iterator[str]:
    """The address of a role of Acme's own, and a request to see."""
    with django_db_blocker.unblock():
        before = str(connection.settings_dict["NAME"])
        point_at(installation.name)
        with firm_transaction(Firm.objects.get(slug="acme").pk):
            make_request(staff_actor("alice@acme.example"), title="Accounts of the year")
            made = make_role(of="partner", name="Senior staff")
        close()
        point_at(before)
    yield f"/w/acme/access/roles/{made.pk}/"


def examined(page: Page, name: str) -> None:
    """Nothing is wrong with it, by day and by night, at a desk and on a telephone."""
    for theme, size in (("light", DESK), ("dark", PHONE), ("dark", DESK), ("light", PHONE)):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert faults(page) == [], (name, theme, size)
        if folder := os.environ.get("FIRMAMENT_PICTURES"):
            page.wait_for_timeout(300)
            page.screenshot(path=f"{folder}/{name}-{theme}-{size['width']}.png")
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})


def begin(page: Page, person: str) -> None:
    page.goto("/w/acme/access/looks/new/")
    page.get_by_label("See Firmament as").select_option(label=person)
    page.get_by_label("Reason").fill("A client is missing")


def test_seeing_as_somebody_and_trying_a_role(open_page: Callable[..., Page], role: str) -> None:
    page = open_page()
    sign_in(page, "ada@acme.example", PASSWORD)
    bar = page.locator("[data-notice]")

    begin(page, "Bob Staff")
    examined(page, "look-new")
    page.get_by_role("button", name="Start looking").click()
    expect(bar).to_contain_text("You see Firmament as Bob Staff sees it.")
    page.goto("/w/acme/documents/")
    page.mouse.wheel(0, 600)
    expect(bar).to_be_in_viewport(ratio=1)
    examined(page, "look-staff")
    page.goto("/w/acme/firms/profile/")
    expect(page.locator("main")).to_contain_text("theirs alone")
    examined(page, "look-refused")
    bar.get_by_role("button", name="Stop looking").press("Enter")
    expect(bar).to_have_count(0)

    page.goto("/w/acme/access/looks/new/")
    carla = page.locator("option", has_text="carla@client.example").inner_text()
    begin(page, carla)
    page.get_by_role("button", name="Start looking").click()
    expect(bar).to_contain_text("Nothing can be changed")
    examined(page, "look-portal")
    bar.get_by_role("button", name="Stop looking").click()
    page.goto("/w/acme/access/looks/")
    expect(page.locator("main")).to_contain_text("Ada Admin looked as Bob Staff")
    examined(page, "looks")

    page.goto(f"{role}change/")
    page.get_by_label("Invite people into the firm").uncheck()
    page.get_by_role("button", name="Try it on somebody").click()
    page.get_by_label("Try it on").select_option(label="Bob Staff")
    page.get_by_role("button", name="Try it", exact=True).click()
    expect(page.locator("main")).to_contain_text("What Bob Staff sees, before and after")
    expect(page.get_by_label("Invite people into the firm")).not_to_be_checked()
    examined(page, "role-try")
    page.get_by_role("button", name="Go on to save this draft").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
