"""A list as people work with it: filter in place, keep it as a view, by keyboard, on a desk and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from firmament.kernel.testing import cluster
from firmament.kernel.testing.installation import Installation
from firmament.kernel.testing.world import PASSWORD
from tests.journeys.conftest import PHONE, faults, sign_in

pytestmark = pytest.mark.journey

LIST = "/w/acme/clients/"
MANY = 2_400


def test_a_view_is_saved_opened_changed_and_removed(
    installation: Installation, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    sign_in(page, "alice@acme.example", PASSWORD)
    page.goto(LIST)
    page.get_by_role("combobox", name="State").select_option("active")
    page.wait_for_url(re.compile("state=active"))

    save_by_keyboard(page, "The active ones")
    views = page.get_by_role("navigation", name="Views of this list")
    expect(views.get_by_role("link", name="The active ones")).to_have_attribute("aria-current", "page")

    # What is changed in place is known to the menu that was drawn before.
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(views.get_by_text("(changed)")).to_be_visible()
    choose(page, "Update “The active ones”")
    expect(views.get_by_text("(changed)")).to_be_hidden()
    assert "sort=-name" in page.url

    choose(page, "Open the list with “The active ones”")
    page.goto(LIST)
    assert "state=active" in page.url
    views.get_by_role("link", name="All").click()
    expect(page.get_by_text("Remove this filter")).to_be_hidden()

    phone = open_page(size=PHONE)
    sign_in(phone, "alice@acme.example", PASSWORD)
    phone.goto(LIST)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    choose(phone, "Remove this view")
    phone.get_by_role("button", name="Undo").click()
    expect(phone.get_by_role("link", name="The active ones")).to_be_visible()


def test_an_export_after_filtering_in_place_is_what_is_shown(
    installation: Installation, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    sign_in(page, "alice@acme.example", PASSWORD)
    page.goto(LIST)
    page.get_by_role("searchbox").fill("nobody is called like this")
    page.wait_for_url(re.compile("q=nobody"))
    expect(page.get_by_text("Nothing matches")).to_be_visible()

    page.get_by_role("button", name="More").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="As CSV").click()

    assert len(waiting.value.path().read_text().splitlines()) == 1


def test_a_long_list_is_written_while_its_page_tells_how_far_it_is(
    installation: Installation, open_page: Callable[..., Page], django_db_blocker: Any
) -> None:
    many_clients(installation, django_db_blocker)
    page = open_page()
    sign_in(page, "alice@acme.example", PASSWORD)
    page.goto(f"{LIST}?q=Many")

    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="As CSV").click()
    expect(page.get_by_role("heading", name="Clients as a file")).to_be_visible()
    ready = page.get_by_role("link", name="Download")
    ready.wait_for()
    assert faults(page) == []
    with page.expect_download() as waiting:
        ready.click()
    assert len(waiting.value.path().read_text().splitlines()) == MANY + 1

    phone = open_page(size=PHONE)
    sign_in(phone, "alice@acme.example", PASSWORD)
    phone.goto(LIST)
    phone.get_by_role("button", name="More").click()
    phone.get_by_role("link", name="Earlier exports").click()
    expect(phone.get_by_role("link", name="Download")).to_be_visible()
    assert faults(phone) == []


def many_clients(installation: Installation, django_db_blocker: Any) -> None:
    """More than anybody waits for, by SQL."""
    with django_db_blocker.unblock(), cluster.superuser(installation.name) as root:
        root.execute(
            "INSERT INTO clients_client (id, firm_id, kind, name, reference, state, email, phone, vat_id,"
            " address_line1, address_line2, postal_code, city, country, notes, created_at, updated_at)"
            " SELECT uuidv7(), id, 'person', 'Many ' || n, '', 'active', '', '', '', '', '', '', '', '', '',"
            " now(), now() FROM tenancy_firm, generate_series(1, %s) AS n WHERE slug = 'acme'",
            [MANY],
        )


def save_by_keyboard(page: Page, title: str) -> None:
    page.get_by_role("button", name="Views").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Save what is shown as a view").focus()
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    page.get_by_text("View saved").wait_for()


def choose(page: Page, words: str) -> None:
    """An entry of the menu of views."""
    page.get_by_role("button", name="Views").click()
    page.locator("#views-choices").get_by_text(words).click()
    page.wait_for_load_state("networkidle")


def test_an_import_is_undone_and_keeps_what_somebody_changed(
    installation: Installation, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    sign_in(page, "alice@acme.example", PASSWORD)
    page.goto(f"{LIST}import/")
    table = (
        "Name,E-mail\nOtter Ltd,otter@otter.example\nHeron Ltd,no address\nGrebe Ltd,grebe@grebe.example\n"
    )
    page.get_by_label("Table").set_input_files(
        {"name": "three.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("button", name="Check the rows").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the rows to mend").click()
    assert "Heron Ltd" in waiting.value.path().read_text()
    page.get_by_role("button", name="Import 2 clients").click()
    page.get_by_role("link", name="See the list").wait_for()
    address = page.url

    page.goto(f"{LIST}?q=Grebe")
    page.get_by_role("link", name="Grebe Ltd").click()
    page.get_by_role("heading", name="Grebe Ltd").wait_for()
    page.goto(f"{page.url.partition('?')[0]}edit/")
    page.get_by_label("Phone").first.fill("+44 20 7946 0000")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("+44 20 7946 0000").first.wait_for()

    page.goto(address)
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Alice Partner has changed it since it was imported.")).to_be_visible()
    expect(page.get_by_text("1 row was taken out again.")).to_be_visible()
    page.goto(f"{LIST}?q=Grebe")
    expect(page.get_by_role("link", name="Grebe Ltd")).to_be_visible()
    page.goto(f"{LIST}?q=Otter")
    expect(page.get_by_role("link", name="Otter Ltd")).to_be_hidden()
