"""Approved wording in the covering letter of a document request, by keyboard, until it is sent and measured."""

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
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import make_snippet
from firmament.ui.tests.axe import violations
from tests.journeys.conftest import PHONE, sign_in

pytestmark = pytest.mark.journey

BODY = (
    "Dear {{ contact.name }},\n\nplease send us what is listed below for {{ client.name }} by {{ deadline | date: '%d.%m.%Y' }}."
    " It helps us to finish your accounts in time.\n\nKind regards,\n{{ me.name }}"
)
FIELDS = [{"name": "deadline", "type": "date", "label": "Deadline"}]


@pytest.fixture
def inside(installation: Installation, django_db_blocker: Any) -> Iterator[Callable[[], Any]]:
    """Acme as the installation has it, to make what the pages begin with and to see what came of them."""
    with django_db_blocker.unblock():
        before = str(connection.settings_dict["NAME"])
        point_at(installation.name)
        yield lambda: firm_transaction(Firm.objects.get(slug="acme").pk)
        close()
        point_at(before)


@pytest.fixture
def address(inside: Callable[[], Any]) -> str:
    """The page that asks Carla's Bakery for documents; the firm has one text for it."""
    with inside():
        if not Snippet.objects.filter(key="ask").exists():
            make_snippet(
                staff_actor("alice@acme.example"),
                BODY,
                title="Ask for papers",
                key="ask",
                shortcut="ask",
                description="The usual words above a list of documents",
                reach=Snippet.Reach.FIRM,
                contexts=("email", "message"),
                fields=FIELDS,
            )
        return f"/w/acme/documents/new/{carlas_bakery().pk}/"


def look(page: Page, name: str) -> None:
    """A picture for whoever wants to see it: the environment says where to."""
    if folder := os.environ.get("FIRMAMENT_PICTURES"):
        page.wait_for_timeout(300)
        page.screenshot(path=f"{folder}/{name}.png")


def test_wording_is_picked_filled_in_edited_sent_and_measured(
    open_page: Callable[..., Page], inside: Callable[[], Any], address: str
) -> None:
    page = open_page()
    sign_in(page, "alice@acme.example", PASSWORD)
    page.goto(address)
    page.get_by_label("Title").fill("Papers for the accounts")
    page.get_by_label("Due on").fill("2027-03-01")
    letter = page.get_by_label("Message to the client")
    letter.focus()

    page.keyboard.type(";as")
    expect(page.locator("#picker-option-1")).to_contain_text("Ask for papers")
    expect(page.locator("[data-picker-preview]")).to_contain_text("by ‹Deadline›. It helps us")
    assert violations(page) == []
    look(page, "wording-list")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Contact")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Deadline")).to_be_focused()
    page.get_by_label("Deadline").fill("2027-03-01")
    expect(page.locator("[data-picker-preview]")).to_contain_text("Dear Carla Client,")
    assert violations(page) == []
    look(page, "wording-fields")
    page.get_by_role("button", name="Insert", exact=True).press("Enter")

    expect(letter).to_have_value(_text())
    page.keyboard.press("Control+z")
    expect(letter).to_have_value(";as")
    page.keyboard.press("Control+Shift+z")
    expect(letter).to_have_value(_text())
    look(page, "wording-inserted")
    letter.fill(_text().replace("It helps us to finish your accounts in time.", "Thank you!"))
    page.get_by_label("What is needed").first.fill("Bank statements")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Preview and send").first.click()
    page.get_by_role("button", name="Send to the client").click()
    expect(page.get_by_text("Sent to the client.").first).to_be_visible()

    with inside():
        use = SnippetUse.objects.select_related("snippet").get(about_kind="documents.documentrequest")
        assert (use.snippet.key, use.number, use.client_id) == ("ask", 1, carlas_bakery().pk)
        assert (use.channel, use.place) == ("email", "documents.request")
        assert use.survived is not None
        assert 0 < use.survived < 1000
        assert use.fingerprint is None


def test_on_a_telephone_it_is_a_sheet_that_can_be_tapped(
    open_page: Callable[..., Page], address: str
) -> None:
    page = open_page(size=PHONE)
    page.emulate_media(color_scheme="dark")
    sign_in(page, "alice@acme.example", PASSWORD)
    page.goto(address)

    page.get_by_role("button", name="Insert text").click()
    page.keyboard.type("papers")
    expect(page.locator(".picker-option")).to_have_count(1)
    expect(page.locator("[data-picker-preview]")).to_contain_text("Still needed")
    assert violations(page) == []
    look(page, "wording-phone-list")
    page.locator("#picker-option-1").click()
    page.get_by_label("Deadline").fill("2027-03-01")
    expect(page.locator("[data-picker-preview]")).to_contain_text("01.03.2027")
    look(page, "wording-phone-fields")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("button", name="Insert", exact=True).click()

    expect(page.get_by_label("Message to the client")).to_have_value(_text())


def test_a_reason_in_a_dialog_takes_wording_too(
    open_page: Callable[..., Page], inside: Callable[[], Any], address: str
) -> None:
    with inside():
        from_alice = staff_actor("alice@acme.example")
        make_snippet(from_alice, "The client asked for it.", title="Client’s wish", shortcut="wish")
    page = open_page()
    sign_in(page, "alice@acme.example", PASSWORD)
    page.goto("/w/acme/engagements/")
    page.get_by_role("link", name="Yearly accounts").first.click()
    page.get_by_role("button", name="Pause").or_(page.get_by_role("button", name="Cancel")).first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Reason").focus()

    page.keyboard.type(";wish")
    expect(page.locator(".picker-option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    page.keyboard.press("Backspace")
    page.keyboard.type("h")
    expect(page.locator("#picker")).to_be_hidden()
    dialog.get_by_label("Reason").fill("")
    page.keyboard.type(";wish")
    page.keyboard.press("Enter")

    expect(dialog.get_by_label("Reason")).to_have_value("The client asked for it.")


def _text() -> str:
    return (
        "Dear Carla Client,\n\nplease send us what is listed below for Carla’s Bakery by 01.03.2027."
        " It helps us to finish your accounts in time.\n\nKind regards,\nAlice Partner"
    )
