"""A macro: written beside a text, looked at before it is run, run from an engagement, taken back; and on a telephone."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.tests.factories import IN_A_MONTH, PAUSE, TO_ME, a_macro
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.database import close, point_at
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.installation import Installation
from firmament.kernel.testing.world import PASSWORD
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.tests.factories import make_request
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.tests.factories import make_engagement
from tests.journeys.conftest import DESK, PHONE, faults, sign_in

pytestmark = pytest.mark.journey
ALICE = "alice@acme.example"


@pytest.fixture
def inside(installation: Installation, django_db_blocker: Any) -> Iterator[Callable[[], Any]]:
    """Acme as the installation has it, to make what the pages begin with and to see what came of them."""
    with django_db_blocker.unblock():
        before = str(connection.settings_dict["NAME"])
        point_at(installation.name)
        yield lambda: firm_transaction(Firm.objects.get(slug="acme").pk)
        close()
        point_at(before)


def look(page: Page, name: str) -> None:
    """A picture for whoever wants to see it: the environment says where to."""
    if folder := os.environ.get("FIRMAMENT_PICTURES"):
        page.wait_for_timeout(300)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def examined(page: Page, name: str) -> None:
    """Nothing is wrong with it, by day and by night, at a desk and on a telephone."""
    for theme in ("light", "dark"):
        for size in (DESK, PHONE):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            assert faults(page) == [], (name, theme, size)
            look(page, f"{name}-{theme}-{size['width']}")
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})


def test_a_macro_is_written_looked_at_run_and_taken_back(
    open_page: Callable[..., Page], inside: Callable[[], Any]
) -> None:
    with inside():
        engagement = make_engagement(staff_actor(ALICE), carlas_bakery(), title="Payroll")
        address = f"/w/acme/engagements/{engagement.pk}/"
    page = open_page()
    sign_in(page, ALICE, PASSWORD)

    page.goto("/w/acme/snippets/new/")
    page.get_by_label("Title").fill("Client is away")
    page.get_by_label("English").fill("We go on when you are back.")
    page.locator("select[name=new_step]").select_option("engagements.assign_lead")
    page.get_by_role("button", name="Add this step").click()
    page.get_by_label("Led by").select_option("me")
    page.locator("select[name=new_step]").select_option("engagements.pause")
    page.get_by_role("button", name="Add this step").click()
    expect(page.get_by_label("Led by")).to_have_value("me")
    page.get_by_label("Reason").fill("The client is away")
    page.get_by_role("button", name="Move up step 2").click()
    expect(page.get_by_label("Reason")).to_have_value("The client is away")
    examined(page, "macro-form")
    page.get_by_role("button", name="Save snippet").click()
    page.get_by_role("button", name="Put in use").click()
    expect(page.get_by_text("Pause the engagement")).to_be_visible()
    examined(page, "macro-snippet")

    page.goto(address)
    page.get_by_role("link", name="Run a macro").click()
    examined(page, "macro-choose")
    page.get_by_role("button", name="Preview “Client is away”").click()
    expect(page.get_by_text("Pause “Payroll”: The client is away")).to_be_visible()
    examined(page, "macro-preview")
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_text("“Client is away” was run.")).to_be_visible()
    with inside():
        engagement = Engagement.objects.get(pk=engagement.pk)
        assert (engagement.state, engagement.reason) == ("paused", "The client is away")
        assert engagement.lead_id == staff_actor(ALICE).membership_id
        run = MacroRun.objects.get()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“Client is away” was taken back.")).to_be_visible()

    page.goto(f"/w/acme/macros/runs/{run.pk}/")
    expect(page.get_by_text("Taken back").first).to_be_visible()
    examined(page, "macro-record")
    with inside():
        engagement = Engagement.objects.get(pk=engagement.pk)
        assert (engagement.state, engagement.lead_id) == ("active", None)


def test_what_cannot_be_done_is_seen_beforehand(
    open_page: Callable[..., Page], inside: Callable[[], Any]
) -> None:
    with inside():
        alice = staff_actor(ALICE)
        request = make_request(
            alice,
            engagement_id=make_engagement(alice, carlas_bakery(), title="Audit").pk,
            title="Audit papers",
        )
        a_macro(alice, TO_ME, PAUSE, PAUSE, IN_A_MONTH, title="Twice paused")
        address = request.get_absolute_url()
    page = open_page(size=PHONE)
    sign_in(page, ALICE, PASSWORD)

    page.goto(address)
    page.get_by_role("link", name="Run a macro").click()
    page.get_by_role("button", name="Preview “Twice paused”").click()

    expect(page.get_by_text("This macro cannot be run now")).to_be_visible()
    expect(page.get_by_role("button", name="Run it")).to_have_count(0)
    examined(page, "macro-refused")
