"""Finding something as people do: from anywhere by keyboard, on the page of search, and in the portal on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from firmament.kernel.testing.world import PASSWORD
from tests.journeys.conftest import PHONE, faults, sign_in

pytestmark = pytest.mark.journey

BAKERY = "Carla’s Bakery"


def test_the_palette_finds_a_client_and_opens_it_by_keyboard_alone(open_page: Callable[..., Page]) -> None:
    page = open_page()
    sign_in(page, "alice@acme.example", PASSWORD)

    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or go to").press_sequentially("carla bak")
    found = page.get_by_role("option", name=re.compile(f"^{BAKERY}"))
    expect(found).to_be_visible()
    expect(page.get_by_role("option", name=re.compile("^Everything about"))).to_be_visible()
    assert faults(page) == []
    for _ in range(12):
        if found.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/w/acme/clients/[0-9a-f-]+/$"))
    expect(page.get_by_role("heading", name=BAKERY)).to_be_visible()


def test_the_page_of_search_marks_what_was_asked_for_in_both_themes(open_page: Callable[..., Page]) -> None:
    page = open_page()
    sign_in(page, "alice@acme.example", PASSWORD)
    page.goto("/w/acme/search/")
    page.get_by_role("searchbox", name="Search everything").fill("bakery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=BAKERY).first).to_be_visible()
    # What was typed is asked for once more a moment later, and the answer fades while it is fetched.
    page.wait_for_load_state("networkidle")

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert faults(page) == [], scheme


def test_a_client_finds_their_own_things_from_the_portals_header(open_page: Callable[..., Page]) -> None:
    page = open_page(size=PHONE)
    sign_in(page, "carla@client.example", PASSWORD)

    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox", name="Search everything").fill("bakery")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name=BAKERY).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert faults(page) == [], scheme
